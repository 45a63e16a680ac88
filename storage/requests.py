"""Requests: which of them were carried out already, so that one that comes again does nothing twice."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from storage.tables.program import requests
from storage.vault import Sealer

_KEPT = timedelta(days=2)
"""Telegram brings nothing back that is older than 24 hours (Bot API, "Getting updates")."""
_NOTE = sa.text("INSERT INTO requests (trace, day) VALUES (:trace, :day) ON CONFLICT DO NOTHING").bindparams(
    sa.bindparam("day", type_=sa.Date)
)


@dataclass(frozen=True, slots=True)
class Requests:
    """What was carried out, by a keyed hash of the id that its transport gave it, and the day.

    The id of an event on another platform may lead to a person; the time of day would tell when
    somebody was online. Neither is kept, and nothing says whose request it was.
    """

    connection: Connection
    vault: Sealer

    def known(self, transport: str, request_id: str) -> bool:
        """Whether what it asked for was done in an earlier transaction."""
        question = sa.select(requests.c.trace).where(requests.c.trace == self._trace(transport, request_id))
        return self.connection.scalar(question) is not None

    def begin(self, transport: str, request_id: str, now: datetime) -> bool:
        """Notes that it is carried out with this transaction; False where another one has done it.

        Of two that are at it in the same moment the second waits here for the first.
        """
        self.connection.execute(sa.delete(requests).where(requests.c.day < (now - _KEPT).date()))
        row = {"trace": self._trace(transport, request_id), "day": now.date()}
        return self.connection.execute(_NOTE, row).rowcount == 1

    def undo(self, transport: str, request_id: str) -> None:
        """Nothing was done after all: when it comes again it is read as if for the first time."""
        trace = self._trace(transport, request_id)
        self.connection.execute(sa.delete(requests).where(requests.c.trace == trace))

    def _trace(self, transport: str, request_id: str) -> str:
        return self.vault.mark("request", transport, request_id)
