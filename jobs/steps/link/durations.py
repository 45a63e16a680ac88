"""Reads since which day somebody has gone without food: day 71 on one date is day 73 two days later."""

import re
from datetime import date, timedelta

_LEAST = 8
"""Days from which on a fast is told apart by its length; at first all are some days long."""
_MOST = 500
_DAYS = re.compile(
    r"\b(?:day|jour|d[ií]a)\s(?:n[°o]\s?)?(\d{1,3})\b|\b[dj](\d{2,3})\b"
    r"|(?<!\d)(\d{1,3})(?:[-‐–\s]days?\b|\s?(?:e|ème|º|°)?\s?jours?\b|\s?(?:º|°)?\sd[ií]as?\b"
    r"|(?:[-‐–]?(?:й|го|х|ти|ми))?\s?(?:дн|день|сут)|\s?(?:يوم|ايام)|\s?일(?:째|간|동안)|\s?日(?:目|間|间)|\s?(?:余|多)?[天日])"
)


def fasting_since(text: str, published: date | None) -> frozenset[date]:
    """The days on which fasts of so many days began, told on the day of publication. Never raises.

    The text is known to tell of a hunger strike.
    """
    if published is None:
        return frozenset()
    told = {int(next(filter(None, match.groups()))) for match in _DAYS.finditer(text.lower())}
    return frozenset(published - timedelta(days=days) for days in told if _LEAST <= days <= _MOST)
