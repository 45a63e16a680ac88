"""What the database remembers of itself, a value for each name: set in one statement, whoever else sets it.

To delete and insert instead fails on PostgreSQL where two transactions are at it at once: the second waits
for the first, does not see the row that it left, and breaks the key.
"""

import sqlalchemy as sa
from sqlalchemy.engine import Connection

_PUT = sa.text(
    "INSERT INTO meta (name, value) VALUES (:name, :value) "
    "ON CONFLICT (name) DO UPDATE SET value = excluded.value"
)
_COUNT = sa.text(
    "INSERT INTO meta (name, value) VALUES (:name, '1') "
    "ON CONFLICT (name) DO UPDATE SET value = CAST(CAST(meta.value AS BIGINT) + 1 AS TEXT)"
)


def set_value(connection: Connection, name: str, value: str) -> None:
    """From now on this is the value of this name."""
    connection.execute(_PUT, {"name": name, "value": value})


def count_up(connection: Connection, name: str) -> None:
    """One more than the number that stood under this name, from 1 on; who counts at once loses none."""
    connection.execute(_COUNT, {"name": name})
