"""Changes by hand which case a statement belongs to: an admin who knows better has the last word."""

from dataclasses import replace
from datetime import datetime

from jobs import undecided
from jobs.limits import USUAL
from jobs.withhold import withhold_known
from storage.database import Work
from storage.records import Reason, Statement
from storage.words import CaseState, Relation


class Unknown(Exception):
    """There is no statement, or no case, with this number; or it stands alone in its case already."""


def part(work: Work, statement_id: int, now: datetime) -> int:
    """Takes a statement out of its case into one of its own; returns the number of the new case.

    What rang for it goes with it. Raises Unknown.
    """
    work.cases.lock()
    statement = _statement(work, statement_id)
    if len(work.statements.of_case(statement.case_id or 0)) < 2:
        raise Unknown(f"statement {statement_id} is the only one of case {statement.case_id}")
    case_id = work.cases.open(statement.title, now)
    said = Reason("parted by an admin", f"from case {statement.case_id}")
    work.statements.move(statement, case_id, Relation.NEW, (said,))
    return case_id


def join(work: Work, statement_id: int, case_id: int, now: datetime) -> None:
    """Puts a statement, and what rang for it, into a case, as an update of it. Raises Unknown.

    What was withheld of the case, or is undecided of it, goes out of it.
    """
    work.cases.lock()
    statement = _statement(work, statement_id)
    if work.cases.get(case_id) is None:
        raise Unknown(f"there is no case {case_id}")
    if statement.case_id == case_id:
        raise Unknown(f"statement {statement_id} is in case {case_id} already")
    said = Reason("joined by an admin", f"from case {statement.case_id}")
    work.statements.move(statement, case_id, Relation.UPDATE, (said,))
    work.cases.touch(case_id, CaseState.UPDATED, now)
    source = work.sources.by_name(statement.source_name)
    if source is not None:
        known = withhold_known(work, replace(statement, case_id=case_id), source, now)
        undecided.hide_known(work, source, known, USUAL.of(source.trust))


def _statement(work: Work, statement_id: int) -> Statement:
    statement = work.statements.get(statement_id)
    if statement is None:
        raise Unknown(f"there is no statement {statement_id}")
    return statement
