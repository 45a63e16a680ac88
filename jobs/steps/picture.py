"""Reads a picture by its bytes, and writes it anew without anything but the picture.

A photo from a phone tells where it was taken, when, by which device, and may carry a smaller copy of itself
from before it was cut. Of a JPEG (ITU-T T.81, JFIF) only the segments stay that a decoder needs, of a PNG
(ISO/IEC 15948) only such chunks; what stands behind the end of either goes. How a camera was held is kept: in
a JPEG without it people would lie on their side. Nothing is decoded: that is for those who look at it.
"""

import re
import struct
import zlib
from dataclasses import dataclass, field
from enum import StrEnum

from storage.records import Picture

MOST = 5_000_000
"""Bytes."""
_LONGEST = 8_000
"""Pixels of a side; both together may be 10,000, and one 20 times the other (Bot API, sendPhoto)."""
_TOGETHER = 10_000
_SLIMMEST = 20
_EOI, _SOS, _APP1 = 0xD9, 0xDA, 0xE1
_EXIF = b"Exif\x00\x00"
_TAG, _SHORT, _ENTRIES = 0x0112, 3, 200
_LYING = 5
"""From here on a camera was held so that width and height change places."""
_FRAMES = frozenset({*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC})
"""Starts of a frame: what follows tells height and width."""
_TABLES = frozenset({0xC4, 0xCC, 0xDB, 0xDD})
"""Huffman and arithmetic tables, quantisation, restart interval."""
_STANDALONE = frozenset({0x00, 0x01, *range(0xD0, 0xD9)})
_ENDS_A_SCAN = re.compile(rb"\xff(?=[^\x00\xd0-\xd7\xff])")
_ADOBE, _OF_ADOBE = 0xEE, 12
"""How the colours are kept: without it some pictures come out in wrong ones."""
_PNG = b"\x89PNG\r\n\x1a\n"
_CHUNKS = frozenset({b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND", b"gAMA", b"cHRM", b"sRGB", b"sBIT"})


class Fault(StrEnum):
    """Why something is not taken for a picture."""

    NONE = "none"
    """It is something else than a JPEG or a PNG."""
    BROKEN = "broken"
    """It begins as one, and does not go on so."""
    BIG = "big"
    """It has too many bytes."""
    LARGE = "large"
    """It has too many pixels, or is too slim."""


class Unfit(Exception):
    """It is not taken; `fault` says why."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault)
        self.fault = fault


@dataclass(frozen=True, slots=True)
class Cleaned:
    """A picture without what stood beside it."""

    picture: Picture
    data: bytes = field(repr=False)


def cleaned(data: bytes | None) -> Cleaned:
    """The picture alone; None is one that was too big to be fetched. Raises Unfit."""
    if data is None or len(data) > MOST:
        raise Unfit(Fault.BIG)
    try:
        if data.startswith(_PNG):
            kind, bare, size = "image/png", *_png(data)
        elif data[:3] == b"\xff\xd8\xff":
            kind, bare, size = "image/jpeg", *_jpeg(data)
        else:
            raise Unfit(Fault.NONE)
    except (struct.error, IndexError, ValueError):
        raise Unfit(Fault.BROKEN) from None
    width, height = size
    if not width or not height:
        raise Unfit(Fault.BROKEN)
    long, short = max(size), min(size)
    if long > _LONGEST or width + height > _TOGETHER or long > short * _SLIMMEST:
        raise Unfit(Fault.LARGE)
    return Cleaned(Picture.of(bare, kind, width, height), bare)


def _jpeg(data: bytes) -> tuple[bytes, tuple[int, int]]:
    """The JPEG without its application data and comments, with its width and height as it is looked at."""
    made, size, at, has_scan, turned = [b"\xff\xd8"], (0, 0), 2, False, 1
    while True:
        marker, body, at = _segment_at(data, at)
        if marker == _EOI:
            break
        if marker in _FRAMES:
            _, height, width = struct.unpack_from(">BHH", body)
            size = (width, height)
        if marker == _APP1 and body.startswith(_EXIF):
            turned = _orientation(body[len(_EXIF) :])
            if turned > 1:
                made.append(_segment(_APP1, _turned(turned)))
        elif (kept := _kept(marker, body)) is not None:
            made.append(kept)
        if marker == _SOS:
            end = _next_marker(data, at)
            made.append(data[at:end])
            at, has_scan = end, True
    if not has_scan or size == (0, 0):
        raise ValueError("nothing is drawn")
    return b"".join((*made, b"\xff\xd9")), size if turned < _LYING else size[::-1]


def _segment_at(data: bytes, at: int) -> tuple[int, bytes, int]:
    """The marker there, what belongs to it, and where the next stands. Nothing belongs to the end."""
    if data[at] != 0xFF:
        raise ValueError("no marker")
    while data[at] == 0xFF:
        at += 1
    marker = data[at]
    if marker == _EOI:
        return marker, b"", at + 1
    if marker in _STANDALONE:
        raise ValueError("a marker where none may stand")
    (length,) = struct.unpack_from(">H", data, at + 1)
    end = at + 1 + length
    if length < 2 or end > len(data):
        raise ValueError("it is cut off")
    return marker, data[at + 3 : end], end


def _next_marker(data: bytes, at: int) -> int:
    """Where the marker stands that ends a scan."""
    found = _ENDS_A_SCAN.search(data, at)
    if found is None:
        raise ValueError("it is cut off")
    return found.start()


def _kept(marker: int, body: bytes) -> bytes | None:
    """What of a segment is written: all that draws; None for all else."""
    if marker in _FRAMES or marker in _TABLES or marker == _SOS:
        return _segment(marker, body)
    if marker == _ADOBE and body.startswith(b"Adobe") and len(body) >= _OF_ADOBE:
        return _segment(marker, body[:_OF_ADOBE])
    return None


def _segment(marker: int, body: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, marker, len(body) + 2) + body


def _orientation(tiff: bytes) -> int:
    """How the camera was held, 1 to 8 (Exif 2.32, tag 274); 1 where that is not told."""
    order = {b"II": "<", b"MM": ">"}.get(tiff[:2])
    try:
        if order is None:
            return 1
        (first,) = struct.unpack_from(f"{order}I", tiff, 4)
        (count,) = struct.unpack_from(f"{order}H", tiff, first)
        for number in range(min(count, _ENTRIES)):
            tag, kind, _, value = struct.unpack_from(f"{order}HHIH", tiff, first + 2 + 12 * number)
            if (tag, kind) == (_TAG, _SHORT):
                return value if 1 <= value <= 8 else 1
    except struct.error:
        pass
    return 1


def _turned(orientation: int) -> bytes:
    """Exif data that tell how the camera was held, and nothing else."""
    entry = struct.pack(">HHIHH", _TAG, _SHORT, 1, orientation, 0)
    return _EXIF + b"MM\x00*" + struct.pack(">IH", 8, 1) + entry + bytes(4)


def _png(data: bytes) -> tuple[bytes, tuple[int, int]]:
    """The PNG without texts, times and whatever else stands in it, with its width and height."""
    made, at, has_data = [_PNG], len(_PNG), False
    (length, name) = struct.unpack_from(">I4s", data, at)
    if (length, name) != (13, b"IHDR"):
        raise ValueError("no header")
    width, height = struct.unpack_from(">II", data, at + 8)
    while name != b"IEND":
        (length, name) = struct.unpack_from(">I4s", data, at)
        end = at + 12 + length
        (check,) = struct.unpack_from(">I", data, end - 4)
        if zlib.crc32(data[at + 4 : end - 4]) != check:
            raise ValueError("it is damaged")
        if name in _CHUNKS:
            made.append(data[at:end])
        has_data = has_data or name == b"IDAT"
        at = end
    if not has_data:
        raise ValueError("nothing is drawn")
    return b"".join(made), (width, height)
