"""Cases: the matters that statements are about."""

import zlib
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from storage.records import Case
from storage.tables import cases
from storage.words import CaseState


class Cases:
    """Questions about cases, and their changes."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def lock(self) -> None:
        """Until the transaction ends, no other one decides which case a statement belongs to.

        SQLite has one writer at a time anyway; PostgreSQL is asked for an advisory lock.
        """
        if self._connection.dialect.name == "postgresql":
            number = zlib.crc32(b"vigil cases")
            self._connection.execute(sa.select(sa.func.pg_advisory_xact_lock(number)))

    def open(self, title: str, now: datetime) -> int:
        """A new case; returns its id."""
        row = {"title": title, "state": CaseState.OPEN, "opened": now, "updated": now}
        result = self._connection.execute(sa.insert(cases).values(**row).returning(cases.c.id))
        return int(result.scalar_one())

    def touch(self, case_id: int, state: CaseState, now: datetime) -> None:
        """Something happened in the case."""
        self._connection.execute(
            sa.update(cases).where(cases.c.id == case_id).values(state=state, updated=now)
        )

    def get(self, case_id: int) -> Case | None:
        """The case with this id."""
        row = self._connection.execute(sa.select(cases).where(cases.c.id == case_id)).mappings().first()
        if row is None:
            return None
        return Case(
            title=row["title"],
            state=CaseState(row["state"]),
            opened=row["opened"],
            updated=row["updated"],
            id=row["id"],
        )
