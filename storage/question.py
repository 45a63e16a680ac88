"""A question in terms that are held: groups, each met in one of several ways."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from storage.vocabulary import Totals

_ASKED = 2
"""Terms of a row by which an index is asked for it."""


@dataclass(frozen=True, slots=True)
class Way:
    """One way to meet a group: terms that follow one another, each in one of several forms."""

    steps: tuple[tuple[int, ...], ...]
    weight: float = 1.0
    apart: bool = False
    """Whether they may stand anywhere."""
    named: bool = False
    """Whether it is another name for what was typed."""
    held: int = field(default=1, compare=False)
    """No more statements than these meet it, as far as is known."""
    asked: tuple[tuple[int, ...], ...] = field(default=(), compare=False)
    """The steps by which an index is asked for it: what they find is read anyway."""


@dataclass(frozen=True, slots=True)
class Group:
    """What a word or phrase of the question asks for, in all its ways, the best first."""

    ways: tuple[Way, ...]
    held: int
    """About how many statements meet it."""
    needed: bool = True
    """False for words that say little by themselves."""
    strict: bool = False
    """True for a phrase in quotation marks: without it there is no answer."""

    @property
    def most(self) -> int:
        """No more statements than these meet it: what asking the index for it costs."""
        return sum(way.held for way in self.ways)


@dataclass(frozen=True, slots=True)
class Question:
    """What is looked for, in numbers of terms."""

    groups: tuple[Group, ...]
    facts: tuple[Group, ...]
    """What the filters ask for."""
    without: tuple[Way, ...]
    held: Totals
    texts: dict[int, str] = field(default_factory=dict)
    """The terms by their numbers."""
    instead: tuple[tuple[str, str], ...] = ()
    unknown: bool = False
    """Whether something was asked for that nothing at all holds."""


def rarest(way: Way, held: Sequence[int]) -> tuple[tuple[int, ...], ...]:
    """The steps by which an index is asked: who holds the rarest of a row of terms is read for the others.

    An index goes through all that hold a common term. What may stand apart is not read for, and of what holds
    a phrase the newest are to be told.
    """
    if way.apart or len(way.steps) <= _ASKED:
        return way.steps
    return tuple(way.steps[at] for at in sorted(range(len(held)), key=held.__getitem__)[:_ASKED])
