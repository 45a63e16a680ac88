"""Compares two texts by their pairs of neighbouring words, without keeping the words."""

from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from zlib import crc32

_WORDS = 400
_BITS = 1 << 14


@dataclass(frozen=True, slots=True)
class Wording:
    """The pairs of neighbouring words of a text (of characters in CJK), as numbers."""

    size: int
    """How many there are."""
    codes: bytes
    """The numbers, four bytes each: thousands of texts are remembered, and words would fill the memory."""
    crowded: int
    """How many of them share a bit of the mask with another."""
    mask: int
    """A bit for each, so that texts that have little in common are told apart at once."""


def wording(words: Sequence[str]) -> Wording:
    """The wording of a text that was cut into words; its lead tells it."""
    codes = {crc32(f"{one} {other}".encode("utf-8", "replace")) for one, other in pairwise(words[:_WORDS])}
    mask = bytearray(_BITS // 8)
    for code in codes:
        mask[code % _BITS >> 3] |= 1 << (code & 7)
    bits = int.from_bytes(mask, "little")
    return Wording(len(codes), array("I", codes).tobytes(), len(codes) - bits.bit_count(), bits)


def alike(one: Wording, other: Wording, least: float) -> float:
    """The share of the shorter wording that both have; 0 where it is less than `least`."""
    if not may_be_alike(one, other, least):
        return 0.0
    shared = _codes(one.codes).intersection(array("I", other.codes))  # no set of the other is made
    share = len(shared) / max(1, min(one.size, other.size))
    return share if share >= least else 0.0


def may_be_alike(one: Wording, other: Wording, least: float) -> bool:
    """False when the share is less than `least` for sure."""
    # Two pairs may have one bit, so that as many more may be shared as bits are missing in a mask.
    most = (one.mask & other.mask).bit_count() + min(one.crowded, other.crowded)
    return most >= least * min(one.size, other.size)


def leading(of: Wording) -> tuple[int, ...]:
    """The least of the numbers: texts that share most of their pairs share one of these (Broder 1997)."""
    return tuple(sorted(_codes(of.codes))[:_LEADING])


_LEADING = 4


@lru_cache(maxsize=8)  # one text is held against many
def _codes(codes: bytes) -> frozenset[int]:
    return frozenset(array("I", codes))
