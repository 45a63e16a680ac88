"""Remembers which command stands behind each number below a message.

For as long as the program runs; what was sent before, the message itself tells (`bot.render.matrix.CHOICES`).
"""

import re

from bot.newest import Newest

EXPIRED = "/expired"
"""The command that answers a number behind which nothing stands any more."""
_NUMBER = re.compile(r"\s*([0-9]{1,2})\s*")
_KEYCAP = re.compile("([1-9])\ufe0f?\u20e3")


def number_of(text: str) -> int | None:
    """The number that a line ("2") or a reaction (the keycap of 2) consists of; else None."""
    if text == "🔟":
        return 10
    found = _NUMBER.fullmatch(text) or _KEYCAP.fullmatch(text.strip())
    return int(found[1]) if found else None


class Choices:
    """Commands by room and message. They may be a person's own words, so they are not written down here."""

    def __init__(self, capacity: int = 5000) -> None:
        self._commands: Newest[tuple[str, str], tuple[str, ...]] = Newest(capacity)
        self._newest: Newest[str, str] = Newest(capacity)

    def offer(self, room: str, event: str, commands: tuple[str, ...]) -> None:
        """The choices below a message, in place of those before."""
        if commands:
            self._commands.put((room, event), commands)
        else:
            self.withdraw(room, event)

    def answered(self, room: str, event: str) -> None:
        """This message answered somebody: a bare number in its room means a choice of it."""
        self._newest.put(room, event)

    def withdraw(self, room: str, event: str) -> None:
        """The message has no choices any more."""
        self._commands.drop((room, event))

    def knows(self, room: str, event: str) -> bool:
        """Whether choices of the message are known."""
        return (room, event) in self._commands

    def below(self, room: str, event: str, number: int) -> str | None:
        """The command of a number below a message; None where none is known to stand there."""
        commands = self._commands.get((room, event)) or ()
        return commands[number - 1] if 1 <= number <= len(commands) else None

    def newest(self, room: str) -> str:
        """The last message that answered somebody in the room; "" where there is none."""
        return self._newest.get(room) or ""
