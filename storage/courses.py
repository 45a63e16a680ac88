"""When each step of an alert's way was taken, and where its deliveries are: times and numbers alone."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from storage.tables import alerts, deliveries
from storage.words import DeliveryState


@dataclass(frozen=True, slots=True)
class Course:
    """The way of one alert, from its text to its last message; None: not yet, or not known."""

    understood: datetime | None
    queued: datetime | None
    first_sent: datetime | None
    last_sent: datetime | None
    states: dict[DeliveryState, int] = field(default_factory=dict)
    """How many deliveries are in each state."""


class Courses:
    """Notes when messages left, and tells it."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def left(self, moments: Mapping[int, tuple[datetime, datetime]]) -> None:
        """Messages about these alerts have arrived: the first and the last of them, by the alert's id."""
        if not moments:
            return
        first = sa.func.coalesce(alerts.c.first_sent, sa.bindparam("first", type_=alerts.c.first_sent.type))
        change = (
            sa.update(alerts)
            .where(alerts.c.id == sa.bindparam("its"))
            .values(first_sent=first, last_sent=sa.bindparam("last", type_=alerts.c.last_sent.type))
        )
        rows = [{"its": key, "first": first, "last": last} for key, (first, last) in moments.items()]
        self._connection.execute(change, rows)

    def of(self, alert_id: int) -> Course | None:
        """The way of an alert so far."""
        columns = (alerts.c.understood, alerts.c.queued, alerts.c.first_sent, alerts.c.last_sent)
        row = self._connection.execute(sa.select(*columns).where(alerts.c.id == alert_id)).first()
        if row is None:
            return None
        counted = (
            sa.select(deliveries.c.state, sa.func.count())
            .where(deliveries.c.alert_id == alert_id)
            .group_by(deliveries.c.state)
        )
        found = {DeliveryState(state): int(count) for state, count in self._connection.execute(counted)}
        return Course(*row, {state: found[state] for state in DeliveryState if state in found})
