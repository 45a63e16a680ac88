"""Holds the statements that have a case, by what marks their events, so that few have to be compared."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

from jobs.steps.link.traits import Traits

_COMMON = 3
"""Cases from which on a name that stands in them tells none of them: an official, a lawyer, a prison."""


@dataclass(frozen=True, slots=True)
class Known:
    """A statement that has its case: its number, the case's number, and what tells its event apart."""

    number: int
    case: int
    traits: Traits


@dataclass(slots=True)
class Shelf:
    """Known statements, found by each mark of their traits."""

    _known: dict[int, Known] = field(default_factory=dict)
    _marked: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))
    _loose: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))
    """By words that may be part of a name, and are compared with those that are."""

    def __len__(self) -> int:
        return len(self._known)

    def __contains__(self, number: int) -> bool:
        return number in self._known

    def __getitem__(self, number: int) -> Known:
        return self._known[number]

    def add(self, known: Known) -> None:
        """Puts a statement in its places; what was there under its number goes."""
        self.discard(known.number)
        self._known[known.number] = known
        for mark in known.traits.marks:
            self._marked[mark].add(known.number)
        for mark in known.traits.names.loose:
            self._loose[mark].add(known.number)

    def discard(self, number: int) -> None:
        """Takes a statement away; nothing happens where it is not known."""
        known = self._known.pop(number, None)
        if known is None:
            return
        for marks, places in ((known.traits.marks, self._marked), (known.traits.names.loose, self._loose)):
            for mark in marks:
                places[mark].discard(number)
                if not places[mark]:
                    del places[mark]

    def clear(self) -> None:
        """Forgets everything."""
        self._known.clear()
        self._marked.clear()
        self._loose.clear()

    def near(self, own: Traits) -> set[int]:
        """The numbers of all that share a mark: whatever else there is cannot be found alike."""
        found: set[int] = set()
        for mark in own.marks:
            found |= self._marked.get(mark, _NONE)
            found |= self._loose.get(mark, _NONE)
        for mark in own.names.loose:
            found |= self._marked.get(mark, _NONE)
        return found

    def telling(self, words: Iterable[str], case: int) -> float:
        """How much a name tells of a case: 1, and less the more other cases it stands in (0 to 1)."""
        numbers: Collection[int] | None = None
        for word in words:
            holding = self._marked.get(f"w:{word}", _NONE) | self._loose.get(f"w:{word}", _NONE)
            numbers = holding if numbers is None else holding & set(numbers)
            if len(numbers) < _COMMON:
                return 1.0
        others = {self._known[number].case for number in numbers or ()} - {case}
        return min(1.0, _COMMON / (1 + len(others)))


_NONE: frozenset[int] = frozenset()
