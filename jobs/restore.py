"""Brings a backup back: in one transaction, and nobody who has left since is written to.

The archive goes back to what it was; people do not. Those whom the database knows,
with what they asked for, their language and what they were sent, are as they are now (`storage.aside`).
So is who works at the admins' desk, and who is kept from it.
Those whom it does not know, although it is what became of the backup, count as having used /forget. Into an
empty database nobody comes back of whom there is a tombstone (`storage.tombstones`). Without a word nothing
is sent that may have been sent since.
"""

from collections import Counter
from collections.abc import Collection, Iterable
from contextlib import ExitStack
from dataclasses import dataclass
from dataclasses import replace as without
from datetime import datetime

from sqlalchemy.exc import SQLAlchemyError

from jobs.takedown import take_down_again
from jobs.uncertain import unanswered
from jobs.withhold import withhold_again
from storage import marks
from storage.aside import Aside
from storage.backup import Backup
from storage.closing import close
from storage.copy import (
    about_recipients,
    holds_rows,
    join_recipients,
    keep_out,
    rows_in,
    rows_out,
    same_history,
    tables_of,
)
from storage.database import Database, StorageError, Work, reason
from storage.locks import NODES
from storage.moments import ALIVE, CLOCK_WRONG_SINCE, DOWN_FROM, DOWN_TO, OFFLINE_SINCE
from storage.recipients import Recipients
from storage.tables.people import route_countries
from storage.tombstones import Tombstones
from storage.words import AppealState, DeliveryState

_NOTE = "a backup was restored: it may have been sent after the backup was taken"
_MADE_BY_ITSELF = ("meta", "sources", "identities", "senders", "nodes")
"""Tables that a start fills by itself: rows in them are no reason to hold back."""


class InUse(Exception):
    """The service, or another sender, is at work on the database; the message is the name of its lock."""


class NotEmpty(Exception):
    """The database holds something, and nobody said that it may be replaced."""


class Unnumbered(Exception):
    """People of the backup of whom nothing can tell whether they have left since, and nobody said what to do.

    Their rows are of a version before tombstones; the message is how many they are.
    """


@dataclass(frozen=True, slots=True)
class Restored:
    """What came of it: rows by table, then numbers of recipients, then numbers of deliveries."""

    rows: dict[str, int]
    recipients: int
    """Those who are in the database now."""
    same_history: bool
    """Whether the replaced database is what became of the backup's, so that it tells who was forgotten."""
    missing: int
    """Those of the backup whom the replaced database did not know any more, and of whom no tombstone is."""
    forgotten: int
    """Those of the backup who have left since, as their tombstones tell: they never come back."""
    unnumbered: int
    """Those of the backup of whom nothing can tell whether they have left: back, or not, as was asked."""
    present: int
    """Those whom both knew: they are as they were in the replaced database."""
    joined: int
    """Those of the replaced database who are not in the backup, kept with their routes."""
    ended: int
    """What waited in the backup for people who want nothing more, and is not sent."""
    again: int
    """Immediate alerts that will be sent, perhaps for the second time, marked as a repetition."""
    uncertain: int
    """What else may have been sent since, and is not sent."""


def restore(  # noqa: PLR0913 - each is a decision of whoever restores
    database: Database,
    backup: Backup,
    now: datetime,
    transports: Iterable[str],
    *,
    replace: bool = False,
    with_missing: bool = False,
    with_unnumbered: bool | None = None,
    tombstones: Collection[str] = (),
) -> Restored:
    """Puts the backup's rows in place of what the database holds: whole, or not at all.

    With `replace`, whoever the database knows is kept, and comes out as they are now, not as they were.
    Who is no longer known was forgotten since, and comes back only with `with_missing`; of whom there is one
    of the `tombstones`, in the database or from elsewhere, not at all. A row of before there were any bears
    no number by which a tombstone could be told: where no database tells either who has left, such people
    come back or stay out, `with_unnumbered`, and Unnumbered is raised where nobody has said which.
    Raises InUse while another program holds the sender lock of one of `transports`, or is at work as one node
    of several, NotEmpty, and StorageError when the database does not take it.
    """
    with ExitStack() as locks:
        for name in (*transports, NODES):
            if not locks.enter_context(database.sender_lock(name)):
                raise InUse(name)
        try:
            with database.write() as work:
                if not backup.opened_by(database.keys.fitting(work.connection)):
                    raise StorageError("the backup stands under another key than the database")
                left = work.tombstones.all() | frozenset(tombstones)
                return _exchanged(
                    *(work, backup, now, left),
                    replace=replace,
                    with_missing=with_missing,
                    with_unnumbered=with_unnumbered,
                )
        except SQLAlchemyError as error:
            raise StorageError(f"the database did not take the backup: {reason(error)}") from error


def _exchanged(  # noqa: PLR0913 - as above
    work: Work,
    backup: Backup,
    now: datetime,
    left: frozenset[str],
    *,
    replace: bool,
    with_missing: bool,
    with_unnumbered: bool | None,
) -> Restored:
    connection = work.connection
    tables = tables_of(connection)
    keep_out(connection, tables)
    if not replace and holds_rows(connection, [one for one in tables if one.name not in _MADE_BY_ITSELF]):
        raise NotEmpty
    met = _met(work, backup, left)
    if met.unnumbered and with_unnumbered is None:
        raise Unnumbered(len(met.unnumbered))
    continues = met.continues
    left_here = Recipients(backup.connection, work.recipients.vault).many(met.gone).values()
    people, log = about_recipients(connection, tables), Aside(connection)
    withheld, redacted = work.statements.takedowns.digests(), work.redactions.all()
    appeals, pictures = work.appeals.states(), work.pictures.digests()
    people_of_the_desk, identities = work.staff.rows(), work.identities.rows()
    accounts = work.senders.rows()
    watched = work.sources.rows()
    rows_out(connection, tables)
    kept = [table for table in tables if table.name != route_countries.name]  # made anew, as an index is
    left_out = met.gone if with_missing else met.gone | met.missing
    left_out |= frozenset() if with_unnumbered else met.unnumbered
    rows = rows_in(backup.connection, connection, kept, left_out)
    work.tombstones.add(left)
    work.tombstones.number_all()
    join_recipients(connection, tables, people, met.same)
    rows[route_countries.name] = work.routes.index_all()
    marks.drop(connection)  # of a database that was moved: what is restored is the one in use
    work.statements.index_all()
    take_down_again(work, withheld, now)
    withhold_again(work, redacted, now)
    close(connection, work.recipients.vault)  # what is saved of before: else nobody is known again in it
    work.staff.leave((one.transport, one.address) for one in left_here)
    work.staff.put_back(people_of_the_desk, only=continues)
    work.sources.put_back(watched if continues else ())
    work.identities.put_back(identities if continues else ())
    work.senders.put_back(accounts)
    _forget_another_time(work)
    ended, settled = _settled(work, log, now)
    if continues:
        _drop_again(work, appeals, pictures, now)
    return _restored(met, rows, len(work.recipients.traces()), ended, settled)


@dataclass(frozen=True, slots=True)
class _Met:
    """The people of a backup, by their numbers there, beside those whom the database knows."""

    continues: bool
    """Whether it is what became of the backup: only then can it tell who has left."""
    known: int
    """How many the database knows."""
    same: dict[int, int]
    """Those whom both know: the number here, and that in the backup."""
    gone: frozenset[int]
    """Of whom there is a tombstone."""
    missing: frozenset[int]
    """Whom the database does not know any more."""
    unnumbered: frozenset[int]
    """Of whom nothing can tell whether they have left."""


def _restored(
    met: _Met, rows: dict[str, int], recipients: int, ended: int, settled: Counter[DeliveryState]
) -> Restored:
    return Restored(
        rows=rows,
        recipients=recipients,
        same_history=met.continues,
        missing=len(met.missing),
        forgotten=len(met.gone),
        unnumbered=len(met.unnumbered),
        present=len(met.same),
        joined=met.known - len(met.same),
        ended=ended,
        again=settled[DeliveryState.QUEUED],
        uncertain=settled[DeliveryState.UNCERTAIN],
    )


def _met(work: Work, backup: Backup, left: frozenset[str]) -> _Met:
    known = work.recipients.traces()
    saved = Recipients(backup.connection, work.recipients.vault).traces()
    both = known.keys() & saved.keys()
    # Another database, such as one that was begun anew on a new machine, cannot tell who was forgotten.
    continues = bool(both) or same_history(backup.connection, work.connection)
    stones = Tombstones(backup.connection)
    gone = frozenset(stones.left(left) - {saved[trace] for trace in both})
    return _Met(
        continues=continues,
        known=len(known),
        same={key: saved[trace] for trace, key in known.items() if trace in saved},
        gone=gone,
        missing=frozenset(key for trace, key in saved.items() if continues and trace not in known) - gone,
        unnumbered=frozenset() if continues else frozenset(stones.unnumbered()),
    )


def _forget_another_time(work: Work) -> None:
    """What was so when the backup was taken: the service did not stand still since then."""
    work.looks.clear()
    work.nodes.forget_all()
    for moment in (ALIVE, CLOCK_WRONG_SINCE, DOWN_FROM, DOWN_TO, OFFLINE_SINCE):
        work.moments.drop_all(moment)


def _settled(work: Work, log: Aside, now: datetime) -> tuple[int, Counter[DeliveryState]]:
    """What may have gone out since the backup: how many ended, and what became of those under way."""
    log.make_room()
    ended = log.end()
    settled = Counter(
        unanswered(work, delivery, _NOTE, now, immediate=immediate)
        for delivery, immediate in work.attempts.perhaps_sent(now)
    )
    log.put_back()
    for number in work.appeals.approved():
        work.appeals.return_to_draft(number)
    return ended, settled


def _drop_again(work: Work, known: dict[int, AppealState], pictures: frozenset[str], now: datetime) -> None:
    """Drafts that were dropped since, or sent and then stopped or taken back, are gone; so are pictures.

    A draft whose picture was taken out since goes on without it.
    """
    work.pictures.keep_only(pictures)
    for number, was in work.appeals.states().items():
        if was is not AppealState.DRAFT:
            continue
        if known.get(number, AppealState.STOPPED) in (AppealState.STOPPED, AppealState.CORRECTED):
            work.appeals.drop(number)
            continue
        found = work.appeals.get(number)
        if found and found.draft and found.draft.picture:
            shown = found.draft.picture.digest
            if work.pictures.find(shown) is None:
                work.appeals.rewrite(number, found.author, without(found.draft, picture=None), now)
