"""Identities: the private keys by which an account of ours signs its devices, sealed.

They outlive a device, and go with a backup: people know the account by them.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.engine import Connection, RowMapping

from storage.tables.program import identities
from storage.vault import Sealer

ACCOUNT = "identity account"
KEYS = "identity keys"
"""What they are sealed for."""


@dataclass(frozen=True, slots=True)
class Identities:
    """The keys of each account, by its name."""

    connection: Connection
    vault: Sealer

    def get(self, account: str) -> str | None:
        """The keys of the account; None where none were made."""
        where = identities.c.account_trace == trace_of(self.vault, account)
        sealed = self.connection.scalar(sa.select(identities.c.keys_sealed).where(where))
        return None if sealed is None else self.vault.open(sealed, KEYS)

    def keep(self, account: str, keys: str) -> None:
        """These are the account's keys from now on."""
        trace = trace_of(self.vault, account)
        self.connection.execute(sa.delete(identities).where(identities.c.account_trace == trace))
        row = {
            "account_trace": trace,
            "account_sealed": self.vault.seal(account, ACCOUNT),
            "keys_sealed": self.vault.seal(keys, KEYS),
        }
        self.connection.execute(sa.insert(identities).values(**row))

    def rows(self) -> tuple[RowMapping, ...]:
        """All of them, to be put back after a backup was restored."""
        return tuple(self.connection.execute(sa.select(identities)).mappings())

    def put_back(self, rows: Iterable[RowMapping]) -> None:
        """These take the place of what came in for the same accounts: they are what is published now."""
        for row in rows:
            known = identities.c.account_trace == row["account_trace"]
            self.connection.execute(sa.delete(identities).where(known))
            values = {name: value for name, value in row.items() if name != "id"}
            self.connection.execute(sa.insert(identities).values(**values))


def trace_of(vault: Sealer, account: str) -> str:
    """The keyed hash under which an account's keys are found."""
    return vault.trace("identity", account)
