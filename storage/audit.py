"""The audit of the admins' desk: who did what and when, in a chain that shows when a link was changed.

Nothing here changes or removes a row. Each row carries a keyed hash of itself and of the one before it, so
that whoever has the database and not the key can alter none unseen. What was cut off at the end no chain
can show: whoever wants to know keeps the last hash elsewhere (`vigil admin audit` prints it).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from storage.locks import until_commit
from storage.tables.desk import audit
from storage.vault import Sealer
from storage.words import Act

NOBODY = ""
"""In place of an admin: what Vigil did by itself, as it had been told before."""


@dataclass(frozen=True, slots=True)
class Noted:
    """One thing that was done."""

    id: int
    at: datetime
    admin: str
    """A keyed hash of the admin's address, "" for Vigil itself."""
    act: Act | str
    """As a newer program wrote it where this one does not know it."""
    matter: int
    """The number of the appeal."""
    people: int
    """How many people it concerned, where it concerned any."""
    chain: str


@dataclass(frozen=True, slots=True)
class Audit:
    """Adds to the audit, reads it and proves it."""

    connection: Connection
    vault: Sealer

    def admin(self, transport: str, address: str) -> str:
        """The name under which an admin is noted: a keyed hash, from which nobody finds the address."""
        return self.vault.mark("admin", transport, address)

    def note(self, admin: str, act: Act, matter: int, now: datetime, people: int = 0) -> None:
        """Adds what was done, to the second. What one transaction adds stands behind all that is there."""
        until_commit(self.connection, "audit")
        last = self.connection.execute(sa.select(audit).order_by(audit.c.id.desc()).limit(1)).first()
        at = now.replace(microsecond=0)
        number, before = (last.id + 1, last.chain) if last else (1, "")
        row = Noted(number, at, admin, act, matter, people, "")
        values = {"id": number, "at": at, "admin": admin, "act": act, "matter": matter, "people": people}
        self.connection.execute(sa.insert(audit).values(**values, chain=self._link(before, row)))

    def all(self) -> Iterator[Noted]:
        """Everything that was noted, oldest first."""
        for row in self.connection.execute(sa.select(audit).order_by(audit.c.id)):
            yield _noted(row)

    def last(self, limit: int) -> tuple[Noted, ...]:
        """What was noted last, the newest first."""
        rows = self.connection.execute(sa.select(audit).order_by(audit.c.id.desc()).limit(limit))
        return tuple(_noted(row) for row in rows)

    def last_of(self, act: Act, matter: int) -> Noted | None:
        """Who did this last to this matter, and when."""
        of = (audit.c.act == act, audit.c.matter == matter)
        row = self.connection.execute(
            sa.select(audit).where(*of).order_by(audit.c.id.desc()).limit(1)
        ).first()
        if row is None:
            return None
        return _noted(row)

    def count(self, admin: str, act: Act, since: datetime) -> int:
        """How often this admin did this since then."""
        question = sa.select(sa.func.count()).where(
            audit.c.admin == admin, audit.c.act == act, audit.c.at > since
        )
        return int(self.connection.scalar(question) or 0)

    def last_by(self, act: Act, matter: int) -> str:
        """Who did this last to the matter of this number; "" for nobody."""
        question = sa.select(audit.c.admin).where(audit.c.act == act, audit.c.matter == matter)
        return str(self.connection.scalar(question.order_by(audit.c.id.desc()).limit(1)) or "")

    def broken(self) -> int | None:
        """The number of the first row that is not as it was noted, or behind which one is missing."""
        before = ""
        for expected, row in enumerate(self.all(), 1):
            if row.id != expected or row.chain != self._link(before, row):
                return expected
            before = row.chain
        return None

    def _link(self, before: str, row: Noted) -> str:
        at = row.at.astimezone(UTC).isoformat()
        return self.vault.mark(
            "audit", before, str(row.id), at, row.admin, row.act, f"{row.matter} {row.people}"
        )


def _noted(row: "sa.Row[Any]") -> Noted:
    return Noted(row.id, row.at, row.admin, _known(row.act), row.matter, row.people, row.chain)


def _known(told: str) -> Act | str:
    """What was done; of what a newer program noted, while both share one database, its own word."""
    try:
        return Act(told)
    except ValueError:
        return told
