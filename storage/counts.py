"""Counts what is held: numbers, no one's address.

Nothing here reads the notification log through, which may have a hundred million rows: what waits, or did not
arrive, is a small part of the queue's index, and what was told is counted by alert (`storage.delays`).
"""

from collections import Counter
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from storage.due import transports
from storage.queries import Counts
from storage.tables.archive import statements
from storage.tables.log import alerts, delays, deliveries
from storage.words import DeliveryState, Status

WAITING = (DeliveryState.QUEUED, DeliveryState.HELD, DeliveryState.SENDING)
COUNTED = (*WAITING, DeliveryState.UNCERTAIN, DeliveryState.FAILED)
"""What was sent, or called off, is most of the log, and is not."""


def in_earnest() -> sa.ColumnElement[bool]:
    """Of a delivery: that it tells of something real, or is a notice to admins."""
    practised = sa.select(alerts.c.id).where(alerts.c.status != Status.ACTUAL)
    return sa.or_(deliveries.c.alert_id.is_(None), deliveries.c.alert_id.not_in(practised))


def count_log(
    connection: Connection, states: tuple[DeliveryState, ...] = COUNTED
) -> dict[tuple[DeliveryState, int], int]:
    """How many deliveries in earnest are in these states, by state and lane."""
    found: Counter[tuple[DeliveryState, int]] = Counter()
    for name in transports(connection):
        question = sa.select(deliveries.c.state, deliveries.c.lane, sa.func.count()).where(
            deliveries.c.transport == name, deliveries.c.state.in_(states), in_earnest()
        )
        for state, lane, count in connection.execute(
            question.group_by(deliveries.c.state, deliveries.c.lane)
        ):
            found[DeliveryState(state), int(lane)] += int(count)
    return dict(found)


def count_told(connection: Connection, since: datetime) -> int:
    """How many messages have told at once of what rang since then; not digests, nor notices to admins."""
    question = sa.select(sa.func.sum(delays.c.messages)).join(alerts, alerts.c.id == delays.c.alert_id)
    rung = (alerts.c.sent >= since, alerts.c.status == Status.ACTUAL)
    return int(connection.scalar(question.where(*rung)) or 0)


def count_drilled(connection: Connection) -> int:
    """How many statements were made for a drill."""
    question = (
        sa.select(sa.func.count(statements.c.id.distinct()))
        .join(alerts, alerts.c.statement_id == statements.c.id)
        .where(alerts.c.status != Status.ACTUAL, statements.c.drill)
    )
    return int(connection.scalar(question) or 0)


def count_caught_up(
    connection: Connection, since: datetime, until: datetime, too_old: datetime
) -> dict[str, int]:
    """After an outage: statements fetched and alerts rung from its end on, and what waits to be sent.

    `late`: urgent calls that were published while it lasted, and before `too_old`.
    """

    def count(*where: sa.ColumnElement[bool]) -> int:
        question = (
            sa.select(sa.func.count()).select_from(statements).where(sa.not_(statements.c.drill), *where)
        )
        return int(connection.scalar(question) or 0)

    fetched = statements.c.fetched >= until
    published = statements.c.published.between(since, too_old)
    rung = sa.select(alerts.c.statement_id).where(alerts.c.sent >= until)
    urgent = statements.c.id.in_(rung)
    return {
        "statements": count(fetched),
        "urgent": count(urgent, statements.c.urgent),
        "late": count(fetched, statements.c.urgent, published),
        "waiting": sum(count_log(connection, WAITING).values()),
    }


def count_all(connection: Connection) -> Counts:
    """How much is held now, without drills."""
    by_state: Counter[DeliveryState] = Counter()
    for (state, _), count in count_log(connection).items():
        by_state[state] += count
    held = connection.scalar(sa.select(sa.func.count()).select_from(statements)) or 0
    newest = sa.select(statements.c.fetched).where(sa.not_(statements.c.drill))
    rung = sa.select(sa.func.count()).select_from(alerts).where(alerts.c.status == Status.ACTUAL)
    return Counts(
        statements=int(held) - count_drilled(connection),
        alerts=int(connection.scalar(rung) or 0),
        waiting=sum(by_state[state] for state in WAITING),
        uncertain=by_state[DeliveryState.UNCERTAIN],
        failed=by_state[DeliveryState.FAILED],
        newest=connection.scalar(newest.order_by(statements.c.id.desc()).limit(1)),
    )
