"""When an alert is over: a later one on its case has called it off, or its statement was taken back.

In earnest, or both in a drill.
"""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa

from storage.held import DROPPED, EXPIRED_HELD
from storage.reach import IS_KEPT_AND_HELD
from storage.tables.archive import cases, statements
from storage.tables.log import IS_HELD, alerts, deliveries
from storage.tables.watch import entries, sources
from storage.words import CaseState, Cause, DeliveryState, Kind, MsgType, Status

CORRECTED = "-corrected"
"""Ends the identifier of an alert by which those who run the watch take another one back."""
_REFUSED = sa.and_(
    deliveries.c.state == DeliveryState.CANCELLED, deliveries.c.detail.in_((DROPPED, EXPIRED_HELD))
)


def called_off() -> sa.ColumnElement[bool]:
    """Whether that holds of a row of `alerts`.

    Not by an end that waits for an admin, or that one decided against: it may be false, and who was not
    told of it is told of the call.
    """
    later = alerts.alias()
    return sa.exists().where(
        later.c.case_id == alerts.c.case_id,
        later.c.id > alerts.c.id,
        later.c.status == alerts.c.status,
        is_end(later),
    )


def taken_back() -> sa.ColumnElement[bool]:
    """Whether those who run the watch took the statement of a row of `alerts` back."""
    same, correction = alerts.alias(), alerts.alias()
    return sa.exists().where(
        same.c.statement_id == alerts.c.statement_id,
        correction.c.identifier == same.c.identifier.concat(CORRECTED),
    )


def is_end(of: sa.FromClause) -> sa.ColumnElement[bool]:
    """Whether a row of `alerts`, under this name, calls its case off and was let pass."""
    return sa.and_(of.c.msg_type == MsgType.CANCEL, _was_let_pass(of))


def over_since(statement_ids: Sequence[int]) -> sa.Select[int, datetime]:
    """Which of these statements are calls that are over, or say so themselves, and since when.

    Not where the case rang again after its end (arrested again), nor what was said after it, nor where those
    who run the watch took it back: that is said otherwise (`Alerts.correction_of`).
    """
    end, call, again = alerts.alias(), statements.alias(), alerts.alias()
    calls = sa.or_(statements.c.urgent, statements.c.kind.in_((Kind.URGENT_APPEAL, Kind.CAMPAIGN)))
    says_so = statements.c.msg_type == MsgType.CANCEL
    rang_again = sa.exists().where(
        again.c.case_id == end.c.case_id,
        again.c.id > end.c.id,
        again.c.msg_type != MsgType.CANCEL,
        again.c.status == Status.ACTUAL,
        again.c.cause != Cause.REMINDER,
        again.c.statement_id == call.c.id,
        call.c.urgent,
        _was_let_pass(again),
    )
    return (
        sa.select(statements.c.id, sa.func.min(end.c.sent))
        .join(end, end.c.case_id == statements.c.case_id)
        .where(
            statements.c.id.in_(statement_ids),
            end.c.status == Status.ACTUAL,
            end.c.identifier.not_like(f"%{CORRECTED}"),
            is_end(end),
            sa.or_(says_so, sa.and_(calls, statements.c.id <= end.c.statement_id)),
            sa.not_(rang_again),
        )
        .group_by(statements.c.id)
    )


def stopped_since(statement_ids: Sequence[int]) -> sa.Select[int, datetime]:
    """The same by a stop that rang for nobody, as one that was imported: by the source of the call alone.

    Nobody was called on such a case, so that whoever says that it is over has stopped it (`calling_off`); but
    what one source asks is not over because another says so. What rang on it later and was taken back changes
    nothing of that.
    """
    stop, its_entry, entry = statements.alias("stop"), entries.alias("its_entry"), entries.alias()
    its_source, source = sources.alias("its_source"), sources.alias()
    calls = sa.or_(statements.c.urgent, statements.c.kind.in_((Kind.URGENT_APPEAL, Kind.CAMPAIGN)))
    same = sa.and_(source.c.organisation != "", source.c.organisation == its_source.c.organisation)
    return (
        sa.select(statements.c.id, sa.func.min(sa.func.coalesce(stop.c.published, stop.c.fetched)))
        .join(cases, cases.c.id == statements.c.case_id)
        .join(stop, stop.c.case_id == statements.c.case_id)
        .join(its_entry, its_entry.c.id == stop.c.entry_id)
        .join(its_source, its_source.c.id == its_entry.c.source_id)
        .join(entry, entry.c.id == statements.c.entry_id)
        .join(source, source.c.id == entry.c.source_id)
        .where(
            statements.c.id.in_(statement_ids),
            cases.c.state.in_((CaseState.STOPPED, CaseState.WITHDRAWN)),
            stop.c.msg_type == MsgType.CANCEL,
            sa.not_(stop.c.drill),
            sa.not_(sa.exists().where(alerts.c.statement_id == stop.c.id)),
            sa.or_(statements.c.id == stop.c.id, sa.and_(calls, statements.c.id < stop.c.id)),
            sa.or_(source.c.id == its_source.c.id, same),
        )
        .group_by(statements.c.id)
    )


def _was_let_pass(of: sa.FromClause) -> sa.ColumnElement[bool]:
    """Whether no admin is to look at it first, or has decided against it."""
    stopped = sa.or_(IS_HELD, _REFUSED, IS_KEPT_AND_HELD)
    return sa.not_(sa.exists().where(deliveries.c.alert_id == of.c.id, stopped))
