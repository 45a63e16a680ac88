"""Counts what was rung and how quickly, for /stats: numbers, nothing about anybody who subscribed."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from math import ceil

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from storage.due import transports
from storage.tables.archive import statements
from storage.tables.log import alerts, delays, deliveries, sent
from storage.tables.people import recipients
from storage.tables.watch import entries
from storage.words import Cause, DeliveryState, RecipientState, Status

_MOST = 20_000
"""Alerts whose delays are looked at; the newest."""
_AT_ONCE = 2_000


@dataclass(frozen=True, slots=True)
class Statistics:
    """What happened since a moment."""

    statements: int
    alerts: int
    urgent: int
    messages: dict[DeliveryState, int]
    """Deliveries of these alerts, by what became of them."""
    recipients: dict[str, int]
    """Who can be reached now, by transport."""
    delays: tuple[timedelta, ...]
    """From publication to the first message of each alert, ascending; of those that say the hour."""
    by_day: dict[date, int]
    """Alerts by the day (UTC) on which they rang."""
    urgent_by_day: dict[date, int] = field(default_factory=dict)
    """Those of them that were urgent."""

    def delay(self, part: float) -> timedelta | None:
        """The delay below which this part of them lies (nearest rank): 0.95; None without any."""
        if not self.delays:
            return None
        return self.delays[max(0, ceil(part * len(self.delays)) - 1)]


def count_since(connection: Connection, since: datetime) -> Statistics:
    """What happened since then."""
    rung = (
        alerts.c.sent >= since,
        alerts.c.cause != Cause.REMINDER,
        alerts.c.status == Status.ACTUAL,
    )
    fetched = (
        sa.select(sa.func.count())
        .select_from(statements)
        .where(statements.c.fetched >= since, sa.not_(statements.c.drill))
    )
    reached = (
        sa.select(recipients.c.transport, sa.func.count())
        .where(recipients.c.state == RecipientState.ACTIVE)
        .group_by(recipients.c.transport)
        .order_by(recipients.c.transport)
    )
    each = (
        sa.select(
            alerts.c.sent,
            alerts.c.first_sent,
            alerts.c.cause,
            statements.c.published,
            entries.c.date_only,
        )
        .join(statements, statements.c.id == alerts.c.statement_id)
        .join(entries, entries.c.id == statements.c.entry_id)
        .where(*rung)
        .order_by(alerts.c.sent.desc())
        .limit(_MOST)
    )
    rows = connection.execute(each).all()
    by_day, urgent = _by_day(connection, rung)
    delays = sorted(
        max(timedelta(), row.first_sent - row.published)
        for row in rows
        if row.first_sent and row.published and not row.date_only and row.cause == Cause.NEWS
    )
    return Statistics(
        statements=int(connection.scalar(fetched) or 0),
        alerts=sum(by_day.values()),
        urgent=sum(urgent.values()),
        messages=_messages(connection, rung),
        recipients={str(transport): int(count) for transport, count in connection.execute(reached)},
        delays=tuple(delays),
        by_day=by_day,
        urgent_by_day=urgent,
    )


def _messages(connection: Connection, rung: Sequence[sa.ColumnElement[bool]]) -> dict[DeliveryState, int]:
    """What became of the messages of these alerts.

    What was sent is most of the log, and was counted as it was sent (`Delays.sent`). Before that was done,
    what told at once was counted alone. Of the rest the index of the queue knows where it is.
    """
    found: Counter[DeliveryState] = Counter()
    these = sa.select(alerts.c.id).where(*rung)
    for name in transports(connection):
        question = (
            sa.select(deliveries.c.state, sa.func.count())
            .where(
                deliveries.c.transport == name,
                deliveries.c.state.in_([one for one in DeliveryState if one != DeliveryState.SENT]),
                deliveries.c.alert_id.in_(these),
            )
            .group_by(deliveries.c.state)
        )
        for state, count in connection.execute(question):
            found[DeliveryState(state)] += int(count)
    counted: dict[int, int] = {}
    for table in (sent, delays):
        of = sa.select(table.c.alert_id, sa.func.sum(table.c.messages)).where(table.c.alert_id.in_(these))
        for alert, count in connection.execute(of.group_by(table.c.alert_id)):
            counted[alert] = max(counted.get(alert, 0), int(count))
    return dict(found + Counter({DeliveryState.SENT: sum(counted.values())}))


def _by_day(
    connection: Connection, rung: Sequence[sa.ColumnElement[bool]]
) -> tuple[dict[date, int], dict[date, int]]:
    """How many alerts rang on each day, and how many of them were urgent."""
    all_of_them = (
        sa.select(alerts.c.sent, statements.c.urgent)
        .join(statements, statements.c.id == alerts.c.statement_id)
        .where(*rung)
    )
    by_day: dict[date, int] = {}
    urgent: dict[date, int] = {}
    with connection.execute(all_of_them, execution_options={"yield_per": _AT_ONCE}) as found:
        for sent, is_urgent in found:
            by_day[sent.date()] = by_day.get(sent.date(), 0) + 1
            urgent[sent.date()] = urgent.get(sent.date(), 0) + is_urgent
    return by_day, urgent
