"""One line of what `vigil check` tells: what was looked at, how it is, and how to mend it."""

from dataclasses import dataclass
from enum import StrEnum


class Grade(StrEnum):
    """How grave a finding is."""

    FINE = "fine"
    NOTE = "note"
    """Works, and should be known."""
    WRONG = "wrong"
    """Keeps Vigil from its work, or endangers somebody."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What was looked at, in which state it is, and the remedy."""

    what: str
    state: str
    grade: Grade = Grade.FINE
    remedy: str = ""


def fine(what: str, state: str) -> Finding:
    """All is well."""
    return Finding(what, state)


def note(what: str, state: str, remedy: str = "") -> Finding:
    """Worth knowing."""
    return Finding(what, state, Grade.NOTE, remedy)


def wrong(what: str, state: str, remedy: str) -> Finding:
    """To be mended."""
    return Finding(what, state, Grade.WRONG, remedy)
