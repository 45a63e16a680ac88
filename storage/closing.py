"""Seals what an earlier version kept in clear, or by a hash that tied two tables together.

A migration has no key; this has, and runs wherever a database is made ready, or a backup brought back.
"""

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from storage import references, staff
from storage.tables.program import meta
from storage.values import set_value
from storage.vault import Sealer

_DONE = "closed"
"""The row of `meta` that says what was done here already."""
_VERSION = "2"


def is_closed(connection: Connection) -> bool:
    """Whether this was done, so that no table need be read through for it."""
    found = connection.scalar(sa.select(meta.c.value).where(meta.c.name == _DONE))
    return bool(found == _VERSION)


def close(connection: Connection, vault: Sealer) -> None:
    """Names of messages, and who works at the desk. Raises WrongKey."""
    references.seal_clear(connection, vault)
    staff.set_apart(connection, vault)
    set_value(connection, _DONE, _VERSION)
