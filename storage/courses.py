"""When each step of an alert's way was taken, and where its deliveries are: times and numbers alone.

A message that left long after its alert was queued tells when somebody came back, or when their quiet hours
end. So past the first hour no more is known than the day.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from storage.tables.log import alerts, deliveries
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


_EXACT = timedelta(hours=1)
"""After it was queued; every message of an alert leaves sooner but for those that somebody waits for."""


class Courses:
    """Notes when messages left, and tells it."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def left(self, moments: Mapping[int, tuple[datetime, datetime]]) -> None:
        """Messages about these alerts have arrived: the first and the last of them, by the alert's id."""
        if not moments:
            return
        known = sa.select(
            alerts.c.id, alerts.c.sent, alerts.c.queued, alerts.c.first_sent, alerts.c.last_sent
        ).where(alerts.c.id.in_(moments))
        rows = []
        for key, sent, queued, began, ended in self._connection.execute(known).all():
            first, last = (_told(moment, queued or sent) for moment in moments[key])
            rows.append({"its": key, "first": began or first, "last": max(ended or last, last)})
        moment = alerts.c.sent.type
        change = (
            sa.update(alerts)
            .where(alerts.c.id == sa.bindparam("its"))
            .values(
                first_sent=sa.bindparam("first", type_=moment), last_sent=sa.bindparam("last", type_=moment)
            )
        )
        if rows:
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


def _told(moment: datetime, queued: datetime) -> datetime:
    """The moment, as far as it may be known: never before the hour was over within which it is known."""
    if moment <= queued + _EXACT:
        return moment
    return max(moment.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0), queued + _EXACT)
