"""Cases: the matters that statements are about."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from storage.additions import Additions
from storage.locks import until_commit
from storage.records import Case
from storage.tables.archive import cases, statements
from storage.tables.log import alerts
from storage.words import CaseState, Status

_TOUCH = (
    sa.update(cases)
    .where(cases.c.id == sa.bindparam("touched"))
    .values(state=sa.bindparam("now_state"), updated=sa.bindparam("now_updated"))
)


class Cases:
    """Questions about cases, and their changes."""

    def __init__(self, connection: Connection, additions: Additions) -> None:
        self._connection = connection
        self._additions = additions

    def lock(self) -> None:
        """Until the transaction ends, no other one decides which case a statement belongs to."""
        until_commit(self._connection, "cases")

    def open(self, title: str, now: datetime) -> int:
        """A new case; returns its id."""
        row = {"title": title, "state": CaseState.OPEN, "opened": now, "updated": now}
        return self._additions.add(cases, row)

    def bring(self, case: Case, now: datetime) -> int:
        """A case of another archive, as it stands there; returns its number here."""
        opened = case.opened or now
        row = {"title": case.title, "state": case.state, "opened": opened, "updated": case.updated or opened}
        return self._additions.add(cases, row)

    def rename(self, case_id: int, was: str, title: str) -> None:
        """A case that bears one title bears another, unless it was named otherwise meanwhile."""
        self._connection.execute(
            sa.update(cases).where(cases.c.id == case_id, cases.c.title == was).values(title=title)
        )

    def touch(self, case_id: int, state: CaseState, now: datetime) -> None:
        """Something happened in the case."""
        self._additions.after(_TOUCH, {"touched": case_id, "now_state": state, "now_updated": now})

    def is_drill(self, case_id: int) -> bool:
        """Whether it is that of a drill alone, which is no case to follow."""
        drill = sa.exists().where(alerts.c.case_id == case_id, alerts.c.status != Status.ACTUAL)
        real = sa.exists().where(statements.c.case_id == case_id)
        return bool(self._connection.scalar(sa.select(sa.and_(drill, sa.not_(real)))))

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
