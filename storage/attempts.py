"""Attempts: each is counted before it is made, and what became of it is kept."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from storage.columns import DayOf, Moment
from storage.deliveries import ENDED, delivery_of
from storage.people import Delivery
from storage.reach import LONG_AGO, REPEATED, kept_from_them
from storage.references import sealed
from storage.tables.archive import statements
from storage.tables.log import alerts, deliveries
from storage.tables.people import SENDER, recipients
from storage.vault import Sealer
from storage.words import DeliveryState, RecipientState, Urgency

_CALLED_OFF = "called off while it was being sent, and it did not arrive"
_ARRIVED = (
    sa.update(deliveries)
    # What was never tried has not arrived: the database was put back under us, and this is another row.
    .where(deliveries.c.id == sa.bindparam("its"), deliveries.c.attempts > 0)
    .values(
        state=DeliveryState.SENT,
        reference=sa.bindparam("named"),
        detail="",
        tried=None,
        not_before=DayOf(deliveries.c.not_before),
    )
)


class Attempts:
    """Questions about what is being sent, and what becomes of it."""

    def __init__(self, connection: Connection, vault: Sealer) -> None:
        self._connection = connection
        self._vault = vault

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

    def not_recognised(self, transport: str) -> int:
        """The account is another device from now on, of which the platform knows no repetition.

        What may have arrived is settled as what was forgotten, also of who cannot be reached and may return.
        Returns how much that is.
        """
        waits = deliveries.c.state.in_((DeliveryState.QUEUED, DeliveryState.SENDING, DeliveryState.HELD))
        lost = sa.select(recipients.c.id).where(recipients.c.state == RecipientState.SUSPENDED)
        return sum(
            self._connection.execute(
                sa.update(deliveries)
                .where(which, deliveries.c.transport == transport, deliveries.c.tried.is_not(None))
                .values(tried=LONG_AGO)
            ).rowcount
            for which in (waits, deliveries.c.recipient_id.in_(lost))
        )

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
        return tuple(
            (delivery_of(row, self._vault), row["urgency"] in (None, Urgency.IMMEDIATE)) for row in rows
        )

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
                delivery_of(row, self._vault),
                row["urgency"] == Urgency.IMMEDIATE and (row["expires"] is None or row["expires"] >= now),
            )
            for row in self._connection.execute(question).mappings()
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
