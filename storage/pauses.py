"""Pauses: the places, a host or one address, that asked to be left alone for a time."""

from collections.abc import Mapping
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from storage.sources import LONGEST_WAIT
from storage.tables.watch import pauses


class Pauses:
    """Questions about pauses, and their changes."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def pause(self, wanted: Mapping[str, datetime], now: datetime) -> None:
        """Nobody asks these places (a host, or one address) before their time; what has passed is dropped."""
        self._connection.execute(sa.delete(pauses).where(pauses.c.until <= now))
        known = self.paused(now)
        for place, until in wanted.items():
            longest = max(until, known.get(place, until))
            self._connection.execute(sa.delete(pauses).where(pauses.c.place == place))
            self._connection.execute(sa.insert(pauses).values(place=place, until=longest))

    def paused(self, now: datetime) -> dict[str, datetime]:
        """The places that may not be asked yet, each with the time from which it may."""
        meant = sa.and_(pauses.c.until > now, pauses.c.until <= now + LONGEST_WAIT)
        rows = self._connection.execute(sa.select(pauses).where(meant))
        return {row.place: row.until for row in rows}
