"""Looks a database over without changing it: its version, whether it is whole, whose key it belongs to."""

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.engine import Connection
from sqlalchemy.exc import SQLAlchemyError

from storage.database import Database, StorageError
from storage.migrate import current_revision, newest_revision
from storage.queries import Counts

_MOST_DAMAGES = 5


@dataclass(frozen=True, slots=True)
class Health:
    """What was found. A database without tables of ours has no version."""

    version: str | None
    needed: str
    """The version that this program needs."""
    damage: tuple[str, ...] = ()
    """What SQLite found broken in the file; PostgreSQL watches over its own pages."""
    key_fits: bool = True
    """Whether the key given is the one that this database was made with."""
    counts: Counts | None = None
    """What is held; None when the version is another one."""


def examine(database: Database) -> Health:
    """How the database fares. Raises StorageError when it cannot be read at all."""
    try:
        with database.engine.connect() as connection:
            version = current_revision(connection)
            connection.rollback()
            damage = _damage(connection)
        found = Health(version, newest_revision(), damage)
        if version != found.needed or damage:
            return found
        fits = database.key_fits()
        with database.read() as work:
            return Health(version, found.needed, key_fits=fits, counts=work.counts())
    except SQLAlchemyError as error:
        reason = str(getattr(error, "orig", None) or error).strip().partition("\n")[0]
        raise StorageError(reason) from error


def _damage(connection: Connection) -> tuple[str, ...]:
    if connection.dialect.name != "sqlite":
        return ()
    try:
        rows = connection.execute(sa.text(f"PRAGMA quick_check({_MOST_DAMAGES})")).scalars().all()
    except sa.exc.DatabaseError as error:  # where the damage hits the very tree of pages, SQLite gives up
        if getattr(error.orig, "sqlite_errorname", "") != "SQLITE_CORRUPT":
            raise
        return (str(error.orig),)
    return tuple(str(row) for row in rows if row != "ok")
