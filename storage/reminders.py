"""Reminders: which calls have a date that is near, and who was told of them and not reminded yet."""

from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from storage.endings import taken_back
from storage.tables.archive import cases, statements
from storage.tables.log import alerts, deliveries
from storage.tables.people import SENDER, recipients, routes, stances
from storage.words import CaseState, Cause, DeliveryState, MsgType, RecipientState, Stance, Status

_DIGEST_LANE = 4
_ENDED = (CaseState.RESOLVED, CaseState.STOPPED, CaseState.WITHDRAWN)


@dataclass(frozen=True, slots=True)
class Near:
    """A case whose newest call names a date."""

    case_id: int
    alert_id: int
    deadline: date


class Reminders:
    """Questions about dates that are near, and the deliveries that follow."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def near(self, first: date, last: date) -> tuple[Near, ...]:
        """The cases whose newest call names a day from `first` to `last`, and that have not ended.

        Of the calls that we did not take back.
        """
        newest = (
            sa.select(alerts.c.case_id, sa.func.max(alerts.c.id).label("id"))
            .join(statements, statements.c.id == alerts.c.statement_id)
            .where(
                statements.c.deadline.is_not(None),
                statements.c.taken_down.is_(None),
                statements.c.urgent,
                alerts.c.status == Status.ACTUAL,
                alerts.c.msg_type != MsgType.CANCEL,
                alerts.c.cause != Cause.REMINDER,
                sa.not_(taken_back()),
                alerts.c.case_id.in_(
                    sa.select(statements.c.case_id).where(statements.c.deadline.between(first, last))
                ),
            )
            .group_by(alerts.c.case_id)
            .subquery()
        )
        question = (
            sa.select(newest.c.case_id, newest.c.id, statements.c.deadline)
            .join(alerts, alerts.c.id == newest.c.id)
            .join(statements, statements.c.id == alerts.c.statement_id)
            .join(cases, cases.c.id == newest.c.case_id)
            .where(statements.c.deadline.between(first, last), cases.c.state.not_in(_ENDED))
            .order_by(newest.c.case_id)
        )
        return tuple(Near(*row) for row in self._connection.execute(question))

    def zones(self) -> tuple[str, ...]:
        """By which clocks people live who can be reached."""
        question = sa.select(recipients.c.zone).where(recipients.c.state == RecipientState.ACTIVE).distinct()
        return tuple(self._connection.scalars(question))

    def lacking(
        self, case_id: int, reminder: int, zone: str, told_by: datetime
    ) -> tuple[tuple[int, str], ...]:
        """(recipient, transport) of those there who were told at once by then, or follow, and lack this one.

        Not who muted the case, nor who was told and asks for nothing any more.
        `reminder` is the alert that reminds, 0 while there is none.
        """
        told = (
            sa.select(deliveries.c.recipient_id)
            .join(alerts, alerts.c.id == deliveries.c.alert_id)
            .where(
                alerts.c.case_id == case_id,
                alerts.c.sent <= told_by,
                deliveries.c.lane < _DIGEST_LANE,
                deliveries.c.state.in_((DeliveryState.SENT, DeliveryState.UNCERTAIN)),
            )
        )
        of_case = sa.select(stances.c.recipient_id).where(stances.c.case_id == case_id)
        reminded = sa.select(deliveries.c.recipient_id).where(deliveries.c.alert_id == reminder)
        question = (
            sa.select(recipients.c.id, SENDER)
            .where(
                recipients.c.state == RecipientState.ACTIVE,
                recipients.c.zone == zone,
                sa.or_(
                    sa.and_(
                        recipients.c.id.in_(told), sa.exists().where(routes.c.recipient_id == recipients.c.id)
                    ),
                    recipients.c.id.in_(of_case.where(stances.c.stance == Stance.FOLLOW)),
                ),
                recipients.c.id.not_in(of_case.where(stances.c.stance == Stance.MUTE)),
                recipients.c.id.not_in(reminded),
            )
            .order_by(recipients.c.id)
        )
        return tuple((int(key), transport) for key, transport in self._connection.execute(question))
