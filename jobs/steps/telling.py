"""Decides what admins hear of a source: that it is in trouble, once, and once more when it is well.

Admins believe a source to be well until they are told otherwise (`Source.told`). Whatever happens
between two polls, what they hear follows from what they believe and what the last poll found. So a
program that was killed, or asked by somebody else meanwhile, tells nothing twice and leaves nothing out.

A source that comes and goes would write to them all day. Within a day of falling ill they hear of one
recovery; when it falls ill again, that it is unsteady; and then no more until it has been one or the
other for a whole day.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from storage.people import Event
from storage.records import Source
from storage.urls import without_secrets
from storage.words import EventKind, SourceState

WELL = frozenset({SourceState.OK, SourceState.UNCHANGED, SourceState.DEGRADED})
"""The states of a source that brings what it has."""
_AT_ONCE = frozenset({SourceState.DARK, SourceState.GONE, SourceState.MOVED, SourceState.NOT_A_FEED})
"""What will not pass by itself. The other troubles mostly do; they are told when they last a day."""
_DAY = timedelta(days=1)


def is_well(source: Source) -> bool:
    """Whether the source brings what it has, as far as is known."""
    return source.state in WELL or source.state is SourceState.NEW


def noted(before: Source, after: Source, now: datetime) -> Source:
    """The source with the moment since when it is as it is: well, or in trouble."""
    same = is_well(before) == is_well(after) and before.since is not None
    since = before.since if same else now
    # As a rule it is there already, and a copy of a source takes as long as all the rest here.
    return after if after.since == since else replace(after, since=since)


def heard(before: Source, after: Source, now: datetime) -> tuple[Source, tuple[Event, ...]]:
    """The source after a poll with what admins believe of it from now on, and what they hear.

    `before` is the source as it is stored, `after` as the poll found it.
    """
    known = before.told, before.told_at, before.unsteady
    if known != (after.told, after.told_at, after.unsteady):
        after = replace(after, told=before.told, told_at=before.told_at, unsteady=before.unsteady)
    after = noted(before, after, now)
    after, kinds = _believed(after, now)
    if after.address and after.address != before.address:
        kinds = (*kinds, EventKind.MOVED)
    if bool(after.silent_since) is not bool(before.silent_since):
        kinds = (*kinds, EventKind.SILENT if after.silent_since else EventKind.SPEAKS)
    return after, tuple(_event(kind, before, after, now) for kind in kinds)


def spoke(before: Source, after: Source, now: datetime) -> tuple[Event, ...]:
    """What admins hear when a hub has brought news: of the source's health that tells one thing alone."""
    if before.silent_since and not after.silent_since:
        return (_event(EventKind.SPEAKS, before, after, now),)
    return ()


def vanished(source: Source, count: int, now: datetime) -> Event:
    """What admins hear when many items went missing from a source's list with one answer."""
    event = _event(EventKind.VANISHED, source, source, now)
    return replace(event, detail="", counts={"missing": count})


def withheld(source: Source, number: int, now: datetime) -> Event:
    """What admins hear when an item is held back that resembles what was taken down; no word of it."""
    event = _event(EventKind.WITHHELD, source, source, now)
    return replace(event, detail="", counts={"statement": number} if number else {})


def _believed(source: Source, now: datetime) -> tuple[Source, tuple[EventKind, ...]]:
    """What admins believe of the source's health, and how they come to."""
    ill, well = _is_ill(source, now), source.state in WELL
    lately = source.told_at is not None and now - source.told_at < _DAY
    if source.unsteady:
        return _settling(source, now, ill=ill, well=well, lately=lately)
    if ill and not source.told:
        fallen = replace(source, told=source.state, told_at=now, unsteady=lately)
        return fallen, (EventKind.UNSTEADY if lately else EventKind.ILL,)
    if well and source.told:
        return replace(source, told=""), (EventKind.WELL,)
    other = ill and source.state != source.told
    # One that is gone is asked so seldom that the day's patience would be a week's.
    if other and (not lately or source.state is SourceState.GONE):
        return replace(source, told=source.state, told_at=now), (EventKind.ILL,)
    return source, ()


def _settling(
    source: Source, now: datetime, *, ill: bool, well: bool, lately: bool
) -> tuple[Source, tuple[EventKind, ...]]:
    """One that comes and goes: admins hear when it has been well, or ill, for a day."""
    if ill and not source.told:
        return replace(source, told=source.state, told_at=now), ()
    if well and source.told:
        return replace(source, told="", told_at=now), ()
    if lately or not (ill or well):
        return source, ()
    told = source.state if ill else ""
    return replace(source, told=told, unsteady=False), (EventKind.ILL if ill else EventKind.WELL,)


def _is_ill(source: Source, now: datetime) -> bool:
    if source.state in _AT_ONCE:
        return True
    return not is_well(source) and source.since is not None and now - source.since >= _DAY


def _event(kind: EventKind, before: Source, after: Source, now: datetime) -> Event:
    """What a message about it needs; a recovery is told with the trouble that it ended."""
    event = Event(
        kind=kind,
        at=now,
        source=after.name,
        title=after.title or after.organisation or after.name,
        url=after.public_url,
        state=after.state,
        detail=after.detail,
        since=after.since,
        last_success=after.last_success,
        next_due=after.next_due,
        newest=after.newest,
        habit=after.habit,
    )
    match kind:
        case EventKind.WELL:
            was = SourceState(before.told) if before.told else None
            since = before.since if was else after.since
            return replace(event, state=was, detail="", since=since, last_success=before.last_success)
        case EventKind.MOVED:
            return replace(event, detail=without_secrets(after.address))
        case EventKind.SILENT:
            return replace(event, since=after.silent_since)
        case EventKind.SPEAKS:
            return replace(event, since=before.newest, detail="")
        case EventKind.ILL if after.added:
            return replace(event, counts={"added": 1})
        case _:
            return event
