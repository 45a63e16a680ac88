"""Nodes: the programs that are, or were a moment ago, at work on this database."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from storage.columns import Moment
from storage.tables.program import nodes

GONE_AFTER = timedelta(hours=1)
"""A node that was not seen for so long is forgotten."""


@dataclass(frozen=True, slots=True)
class Node:
    """One program. `name` tells it from every other one; `place` is its machine and process, for a person."""

    name: str
    place: str
    version: str
    roles: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Seen:
    """A node, how long it has been at work, and how long ago it last came round."""

    node: Node
    at_work: timedelta
    ago: timedelta


_END_HUNG = sa.text(
    "WITH hung AS (SELECT place FROM nodes GROUP BY place "
    "HAVING max(seen) < now() - make_interval(secs => :seconds)) "
    "SELECT place, count(pg_terminate_backend(pid)) FROM hung JOIN pg_stat_activity "
    "ON application_name = 'vigil-' || place WHERE datname = current_database() AND pid <> pg_backend_pid() "
    "GROUP BY place"
)
"""By what they call themselves. Programs that are no nodes say nothing of themselves, and may hold a lock."""


class Nodes:
    """What they say of themselves. On PostgreSQL by its clock: those of several machines differ."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def come_round(self, node: Node, now: datetime) -> None:
        """The node is at work. Waits for no disk: a word that a crash of the server loses comes again."""
        if not self._is_sqlite():
            self._connection.execute(sa.text("SET LOCAL synchronous_commit = off"))
        told = {"place": node.place, "version": node.version, "roles": list(node.roles)}
        change = sa.update(nodes).where(nodes.c.name == node.name).values(seen=self._clock(now), **told)
        if not self._connection.execute(change).rowcount:
            clock = self._clock(now)
            new = sa.insert(nodes).values(name=node.name, began=clock, seen=clock, **told)
            self._connection.execute(new)

    def leave(self, name: str) -> None:
        """The node has ended."""
        self._connection.execute(sa.delete(nodes).where(nodes.c.name == name))

    def all(self, now: datetime) -> tuple[Seen, ...]:
        """Every node that has not ended cleanly, the oldest first."""
        clock = sa.select(self._clock(now)).scalar_subquery().label("clock")
        found = self._connection.execute(sa.select(nodes, clock).order_by(nodes.c.began, nodes.c.name))
        return tuple(
            Seen(
                Node(row.name, row.place, row.version, tuple(row.roles)),
                row.seen - row.began,
                max(timedelta(), row.clock - row.seen),
            )
            for row in found
        )

    def end_hung(self, seconds: float) -> tuple[str, ...]:
        """Ends every session of the nodes that have not come round for so long; returns their places.

        Their processes are there, and what their sessions hold would be held for ever: locks of accounts,
        rows of a transaction in whose midst they were stopped. They go on with new sessions.
        """
        if self._is_sqlite():
            return ()
        rows = self._connection.execute(_END_HUNG, {"seconds": seconds})
        return tuple(row.place for row in rows)

    def forget_all(self) -> None:
        """Those that a backup knew: whoever is at work says so again."""
        self._connection.execute(sa.delete(nodes))

    def prune(self, now: datetime) -> None:
        """Forgets those that were killed long ago."""
        gone = self._clock(now - GONE_AFTER) if self._is_sqlite() else sa.func.now() - GONE_AFTER
        self._connection.execute(sa.delete(nodes).where(nodes.c.seen < gone))

    def _clock(self, now: datetime) -> sa.ColumnElement[datetime]:
        return sa.literal(now, Moment()) if self._is_sqlite() else sa.func.now(type_=Moment())

    def _is_sqlite(self) -> bool:
        return self._connection.dialect.name == "sqlite"
