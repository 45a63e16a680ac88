"""When an alert is over: a later one on its case has called it off, in earnest or both in a drill."""

import sqlalchemy as sa

from storage.held import DROPPED, EXPIRED_HELD
from storage.reach import IS_KEPT_AND_HELD
from storage.tables import IS_HELD, alerts, deliveries
from storage.words import DeliveryState, MsgType

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


def is_end(of: sa.FromClause) -> sa.ColumnElement[bool]:
    """Whether a row of `alerts`, under this name, calls its case off and was let pass."""
    stopped = sa.or_(IS_HELD, _REFUSED, IS_KEPT_AND_HELD)
    return sa.and_(
        of.c.msg_type == MsgType.CANCEL,
        sa.not_(sa.exists().where(deliveries.c.alert_id == of.c.id, stopped)),
    )
