"""Reads on which days the events of a text fall, set against the day on which it was published."""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

from jobs.steps.classify.dates import dates_in
from jobs.steps.lexicon.cldr import locales
from jobs.steps.lexicon.phrases import Phrases
from jobs.steps.lexicon.tokens import Tokens, fold
from jobs.steps.link.sounds import data

_LOCALES = ("en", "fr", "es", "ru", "ar", "ko", "ja", "zh")
_YEARS = 3
"""Dates that are further away are no dates of this event."""


@dataclass(frozen=True, slots=True)
class Days:
    """The days that a text names, those that it tells by a weekday or a distance, and their tokens."""

    named: frozenset[date]
    told: frozenset[date]
    tokens: frozenset[int]


def days_in(tokens: Tokens, published: date | None) -> Days:
    """The days of a cut text; those that need the day of publication are left out where it is not known."""
    mentions = dates_in(tokens, published or date(2000, 1, 1))
    at = {i for m in mentions for i in range(m.first, m.last + 1)}
    near = frozenset(
        m.day for m in mentions if published is None or abs((m.day - published).days) <= 366 * _YEARS
    )
    told: set[date] = set()
    if published is not None:
        for hit in _relative().find(tokens):
            told.add(published + timedelta(days=hit.value))
        for hit in _weekdays().find(tokens):
            back = (published.weekday() - hit.value) % 7
            told |= {published - timedelta(days=back), published + timedelta(days=(7 - back) % 7)}
    return Days(near, frozenset(told), frozenset(at))


@cache
def _relative() -> Phrases[int]:
    rows = data("days")["relative"]
    return Phrases((phrase, int(days)) for days, line in rows.items() for phrase in line.split("/"))


@cache
def _weekdays() -> Phrases[int]:
    names: dict[str, int] = {}
    with locales() as locale:
        for code in _LOCALES:
            days = locale(code).days
            for form in ("format", "stand-alone"):
                for number, name in days[form]["wide"].items():
                    names.setdefault(fold(name), number)
    names |= {"周" + char: n for n, char in enumerate("一二三四五六日")} | {
        "среду": 2,
        "пятницу": 4,
        "субботу": 5,
    }
    names |= {"礼拜" + char: n for n, char in enumerate("一二三四五六日")}
    return Phrases(names.items())
