"""What is remembered of the index between transactions, for as long as the index does not change."""

from collections.abc import Callable, Hashable
from typing import TypeVar, cast

_MOST = 500
"""Things that are remembered at most; then all of them are forgotten."""


_Value = TypeVar("_Value")


class Memory:
    """Remembers what was read from one state of the index, which its stamp names, for all transactions."""

    def __init__(self) -> None:
        self._state: tuple[Hashable, dict[Hashable, object]] = (None, {})
        self._numbers: tuple[Hashable, dict[str, int]] = (None, {})
        self.is_compact = False
        """How the archive is kept (`storage.compact`), as it was told last."""
        self.is_worded = False
        """Likewise, of its texts."""
        self.asked_again = 0.0
        """Until when, of the monotonic clock, it is taken for what it was: it may be exchanged."""

    def recall(self, stamp: Hashable, key: Hashable, read: Callable[[], _Value]) -> _Value:
        """What `read` gave for this key at this state of the index, or gives now.

        May be asked by several threads: they see one state each, and at worst read twice.
        """
        known, kept = self._state
        if known != stamp or len(kept) >= _MOST:
            kept = {}
            self._state = (stamp, kept)
        if key not in kept:
            kept[key] = read()
        return cast("_Value", kept[key])

    def recall_numbers(self, stamp: Hashable) -> dict[str, int]:
        """The numbers of terms that whoever changed the index last knew, where that left it in this state.

        They are given away: what the receiver learns is nobody else's until it leaves them.
        """
        (known, numbers), self._numbers = self._numbers, (None, {})
        return numbers if known == stamp else {}

    def keep_numbers(self, stamp: Hashable, numbers: dict[str, int]) -> None:
        """Leaves them for whoever changes the index in this state."""
        self._numbers = (stamp, numbers)
