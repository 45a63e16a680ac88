"""A picture is known by its bytes, and loses whatever stands beside it before anybody gets it."""

import struct
import zlib
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs.steps.picture import MOST, Fault, Unfit, cleaned
from tests.pictures import DRAWING, PHOTO, PROGRESSIVE, WEBP

PICTURES = {"jpeg": PHOTO, "progressive": PROGRESSIVE, "png": DRAWING}


def fault_of(data: bytes | None) -> Fault | None:
    """Why it is not taken; None for what is."""
    try:
        cleaned(data)
    except Unfit as unfit:
        return unfit.fault
    return None


def a_png(width: int, height: int) -> bytes:
    """The head of a PNG of this size, some data, and its end."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(b"")), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
        for name, body in chunks
    )


@pytest.mark.parametrize("name", PICTURES)
def test_nothing_but_the_picture_is_left(name: str) -> None:
    """No device, place, author, comment, profile or small copy; what draws it is byte for byte the same."""
    data = PICTURES[name]
    found = cleaned(data)
    for word in (b"SpyPhone", b"home", b"Kim of Hyesan", b"ICC_PROFILE", b"tEXt", b"iTXt", b"eXIf", b"JFIF"):
        assert word not in found.data, word
    size = (12, 8) if name == "png" else (8, 12)
    assert (found.picture.width, found.picture.height) == size, "as it is looked at: a JPEG held sideways"
    assert found.picture.size == len(found.data)
    assert cleaned(found.data) == found, "and nothing more goes the second time"
    scan = data.index(b"\xff\xda") if name != "png" else data.index(b"IDAT") - 4
    drawn = data[scan:] if name != "png" else data[scan : data.index(b"IEND") - 4]
    assert drawn in found.data


def test_how_the_camera_was_held_is_kept_and_nothing_else_of_its_data() -> None:
    """Else people would lie on their side; a picture that was held upright has no such data at all."""
    found = cleaned(PHOTO).data
    at = found.index(b"Exif\x00\x00")
    assert found[at - 4 : at] == b"\xff\xe1\x00\x22"
    assert found[at + 6 : at + 32] == bytes.fromhex("4d4d002a00000008000101120003000000010006000000000000")
    upright = PHOTO.replace(
        b"\x01\x12\x00\x03\x00\x00\x00\x01\x00\x06", b"\x01\x12\x00\x03\x00\x00\x00\x01\x00\x01"
    )
    assert upright != PHOTO
    assert b"Exif" not in cleaned(upright).data
    assert (cleaned(upright).picture.width, cleaned(upright).picture.height) == (12, 8)


@pytest.mark.parametrize("name", PICTURES)
def test_what_stands_behind_its_end_goes(name: str) -> None:
    """Phones append films, and others whole archives."""
    data = PICTURES[name]
    assert cleaned(data + b"PK\x03\x04 a film of the street").data == cleaned(data).data


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        (b"", Fault.NONE),
        (b"%PDF-1.7 a letter", Fault.NONE),
        (b"<svg onload=alert(1)>", Fault.NONE),
        (b"MZ\x90\x00 a program", Fault.NONE),
        (WEBP, Fault.NONE),
        (b"GIF89a" + bytes(50), Fault.NONE),
        (b"\xff\xd8\xff", Fault.BROKEN),
        (b"\xff\xd8\xff\xe0 a letter that begins as a picture does", Fault.BROKEN),
        (b"\xff\xd8\xff\xd9", Fault.BROKEN),
        (b"\x89PNG\r\n\x1a\n", Fault.BROKEN),
        (a_png(0, 8), Fault.BROKEN),
        (a_png(9000, 100), Fault.LARGE),
        (a_png(6000, 5000), Fault.LARGE),
        (a_png(2100, 100), Fault.LARGE),
        (b"\xff\xd8\xff" + bytes(MOST), Fault.BIG),
        (None, Fault.BIG),
    ],
)
def test_what_is_no_picture_is_refused_for_its_reason(data: bytes | None, fault: Fault) -> None:
    """By its bytes: neither name nor kind is believed."""
    assert fault_of(data) is fault


@pytest.mark.parametrize("name", PICTURES)
def test_one_that_is_cut_off_anywhere_is_refused(name: str) -> None:
    """At whatever byte."""
    data = cleaned(PICTURES[name]).data
    assert {fault_of(data[:end]) for end in range(20, len(data))} == {Fault.BROKEN}


@pytest.mark.parametrize("name", PICTURES)
def test_whatever_is_changed_in_one_nothing_is_raised_but_that(name: str) -> None:
    """And what is taken has no more in it than went in."""
    dice = Random(name)  # noqa: S311 - the same dice each time
    for _ in range(400):
        data = bytearray(PICTURES[name])
        for _ in range(dice.randint(1, 4)):
            data[dice.randrange(len(data))] = dice.randrange(256)
        try:
            assert len(cleaned(bytes(data)).data) <= len(data)
        except Unfit:
            continue


@given(st.binary(max_size=300))
def test_whatever_follows_its_first_bytes_is_taken_or_refused(rest: bytes) -> None:
    """In a moment, whatever lengths it claims to have."""
    for head in (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n"):
        assert fault_of(head + rest) in {None, Fault.BROKEN, Fault.LARGE}
