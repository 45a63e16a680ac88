"""Which of our messages a press changes in place: settings are one message, and so are a list's pages."""

from dataclasses import replace

from bot.commands.elsewhere import meant_for
from bot.newest import Newest
from bot.render.html import split
from bot.render.message import Message
from bot.transports.conversing import Page, command_in
from bot.transports.telegram_sending import parts_of

_SETTINGS = "settings"
_OF_SETTINGS = frozenset({_SETTINGS, "quiet", "digest", "subscribe", "unsubscribe"})
"""Commands whose answers are views of one thing: what a chat receives, and when."""


class Pages:
    """The newest of our answers, by chat and by the message that bears the buttons; in memory only.

    What is forgotten, as after a restart, is found by the message itself where the button says that its
    answer takes its place (`turning`).
    """

    def __init__(self) -> None:
        self._pages: Newest[tuple[int, int], Page] = Newest(5000)

    def remember(self, chat: int, asked: str, reference: str) -> None:
        """An answer to `asked` stands in the chat."""
        self._pages.put((chat, parts_of(reference)[-1]), Page(matter(asked), reference))

    def turned(self, chat: int, message: int, asked: str, answer: Message, *, turns: bool) -> str | None:
        """The reference of what a press on `message` changes into `answer`; None for what is said anew.

        Not where that needs more parts than there are: the rest would stand far from its beginning. Nor what
        has no buttons, in settings: it would be their end.
        """
        page = self._pages.get((chat, message))
        if page is None:
            page = Page(matter(asked), str(message)) if turns else None
        if page is None or page.command != matter(asked):
            return None
        if page.command.endswith(_SETTINGS) and not answer.choices:
            return None
        return page.reference if len(split(answer)) <= len(parts_of(page.reference)) else None


def matter(text: str) -> str:
    """What a line is about: its command, or what several are views of; and whether of another chat."""
    other = meant_for(text)
    command = command_in(other[1] if other else text)
    view = _SETTINGS if command in _OF_SETTINGS else command
    return f"elsewhere {view}" if other else view


def turning(asked: str, answer: Message) -> Message:
    """The answer with its buttons marked whose answers take its place, if it is but one message."""
    if not answer.choices or len(split(answer)) > 1:
        return answer
    about = matter(asked)
    rows = tuple(
        tuple(replace(one, turns=matter(one.command) == about) for one in row) for row in answer.choices
    )
    return replace(answer, choices=rows)
