"""Finds places in a text and names each by its country and sound, the same in every script."""

import re
from collections.abc import Iterable
from functools import cache

from jobs.steps.lexicon.tokens import CJK, Tokens, fold
from jobs.steps.link.name import Names, stem
from jobs.steps.link.name_words import particles
from jobs.steps.link.signs import signs_in
from jobs.steps.link.sounds import data, sounds

_CJK = re.compile(f"[{CJK}]")
_HANGUL = re.compile("[가-힣]+")
_LONGEST = 4
"""Words of a place's name in an alphabet."""
_AFTER = (
    "시",
    "역",
    "공항",
    "교도소",
    "감옥",
    "구치소",
    "수용소",
    "행",
    "발",
    "성",
    "현",
    "주",
    "인근",
    "지역",
    "경찰",
)


def place_id(country: str, name: str) -> str:
    """What a place is known by: its country, and what its name sounds like (or its letters)."""
    known = _known().get(fold(name))
    if known:
        return known
    return _id(country, name)


def _id(country: str, name: str) -> str:
    words = [stem(word) for word in re.findall(r"\w+", fold(name))]
    heard = "".join(max(sounds(word), default="") for word in words)
    return f"{country} {heard if len(heard) > 1 else '-'.join(words)}"


def places_in(tokens: Tokens) -> dict[str, tuple[int, int]]:
    """The places of the tables that a cut text names, each with its first and last token."""
    found: dict[str, tuple[int, int]] = {}
    words = tokens.words
    alphabetic, known = _alphabetic(), _known()
    begun = [
        (at, word)
        for at, word in enumerate(words)
        if word in alphabetic or (word[0] == "ب" and word[1:] in alphabetic)
    ]
    for at, word in begun:
        for length in alphabetic.get(word, ()) or alphabetic.get(word.removeprefix("ب"), ()):
            name = " ".join(
                [word if word in alphabetic else word.removeprefix("ب"), *words[at + 1 : at + length]]
            )
            if name in known and (
                tokens.text[tokens.starts[at]].isupper() or "\u0600" <= word[0] <= "\u06ff"
            ):
                found.setdefault(known[name], (at, at + length - 1))
    text = tokens.text
    if _CJK.search(tokens.beyond_latin):
        starts = _east_asian()
        for at, word in enumerate(words):
            for name in starts.get(word, ()):
                start = tokens.starts[at]
                if text.startswith(name, start) and _stands(text, start, name):
                    found.setdefault(_known()[fold(name)], (at, at + len(name) - 1))
    return found


def places_heard(names: Names, countries: Iterable[str]) -> frozenset[str]:
    """The places of the tables, in these countries, that a name or a loose word sounds like."""
    heard = {key for name in names.told if len(name.words) == 1 for key in name.keys[0] if len(key) > 2}
    known = _ids()
    loose = {key[2:] for key in names.loose if key[:2] == "s:" and len(key) > 5}
    return frozenset(
        place
        for country in countries
        for key in (heard if country in _WRITTEN else heard | loose)
        if (place := f"{country} {key}") in known
    )


_WRITTEN = frozenset({"KP", "KR", "CN", "JP", "TW", "HK"})
"""Countries whose places stand in the tables as they are written there: what sounds so is another word."""


@cache
def _ids() -> frozenset[str]:
    return frozenset(_known().values())


def _stands(text: str, start: int, name: str) -> bool:
    """Whether a name in Hangul begins a word, with no more than a particle or a word for a place after it."""
    if not _HANGUL.fullmatch(name):
        return True
    if start and _HANGUL.match(text[start - 1]):
        return False
    if len(name) > 2:
        return True
    rest = _HANGUL.match(text, start + len(name))
    return (
        rest is None or rest.group() in particles() or rest.group().startswith(_AFTER) or rest.group() == "서"
    )


@cache
def _known() -> dict[str, str]:
    """The id of each place by each of its folded names; the sites of the field win over cities."""
    found: dict[str, str] = {}
    for table, mark in (("sites", "/"), ("cities", None)):
        for country, rows in data(table).items():
            for name, line in rows.items():
                key = _id(country, name)
                for form in (name, *line.split(mark)) if table == "sites" else line.split():
                    found.setdefault(
                        " ".join(re.findall(r"\w+", fold(form))) if not _CJK.match(form) else fold(form), key
                    )
    return found


@cache
def _alphabetic() -> dict[str, tuple[int, ...]]:
    """How many words the names have that begin with a word."""
    lengths: dict[str, set[int]] = {}
    for name in _known():
        if not _CJK.match(name):
            words = name.split()
            lengths.setdefault(words[0], set()).add(len(words))
    return {word: tuple(sorted(found, reverse=True)) for word, found in lengths.items()}


@cache
def _east_asian() -> dict[str, tuple[str, ...]]:
    """The names in scripts of one token a character, by their first; as they are written."""
    names: dict[str, list[str]] = {}
    for table in ("sites", "cities"):
        for rows in data(table).values():
            for line in rows.values():
                for form in line.split("/" if table == "sites" else None):
                    if _CJK.match(form):
                        names.setdefault(fold(form[0]), []).append(form)
    return {first: tuple(sorted(forms, key=len, reverse=True)) for first, forms in names.items()}


def bodies_in(tokens: Tokens) -> frozenset[str]:
    """The bodies that a cut text names: councils, parliaments, courts."""
    return frozenset(signs_in(tokens, "body"))
