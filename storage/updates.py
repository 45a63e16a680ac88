"""Updates: what a platform handed over and waits to be answered; enciphered, and gone once it was."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from storage.tables.program import updates
from storage.vault import Sealer, WrongKey

BODY = "update"
_KEPT = timedelta(days=2)
"""Whoever has waited longer has asked again, or given up."""


@dataclass(frozen=True, slots=True)
class Updates:
    """What waits to be answered, in the order in which it came; only the day is known on which it did."""

    connection: Connection
    vault: Sealer

    def add(self, body: str, now: datetime) -> int:
        """Keeps an update as the platform brought it; returns the number it is removed by."""
        row = {"sealed": self.vault.seal(body, BODY), "day": now.date()}
        return int(
            self.connection.execute(sa.insert(updates).values(**row).returning(updates.c.id)).scalar_one()
        )

    def waiting(self, now: datetime) -> tuple[tuple[int, str | None], ...]:
        """What was kept and not answered, each with its number; without what is too old to be.

        None stands for what cannot be deciphered: it keeps nothing else from being answered. Raises WrongKey
        where we do not have the key of the database.
        """
        self.vault.trace("")  # without the key of this database nothing here is damaged, and all of it stays
        recent = updates.c.day >= (now - _KEPT).date()
        rows = self.connection.execute(sa.select(updates).where(recent).order_by(updates.c.id))
        return tuple((int(row.id), self._opened(row.sealed)) for row in rows)

    def remove(self, numbers: Collection[int]) -> None:
        """They were answered."""
        self.connection.execute(sa.delete(updates).where(updates.c.id.in_(numbers)))

    def prune(self, now: datetime) -> None:
        """Takes out what is too old to be answered."""
        self.connection.execute(sa.delete(updates).where(updates.c.day < (now - _KEPT).date()))

    def _opened(self, sealed: bytes) -> str | None:
        try:
            return self.vault.open(sealed, BODY)
        except WrongKey:
            return None
