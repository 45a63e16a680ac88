"""Two recipients turn out to be one chat: what the one was sent, or waits for it, becomes the other's."""

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from storage.tables.log import deliveries
from storage.tables.people import SENDER, recipients
from storage.words import DeliveryState

_LEFT_US = (DeliveryState.SENDING, DeliveryState.SENT, DeliveryState.UNCERTAIN)
_WAITS = (DeliveryState.QUEUED, DeliveryState.HELD)


def merge_deliveries(connection: Connection, old: int, new: int) -> None:
    """The log of the one recipient becomes that of the other; of each matter one row, which went furthest."""
    its = sa.select(SENDER).where(recipients.c.id == new).scalar_subquery()
    by = deliveries.c.transport
    for matter in ("alert_id", "notice_id"):
        theirs, ours = deliveries.alias(), deliveries.alias()
        behind = (
            sa.select(theirs.c.id)
            .join(ours, ours.c[matter] == theirs.c[matter])
            .where(
                theirs.c.recipient_id == new, ours.c.recipient_id == old, _how_far(ours) > _how_far(theirs)
            )
        )
        connection.execute(sa.delete(deliveries).where(deliveries.c.id.in_(behind)))
        of = deliveries.c[matter]
        known = sa.select(of).where(deliveries.c.recipient_id == new, of.is_not(None))
        connection.execute(
            sa.update(deliveries)
            .where(deliveries.c.recipient_id == old, of.is_not(None), of.not_in(known))
            .values(recipient_id=new, transport=sa.case((deliveries.c.state.in_(_WAITS), its), else_=by))
        )


def _how_far(row: sa.FromClause) -> sa.ColumnElement[int]:
    """Whether it may stand before its reader, waits to, or neither."""
    return sa.case((row.c.state.in_(_LEFT_US), 2), (row.c.state.in_(_WAITS), 1), else_=0)
