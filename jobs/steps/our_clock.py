"""Whether this machine's clock is wrong, by those of the servers that answered."""

from collections.abc import Collection
from datetime import timedelta
from statistics import median

WRONG = timedelta(minutes=10)
"""So far nobody's answer is late by chance, and what is dated an hour ahead rings nothing."""
_LEAST = 2
"""Servers that have to say so: one may be odd itself."""


def wrong_by(ahead: Collection[timedelta]) -> timedelta | None:
    """How far our clock is ahead of most servers' (less than nothing: behind); None where it is right.

    `ahead` is how far it is ahead of each.
    """
    if len(ahead) < _LEAST:
        return None
    middle = timedelta(seconds=median(one.total_seconds() for one in ahead))
    apart = [one for one in ahead if abs(one) > WRONG and (one > timedelta()) == (middle > timedelta())]
    return middle if abs(middle) > WRONG and len(apart) * 2 > len(ahead) else None
