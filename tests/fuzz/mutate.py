"""Makes an input that is slightly, or quite, wrong out of others; the same for the same chances."""

import random
from collections.abc import Callable, Sequence

MOST = 60_000
"""Bytes of an input: beyond it only time is tried, and that at `_again`."""
_MANY = (2, 17, 257, 3000)
_EDGES = (
    b"\x00",
    b"\xff",
    b"\x7f",
    b"\x80",
    b"\xed\xa0\x80",
    b"\xf4\x90\x80\x80",
    b"\xef\xbb\xbf",
    b"\xff\xfe",
)
_NUMBERS = (
    b"0",
    b"-1",
    b"9" * 19,
    b"9" * 400,
    b"1e309",
    b"NaN",
    b"2147483648",
    b"0x7f",
    "٣".encode(),
    "²".encode(),
)

Change = Callable[[random.Random, bytes, Sequence[bytes]], bytes]


def mutated(chance: random.Random, known: Sequence[bytes], words: Sequence[bytes]) -> bytes:
    """One of `known` after one to eight changes; `words` are what its reader has an ear for."""
    data = chance.choice(known)
    for _ in range(chance.choice((1, 1, 2, 3, 5, 8))):
        change = chance.choice(_CHANGES)
        data = change(chance, data, known if change is _spliced else words)[:MOST]
    return data


def _flipped(chance: random.Random, data: bytes, _words: Sequence[bytes]) -> bytes:
    if not data:
        return b"\x00"
    at = chance.randrange(len(data))
    return data[:at] + bytes([data[at] ^ (1 << chance.randrange(8))]) + data[at + 1 :]


def _cut(chance: random.Random, data: bytes, _words: Sequence[bytes]) -> bytes:
    first, last = _span(chance, data)
    return data[:first] + data[last:]


def _ended(chance: random.Random, data: bytes, _words: Sequence[bytes]) -> bytes:
    return data[: chance.randrange(len(data) + 1)]


def _again(chance: random.Random, data: bytes, _words: Sequence[bytes]) -> bytes:
    first, last = _span(chance, data, 60)
    return data[:last] + data[first:last] * chance.choice(_MANY) + data[last:]


def _spliced(chance: random.Random, data: bytes, known: Sequence[bytes]) -> bytes:
    other = chance.choice(known)
    first, last = _span(chance, other, 2000)
    at = chance.randrange(len(data) + 1)
    return data[:at] + other[first:last] + data[at:]


def _worded(chance: random.Random, data: bytes, words: Sequence[bytes]) -> bytes:
    first, last = _span(chance, data, chance.choice((0, 0, 8)))
    put = chance.choice(chance.choice((words, words, _EDGES, _NUMBERS)))
    return data[:first] + put + data[last:]


def _swapped(chance: random.Random, data: bytes, _words: Sequence[bytes]) -> bytes:
    first, last = _span(chance, data, 200)
    middle = (first + last) // 2
    return data[:first] + data[middle:last] + data[first:middle] + data[last:]


def _span(chance: random.Random, data: bytes, most: int = 400) -> tuple[int, int]:
    first = chance.randrange(len(data) + 1)
    return first, min(len(data), first + chance.randrange(most + 1))


_CHANGES: tuple[Change, ...] = (_flipped, _cut, _ended, _again, _spliced, _worded, _worded, _swapped)
