"""Remembers what "more" would show: the next page of the list that a chat was shown last.

In memory alone, of the latest chats: what somebody looks for is written nowhere.
"""

from collections import OrderedDict

from bot.commands.request import Reply, Request

WORDS = frozenset({"more", "next", "more results", "next page", "더 보기", "더보기", "더", "다음"})
_CHATS = 1_000


class Following:
    """The command for the next page, by chat."""

    def __init__(self) -> None:
        self._next: OrderedDict[tuple[str, str], str] = OrderedDict()

    def of(self, request: Request) -> str:
        """The command that a person means who says "more"; "" where nothing follows, or it was not said.

        In a group people say it to each other: there it needs its mark.
        """
        is_meant = self.is_asked(request)
        return self._next.get((request.transport, request.address), "") if is_meant else ""

    @staticmethod
    def is_asked(request: Request) -> bool:
        """Whether somebody says "more" to the bot."""
        if request.group and not request.text.lstrip().startswith(("/", "!")):
            return False
        return " ".join(request.text.lstrip(" /!").split()).casefold() in WORDS

    def note(self, request: Request, reply: Reply, label: str) -> None:
        """Remember what the button of this label asks for; of a list without one that nothing follows."""
        chat = (request.transport, request.address)
        choices = (one for message in reply.messages for row in message.choices for one in row)
        command = next((one.command for one in choices if one.label == label), "")
        if command:
            self._next[chat] = command
            self._next.move_to_end(chat)
        elif reply.messages:
            self._next.pop(chat, None)
        while len(self._next) > _CHATS:
            self._next.popitem(last=False)
