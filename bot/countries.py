"""Understands the names of countries that people type, in any of the archive's languages."""

import unicodedata
from collections.abc import Iterator
from difflib import get_close_matches
from functools import cache

from babel import Locale

from jobs.steps.lexicon import country_of
from storage.terms import fold

_LOCALES = ("en", "ko", "ja", "zh", "zh_Hant", "fr", "es", "de", "pt", "ru", "uk", "ar")
_NO_COUNTRIES = {"EU", "EZ", "UN", "QO", "XA", "XB", "ZZ"}
"""Two-letter codes in CLDR that stand for unions, oceans and test data."""
_SUGGESTED_IN = ("en", "ko")
_CONSONANTS = "ㄱㄱㄴㄷㄷㄹㅁㅂㅂㅅㅅㅇㅈㅈㅊㅋㅌㅍㅎ"
"""The first consonants of syllables in their order (Unicode 3.12), the doubled as their simple ones."""
_SYLLABLES_EACH = 588


def is_code(text: str) -> bool:
    """Say whether `text` is an ISO 3166-1 alpha-2 code, in any case."""
    return len(text) == 2 and text.isascii() and text.upper() in _codes()


def country_named(text: str) -> str | None:
    """Return the code of the country that `text` is exactly a name of, in any of the languages; else None."""
    return _names().get(_folded(text))


def country_said(words: tuple[str, ...]) -> str | None:
    """Return the code of the country that the words together mean, none of them idle: "North Korean".

    Names first, then the adjectives, peoples and short forms of the lexicon ("Burma", "DPRK").
    """
    phrase = " ".join(words)
    found = country_named(phrase)
    if found or not phrase.strip():
        return found
    found = country_of(phrase)
    if found is None or len(words) == 1:
        return found
    # "China refugees" speaks of China too, but one of its words would be lost in silence.
    idle = country_of(" ".join(words[1:])) or country_of(" ".join(words[:-1]))
    return None if idle else found


def nearest_country(text: str) -> str | None:
    """Return the country's name that is spelt most like `text`, if one is near."""
    close = get_close_matches(_folded(text), _shown(), n=1, cutoff=0.7)
    return _shown()[close[0]] if close else None


def countries_like(letters: str, locale: Locale) -> tuple[str, ...]:
    """Return the codes of countries with a word of a name that begins with `letters`, exact ones first.

    Names are those in the person's language (`locale`), then those of any other.
    """
    wanted = _folded(letters)
    exact = country_said(tuple(letters.split()))
    own = {_folded(form): code for code, name in locale.territories.items() for form in _forms(name)}
    found = [exact] if exact else []
    for names in (own, _names()):
        found += [
            code
            for name, code in names.items()
            if code in _codes() and any(part.startswith(wanted) for part in (name, *name.split()))
        ]
    return tuple(dict.fromkeys(found)) if wanted else ()


def initials(locale: Locale) -> tuple[str, ...]:
    """Return what the names of countries begin with in this language: letters, of Hangul their first ones."""
    return tuple(sorted({_initial(name) for name, _ in _own_names(locale)}))


def countries_under(initial: str, locale: Locale) -> tuple[str, ...]:
    """Return the codes of the countries whose names begin so in this language, by their names."""
    return tuple(code for name, code in _own_names(locale) if _initial(name) == initial)


def _own_names(locale: Locale) -> list[tuple[str, str]]:
    return sorted((name, code) for code, name in locale.territories.items() if code in _codes())


def _initial(name: str) -> str:
    """Return the first letter without its accent; of a syllable of Hangul its first consonant."""
    first = name[0]
    if "가" <= first <= "힣":
        return _CONSONANTS[(ord(first) - ord("가")) // _SYLLABLES_EACH]
    return unicodedata.normalize("NFD", first)[0].upper()


def _folded(text: str) -> str:
    return fold(" ".join(text.replace("’", "'").split())).removeprefix("the ")


@cache
def _codes() -> frozenset[str]:
    territories = (str(code) for code in Locale.parse("en").territories)
    return frozenset(code for code in territories if len(code) == 2 and code.isalpha()) - _NO_COUNTRIES


@cache
def _names() -> dict[str, str]:
    found: dict[str, str] = {}
    for language in _LOCALES:
        for code, name in Locale.parse(language).territories.items():
            if code in _codes():
                for form in _forms(name):
                    found.setdefault(_folded(form), code)
    return found


@cache
def _shown() -> dict[str, str]:
    """Folded names and the names themselves, in the languages in which names are suggested."""
    return {
        _folded(form): form
        for language in _SUGGESTED_IN
        for code, name in Locale.parse(language).territories.items()
        if code in _codes()
        for form in _forms(name)
    }


def _forms(name: str) -> Iterator[str]:
    """Give the forms that CLDR writes in one: "Myanmar (Burma)" is Myanmar and Burma."""
    first, _, second = name.replace("（", "(").replace("）", ")").partition("(")
    yield first.strip()
    if second:
        yield second.rstrip(") ")
    if "&" in name:
        yield first.replace("&", "and").strip()
