"""What is in a packed file, within a size."""

import gzip

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs.fetch.packed import Bomb, unpacked

FEED = b"<rss><channel><title>Northlight</title></channel></rss>"


def test_one_member_or_several_are_one_text() -> None:
    """RFC 1952 2.2: files may be strung together; what follows the last one counts for nothing."""
    assert unpacked(gzip.compress(FEED), 1_000) == FEED
    parts = gzip.compress(FEED[:20]) + gzip.compress(b"") + gzip.compress(FEED[20:])
    assert unpacked(parts + b"\0\0", 1_000) == FEED


def test_what_is_not_packed_stays() -> None:
    """Also what only begins so."""
    for body in (b"", FEED, b"\x1f\x8b", b"\x1f\x8b\x08 and then words"):
        assert unpacked(body, 1_000) == body


def test_of_a_file_that_breaks_off_the_beginning_is_read() -> None:
    """As of any answer that was cut short."""
    whole = bytes(range(256)) * 300
    half = unpacked(gzip.compress(whole)[:600], 100_000)
    assert half
    assert whole.startswith(half)


def test_no_more_is_unpacked_than_allowed() -> None:
    """To the byte; by one long member, or by many."""
    assert unpacked(gzip.compress(bytes(1_000)), 1_000) == bytes(1_000)
    for bomb in (gzip.compress(bytes(1_001)), gzip.compress(bytes(30_000_000)), gzip.compress(b"ab") * 501):
        with pytest.raises(Bomb):
            unpacked(bomb, 1_000)


def test_a_million_empty_members_take_no_time() -> None:
    """Only so many are looked at: then it is what it is."""
    assert unpacked(gzip.compress(b"") * 200_000, 1_000)[:2] == b"\x1f\x8b"


@given(st.lists(st.binary(max_size=60), min_size=1, max_size=4), st.binary(max_size=40))
def test_any_bytes_are_unpacked_or_left(parts: list[bytes], noise: bytes) -> None:
    """Nothing but Bomb is raised, and only for too much."""
    packed = b"".join(map(gzip.compress, parts))
    assert unpacked(packed, 1_000) == (b"".join(parts) or packed)
    damaged = packed[: len(packed) // 2] + noise
    assert len(unpacked(damaged, 1_000)) <= max(1_000, len(damaged))
