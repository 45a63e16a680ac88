"""Messages that leave the chats, or lose words, for somebody's safety: ahead of everything, until all have.

Whoever takes a statement down, or withholds words of one, marks what was told of it (`storage.removals`).
To take a message away twice does no harm, so nothing is noted before it is tried: whatever was not settled
when the program stopped is done again. At its end admins hear how many are gone, and how many are not.
"""

import asyncio
from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

import structlog

from jobs import amend
from jobs.amend import Changed
from jobs.notices import Admins, announce_at_once
from jobs.outcome import Gone, Migrated, Outcome, Rejected, RetryLater, Sent, Uncertain
from jobs.readable import readable
from storage.database import Database, Work
from storage.odds import repeated
from storage.people import Event
from storage.records import Alert
from storage.removals import Cleared, Erasure, Removal
from storage.words import Cause, EventKind
from storage.words import Erased as Became

log = structlog.get_logger()

EVERY = 1.0
"""Seconds between two looks for removals that have come to their end."""
_AGAIN = timedelta(seconds=15)
_UNREADABLE = timedelta(hours=1)
_PATIENCE = timedelta(minutes=15)
"""What a chat has to wait longer for holds up no report."""
_AT_MOST = timedelta(days=1)
_REASONS = 3
_PRINTED = "what was printed stays"


@dataclass(frozen=True, slots=True)
class Erased:
    """A message that is to go; `shown` is what is to stand in its place, None where nothing is."""

    reference: str
    alert: Alert
    key: str
    shown: Changed | None


@dataclass(frozen=True, slots=True)
class Erase:
    """A message to be erased now, and what of it."""

    wish: Erasure
    told: Erased


@dataclass(frozen=True, slots=True)
class _Since:
    """What has come since of a statement, by the numbers of the alerts: 0 where it was not taken back."""

    taken_back: int
    edits: tuple[int, ...]


def due(
    work: Work, transport: str, now: datetime, most: int, *, without: Collection[int], changes: bool
) -> tuple[int, tuple[Erase, ...]]:
    """How many are due, `most` at most, and those of them that can be erased now.

    `without`: whom not to write to now. Where nothing `changes` that was shown, all of it stays.
    """
    wishes = work.removals.due(transport, now, most, without)
    if not changes:
        for one in wishes:
            work.removals.erased(one, Became.KEPT, detail=_PRINTED)
        return len(wishes), ()
    told = _told(work, wishes)
    for one in wishes:
        if one.delivery_id not in told:
            work.removals.later(one, now + _UNREADABLE)
    return len(wishes), tuple(Erase(one, told[one.delivery_id]) for one in wishes if one.delivery_id in told)


def settle(work: Work, one: Erase, outcome: Outcome, now: datetime) -> None:
    """Writes down what became of an attempt; the chat itself is the ledger's."""
    match outcome:
        case Sent(reference, left=left):
            became = Became.CHANGED if reference else Became.GONE
            work.removals.erased(one.wish, Became.KEPT if left else became, reference, left)
        case RetryLater(seconds):
            work.removals.later(one.wish, now + (timedelta(seconds=seconds) if seconds else _AGAIN))
        case Uncertain():
            work.removals.later(one.wish, now + _AGAIN)
        case Gone():
            pass  # it goes when the chat can be reached again
        case Migrated():
            pass  # there the same numbers name other messages: nothing can be removed any more
        case Rejected(detail):
            log.error("removal.refused", delivery=one.wish.delivery_id, why=detail)
            work.removals.erased(one.wish, Became.KEPT, detail=detail)


@dataclass(frozen=True, slots=True)
class Reporter:
    """Tells admins what became of each removal, once."""

    database: Database
    admins: Admins

    async def look(self, now: datetime) -> int:
        """Tells of those that have come to their end; returns how many."""
        return await asyncio.to_thread(self._look, now)

    def _look(self, now: datetime) -> int:
        with self.database.read() as work:
            over = [one for one in work.removals.going() if _is_over(work, one, now)]
        for one in over:
            repeated(lambda one=one: self._end(one, now))  # type: ignore[misc]
        return len(over)

    def _end(self, one: Removal, now: datetime) -> None:
        with self.database.write() as work:
            cleared = work.removals.cleared(one, now, _PATIENCE)
            if not work.removals.end(one, now) or cleared == Cleared():
                return  # another program has told of it, or all of them are forgotten
            reasons = work.removals.reasons(one, _REASONS)
            counts = {name: count for name, count in asdict(cleared).items() if count}
            event = Event(
                EventKind.REMOVED,
                now,
                title=f"#{one.statement_id}",
                detail="\n".join(f"{count} {why}" for why, count in reasons),
                counts={"statement": one.statement_id}
                | ({} if _is_whole(work, one) else {"words": 1})
                | counts,
            )
            announce_at_once(work, event, self.admins, now)
        log.warning("removal.ended", statement=one.statement_id, **counts)


def _is_whole(work: Work, one: Removal) -> bool:
    """Whether all of it was taken down, and not only some words of it withheld."""
    statement = work.statements.get(one.statement_id)
    return statement is None or statement.taken_down is not None


def _is_over(work: Work, one: Removal, now: datetime) -> bool:
    return now - one.began > _AT_MOST or not work.removals.is_going(one, now, _PATIENCE)


def _told(work: Work, wishes: Sequence[Erasure]) -> dict[int, Erased]:
    """What each message told and is to say, by its delivery; without what cannot be read.

    What is the same for all messages on a statement is read once.
    """
    alerts = readable(work.alerts.many, {one.alert_id for one in wishes})
    since = {number: _since(work, number) for number in {one.statement.id for one in alerts.values()}}
    known = {one.delivery_id: one for one in wishes if one.alert_id in alerts}
    read: dict[int, Alert] = {}

    def erased(keys: list[int]) -> dict[int, Erased]:
        found = {}
        for key in keys:
            alert = alerts[known[key].alert_id]
            by = _by(work, known[key], alert, since[alert.statement.id])
            if by and by not in read:
                read.update(work.alerts.many([by]))
            found[key] = _erased(work, known[key], alert, read[by] if by else alert)
        return found

    return readable(erased, known)


def _erased(work: Work, one: Erasure, alert: Alert, by: Alert) -> Erased:
    key = f"removal-{one.by}:{one.delivery_id}"
    shown = amend.changed(work, one, alert, by, key)
    whole = alert.statement.taken_down is not None and not shown.digest
    return Erased(one.reference, alert, key, None if whole else shown)


def _since(work: Work, statement_id: int) -> _Since:
    same = readable(work.alerts.many, work.alerts.on_statement(statement_id))
    edits = tuple(key for key, one in same.items() if one.cause is Cause.EDIT)
    return _Since(work.alerts.corrected_by(statement_id), edits)


def _by(work: Work, one: Erasure, alert: Alert, since: _Since) -> int:
    """What has changed the message before: its end, what took it back, its source's edit; 0 for nothing."""
    edited = (key for key in since.edits if key > alert.id)
    return work.told.end_of(one.recipient_id, alert.id) or since.taken_back or max(edited, default=0)
