"""Looks a database over without changing it: its version, whether it is whole, whose key it belongs to."""

from dataclasses import dataclass, replace

import sqlalchemy as sa
from sqlalchemy.engine import Connection
from sqlalchemy.exc import SQLAlchemyError

from storage.compact import FOUND
from storage.database import Database, StorageError, reason
from storage.marks import marked
from storage.migrate import current_revision, newest_revision, revisions
from storage.queries import Counts
from storage.tables import metadata

_MOST_DAMAGES = 5
_MOST_TOLD = 2
_BESIDE = ("alembic_version", "statement_index_words", "statement_index_terms", "statement_index_keys", FOUND)
"""Tables of ours that stand in no `storage.tables`: what the migrations keep, and the index."""
_RIGHTS = """
    SELECT current_user, pg_is_in_recovery(), current_setting('transaction_read_only'), current_schema(),
           coalesce(has_schema_privilege(current_schema(), 'CREATE'), false)
"""
_REFUSED = """
    SELECT name FROM unnest(CAST(:names AS text[])) AS name WHERE to_regclass(name) IS NOT NULL AND NOT (
        has_table_privilege(name, 'SELECT') AND has_table_privilege(name, 'INSERT')
        AND has_table_privilege(name, 'UPDATE') AND has_table_privilege(name, 'DELETE')
        AND coalesce((SELECT has_sequence_privilege(pg_get_serial_sequence(name, attname), 'USAGE')
                      FROM pg_attribute WHERE attrelid = to_regclass(name) AND attname = 'id'), true)
    ) ORDER BY name
"""


@dataclass(frozen=True, slots=True)
class Health:
    """What was found. A database without tables of ours has no version."""

    version: str | None
    needed: str
    """The version that this program needs."""
    known: bool = True
    """Whether this program has heard of the version; if not, a newer one made it."""
    hindered: tuple[str, str] | None = None
    """What keeps us from writing to PostgreSQL, and the remedy."""
    damage: tuple[str, ...] = ()
    """What SQLite found broken in the file; PostgreSQL watches over its own pages."""
    key_fits: bool = True
    """Whether the key given is the one that this database was made with."""
    moved: tuple[str, str] | None = None
    """What became of it where it was moved, or is being moved, and what to do."""
    counts: Counts | None = None
    """What is held; None when the version is another one."""


def examine(database: Database) -> Health:
    """How the database fares. Raises StorageError when it cannot be read at all."""
    try:
        with database.engine.connect() as connection:
            hindered = _hindrance(connection)
            if hindered:  # who may not even read would be refused by the next question
                return Health(None, newest_revision(), hindered=hindered)
            version = current_revision(connection)
            connection.rollback()
            damage = _damage(connection)
        known = version is None or version in revisions()
        found = Health(version, newest_revision(), known, damage=damage)
        if version != found.needed or damage:
            return found
        fits = database.key_fits()
        with database.read() as work:
            mark = marked(work.connection)
            return replace(found, key_fits=fits, counts=work.counts(), moved=mark.told() if mark else None)
    except SQLAlchemyError as error:
        raise StorageError(reason(error)) from error


def _hindrance(connection: Connection) -> tuple[str, str] | None:
    """Asks PostgreSQL what it would refuse us, so that nothing has to be tried."""
    if connection.dialect.name != "postgresql":
        return None
    role, standby, reading, schema, making = connection.execute(sa.text(_RIGHTS)).one()
    if standby:
        return "it is a standby, which takes no changes", "give the address of the primary in `database`"
    if reading == "on":
        return f"it lets {role} read only", f"ALTER ROLE {role} SET default_transaction_read_only = off"
    refused = connection.scalars(sa.text(_REFUSED), {"names": [*metadata.tables, *_BESIDE]}).all()
    if refused:
        tables = ", ".join(refused[:_MOST_TOLD]) + (" and others" if len(refused) > _MOST_TOLD else "")
        remedy = (
            "log in as the role that made the tables, or grant this one all rights on tables and sequences"
        )
        return f"{role} has not all rights on {tables}", remedy
    if not making and connection.scalar(sa.text("SELECT to_regclass('alembic_version')")) is None:
        remedy = f"GRANT CREATE ON SCHEMA {schema or 'public'} TO {role}"
        return f"{role} may not make tables in it", remedy
    return None


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
