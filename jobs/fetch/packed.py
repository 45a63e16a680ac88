"""Unpacks files that a server sends as they lie on its disk (feed.xml.gz), within a size."""

import zlib

_GZIP = b"\x1f\x8b\x08"
"""RFC 1952 2.3.1: two bytes that tell gzip, and the one method that there is."""
_WITH_HEADER = 16 + zlib.MAX_WBITS
_PIECE = 16_384
_MOST_MEMBERS = 1_000
"""A file may be made of a million that are empty."""


class Bomb(Exception):
    """More would come out than is allowed."""


def unpacked(body: bytes, most: int) -> bytes:
    """What is in a gzip file, of one member or several (RFC 1952 2.2); any other body as it is.

    Of a file that breaks off, or is damaged, what comes out before; all of it where nothing does.
    Raises Bomb for more than `most` bytes, of which no more are ever unpacked.
    """
    found, at = bytearray(), 0
    for _ in range(_MOST_MEMBERS):
        if not body.startswith(_GZIP, at):
            break
        member = zlib.decompressobj(_WITH_HEADER)
        while at < len(body) and not member.eof:
            piece = body[at : at + _PIECE]
            try:
                found += member.decompress(piece, most + 1 - len(found))
            except zlib.error:
                return bytes(found) or body
            if len(found) > most:
                raise Bomb
            at += len(piece) - len(member.unused_data)
    return bytes(found) or body
