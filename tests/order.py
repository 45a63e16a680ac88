"""In which order several workers run the tests."""

from collections.abc import Iterable, Sequence
from itertools import groupby
from pathlib import Path
from typing import Protocol, TypeVar


class Placed(Protocol):
    """What is known of a test here: the file that it stands in."""

    @property
    def path(self) -> Path:
        """That file."""


Test = TypeVar("Test", bound=Placed)


def mixed(tests: Sequence[Test], stories: Path) -> list[Test]:
    """Those in the folder `stories` evenly among the rest; files stay whole, and in their order.

    Each worker begins with a stretch of all tests. Whole stories mostly wait, for programs and for
    Telegram, and what else there is computes: as long as some wait, others are to have something to
    compute. In the order of their names all stories came to one worker, and were shared out at the end.
    """
    inside = [test for test in tests if test.path.parent == stories]
    outside = [test for test in tests if test.path.parent != stories]
    places = sorted([*_placed(inside), *_placed(outside)], key=lambda place: place[0])
    return [test for _, file in places for test in file]


def _placed(tests: Sequence[Test]) -> Iterable[tuple[float, list[Test]]]:
    """Each file with where its middle lies, from 0 to 1."""
    begun = 0
    for _, group in groupby(tests, key=lambda test: test.path):
        file = list(group)
        yield (begun + len(file) / 2) / len(tests), file
        begun += len(file)
