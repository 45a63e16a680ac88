"""Asks the web for one address: guard -> one hop after another -> a bounded body, all within one deadline."""

from jobs.fetch.answer import (
    Elsewhere,
    Fetched,
    FetchError,
    LeftAlone,
    Refused,
    TimedOut,
    TooLarge,
    Unreachable,
    clock_ahead,
    retry_after,
)
from jobs.fetch.fetcher import USER_AGENT, Fetcher, Turn

__all__ = [
    "USER_AGENT",
    "Elsewhere",
    "FetchError",
    "Fetched",
    "Fetcher",
    "LeftAlone",
    "Refused",
    "TimedOut",
    "TooLarge",
    "Turn",
    "Unreachable",
    "clock_ahead",
    "retry_after",
]
