"""What is held until an admin has looked: listed by alert, sent after all, or dropped."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from storage.due import DIGESTS
from storage.reach import HELD_FROM_THEM, IS_KEPT, IS_KEPT_AND_HELD, REPEATED, UNREACHABLE
from storage.tables.log import IS_HELD, alerts, deliveries
from storage.tables.program import meta
from storage.values import set_value
from storage.words import DeliveryState

EXPIRED_HELD = "the alert expired while it was held"
TOLD_MEANWHILE = "another source told the same meanwhile"
DROPPED = "an admin decided against it"
_TOLD = (DeliveryState.QUEUED, DeliveryState.SENDING, DeliveryState.SENT, DeliveryState.UNCERTAIN)


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
        return self._counted(IS_HELD, expired=False)

    def expired(self, since: datetime) -> tuple[HeldAlert, ...]:
        """What nobody looked at before it expired, since then."""
        late = sa.select(alerts.c.id).where(alerts.c.expires > since)
        of = (deliveries.c.alert_id.in_(late), deliveries.c.detail == EXPIRED_HELD)
        return self._counted(*of, expired=True)

    def has_rung(self, source_id: int) -> bool:
        """Whether anything of this source was sent to anybody, or is on its way.

        Also to those who have left since: nothing is known of their messages any more.
        """
        of_it = alerts.c.source_id == source_id
        once = sa.select(alerts.c.id).where(of_it, alerts.c.first_sent.is_not(None)).limit(1)
        now = (
            sa.select(deliveries.c.id)
            .join(alerts, alerts.c.id == deliveries.c.alert_id)
            .where(of_it, deliveries.c.state.not_in((DeliveryState.HELD, DeliveryState.CANCELLED)))
            .limit(1)
        )
        return any(self._connection.scalar(question) is not None for question in (once, now))

    def was_told(self, alert_id: int) -> bool:
        """Whether anybody was sent the alert, or is about to be: not what is held, or was decided against."""
        question = sa.select(deliveries.c.id).where(
            deliveries.c.alert_id == alert_id, deliveries.c.state.in_(_TOLD)
        )
        return self._connection.scalar(question.limit(1)) is not None

    def was_told_of(self, statement_id: int) -> bool:
        """The same of any alert of a statement."""
        of = sa.select(alerts.c.id).where(alerts.c.statement_id == statement_id)
        question = sa.select(deliveries.c.id).where(
            deliveries.c.alert_id.in_(of), deliveries.c.state.in_(_TOLD)
        )
        return self._connection.scalar(question.limit(1)) is not None

    def waiting_of(self, statement_id: int) -> tuple[int, ...]:
        """The alerts of a statement of which something is queued, or kept for who cannot be reached."""
        question = (
            sa.select(alerts.c.id)
            .join(deliveries, deliveries.c.alert_id == alerts.c.id)
            .where(
                alerts.c.statement_id == statement_id,
                sa.or_(
                    deliveries.c.state == DeliveryState.QUEUED, sa.and_(IS_KEPT, sa.not_(IS_KEPT_AND_HELD))
                ),
            )
            .distinct()
            .order_by(alerts.c.id)
        )
        return tuple(self._connection.scalars(question))

    def keep_back(self, alert_id: int, why: str) -> int:
        """Whatever is queued of the alert waits for an admin, digests as well; returns how much is held.

        What is kept for who cannot be reached waits for that too, on their return.
        """
        self._connection.execute(
            sa.update(deliveries)
            .where(deliveries.c.alert_id == alert_id, deliveries.c.state == DeliveryState.QUEUED)
            .values(state=DeliveryState.HELD, detail=_told(why))
        )
        self._connection.execute(
            sa.update(deliveries)
            .where(deliveries.c.alert_id == alert_id, IS_KEPT, sa.not_(IS_KEPT_AND_HELD))
            .values(state=DeliveryState.CANCELLED, detail=_told(f"{HELD_FROM_THEM}{why}"))
        )
        held = sa.and_(deliveries.c.alert_id == alert_id, IS_HELD)
        return int(
            self._connection.scalar(sa.select(sa.func.count()).select_from(deliveries).where(held)) or 0
        )

    def reminders(self, alert_id: int) -> int:
        """How often admins were reminded that the alert waits for them."""
        found = self._connection.scalar(sa.select(meta.c.value).where(meta.c.name == _reminded(alert_id)))
        return int(found or 0)

    def remind(self, alert_id: int, count: int) -> None:
        """They were reminded: so many of the times at which they are have passed."""
        set_value(self._connection, _reminded(alert_id), str(count))

    def _forget(self, alert_id: int) -> None:
        self._connection.execute(sa.delete(meta).where(meta.c.name == _reminded(alert_id)))

    def spare(self, alert_id: int, case_id: int) -> int:
        """Who was told of the case by another carrier meanwhile is not told again; returns how many."""
        others = sa.select(alerts.c.id).where(alerts.c.case_id == case_id, alerts.c.id > alert_id)
        told = sa.select(deliveries.c.recipient_id).where(
            deliveries.c.alert_id.in_(others), deliveries.c.state.in_(_TOLD), deliveries.c.lane < DIGESTS
        )
        return self._connection.execute(
            sa.update(deliveries)
            .where(
                deliveries.c.alert_id == alert_id,
                deliveries.c.state == DeliveryState.HELD,
                deliveries.c.recipient_id.in_(told),
            )
            .values(state=DeliveryState.CANCELLED, detail=TOLD_MEANWHILE)
        ).rowcount

    def release(self, alert_id: int, now: datetime) -> int:
        """Lets what is held of the alert go, digests at their hour; returns how much.

        Who is lost gets it once there again.
        """
        self._forget(alert_id)
        self._lost(alert_id, UNREACHABLE)
        at_once = sa.case((deliveries.c.lane < DIGESTS, now), else_=deliveries.c.not_before)
        return self._change(alert_id, state=DeliveryState.QUEUED, not_before=at_once, detail=_told(""))

    def drop(self, alert_id: int, why: str = DROPPED) -> int:
        """What is held of the alert is not sent; returns how much."""
        self._forget(alert_id)
        self._lost(alert_id, why)
        return self._change(alert_id, state=DeliveryState.CANCELLED, detail=why)

    def expire(self, now: datetime) -> dict[int, int]:
        """Cancels what is held although its alert is over; returns how much, by the alert."""
        question = (
            sa.select(deliveries.c.alert_id)
            .join(alerts, alerts.c.id == deliveries.c.alert_id)
            .where(IS_HELD, alerts.c.expires < now)
            .distinct()
            .order_by(deliveries.c.alert_id)
        )
        return {
            number: self.drop(number, EXPIRED_HELD) for number in self._connection.scalars(question).all()
        }

    def _change(self, alert_id: int, **values: object) -> int:
        return self._connection.execute(
            sa.update(deliveries).where(deliveries.c.alert_id == alert_id, IS_HELD).values(**values)
        ).rowcount

    def _lost(self, alert_id: int, detail: str) -> None:
        """The same decision for whoever could not be reached when it was made."""
        of = (deliveries.c.alert_id == alert_id, deliveries.c.state == DeliveryState.CANCELLED)
        held = deliveries.c.detail.startswith(HELD_FROM_THEM, autoescape=True)
        self._connection.execute(sa.update(deliveries).where(*of, held).values(detail=_told(detail)))

    def _counted(self, *where: sa.ColumnElement[bool], expired: bool) -> tuple[HeldAlert, ...]:
        question = (
            sa.select(deliveries.c.alert_id, sa.func.count(), sa.func.min(deliveries.c.detail))
            .where(*where)
            .group_by(deliveries.c.alert_id)
            .order_by(deliveries.c.alert_id)
        )
        rows = self._connection.execute(question)
        return tuple(
            HeldAlert(int(key), int(count), why.partition(f"; {REPEATED}")[0], expired)
            for key, count, why in rows
        )


def _told(detail: str) -> sa.ColumnElement[str]:
    """The detail; that it may have arrived once, and is the one repetition, stays told."""
    repeated = deliveries.c.detail.contains(REPEATED, autoescape=True)
    marked = f"{detail}; {REPEATED}" if detail else REPEATED
    return sa.case((repeated, sa.literal(marked, sa.Text())), else_=sa.literal(detail, sa.Text()))


def _reminded(alert_id: int) -> str:
    return f"held reminded {alert_id}"
