"""What `python -m tests.fuzz` has found is tried ever after; of each target some more is made on the spot."""

import random
from pathlib import Path

import pytest

from tests.fuzz.__main__ import fault_of
from tests.fuzz.mutate import mutated
from tests.fuzz.targets import DATA, TARGETS, Target

FOUND = sorted(path for path in (DATA / "fuzz").rglob("*") if path.is_file())
EACH = 5


@pytest.mark.parametrize("path", FOUND, ids=lambda path: f"{path.parent.name}-{path.name}")
def test_what_was_found_stays_mended(path: Path) -> None:
    """Each once broke a promise, or took more time than there is."""
    assert fault_of(TARGETS[path.parent.name], path.read_bytes()) == ""


@pytest.mark.parametrize("name", TARGETS)
def test_whatever_is_thrown_at_a_reader_it_keeps_its_promise(name: str) -> None:
    """It ends, and raises nothing but what it announces."""
    target, chance = TARGETS[name], random.Random(name)  # noqa: S311 - to be repeated, not secret
    assert target.seeds, "there is something to make others of"
    for _ in range(EACH):
        data = mutated(chance, target.seeds, target.words)
        assert fault_of(target, data) == "", data


def _stumbles(body: bytes) -> None:
    int(body)


def test_a_fault_is_seen() -> None:
    """A reader that stumbles is found out, by where."""
    assert fault_of(Target(_stumbles, (), ()), b"x").startswith("ValueError")
