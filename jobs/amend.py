"""Messages that are changed where they stand, since what they said was called off or rewritten.

That it was is told by a message of its own (`jobs.ring`); this is for whoever scrolls back to the first.
To change a message twice does no harm, so nothing is noted before it is tried: whatever was not settled when
the program stopped is done again. When a change goes, among all that is to be sent, `jobs.ledger` says.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import structlog

from jobs.outcome import Gone, Migrated, Outcome, Rejected, RetryLater, Sent, Uncertain
from jobs.readable import readable
from storage.database import Work
from storage.due import DIGESTS
from storage.records import Alert, Version
from storage.removals import Erasure
from storage.told import Amendment

log = structlog.get_logger()

_SOONEST = timedelta(seconds=30)
_LATEST = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Changed:
    """What a message told, what changed that, and what the statement said until then (None: the same).

    Of a digest, `digest` is all that stands in it, and `over` which of it is called off, by the alert's id.
    """

    reference: str
    alert: Alert
    by: Alert
    before: Version | None
    key: str
    digest: tuple[Alert, ...] = ()
    over: frozenset[int] = frozenset()
    taken_back: frozenset[int] = frozenset()
    """Of these, what those who run the watch took back."""


@dataclass(frozen=True, slots=True)
class Change:
    """A message that is to be changed now, and into what."""

    wish: Amendment
    told: Changed


def due(
    work: Work, transport: str, now: datetime, most: int, *, ends: bool, without: Collection[int]
) -> tuple[int, tuple[Change, ...]]:
    """How many are due, `most` at most, and those of them that can still be changed; the others stay.

    `ends` are what calls something off, the rest is what rewrites it. `without`: recipients who are not to
    be written to now.
    """
    wishes = work.told.due(transport, now, most, ends=ends, without=without)
    alerts = readable(work.alerts.many, {number for one in wishes for number in (one.alert_id, one.by)})
    found = []
    for one in wishes:
        alert, by = alerts.get(one.alert_id), alerts.get(one.by)
        if alert is None or by is None:
            work.told.amend_later(one, now + _LATEST)
        elif by.expires is not None and by.expires < now:
            work.told.amended(one, None)
        else:
            told = changed(work, one, alert, by, f"{by.identifier}:{one.delivery_id}:amend")
            if alert.statement.taken_down and not told.digest:
                work.told.amended(one, None)  # it is not to be changed, but to go (`jobs.removals`)
            else:
                found.append(Change(one, told))
    return len(wishes), tuple(found)


def give_up(work: Work, transport: str, now: datetime, most: int) -> int:
    """Where no message can be changed, none is: what was said stays; returns how many were due."""
    wishes = work.told.due(transport, now, most)
    for one in wishes:
        work.told.amended(one, None)
    return len(wishes)


def settle(work: Work, change: Change, outcome: Outcome, now: datetime) -> None:
    """Writes down what became of an attempt to change a message; the chat itself is the ledger's."""
    wish = change.wish
    match outcome:
        case Sent(reference):
            work.told.amended(wish, reference)
        case RetryLater(seconds):
            wait = timedelta(seconds=seconds) if seconds else _patience(change, now)
            work.told.amend_later(wish, now + wait)
        case Uncertain():
            work.told.amend_later(wish, now + _patience(change, now))
        case Gone():
            work.told.amended(wish, None)
        case Migrated():
            pass  # there the same numbers name other messages: nothing can be changed any more
        case Rejected(detail):
            # Its reader has deleted it, most often.
            log.info("amend.rejected", delivery=wish.delivery_id, why=detail)
            work.told.amended(wish, None)


def changed(work: Work, one: Amendment | Erasure, alert: Alert, by: Alert, key: str) -> Changed:
    """What stands in a message, with all that its place has to say from now on; `key` as for an act."""
    same = alert.statement.id == by.statement.id
    versions = work.statements.versions.of(alert.statement.id) if same else ()
    before = next((version for version in versions if version.until > alert.sent), None)
    told = Changed(one.reference, alert, by, before, key)
    delivery = next(iter(work.deliveries.many([one.delivery_id])), None)
    if delivery is None or delivery.lane < DIGESTS:  # None: forgotten at this very moment
        return told
    ids = [beside.alert_id for beside in work.deliveries.beside(delivery)]
    alerts = work.alerts.many(ids)
    over = work.told.over(one.recipient_id, ids)
    shown = tuple(_as_it_was(alerts[key], told) if key in over else alerts[key] for key in ids)
    taken_back = work.told.taken_back(one.recipient_id, ids)
    return replace(told, digest=shown, over=over, taken_back=taken_back)


def _as_it_was(alert: Alert, told: Changed) -> Alert:
    """With the title under which it was told, where the page itself says now that it is over."""
    if told.before is None or alert.statement.id != told.alert.statement.id:
        return alert
    return replace(alert, statement=replace(alert.statement, title=told.before.title))


def _patience(change: Change, now: datetime) -> timedelta:
    """The longer it has been tried in vain, the later it is tried again."""
    return max(_SOONEST, min(_LATEST, (now - change.told.by.sent) / 2))
