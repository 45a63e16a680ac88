"""Knows how often a source speaks, and when its silence is unlike it."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise

from storage.records import Source

LOOKED_AT = 40
"""How many of the latest entries tell the habit."""
_ENOUGH = 5
"""Days with entries below which there is no habit to speak of."""
_LEAST = timedelta(days=7)
_TIMES = 3
_FIRST_FEEDS = 1999
"""What is dated earlier is undated, and some software's zero."""


def habit(moments: Sequence[datetime]) -> int:
    """The longest pause in seconds between the days on which entries came; 0 for too few to tell.

    Days, since what is published in one sitting says nothing about the next.
    """
    days = sorted({moment.date() for moment in moments if moment.year >= _FIRST_FEEDS})
    if len(days) < _ENOUGH:
        return 0
    pauses = [later - earlier for earlier, later in pairwise(days)]
    return int(max(pauses).total_seconds())


def is_silent(source: Source, now: datetime) -> bool:
    """Whether nothing has come for three times the longest pause, and for a week at least."""
    if not source.habit or source.newest is None:
        return False
    return now - source.newest > max(_LEAST, _TIMES * timedelta(seconds=source.habit))
