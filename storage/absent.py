"""The absent: who could not be reached for long, or has wanted nothing for long."""

from collections.abc import Collection
from datetime import UTC, date, datetime, time

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from storage import staff as of_staff
from storage.recipients import trace_of
from storage.tables.desk import staff
from storage.tables.log import deliveries
from storage.tables.people import recipients, routes, stances
from storage.vault import Sealer
from storage.words import DeliveryState, RecipientState

_WAITING = (DeliveryState.QUEUED, DeliveryState.HELD, DeliveryState.SENDING)


Between = tuple[int, int] | None
"""The first and the last id of a range; None for all."""


class Absent:
    """Questions about who may be forgotten; each of those whose ids lie `between` two, both included."""

    def __init__(self, connection: Connection, vault: Sealer) -> None:
        self._connection = connection
        self._vault = vault

    def lost(
        self, before: date, named: Collection[tuple[str, str]] = (), between: Between = None
    ) -> tuple[int, ...]:
        """Who could not be reached since an earlier day than this, and has not spoken since.

        Not who is at the desk, by a code or as one of these (transport, address): they would lose the role.
        """
        of = (
            recipients.c.state == RecipientState.SUSPENDED,
            recipients.c.lost < before,
            *_within(between),
        )
        question = sa.select(recipients.c.id).where(*of, sa.not_(self._at_desk(named)))
        return tuple(self._connection.scalars(question))

    def idle(
        self,
        before: date,
        discreet: date,
        named: Collection[tuple[str, str]] = (),
        between: Between = None,
    ) -> tuple[int, ...]:
        """Who came before this day, has wanted nothing and was sent nothing since, and is not at the desk.

        Where few words are wanted, before the day `discreet`. `named` as in `lost`.
        """
        return tuple(
            one
            for few, day in ((False, before), (True, discreet))
            for one in self._idle(day, named, between, few=few)
        )

    def _idle(
        self, before: date, named: Collection[tuple[str, str]], between: Between, *, few: bool
    ) -> tuple[int, ...]:
        wants = (sa.exists().where(table.c.recipient_id == recipients.c.id) for table in (routes, stances))
        lately = sa.exists().where(
            deliveries.c.recipient_id == recipients.c.id,
            sa.or_(
                deliveries.c.not_before >= datetime.combine(before, time(), UTC),
                deliveries.c.state.in_(_WAITING),
            ),
        )
        narrowed = sa.and_(recipients.c.narrowed.is_not(None), recipients.c.narrowed >= before)
        of = (
            recipients.c.state == RecipientState.ACTIVE,
            recipients.c.discreet.is_(few),
            recipients.c.since < before,
            *_within(between),
        )
        reasons = (*wants, lately, narrowed, self._at_desk(named))
        question = sa.select(recipients.c.id).where(*of, *(sa.not_(one) for one in reasons))
        return tuple(self._connection.scalars(question))

    def _at_desk(self, named: Collection[tuple[str, str]]) -> sa.ColumnElement[bool]:
        traces = [trace_of(self._vault, *one) for one in named]
        joined = sa.select(staff.c.transport, staff.c.address_sealed)
        for transport, address in self._connection.execute(joined.where(staff.c.address_sealed.is_not(None))):
            traces.append(trace_of(self._vault, transport, self._vault.open(address, of_staff.ADDRESS)))
        return recipients.c.address_trace.in_(traces)


def _within(between: Between) -> tuple[sa.ColumnElement[bool], ...]:
    return () if between is None else (recipients.c.id.between(*between),)
