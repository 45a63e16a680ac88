"""Notices: what admins are told, from the event to its message, and what that shows as it goes on."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from storage.additions import Additions
from storage.deliveries import Deliveries
from storage.people import Event, Notice
from storage.reach import reachable
from storage.references import is_of, opened, sealed
from storage.tables.log import deliveries, notices
from storage.tables.people import SENDER, recipients
from storage.vault import Sealer
from storage.words import DeliveryState, EventKind, SourceState

FOR_SUBSCRIBERS = (EventKind.STORM,)
"""What is told to people: nothing that is for admins may be added to it."""
AT_ONCE = (
    EventKind.APPEAL_WAITS,
    EventKind.APPEAL_SCHEDULED,
    EventKind.VERIFYING,
    EventKind.APPEAL_COOLING,
    EventKind.APPEAL_SENDING,
    EventKind.APPEAL_STOPPED,
    EventKind.APPEAL_RETURNED,
    EventKind.APPEAL_CORRECTED,
    EventKind.CALL_CORRECTED,
    EventKind.REMOVED,
    EventKind.APPEAL_REPORT,
    EventKind.STOP_REPORT,
    EventKind.CORRECTION_REPORT,
)
"""What is told the moment it happens, and alone: no other event is added to it."""
_BUT_ONE = (EventKind.STAFF, EventKind.REVIEW_ASKED)
"""What is told to all but the one who did it: what everybody is to hear would not reach them with it."""
_KINDS = frozenset(map(str, EventKind))
_LOOKED_AT = 5
_MADE_AT = sa.select(notices.c.id, notices.c.events).where(
    notices.c.made == sa.bindparam("made", type_=notices.c.made.type)
)
_MOMENTS = ("at", "since", "last_success", "next_due", "newest")


@dataclass(frozen=True, slots=True)
class Renewal:
    """A message to an admin that is to show its notice as it stands now."""

    delivery_id: int
    recipient_id: int
    reference: str
    notice_id: int
    wished: datetime
    """When it was to be renewed; what is wished later is not done with this."""


class Notices:
    """Questions about notices, and their changes."""

    def __init__(
        self, connection: Connection, additions: Additions, of_deliveries: Deliveries, vault: Sealer
    ) -> None:
        self._connection = connection
        self._additions = additions
        self._deliveries = of_deliveries
        self._vault = vault

    def add(self, notice: Notice) -> int:
        """Keeps a notice; returns its id."""
        row = {"made": notice.made, "events": [_as_json(event) for event in notice.events]}
        result = self._connection.execute(sa.insert(notices).values(**row).returning(notices.c.id))
        return int(result.scalar_one())

    def open(self, now: datetime, within: timedelta) -> Notice | None:
        """The notice that was begun so recently that what happens now belongs to it too.

        None when there is none, or when one of the admins has been told already.
        """
        question = (
            sa.select(notices)
            .where(notices.c.made > now - within, notices.c.made < now + within)
            .order_by(notices.c.id.desc())
            .limit(_LOOKED_AT)
        )
        for row in self._connection.execute(question).mappings():
            kinds = {made["kind"] for made in row["events"]}
            if kinds <= _KINDS and row["events"][0]["kind"] not in (*FOR_SUBSCRIBERS, *AT_ONCE, *_BUT_ONE):
                return self.many([row["id"]])[row["id"]] if self._deliveries.untouched(row["id"]) else None
        return None

    def made_at(self, made: datetime, kind: EventKind) -> int | None:
        """The notice of just this moment that tells of this first."""
        with self._additions.beside():  # nothing of what waits there is a notice
            rows = self._connection.execute(_MADE_AT, {"made": made}).all()
        return next((row.id for row in rows if row.events[0]["kind"] == kind), None)

    def extend(self, notice: Notice, events: Iterable[Event]) -> None:
        """More has happened that belongs to a notice which `open` gave."""
        told = [_as_json(event) for event in (*notice.events, *events)]
        self._connection.execute(sa.update(notices).where(notices.c.id == notice.id).values(events=told))

    def turn(self, notice_id: int, event: Event) -> None:
        """It tells this from now on; messages that stand already show it once they are renewed."""
        of = notices.c.id == notice_id
        self._connection.execute(sa.update(notices).where(of).values(events=[_as_json(event)]))

    def renew(self, notice_id: int, transports: Collection[str] | None, now: datetime) -> int:
        """Its messages on these transports (None: all) are due to show it as it stands; returns how many.

        Also what is just being sent: it tells what was known a moment ago.
        """
        of = [
            deliveries.c.notice_id == notice_id,
            deliveries.c.state.in_((DeliveryState.SENT, DeliveryState.SENDING)),
        ]
        of += [] if transports is None else [deliveries.c.transport.in_(transports)]
        return self._connection.execute(sa.update(deliveries).where(*of).values(amend_at=now)).rowcount

    def send_again(self, notice_id: int, now: datetime) -> int:
        """Where its message cannot be changed it is sent once more, as it stands; returns to how many.

        To whom nobody knows whether it came, and whose message has no name any more: the chat has moved, or
        another account writes there now. What was to be renewed stays so: a platform that takes this for a
        repetition shows what it has, and is then told the newest.
        """
        nameless = sa.and_(deliveries.c.state == DeliveryState.SENT, deliveries.c.reference == "")
        writes = sa.select(SENDER).where(recipients.c.id == deliveries.c.recipient_id).scalar_subquery()
        result = self._connection.execute(
            sa.update(deliveries)
            .where(
                deliveries.c.notice_id == notice_id,
                sa.or_(deliveries.c.state == DeliveryState.UNCERTAIN, nameless),
            )
            .values(state=DeliveryState.QUEUED, transport=writes, not_before=now, detail="")
        )
        return result.rowcount

    def send_once_more(self, delivery_id: int, now: datetime) -> None:
        """A message that was to be renewed, and of which nobody knows whether it came, is sent by itself."""
        of = (
            deliveries.c.id == delivery_id,
            deliveries.c.state == DeliveryState.UNCERTAIN,
            deliveries.c.amend_at.is_not(None),
        )
        again = {"state": DeliveryState.QUEUED, "not_before": now, "detail": "", "amend_at": None}
        self._connection.execute(sa.update(deliveries).where(*of).values(**again))

    def seen_on(self, notice_id: int) -> dict[str, int]:
        """How many messages of it stand, by transport."""
        question = (
            sa.select(deliveries.c.transport, sa.func.count())
            .where(deliveries.c.notice_id == notice_id, deliveries.c.state == DeliveryState.SENT)
            .group_by(deliveries.c.transport)
        )
        return {str(transport): int(count) for transport, count in self._connection.execute(question)}

    def to_renew(
        self, transport: str, now: datetime, most: int, without: Collection[int] = ()
    ) -> tuple[Renewal, ...]:
        """Messages of reachable chats that are due to be renewed; `without`: whom not to write to now.

        To be asked only by the one sender that holds the transport's lock.
        """
        question = (
            sa.select(
                deliveries.c.id,
                deliveries.c.recipient_id,
                deliveries.c.reference,
                deliveries.c.notice_id,
                deliveries.c.amend_at,
            )
            .join(recipients, recipients.c.id == deliveries.c.recipient_id)
            .where(
                deliveries.c.amend_at.is_not(None),
                deliveries.c.amend_at <= now,
                deliveries.c.notice_id.is_not(None),
                deliveries.c.transport == transport,
                deliveries.c.state == DeliveryState.SENT,
                deliveries.c.reference != "",
                *reachable(now),
            )
            .order_by(deliveries.c.amend_at, deliveries.c.id)
            .limit(most)
        )
        if without:
            question = question.where(deliveries.c.recipient_id.not_in(without))
        return tuple(
            Renewal(key, recipient, opened(self._vault, kept), notice, wished)
            for key, recipient, kept, notice, wished in self._connection.execute(question)
        )

    def renewed(self, one: Renewal, reference: str | None) -> None:
        """It shows what its notice tells, and goes by this reference; None: it stays as it is."""
        self._settle(one, None, one.reference if reference is None else reference)

    def renew_later(self, one: Renewal, at: datetime) -> None:
        """Not before then, where nothing newer is to be shown."""
        self._settle(one, at, one.reference)

    def _settle(self, one: Renewal, again: datetime | None, reference: str) -> None:
        """Not where the chat has moved meanwhile."""
        of = (deliveries.c.id == one.delivery_id, is_of(self._vault, one.reference))
        due = sa.case(
            (deliveries.c.amend_at <= one.wished, sa.literal(again, deliveries.c.amend_at.type)),
            else_=deliveries.c.amend_at,
        )
        kept = sealed(self._vault, reference)
        self._connection.execute(sa.update(deliveries).where(*of).values(amend_at=due, reference=kept))

    def many(self, ids: Sequence[int]) -> dict[int, Notice]:
        """The notices with these ids."""
        rows = self._connection.execute(sa.select(notices).where(notices.c.id.in_(ids))).mappings()
        return {
            row["id"]: Notice(tuple(_event(made) for made in row["events"]), row["made"], row["id"])
            for row in rows
        }

    def latest(self, limit: int) -> tuple[Notice, ...]:
        """The newest notices, the newest first, but those of a kind that only a newer program knows."""
        newest = sa.select(notices.c.id, notices.c.events).order_by(notices.c.id.desc()).limit(limit)
        rows = self._connection.execute(newest)
        found = self.many([row.id for row in rows if {made["kind"] for made in row.events} <= _KINDS])
        return tuple(found[key] for key in sorted(found, reverse=True))


def _as_json(event: Event) -> dict[str, Any]:
    """What is not said is left out."""
    values = {one.name: getattr(event, one.name) for one in fields(event)}
    made = {name: value for name, value in values.items() if value not in (None, "", 0, {})}
    return made | {name: made[name].isoformat() for name in _MOMENTS if name in made}


def _event(made: dict[str, Any]) -> Event:
    moments = {name: datetime.fromisoformat(made[name]) for name in _MOMENTS if name in made}
    state = SourceState(made["state"]) if "state" in made else None
    return Event(**made | moments | {"kind": EventKind(made["kind"]), "state": state})
