"""Finds towns and regions that speak for a country: many names, held in little memory.

The table `cities.tsv` is made by `tests/evaluation/cities.py` from GeoNames and ISO 3166-2.
"""

import re
import zlib
from array import array
from bisect import bisect_left
from collections.abc import Callable, Iterator
from functools import cache
from importlib import resources

from jobs.steps.lexicon.phrases import Hit
from jobs.steps.lexicon.tables import listed, table
from jobs.steps.lexicon.tokens import CJK, Tokens, cut

_CJK = re.compile(f"[{CJK}]")
_HANGUL_OR_KANA = re.compile("[\u3040-\u30ff\uac00-\ud7af]")
_KATAKANA = re.compile("[\u30a1-\u30fa\u30fc]")
_MASK = 0x3FFFF
_MEMO = 20_000
"""Words remembered; a hostile text may not fill the memory."""
_CYRILLIC = re.compile("[\u0400-\u04ff]")
_ARABIC = re.compile("[\u0620-\u064a]")
_ENDED = 4
"""Letters of a word from which on its first two stand in every case of it."""
_CASES = {
    "а": ("", "о"),
    "у": ("", "а", "о"),
    "е": ("", "а", "о", "ь", "и", "я"),
    "ы": ("а",),
    "и": ("а", "ь", "я"),
    "ю": ("ь", "я", "и"),
    "я": ("ь", "и"),
    "ом": ("", "о", "ыи"),
    "ем": ("ь", "и", "е"),
    "ои": ("а", "ая"),
    "еи": ("я", "а"),
    "ью": ("ь",),
    "ов": ("ы",),
    "ах": ("ы", "и"),
    "ам": ("ы", "и"),
    "ами": ("ы", "и"),
    "ого": ("ыи", "ое"),
    "ую": ("ая",),
}
"""Endings of Russian cases, folded (й is и), with those that the nominative may have instead."""
_LONGEST, _LONGEST_CJK = 4, 6
"""Tokens of a name; a token is a word, or in Korean, Chinese and Japanese a character."""


class _Alone(dict[str, str | None]):
    """The country of each word alone ("" for none), None where no name begins so; worked out once."""

    def __init__(self, work_out: Callable[[str], str | None]) -> None:
        super().__init__()
        self._work_out = work_out

    def __missing__(self, word: str) -> str | None:
        found = self._work_out(word)
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
        self._pairs = bytearray(_MASK + 1)
        """As much of what follows as no ending changes: most words that begin a name are followed by none."""
        both = array("Q")  # the check sum of a name, then where its line begins: sorted as one number
        at = table.index(b"\n") + 1
        while 0 < at < len(table):
            end = table.index(b"\n", at)
            name = table[at + 3 : end]
            both.append(zlib.crc32(name) << 32 | at)
            first, pair = _beginnings(name.decode())
            self._first[zlib.crc32(first.encode()) & _MASK] = 1
            if pair:
                self._pairs[zlib.crc32(pair.encode()) & _MASK] = 1
            at = end + 1
        self._both = array("Q", sorted(both))
        self._alone = _Alone(self._of_word)

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
        return list(tokens.once(self, self._find))

    def _find(self, tokens: Tokens) -> list[Hit[str]]:
        found: list[Hit[str]] = []
        taken = -1
        text, alone = tokens.text, self._alone
        for at, (word, start) in enumerate(zip(tokens.words, tokens.starts, strict=True)):
            first = text[start]
            if at <= taken or (first.isascii() and not first.isupper()):
                continue
            code = alone[word]
            if code is None or not _may_begin(first, text[start - 1] if start else " "):
                continue
            if (hit := self._at(tokens, at, code)) is not None:
                found.append(hit)
                taken = hit.last
        return found

    def _of_word(self, word: str) -> str | None:
        if word in _no_towns():
            return None
        forms = [form for form in _forms(word) if form not in _no_towns()]
        if not any(self._first[zlib.crc32(form.encode()) & _MASK] for form in forms):
            return None
        return "" if _CJK.match(word) else next(filter(None, map(self.country, forms)), "")

    def _at(self, tokens: Tokens, first: int, alone: str) -> Hit[str] | None:
        """The longest name that begins at a token, `alone` being its own country."""
        for last, name in reversed(list(_windows(tokens, first))) if self._goes_on(tokens, first) else ():
            for form in _forms(name):
                code = "" if form in _no_towns() else self.country(form)
                if code and not _cut_off(tokens, last):
                    return Hit(code, first, last)
        return Hit(alone, first, first) if alone else None

    def _goes_on(self, tokens: Tokens, first: int) -> bool:
        """Whether a name of several tokens may begin at one; its no is sure."""
        if first + 1 >= len(tokens.words):
            return False
        word, after = tokens.words[first : first + 2]
        if _CJK.match(word):
            pair = (word + after)[:2]
        elif not word.isascii() and (_ARABIC.match(word) or (len(after) < _ENDED and _CYRILLIC.match(word))):
            return True  # a particle before the first word, or an ending of the second, may hide the name
        else:
            pair = f"{word} {after[:2]}"
        return bool(self._pairs[zlib.crc32(pair.encode()) & _MASK])


@cache
def _no_towns() -> frozenset[str]:
    """Names that are common words or persons, and words that an ending or a particle makes look so."""
    return frozenset(
        ("" if _CJK.match(name) else " ").join(cut(name).words)
        for name in listed(table("countries")["no_towns"])
    )


@cache
def cities() -> Cities:
    """The table as it is shipped, read once."""
    return Cities(resources.files(__package__).joinpath("cities.tsv").read_bytes())


def _beginnings(name: str) -> tuple[str, str]:
    """The first token of a folded name, and with it what no ending changes of the second; "" for none."""
    if _CJK.match(name):
        return name[0], name[:2] if len(name) > 1 else ""
    first, _, rest = name.partition(" ")
    return first, f"{first} {rest.partition(' ')[0][:2]}" if rest else ""


def _cut_off(tokens: Tokens, last: int) -> bool:
    """Whether a run of katakana goes on behind its token `last`: キリスト (Christ) is no キリス (Kilis)."""
    end = tokens.ends[last]
    return bool(_KATAKANA.match(tokens.text, end - 1) and _KATAKANA.match(tokens.text, end))


def _may_begin(first: str, before: str) -> bool:
    """Whether a name may begin with a character, behind another one."""
    if first.isascii():
        return first.isupper()
    if _CJK.match(first):
        # Hangul and kana leave no doubt where a word begins; Han does.
        return not (_HANGUL_OR_KANA.match(first) and _HANGUL_OR_KANA.match(before))
    return first.isalpha() and not first.islower()


def _forms(name: str) -> list[str]:
    """The name as it stands, and without the ending of a Russian case, or the particles of Arabic."""
    if name.isascii():
        return [name]
    if _CYRILLIC.match(name) and len(name) > 4:
        return [name, *_nominatives(name)]
    if _ARABIC.match(name) and len(name) > 4 and name[0] in "وفبل":
        return [name, name[1:], f"ال{name[2:]}"] if name.startswith("لل") else [name, name[1:]]
    return [name]


def _nominatives(name: str) -> Iterator[str]:
    """Names of which this may be a case."""
    for length in (1, 2, 3):
        for ending in _CASES.get(name[-length:], ()):
            yield name[:-length] + ending


def _windows(tokens: Tokens, first: int) -> Iterator[tuple[int, str]]:
    """Each run of several tokens from here, inside one sentence: its last token and its folded words."""
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
        if at > first:
            yield at, between.join(words)
