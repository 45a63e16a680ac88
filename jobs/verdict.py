"""What an answer makes of a source, and what becomes of one that did not answer as it should."""

import hashlib
import re
from dataclasses import replace
from datetime import datetime, timedelta
from random import Random

import structlog

from jobs.fetch import Fetched
from jobs.keep import Outcome
from jobs.steps.freshness import fresh_for, hints_of, later, next_due
from jobs.steps.habit import is_silent
from jobs.steps.hubs import announced
from jobs.steps.moves import back_home, moved
from storage.records import Source
from storage.words import SourceState

log = structlog.get_logger()

_DARK_AFTER = 5
_ROOT = re.compile(rb"<((?:\w{1,20}:)?(?:rss|feed|rdf|html))[\s>]", re.IGNORECASE)
_HEAD, _TAIL = 8_192, 4_096
"""Bytes in which the first element of an answer begins, and ends: caches and counters add remarks."""
_REST = timedelta(minutes=1)
"""When the rest is asked for of what one poll could not take."""
_luck = Random().random  # noqa: S311 - spreads due times, protects nothing


def succeeded(
    source: Source, answer: Fetched, digest: str, now: datetime, *, state: SourceState, detail: str
) -> Source:
    """The source after an answer as it should be, whose body has this digest."""
    source = moved(source, answer.permanent_url, now)
    kept = answer.status == 304
    known = digest == source.body_hash
    hints = source.hints if known else hints_of(answer.body)
    etag = answer.headers.get("etag", source.etag if kept else "")
    last_modified = answer.headers.get("last-modified", source.last_modified if kept else "")
    if breaks_off(answer.body, framed=_is_framed(answer)):
        etag = last_modified = ""  # they may speak for the whole of it, of which the rest was never seen
    hub, topic = announced(source, answer.headers, b"" if known else answer.body, answer.final_url)
    silent = is_silent(source, now)
    return replace(
        source,
        state=state,
        detail=detail,
        etag=etag,
        last_modified=last_modified,
        body_hash=digest,
        hints=hints,
        hub=hub,
        topic=topic,
        failures=0,
        last_polled=now,
        last_success=now,
        next_due=next_due(source, fresh_for(answer.headers, hints, now), now, _luck()),
        silent_since=(source.silent_since or now) if silent else None,
        unreached_since=None,
    )


def breaks_off(body: bytes, *, framed: bool = False) -> bool:
    """Whether this is the beginning of a feed or page only: not every server says how long its answer is.

    What was `framed` came as its server sent it: a page that leaves out its last tag is whole then, as HTML
    allows (13.1.2.4 optional tags). A feed that lacks it may have been broken off behind the server.
    """
    root = _ROOT.search(body[:_HEAD].replace(b"\0", b""))
    if root is None or (framed and root.group(1).lower() == b"html"):
        return False
    last = b"</" + root.group(1)
    return last not in body and last.lower() not in body[-_TAIL:].replace(b"\0", b"").lower()


def _is_framed(answer: Fetched) -> bool:
    """Whether the answer says where it ends (RFC 9112, 6.3): what is short of that is no answer at all."""
    chunked = "chunked" in answer.headers.get("transfer-encoding", "").lower()
    return chunked or "content-length" in answer.headers


def soon(source: Source, now: datetime) -> Source:
    """The source, which is asked again soon: not all that it showed could be read yet."""
    due = now + _REST
    return replace(source, next_due=min(source.next_due or due, due))


def unfinished(source: Source, after: Source, now: datetime) -> Source:
    """The source after an answer of which not all is kept: it is asked for the whole of it, and soon."""
    return replace(soon(after, now), etag="", last_modified="", body_hash="", marks=source.marks)


def missed(
    source: Source,
    state: SourceState,
    detail: str,
    now: datetime,
    pause: float | None = None,
    *,
    unreached: datetime | None = None,
) -> Outcome:
    """The source did not answer as it should: it is asked again later, and later each time."""
    after = replace(
        source,
        state=state,
        detail=detail,
        failures=source.failures + 1,
        last_polled=now,
        unreached_since=unreached,
    )
    if state is SourceState.FAILING and after.failures >= _DARK_AFTER:
        after = back_home(replace(after, state=SourceState.DARK))
    return Outcome(source, replace(after, next_due=later(after, now, pause, _luck())), now)


def fault(source: Source, error: Exception, now: datetime) -> Outcome:
    """Something went wrong that nobody foresaw: it is logged, and the source asked again later."""
    detail = repr(error)
    secret = source.url != source.shown_url
    if secret:  # a fault may quote the address, and with it who may read it
        detail = type(error).__name__
    log.error("poll.failed", source=source.name, error=detail, exc_info=None if secret else error)
    return missed(source, SourceState.FAILING, f"fault in Vigil: {detail}"[:200], now)


def digest_of(body: bytes) -> str:
    """By which a body is known again."""
    return hashlib.sha256(body).hexdigest()
