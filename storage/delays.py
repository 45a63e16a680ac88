"""Delays: how long the messages of an alert took from its publication, counted in steps; nobody stands here.

A step is a tenth longer than the one before, so that a hundred of them tell a second from a day, and a share
of all messages is known to a tenth.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from storage.columns import DayOf
from storage.tables.archive import statements
from storage.tables.log import alerts, delays, sent
from storage.tables.watch import entries
from storage.words import Cause, Status

LONGEST = timedelta(days=1)
"""What comes later has waited for its reader and not for us: who returns is given what was kept for them."""
_GROWTH = 1.1

Taken = dict[int, int]
"""How many messages took so many steps."""


def step_of(delay: timedelta) -> int:
    """The first step that is as long as the delay; 0 for a second or less."""
    return max(0, math.ceil(math.log(max(1.0, delay.total_seconds()), _GROWTH) - 1e-9))


def length_of(step: int) -> timedelta:
    """How long a step is."""
    return timedelta(seconds=_GROWTH**step)


def within(taken: Mapping[int, int], part: float) -> timedelta | None:
    """How long it took until this part of the messages was there (nearest rank); None without any."""
    rank, counted = math.ceil(part * sum(taken.values())), 0
    for step in sorted(taken):
        counted += taken[step]
        if counted >= rank:
            return length_of(step)
    return None


@dataclass(frozen=True, slots=True)
class Delays:
    """Counts how long messages took, and tells it."""

    connection: Connection

    def note(self, transport: str, counted: Mapping[tuple[int, int], int]) -> None:
        """So many more messages about an alert took so many steps, by (alert, step).

        To be called only by the one sender that holds the transport's lock.
        """
        for (alert_id, step), messages in counted.items():
            key = {"alert_id": alert_id, "transport": transport, "step": step}
            of = [delays.c[name] == value for name, value in key.items()]
            more = sa.update(delays).where(*of).values(messages=delays.c.messages + messages)
            if not self.connection.execute(more).rowcount:
                self.connection.execute(sa.insert(delays).values(**key, messages=messages))

    def sent(self, transport: str, counted: Mapping[int, int]) -> None:
        """So many more messages about an alert were sent, by the alert: at once, with a digest, or late.

        To be called as `note` is. So /stats need not count the log, of which most is what was sent.
        """
        for alert_id, messages in counted.items():
            of = (sent.c.alert_id == alert_id, sent.c.transport == transport)
            more = sa.update(sent).where(*of).values(messages=sent.c.messages + messages)
            if not self.connection.execute(more).rowcount:
                key = {"alert_id": alert_id, "transport": transport}
                self.connection.execute(sa.insert(sent).values(**key, messages=messages))

    def since(self, since: datetime) -> dict[date, Taken]:
        """What the messages took of alerts that rang since then, by the day (UTC) on which each rang.

        Of news whose publication is known to the minute; not of what reminds, nor of drills.
        """
        day: sa.ColumnElement[Any] = DayOf(alerts.c.sent)
        question = (
            sa.select(day, delays.c.step, sa.func.sum(delays.c.messages))
            .join(alerts, alerts.c.id == delays.c.alert_id)
            .join(statements, statements.c.id == alerts.c.statement_id)
            .join(entries, entries.c.id == statements.c.entry_id)
            .where(
                alerts.c.sent >= since,
                alerts.c.cause == Cause.NEWS,
                alerts.c.status == Status.ACTUAL,
                statements.c.published.is_not(None),
                sa.not_(entries.c.date_only),
            )
            .group_by(day, delays.c.step)
        )
        found: dict[date, Taken] = {}
        for midnight, step, messages in self.connection.execute(question):
            found.setdefault(midnight.date(), {})[int(step)] = int(messages)
        return found
