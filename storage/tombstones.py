"""Tombstones: by them a backup's rows about people who have left since are known, and nobody else is.

Each row about a person bears a number of 128 bits that is drawn for it and stands nowhere else. When they
leave, what is kept is a hash under that number as its key (HMAC-SHA256). Without a backup in which the number
stands it tells nothing, not even to whoever has the key and an address to try; with one it tells what
comparing that backup with the database tells in any case. Whoever comes anew has another number.
"""

import hmac
import secrets
from collections.abc import Collection
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from storage.tables.people import forgotten, recipients

_AT_ONCE = 500
_THERE = sa.select(forgotten.c.tombstone).where(
    forgotten.c.tombstone.in_(sa.bindparam("some", expanding=True))
)


@dataclass(frozen=True, slots=True)
class Tombstones:
    """Who has left, as far as a backup can tell who that was."""

    connection: Connection

    def count(self) -> int:
        """How many there are."""
        return int(self.connection.scalar(sa.select(sa.func.count()).select_from(forgotten)) or 0)

    def all(self) -> frozenset[str]:
        """All of them."""
        return frozenset(self.connection.scalars(sa.select(forgotten.c.tombstone)))

    def add(self, tombstones: Collection[str]) -> None:
        """Those that are not there yet."""
        wanted = sorted(frozenset(tombstones))
        for at in range(0, len(wanted), _AT_ONCE):
            some = wanted[at : at + _AT_ONCE]
            there = set(self.connection.scalars(_THERE, {"some": some}))
            if more := [{"tombstone": one} for one in some if one not in there]:
                self.connection.execute(sa.insert(forgotten), more)

    def raise_for(self, recipient_id: int) -> None:
        """For somebody who leaves: the row goes in the same transaction, or gets another number."""
        mark = self.connection.scalar(sa.select(recipients.c.mark).where(recipients.c.id == recipient_id))
        if mark:
            self.add([of(mark)])

    def renew(self, recipient_id: int) -> None:
        """They have left the chat that a backup knows, and live on in another one."""
        self.raise_for(recipient_id)
        one = recipients.c.id == recipient_id
        self.connection.execute(sa.update(recipients).where(one).values(mark=drawn()))

    def take_over(self, recipient_id: int, other: int) -> None:
        """They are one chat, which backups know by the number in the other's row."""
        number = sa.select(recipients.c.mark).where(recipients.c.id == other).scalar_subquery()
        one = recipients.c.id == recipient_id
        change = sa.update(recipients).where(one).values(mark=sa.func.coalesce(number, recipients.c.mark))
        self.connection.execute(change)

    def left(self, tombstones: Collection[str]) -> frozenset[int]:
        """Whom of those in the database the tombstones are about, by id."""
        known = (recipients.c.id, recipients.c.mark)
        rows = self.connection.execute(sa.select(*known).where(recipients.c.mark.is_not(None)))
        return frozenset(int(key) for key, mark in rows if of(mark) in tombstones)

    def unnumbered(self) -> frozenset[int]:
        """Of whom no tombstone could be told: an earlier version stored them, by id."""
        of_none = sa.select(recipients.c.id).where(recipients.c.mark.is_(None))
        return frozenset(self.connection.scalars(of_none))

    def number_all(self) -> None:
        """Draws a number for whom an earlier version stored without."""
        of_none = sa.select(recipients.c.id).where(recipients.c.mark.is_(None))
        drawn_for = [{"of": key, "number": drawn()} for key in self.connection.scalars(of_none)]
        if drawn_for:
            one = recipients.c.id == sa.bindparam("of")
            self.connection.execute(
                sa.update(recipients).where(one).values(mark=sa.bindparam("number")), drawn_for
            )


def drawn() -> str:
    """The number of a new row."""
    return secrets.token_hex(16)


def of(mark: str) -> str:
    """The tombstone of a row with this number."""
    return hmac.new(bytes.fromhex(mark), b"forgotten", "sha256").hexdigest()
