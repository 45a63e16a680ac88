"""Work on very many rows, cut into ranges of their ids: each is done by whichever node is free.

What is cut stands in our own tables, and decides: a range that is done twice finds nothing the second time,
and one that was not done is cut anew at the next look.
"""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Part:
    """The ids from `first` to `last`, both included: what the job of one node is a function of."""

    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Spread:
    """`cut` tells every so many seconds which parts there are, and `do` does one of them."""

    name: str
    every: float
    cut: Callable[[], Awaitable[Sequence[Part]]]
    do: Callable[[Part], Awaitable[object]]


def parts(ids: Iterable[int], size: int, most: int) -> tuple[Part, ...]:
    """The first ranges of `size` ids, no more than `most`, that hold any of these.

    Their bounds do not depend on which of them there are: the same range is known again by its name.
    """
    numbers = sorted({one // size for one in ids})[:most]
    return tuple(Part(number * size, (number + 1) * size - 1) for number in numbers)
