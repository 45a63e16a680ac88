"""Packs texts by zlib, with the words that texts of their language hold most often at hand (`often/`).

Of what a text has in common with these only their place is written (a preset dictionary, RFC 1950, 2.2). What
is packed says which it was packed with. So a file in `often/` never changes: better words are another file.
"""

import re
import zlib
from functools import cache
from importlib.resources import files

LEAST, _LEAST_PLAIN = 60, 300
"""Characters from which on packing saves anything, with such words and without."""
_LEVEL = 6
WORDED = b"\x78\xbb"
"""How what was packed with such words begins: deflate at this level, FDICT."""
_LANGUAGES = {
    "en": re.compile(r" (?:the|of|and|to|in|for) "),
    "fr": re.compile(r" (?:les|des|et|du|une|le) "),
    "es": re.compile(r" (?:los|las|el|y|del|por) "),
    "ru": re.compile("[а-яё]+"),
    "ar": re.compile("[ء-ي]+"),
    "ko": re.compile("[가-힣]+"),
    "ja": re.compile("[ぁ-ヿ]"),
    "zh": re.compile("[一-鿿]{2}"),
}
"""What stands the more often in a text the likelier it is of the language."""
_LOOKED_AT = 500
"""Characters by which the language is told."""


def pack(text: str, *, worded: bool) -> bytes | None:
    """The text packed, where that is shorter; else None. `worded`: with the words of its language."""
    if len(text) < (LEAST if worded else _LEAST_PLAIN):
        return None
    raw = text.encode("utf-8")
    if worded:
        packer = _packer(_language(text)).copy()
        packed = packer.compress(raw) + packer.flush()
    else:
        packed = zlib.compress(raw, _LEVEL)
    return packed if len(packed) < len(raw) else None


def unpack(packed: bytes) -> str:
    """The text again. Raises zlib.error, and KeyError for what was packed with words that are not here."""
    if not is_worded(packed):
        return zlib.decompress(packed).decode("utf-8")
    unpacker = zlib.decompressobj(zdict=_by_mark()[int.from_bytes(packed[2:6])])
    raw = unpacker.decompress(packed)
    if not unpacker.eof:
        raise zlib.error("it ends too early")
    return raw.decode("utf-8")


def packed_anew(kept: str | bytes) -> bytes | None:
    """A text, or what is packed of it without words, packed with them where that is shorter; else None."""
    if isinstance(kept, str):
        return pack(kept, worded=True)
    found = pack(unpack(kept), worded=True)
    return found if found and len(found) < len(kept) else None


def is_worded(packed: bytes) -> bool:
    """Whether it was packed with the words of its language."""
    return packed.startswith(WORDED)


def _language(text: str) -> str:
    start = text[:_LOOKED_AT]
    return max(_LANGUAGES, key=lambda name: len(_LANGUAGES[name].findall(start)))


@cache
def _often(language: str) -> bytes:
    return (files("storage") / "often" / f"{language}.txt").read_bytes()


@cache
def _packer(language: str) -> "zlib._Compress":
    """One that has read the words: a copy of it takes half as long as another would."""
    return zlib.compressobj(_LEVEL, zdict=_often(language))


@cache
def _by_mark() -> dict[int, bytes]:
    """The words by their checksum, by which what is packed names them."""
    return {zlib.adler32(words): words for words in map(_often, _LANGUAGES)}
