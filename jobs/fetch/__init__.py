"""Asks the web for one address: guard -> one hop after another -> a bounded body, all within one deadline."""

from jobs.fetch.answer import (
    Elsewhere,
    Fetched,
    FetchError,
    Refused,
    TimedOut,
    TooLarge,
    Unreachable,
    clock_ahead,
    retry_after,
)
from jobs.fetch.fetcher import USER_AGENT, Fetcher

__all__ = [
    "USER_AGENT",
    "Elsewhere",
    "FetchError",
    "Fetched",
    "Fetcher",
    "Refused",
    "TimedOut",
    "TooLarge",
    "Unreachable",
    "clock_ahead",
    "retry_after",
]
