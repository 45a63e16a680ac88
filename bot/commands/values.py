"""Reads the values of filter words: kinds, languages, urgencies, countries, years, days, page numbers."""

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from difflib import get_close_matches
from typing import TypeVar

from babel import Locale

from bot.commands.mistake import Mistake, Several, Unknown
from bot.countries import countries_meant, countries_near, country_said, is_code, state_named
from bot.speech import Speech, msgid
from storage.queries import Sort
from storage.terms import fold
from storage.words import Digest, Kind, Urgency

Value = TypeVar("Value")

YEAR = re.compile(r"((?:1[89]|20)\d\d)년?")
DIGEST_WORDS = {Digest.NONE: "now", Digest.DAILY: "daily", Digest.WEEKLY: "weekly"}
_DAY = re.compile(r"(\d{4})(?:년|[-./년](\d{1,2})(?:월|[-./월](\d{1,2})일?)?)?")
_SPAN = re.compile(r"((?:1[89]|20)\d\d)년?[-–—~～]((?:1[89]|20)\d\d)년?")
_KINDS = {
    Kind.URGENT_APPEAL: "urgent appeal ua 긴급 긴급행동 긴급호소 긴급성명",
    Kind.RESOLUTION: "결의 결의안 결의문",
    Kind.OPEN_LETTER: "letter letters 서한 공개서한 편지",
    Kind.STATEMENT: "declaration 성명 성명서 논평",
    Kind.CAMPAIGN: "petition 캠페인 서명운동",
    Kind.REPORT: "보고 보고서",
    Kind.EVENT: "행사",
}
"""What else people call the kinds."""
_SORTS = {
    Sort.NEW: "newest latest recent date 최신 최신순 날짜순",
    Sort.OLD: "oldest earliest 오래된 오래된순 과거순",
    Sort.BEST: "relevance 관련 관련순 정확도 정확도순",
}
_MOST_PAGE = 10_000


def kinds(given: tuple[str, ...], speech: Speech) -> tuple[Kind, ...]:
    """Return kinds by their codes, plurals or names in the person's language."""
    known = {name: kind for kind in Kind for name in (kind, f"{kind}s", speech.kind(kind))}
    known = {name: kind for kind, names in _KINDS.items() for name in names.split()} | known
    return tuple(_one_of("kind", given, known, {str(kind): speech.kind(kind) for kind in Kind}, speech))


def urgency(given: tuple[str, ...], speech: Speech) -> Urgency:
    """Return CAP's urgency by its word or its name in the person's language."""
    known = {name: urgency for urgency in Urgency for name in (urgency, speech.urgency(urgency))}
    shown = {str(one): speech.urgency(one) for one in Urgency}
    return _one_of("urgency", given, known, shown, speech)[-1]


def digest(given: tuple[str, ...], speech: Speech) -> Digest:
    """Return how often."""
    known = {name: digest for digest in Digest for name in (DIGEST_WORDS[digest], speech.digest(digest))}
    shown = {word: speech.digest(one) for one, word in DIGEST_WORDS.items()}
    return _one_of("digest", given, known, shown, speech)[-1]


def sort(given: tuple[str, ...], speech: Speech) -> Sort:
    """Return the order of a list by its code or its name in the person's language."""
    names = {speech.t("best"): Sort.BEST, speech.t("new"): Sort.NEW, speech.t("old"): Sort.OLD}
    known = {name: order for order, words in _SORTS.items() for name in words.split()} | names
    shown = {str(order): name for name, order in names.items()}
    return _one_of("sort", given, known | {str(sort): sort for sort in Sort}, shown, speech)[-1]


def languages(given: tuple[str, ...], speech: Speech) -> tuple[str, ...]:
    """Return ISO 639-1 codes of languages given by code or by name."""
    return tuple(_language(value, speech) for value in given)


def country(text: str) -> str:
    """Return the code of a country given by code or by name."""
    if is_code(text):
        return text.upper()
    one_country(text)
    code = country_spoken(text.split())
    if code:
        return code
    pieces = text.split()
    taken, codes = countries_near(pieces)
    if codes and taken == len(pieces):
        raise Unknown(
            msgid("“{word}” is no country that I know. Did you mean {nearest}?"), codes, text, word=text
        )
    raise Unknown(
        msgid("“{word}” is no country that I know. Write its name or its code: {example}"),
        (),
        text,
        word=text,
        example="KP",
    )


def country_spoken(words: Sequence[str]) -> str | None:
    """Return the code of the country that words mean: the state, a people, a place in it."""
    return state_named(words) or country_said(tuple(words))


def one_country(text: str) -> None:
    """Raise Several, which names them, where the text is what several countries go by: "Korea"."""
    meant = countries_meant(text)
    if meant:
        raise Several(text, meant)


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


def time(text: str) -> tuple[date, date]:
    """Return the first day of a time and the day after its last."""
    found = span(text)
    if found is None:
        day(text)
        raise Mistake(
            "“{word}” is no date. Write it so: {example}", word=text, example="2005-02-14, 2005-02, 2005"
        )
    return found


def span(text: str) -> tuple[date, date] | None:
    """Return the first day of a year, month, day or "2005-2007" and the day after its last; else None."""
    years = _SPAN.fullmatch(text)
    if years and years[1] <= years[2]:
        return date(int(years[1]), 1, 1), date(int(years[2]) + 1, 1, 1)
    match = _DAY.fullmatch(text)
    if not match or not YEAR.match(text) or (years and years[1] > years[2]):
        return None
    try:
        first = day(text)
    except Mistake:
        return None
    if match[3]:
        return first, first + timedelta(days=1)
    if match[2]:
        return first, (first + timedelta(days=31)).replace(day=1)
    return first, date(first.year + 1, 1, 1)


def page(text: str) -> int:
    """Return the number of a page, from 1."""
    if text.isascii() and text.isdigit() and 1 <= int(text[:9]) <= _MOST_PAGE:
        return int(text[:9])
    raise Mistake("“{word}” is no page. Write it so: {example}", word=text, example="page:2")


def split(text: str, between: str = "") -> Iterator[str]:
    """Give the pieces between commas; `between` stands for each comma, where one is given."""
    for at, piece in enumerate(text.replace("，", ",").replace("、", ",").split(",")):
        if at and between:
            yield between
        if piece:
            yield piece


def joined(known: tuple[Value, ...], *new: Value) -> tuple[Value, ...]:
    """Return both without repeating anything."""
    return tuple(dict.fromkeys((*known, *new)))


def _one_of(
    key: str, values: Iterable[str], known: dict[str, Value], codes: dict[str, str], speech: Speech
) -> list[Value]:
    """Return the values meant, whatever their case, spaces and hyphens; `codes` are shown."""
    own = speech.language != "en"
    shown = {code: f"{code} ({name})" if own else code for code, name in codes.items()}
    table = {_loose(name): value for name, value in known.items()}
    found = []
    for value in values:
        if _loose(value) in table:
            found.append(table[_loose(value)])
            continue
        loose = {_loose(name): code for code, own_name in codes.items() for name in (own_name, code)}
        near = get_close_matches(_loose(value), loose, n=1, cutoff=0.5)
        named = loose[near[0]] if near else ""
        if named:
            raise Mistake(
                "“{word}” is not understood after “{key}:”. Did you mean {nearest}? It can be: {known}",
                word=value,
                key=key,
                nearest=named,
                known=", ".join(shown.values()),
            )
        raise Mistake(
            "“{word}” is not understood after “{key}:”. It can be: {known}",
            word=value,
            key=key,
            known=", ".join(shown.values()),
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
