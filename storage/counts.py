"""Counts what is held: numbers for /status, no one's address."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from storage.queries import Counts
from storage.tables import alerts, deliveries, statements
from storage.words import DeliveryState, Status

_WAITING = (DeliveryState.QUEUED, DeliveryState.HELD, DeliveryState.SENDING)


def in_earnest() -> sa.ColumnElement[bool]:
    """Of a delivery: that it tells of something real, or is a notice to admins."""
    practised = sa.select(alerts.c.id).where(alerts.c.status != Status.ACTUAL)
    return sa.or_(deliveries.c.alert_id.is_(None), deliveries.c.alert_id.not_in(practised))


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
    waiting = sa.and_(deliveries.c.state.in_(_WAITING), in_earnest())
    return {
        "statements": count(fetched),
        "urgent": count(urgent, statements.c.urgent),
        "late": count(fetched, statements.c.urgent, published),
        "waiting": int(
            connection.scalar(sa.select(sa.func.count()).select_from(deliveries).where(waiting)) or 0
        ),
    }


def count_all(connection: Connection) -> Counts:
    """How much is held now, without drills."""
    states = sa.select(deliveries.c.state, sa.func.count()).where(in_earnest()).group_by(deliveries.c.state)
    by_state = {state: int(number) for state, number in connection.execute(states)}
    newest, held = connection.execute(
        sa.select(sa.func.max(statements.c.fetched), sa.func.count()).where(sa.not_(statements.c.drill))
    ).one()
    rung = sa.select(sa.func.count()).select_from(alerts).where(alerts.c.status == Status.ACTUAL)
    return Counts(
        statements=int(held),
        alerts=int(connection.scalar(rung) or 0),
        waiting=sum(by_state.get(state, 0) for state in _WAITING),
        uncertain=by_state.get(DeliveryState.UNCERTAIN, 0),
        failed=by_state.get(DeliveryState.FAILED, 0),
        newest=newest,
    )
