"""Finds a name that is withheld where it is written in another script: "Ryu Sol", 류솔, 柳雪, Рю Соль.

As names are known again when cases are told apart (`jobs.steps.link`): Koreans and Chinese by how the whole
name is read, others by the consonants of each of their words. Names of one short word are not looked for:
too much sounds like them.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from jobs.steps.lexicon.tokens import fold
from jobs.steps.link import east
from jobs.steps.link.common_words import common_words
from jobs.steps.link.loose_names import han_keys
from jobs.steps.link.name import name_of, script_of, sounds_of
from jobs.steps.link.name_words import bare_arabic

_UPPER = "A-ZÀ-ÖØ-ÞĀĂĆČĎĐĒĖĘĚĞĢĪĮİĶĽŁŃŅŇŐŒŘŚŞŠŢŤŪŮŰŲŹŻŽƠƯẠ-Ỹ"
_LATIN = re.compile(rf"(?<!\w)[{_UPPER}][^\W\d_][\w’'-]{{0,40}}")
_CYRILLIC = re.compile(r"(?<!\w)[А-ЯЁІЇЄҐ][а-яёіїєґ’'-]{1,40}")
_ARABIC = re.compile(r"[\u0620-\u064a\u067e-\u06d3]{2,40}")
_HANGUL = re.compile("[가-힣]{2,12}")
_HAN = re.compile("[\u4e00-\u9fff]{2,400}")
_KANA = re.compile("[\u30a1-\u30fa\u30fc]{2,24}(?:[・＝=·][\u30a1-\u30fa\u30fc]{1,24}){0,4}")
_DOTS = re.compile("[・＝=·]")
_OWNING = re.compile(r"[’']s?$")
_GAP = re.compile(r"[ \t\u00a0-]{1,2}")
_LONGEST = 4
"""Words of a name, and characters of one in Hangul or Han."""
_TOLD = 3
"""Consonants that two words or more have to share; a name of one word one more."""
_READ = ("k:", "p:")
"""Keys of whole names, as Koreans and Chinese read them."""


@dataclass(frozen=True, slots=True)
class _Known:
    """A name by its script, and by what it is known in others."""

    script: str
    words: tuple[frozenset[str], ...]
    whole: frozenset[str]


class Transcribed:
    """Finds these names in other scripts than their own."""

    def __init__(self, names: Iterable[str]) -> None:
        self._known = tuple(known for name in names if (known := _known(name)))

    def spans(self, text: str) -> list[tuple[int, int]]:
        """Where one of them stands, in order; none inside another."""
        found = sorted(self._found(text)) if self._known else []
        apart: list[tuple[int, int]] = []
        for start, end in found:
            if not apart or start >= apart[-1][1]:
                apart.append((start, end))
            else:
                apart[-1] = (apart[-1][0], max(end, apart[-1][1]))
        return apart

    def _found(self, text: str) -> Iterator[tuple[int, int]]:
        scripts = {one.script for one in self._known}
        if len(scripts) == 1 and text.isascii() and scripts == {"latin"}:
            return
        read = frozenset(key for one in self._known for key in one.whole)
        if read:
            yield from _hangul(text, read) if scripts != {"hangul"} else ()
            yield from _han(text, read) if scripts != {"han"} else ()
        for script, expression in (("latin", _LATIN), ("cyrillic", _CYRILLIC), ("arabic", _ARABIC)):
            others = [one for one in self._known if one.script != script]
            if others and expression.search(text):
                yield from _runs(text, expression, script, others)
        others = [one for one in self._known if one.script != "kana"]
        for match in _KANA.finditer(text) if others else ():
            keys = [sounds_of(fold(part)) for part in _DOTS.split(match.group())]
            if any(_alike(keys, one.words) for one in others):
                yield match.span()


def _hangul(text: str, read: frozenset[str]) -> Iterator[tuple[int, int]]:
    for match in _HANGUL.finditer(text):
        run = match.group()
        if run[0] not in east.hangul_surnames():
            continue
        for length in range(min(_LONGEST, len(run)), 1, -1):
            if east.korean_by_hangul(run[:length]) in read:
                yield match.start(), match.start() + length
                break


def _han(text: str, read: frozenset[str]) -> Iterator[tuple[int, int]]:
    for match in _HAN.finditer(text):
        run = match.group()
        for at, char in enumerate(run):
            if not east.begins_han_name(char):
                continue
            for length in range(min(_LONGEST, len(run) - at), 1, -1):
                if _read_han(run[at : at + length]) & read:
                    yield match.start() + at, match.start() + at + length
                    break


@lru_cache(maxsize=8_192)
def _read_han(name: str) -> frozenset[str]:
    return frozenset(key for key in han_keys(name) if key.startswith(_READ))


def _runs(
    text: str, expression: re.Pattern[str], script: str, others: Sequence[_Known]
) -> Iterator[tuple[int, int]]:
    """Words of one script that follow each other, as many as the name has or as it may be written with."""
    matches = list(expression.finditer(text))
    common = common_words()
    words = [_bare(match.group(), script) for match in matches]
    for at, match in enumerate(matches):
        run: list[str] = []
        for more in range(at, min(at + _LONGEST, len(matches))):
            beside = more == at or _GAP.fullmatch(text, matches[more - 1].end(), matches[more].start())
            if not beside or (script == "arabic" and common(fold(matches[more].group()))):
                break
            run.append(words[more])
            if any(_is(run, one) for one in others):
                yield match.start(), matches[more].start() + len(_OWNING.sub("", matches[more].group()))


def _bare(word: str, script: str) -> str:
    plain = fold(_OWNING.sub("", word)).replace("’", "").replace("'", "")
    return bare_arabic(plain) if script == "arabic" else plain


def _is(run: Sequence[str], one: _Known) -> bool:
    """Whether these words are the name, in whatever order its words stand."""
    whole, keys = _by_words(tuple(run))
    if whole & one.whole:
        return True
    return _alike(keys, one.words) or (len(keys) > 1 and _alike([*keys[1:], keys[0]], one.words))


@lru_cache(maxsize=8_192)
def _by_words(run: tuple[str, ...]) -> tuple[frozenset[str], list[frozenset[str]]]:
    parts = [part for word in run for part in word.split("-") if part]
    made = name_of(parts, sure=True, title=False, first=0) if parts else None
    whole = frozenset(key for key in made.whole if key.startswith(_READ)) if made else frozenset()
    return whole, [sounds_of(word) for word in run]


def _alike(keys: Sequence[frozenset[str]], known: Sequence[frozenset[str]]) -> bool:
    if len(keys) != len(known) or not known:
        return False
    shared = [mine & theirs for mine, theirs in zip(keys, known, strict=True)]
    told = sum(max(map(len, one), default=0) for one in shared)
    return all(shared) and told >= (_TOLD if len(known) > 1 else _TOLD + 1)


@lru_cache(maxsize=1_024)
def _known(name: str) -> _Known | None:
    """What a name is known by; None for what is none, or could be anything."""
    words = name.split()
    if not words or any(map(str.isdigit, name)):
        return None
    script = script_of(fold(words[0]))
    if script in {"hangul", "han"}:
        joined = "".join(words)
        read = _read_hangul(joined) if script == "hangul" else _read_han(joined)
        return _Known(script, (), read) if read and len(joined) <= _LONGEST else None
    if script == "kana":
        return _Known(script, tuple(sounds_of(fold(one)) for one in _DOTS.split(name)), frozenset())
    plain = [_bare(one, script) for one in words]
    if (
        len(plain) > _LONGEST
        or not all(plain)
        or (script != "arabic" and not all(one[0].isupper() for one in words))
    ):
        return None
    whole, keys = _by_words(tuple(plain))
    return _Known(script, tuple(keys), whole)


def _read_hangul(name: str) -> frozenset[str]:
    if len(name) < 2 or name[0] not in east.hangul_surnames():
        return frozenset()
    return frozenset({east.korean_by_hangul(name)})
