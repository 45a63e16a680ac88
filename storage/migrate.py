"""Brings the tables of a database to the version this program needs (Alembic)."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from importlib.resources import as_file, files

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.schema import CreateIndex

from storage.compact import SINCE, WORDED, is_compact, is_worded, say_whom_it_serves
from storage.compact import serves as serves  # noqa: PLC0414 - who opens a database takes it from here
from storage.locks import if_free
from storage.tables import metadata

SERVES = "0044"
"""The oldest version whose program can work on the tables of ours, while nodes are exchanged one by one.

What a version does not need any more is taken away in a later one, which moves this on: expand, and contract.
`tests/storage/test_upgrades.py` holds every step after it against that rule. At 0044 there are
notices of kinds that a program of before does not know: it would fail at them in the midst of a poll.
"""
_WITHIN = "3s"
"""So long a step waits for a lock: behind it everybody waits who comes later."""
LONG = ("deliveries", "entries", "statements", "demands", "versions")
"""Tables of millions of rows, and more: what goes through one under a lock holds everybody up for minutes.

So on PostgreSQL no step makes an index of one, as is held by a test; it is made afterwards (`_index_long`).
"""
_INDEXES = sa.text(
    "SELECT relname, indisvalid FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid "
    "WHERE indrelid = ANY(CAST(:names AS regclass[]))"
)


def upgrade(connection: Connection, revision: str = "head") -> None:
    """Every migration up to `revision`, in one transaction. Raises `is_locked` where others hold a table.

    Then, at the newest, what long tables lack of indexes, while everybody goes on.
    """
    is_shared = connection.dialect.name == "postgresql"
    worded = current_revision(connection) is None or is_worded(connection)
    if is_shared:
        connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{_WITHIN}'")
    with _configured() as config:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
    if is_shared and revision == "head":
        needed = WORDED if worded else SINCE if is_compact(connection) else SERVES
        say_whom_it_serves(connection, max(SERVES, needed))
    connection.commit()
    if is_shared and revision == "head":
        _index_long(connection.engine)


def _index_long(engine: Engine) -> None:
    """Makes the indexes that long tables lack, or that were interrupted before they were whole."""
    with if_free(engine, "indexes") as alone, engine.connect() as plain:
        if not alone:
            return  # another one does
        connection = plain.execution_options(isolation_level="AUTOCOMMIT")
        found = connection.execute(_INDEXES, {"names": list(LONG)})
        there: dict[str, bool] = {str(name): bool(valid) for name, valid in found}
        for index in (one for name in LONG for one in metadata.tables[name].indexes):
            name = str(index.name)
            if there.get(name):
                continue
            if name in there:
                connection.exec_driver_sql(f"DROP INDEX CONCURRENTLY {name}")
            words = str(CreateIndex(index).compile(engine))
            connection.exec_driver_sql(words.replace("INDEX", "INDEX CONCURRENTLY", 1))


def is_locked(error: SQLAlchemyError) -> bool:
    """Whether a lock was not had in time (PostgreSQL, 55P03)."""
    return getattr(getattr(error, "orig", None), "sqlstate", "") == "55P03"


def downgrade(connection: Connection, revision: str) -> None:
    """Back to `revision` ("base" for nothing at all, "-1" for one step)."""
    with _configured() as config:
        config.attributes["connection"] = connection
        command.downgrade(config, revision)
    connection.commit()


def current_revision(connection: Connection) -> str | None:
    """The version the database is at; None when it holds no tables of ours."""
    return MigrationContext.configure(connection).get_current_revision()


def newest_revision() -> str:
    """The version this program needs."""
    return revisions()[-1]


def revisions() -> tuple[str, ...]:
    """Every version there has been, the first one first."""
    with _configured() as config:
        return _read(str(config.get_main_option("script_location")))


@cache
def _read(folder: str) -> tuple[str, ...]:
    """Read once: it takes longer than to open a database."""
    found = ScriptDirectory(folder).walk_revisions()
    return tuple(reversed([script.revision for script in found]))


@contextmanager
def _configured() -> Iterator[Config]:
    with as_file(files("storage") / "migrations") as folder:
        config = Config()
        config.set_main_option("script_location", str(folder))
        yield config
