"""What stands in a group's general topic as its own is lost: for several lost topics it stands there once."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import structlog

from bot.newest import Newest
from bot.render.html import plain_text
from bot.render.message import Message

log = structlog.get_logger()

Said = tuple[int, int]
"""A chat, and the hash of what was to be said there."""
_REMEMBERED = 200


@dataclass(frozen=True, slots=True)
class _Stray:
    """One message in a group's general topic, and the lost topics that it stands there for."""

    numbers: list[int]
    threads: set[int | None]


class Strays:
    """In memory only: after a restart a call may ring twice there, and never not at all."""

    def __init__(self) -> None:
        self._known: Newest[Said, _Stray] = Newest(_REMEMBERED)

    def of_another(self, said: Said, thread: int | None) -> list[int]:
        """The ids of the message that says it for another lost topic than this one; none where none does."""
        known = self._known.get(said)
        return [] if known is None or thread in known.threads else list(known.numbers)

    def note(self, said: Said, thread: int | None, numbers: Sequence[int]) -> None:
        """It stands there for this topic as well, as the message with these ids."""
        known = self._known.get(said)
        if known is not None and known.numbers == list(numbers):
            known.threads.add(thread)
            log.info("telegram.strayed_again", topics=len(known.threads))
        else:
            self._known.put(said, _Stray(list(numbers), {thread}))


def said_in(chat: int, parts: Iterable[Message]) -> Said:
    """What is said by these parts in the chat."""
    return (chat, hash(tuple(map(plain_text, parts))))
