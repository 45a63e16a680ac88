"""Takes a statement down for somebody's safety: an admin's word, carried out at once and everywhere here."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

import structlog

from jobs import undecided
from storage.database import Work
from storage.records import Statement

log = structlog.get_logger()

_OF_A_BACKUP = "a backup that held it was restored"


class NotThere(Exception):
    """There is no statement with this number, or it was taken down before; the message says which."""


@dataclass(frozen=True, slots=True)
class TakenDown:
    """What came of it: deliveries that were cancelled, and what else may tell the same."""

    cancelled: int
    sent: int
    """Messages about it that are in people's chats, or may be: they have to leave them (`jobs.removals`)."""
    others: tuple[Statement, ...] = ()
    """Statements of the same case, or with the same address, that were not taken down."""


def take_down(work: Work, statement_id: int, why: str, now: datetime) -> TakenDown:
    """Removes a statement's words, versions, demands and names, and what waits to be told of it, or was.

    Its number, kind and case stay, and digests by which it is not taken in again. Where it was taken back
    before, what says so keeps standing, without its title. Raises NotThere.
    """
    work.cases.lock()  # no poll may store an edit of it meanwhile
    statement = work.statements.get(statement_id)
    if statement is None:
        raise NotThere(f"there is no statement {statement_id}")
    if statement.taken_down:
        raise NotThere(f"statement {statement_id} was taken down on {statement.taken_down:%Y-%m-%d}")
    entry = undecided.said_entry(work, statement)  # it is known again by the words that its source shows
    others = work.statements.beside(statement)
    untitled = _untitle_correction(work, statement_id, now)
    cancelled = work.statements.take_down(statement, entry, now, why)
    work.redactions.remove(statement_id)
    sent = work.removals.begin(statement_id, now) + untitled
    log.warning("statement.taken_down", statement=statement_id, cancelled=cancelled, sent=sent)
    return TakenDown(cancelled, sent, others)


def _untitle_correction(work: Work, statement_id: int, now: datetime) -> int:
    """What took the statement back bears its title; returns how many messages have to lose that."""
    found = work.alerts.correction_of(statement_id)
    correction = work.statements.get(found[0]) if found else None
    source = work.sources.by_name(correction.source_name) if correction else None
    if correction is None or source is None or correction.taken_down:
        return 0
    wordings = tuple(replace(one, title="") for one in correction.wordings)
    entry = work.entries.get(correction.entry_id)
    assert entry is not None  # noqa: S101 - they were stored together
    work.statements.change(replace(correction, title="", wordings=wordings), source)
    work.entries.save(replace(entry, title=""))
    if correction.case_id:
        work.statements.takedowns.rename_case(correction.case_id, correction.title)
    return work.removals.begin(correction.id, now)


def take_down_again(work: Work, withheld: Iterable[tuple[str, ...]], now: datetime) -> int:
    """After a backup was restored: what was taken down since goes again, and stays out; returns how many."""
    groups = tuple(withheld)
    found = work.statements.takedowns.among(groups)
    for number in found:
        take_down(work, number, _OF_A_BACKUP, now)
    work.statements.takedowns.withhold(groups)
    return len(found)
