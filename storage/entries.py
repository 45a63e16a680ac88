"""Entries: the items as their sources published them."""

from collections.abc import Collection
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from storage.records import Entry
from storage.tables import entries


class Entries:
    """Questions about entries, and their changes."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def known(self, source_id: int, uids: Collection[str]) -> set[str]:
        """Which of these uids the source has published before."""
        found: set[str] = set()
        ordered = list(uids)
        for start in range(0, len(ordered), 500):  # SQLite takes a limited number of values in a question
            part = ordered[start : start + 500]
            question = sa.select(entries.c.uid).where(
                entries.c.source_id == source_id, entries.c.uid.in_(part)
            )
            found.update(self._connection.scalars(question))
        return found

    def add(self, source_id: int, entry: Entry, fetched: datetime) -> int:
        """Keeps an entry; returns its id. Raises IntegrityError for a uid that is known."""
        row = {
            name: getattr(entry, name)
            for name in Entry.__dataclass_fields__
            if name not in ("id", "source_id", "fetched", "enclosures")
        }
        row |= {"source_id": source_id, "fetched": fetched, "enclosures": list(entry.enclosures)}
        result = self._connection.execute(sa.insert(entries).values(**row).returning(entries.c.id))
        return int(result.scalar_one())
