"""Stances: what recipients want of one case, to follow it or to hear no more of it."""

from collections.abc import Iterable
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from storage.additions import Additions
from storage.queueing import queue_for
from storage.reach import IS_KEPT
from storage.tables.archive import cases
from storage.tables.log import alerts, deliveries
from storage.tables.people import SENDER, recipients, stances
from storage.words import DeliveryState, MsgType, RecipientState, Stance

_MUTED = "the recipient wants no more of the case"
_FOLLOWERS = (
    sa.select(recipients.c.id)
    .join(stances, stances.c.recipient_id == recipients.c.id)
    .where(stances.c.stance == Stance.FOLLOW, recipients.c.state == RecipientState.ACTIVE)
)
_OF_CASE = stances.c.case_id == sa.bindparam("case")
_FOLLOWED = _FOLLOWERS.where(_OF_CASE).limit(1)
_MUTED_BY = sa.select(stances.c.recipient_id).where(_OF_CASE, stances.c.stance == Stance.MUTE).limit(1)


class Stances:
    """Questions about stances, and their changes."""

    def __init__(self, connection: Connection, additions: Additions) -> None:
        self._connection = connection
        self._additions = additions

    def take(self, recipient_id: int, case_id: int, stance: Stance) -> None:
        """From now on this is what the recipient wants of it; what waits of a muted case is cancelled."""
        self.drop(recipient_id, case_id)
        row = {"recipient_id": recipient_id, "case_id": case_id, "stance": stance}
        self._connection.execute(sa.insert(stances).values(**row))
        if stance is Stance.MUTE:
            self._cancel(
                deliveries.c.recipient_id == recipient_id,
                deliveries.c.alert_id.in_(_not_its_end(alerts.c.case_id == case_id)),
            )

    def drop(self, recipient_id: int, case_id: int) -> Stance | None:
        """The recipient wants nothing special of the case any more; returns what it wanted."""
        of = (stances.c.recipient_id == recipient_id, stances.c.case_id == case_id)
        known = self._connection.scalar(sa.select(stances.c.stance).where(*of))
        self._connection.execute(sa.delete(stances).where(*of))
        return Stance(known) if known else None

    def of(self, recipient_id: int) -> tuple[tuple[Stance, int, str], ...]:
        """(stance, case, its title) of everything the recipient follows or has muted, by case."""
        question = (
            sa.select(stances.c.stance, stances.c.case_id, cases.c.title)
            .join(cases, cases.c.id == stances.c.case_id)
            .where(stances.c.recipient_id == recipient_id)
            .order_by(stances.c.case_id)
        )
        return tuple(
            (Stance(stance), int(case), title) for stance, case, title in self._connection.execute(question)
        )

    def followed(self, case_id: int) -> bool:
        """Whether anybody who can be reached follows the case."""
        return not self._is_new(case_id) and self._is_any(_FOLLOWED, case_id)

    def queue(
        self,
        alert_id: int,
        case_id: int,
        lane: int,
        now: datetime,
        *,
        held: str = "",
        drill: bool = False,
    ) -> int:
        """Queues the alert for those who follow its case and do not get it anyway; returns how many.

        Who would get it in a digest gets it at once, or waits as the others do where it is `held`.
        A `drill` is for those who asked for drills.
        """
        followers = _FOLLOWERS.where(stances.c.case_id == case_id)
        if drill:
            followers = followers.where(recipients.c.drills)
        raised: dict[str, object] = {"lane": lane, "not_before": now}
        if held:
            raised |= {"state": DeliveryState.HELD, "detail": held}
        self._connection.execute(
            sa.update(deliveries)
            .where(
                deliveries.c.alert_id == alert_id,
                deliveries.c.lane > lane,
                deliveries.c.recipient_id.in_(followers),
            )
            .values(**raised)
        )
        known = sa.select(deliveries.c.recipient_id).where(deliveries.c.alert_id == alert_id)
        chosen = followers.add_columns(SENDER).where(recipients.c.id.not_in(known))
        return queue_for(self._connection, chosen, alert_id, (lane, now), held)

    def hush(self, alert_id: int, case_id: int) -> int:
        """Takes the alert back from those who want no more of its case; returns how many."""
        if self._is_new(case_id) or not self._is_any(_MUTED_BY, case_id):
            return 0
        muted = sa.select(stances.c.recipient_id).where(
            stances.c.case_id == case_id, stances.c.stance == Stance.MUTE
        )
        return self._cancel(deliveries.c.alert_id == alert_id, deliveries.c.recipient_id.in_(muted))

    def _cancel(self, *where: sa.ColumnElement[bool]) -> int:
        waiting = deliveries.c.state.in_((DeliveryState.QUEUED, DeliveryState.HELD))
        result = self._connection.execute(
            sa.update(deliveries).where(*where, waiting).values(state=DeliveryState.CANCELLED, detail=_MUTED)
        )
        self._connection.execute(
            sa.update(deliveries).where(*where, IS_KEPT).values(state=DeliveryState.CANCELLED, detail=_MUTED)
        )
        # What is just being sent is not tried again, should it not arrive.
        under_way = deliveries.c.state == DeliveryState.SENDING
        self._connection.execute(sa.update(deliveries).where(*where, under_way).values(over=True))
        return result.rowcount

    def _is_new(self, case_id: int) -> bool:
        """Whether the case is not there yet for anybody to know of."""
        return any(row["id"] == case_id for row in self._additions.waiting(cases))

    def _is_any(self, question: sa.Select[tuple[int]], case_id: int) -> bool:
        with self._additions.beside():  # none of what waits there is a stance
            return self._connection.execute(question, {"case": case_id}).first() is not None


def _not_its_end(*where: sa.ColumnElement[bool]) -> sa.Select[tuple[int]]:
    return sa.select(alerts.c.id).where(*where, alerts.c.msg_type != MsgType.CANCEL)


def merge(connection: Connection, old: int, new: int) -> None:
    """What the one recipient wants of cases the other wants as well, where it wants nothing else of them."""
    known: Iterable[int] = connection.scalars(
        sa.select(stances.c.case_id).where(stances.c.recipient_id == new)
    ).all()
    connection.execute(
        sa.update(stances)
        .where(stances.c.recipient_id == old, stances.c.case_id.not_in(known))
        .values(recipient_id=new)
    )
