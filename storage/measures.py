"""Measures what a monitoring system asks for: numbers and ages, nothing about anybody who subscribed."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from storage.additions import Additions
from storage.counts import count_drilled, count_log, count_told
from storage.due import oldest_due
from storage.locks import holders
from storage.moments import ALIVE, OFFLINE_SINCE, Moments
from storage.nodes import Nodes, Seen
from storage.queue import Waiting, waiting
from storage.tables.archive import statements
from storage.tables.log import alerts, notices
from storage.tables.program import senders
from storage.tables.watch import WATCHED, entries, sources, subscriptions
from storage.words import Cause, DeliveryState, SourceState, Status, SubscriptionState

ACCOUNTS = ("console", "telegram", "matrix")
"""Transports: the lock of each bears its name."""
STAGES = ("fetch", "understand", "queue", "first", "rest")
"""The steps of an alert's way: published, fetched, understood, queued, first sent, last sent."""
TOLD_WITHIN = timedelta(days=1)
_LOOKED_BACK = timedelta(hours=1)
_MOST = 1_000
"""Alerts whose way is looked at; the newest."""


@dataclass(frozen=True, slots=True)
class Watched:
    """How one watched source fares."""

    name: str
    state: SourceState
    last_success: datetime | None
    next_due: datetime | None
    silent_since: datetime | None = None
    detail: str = ""
    """What its state means this time, for a person."""


@dataclass(frozen=True, slots=True)
class Measures:
    """Everything as of one moment; what is practised is not counted."""

    sources: dict[SourceState, int]
    """How many are watched, by state."""
    silent: int
    subscriptions: dict[SubscriptionState, int]
    """With hubs, by state."""
    watched: tuple[Watched, ...]
    entries: int
    statements: int
    alerts: int
    notices: int
    deliveries: dict[tuple[DeliveryState, int], int]
    """How many wait or did not arrive, by state and lane (`storage.counts.COUNTED`)."""
    told: int
    """Messages that told at once of what rang within TOLD_WITHIN."""
    oldest_due: datetime | None
    """Since when the delivery that waits longest could have been sent."""
    alive: datetime | None
    """When the service last came round."""
    offline_since: datetime | None
    nodes: tuple[Seen, ...] = ()
    queue: tuple[Waiting, ...] = ()
    """Jobs that wait for a node, or are being done; none with SQLite."""
    senders: dict[str, str] | None = None
    """Which program holds which account, where several could; None with SQLite."""
    stages: dict[str, tuple[float, ...]] = field(default_factory=dict)
    """Seconds that each step of an alert's way took, ascending: of those first sent within the last hour."""


def _held(connection: Connection) -> dict[str, str]:
    """Which program sends by each account, also by further ones of a transport."""
    known = connection.scalars(sa.select(senders.c.name))
    return holders(connection, tuple(dict.fromkeys((*ACCOUNTS, *known))))


def measure(connection: Connection, now: datetime) -> Measures:
    """What there is to measure now."""
    asked_for = (
        *(sources.c.name, sources.c.state, sources.c.last_success),
        *(sources.c.next_due, sources.c.silent_since, sources.c.detail),
    )
    rows = connection.execute(sa.select(*asked_for).where(WATCHED)).all()
    watched = tuple(Watched(name, SourceState(state), *moments) for name, state, *moments in rows)
    by_state = dict.fromkeys(SourceState, 0) | Counter(one.state for one in watched)
    by_hub = dict.fromkeys(SubscriptionState, 0)
    of_hubs = sa.select(subscriptions.c.state, sa.func.count()).group_by(subscriptions.c.state)
    for state, count in connection.execute(of_hubs):
        by_hub[SubscriptionState(state)] = int(count)
    moments, drilled = Moments(connection, Additions(connection)), count_drilled(connection)
    return Measures(
        sources=by_state,
        subscriptions=by_hub,
        silent=sum(row.silent_since is not None for row in rows),
        watched=watched,
        entries=_count(connection, entries) - drilled,
        statements=_count(connection, statements) - drilled,
        alerts=_count(connection, alerts, alerts.c.status == Status.ACTUAL),
        notices=_count(connection, notices),
        deliveries=count_log(connection),
        told=count_told(connection, now - TOLD_WITHIN),
        oldest_due=oldest_due(connection, now),
        alive=moments.get(ALIVE),
        offline_since=moments.get(OFFLINE_SINCE),
        nodes=Nodes(connection).all(now),
        queue=waiting(connection),
        senders=None if connection.dialect.name == "sqlite" else _held(connection),
        stages=_stages(connection, now),
    )


def _stages(connection: Connection, now: datetime) -> dict[str, tuple[float, ...]]:
    found = (
        sa.select(
            *(statements.c.published, statements.c.fetched, alerts.c.understood, alerts.c.queued),
            *(alerts.c.first_sent, alerts.c.last_sent),
        )
        .join(statements, statements.c.id == alerts.c.statement_id)
        .where(
            alerts.c.cause == Cause.NEWS, alerts.c.sent > now - _LOOKED_BACK, alerts.c.first_sent.is_not(None)
        )
        .order_by(alerts.c.sent.desc())
        .limit(_MOST)
    )
    rows = connection.execute(found).all()
    return {
        stage: tuple(
            sorted(
                max(0.0, (row[place + 1] - row[place]).total_seconds())
                for row in rows
                if row[place] is not None and row[place + 1] is not None
            )
        )
        for place, stage in enumerate(STAGES)
    }


def _count(connection: Connection, table: sa.Table, *where: sa.ColumnElement[bool]) -> int:
    return int(connection.scalar(sa.select(sa.func.count()).select_from(table).where(*where)) or 0)
