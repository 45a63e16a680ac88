"""When an alert is over: a later one on its case has called it off, or its statement was taken back.

In earnest, or both in a drill.
"""

import sqlalchemy as sa

from storage.held import DROPPED, EXPIRED_HELD
from storage.reach import IS_KEPT_AND_HELD
from storage.tables import IS_HELD, alerts, deliveries
from storage.words import DeliveryState, MsgType

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
    stopped = sa.or_(IS_HELD, _REFUSED, IS_KEPT_AND_HELD)
    return sa.and_(
        of.c.msg_type == MsgType.CANCEL,
        sa.not_(sa.exists().where(deliveries.c.alert_id == of.c.id, stopped)),
    )
