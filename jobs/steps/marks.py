"""Marks by which an item is known again: short digests of all that it says, kept beside its source."""

from collections.abc import Iterable
from hashlib import blake2b

MARK = 8
"""Bytes of one mark."""
MOST_MARKS = 2000
"""Marks kept of one source: the items beyond are read every time."""


def mark(data: bytes) -> bytes:
    """The mark of an item with these bytes."""
    return blake2b(data, digest_size=MARK).digest()


def packed(marks: Iterable[bytes]) -> bytes:
    """Marks as they are stored beside a source, in a row of bounded length."""
    return b"".join(dict.fromkeys(marks))[: MARK * MOST_MARKS]


def unpacked(marks: bytes) -> frozenset[bytes]:
    """The marks of `packed`."""
    return frozenset(marks[at : at + MARK] for at in range(0, len(marks) - MARK + 1, MARK))
