"""Locks by name, for what one program at a time may do."""

import fcntl
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine


def until_commit(connection: Connection, name: str) -> None:
    """Waits for the lock, and holds it until the transaction ends.

    SQLite has one writer at a time anyway; PostgreSQL is asked for an advisory lock.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_number(name))))


@contextmanager
def if_free(engine: Engine, name: str) -> Iterator[bool]:
    """True while this program holds the lock; False, at once, when another one does.

    It ends with its process, however that ends: on SQLite it is a lock on a file beside the
    database, on PostgreSQL an advisory lock of a session.
    """
    if engine.dialect.name == "sqlite":
        yield from _file_lock(engine.url.database, name)
    else:
        yield from _session_lock(engine, name)


def _file_lock(database: str | None, name: str) -> Iterator[bool]:
    if not database or database == ":memory:":
        yield True
        return
    with Path(f"{database}.{name}.lock").open("a", encoding="ascii") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            yield False
            return
        yield True


def _session_lock(engine: Engine, name: str) -> Iterator[bool]:
    number = _number(name)
    with engine.connect() as connection:
        taken = bool(connection.scalar(sa.select(sa.func.pg_try_advisory_lock(number))))
        connection.commit()
        try:
            yield taken
        finally:
            if taken:
                connection.scalar(sa.select(sa.func.pg_advisory_unlock(number)))
                connection.commit()


def _number(name: str) -> int:
    return zlib.crc32(f"vigil {name}".encode())
