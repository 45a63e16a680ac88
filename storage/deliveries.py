"""Deliveries: the notification log, a row for each alert or notice and recipient, from queued to its end."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection, RowMapping

from storage.additions import Additions
from storage.due import DIGESTS, due_ids, is_due
from storage.people import Delivery
from storage.reach import at_rest_until, given_up
from storage.references import is_of, opened
from storage.tables.log import alerts, deliveries
from storage.tables.people import recipients
from storage.vault import Sealer
from storage.words import DeliveryState, RecipientState, Status

LIVE = (DeliveryState.QUEUED, DeliveryState.SENDING, DeliveryState.SENT, DeliveryState.UNCERTAIN)
ENDED = (DeliveryState.SENT, DeliveryState.UNCERTAIN, DeliveryState.FAILED, DeliveryState.CANCELLED)
"""It has come to its end: of the time for which it waited only the day need be known."""
EXPIRED = "the alert expired before it could be sent"
_CLOSED = "the case was closed before it could be sent"


class Deliveries:
    """Questions about deliveries, and their changes."""

    def __init__(self, connection: Connection, additions: Additions, vault: Sealer) -> None:
        self._connection = connection
        self._additions = additions
        self._vault = vault

    def queue(
        self, alert_id: int, wanted: Iterable[tuple[int, str, datetime]], lane: int, *, held: str = ""
    ) -> int:
        """Queues the alert for each (recipient, transport, not before); returns how many.

        `held`, where given, is why an admin must look first: nothing is sent until then.
        """
        return self._queue({"alert_id": alert_id}, wanted, lane, held)

    def queue_notice(self, notice_id: int, wanted: Iterable[tuple[int, str, datetime]], lane: int) -> int:
        """Queues the notice for each (recipient, transport, not before); returns how many."""
        return self._queue({"notice_id": notice_id}, wanted, lane, "")

    def untouched(self, notice_id: int) -> bool:
        """Whether nobody has been sent the notice, or is about to be: so it stays until the commit."""
        question = (
            sa.select(deliveries.c.state, deliveries.c.attempts)
            .where(deliveries.c.notice_id == notice_id)
            .with_for_update()
        )
        rows = self._connection.execute(question).all()
        return all(state == DeliveryState.QUEUED and not attempts for state, attempts in rows)

    def due(
        self,
        transport: str,
        now: datetime,
        most: int,
        *,
        lanes: tuple[int, int] = (0, DIGESTS),
        without: Collection[int] = (),
    ) -> tuple[Delivery, ...]:
        """What may be sent to up to `most` recipients: most pressing first, in a lane what waited longest.

        One delivery each; of a digest all that is due. `lanes`: the first and the last of them;
        `without`: recipients who are not to be written to now. Nobody else changes these before the
        transaction ends; `begin` is to follow in it.
        """
        found = due_ids(self._connection, transport, now, most, lanes=lanes, without=without)
        return self.many(found)

    def is_due(self, transport: str, now: datetime, among: Collection[int]) -> bool:
        """Whether anything may be sent to these recipients."""
        return is_due(self._connection, transport, now, among)

    def postpone(self, recipient_id: int, until: datetime) -> None:
        """Nothing of what waits for the recipient goes earlier."""
        self._connection.execute(
            sa.update(deliveries)
            .where(
                deliveries.c.recipient_id == recipient_id,
                deliveries.c.state == DeliveryState.QUEUED,
                deliveries.c.not_before < until,
            )
            .values(not_before=until)
        )

    def many(self, ids: Sequence[int]) -> tuple[Delivery, ...]:
        """The deliveries with these ids, in this order."""
        if not ids:
            return ()
        rows = self._connection.execute(sa.select(deliveries).where(deliveries.c.id.in_(ids))).mappings()
        by_id = {row["id"]: delivery_of(row, self._vault) for row in rows}
        return tuple(by_id[key] for key in ids if key in by_id)

    def next_due(self, transport: str) -> datetime | None:
        """When the next queued delivery may be sent, of those for somebody who can be reached."""
        question = sa.select(sa.func.min(at_rest_until(deliveries.c.not_before))).join(recipients)
        queued = (deliveries.c.transport == transport, deliveries.c.state == DeliveryState.QUEUED)
        active = recipients.c.state == RecipientState.ACTIVE
        found: datetime | None = self._connection.scalar(question.where(*queued, active))
        return found

    def waiting(self) -> int:
        """How many are queued, held or being sent."""
        states = (DeliveryState.QUEUED, DeliveryState.HELD, DeliveryState.SENDING)
        question = sa.select(sa.func.count()).where(deliveries.c.state.in_(states))
        return int(self._connection.scalar(question) or 0)

    def cancel_case(self, case_id: int, *, before: int | None = None, status: Status = Status.ACTUAL) -> int:
        """Cancels what still waits of earlier alerts on the case: it is over; returns how many.

        With `before`, only of those with a lower id. What ends a drill ends nothing that is real, nor the
        other way round: `status` is the end's own. What is just being sent is not tried again, should it
        not arrive; what may have arrived already is uncertain, so that its reader hears of the end.
        """
        of_case = sa.select(alerts.c.id).where(alerts.c.case_id == case_id, alerts.c.status == status)
        if before is not None:
            of_case = of_case.where(alerts.c.id < before)
        waiting = deliveries.c.state.in_((DeliveryState.QUEUED, DeliveryState.HELD))
        result = self._connection.execute(
            sa.update(deliveries)
            .where(deliveries.c.alert_id.in_(of_case), waiting)
            .values(**given_up(_CLOSED))
        )
        self._connection.execute(
            sa.update(deliveries)
            .where(deliveries.c.alert_id.in_(of_case), deliveries.c.state == DeliveryState.SENDING)
            .values(over=True)
        )
        return result.rowcount

    def hasten(self, alert_id: int, case_id: int, status: Status, lane: int) -> int:
        """Puts into this lane what of a case's alert is for those who were told nothing of it at once before.

        What waits for a digest waits on. Returns how many that are.
        """
        told = deliveries.alias()
        heard = (
            sa.select(told.c.recipient_id)
            .join(alerts, alerts.c.id == told.c.alert_id)
            .where(
                alerts.c.case_id == case_id,
                alerts.c.status == status,
                alerts.c.id < alert_id,
                told.c.state.in_(LIVE),
                told.c.lane < DIGESTS,
            )
        )
        result = self._connection.execute(
            sa.update(deliveries)
            .where(
                deliveries.c.alert_id == alert_id,
                deliveries.c.lane > lane,
                deliveries.c.lane < DIGESTS,
                deliveries.c.recipient_id.not_in(heard),
            )
            .values(lane=lane)
        )
        return result.rowcount

    def cancel_notice(self, notice_id: int, detail: str) -> int:
        """Cancels what still waits of a notice; returns how many."""
        result = self._connection.execute(
            sa.update(deliveries)
            .where(deliveries.c.notice_id == notice_id, deliveries.c.state == DeliveryState.QUEUED)
            .values(state=DeliveryState.CANCELLED, detail=detail)
        )
        return result.rowcount

    def cancel_expired(self, since: datetime | None, now: datetime) -> int:
        """Cancels what waits although its alert expired since then; returns how many."""
        old = sa.select(alerts.c.id).where(alerts.c.expires < now)
        if since is not None:
            old = old.where(alerts.c.expires >= since)
        result = self._connection.execute(
            sa.update(deliveries)
            .where(deliveries.c.state == DeliveryState.QUEUED, deliveries.c.alert_id.in_(old))
            .values(state=DeliveryState.CANCELLED, detail=EXPIRED)
        )
        return result.rowcount

    def of_notice(self, notice_id: int) -> tuple[Delivery, ...]:
        """Every delivery of the notice."""
        question = sa.select(deliveries).where(deliveries.c.notice_id == notice_id).order_by(deliveries.c.id)
        return tuple(delivery_of(row, self._vault) for row in self._connection.execute(question).mappings())

    def one_of(self, alert_id: int, recipient_id: int) -> Delivery | None:
        """The delivery of the alert to this recipient."""
        of = (deliveries.c.alert_id == alert_id, deliveries.c.recipient_id == recipient_id)
        row = self._connection.execute(sa.select(deliveries).where(*of)).mappings().first()
        return None if row is None else delivery_of(row, self._vault)

    def noticed(self, notice_id: int, recipient_id: int) -> Delivery | None:
        """The delivery of the notice to this recipient."""
        of = (deliveries.c.notice_id == notice_id, deliveries.c.recipient_id == recipient_id)
        row = self._connection.execute(sa.select(deliveries).where(*of)).mappings().first()
        return None if row is None else delivery_of(row, self._vault)

    def beside(self, one: Delivery) -> tuple[Delivery, ...]:
        """The delivery, with all others that its recipient was sent in the same message."""
        if not one.reference:
            return (one,)
        of = (deliveries.c.recipient_id == one.recipient_id, is_of(self._vault, one.reference))
        alike = (*of, deliveries.c.alert_id.is_not(None), deliveries.c.lane == one.lane)
        question = sa.select(deliveries).where(*alike).order_by(deliveries.c.id)
        return tuple(delivery_of(row, self._vault) for row in self._connection.execute(question).mappings())

    def of_recipient(
        self, recipient_id: int, states: Collection[DeliveryState], *, detail: str = ""
    ) -> tuple[Delivery, ...]:
        """The recipient's deliveries in these states, whose detail begins so."""
        of = (deliveries.c.recipient_id == recipient_id, deliveries.c.state.in_(states))
        question = sa.select(deliveries).where(*of, deliveries.c.detail.startswith(detail, autoescape=True))
        rows = self._connection.execute(question.order_by(deliveries.c.id)).mappings()
        return tuple(delivery_of(row, self._vault) for row in rows)

    def call_off(self, delivery_id: int) -> None:
        """Should what is just being sent not arrive, it is not tried again."""
        self._connection.execute(
            sa.update(deliveries)
            .where(deliveries.c.id == delivery_id, deliveries.c.state == DeliveryState.SENDING)
            .values(over=True)
        )

    def of_alert(self, alert_id: int) -> tuple[Delivery, ...]:
        """Every delivery of the alert."""
        question = sa.select(deliveries).where(deliveries.c.alert_id == alert_id).order_by(deliveries.c.id)
        return tuple(delivery_of(row, self._vault) for row in self._connection.execute(question).mappings())

    def _queue(
        self, of: dict[str, int], wanted: Iterable[tuple[int, str, datetime]], lane: int, held: str
    ) -> int:
        rows = [
            {
                "alert_id": None,
                "notice_id": None,
                **of,
                "recipient_id": recipient_id,
                "transport": transport,
                "state": DeliveryState.HELD if held else DeliveryState.QUEUED,
                "lane": lane,
                "not_before": not_before,
                "attempts": 0,
                "begun": False,
                "reference": "",
                "detail": held,
            }
            for recipient_id, transport, not_before in wanted
        ]
        self._additions.many(deliveries, rows)
        return len(rows)


def delivery_of(row: RowMapping, vault: Sealer) -> Delivery:
    """The record of a row, the name of its message deciphered."""
    return Delivery(
        alert_id=row["alert_id"] or 0,
        notice_id=row["notice_id"] or 0,
        recipient_id=row["recipient_id"],
        state=DeliveryState(row["state"]),
        lane=row["lane"],
        not_before=row["not_before"],
        attempts=row["attempts"],
        begun=row["begun"],
        tried=row["tried"],
        reference=opened(vault, row["reference"]),
        detail=row["detail"],
        seen=row["seen"],
        id=row["id"],
    )
