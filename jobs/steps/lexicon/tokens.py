"""Cuts a text into folded tokens that know where they stand in it.

Folding maps every character to exactly one (lower case, no accents, one shape of each Arabic
letter, simplified for traditional characters), so that positions stay true to the text.
Words of alphabetic scripts are one token; Han, kana and Hangul are one token a character, which
makes a phrase of them a plain substring whatever the spaces.
"""

import re
import unicodedata
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from functools import cache, lru_cache
from itertools import accumulate, compress
from typing import Any, TypeVar

from jobs.steps.lexicon.tables import table

CJK = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff"
"""Scripts written without spaces, or (Hangul) with endings glued to the word."""

_WORD = re.compile(rf"[^\W_{CJK}]+|[{CJK}]")
_TOKEN = re.compile(rf"({_WORD.pattern}|[.!?。！？؟…\n])")
_PLAIN = re.compile(r"([a-z0-9]+|[.!?\n])")
"""As `_TOKEN`, for folded ASCII: many times faster."""
_MARKS = re.compile("[\u00ad\u0300-\u036f\u0640\u064b-\u065f\u0670\u200b-\u200f\u2060\ufe0f\ufeff]")
_STOPS = frozenset(".!?。！？؟…\n")
_OWN_SHAPE = re.compile("[\u3040-\u30ff\uac00-\ud7af]")
"""Kana and Hangul are not taken apart: their marks tell letters from one another."""

_LETTERS = {
    "ı": "i", "ł": "l", "ø": "o", "đ": "d", "ð": "d", "’": "'", "‘": "'", "ʼ": "'",
    "ى": "ي", "ة": "ه", "ک": "ك", "ی": "ي", "٠": "0", "١": "1", "٢": "2", "٣": "3", "٤": "4",
    "٥": "5", "٦": "6", "٧": "7", "٨": "8", "٩": "9",
}  # fmt: skip
"""Letters that Unicode does not decompose (UAX 15) and that spellings of one name differ in."""


class _Fold(dict[int, str]):
    """A translation table that works out each character the first time it is met."""

    def __missing__(self, point: int) -> str:
        char = chr(point)
        folded = char
        if not _OWN_SHAPE.match(char):
            bare = "".join(c for c in unicodedata.normalize("NFKD", char) if not unicodedata.combining(c))
            folded = bare if len(bare) == 1 else char
            folded = folded.lower() if len(folded.lower()) == 1 else folded
        self[point] = _LETTERS.get(folded, folded)
        return self[point]


@cache
def _pairs() -> dict[str, str]:
    """Simplified characters, by the traditional ones."""
    return {pair[0]: pair[1] for pair in table("characters")["traditional_simplified"].split()}


@cache
def _fold_table() -> _Fold:
    """The folding, begun with the pairs of traditional and simplified characters."""
    return _Fold({ord(char): simple for char, simple in _pairs().items()})


@cache
def _simplified_only() -> frozenset[str]:
    return frozenset(_pairs().values()).difference(_pairs())


def traditional(text: str) -> bool:
    """Whether a Chinese text is written in traditional characters rather than in simplified ones."""
    return sum(char in _pairs() for char in text) > sum(char in _simplified_only() for char in text)


_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Tokens:
    """A text cut up. `words[i]` stands at `text[starts[i]:ends[i]]`, in sentence `sentences[i]`.

    Several steps share one, so that nobody may change the lists.
    """

    text: str
    words: list[str]
    starts: list[int]
    ends: list[int]
    sentences: list[int]
    _sought: dict[Hashable, Any] = field(default_factory=dict, repr=False, compare=False)

    @property
    def beyond_latin(self) -> str:
        """Each of its characters from Cyrillic on, once: says at once which scripts it does not hold."""
        return self.once(_beyond_latin, _beyond_latin)

    def evidence(self, first: int, last: int) -> str:
        """The very words of the text from token `first` to token `last`, both included."""
        return self.text[self.starts[first] : self.ends[last]]

    def once(self, key: Hashable, seek: Callable[["Tokens"], _T]) -> _T:
        """What `seek` finds in it; sought once under each key, as the steps look for much of the same."""
        if key not in self._sought:
            self._sought[key] = seek(self)
        return self._sought[key]  # type: ignore[no-any-return]  # what was put there under this key


def _beyond_latin(tokens: Tokens) -> str:
    return "" if tokens.text.isascii() else "".join(char for char in set(tokens.text) if char >= "\u0400")


def fold(text: str) -> str:
    """The text in its folded form, of the same length but for marks that are dropped."""
    if text.isascii():
        return text.lower()
    return _MARKS.sub("", text).translate(_fold_table())


def words_of(text: str) -> list[str]:
    """The words of `cut` alone."""
    return _WORD.findall(fold(text))


@lru_cache(maxsize=8)  # one text after another, each cut by several steps
def cut(text: str) -> Tokens:
    """The tokens of a text, in one pass. Never raises."""
    folded = fold(text)
    pieces = (_PLAIN if folded.isascii() else _TOKEN).split(folded)
    bounds = list(accumulate(map(len, pieces)))
    words, starts, ends = pieces[1::2], bounds[:-1:2], bounds[1::2]
    kept = [word not in _STOPS for word in words]
    sentences = _sentences(folded, words, ends, kept)
    words = list(compress(words, kept))
    starts, ends = (list(compress(column, kept)) for column in (starts, ends))
    if len(folded) < len(text):
        places = _unmarked(text)
        starts = [places[at] for at in starts]
        ends = [places[at - 1] + 1 for at in ends]
    return Tokens(text, words, starts, ends, sentences)


def _sentences(folded: str, pieces: list[str], ends: list[int], kept: list[bool]) -> list[int]:
    """The number of the sentence of each piece that is kept; the others may end one."""
    sentences: list[int] = []
    sentence = begun = 0
    for stop in [at for at, word in enumerate(kept) if not word]:
        sentences += [sentence] * (stop - begun)
        begun = stop + 1
        # "9.30" and "U.S." are no ends; a line break and a stop before a space are.
        after = folded[ends[stop] : ends[stop] + 1]
        sentence += pieces[stop] not in ".…" or not after or after.isspace() or after in "\"'»”’)"
    sentences += [sentence] * (len(kept) - begun)
    return sentences


def _unmarked(text: str) -> list[int]:
    """The places of the characters that folding keeps."""
    places: list[int] = []
    at = 0
    for mark in _MARKS.finditer(text):
        places.extend(range(at, mark.start()))
        at = mark.end()
    places.extend(range(at, len(text)))
    return places
