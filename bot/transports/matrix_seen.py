"""Tells by reactions who has seen a message on Matrix: each person once, however they react to it.

For as long as the program runs: whoever reacts once more after that counts twice, and what is taken back then
is not known any more.
"""

from typing import Any

from nio import ReactionEvent, RedactionEvent

from bot.newest import Newest

_REMEMBERED = 5_000


class Seen:
    """The reactions of one account's rooms."""

    def __init__(self) -> None:
        self._by: Newest[tuple[str, str, str], set[str]] = Newest(_REMEMBERED)
        """The reactions of a person to a message in a room."""
        self._to: Newest[str, tuple[str, str, str]] = Newest(_REMEMBERED)
        """Whose a reaction is, and to what."""

    def change(self, room: str, event: Any) -> tuple[str, int] | None:  # noqa: ANN401 - nio has no types
        """The message that one more, or one fewer, has seen by this event; None where nothing changes."""
        if isinstance(event, ReactionEvent):
            of = (room, event.reacts_to, event.sender)
            known = self._by.get(of) or set()
            self._by.put(of, known | {event.event_id})
            self._to.put(event.event_id, of)
            return None if known else (event.reacts_to, 1)
        return self._taken_back(event.redacts) if isinstance(event, RedactionEvent) else None

    def _taken_back(self, reaction: str) -> tuple[str, int] | None:
        of = self._to.get(reaction)
        if of is None:
            return None
        self._to.drop(reaction)
        left = (self._by.get(of) or set()) - {reaction}
        self._by.put(of, left)
        return None if left else (of[1], -1)
