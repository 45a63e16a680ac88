"""Understands the names of countries that people type, in any of the archive's languages."""

import tomllib
import unicodedata
from collections.abc import Iterator, Sequence
from difflib import get_close_matches
from functools import cache
from importlib.resources import files
from typing import Any

from babel import Locale

from jobs.steps.lexicon import country_besides_names, country_of, country_spoken_of
from storage.hangul import bare_words
from storage.terms import fold, plain

_LOCALES = ("en", "ko", "ja", "zh", "zh_Hant", "fr", "es", "de", "pt", "ru", "uk", "ar")
_NO_COUNTRIES = {"EU", "EZ", "UN", "QO", "XA", "XB", "ZZ"}
"""Two-letter codes in CLDR that stand for unions, oceans and test data."""
_SUGGESTED_IN = ("en", "ko")
_CONSONANTS = "ㄱㄱㄴㄷㄷㄹㅁㅂㅂㅅㅅㅇㅈㅈㅊㅋㅌㅍㅎ"
"""The first consonants of syllables in their order (Unicode 3.12), the doubled as their simple ones."""
_SYLLABLES_EACH = 588
_LONGEST_SPELT = 5
"""Words in the longest name of a country that is looked for behind slips."""
_LONGEST_NAME = 60
_SLIPS = 2
_MOST_NEAR = 4
_COUNTRY_ENDS = frozenset(
    (
        *("", "인", "어", "측", "쪽", "산", "계", "발", "공화국", "연방"),
        *("국민", "정부", "당국", "정권", "사람", "주민", "인들", "사람들"),
    )
)
"""What may follow a country's name in one Korean word without making another matter of it."""
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
    if found is None:
        return None
    if len(words) == 1:
        return found if _is_whole(phrase, found) else None
    # "China refugees" speaks of China too, but one of its words would be lost in silence. "Korean" is
    # another country than "North Korean".
    return None if found in {country_of(" ".join(words[1:])), country_of(" ".join(words[:-1]))} else found


def _is_whole(word: str, code: str) -> bool:
    """Say whether a word that speaks of a country is one of it to its end.

    In Hangul a name may be the beginning of another word: 북미 is North America, 인도주의 humanitarian,
    이란성 of two eggs.
    """
    if not any("가" <= letter <= "힣" for letter in word):
        return True
    pieces = {(one[:at], one[at:]) for one in (word, *bare_words(word)) for at in range(1, len(one) + 1)}
    ends = {rest for name, rest in pieces if country_named(name) == code}
    if not ends and country_besides_names(word) == code:
        return True  # a town, a people: no name goes on in it
    short = {"북": "KP"}
    ends |= {rest for name, rest in pieces if short.get(name) == code}
    return not ends.isdisjoint(_COUNTRY_ENDS)


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


def countries_near(words: Sequence[str]) -> tuple[int, tuple[str, ...]]:
    """Return how many of the first words are spelt almost as a country's name, and the codes that it may be.

    The most words that are: "Nroth Korea" is one name. Those that are equally near are all given; (0, ())
    where none is near. Letters are compared, of Hangul the single ones (Unicode 3.12, NFD).
    """
    for count in range(min(_LONGEST_SPELT, len(words)), 0, -1):
        codes = _near(" ".join(words[:count]))
        if codes:
            return count, codes
    return 0, ()


def countries_near_part(text: str) -> tuple[str, ...]:
    """Return the codes of countries with a word or a whole name spelt almost so: "nroth"."""
    codes = _near(text)
    if codes:
        return codes
    found = _nearest(_letters(text), _words_of_names())
    return tuple(dict.fromkeys(code for codes in found for code in codes))[:_MOST_NEAR]


def _near(phrase: str) -> tuple[str, ...]:
    hinted = _hints().get(_folded(phrase))
    if hinted:
        return (hinted,)
    found = tuple(dict.fromkeys(code for codes in _nearest(_letters(phrase), _spelt()) for code in codes))
    if found or " " in phrase.strip():
        return found[:_MOST_NEAR]
    named = nearest_country(phrase)
    code = country_named(named) if named else None
    return (code,) if code else ()


def _nearest(letters: str, known: dict[str, tuple[str, ...]]) -> list[tuple[str, ...]]:
    """Return what the names nearest to the letters stand for; nothing further than a slip or two."""
    least = _SLIPS + 1
    found: list[tuple[str, ...]] = []
    most = _slips(letters)
    for name, codes in known.items():
        if abs(len(name) - len(letters)) > most:
            continue
        steps = _steps(letters, name)
        if steps > most or steps > least:
            continue
        if steps < least:
            least, found = steps, []
        found.append(codes)
    return found


def _slips(letters: str) -> int:
    """How many slips so many letters may have: with one, three letters are another word."""
    if len(letters) > _LONGEST_NAME:
        return 0
    return min(_SLIPS, len(letters) // 4)


def _steps(one: str, other: str) -> int:
    """Letters to change, leave out, add or exchange with the next (optimal string alignment distance)."""
    before: list[int] = []
    last = list(range(len(other) + 1))
    for row, letter in enumerate(one, start=1):
        now = [row]
        for at, beside in enumerate(other, start=1):
            step = min(last[at] + 1, now[-1] + 1, last[at - 1] + (letter != beside))
            if row > 1 and at > 1 and letter == other[at - 2] and one[row - 2] == beside:
                step = min(step, before[at - 2] + 1)
            now.append(step)
        before, last = last, now
    return last[-1]


def _letters(text: str) -> str:
    return unicodedata.normalize("NFD", _folded(text))


@cache
def _spelt() -> dict[str, tuple[str, ...]]:
    """The letters of each name that may be suggested, with the codes that go by it."""
    one = {_letters(name): (code,) for name in _shown() if (code := country_named(name))}
    return one | {_letters(name): codes for name, codes in _several().items()}


@cache
def _words_of_names() -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for name, codes in _spelt().items():
        for word in name.split():
            found.setdefault(word, []).extend(codes)
    return {word: tuple(dict.fromkeys(codes)) for word, codes in found.items()}


@cache
def _hints() -> dict[str, str]:
    return {_folded(name): code for code, line in _table()["hints"].items() for name in _listed(line)}


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
