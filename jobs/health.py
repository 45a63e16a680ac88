"""Inside a poll's transaction: what its outcomes say about the health of sources, and of our network."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import structlog

from jobs.notices import Admins, announce, overtaken
from jobs.steps.network import is_down
from jobs.steps.telling import heard, noted, spoke, vanished, withheld
from storage.database import Work
from storage.moments import OFFLINE_SINCE
from storage.people import Event
from storage.records import Source
from storage.words import EventKind, SourceState

log = structlog.get_logger()

_ONCE = timedelta(days=7)
"""So long nobody is told the same of a source again: that its items vanished, or what they resemble."""
_NOTICES = 200
"""So many notices are looked at for it."""


@dataclass(frozen=True, slots=True)
class Found:
    """A source as it was stored, and as a poll found it."""

    before: Source
    after: Source
    now: datetime


def tell(work: Work, found: Sequence[Found], admins: Admins) -> tuple[Found, ...]:
    """Queues what admins should hear; returns what was found, to be saved with what they know now."""
    if not any(_matters(one) for one in found):
        return tuple(replace(one, after=noted(one.before, one.after, one.now)) for one in found)
    # From here on as it is stored: another program may have asked, and told, meanwhile.
    stored = work.sources.locked([one.before.id for one in found if _matters(one)])
    fresh = [replace(one, before=stored.get(one.before.id, one.before)) for one in found]
    now = max(one.now for one in fresh)
    offline, events = _network(work, fresh, now)
    told = []
    for one in fresh:
        if offline and one.after.unreached_since:
            told.append(replace(one, after=_excused(one)))
            continue
        after, more = heard(one.before, one.after, one.now)
        told.append(replace(one, after=after))
        events += more
    announce(work, events, admins, now)
    return tuple(told)


def tell_pushed(work: Work, found: Sequence[Found], admins: Admins) -> None:
    """Queues what admins should hear of what hubs have brought; whether a source answers it does not tell."""
    silent = [one.before.id for one in found if spoke(one.before, one.after, one.now)]
    stored = work.sources.locked(silent) if silent else {}
    for one in found:
        before = stored.get(one.before.id)
        if before:
            announce(work, spoke(before, one.after, one.now), admins, one.now)


def tell_vanished(work: Work, source: Source, count: int, now: datetime, admins: Admins) -> None:
    """Queues that many items of a source vanished at once; once, however often that is found."""
    event = vanished(source, count, now)
    if not _was_told(work, event):
        log.warning("source.items_vanished", source=source.name, count=count)
        announce(work, (event,), admins, now)


def tell_withheld(work: Work, source: Source, number: int, now: datetime, admins: Admins) -> None:
    """Queues that something resembles the statement with this number, which was taken down; likewise."""
    event = withheld(source, number, now)
    if not _was_told(work, event):
        log.warning("entry.withheld", source=source.name, statement=number)
        announce(work, (event,), admins, now)


def _was_told(work: Work, event: Event) -> bool:
    told = (one for notice in work.notices.latest(_NOTICES) for one in notice.events)
    return any(
        (one.kind, one.source, one.counts.get("statement"))
        == (event.kind, event.source, event.counts.get("statement"))
        and event.at - one.at < _ONCE
        for one in told
    )


def _matters(one: Found) -> bool:
    """Whether there may be something to tell, or to find out about our network."""
    _, events = heard(one.before, one.after, one.now)
    settles = one.before.unsteady or one.before.told
    return bool(events or settles or one.before.unreached_since or one.after.unreached_since)


def _network(work: Work, found: Iterable[Found], now: datetime) -> tuple[bool, tuple[Event, ...]]:
    """Whether our own network is down, and what is to be told about it."""
    since = work.moments.get(OFFLINE_SINCE)
    missing = [one.after for one in found if one.after.unreached_since]
    if any(not one.after.unreached_since for one in found):
        if since is None:
            return False, ()
        work.moments.drop(OFFLINE_SINCE)
        overtaken(work, EventKind.OFFLINE)
        log.warning("network.back", since=since.isoformat())
        return False, (Event(EventKind.ONLINE, now, since=since, counts=_counts(work)),)
    if since is not None:
        return True, ()
    ids = [source.id for source in missing]
    answered = work.sources.answered_last(but=ids)
    unreached = (*missing, *work.sources.unreached(but=ids))
    if not is_down(unreached, work.sources.count(), answered, now):
        return False, ()
    since = min((one.unreached_since for one in missing if one.unreached_since), default=now)
    answered = max((one.last_success for one in unreached if one.last_success), default=answered)
    work.moments.put(OFFLINE_SINCE, since)
    log.warning("network.down", since=since.isoformat(), remedy="see that this machine is online")
    event = Event(
        EventKind.OFFLINE,
        now,
        since=since,
        last_success=answered,
        detail=missing[0].detail,
        counts=_counts(work),
    )
    return True, (event,)


def _counts(work: Work) -> dict[str, int]:
    return {"sources": work.sources.count()}


def _excused(one: Found) -> Source:
    """A source that cannot be reached because nothing can: it is not to blame, and asked as ever.

    So it neither goes dark nor is waited for longer and longer: when the network is back it is seen.
    """
    before, after = one.before, noted(one.before, one.after, one.now)
    blamed = before.state is SourceState.DARK
    soon = one.now + timedelta(seconds=after.every)
    return replace(
        after,
        state=SourceState.DARK if blamed else SourceState.FAILING,
        failures=before.failures,
        next_due=min(after.next_due or soon, soon),
        told=before.told,
        told_at=before.told_at,
        unsteady=before.unsteady,
    )
