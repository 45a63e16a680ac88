"""Pages behind recent entries that are asked for again, because nothing else tells that they were edited."""

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.engine import Connection, RowMapping

from storage.additions import Additions
from storage.locks import until_commit
from storage.remembered import Reread
from storage.tables.archive import statements
from storage.tables.watch import entries, rereads

_PAST = timedelta(days=3)
"""What was to be asked for before that is not recent any more: the source was not polled meanwhile."""
_NOT_THERE = 2
"""So many answers in a row that there is no page speak for themselves."""
_COLUMNS = tuple(Reread.__dataclass_fields__)
_OF_SOURCES = rereads.c.source_id.in_(sa.bindparam("sources", expanding=True))
_NEXT = (
    sa.select(rereads.c.source_id, sa.func.min(rereads.c.due))
    .where(_OF_SOURCES)
    .group_by(rereads.c.source_id)
)


class Rereads:
    """Questions about these pages, and their changes."""

    def __init__(self, connection: Connection, additions: Additions) -> None:
        self._connection = connection
        self._additions = additions

    def add(self, source_id: int, reread: Reread) -> None:
        """One behind an entry that is new."""
        row = {name: getattr(reread, name) for name in _COLUMNS}
        self._additions.many(rereads, [{"source_id": source_id, **row}])

    def keep(self, source_id: int, found: Iterable[Reread]) -> None:
        """As they are now; one that is not to be asked for again is forgotten.

        Of two programs that ask for the same page one waits for the other.
        """
        found = tuple(found)
        self.drop([reread.entry_id for reread in found])
        for reread in found:
            if reread.due:
                self.add(source_id, reread)

    def drop(self, ids: Collection[int]) -> None:
        """Those behind the entries with these numbers are asked for no more."""
        if ids:
            until_commit(self._connection, "rereads")
            self._connection.execute(sa.delete(rereads).where(rereads.c.entry_id.in_(ids)))

    def due(self, source_id: int, now: datetime, limit: int) -> tuple[Reread, ...]:
        """Those of a source whose time has come, the longest overdue first.

        None behind what was taken down, or could not be read and is tried again anyway.
        """
        question = (
            sa.select(*(rereads.c[name] for name in _COLUMNS))
            .join(entries, entries.c.id == rereads.c.entry_id)
            .join(statements, statements.c.entry_id == rereads.c.entry_id)
            .where(
                rereads.c.source_id == source_id,
                rereads.c.due <= now,
                rereads.c.due > now - _PAST,
                entries.c.again_at.is_(None),
                statements.c.taken_down.is_(None),
            )
            .order_by(rereads.c.due)
            .limit(limit)
        )
        return tuple(_reread(row) for row in self._connection.execute(question).mappings())

    def next_due(self, sources: Collection[int]) -> dict[int, datetime]:
        """When a page of each of these sources, where one waits, is to be asked for next."""
        rows = self._connection.execute(_NEXT, {"sources": list(sources)})
        return {row[0]: row[1] for row in rows if row[1]}

    def not_there(self, source_id: int) -> set[int]:
        """The numbers of the source's entries whose page answered that there is none, listed or not."""
        question = sa.select(rereads.c.entry_id).where(
            rereads.c.source_id == source_id, rereads.c.missed >= _NOT_THERE
        )
        return set(self._connection.scalars(question))

    def prune(self, now: datetime) -> None:
        """Forgets those that are not recent any more."""
        until_commit(self._connection, "rereads")
        self._connection.execute(sa.delete(rereads).where(rereads.c.due <= now - _PAST))


def _reread(row: RowMapping) -> Reread:
    return Reread(**{name: row[name] for name in _COLUMNS})
