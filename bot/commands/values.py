"""Reads the values of filter words: kinds, languages, urgencies, countries, years, days, page numbers."""

import re
from collections.abc import Iterable, Iterator
from datetime import date
from difflib import get_close_matches
from typing import TypeVar

from babel import Locale

from bot.commands.mistake import Mistake
from bot.countries import country_said, is_code, nearest_country
from bot.speech import Speech
from storage.queries import Sort
from storage.terms import fold
from storage.words import Digest, Kind, Urgency

Value = TypeVar("Value")

YEAR = re.compile(r"((?:1[89]|20)\d\d)년?")
DIGEST_WORDS = {Digest.NONE: "now", Digest.DAILY: "daily", Digest.WEEKLY: "weekly"}
_DAY = re.compile(r"(\d{4})(?:[-./](\d{1,2})(?:[-./](\d{1,2}))?)?")
_MOST_PAGE = 10_000


def kinds(given: tuple[str, ...], speech: Speech) -> tuple[Kind, ...]:
    """Return kinds by their codes, plurals or names in the person's language."""
    known = {name: kind for kind in Kind for name in (kind, f"{kind}s", speech.kind(kind))}
    return tuple(_one_of("kind", given, known, [*Kind]))


def urgency(given: tuple[str, ...], speech: Speech) -> Urgency:
    """Return CAP's urgency by its word or its name in the person's language."""
    known = {name: urgency for urgency in Urgency for name in (urgency, speech.urgency(urgency))}
    return _one_of("urgency", given, known, [*Urgency])[-1]


def digest(given: tuple[str, ...], speech: Speech) -> Digest:
    """Return how often."""
    known = {name: digest for digest in Digest for name in (DIGEST_WORDS[digest], speech.digest(digest))}
    return _one_of("digest", given, known, list(DIGEST_WORDS.values()))[-1]


def sort(given: tuple[str, ...], speech: Speech) -> Sort:
    """Return the order of a list by its code or its name in the person's language."""
    names = {speech.t("best"): Sort.BEST, speech.t("new"): Sort.NEW, speech.t("old"): Sort.OLD}
    return _one_of("sort", given, names | {str(sort): sort for sort in Sort}, [*Sort])[-1]


def languages(given: tuple[str, ...], speech: Speech) -> tuple[str, ...]:
    """Return ISO 639-1 codes of languages given by code or by name."""
    return tuple(_language(value, speech) for value in given)


def country(text: str) -> str:
    """Return the code of a country given by code or by name."""
    if is_code(text):
        return text.upper()
    code = country_said(tuple(text.split()))
    if code:
        return code
    near = nearest_country(text)
    if near:
        raise Mistake("“{word}” is no country that I know. Did you mean {nearest}?", word=text, nearest=near)
    raise Mistake(
        "“{word}” is no country that I know. Write its name or its code: {example}", word=text, example="KP"
    )


def year(text: str) -> int:
    """Return a year."""
    match = YEAR.fullmatch(text)
    if not match:
        raise Mistake("“{word}” is no year. Write it so: {example}", word=text, example="2005")
    return int(match[1])


def day(text: str) -> date:
    """Return the day; of a month or year alone its first."""
    match = _DAY.fullmatch(text)
    try:
        if match:
            return date(int(match[1]), int(match[2] or 1), int(match[3] or 1))
    except ValueError:
        pass
    raise Mistake(
        "“{word}” is no date. Write it so: {example}", word=text, example="2005-02-14, 2005-02, 2005"
    )


def page(text: str) -> int:
    """Return the number of a page, from 1."""
    if text.isascii() and text.isdigit() and 1 <= int(text[:9]) <= _MOST_PAGE:
        return int(text[:9])
    raise Mistake("“{word}” is no page. Write it so: {example}", word=text, example="page:2")


def split(text: str) -> Iterator[str]:
    """Give the pieces between commas."""
    return (piece for piece in text.replace("，", ",").replace("、", ",").split(",") if piece)


def joined(known: tuple[Value, ...], *new: Value) -> tuple[Value, ...]:
    """Return both without repeating anything."""
    return tuple(dict.fromkeys((*known, *new)))


def _one_of(key: str, values: Iterable[str], known: dict[str, Value], shown: list[str]) -> list[Value]:
    """Return the values meant, whatever their case, spaces and hyphens."""
    table = {_loose(name): value for name, value in known.items()}
    found = []
    for value in values:
        if _loose(value) in table:
            found.append(table[_loose(value)])
            continue
        near = get_close_matches(_loose(value), [_loose(name) for name in shown], n=1, cutoff=0.5)
        named = next((name for name in shown if near and _loose(name) == near[0]), "")
        if named:
            raise Mistake(
                "“{word}” is not understood after “{key}:”. Did you mean {nearest}? It can be: {known}",
                word=value,
                key=key,
                nearest=named,
                known=", ".join(shown),
            )
        raise Mistake(
            "“{word}” is not understood after “{key}:”. It can be: {known}",
            word=value,
            key=key,
            known=", ".join(shown),
        )
    if not found:
        raise Mistake("After “{key}:” a word is missing.", key=key)
    return found


def _loose(text: str) -> str:
    return re.sub(r"[\s_-]", "", fold(text))


def _language(value: str, speech: Speech) -> str:
    """Return the ISO 639-1 code of a language given by code or by name."""
    english = Locale.parse("en").languages
    code = value.lower().replace("_", "-").split("-")[0]
    if len(code) == 2 and code in english:
        return code
    wanted = fold(value)
    for names in (speech.locale.languages, english, Locale.parse("ko").languages):
        for code, name in names.items():
            if len(code) == 2 and fold(str(name)) == wanted:
                return str(code)
    raise Mistake(
        "“{word}” is no language that I know. Write it so: {example}", word=value, example="lang:ko"
    )
