"""Removals: messages that have to leave the chats, or lose words, for somebody's safety.

Nothing of what they said is kept here: which statement it was, and what became of each of its messages.
"""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from storage.reach import REPEATED, at_rest_until, reachable
from storage.references import is_of, opened, sealed
from storage.tables.log import alerts, deliveries, removals
from storage.tables.people import recipients
from storage.vault import Sealer
from storage.words import DeliveryState, Erased, RecipientState

_LEFT_US = sa.or_(
    deliveries.c.state.in_((DeliveryState.SENT, DeliveryState.UNCERTAIN)),
    sa.and_(deliveries.c.state == DeliveryState.SENDING, deliveries.c.begun),
)
_WAITS = deliveries.c.state == DeliveryState.QUEUED
_MAY_STAND = deliveries.c.detail.contains(REPEATED, autoescape=True)
"""Of what waits: a platform that knows the repetition answers it with the message that it has already."""
_IS_GONE = deliveries.c.erased == Erased.GONE
_NOT_SENT: dict[str, str] = {DeliveryState.UNCERTAIN: "perhaps", DeliveryState.SENDING: "waiting"}
"""Of messages that have not arrived for certain, by which name of `Cleared` they count."""
_NEVER_NAMED = (DeliveryState.UNCERTAIN, DeliveryState.FAILED, DeliveryState.CANCELLED)


@dataclass(frozen=True, slots=True)
class Removal:
    """All that was told of one statement has to go, or to be told without some words."""

    id: int
    statement_id: int
    began: datetime


@dataclass(frozen=True, slots=True)
class Erasure:
    """One message that a removal is about; of a digest by one of its alerts."""

    delivery_id: int
    recipient_id: int
    reference: str
    alert_id: int
    by: int
    """The newest removal that is about anything in this message."""


@dataclass(frozen=True, slots=True)
class Cleared:
    """What became of the messages of one removal, and how many are on the way still."""

    gone: int = 0
    changed: int = 0
    kept: int = 0
    perhaps: int = 0
    """Nobody knows whether they ever arrived, so they have no name by which they could be removed."""
    away: int = 0
    """Their chats cannot be reached; they go when these can be again."""
    resting: int = 0
    """Their chats have to be left alone for long."""
    waiting: int = 0


class Removals:
    """Questions about removals, and their changes."""

    def __init__(self, connection: Connection, vault: Sealer) -> None:
        self._connection = connection
        self._vault = vault

    def begin(self, statement_id: int, now: datetime) -> int:
        """From now on all messages that told of the statement are due to be erased; returns how many.

        Also what is just leaving, and, uncounted, what waits to be repeated. Not what is gone already.
        """
        of = deliveries.c.alert_id.in_(sa.select(alerts.c.id).where(alerts.c.statement_id == statement_id))
        stands = sa.or_(deliveries.c.erased.is_(None), sa.not_(_IS_GONE))
        # What waits may be in the hands of a sender that has read it, and not committed that it begins: the
        # change waits for that commit, while a question would see what was before it.
        marked = (of, sa.or_(_LEFT_US, _WAITS), stands)
        if self._connection.scalar(sa.select(deliveries.c.id).where(*marked).limit(1)) is None:
            return 0
        row = {"statement_id": statement_id, "began": now}
        number = self._connection.scalar(sa.insert(removals).values(**row).returning(removals.c.id))
        due = {"erase_by": number, "erase_at": now, "erased": None}
        self._connection.execute(sa.update(deliveries).where(*marked).values(**due))
        never_left = (of, deliveries.c.erase_by == number, _WAITS, sa.not_(_MAY_STAND))
        self._connection.execute(
            sa.update(deliveries).where(*never_left).values(erase_by=None, erase_at=None)
        )
        count = sa.select(sa.func.count()).where(deliveries.c.erase_by == number, sa.not_(_WAITS))
        return int(self._connection.scalar(count) or 0)

    def due(
        self, transport: str, now: datetime, most: int, without: Collection[int] = ()
    ) -> tuple[Erasure, ...]:
        """Messages of reachable chats that are to be erased, what waited longest first.

        `without`: recipients who are not to be written to now. To be asked only by the one sender that holds
        the transport's lock.
        """
        question = (
            sa.select(
                deliveries.c.id,
                deliveries.c.recipient_id,
                deliveries.c.reference,
                deliveries.c.alert_id,
            )
            .join(recipients, recipients.c.id == deliveries.c.recipient_id)
            .where(*_to_erase(transport), deliveries.c.erase_at <= now, *reachable(now))
            .order_by(deliveries.c.erase_at, deliveries.c.id)
            .limit(most)
        )
        if without:
            question = question.where(deliveries.c.recipient_id.not_in(without))
        rows = self._connection.execute(question).all()
        newest = self._newest([(recipient, kept) for _, recipient, kept, _ in rows])
        return tuple(
            Erasure(key, recipient, opened(self._vault, kept), alert, newest.get((recipient, kept), 0))
            for key, recipient, kept, alert in rows
        )

    def is_due(self, transport: str, now: datetime, among: Collection[int]) -> bool:
        """Whether a message to these recipients is due to be erased."""
        question = (
            sa.select(deliveries.c.id)
            .join(recipients, recipients.c.id == deliveries.c.recipient_id)
            .where(*_to_erase(transport), deliveries.c.erase_at <= now, *reachable(now))
            .where(deliveries.c.recipient_id.in_(among))
            .limit(1)
        )
        return self._connection.scalar(question) is not None

    def next_due(self, transport: str) -> datetime | None:
        """When the next message may be erased."""
        question = (
            sa.select(sa.func.min(at_rest_until(deliveries.c.erase_at)))
            .join(recipients, recipients.c.id == deliveries.c.recipient_id)
            .where(*_to_erase(transport), recipients.c.state == RecipientState.ACTIVE)
        )
        found: datetime | None = self._connection.scalar(question)
        return found

    def erased(self, one: Erasure, what: Erased, reference: str | None = None, detail: str = "") -> None:
        """This became of the message, which goes by the reference now; of a digest, of all that was due.

        `detail`: why it was kept. What was taken down meanwhile stays due.
        """
        self._settle(one, erase_at=None, erased=what, detail=detail)
        if reference is not None and reference != one.reference:
            self._connection.execute(
                sa.update(deliveries)
                .where(deliveries.c.recipient_id == one.recipient_id, is_of(self._vault, one.reference))
                .values(reference=sealed(self._vault, reference))
            )

    def later(self, one: Erasure, at: datetime) -> None:
        """The message is to be erased, but not before then."""
        self._settle(one, erase_at=at)

    def going(self) -> tuple[Removal, ...]:
        """Those that have not come to their end, the oldest first."""
        question = sa.select(removals).where(removals.c.ended.is_(None)).order_by(removals.c.id)
        rows = self._connection.execute(question)
        return tuple(Removal(row.id, row.statement_id, row.began) for row in rows)

    def is_going(self, one: Removal, now: datetime, patience: timedelta) -> bool:
        """Whether a message of it is on the way, or due in a chat that can be written to within that time."""
        rests = sa.and_(recipients.c.rests.is_not(None), recipients.c.rests > now + patience)
        can_be_reached = (recipients.c.state == RecipientState.ACTIVE, sa.not_(rests))
        stands = sa.and_(
            deliveries.c.state == DeliveryState.SENT, deliveries.c.reference != "", *can_be_reached
        )
        again = sa.and_(_WAITS, *can_be_reached)
        question = (
            sa.select(deliveries.c.id)
            .join(recipients, recipients.c.id == deliveries.c.recipient_id)
            .where(deliveries.c.erase_at.is_not(None), deliveries.c.erase_by == one.id)
            .where(sa.or_(deliveries.c.state == DeliveryState.SENDING, again, stands))
            .limit(1)
        )
        return self._connection.scalar(question) is not None

    def end(self, one: Removal, now: datetime) -> bool:
        """It has come to its end; False where another program has seen that already."""
        of = (removals.c.id == one.id, removals.c.ended.is_(None))
        if not self._connection.execute(sa.update(removals).where(*of).values(ended=now)).rowcount:
            return False
        lost = sa.and_(deliveries.c.state == DeliveryState.SENT, deliveries.c.reference == "")
        nameless = sa.or_(deliveries.c.state.in_(_NEVER_NAMED), lost)
        never = (*_of(one), deliveries.c.erase_at.is_not(None), nameless)
        self._connection.execute(sa.update(deliveries).where(*never).values(erase_at=None))
        return True

    def cleared(self, one: Removal, now: datetime, patience: timedelta) -> Cleared:
        """What became of it by now; whose chat is limited for longer than that is `resting`."""
        rests = sa.case((recipients.c.rests > now + patience, 1), else_=0)
        nameless = sa.case((deliveries.c.reference == "", 1), else_=0)
        told = (deliveries.c.erased, deliveries.c.state, nameless, recipients.c.state, rests)
        question = (
            sa.select(*(column.label(f"c{place}") for place, column in enumerate(told)), sa.func.count())
            .join(recipients, recipients.c.id == deliveries.c.recipient_id)
            .where(*_of(one))
            .group_by(*told)
        )
        found: Counter[str] = Counter()
        for *row, count in self._connection.execute(question):
            if name := _became(*row):
                found[name] += count
        return Cleared(**found)

    def reasons(self, one: Removal, most: int) -> tuple[tuple[str, int], ...]:
        """Why messages were kept, as their platforms said it, and how often; the most frequent first."""
        count = sa.func.count()
        question = (
            sa.select(deliveries.c.detail, count)
            .where(*_of(one), deliveries.c.erased == Erased.KEPT, deliveries.c.detail != "")
            .group_by(deliveries.c.detail)
            .order_by(count.desc(), deliveries.c.detail)
            .limit(most)
        )
        return tuple((str(why), int(times)) for why, times in self._connection.execute(question))

    def _newest(self, messages: Collection[tuple[int, str]]) -> dict[tuple[int, str], int]:
        """Of messages, by recipient and kept reference, the newest removal about anything in each."""
        if not messages:
            return {}
        of = (deliveries.c.recipient_id, deliveries.c.reference)
        among = [column.in_(set(some)) for column, some in zip(of, zip(*messages, strict=True), strict=True)]
        question = (
            sa.select(*of, sa.func.max(deliveries.c.erase_by))
            .where(*among, deliveries.c.erase_at.is_not(None))
            .group_by(*of)
        )
        rows = self._connection.execute(question)
        return {(recipient, kept): int(newest or 0) for recipient, kept, newest in rows}

    def _settle(self, one: Erasure, **values: object) -> None:
        """Not what a later removal is about, nor where the chat has moved."""
        self._connection.execute(
            sa.update(deliveries)
            .where(
                deliveries.c.recipient_id == one.recipient_id,
                is_of(self._vault, one.reference),
                deliveries.c.erase_at.is_not(None),
                deliveries.c.erase_by <= one.by,
            )
            .values(**values)
        )


def _became(erased: str | None, state: str, nameless: int, reader: str, rests: int) -> str:
    """By which name of `Cleared` it counts; "" for what never arrived."""
    if erased:
        return erased
    if state != DeliveryState.SENT:
        return _NOT_SENT.get(state, "")
    if nameless:  # the chat has moved, another account writes there now, or it is too old to be known
        return "kept"
    if reader != RecipientState.ACTIVE:
        return "away"
    return "resting" if rests else "waiting"


def _of(one: Removal) -> tuple[sa.ColumnElement[bool], ...]:
    return (deliveries.c.erase_by == one.id,)


def _to_erase(transport: str) -> tuple[sa.ColumnElement[bool], ...]:
    return (
        deliveries.c.erase_at.is_not(None),
        deliveries.c.transport == transport,
        deliveries.c.state == DeliveryState.SENT,
        deliveries.c.reference != "",
    )
