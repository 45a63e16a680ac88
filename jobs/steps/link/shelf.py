"""Holds the statements that have a case, by what marks their events, so that few have to be compared."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field

from jobs.steps.link.traits import Traits

_WHOLE = frozenset({"h:", "k:"})
"""Marks of words that may be whole names."""
_MOST = 24
"""Statements that one new one is weighed against.

Measured on the labelled groups amid 2,200 other entries: the likest of a case came behind 24 in 6 of 693
statements, behind 48 in 3, and no pair was read otherwise.
"""
_FEWEST = 8
_FAR = 0.1
"""Beyond the first few, who shares less than this part of what the likest shares is not weighed.

Of 1,033 labelled statements that have a partner amid 3,000 others, the likest partner was left out in one
more than by the number alone, with half as many to weigh; and of 11 that joined a stranger's case then, none
does.
"""
_HUNDREDS = 150
"""Statements from which on a mark says nothing."""


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

    @property
    def numbers(self) -> AbstractSet[int]:
        """Of all that stand here."""
        return self._known.keys()

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

    def near(self, own: Traits, among: AbstractSet[int]) -> list[int]:
        """The numbers, `among` those, of the likeliest to be found alike.

        Who shares no mark cannot be. Of many, those that share more and rarer ones come first; what
        stands in hundreds of statements is no reason to look at any of them.
        """
        likely: dict[int, float] = defaultdict(float)
        for holding in self._holding(own):
            if 0 < len(holding) <= _HUNDREDS:
                worth = 1 / len(holding)
                for number in holding & among:
                    likely[number] += worth
        if len(likely) <= _FEWEST:
            return list(likely)
        found = sorted(likely, key=lambda number: (-likely[number], -number))[:_MOST]
        least = _FAR * likely[found[0]]
        return [number for place, number in enumerate(found) if place < _FEWEST or likely[number] >= least]

    def _holding(self, own: Traits) -> Iterator[AbstractSet[int]]:
        """Who has a mark that is sought, for each of them; the words that may be names by theirs."""
        for mark in own.sought():
            yield self._marked.get(mark, _NONE)
            yield self._loose.get(mark, _NONE)
        for mark in own.names.loose:
            yield self._marked.get(mark, _NONE)
            if mark[:2] in _WHOLE:
                yield self._loose.get(mark, _NONE)

    def unknown(self, numbers: AbstractSet[int]) -> list[int]:
        """Those of the numbers that stand in no place here, in order."""
        return sorted(numbers - self._known.keys())

    def cases_with(self, words: Iterable[str], among: AbstractSet[int], least: int = 1) -> frozenset[int]:
        """The cases in whose statements, `among` those numbers, all the words of a name stand.

        None where they stand in fewer statements than `least`.
        """
        places: list[tuple[AbstractSet[int], AbstractSet[int]]] = []
        for word in words:
            mark = word if word[:2] in _WHOLE else f"w:{word}"
            marked: AbstractSet[int] = self._marked.get(mark, _NONE)
            loose: AbstractSet[int] = self._loose.get(mark, _NONE)
            if len(marked) + len(loose) < least:
                return _NONE
            places.append((marked, loose))
        # The rarest first: few statements hold two words of a name, whatever each alone is worth.
        places.sort(key=lambda place: len(place[0]) + len(place[1]))
        numbers: AbstractSet[int] | None = None
        for marked, loose in (*places, (among, _NONE)):
            if numbers is None:
                numbers = marked | loose if marked and loose else marked or loose
            else:
                numbers = (marked & numbers) | (loose & numbers) if loose else marked & numbers
            if len(numbers) < least:
                return _NONE
        return frozenset([self._known[number].case for number in numbers or _NONE])


_NONE: frozenset[int] = frozenset()
