"""How an archive on PostgreSQL is kept in less room: where it was begun so (migration 0051), or taken over.

The long texts of statements are packed in a column of their own: PostgreSQL packs no row below 2 KB, and
others hardly. SQLite is given them packed where they stand (`storage.columns.Prose`).
"""

import re
import time
from collections.abc import Callable, Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from storage.columns import Prose
from storage.memory import Memory
from storage.packing import is_worded as is_packed_with_words
from storage.packing import pack

FOUND = "statement_index_found"
"""The table of the numbers of indexed statements, which stands in such archives alone."""
TOLD = "\x1f"
"""Stands for the text of an entry where its statement has the same, in such archives also for the title."""
SINCE = "0051"
"""The oldest version whose program can work on them."""
WORDED = "0054"
"""Likewise where texts are packed with the words of their language (`storage.packing`)."""
ASKED_AGAIN_AFTER = 60.0
"""Seconds after which a program notices that its archive was taken over (`storage.compacting`).

Or that one of before came back under it, from a copy of the whole server.
"""
SAYS = "SELECT obj_description(to_regclass('alembic_version'), 'pg_class')"
"""Whom the archive serves, as `served` reads it."""
_SERVES = re.compile(r"serves (\w+)")


def is_compact(connection: Connection, memory: Memory | None = None) -> bool:
    """Whether this archive is kept so; `memory` is of that database alone."""
    return _kept(connection, memory)[0]


def is_worded(connection: Connection, memory: Memory | None = None) -> bool:
    """Whether its texts may be packed with words, since all programs at work on it can read them."""
    return _kept(connection, memory)[1]


def _kept(connection: Connection, memory: Memory | None) -> tuple[bool, bool]:
    if connection.dialect.name != "postgresql":
        return False, False
    now = time.monotonic()
    if memory is not None and now < memory.asked_again:
        return memory.is_compact, memory.is_worded
    there = bool(connection.exec_driver_sql(f"SELECT to_regclass('{FOUND}') IS NOT NULL").scalar())
    worded = there and may_word(serves(connection))
    if memory is not None:
        memory.is_compact, memory.is_worded, memory.asked_again = there, worded, now + ASKED_AGAIN_AFTER
    return there, worded


def serves(connection: Connection) -> str:
    """The oldest version whose program can work on these tables, as a newer one said; "" where none did."""
    if connection.dialect.name != "postgresql":
        return ""
    return served(connection.exec_driver_sql(SAYS).scalar())


def served(said: object) -> str:
    """Likewise, as `SAYS` gave it."""
    found = _SERVES.fullmatch(str(said or ""))
    return found[1] if found else ""


def may_word(oldest: str) -> bool:
    """Whether the oldest program that is served reads texts that are packed with words."""
    return oldest >= WORDED


Packed = Callable[[Mapping[str, Any]], dict[str, Any]]
"""What `packed` makes of a row, in one archive."""


def packed(row: Mapping[str, Any], *, compact: bool, worded: bool) -> dict[str, Any]:
    """A row of a statement as it is to be written, its text packed or not."""
    found = pack(row["text"], worded=worded) if compact else None
    return {**row, "text": "" if found else row["text"], "packed": found}


def text_of(text: str, packed: bytes | None) -> str:
    """The text of a statement, of its two columns."""
    return Prose.unpacked(packed) or text


def is_wide(connection: Connection) -> bool:
    """Whether programs of before may work on this archive, too: they find neither packed texts nor `TOLD`."""
    return connection.dialect.name == "postgresql" and not is_compact(connection)


def fitted(row: dict[str, Any], *, wide: bool, worded: bool) -> dict[str, Any]:
    """A row of any table from another archive as this one keeps it."""
    found = row.get("packed")
    if not found or not (wide or (is_packed_with_words(found) and not worded)):
        return row
    text = text_of(row["text"], found)
    plain = None if wide else pack(text, worded=False)
    return row | {"text": "" if plain else text, "packed": plain}


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
