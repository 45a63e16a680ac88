"""Looks at what a source answers: judges it and reads its items; for `vigil check` it keeps nothing."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from math import ceil
from urllib.parse import urlsplit

from jobs.fetch import Elsewhere, Fetched, Fetcher, FetchError, clock_ahead, retry_after
from jobs.parser import Parser
from jobs.steps.parsed import NotAFeed
from storage.records import Source
from storage.words import SourceState


@dataclass(frozen=True, slots=True)
class Trouble:
    """What is wrong with an answer that brings nothing to read; `pause` is what the server asks for."""

    state: SourceState
    detail: str
    pause: float | None = None


@dataclass(frozen=True, slots=True)
class Seen:
    """What one look at a source showed."""

    source: Source
    """With the state and its detail as they are now."""
    items: int = 0
    status: int | None = None
    error: FetchError | None = None
    """Why no answer came."""
    host: str = ""
    """Where the answer came from."""
    clock: timedelta | None = None
    """How far our clock is ahead of the server's; None where it did not say its time."""
    moved: str = ""
    """The address that the source says it has for good."""


def trouble(answer: Fetched, now: datetime) -> Trouble | None:
    """Why the answer cannot be read; None when it can."""
    match answer.status:
        case 200 | 304:
            return None
        case 429 | 503:
            pause = retry_after(answer.headers, now)
            wait = f", asks us to wait {_span(pause)}" if pause else ""
            return Trouble(SourceState.THROTTLED, f"HTTP {answer.status}{wait}", pause)
        case 410:
            return Trouble(SourceState.GONE, "HTTP 410: removed for good")
        case status:
            return Trouble(SourceState.FAILING, f"HTTP {status}")


def _span(seconds: float) -> str:
    """Whole minutes, or hours where they are many; never less than was asked for."""
    minutes = ceil(seconds / 60)
    return f"{minutes} min" if minutes < 120 else f"{ceil(minutes / 60)} h"


async def look(
    fetcher: Fetcher, source: Source, now: Callable[[], datetime], parser: Parser | None = None
) -> Seen:
    """Asks the source for everything it lists, as if for the first time."""
    try:
        answer = await fetcher.get(source.url, pinned=True)
    except Elsewhere as error:
        return Seen(_with(source, SourceState.MOVED, str(error.detail)), error=error)
    except FetchError as error:
        return Seen(_with(source, SourceState.FAILING, str(error.detail)), error=error)
    received = now()
    seen = Seen(
        source,
        status=answer.status,
        host=urlsplit(answer.final_url).hostname or "",
        clock=clock_ahead(answer.headers, received),
        moved=answer.permanent_url or "",
    )
    bad = trouble(answer, received)
    if bad:
        return replace(seen, source=_with(source, bad.state, bad.detail))
    try:
        unread = replace(source, marks=b"")
        reading = parser or Parser()
        found = await reading.listed(answer.body, answer.headers, answer.final_url, unread, received)
    except NotAFeed as error:
        return replace(seen, source=_with(source, SourceState.NOT_A_FEED, error.detail))
    state = SourceState.DEGRADED if found.degraded else SourceState.OK
    return replace(seen, source=_with(source, state, found.degraded), items=len(found.entries))


def _with(source: Source, state: SourceState, detail: str) -> Source:
    return replace(source, state=state, detail=detail)
