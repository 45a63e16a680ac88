"""What is held until an admin has looked: listed by alert, sent after all, or dropped."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from storage.reach import HELD_FROM_THEM, UNREACHABLE
from storage.tables import alerts, deliveries
from storage.words import DeliveryState

EXPIRED_HELD = "the alert expired while it was held"
DROPPED = "an admin decided against it"


@dataclass(frozen=True, slots=True)
class HeldAlert:
    """An alert of which deliveries are held, or were until it expired; for how many recipients, and why."""

    alert_id: int
    recipients: int
    why: str
    expired: bool = False


class Held:
    """Questions about what is held, and what an admin decides."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def waiting(self) -> tuple[HeldAlert, ...]:
        """What is held now, oldest first."""
        return self._counted(deliveries.c.state == DeliveryState.HELD, expired=False)

    def expired(self, since: datetime) -> tuple[HeldAlert, ...]:
        """What nobody looked at before it expired, since then."""
        late = sa.select(alerts.c.id).where(alerts.c.expires > since)
        of = (deliveries.c.alert_id.in_(late), deliveries.c.detail == EXPIRED_HELD)
        return self._counted(*of, expired=True)

    def release(self, alert_id: int, now: datetime) -> int:
        """Lets what is held of the alert go; returns how much. Who is lost gets it once there again."""
        self._lost(alert_id, UNREACHABLE)
        return self._change(alert_id, state=DeliveryState.QUEUED, not_before=now, detail="")

    def drop(self, alert_id: int, why: str = DROPPED) -> int:
        """What is held of the alert is not sent; returns how much."""
        self._lost(alert_id, why)
        return self._change(alert_id, state=DeliveryState.CANCELLED, detail=why)

    def expire(self, since: datetime | None, now: datetime) -> int:
        """Cancels what is held although its alert expired since then; returns how much."""
        old = sa.select(alerts.c.id).where(alerts.c.expires < now)
        if since is not None:
            old = old.where(alerts.c.expires >= since)
        return self._connection.execute(
            sa.update(deliveries)
            .where(deliveries.c.state == DeliveryState.HELD, deliveries.c.alert_id.in_(old))
            .values(state=DeliveryState.CANCELLED, detail=EXPIRED_HELD)
        ).rowcount

    def _change(self, alert_id: int, **values: object) -> int:
        return self._connection.execute(
            sa.update(deliveries)
            .where(deliveries.c.alert_id == alert_id, deliveries.c.state == DeliveryState.HELD)
            .values(**values)
        ).rowcount

    def _lost(self, alert_id: int, detail: str) -> None:
        """The same decision for whoever could not be reached when it was made."""
        of = (deliveries.c.alert_id == alert_id, deliveries.c.state == DeliveryState.CANCELLED)
        held = deliveries.c.detail.startswith(HELD_FROM_THEM, autoescape=True)
        self._connection.execute(sa.update(deliveries).where(*of, held).values(detail=detail))

    def _counted(self, *where: sa.ColumnElement[bool], expired: bool) -> tuple[HeldAlert, ...]:
        question = (
            sa.select(deliveries.c.alert_id, sa.func.count(), sa.func.min(deliveries.c.detail))
            .where(*where)
            .group_by(deliveries.c.alert_id)
            .order_by(deliveries.c.alert_id)
        )
        rows = self._connection.execute(question)
        return tuple(HeldAlert(int(key), int(count), why, expired) for key, count, why in rows)
