"""Who works at the admins' desk: who joined by a code, and who is kept from it.

Those whom the configuration names are owners without a row; one stands here when they are suspended. A
suspension is known by a keyed hash alone, and outlives /forget: whoever found a phone cannot lift it so.
Both hashes are made for this table: without the key nothing says that one here is one of the subscribers, or
did what stands in the audit.
"""

import base64
import os
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.engine import Connection, RowMapping

from storage.tables.desk import invitations, staff
from storage.vault import Sealer
from storage.words import DeskRole

VALID = timedelta(hours=24)
"""How long a code may be used."""
ADDRESS = "staff address"
"""What addresses are sealed for."""
MARK = "staff mark"
"""What marks are sealed for."""
_BYTES = 10
"""Of chance in a code: 80 bits, which nobody guesses in a day."""
_GROUP = 4


@dataclass(frozen=True, slots=True)
class Member:
    """One who works at the desk, or is kept from it."""

    id: int
    mark: str
    """A keyed hash of the address, as it stands in the audit; kept here sealed, and found by another."""
    transport: str
    address: str = field(repr=False)
    """"" of one who is suspended, or whom the configuration names."""
    role: DeskRole | None
    """None for one who holds none but by the configuration, or none any more."""
    is_suspended: bool
    since: date
    """The day on which they came, by UTC: a time would tell when somebody was online."""


@dataclass(frozen=True, slots=True)
class Staff:
    """Questions about who works at the desk, and their changes."""

    connection: Connection
    vault: Sealer

    def mark(self, transport: str, address: str) -> str:
        """The keyed hash by which people tell somebody apart, here and in the audit."""
        return self.vault.mark("admin", transport, address)

    def invite(self, role: DeskRole, now: datetime) -> str:
        """A code that gives this role once; only its keyed hash is kept."""
        told = base64.b32encode(os.urandom(_BYTES)).decode()
        row = {"trace": self._code(told), "role": role, "expires": now + VALID}
        self.connection.execute(sa.insert(invitations).values(**row))
        return "-".join(told[at : at + _GROUP] for at in range(0, len(told), _GROUP))

    def join(self, code: str, transport: str, address: str, now: datetime) -> Member | None:
        """Whoever has the code has its role from now on; None for one that is used, expired or none.

        Nor for one who is suspended: the code is spent all the same.
        """
        spent = (
            sa.delete(invitations)
            .where(invitations.c.trace == self._code(code), invitations.c.expires >= now)
            .returning(invitations.c.role)
        )
        role = self.connection.execute(spent).scalar_one_or_none()
        mark = self.mark(transport, address)
        known = self.find(mark)
        if role is None or (known and known.is_suspended):
            return None
        self.connection.execute(sa.delete(staff).where(self._is(mark)))
        row = {
            **_kept(self.vault, mark),
            "address_trace": trace_of(self.vault, transport, address),
            "transport": transport,
            "address_sealed": self.vault.seal(address, ADDRESS),
            "role": role,
            "since": now.date(),
        }
        self.connection.execute(sa.insert(staff).values(**row))
        return self.find(mark)

    def find(self, mark: str) -> Member | None:
        """Who has this mark."""
        row = self.connection.execute(sa.select(staff).where(self._is(mark))).mappings().first()
        return self._member(row) if row else None

    def is_at(self, transport: str, address: str) -> bool:
        """Whether somebody works at the desk from this address, by a code."""
        found = self.find(self.mark(transport, address))
        return found is not None and found.role is not None

    def all(self) -> tuple[Member, ...]:
        """Everybody who joined, and everybody who is suspended, in the order in which they came."""
        rows = self.connection.execute(sa.select(staff).order_by(staff.c.id)).mappings()
        return tuple(map(self._member, rows))

    def suspend(self, mark: str, transport: str, now: datetime) -> Member:
        """Whoever has this mark is kept from the desk; of one who joined it nothing but that is known.

        No code serves any more: they may have made it, or have it.
        """
        self._void()
        gone = {"address_trace": None, "address_sealed": None, "role": None, "suspended": now.date()}
        if self.find(mark):
            self.connection.execute(sa.update(staff).where(self._is(mark)).values(**gone))
        else:
            row = {**_kept(self.vault, mark), "transport": transport, "since": now.date(), **gone}
            self.connection.execute(sa.insert(staff).values(**row))
        found = self.find(mark)
        assert found is not None  # noqa: S101 - just written
        return found

    def remove(self, mark: str) -> None:
        """Nothing is known of them here any more: whoever joined does so anew. No code serves, as above."""
        self._void()
        self.connection.execute(sa.delete(staff).where(self._is(mark)))

    def rows(self) -> tuple[RowMapping, ...]:
        """What is known of everybody, to be put back after a backup was restored."""
        return tuple(self.connection.execute(sa.select(staff)).mappings())

    def put_back(self, rows: Iterable[RowMapping], *, only: bool) -> None:
        """These are at the desk, or kept from it, again; with `only` nobody else is. No code serves."""
        kept = list(rows)
        self._void()
        marks = [row["mark"] for row in kept]
        gone = sa.true() if only else staff.c.mark.in_(marks)
        self.connection.execute(sa.delete(staff).where(gone))
        for row in kept:
            told = {name: value for name, value in row.items() if name != "id"}
            self.connection.execute(sa.insert(staff).values(**told))

    def leave(self, people: Iterable[tuple[str, str]]) -> None:
        """Whoever is reached at one of these (transport, address) joins anew, if at all."""
        traces = [trace_of(self.vault, *one) for one in people]
        self.connection.execute(sa.delete(staff).where(staff.c.address_trace.in_(traces)))

    def prune(self, now: datetime) -> None:
        """Codes that nobody used in time go."""
        self.connection.execute(sa.delete(invitations).where(invitations.c.expires < now))

    def _void(self) -> None:
        self.connection.execute(sa.delete(invitations))

    def _is(self, mark: str) -> sa.ColumnElement[bool]:
        return staff.c.mark == _found_by(self.vault, mark)

    def _code(self, told: str) -> str:
        bare = "".join(char for char in told.upper() if char.isalnum())
        return self.vault.mark("invitation", bare)

    def _member(self, row: RowMapping) -> Member:
        sealed = row["address_sealed"]
        return Member(
            id=row["id"],
            # A program of before leaves it out: the next start seals it.
            mark=self.vault.open(row["mark_sealed"], MARK) if row["mark_sealed"] else row["mark"],
            transport=row["transport"],
            address=self.vault.open(sealed, ADDRESS) if sealed else "",
            role=DeskRole(row["role"]) if row["role"] else None,
            is_suspended=row["suspended"] is not None,
            since=row["since"],
        )


def trace_of(vault: Sealer, transport: str, address: str) -> str:
    """The keyed hash by which a recipient is found among those who work at the desk."""
    return vault.trace("staff", transport, address)


def set_apart(connection: Connection, vault: Sealer) -> None:
    """Whoever is kept by the hashes of the audit and of subscribers, as once, is kept by those of here."""
    before = sa.select(staff).where(staff.c.mark_sealed.is_(None))
    for row in connection.execute(before).mappings().all():
        values = _kept(vault, row["mark"])
        if row["address_sealed"]:
            address = vault.open(row["address_sealed"], ADDRESS)
            values["address_trace"] = trace_of(vault, row["transport"], address)
        connection.execute(sa.update(staff).where(staff.c.id == row["id"]).values(**values))


def _kept(vault: Sealer, mark: str) -> dict[str, object]:
    return {"mark": _found_by(vault, mark), "mark_sealed": vault.seal(mark, MARK)}


def _found_by(vault: Sealer, mark: str) -> str:
    return vault.mark("staff", mark)
