"""Remembers what "more" and "back" would show: the pages beside the one that a chat was shown last.

In memory alone, of the latest chats: what somebody looks for is written nowhere.
"""

from collections import OrderedDict
from enum import Enum

from bot.commands.request import Reply, Request
from bot.speech import Speech

_CHATS = 1_000


class Way(Enum):
    """Where a person wants to go from the page that they read; how that is said in any chat."""

    ON = frozenset(
        {"more", "next", "more results", "next page", "더 보기", "더보기", "더", "다음", "다음 쪽"}
    )
    BACK = frozenset({"back", "previous", "previous page", "이전", "이전 쪽", "뒤로"})


class Following:
    """The commands for the pages after and before, by chat."""

    def __init__(self) -> None:
        self._beside: OrderedDict[tuple[str, str], dict[Way, str]] = OrderedDict()

    def of(self, request: Request, speech: Speech) -> str:
        """The command that a person means who says "more" or "back"; "" where that leads nowhere."""
        way = asked(request, speech)
        return self._beside.get((request.transport, request.address), {}).get(way, "") if way else ""

    def note(self, request: Request, reply: Reply, speech: Speech) -> None:
        """Remember what the buttons of an answer lead to; of one without them, that nothing is beside it."""
        chat, labels = (request.transport, request.address), _labels(speech)
        choices = (one for message in reply.messages for row in message.choices for one in row)
        ways = {labels[one.label]: one.command for one in choices if one.label in labels}
        if ways:
            self._beside[chat] = ways
            self._beside.move_to_end(chat)
        elif reply.messages:
            self._beside.pop(chat, None)
        while len(self._beside) > _CHATS:
            self._beside.popitem(last=False)


def asked(request: Request, speech: Speech) -> Way | None:
    """Which way somebody says to the bot, as the buttons of their language do or otherwise; None for neither.

    In a group people say it to each other: there it needs its mark.
    """
    if request.group and not request.text.lstrip().startswith(("/", "!")):
        return None
    said = " ".join(request.text.lstrip(" /!").split()).casefold()
    labels = {label.casefold(): way for label, way in _labels(speech).items()}
    return labels.get(said) or next((way for way in Way if said in way.value), None)


def _labels(speech: Speech) -> dict[str, Way]:
    """What the buttons are called that lead there, in a person's language."""
    return {speech.t("More"): Way.ON, speech.t("Read on"): Way.ON, speech.t("Back"): Way.BACK}
