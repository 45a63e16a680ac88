"""Counts what is held: numbers for /status, no one's address."""

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from storage.queries import Counts
from storage.tables import alerts, deliveries, statements
from storage.words import DeliveryState

_WAITING = (DeliveryState.QUEUED, DeliveryState.HELD, DeliveryState.SENDING)


def count_all(connection: Connection) -> Counts:
    """How much is held now."""
    states = sa.select(deliveries.c.state, sa.func.count()).group_by(deliveries.c.state)
    by_state = {state: int(number) for state, number in connection.execute(states)}
    newest, held = connection.execute(
        sa.select(sa.func.max(statements.c.fetched), sa.func.count()).select_from(statements)
    ).one()
    return Counts(
        statements=int(held),
        alerts=int(connection.scalar(sa.select(sa.func.count()).select_from(alerts)) or 0),
        waiting=sum(by_state.get(state, 0) for state in _WAITING),
        uncertain=by_state.get(DeliveryState.UNCERTAIN, 0),
        failed=by_state.get(DeliveryState.FAILED, 0),
        newest=newest,
    )
