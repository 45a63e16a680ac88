"""Deliveries: the notification log, a row for each alert or notice and recipient, from queued to its end."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, RowMapping

from storage.additions import Additions
from storage.columns import DayOf, Moment
from storage.due import DIGESTS, due_ids, is_due
from storage.people import Delivery
from storage.reach import REPEATED, at_rest_until, given_up, kept_from_them
from storage.references import is_of, opened, sealed
from storage.tables import SENDER, alerts, deliveries, recipients, statements
from storage.vault import Sealer
from storage.words import DeliveryState, RecipientState, Status, Urgency

LIVE = (DeliveryState.QUEUED, DeliveryState.SENDING, DeliveryState.SENT, DeliveryState.UNCERTAIN)
ENDED = (DeliveryState.SENT, DeliveryState.UNCERTAIN, DeliveryState.FAILED, DeliveryState.CANCELLED)
"""It has come to its end: of the time for which it waited only the day need be known."""
EXPIRED = "the alert expired before it could be sent"
_CLOSED = "the case was closed before it could be sent"
_CALLED_OFF = "called off while it was being sent, and it did not arrive"
_ARRIVED = (
    sa.update(deliveries)
    .where(deliveries.c.id == sa.bindparam("its"))
    .values(
        state=DeliveryState.SENT,
        reference=sa.bindparam("named"),
        detail="",
        tried=None,
        not_before=DayOf(deliveries.c.not_before),
    )
)


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

    def begin(self, ids: Sequence[int], now: datetime) -> int:
        """An attempt is about to be made: it is counted first, for afterwards may be too late.

        When the first was made that may have arrived is kept. Returns how many of them were still waiting.
        """
        result = self._connection.execute(
            sa.update(deliveries)
            .where(deliveries.c.id.in_(ids), deliveries.c.state == DeliveryState.QUEUED)
            .values(
                state=DeliveryState.SENDING,
                begun=True,
                attempts=deliveries.c.attempts + 1,
                tried=sa.func.coalesce(deliveries.c.tried, sa.literal(now, Moment)),
            )
        )
        return result.rowcount

    def put_back(self, ones: Sequence[Delivery]) -> None:
        """The attempt was counted and not made; what was called off meanwhile is not made any more.

        `ones` are as they were before it.
        """
        before = {one.id: _perhaps(one) for one in ones}
        for perhaps in (False, True):
            these = deliveries.c.id.in_([key for key, was in before.items() if was is perhaps])
            self._connection.execute(
                sa.update(deliveries)
                .where(these, deliveries.c.state == DeliveryState.SENDING)
                .values(
                    begun=False,
                    attempts=deliveries.c.attempts - 1,
                    tried=_tried(perhaps=perhaps),
                    **_again(deliveries.c.detail, perhaps=perhaps),
                )
            )

    def never_left(self, one: Delivery) -> None:
        """The attempt was counted, and is known now not to have been made; `one` is as it was before it.

        Who took over meanwhile could only call it uncertain, or repeat it: it waits as before. What they have
        begun anew stays.
        """
        self._connection.execute(
            sa.update(deliveries)
            .where(
                deliveries.c.id == one.id,
                deliveries.c.state.in_((DeliveryState.UNCERTAIN, DeliveryState.QUEUED)),
                deliveries.c.attempts == one.attempts + 1,
            )
            .values(
                begun=False,
                attempts=one.attempts,
                tried=one.tried,
                **_again(sa.literal(one.detail, sa.Text()), perhaps=_perhaps(one)),
            )
        )

    def sent(self, references: Mapping[int, str]) -> None:
        """These have arrived; each with the platform's own name of the message."""
        if references:
            self._connection.execute(
                _ARRIVED,
                [{"its": key, "named": sealed(self._vault, named)} for key, named in references.items()],
            )

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
        by_id = {row["id"]: self._delivery(row) for row in rows}
        return tuple(by_id[key] for key in ids if key in by_id)

    def settle(
        self,
        delivery_id: int,
        state: DeliveryState,
        *,
        reference: str = "",
        detail: str = "",
        not_before: datetime | None = None,
        perhaps: bool = False,
    ) -> None:
        """What became of an attempt. What was called off meanwhile is not tried again, nor who has left.

        `perhaps`: it waits again although this attempt, or one before, may have arrived.
        """
        kept = sealed(self._vault, reference)
        values: dict[str, object] = {"state": state, "reference": kept, "detail": detail}
        values["tried"] = _tried(perhaps=perhaps)
        if not_before is not None:
            values["not_before"] = not_before
        elif state in ENDED:
            values["not_before"] = DayOf(deliveries.c.not_before)
        if state is DeliveryState.QUEUED:
            values |= _again(sa.literal(detail, sa.Text()), perhaps=perhaps or REPEATED in detail)
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
        return tuple((self._delivery(row), row["urgency"] in (None, Urgency.IMMEDIATE)) for row in rows)

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
                self._delivery(row),
                row["urgency"] == Urgency.IMMEDIATE and (row["expires"] is None or row["expires"] >= now),
            )
            for row in self._connection.execute(question).mappings()
        )

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
        return tuple(self._delivery(row) for row in self._connection.execute(question).mappings())

    def one_of(self, alert_id: int, recipient_id: int) -> Delivery | None:
        """The delivery of the alert to this recipient."""
        of = (deliveries.c.alert_id == alert_id, deliveries.c.recipient_id == recipient_id)
        row = self._connection.execute(sa.select(deliveries).where(*of)).mappings().first()
        return None if row is None else self._delivery(row)

    def noticed(self, notice_id: int, recipient_id: int) -> Delivery | None:
        """The delivery of the notice to this recipient."""
        of = (deliveries.c.notice_id == notice_id, deliveries.c.recipient_id == recipient_id)
        row = self._connection.execute(sa.select(deliveries).where(*of)).mappings().first()
        return None if row is None else self._delivery(row)

    def beside(self, one: Delivery) -> tuple[Delivery, ...]:
        """The delivery, with all others that its recipient was sent in the same message."""
        if not one.reference:
            return (one,)
        of = (deliveries.c.recipient_id == one.recipient_id, is_of(self._vault, one.reference))
        alike = (*of, deliveries.c.alert_id.is_not(None), deliveries.c.lane == one.lane)
        question = sa.select(deliveries).where(*alike).order_by(deliveries.c.id)
        return tuple(self._delivery(row) for row in self._connection.execute(question).mappings())

    def of_recipient(
        self, recipient_id: int, states: Collection[DeliveryState], *, detail: str = ""
    ) -> tuple[Delivery, ...]:
        """The recipient's deliveries in these states, whose detail begins so."""
        of = (deliveries.c.recipient_id == recipient_id, deliveries.c.state.in_(states))
        question = sa.select(deliveries).where(*of, deliveries.c.detail.startswith(detail, autoescape=True))
        rows = self._connection.execute(question.order_by(deliveries.c.id)).mappings()
        return tuple(self._delivery(row) for row in rows)

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
        return tuple(self._delivery(row) for row in self._connection.execute(question).mappings())

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

    def _delivery(self, row: RowMapping) -> Delivery:
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
            reference=opened(self._vault, row["reference"]),
            detail=row["detail"],
            seen=row["seen"],
            id=row["id"],
        )


def _perhaps(one: Delivery) -> bool:
    """Whether an attempt before may have arrived."""
    return one.tried is not None or REPEATED in one.detail


def _tried(*, perhaps: bool) -> sa.ColumnElement[Any]:
    """Since when it may have arrived, of what waits again."""
    return sa.case((deliveries.c.over, sa.null()), else_=deliveries.c.tried) if perhaps else sa.null()


def _again(detail: sa.ColumnElement[str], *, perhaps: bool = False) -> dict[str, Any]:
    """State and detail of what waits again: not what was called off, nor for whom nobody can reach.

    It goes by the account that writes to them now. What was called off is uncertain, if it may have arrived.
    """
    over, why = (DeliveryState.UNCERTAIN, detail) if perhaps else (DeliveryState.CANCELLED, _CALLED_OFF)
    lost = sa.exists().where(
        recipients.c.id == deliveries.c.recipient_id, recipients.c.state == RecipientState.SUSPENDED
    )
    return {
        "state": sa.case(
            (deliveries.c.over, over),
            (lost, DeliveryState.CANCELLED),
            else_=DeliveryState.QUEUED,
        ),
        "detail": sa.case((deliveries.c.over, why), (lost, kept_from_them(detail)), else_=detail),
        "transport": sa.select(SENDER).where(recipients.c.id == deliveries.c.recipient_id).scalar_subquery(),
    }
