"""What the Matrix transport keeps in the database, since it outlives a device: the keys of its account."""

import asyncio
from dataclasses import dataclass

from storage.database import Database


@dataclass(frozen=True, slots=True)
class DatabaseIdentities:
    """As `matrix_identity.Identities` asks, in one database."""

    database: Database

    async def identity(self, user: str) -> str | None:
        """The keys of the account."""
        return await asyncio.to_thread(self._get, user)

    async def keep_identity(self, user: str, text: str) -> None:
        """Keep them."""
        await asyncio.to_thread(self._keep, user, text)

    def _get(self, user: str) -> str | None:
        with self.database.read() as work:
            return work.identities.get(user)

    def _keep(self, user: str, text: str) -> None:
        with self.database.write() as work:
            work.identities.keep(user, text)
