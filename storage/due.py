"""Chooses what is sent next: the most pressing first, then what waited longest, one for each recipient."""

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from storage.reach import reachable
from storage.tables.log import deliveries
from storage.tables.people import recipients
from storage.words import DeliveryState

DIGESTS = 4
"""The lane of what waits for a digest: nothing there rings."""


def due_ids(
    connection: Connection,
    transport: str,
    now: datetime,
    most: int,
    *,
    lanes: tuple[int, int],
    without: Collection[int],
) -> tuple[int, ...]:
    """The deliveries that `Deliveries.due` gives, in its order; locked until the transaction ends."""
    found: dict[int, int] = {}
    for lane in range(lanes[0], lanes[1] + 1):
        before = len(found)
        wanted = rows = most - len(found)
        while wanted and rows == wanted:  # several may be for one: then there may be more for others
            wanted = most - len(found)
            where = (*_queued(transport, now, lane), *reachable(now))
            waiting = _next(connection, where, wanted, {*without, *found})
            for key, recipient in waiting:
                found.setdefault(recipient, key)
            rows = len(waiting)
        if lane == DIGESTS and len(found) > before:
            chosen = list(found.items())
            rest = _digests(connection, now, dict(chosen[before:]))
            return (*(key for _, key in chosen[:before]), *rest)
    return tuple(found.values())


def transports(connection: Connection) -> Iterator[str]:
    """Those that deliveries have: each found by one look into the index of the queue."""
    last = ""
    while found := connection.scalar(
        sa.select(sa.func.min(deliveries.c.transport)).where(deliveries.c.transport > last)
    ):
        yield (last := str(found))


def oldest_due(connection: Connection, now: datetime) -> datetime | None:
    """Since when what waits longest could have been sent; None where nothing waits that could."""
    first = sa.select(sa.func.min(deliveries.c.not_before))
    found = [
        connection.scalar(first.where(*_queued(name, now, lane)))
        for name in transports(connection)
        for lane in range(DIGESTS + 1)
    ]
    return min((moment for moment in found if moment is not None), default=None)


def is_due(connection: Connection, transport: str, now: datetime, among: Collection[int]) -> bool:
    """Whether anything may be sent to these recipients."""
    due = (
        deliveries.c.recipient_id.in_(among),
        deliveries.c.state == DeliveryState.QUEUED,
        deliveries.c.transport == transport,
        deliveries.c.not_before <= now,
    )
    question = sa.select(deliveries.c.id).join(recipients).where(*due, *reachable(now)).limit(1)
    return connection.scalar(question) is not None


def _next(
    connection: Connection,
    where: tuple[sa.ColumnElement[bool], ...],
    most: int,
    without: Collection[int],
) -> Sequence[tuple[int, int]]:
    """(delivery, recipient) of what waited longest, whoever it is for."""
    due = (
        sa.select(deliveries.c.id, deliveries.c.recipient_id)
        .join(recipients, recipients.c.id == deliveries.c.recipient_id)
        .where(*where)
        .order_by(deliveries.c.not_before, deliveries.c.id)
        .limit(most)
        # What somebody else is just cancelling, for a chat that is lost or a case that is closed.
        .with_for_update(of=deliveries, skip_locked=True)
    )
    if without:
        due = due.where(deliveries.c.recipient_id.not_in(without))
    return [(int(key), int(recipient)) for key, recipient in connection.execute(due)]


def _digests(connection: Connection, now: datetime, found: dict[int, int]) -> tuple[int, ...]:
    """All that is due of the digests among those found, each beside what stands for it."""
    # Asked for by its recipients, who are few: the whole lane may be long. So no column of the queue's
    # index is named first; whoever was found is of this transport.
    of = sa.select(deliveries.c.id, deliveries.c.recipient_id).where(
        deliveries.c.recipient_id.in_(found),
        deliveries.c.state == DeliveryState.QUEUED,
        deliveries.c.lane == DIGESTS,
        deliveries.c.not_before <= now,
    )
    rest: dict[int, list[int]] = {}
    locked = of.order_by(deliveries.c.id).with_for_update(of=deliveries, skip_locked=True)
    for key, recipient in connection.execute(locked):
        rest.setdefault(int(recipient), []).append(int(key))
    return tuple(
        key
        for recipient, first in found.items()
        for key in (rest[recipient] if first in rest.get(recipient, ()) else (first,))
    )


def _queued(transport: str, now: datetime, lane: int) -> tuple[sa.ColumnElement[bool], ...]:
    """Due in this lane: each a range of the index of the queue, in its order."""
    return (
        deliveries.c.transport == transport,
        deliveries.c.state == DeliveryState.QUEUED,
        deliveries.c.lane == lane,
        deliveries.c.not_before <= now,
    )
