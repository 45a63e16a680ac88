"""Finds towns and regions that speak for a country: many names, held in little memory.

The table `cities.tsv` is made by `tests/evaluation/cities.py` from GeoNames and ISO 3166-2.
"""

import re
import zlib
from array import array
from bisect import bisect_left
from collections.abc import Iterator
from functools import cache
from importlib import resources

from jobs.steps.lexicon.phrases import Hit
from jobs.steps.lexicon.tokens import CJK, Tokens

_CJK = re.compile(f"[{CJK}]")
_HANGUL_OR_KANA = re.compile("[\u3040-\u30ff\uac00-\ud7af]")
_MASK = 0x3FFFF
_MEMO = 20_000
"""Words remembered; a hostile text may not fill the memory."""
_CYRILLIC = re.compile("[\u0400-\u04ff]")
_ARABIC = re.compile("[\u0620-\u064a]")
_LONGEST, _LONGEST_CJK = 4, 6
"""Tokens of a name; a token is a word, or in Korean, Chinese and Japanese a character."""


class _Begins(dict[str, bool]):
    """Whether a name may begin with a word, worked out the first time it is met."""

    def __init__(self, first: bytearray) -> None:
        super().__init__()
        self._first = first

    def __missing__(self, word: str) -> bool:
        found = any(self._first[zlib.crc32(form.encode()) & _MASK] for form in _forms(word))
        if len(self) >= _MEMO:
            self.clear()
        self[word] = found
        return found


class Cities:
    """The table: each folded name has one country (ISO 3166-1 alpha-2)."""

    def __init__(self, table: bytes) -> None:
        """`table` has a line for each name, `code`, a tab, the name as `cut` folds it."""
        self._table = table
        self._first = bytearray(_MASK + 1)
        """Which words and characters a name begins with, by their check sums: most words begin none."""
        both = array("Q")  # the check sum of a name, then where its line begins: sorted as one number
        at = table.index(b"\n") + 1
        while 0 < at < len(table):
            end = table.index(b"\n", at)
            name = table[at + 3 : end]
            both.append(zlib.crc32(name) << 32 | at)
            self._first[zlib.crc32(_first(name.decode()).encode()) & _MASK] = 1
            at = end + 1
        self._both = array("Q", sorted(both))
        self._begins = _Begins(self._first)

    def country(self, name: str) -> str:
        """The country of a folded name; "" where there is none of that name."""
        told = name.encode()
        key = zlib.crc32(told)
        at = bisect_left(self._both, key << 32)
        while at < len(self._both) and self._both[at] >> 32 == key:
            place = self._both[at] & 0xFFFFFFFF
            if self._table.startswith(told + b"\n", place + 3):
                return self._table[place : place + 2].decode()
            at += 1
        return ""

    def find(self, tokens: Tokens) -> list[Hit[str]]:
        """The longest name at each place, none overlapping another; in Latin and Cyrillic with a capital."""
        found: list[Hit[str]] = []
        at, count = 0, len(tokens.words)
        while at < count:
            hit = None
            if self._begins[tokens.words[at]] and _may_begin(tokens, at):
                hit = self._at(tokens, at)
            if hit is not None:
                found.append(hit)
                at = hit.last
            at += 1
        return found

    def _at(self, tokens: Tokens, first: int) -> Hit[str] | None:
        for last, name in reversed(list(_windows(tokens, first))):
            for form in _forms(name):
                code = self.country(form)
                if code:
                    return Hit(code, first, last)
        return None


@cache
def cities() -> Cities:
    """The table as it is shipped, read once."""
    return Cities(resources.files(__package__).joinpath("cities.tsv").read_bytes())


def _first(name: str) -> str:
    """The first token of a folded name."""
    return name[0] if _CJK.match(name) else name.partition(" ")[0]


def _may_begin(tokens: Tokens, at: int) -> bool:
    first = tokens.text[tokens.starts[at]]
    if _CJK.match(first):
        # Hangul and kana leave no doubt where a word begins; Han does.
        before = tokens.text[tokens.starts[at] - 1] if tokens.starts[at] else " "
        return not (_HANGUL_OR_KANA.match(first) and _HANGUL_OR_KANA.match(before))
    return first.isalpha() and not first.islower()


def _forms(name: str) -> list[str]:
    """The name as it stands, and without the ending of a Slavic case, or the particles of Arabic."""
    if _CYRILLIC.match(name) and len(name) > 4:
        stem, shorter = name[:-1], name[:-2]
        return [name, stem, *(stem + end for end in "аяьйы"), shorter, *(shorter + end for end in "аь")]
    if _ARABIC.match(name) and len(name) > 4:
        bare = name[1:] if name[0] in "وفبل" else name
        return [name, bare, f"ال{bare}", bare.removeprefix("ال")]
    return [name]


def _windows(tokens: Tokens, first: int) -> Iterator[tuple[int, str]]:
    """Each run of tokens from here, inside one sentence: its last token and its folded words."""
    cjk = bool(_CJK.match(tokens.words[first]))
    longest, between = (_LONGEST_CJK, "") if cjk else (_LONGEST, " ")
    end = min(first + longest, len(tokens.words))
    words: list[str] = []
    for at in range(first, end):
        if tokens.sentences[at] != tokens.sentences[first]:
            return
        if at > first and tokens.starts[at] - tokens.ends[at - 1] > 1:
            return  # a comma or a bracket stands between
        words.append(tokens.words[at])
        if not (cjk and at == first):
            yield at, between.join(words)
