"""Which key it is at the moment: a database may be given another one while programs are at work on it.

Each transaction that touches what is sealed looks once under which key the database stands. Where that is not
the one this program has, the program asks for its key anew. On PostgreSQL every transaction that writes holds
the key still until it ends (a shared advisory lock); whoever changes the key waits for them, and they for it.
SQLite has one writer at a time, and whoever reads sees the database of one moment.
"""

import threading
from collections.abc import Callable, Iterable

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from storage.tables.program import meta
from storage.vault import Vault, WrongKey

CHECK = "key_check"
"""The row of `meta` by which a database knows its key."""
HEIRLOOM = "key_heirloom"
"""The row of `meta` that holds what an earlier key left to this one."""
_KNOWN = sa.select(meta.c.name, meta.c.value).where(meta.c.name.in_((CHECK, HEIRLOOM)))
_ANOTHER = "the key does not belong to this database: use the key it was made with, or was given since"


class Keyring:
    """The key as this program has it. `renew` says what it may be by now, the likeliest first."""

    def __init__(self, vault: Vault, renew: Callable[[], Iterable[Vault]] = tuple) -> None:
        self._renew = renew
        self._guard = threading.Lock()
        self._bare = {vault.check(): vault}
        """Vaults as their keys alone make them."""
        self._met: dict[tuple[str, str], Vault] = {}
        """Every vault that fitted so far, by what the database said: a transaction may have begun before."""
        self.vault = vault

    def fitting(self, connection: Connection) -> Vault:
        """The vault of the database as this transaction sees it; raises WrongKey where we do not have it."""
        known = {row.name: row.value for row in connection.execute(_KNOWN)}
        return self._chosen(known.get(CHECK), known.get(HEIRLOOM, ""))

    def seal(self, text: str, purpose: str) -> bytes:
        """As `Vault.seal`, by the key that was met last."""
        return self.vault.seal(text, purpose)

    def open(self, sealed: bytes, purpose: str) -> str:
        """As `Vault.open`, by the key that was met last."""
        return self.vault.open(sealed, purpose)

    def trace(self, *parts: str) -> str:
        """As `Vault.trace`, by the key that was met last."""
        return self.vault.trace(*parts)

    def mark(self, *parts: str) -> str:
        """As `Vault.mark`."""
        return self.vault.mark(*parts)

    def seal_alike(self, text: str, purpose: str) -> str:
        """As `Vault.seal_alike`; by the key that was met last."""
        return self.vault.seal_alike(text, purpose)

    def open_alike(self, sealed: str, purpose: str) -> str:
        """As `Vault.open_alike`; by the key that was met last."""
        return self.vault.open_alike(sealed, purpose)

    def check(self) -> str:
        """As `Vault.check`, by the key that was met last."""
        return self.vault.check()

    def _chosen(self, check: str | None, heirloom: str) -> Vault:
        if check is None:
            return self.vault
        with self._guard:  # threads work on the database at the same time
            known = self._met.get((check, heirloom))
            if known is None:
                known = self._fresh(check)
                known = self._met[check, heirloom] = known.heir(heirloom) if heirloom else known
                self.vault = known
            return known

    def _fresh(self, check: str) -> Vault:
        """The vault that passes, as its key alone makes it."""
        if check not in self._bare:
            self._bare |= {one.check(): one for one in self._renew()}
        if check not in self._bare:
            raise WrongKey(_ANOTHER)
        return self._bare[check]


class Present:
    """The key in one transaction; looked for when it is first needed."""

    def __init__(self, keyring: Keyring, connection: Connection) -> None:
        self._keyring = keyring
        self._connection = connection
        self._vault: Vault | None = None

    def seal(self, text: str, purpose: str) -> bytes:
        """As `Vault.seal`; raises WrongKey where the database has a key that we do not have."""
        return self._now().seal(text, purpose)

    def open(self, sealed: bytes, purpose: str) -> str:
        """As `Vault.open`."""
        return self._now().open(sealed, purpose)

    def trace(self, *parts: str) -> str:
        """As `Vault.trace`; raises WrongKey as above."""
        return self._now().trace(*parts)

    def mark(self, *parts: str) -> str:
        """As `Vault.mark`; raises WrongKey as above."""
        return self._now().mark(*parts)

    def seal_alike(self, text: str, purpose: str) -> str:
        """As `Vault.seal_alike`; raises WrongKey as above."""
        return self._now().seal_alike(text, purpose)

    def open_alike(self, sealed: str, purpose: str) -> str:
        """As `Vault.open_alike`; raises WrongKey as above."""
        return self._now().open_alike(sealed, purpose)

    def _now(self) -> Vault:
        if self._vault is None:
            self._vault = self._keyring.fitting(self._connection)
        return self._vault
