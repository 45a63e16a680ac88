"""Texts are packed with the words of their language, and come back whole whatever they are."""

import json
import zlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage import packing
from storage.packing import is_worded, pack, packed_anew, unpack
from tests.evaluation.often import is_taught

_EXAMPLES = Path(__file__).parents[1] / "data" / "eval" / "dev.jsonl"
MARKS = {
    "ar": 0xACE15BEA,
    "en": 0xD2D4BC9A,
    "es": 0xE476D0C0,
    "fr": 0x546AADF1,
    "ja": 0x8D99E455,
    "ko": 0xE262A8A,
    "ru": 0x4A35C11E,
    "zh": 0xD69D8365,
}
"""The checksums of the words: what is in people's archives names them."""


@given(st.text(min_size=1, max_size=40), st.integers(1, 200), st.booleans())
def test_what_is_packed_comes_back_whole(text: str, times: int, worded: bool) -> None:
    """Any text, in any script; and it is shorter, or it is not packed."""
    packed = pack(text * times, worded=worded)
    if packed is not None:
        assert unpack(packed) == text * times
        assert len(packed) < len((text * times).encode())
        assert is_worded(packed) == worded


def test_entries_take_far_less_room_with_the_words_of_their_language() -> None:
    """Measured with those whose words were not taken: two fifths less in all, least of all in Chinese."""
    lines = map(json.loads, _EXAMPLES.read_text(encoding="utf-8").splitlines())
    room: dict[str, list[int]] = {}
    for one in (one for one in lines if not is_taught(one)):
        text = one["summary"]
        sizes = room.setdefault(one["lang"], [0, 0])
        sizes[0] += len(pack(text, worded=False) or text.encode())
        sizes[1] += len(pack(text, worded=True) or text.encode())
    assert room.keys() == MARKS.keys()
    assert all(after < 0.85 * before for before, after in room.values()), room
    before, after = map(sum, zip(*room.values(), strict=True))
    assert after < 0.65 * before


def test_words_that_archives_are_packed_with_never_change() -> None:
    """Whoever changes a file takes the words from every archive that was packed with it."""
    assert {name: zlib.adler32(packing._often(name)) for name in packing._LANGUAGES} == MARKS
    packed = pack("The nine were sent back over the river at night, said those who saw it.", worded=True)
    assert packed is not None
    assert packed[:6] == packing.WORDED + MARKS["en"].to_bytes(4)


def test_what_is_damaged_or_packed_with_other_words_is_refused() -> None:
    """Nobody is shown half a text."""
    packed = pack("The nine were sent back over the river. " * 9, worded=True)
    assert packed is not None
    for spoilt in (packed[:-4], packed[:-1] + bytes([packed[-1] ^ 1]), packed[:9]):
        with pytest.raises(zlib.error):
            unpack(spoilt)
    with pytest.raises(KeyError):
        unpack(packed[:2] + b"none" + packed[6:])


def test_what_was_packed_before_is_packed_anew_where_that_is_shorter() -> None:
    """What is packed with words already, or is too short, is left as it is."""
    text = "The nine were sent back over the river, and nobody has heard of them since. " * 5
    plain, worded = pack(text, worded=False), pack(text, worded=True)
    assert plain is not None
    assert packed_anew(plain) == packed_anew(text) == worded
    assert packed_anew("Nine.") is None
    assert worded is not None
    assert packed_anew(worded) is None
