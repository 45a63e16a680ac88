"""Understands the names of countries that people type, in any of the archive's languages."""

import tomllib
import unicodedata
from collections.abc import Iterator, Sequence
from difflib import get_close_matches
from functools import cache
from importlib.resources import files
from typing import Any

from babel import Locale

from jobs.steps.lexicon import country_of, country_spoken_of
from storage.hangul import bare_words
from storage.terms import fold, plain

_LOCALES = ("en", "ko", "ja", "zh", "zh_Hant", "fr", "es", "de", "pt", "ru", "uk", "ar")
_NO_COUNTRIES = {"EU", "EZ", "UN", "QO", "XA", "XB", "ZZ"}
"""Two-letter codes in CLDR that stand for unions, oceans and test data."""
_SUGGESTED_IN = ("en", "ko")
_CONSONANTS = "ㄱㄱㄴㄷㄷㄹㅁㅂㅂㅅㅅㅇㅈㅈㅊㅋㅌㅍㅎ"
"""The first consonants of syllables in their order (Unicode 3.12), the doubled as their simple ones."""
_SYLLABLES_EACH = 588
_SHARED = 4
"""Letters at the beginning that the adjective or the people of a country shares with its name."""


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
    # "China refugees" speaks of China too, but one of its words would be lost in silence. "Korean" is
    # another country than "North Korean".
    return None if found in {country_of(" ".join(words[1:])), country_of(" ".join(words[:-1]))} else found


def countries_meant(text: str) -> tuple[str, ...]:
    """Return the codes of the several countries that go by this name: "Korea"; none where it is one's own."""
    return _several().get(_folded(text), ())


def state_named(words: Sequence[str]) -> str | None:
    """Return the code of the state that the words mean, and nothing besides: "the government of China".

    Titles and words that link are left out (`states.toml`). A person who speaks for a state, a city that
    stands for it, an organ of it is not the state.
    """
    left = [word for word in words if word]
    while left:
        phrase = " ".join(left)
        if countries_meant(phrase):
            return None
        code = _state(left)
        if code:
            return code
        shorter = _without_title(left)
        if shorter == left:
            return None
        left = shorter
    return None


def without_links(words: Sequence[str]) -> list[str]:
    """Return the words without those at the beginning and the end that only link: "of", "to", "the"."""
    left = list(words)
    while left and fold(left[0]) in _linking():
        del left[0]
    while left and fold(left[-1]) in _linking():
        del left[-1]
    return left


def without_titles(words: Sequence[str]) -> list[str]:
    """Return the words of a name without what links and without titles: "President Xi Jinping"."""
    left = without_links(words)
    titles = frozenset(map(fold, _listed(_table()["titles"]["persons"])))
    for count in (2, 1, 1):
        if len(left) > count and fold(" ".join(left[:count])) in titles:
            left = left[count:]
        if len(left) > count and fold(" ".join(left[-count:])) in titles:
            left = left[:-count]
    return left


def _state(words: Sequence[str]) -> str | None:
    phrase = " ".join(words)
    named = country_named(phrase) or country_named(" ".join(_bare(word) for word in words))
    if named:
        return named
    code = country_said(tuple(words))
    if code is None or country_spoken_of(phrase) != code:
        return None
    # "Filipino" begins as no name of its country does, but two words that do not may be a person's.
    return code if (len(words) == 1 and phrase.isascii()) or is_alike(phrase, code) else None


def is_alike(phrase: str, code: str) -> bool:
    """Say whether a phrase begins as one of the country's names does: its adjective, its people."""
    said = plain(phrase)
    names = map(plain, names_of(code))
    return any(said[:_SHARED] == name[:_SHARED] or (not name.isascii() and name in said) for name in names)


def _bare(word: str) -> str:
    """The word without what is attached to it: "China's", 중국에게."""
    bare = word.replace("’", "'").removesuffix("'s")
    return next(iter(bare_words(bare)), bare)


def _without_title(words: Sequence[str]) -> list[str]:
    """The words without one title before or after them, and without what links."""
    left = without_links(words)
    if len(left) < len(words):
        return left
    before, after = _titles()
    folded = [fold(word.replace("’", "'")) for word in left]
    for count in range(min(5, len(left) - 1), 0, -1):
        if " ".join(folded[:count]) in before:
            return left[count:]
        if " ".join(folded[-count:]) in after:
            return left[:-count]
    if left and not left[-1].isascii():  # 중국정부
        ends = (end for end in after if folded[-1].endswith(end) and len(folded[-1]) > len(end) + 1)
        longest = max(ends, key=len, default="")
        if longest:
            return [*left[:-1], left[-1][: -len(longest)]]
    bare = [_bare(word) for word in left]
    return bare if bare != left else list(words)


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
    found = {_folded(name): code for code, line in _table()["names"].items() for name in _listed(line)}
    for language in _LOCALES:
        for code, name in Locale.parse(language).territories.items():
            if code in _codes():
                for form in _forms(name):
                    found.setdefault(_folded(form), code)
    return found


@cache
def names_of(code: str) -> tuple[str, ...]:
    """Return the names of a country in the archive's languages."""
    found = (Locale.parse(language).territories.get(code, "") for language in _LOCALES)
    return tuple(dict.fromkeys(form for name in found for form in _forms(name) if form.strip()))


@cache
def _several() -> dict[str, tuple[str, ...]]:
    lines = _table()["several"].items()
    return {_folded(name): tuple(codes.split()) for codes, line in lines for name in _listed(line)}


@cache
def _titles() -> tuple[frozenset[str], frozenset[str]]:
    titles = _table()["titles"]
    before, after = (frozenset(map(fold, _listed(titles[at]))) for at in ("before", "after"))
    return before, after


@cache
def _linking() -> frozenset[str]:
    return frozenset(map(fold, _listed(_table()["titles"]["linking"])))


@cache
def _table() -> dict[str, Any]:
    return tomllib.loads(files("bot").joinpath("states.toml").read_text(encoding="utf-8"))


def _listed(line: str) -> list[str]:
    return [" ".join(phrase.split()) for phrase in line.split(",") if phrase.strip()]


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
