"""Deliveries: the notification log, a row for each alert or notice and recipient, from queued to its end."""

from collections.abc import Iterable, Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection, RowMapping

from storage.additions import Additions
from storage.records import Delivery
from storage.tables import alerts, deliveries, recipients, statements
from storage.words import DeliveryState, RecipientState, Urgency

LIVE = (DeliveryState.QUEUED, DeliveryState.SENDING, DeliveryState.SENT, DeliveryState.UNCERTAIN)
DIGESTS = 4
"""The lane of what waits for a digest: nothing there rings."""


class Deliveries:
    """Questions about deliveries, and their changes."""

    def __init__(self, connection: Connection, additions: Additions) -> None:
        self._connection = connection
        self._additions = additions

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

    def claim(
        self, transport: str, now: datetime, limit: int, *, lanes: tuple[int, int]
    ) -> tuple[Delivery, ...]:
        """Marks up to `limit` due deliveries as being sent and returns them, most pressing first.

        `lanes` is the first and last lane to take from. They wait for their turn; `begin` marks the
        attempt itself.
        """
        due = (
            sa.select(deliveries.c.id)
            .join(recipients, recipients.c.id == deliveries.c.recipient_id)
            .where(
                deliveries.c.transport == transport,
                deliveries.c.state == DeliveryState.QUEUED,
                deliveries.c.lane.between(*lanes),
                deliveries.c.not_before <= now,
                recipients.c.state == RecipientState.ACTIVE,
            )
            .order_by(deliveries.c.lane, deliveries.c.not_before, deliveries.c.id)
            .limit(limit)
            # What somebody else is just cancelling, for a chat that is lost or a case that is closed.
            .with_for_update(of=deliveries, skip_locked=True)
        )
        ids = self._connection.scalars(due).all()
        self._connection.execute(
            sa.update(deliveries)
            .where(deliveries.c.id.in_(ids))
            .values(state=DeliveryState.SENDING, begun=False)
        )
        return self.many(ids)

    def sent_of(self, statement_id: int) -> int:
        """How many messages about a statement have left, or may have."""
        question = (
            sa.select(sa.func.count())
            .select_from(deliveries)
            .join(alerts, alerts.c.id == deliveries.c.alert_id)
            .where(
                alerts.c.statement_id == statement_id,
                deliveries.c.state.in_((DeliveryState.SENT, DeliveryState.UNCERTAIN)),
            )
        )
        return int(self._connection.scalar(question) or 0)

    def begin(self, ids: Sequence[int]) -> int:
        """An attempt is about to be made: it is counted first, for afterwards may be too late.

        Returns how many of them are still to be sent.
        """
        result = self._connection.execute(
            sa.update(deliveries)
            .where(deliveries.c.id.in_(ids), deliveries.c.state == DeliveryState.SENDING)
            .values(begun=True, attempts=deliveries.c.attempts + 1)
        )
        return result.rowcount

    def many(self, ids: Sequence[int]) -> tuple[Delivery, ...]:
        """The deliveries with these ids, in this order."""
        rows = self._connection.execute(sa.select(deliveries).where(deliveries.c.id.in_(ids))).mappings()
        by_id = {row["id"]: _delivery(row) for row in rows}
        return tuple(by_id[key] for key in ids if key in by_id)

    def settle(
        self,
        delivery_id: int,
        state: DeliveryState,
        *,
        reference: str = "",
        detail: str = "",
        not_before: datetime | None = None,
    ) -> None:
        """What became of an attempt."""
        values: dict[str, object] = {"state": state, "reference": reference, "detail": detail}
        if not_before is not None:
            values["not_before"] = not_before
        self._connection.execute(sa.update(deliveries).where(deliveries.c.id == delivery_id).values(**values))

    def interrupted(self, transport: str) -> tuple[tuple[Delivery, bool], ...]:
        """What was being sent when the last sender stopped, each with whether a miss is worse than a double.

        So it is with Immediate alerts, and with notices to admins.

        To be asked only by the one sender that holds the transport's lock.
        """
        question = (
            sa.select(deliveries, statements.c.urgency)
            .outerjoin(alerts, alerts.c.id == deliveries.c.alert_id)
            .outerjoin(statements, statements.c.id == alerts.c.statement_id)
            .where(deliveries.c.transport == transport, deliveries.c.state == DeliveryState.SENDING)
        )
        rows = self._connection.execute(question).mappings()
        return tuple((_delivery(row), row["urgency"] in (None, Urgency.IMMEDIATE)) for row in rows)

    def perhaps_sent(self, now: datetime) -> tuple[tuple[Delivery, bool], ...]:
        """In a backup that was brought back: what waited when it was taken and was due by now.

        It may have been sent since. Each with whether it is an Immediate alert that has not expired.
        """
        question = (
            sa.select(deliveries, statements.c.urgency, alerts.c.expires)
            .outerjoin(alerts, alerts.c.id == deliveries.c.alert_id)
            .outerjoin(statements, statements.c.id == alerts.c.statement_id)
            .where(
                deliveries.c.state.in_((DeliveryState.QUEUED, DeliveryState.SENDING)),
                deliveries.c.not_before <= now,
            )
            .order_by(deliveries.c.id)
        )
        return tuple(
            (
                _delivery(row),
                row["urgency"] == Urgency.IMMEDIATE and (row["expires"] is None or row["expires"] >= now),
            )
            for row in self._connection.execute(question).mappings()
        )

    def next_due(self, transport: str) -> datetime | None:
        """When the next queued delivery may be sent."""
        question = sa.select(sa.func.min(deliveries.c.not_before))
        queued = (deliveries.c.transport == transport, deliveries.c.state == DeliveryState.QUEUED)
        found: datetime | None = self._connection.scalar(question.where(*queued))
        return found

    def waiting(self) -> int:
        """How many are queued, held or being sent."""
        states = (DeliveryState.QUEUED, DeliveryState.HELD, DeliveryState.SENDING)
        question = sa.select(sa.func.count()).where(deliveries.c.state.in_(states))
        return int(self._connection.scalar(question) or 0)

    def cancel_case(self, case_id: int) -> int:
        """Cancels what still waits of earlier alerts on the case: it is over; returns how many."""
        of_case = sa.select(alerts.c.id).where(alerts.c.case_id == case_id)
        waiting = deliveries.c.state.in_((DeliveryState.QUEUED, DeliveryState.HELD))
        result = self._connection.execute(
            sa.update(deliveries)
            .where(deliveries.c.alert_id.in_(of_case), waiting)
            .values(state=DeliveryState.CANCELLED, detail="the case was closed before it could be sent")
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

    def cancel_expired(self, now: datetime) -> int:
        """Cancels what waits although its alert has expired; returns how many."""
        old = sa.select(alerts.c.id).where(alerts.c.expires < now)
        result = self._connection.execute(
            sa.update(deliveries)
            .where(deliveries.c.state == DeliveryState.QUEUED, deliveries.c.alert_id.in_(old))
            .values(state=DeliveryState.CANCELLED, detail="the alert expired before it could be sent")
        )
        return result.rowcount

    def of_notice(self, notice_id: int) -> tuple[Delivery, ...]:
        """Every delivery of the notice."""
        question = sa.select(deliveries).where(deliveries.c.notice_id == notice_id).order_by(deliveries.c.id)
        return tuple(_delivery(row) for row in self._connection.execute(question).mappings())

    def of_alert(self, alert_id: int) -> tuple[Delivery, ...]:
        """Every delivery of the alert."""
        question = sa.select(deliveries).where(deliveries.c.alert_id == alert_id).order_by(deliveries.c.id)
        return tuple(_delivery(row) for row in self._connection.execute(question).mappings())

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


def _delivery(row: RowMapping) -> Delivery:
    return Delivery(
        alert_id=row["alert_id"] or 0,
        notice_id=row["notice_id"] or 0,
        recipient_id=row["recipient_id"],
        state=DeliveryState(row["state"]),
        lane=row["lane"],
        not_before=row["not_before"],
        attempts=row["attempts"],
        begun=row["begun"],
        reference=row["reference"],
        detail=row["detail"],
        id=row["id"],
    )
