"""Cases: the matters that statements are about."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from storage.locks import until_commit
from storage.records import Case
from storage.tables import cases
from storage.words import CaseState

_INSERT = sa.insert(cases).returning(cases.c.id)


class Cases:
    """Questions about cases, and their changes."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def lock(self) -> None:
        """Until the transaction ends, no other one decides which case a statement belongs to."""
        until_commit(self._connection, "cases")

    def open(self, title: str, now: datetime) -> int:
        """A new case; returns its id."""
        row = {"title": title, "state": CaseState.OPEN, "opened": now, "updated": now}
        result = self._connection.execute(_INSERT, row)
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
