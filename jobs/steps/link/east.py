"""Reads Korean and Chinese names by their syllables, whatever the script and the romanisation.

Consonants alone tell too little of "Lee Ji-woo". A key is made of syllables with their vowels in four
classes, so that Kim Cheol-su, Kim Chol Su, Kim Chul-soo, 김철수 and 金哲秀 are all "k:kim.col.so";
Wang Quanzhang and 王全璋 are "p:wang.quan.zhang". A key with the family name alone is made of nothing.
"""

import re
from collections.abc import Sequence
from functools import cache, lru_cache

from jobs.steps.lexicon.tokens import fold
from jobs.steps.link.sounds import data, jamo, mandarin, pinyin_as_heard

_LATIN_SYLLABLE = re.compile(
    r"(kk|k|gg|g|tt|t|dd|d|pp|p|bb|b|jj|j|tch|ch|ss|sh|s|n|m|r|l|h|)"
    r"(yeo|yae|yoo|you|eui|wae|woo|weo|ya|ye|yo|yu|wa|wo|we|wi|ui|ae|eo|eu|oo|ou|oe|oi|ee|uh|oh|ah|a|e|i|o|u)"
    r"(ng|n|m|k|l|p|t|)"
)
_CLASS_OF_ONSET = {
    **dict.fromkeys(("kk", "k", "gg", "g"), "k"),
    **dict.fromkeys(("tt", "t", "dd", "d"), "t"),
    **dict.fromkeys(("pp", "p", "bb", "b"), "p"),
    **dict.fromkeys(("jj", "j", "tch", "ch"), "c"),
    **dict.fromkeys(("ss", "sh", "s"), "s"),
    "n": "n",
    "m": "m",
    "r": "l",
    "l": "l",
    "h": "h",
    "": "-",
}
_CLASS_OF_VOWEL = {
    **dict.fromkeys(("a", "ya", "wa", "ah"), "a"),
    **dict.fromkeys(
        ("o", "eo", "u", "oo", "ou", "eu", "yo", "yeo", "yu", "yoo", "you", "wo", "woo", "weo", "uh", "oh"),
        "o",
    ),
    **dict.fromkeys(("e", "ae", "ye", "yae", "oe", "oi", "we", "wae"), "e"),
    **dict.fromkeys(("i", "ee", "wi", "ui", "eui"), "i"),
}
_LONGEST = 14
"""Letters of two Korean syllables, at most."""


def syllable(hangul: str) -> str:
    """The class of a Hangul syllable."""
    onsets, vowels, codas = _jamo_classes()
    onset, vowel, coda = jamo(hangul)
    return _joined(onsets[onset], vowels[vowel], codas[coda])


@cache
def _jamo_classes() -> tuple[list[str], list[str], list[str]]:
    row = data("east")["jamo"]
    return row["onsets"].split(), row["vowels"].split(), row["codas"].split()


def _joined(onset: str, vowel: str, coda: str) -> str:
    return f"{onset.strip('-')}{vowel}{coda.strip('-')}"


@cache
def korean_surnames() -> dict[str, tuple[str, ...]]:
    """The Hangul of each family name, by its spellings in Latin letters and by its Han characters."""
    found: dict[str, list[str]] = {}
    for hangul, line in data("east")["korean"].items():
        for spelled in line.replace("|", " ").split():
            found.setdefault(fold(spelled), []).append(hangul)
    return {spelled: tuple(names) for spelled, names in found.items()}


@cache
def hangul_surnames() -> frozenset[str]:
    """The family names in Hangul."""
    return frozenset(data("east")["korean"])


@cache
def surnames() -> frozenset[str]:
    """Korean and Chinese family names in Latin letters."""
    return frozenset(name for name in korean_surnames() if name.isascii()) | _pinyin()[1]


@cache
def _korean_readings() -> dict[str, str]:
    """The Hangul of each Han character, under its simplified form as well."""
    found: dict[str, str] = {}
    for sound, chars in data("han")["korean"].items():
        for char in chars:
            found[char] = sound
            found.setdefault(fold(char), sound)
    return found


def korean_by_hangul(name: str) -> str:
    """The key of a whole name in Hangul, its family name being the first syllable."""
    first = {"리": "이", "류": "유", "림": "임", "량": "양", "려": "여", "로": "노"}.get(name[0], name[0])
    return "k:" + ".".join([syllable(first), *map(syllable, name[1:])])


def korean_by_han(name: str) -> tuple[str, ...]:
    """The keys of a name in Han characters as Koreans read them; none where it is no Korean name."""
    readings = _korean_readings()
    given = [readings.get(char, "") for char in name[1:]]
    if not all(given):
        return ()
    return tuple(korean_by_hangul(first + "".join(given)) for first in korean_surnames().get(name[0], ()))


@lru_cache(maxsize=4_096)
def _given(word: str) -> tuple[tuple[str, ...], ...]:
    """Each way to read Latin letters as one or two Korean syllables."""
    if not 0 < len(word) <= _LONGEST:
        return ()
    found: set[tuple[str, ...]] = set()
    for cut in range(1, len(word) + 1):
        first = _latin_syllable(word[:cut])
        if first and cut == len(word):
            found.add((first,))
        elif first and (second := _latin_syllable(word[cut:])):
            found.add((first, second))
    return tuple(sorted(found))


def _latin_syllable(letters: str) -> str:
    match = _LATIN_SYLLABLE.fullmatch(letters)
    if not match:
        return ""
    onset, vowel, coda = match.groups()
    return _joined(_CLASS_OF_ONSET[onset], _CLASS_OF_VOWEL[vowel], {"ng": "N"}.get(coda, coda))


def korean_by_latin(words: Sequence[str]) -> frozenset[str]:
    """The keys of a name of two or three folded words, in either order; empty where it reads as none."""
    found: set[str] = set()
    for family, given in ((words[0], words[1:]), (words[-1], words[:-1])):
        for hangul in korean_surnames().get(family, ()) if family.isascii() else ():
            first = korean_by_hangul(hangul)
            if len(given) == 2:
                parts = [_latin_syllable(word) for word in given]
                ways: Sequence[Sequence[str]] = (parts,) if all(parts) else ()
            else:
                ways = _given(given[0]) if len(given) == 1 else ()
            found |= {".".join((first, *way)) for way in ways}
    return frozenset(found)


@cache
def chinese_surnames() -> frozenset[str]:
    """The family names of one Han character, in both forms."""
    told = data("east")["chinese"]["single"].replace("\n", "")
    return frozenset(told) | frozenset(map(fold, told))


@lru_cache(maxsize=4_096)
def begins_han_name(char: str) -> bool:
    """Whether a Han character, in either form, is a family name of Chinese or Koreans."""
    return any(
        one in names for one in (char, fold(char)) for names in (chinese_surnames(), korean_surnames())
    )


@cache
def _double_surnames() -> frozenset[str]:
    return frozenset(data("east")["chinese"]["double"].split())


@cache
def _pinyin() -> tuple[frozenset[str], frozenset[str]]:
    """All syllables, and those of family names."""
    families = {mandarin(char) for char in chinese_surnames()}
    families |= {"".join(map(mandarin, name)) for name in _double_surnames()}
    return frozenset(data("han")["mandarin"]), frozenset(families - {""})


def chinese_by_han(name: str) -> str:
    """The key of a whole name in Han characters; "" where one of them is not in the table."""
    sounds = [mandarin(char) for char in name]
    if name[:2] in _double_surnames():
        sounds = ["".join(sounds[:2]), *sounds[2:]]
    return "p:" + ".".join(sounds) if all(sounds) else ""


@lru_cache(maxsize=4_096)
def syllables_of_pinyin(word: str) -> tuple[tuple[str, ...], ...]:
    """Each way to read Latin letters as one or two syllables of pinyin."""
    every, _ = _pinyin()
    found: list[tuple[str, ...]] = [(word,)] if word in every else []
    found += [(word[:n], word[n:]) for n in range(1, len(word)) if word[:n] in every and word[n:] in every]
    return tuple(found) if len(word) <= 12 else ()


def chinese_by_latin(words: Sequence[str]) -> frozenset[str]:
    """The keys of a name of two or three folded words in pinyin, in either order."""
    _, families = _pinyin()
    found: set[str] = set()
    for family, given in ((words[0], words[1:]), (words[-1], words[:-1])):
        if family in families and given:
            ways = syllables_of_pinyin("".join(given)) if len(given) <= 2 else ()
            found |= {f"p:{family}." + ".".join(way) for way in ways}
    return frozenset(found)


def heard_in_latin(words: Sequence[str]) -> tuple[str, ...]:
    """A Chinese name in the letters that other languages hear; () where it is none."""
    keys = chinese_by_latin(words)
    return tuple("'".join(map(pinyin_as_heard, key[2:].split("."))) for key in sorted(keys))
