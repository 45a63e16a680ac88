"""Moments: the few that the program has to remember about itself."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from storage.additions import Additions
from storage.tables.program import meta
from storage.values import set_value

ALIVE = "alive"
"""When the service last came round."""
OFFLINE_SINCE = "offline_since"
"""Since when no source at all can be reached."""
CLOCK_WRONG_SINCE = "clock_wrong_since"
"""Since when a clock is known to be wrong, as it showed then: with the name of its machine behind it."""
DOWN_FROM = "down_from"
"""From when the service was not at work, as long as admins have not been told."""
DOWN_TO = "down_to"
PLACES_FORGOTTEN = "places_forgotten"
"""When the last of the alerts was sent of which it is forgotten where their messages stand."""


_VALUE = sa.select(meta.c.value).where(meta.c.name == sa.bindparam("name"))


class Moments:
    """Remembered by name."""

    def __init__(self, connection: Connection, additions: Additions) -> None:
        self._connection = connection
        self._additions = additions

    def get(self, name: str) -> datetime | None:
        """The moment of this name."""
        with self._additions.beside():  # nothing of what waits there is a moment
            found = self._connection.scalar(_VALUE, {"name": _key(name)})
        return datetime.fromisoformat(found) if found else None

    def put(self, name: str, moment: datetime) -> None:
        """From now on this is the moment of this name."""
        set_value(self._connection, _key(name), moment.isoformat())

    def drop(self, name: str) -> None:
        """Forgets it."""
        self._connection.execute(sa.delete(meta).where(meta.c.name == _key(name)))

    def drop_all(self, begin: str) -> None:
        """Forgets every moment whose name begins so."""
        of = meta.c.name.startswith(_key(begin), autoescape=True)
        self._connection.execute(sa.delete(meta).where(of))


def _key(name: str) -> str:
    return f"moment {name}"
