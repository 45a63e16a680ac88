"""Reads on which days the events of a text fall, set against the day on which it was published."""

from dataclasses import dataclass
from datetime import date, timedelta

from jobs.steps.classify.dates import dates_in
from jobs.steps.lexicon.tokens import Tokens
from jobs.steps.link.signs import signs_in

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
        told |= {published + timedelta(days=days) for days in signs_in(tokens, "relative")}
        for weekday in signs_in(tokens, "weekday"):
            back = (published.weekday() - weekday) % 7
            told |= {published - timedelta(days=back), published + timedelta(days=(7 - back) % 7)}
    return Days(near, frozenset(told), frozenset(at))
