"""Queues an alert for whoever a question finds, in the database itself."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from storage.reach import HELD_FROM_THEM, UNREACHABLE
from storage.tables.log import deliveries
from storage.words import DeliveryState


def queue_for(
    connection: Connection,
    found: sa.Select[tuple[int, str]],
    alert_id: int,
    turn: tuple[int, datetime],
    held: str = "",
    *,
    lost: bool = False,
) -> int:
    """Queues the alert for each (recipient, transport) that is found; returns how many.

    `turn` is the lane and from when on it may go. `held`, where given, is why an admin must look first.
    Who is `lost` cannot be reached: it waits until they are there again.
    """
    lane, not_before = turn
    state = DeliveryState.HELD if held else DeliveryState.QUEUED
    detail = held
    if lost:
        state, detail = DeliveryState.CANCELLED, f"{HELD_FROM_THEM}{held}" if held else UNREACHABLE
    who = found.subquery()
    recipient, transport = who.c
    row: dict[str, sa.ColumnElement[Any]] = {
        "alert_id": sa.literal(alert_id, deliveries.c.alert_id.type),
        "recipient_id": recipient,
        "transport": transport,
        "state": sa.literal(str(state)),
        "lane": sa.literal(lane),
        "not_before": sa.literal(not_before, deliveries.c.not_before.type),
        "attempts": sa.literal(0),
        "begun": sa.false(),
        "reference": sa.literal(""),
        "detail": sa.literal(detail),
    }
    count = connection.scalar(sa.select(sa.func.count()).select_from(who))
    if count:
        # The lost are few: SQLite would walk through everybody, in the order of their ids.
        chosen = sa.select(*row.values()).order_by(recipient + 0 if lost else recipient)
        connection.execute(sa.insert(deliveries).from_select(list(row), chosen))
    return int(count or 0)
