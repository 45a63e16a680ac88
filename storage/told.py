"""What chats were told of a case: who was, under which message news of it belongs, what to change."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from storage.endings import CORRECTED
from storage.queueing import queue_for
from storage.reach import IS_KEPT, at_rest_until, meant, reachable
from storage.records import Alert
from storage.references import has_part, is_of, opened, sealed
from storage.remembered import Heard
from storage.tables.archive import statements
from storage.tables.log import alerts, deliveries
from storage.tables.people import SENDER, recipients, stances
from storage.vault import Sealer
from storage.words import DeliveryState, MsgType, RecipientState, Severity, Stance, Status, Urgency

_ARRIVED = (DeliveryState.SENT, DeliveryState.UNCERTAIN)
_DIGEST_LANE = 4
_NOT_TOLD = "they were not told of what it ends"
_LEFT_US = sa.or_(
    deliveries.c.state.in_(_ARRIVED),
    sa.and_(deliveries.c.state == DeliveryState.SENDING, deliveries.c.begun),
)
"""States in which a message stands before its reader, or may."""
_END = alerts.alias("end")
_UNDER_WAY = deliveries.c.state.in_((DeliveryState.QUEUED, DeliveryState.SENDING))
_WAITS = sa.or_(_UNDER_WAY, deliveries.c.state == DeliveryState.HELD)


@dataclass(frozen=True, slots=True)
class Amendment:
    """A message that has to be changed where it stands: what it told, and which alert changed that."""

    delivery_id: int
    recipient_id: int
    reference: str
    alert_id: int
    by: int


class Told:
    """Questions about what was told of cases, and the changes that follow for messages that were sent."""

    def __init__(self, connection: Connection, vault: Sealer) -> None:
        self._connection = connection
        self._vault = vault

    def receivers(self, case_id: int, *, waiting: bool = False, status: Status = Status.ACTUAL) -> bool:
        """Whether anybody was told of the case, or may have been, and has not heard of its end.

        With `waiting`, also if something on it only waits for somebody. Of alerts of this `status` alone: who
        was told in a drill was told nothing.
        """
        found = self._connection.execute(_receivers(case_id, status, waiting=waiting).limit(1)).first()
        return found is not None

    def queue(self, end: Alert, lane: int, now: datetime, *, held: str = "") -> int:
        """Queues the end of a case for everybody who was told of it, or may have been.

        Not for those who have heard of it, or are about to. Where an admin looks first (`held`), also for
        those for whom something on the case waits. Who cannot be reached is told when they are there again.
        Returns for how many that can be reached.
        """
        assert end.case_id is not None  # noqa: S101 - it ends the case
        found = _receivers(end.case_id, end.status, waiting=bool(held))
        found = found.where(meant(end.status))
        for state in (RecipientState.SUSPENDED, RecipientState.ACTIVE):
            these, lost = found.where(recipients.c.state == state), state is RecipientState.SUSPENDED
            count = queue_for(self._connection, these, end.id, (lane, now), held, lost=lost)
        return count

    def spare(self, ids: Sequence[int]) -> int:
        """Of these deliveries, which did not arrive: what was called off meanwhile needs no end any more.

        Who was told nothing else of the case, and does not follow it, is not told that it is over; returns
        how many.
        """
        question = (
            sa.select(deliveries.c.recipient_id, alerts.c.case_id, alerts.c.status)
            .join(alerts, alerts.c.id == deliveries.c.alert_id)
            .where(deliveries.c.id.in_(ids), deliveries.c.over, alerts.c.case_id.is_not(None))
        )
        spared = sum(self._spare(*row) for row in self._connection.execute(question).all())
        question = (
            sa.select(deliveries.c.recipient_id, alerts.c.statement_id)
            .join(alerts, alerts.c.id == deliveries.c.alert_id)
            .where(deliveries.c.id.in_(ids), deliveries.c.over)
        )
        return spared + sum(self._spare_correction(*row) for row in self._connection.execute(question).all())

    def _spare_correction(self, recipient_id: int, statement_id: int) -> int:
        """Whoever got nothing of a statement is not told that it was taken back, on whatever case that is."""
        of_it = sa.select(alerts.c.id).where(alerts.c.statement_id == statement_id)
        theirs = deliveries.c.recipient_id == recipient_id
        told = sa.select(deliveries.c.id).where(theirs, deliveries.c.alert_id.in_(of_it), _LEFT_US)
        if self._connection.execute(told.limit(1)).first():
            return 0
        names = sa.select(alerts.c.identifier.concat(CORRECTED)).where(alerts.c.statement_id == statement_id)
        correction = sa.select(alerts.c.id).where(alerts.c.identifier.in_(names))
        waits = sa.or_(deliveries.c.state == DeliveryState.QUEUED, IS_KEPT)
        return self._connection.execute(
            sa.update(deliveries)
            .where(theirs, deliveries.c.alert_id.in_(correction), waits)
            .values(state=DeliveryState.CANCELLED, detail=_NOT_TOLD)
        ).rowcount

    def _spare(self, recipient_id: int, case_id: int, status: str) -> int:
        of_case = sa.select(alerts.c.id).where(alerts.c.case_id == case_id, alerts.c.status == status)
        end = alerts.c.msg_type == MsgType.CANCEL
        told = sa.select(deliveries.c.id).where(
            deliveries.c.recipient_id == recipient_id, deliveries.c.alert_id.in_(of_case), _LEFT_US
        )
        follows = sa.select(stances.c.case_id).where(
            stances.c.recipient_id == recipient_id,
            stances.c.case_id == case_id,
            stances.c.stance == Stance.FOLLOW,
        )
        if any(self._connection.execute(one.limit(1)).first() for one in (told, follows)):
            return 0
        return self._connection.execute(
            sa.update(deliveries)
            .where(
                deliveries.c.recipient_id == recipient_id,
                deliveries.c.alert_id.in_(of_case.where(end)),
                sa.or_(deliveries.c.state == DeliveryState.QUEUED, IS_KEPT),
            )
            .values(state=DeliveryState.CANCELLED, detail=_NOT_TOLD)
        ).rowcount

    def heard(self, recipient_id: int, case_id: int, before: int) -> tuple[Heard, ...]:
        """What one chat was told of a case by alerts older than `before`, the first message first.

        Without a reference where another account sent it: the one that writes there now cannot answer it.
        """
        reference = sa.case((deliveries.c.transport == SENDER, deliveries.c.reference), else_="")
        question = (
            sa.select(reference, deliveries.c.lane, statements.c.urgency, statements.c.severity)
            .join(recipients, recipients.c.id == deliveries.c.recipient_id)
            .join(alerts, alerts.c.id == deliveries.c.alert_id)
            .join(statements, statements.c.id == alerts.c.statement_id)
            .where(
                deliveries.c.recipient_id == recipient_id,
                alerts.c.case_id == case_id,
                alerts.c.id < before,
                deliveries.c.state.in_(_ARRIVED),
            )
            .order_by(deliveries.c.alert_id)
        )
        return tuple(
            Heard(opened(self._vault, reference), Urgency(urgency), Severity(severity), lane < _DIGEST_LANE)
            for reference, lane, urgency, severity in self._connection.execute(question)
        )

    def amend(self, by: Alert, now: datetime, *, statement_id: int = 0, but: Collection[int] = ()) -> int:
        """From now on the messages on the alert's case are due to be changed; returns how many.

        Digests that told of it among others, too. With `statement_id`, only what was told of that statement;
        nothing of the statements `but`.
        A drill changes drills alone, and only for those who still ask for them.
        """
        of = [alerts.c.case_id == by.case_id, alerts.c.id < by.id, alerts.c.status == by.status]
        of += [alerts.c.statement_id == statement_id] if statement_id else []
        of += [alerts.c.statement_id.not_in(but)] if but else []
        result = self._connection.execute(
            sa.update(deliveries)
            .where(
                deliveries.c.alert_id.in_(sa.select(alerts.c.id).where(*of)),
                _LEFT_US,
                *_meant_for(by.status),
            )
            .values(amend_by=by.id, amend_at=now)
        )
        return result.rowcount

    def due(
        self,
        transport: str,
        now: datetime,
        most: int,
        *,
        ends: bool | None = None,
        without: Collection[int] = (),
    ) -> tuple[Amendment, ...]:
        """Messages of reachable chats that are due to be changed, oldest wish first.

        With `ends`, only by what calls a case off in earnest; with False, only by anything else. `without`:
        recipients who are not to be written to now. To be asked only by the one sender that holds the
        transport's lock.
        """
        question = (
            sa.select(
                deliveries.c.id,
                deliveries.c.recipient_id,
                deliveries.c.reference,
                deliveries.c.alert_id,
                deliveries.c.amend_by,
            )
            .join(recipients, recipients.c.id == deliveries.c.recipient_id)
            .where(*_to_amend(transport), deliveries.c.amend_at <= now, *reachable(now))
            .order_by(deliveries.c.amend_at, deliveries.c.id)
            .limit(most)
        )
        if ends is not None:
            by_an_end = sa.exists().where(
                alerts.c.id == deliveries.c.amend_by,
                alerts.c.msg_type == MsgType.CANCEL,
                alerts.c.status == Status.ACTUAL,
            )
            question = question.where(by_an_end if ends else sa.not_(by_an_end))
        if without:
            question = question.where(deliveries.c.recipient_id.not_in(without))
        return tuple(
            Amendment(key, recipient, opened(self._vault, kept), alert, by)
            for key, recipient, kept, alert, by in self._connection.execute(question)
        )

    def is_due(self, transport: str, now: datetime, among: Collection[int]) -> bool:
        """Whether a message to these recipients is due to be changed."""
        question = (
            sa.select(deliveries.c.id)
            .join(recipients, recipients.c.id == deliveries.c.recipient_id)
            .where(
                *_to_amend(transport),
                deliveries.c.amend_at <= now,
                deliveries.c.recipient_id.in_(among),
                *reachable(now),
            )
            .limit(1)
        )
        return self._connection.scalar(question) is not None

    def over(self, recipient_id: int, alert_ids: Sequence[int]) -> frozenset[int]:
        """Which of these alerts were called off since, as the recipient was told or is about to be.

        Or taken back, whether or not their case went on.
        """
        ended = frozenset[int](self._connection.scalars(_ends(recipient_id, alert_ids)))
        return ended | self.taken_back(recipient_id, alert_ids)

    def taken_back(self, recipient_id: int, alert_ids: Sequence[int]) -> frozenset[int]:
        """Which of these alerts we took back since, as the recipient was told or is about to be."""
        same, correction = alerts.alias(), alerts.alias()
        question = (
            sa.select(alerts.c.id)
            .join(same, same.c.statement_id == alerts.c.statement_id)
            .join(correction, correction.c.identifier == same.c.identifier.concat(CORRECTED))
            .join(deliveries, deliveries.c.alert_id == correction.c.id)
            .where(
                alerts.c.id.in_(alert_ids),
                correction.c.id > alerts.c.id,
                deliveries.c.recipient_id == recipient_id,
                sa.or_(_LEFT_US, _UNDER_WAY),
            )
        )
        return frozenset(self._connection.scalars(question))

    def end_of(self, recipient_id: int, alert_id: int) -> int:
        """The alert that has called this one off, as the recipient was told or is about to be; 0 for none."""
        question = _ends(recipient_id, [alert_id]).with_only_columns(sa.func.min(_END.c.id))
        return int(self._connection.scalar(question) or 0)

    def next_due(self, transport: str) -> datetime | None:
        """When the next message may be changed."""
        question = (
            sa.select(sa.func.min(at_rest_until(deliveries.c.amend_at)))
            .join(recipients, recipients.c.id == deliveries.c.recipient_id)
            .where(*_to_amend(transport))
        )
        found: datetime | None = self._connection.scalar(question)
        return found

    def seen(self, recipient_id: int, message: str, change: int) -> None:
        """So many more, or fewer, of those who read there have reacted to the message of this id."""
        after = deliveries.c.seen + change
        self._connection.execute(
            sa.update(deliveries)
            .where(*self._part_of(recipient_id, message))
            .values(seen=sa.case((after < 0, 0), else_=after))
        )

    def seen_by(self, recipient_id: int, message: str, count: int) -> None:
        """So many have reacted to the message of this id, all in all."""
        self._connection.execute(
            sa.update(deliveries).where(*self._part_of(recipient_id, message)).values(seen=count)
        )

    def amended(self, amendment: Amendment, reference: str | None) -> None:
        """The message was changed and goes by this reference now; with None it stays as it is for good.

        All that it told goes by it: of a digest each of its alerts.
        """
        self._settle(amendment, amend_by=None, amend_at=None)
        if reference is not None and reference != amendment.reference:
            self._connection.execute(
                sa.update(deliveries)
                .where(*self._of_message(amendment))
                .values(reference=sealed(self._vault, reference))
            )

    def amend_later(self, amendment: Amendment, at: datetime) -> None:
        """The message is to be changed, but not before then."""
        self._settle(amendment, amend_at=at)

    def _settle(self, amendment: Amendment, **values: object) -> None:
        """Not where another alert is to change it now, or the chat has moved."""
        self._connection.execute(
            sa.update(deliveries)
            .where(*self._of_message(amendment), deliveries.c.amend_by == amendment.by)
            .values(**values)
        )

    def _part_of(self, recipient_id: int, message: str) -> tuple[sa.ColumnElement[bool], ...]:
        """Whether the message of this id is one of a delivery's."""
        return (deliveries.c.recipient_id == recipient_id, has_part(self._vault, message))

    def _of_message(self, amendment: Amendment) -> tuple[sa.ColumnElement[bool], ...]:
        return (
            deliveries.c.recipient_id == amendment.recipient_id,
            is_of(self._vault, amendment.reference),
        )


def _meant_for(status: Status) -> Iterable[sa.ColumnElement[bool]]:
    """Whose deliveries may be changed by something of this status; of what is real everybody's."""
    if status is not Status.ACTUAL:
        yield deliveries.c.recipient_id.in_(sa.select(recipients.c.id).where(meant(status)))


def _ends(recipient_id: int, alert_ids: Sequence[int]) -> sa.Select[tuple[int]]:
    return (
        sa.select(alerts.c.id)
        .join(_END, sa.and_(_END.c.case_id == alerts.c.case_id, _END.c.id > alerts.c.id))
        .join(deliveries, deliveries.c.alert_id == _END.c.id)
        .where(
            alerts.c.id.in_(alert_ids),
            _END.c.msg_type == MsgType.CANCEL,
            _END.c.status == alerts.c.status,
            deliveries.c.recipient_id == recipient_id,
            sa.or_(_LEFT_US, _UNDER_WAY),
        )
    )


def _receivers(case_id: int, status: Status, *, waiting: bool) -> sa.Select[tuple[int, str]]:
    end = alerts.c.msg_type == MsgType.CANCEL
    told = sa.or_(_LEFT_US, _WAITS) if waiting else _LEFT_US
    newest_end = sa.func.coalesce(sa.func.max(sa.case((end, alerts.c.id))), 0)
    return (
        sa.select(deliveries.c.recipient_id, SENDER)
        .join(alerts, alerts.c.id == deliveries.c.alert_id)
        .join(recipients, recipients.c.id == deliveries.c.recipient_id)
        .where(
            alerts.c.case_id == case_id,
            alerts.c.status == status,
            sa.or_(told, sa.and_(end, sa.or_(_UNDER_WAY, IS_KEPT))),
        )
        .group_by(deliveries.c.recipient_id, SENDER)
        .having(sa.func.max(alerts.c.id) > newest_end)
    )


def _to_amend(transport: str) -> Iterable[sa.ColumnElement[bool]]:
    return (
        deliveries.c.amend_at.is_not(None),
        deliveries.c.amend_by.is_not(None),  # else it is a notice (`storage.notices`)
        deliveries.c.transport == transport,
        deliveries.c.state == DeliveryState.SENT,
        deliveries.c.reference != "",
        recipients.c.state == RecipientState.ACTIVE,
    )
