"""Cuts a text into folded tokens that know where they stand in it.

Folding maps every character to exactly one (lower case, no accents, one shape of each Arabic
letter, simplified for traditional characters), so that positions stay true to the text.
Words of alphabetic scripts are one token; Han, kana and Hangul are one token a character, which
makes a phrase of them a plain substring whatever the spaces.
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import cache

from jobs.steps.lexicon.tables import table

CJK = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff"
"""Scripts written without spaces, or (Hangul) with endings glued to the word."""

_TOKEN = re.compile(rf"[^\W_{CJK}]+|[{CJK}]|[.!?。！？؟…\n]")
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
def _fold_table() -> _Fold:
    """The folding, begun with the pairs of traditional and simplified characters."""
    pairs = table("characters")["traditional_simplified"].split()
    return _Fold({ord(pair[0]): pair[1] for pair in pairs})


@dataclass(frozen=True, slots=True)
class Tokens:
    """A text cut up. `words[i]` stands at `text[starts[i]:ends[i]]`, in sentence `sentences[i]`."""

    text: str
    words: list[str]
    starts: list[int]
    ends: list[int]
    sentences: list[int]

    def evidence(self, first: int, last: int) -> str:
        """The very words of the text from token `first` to token `last`, both included."""
        return self.text[self.starts[first] : self.ends[last]]


def fold(text: str) -> str:
    """The text in its folded form, of the same length but for marks that are dropped."""
    return _MARKS.sub("", text).translate(_fold_table())


def cut(text: str) -> Tokens:
    """The tokens of a text, in one pass. Never raises."""
    kept: list[int] | None = None
    folded = text
    if _MARKS.search(text):
        kept = [i for i, char in enumerate(text) if not _MARKS.match(char)]
        folded = "".join(text[i] for i in kept)
    folded = folded.translate(_fold_table())
    words: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    sentences: list[int] = []
    sentence = 0
    for match in _TOKEN.finditer(folded):
        start, end = match.span()
        word = folded[start:end]
        if word in _STOPS:
            # "9.30" and "U.S." are no ends; a line break and a stop before a space are.
            after = folded[end : end + 1]
            sentence += word not in ".…" or not after or after.isspace() or after in "\"'»”’)"
            continue
        words.append(word)
        starts.append(start)
        ends.append(end)
        sentences.append(sentence)
    if kept is not None:
        starts = [kept[i] for i in starts]
        ends = [kept[i - 1] + 1 for i in ends]
    return Tokens(text, words, starts, ends, sentences)
