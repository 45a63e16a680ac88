"""Tests that wait and tests that compute run side by side."""

from collections import Counter
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from tests.order import mixed

FLOW, OTHER = Path("tests/flow"), Path("tests/jobs")


@dataclass(frozen=True)
class Placed:
    """The `number`th test of a file."""

    path: Path
    number: int


def test_stories_lie_evenly_among_the_rest_and_none_is_lost() -> None:
    """Whichever stretch a worker begins with holds its share of them; files stay together."""
    tests = [Placed(FLOW / f"{name}.py", number) for name in "abcdef" for number in range(5)]
    tests += [Placed(OTHER / f"{name}.py", number) for name in "uvwxyz" for number in range(50)]
    found = mixed(tests, FLOW)
    assert Counter(found) == Counter(tests)
    for stretch in (found[at : at + 55] for at in range(0, 330, 55)):
        assert 4 <= sum(test.path.parent == FLOW for test in stretch) <= 6
    files = [test.path for test in found]
    changes = sum(one != other for one, other in pairwise(files))
    assert changes == len(set(files)) - 1
    assert mixed([], FLOW) == []
