"""How an archive on PostgreSQL is kept in less room: where it was begun so (migration 0051), or taken over.

The long texts of statements are packed in a column of their own: PostgreSQL packs no row below 2 KB, and
others hardly. SQLite is given them packed where they stand (`storage.columns.Prose`).
"""

import time
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from storage.columns import Prose
from storage.memory import Memory

FOUND = "statement_index_found"
"""The table of the numbers of indexed statements, which stands in such archives alone."""
TOLD = "\x1f"
"""Stands for the text of an entry where its statement has the same, in such archives also for the title."""
SINCE = "0051"
"""The oldest version whose program can work on them."""
ASKED_AGAIN_AFTER = 60.0
"""Seconds after which a program notices that its archive was taken over (`storage.compacting`).

Or that one of before came back under it, from a copy of the whole server.
"""


def is_compact(connection: Connection, memory: Memory | None = None) -> bool:
    """Whether this archive is kept so; `memory` is of that database alone."""
    if connection.dialect.name != "postgresql":
        return False
    now = time.monotonic()
    if memory is not None and now < memory.asked_again:
        return memory.is_compact
    there = bool(connection.exec_driver_sql(f"SELECT to_regclass('{FOUND}') IS NOT NULL").scalar())
    if memory is not None:
        memory.is_compact, memory.asked_again = there, now + ASKED_AGAIN_AFTER
    return there


def packed(row: Mapping[str, Any], *, compact: bool) -> dict[str, Any]:
    """A row of a statement as it is to be written, its text packed or not."""
    found = Prose.packed(row["text"]) if compact else None
    return {**row, "text": "" if found else row["text"], "packed": found}


def text_of(text: str, packed: bytes | None) -> str:
    """The text of a statement, of its two columns."""
    return Prose.unpacked(packed) or text


def is_wide(connection: Connection) -> bool:
    """Whether programs of before may work on this archive, too: they find neither packed texts nor `TOLD`."""
    return connection.dialect.name == "postgresql" and not is_compact(connection)


def widened(row: dict[str, Any]) -> dict[str, Any]:
    """A row of any table as it is kept in a wide archive."""
    return row | {"text": text_of(row["text"], row["packed"]), "packed": None} if row.get("packed") else row


def say_whom_it_serves(connection: Connection, oldest: str = SINCE) -> None:
    """From the commit on the database refuses programs of before, which would find nothing in it."""
    connection.exec_driver_sql(f"COMMENT ON TABLE alembic_version IS 'serves {oldest}'")


def tell_titles(connection: Connection) -> None:
    """Each entry of which a compact archive kept no title has that of its statement."""
    connection.execute(_UNTOLD, {"told": TOLD})


_UNTOLD = sa.text(
    "UPDATE entries SET title = (SELECT coalesce(min(title), '') FROM statements "
    "WHERE entry_id = entries.id) WHERE title = :told"
)
