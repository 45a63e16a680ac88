"""What connects to the database, tuned as our promises need it, and what is said where that cannot be."""

import os
import sqlite3
import time
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine, make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError

from storage.locks import place


class StorageError(Exception):
    """The database cannot be used as it is; the message says what to do."""


class Unusable(StorageError):
    """The database, or its key, stays so until somebody mends it: to start again is of no use."""


def connecting(url: str) -> Engine:
    """What connects to the database; what it was given is not told in its errors, which are logged."""
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):  # a port that is no number; both may quote a part of a password
        raise Unusable("the address of the database cannot be read") from None
    if parsed.get_backend_name() == "postgresql":
        # So that whoever looks at the server sees which program a session belongs to.
        called: dict[str, Any] = {
            "application_name": f"vigil-{place()}",
            **_SILENCE,
            **_UNANSWERED,
            **_CONNECTS,
        }
        called |= parsed.query
        parsed = parsed.set(drivername="postgresql+psycopg", query=called)
        # Each lock of an account keeps a session for as long as it is held, and there may be many accounts:
        # what limits the others is how many threads there are.
        engine = sa.create_engine(parsed, pool_pre_ping=True, max_overflow=-1, hide_parameters=True)
        sa.event.listen(engine, "connect", _notice_silence)
        sa.event.listen(engine, "connect", _wait_for_the_disk)
        return engine
    if parsed.get_backend_name() != "sqlite":
        raise Unusable("only sqlite:/// and postgresql:// databases are supported")
    waiting = {"timeout": 30, "check_same_thread": False}
    engine = sa.create_engine(parsed, connect_args=waiting, hide_parameters=True)
    sa.event.listen(engine, "do_connect", _make_private)
    sa.event.listen(engine, "connect", _tune_sqlite)
    sa.event.listen(engine, "begin", _begin_sqlite)
    return engine


_SILENCE = {"keepalives_idle": "3", "keepalives_interval": "2", "keepalives_count": "3"}
"""How soon a connection that is silent is asked whether it lives, and how often, in seconds (libpq)."""
_UNANSWERED = {"tcp_user_timeout": "9000"}
"""Milliseconds for which what was sent may stay unacknowledged: while it is, nobody is asked (tcp(7))."""
_CONNECTS = {"connect_timeout": "10"}
"""Seconds; else one attempt may take minutes."""


def _notice_silence(connection: Any, _record: object) -> None:  # noqa: ANN401 - a DB-API connection
    """The server asks us, too: locks of a machine that is gone are free after some ten seconds."""
    with connection.cursor() as cursor:
        for name, seconds in _SILENCE.items():
            cursor.execute(f"SET tcp_{name} = {seconds}")
        for name, milliseconds in _UNANSWERED.items():
            cursor.execute(f"SET {name} = {milliseconds}")
    connection.commit()


_TO_DISK = (
    "SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'"
)


def _wait_for_the_disk(connection: Any, _record: object) -> None:  # noqa: ANN401 - a DB-API connection
    """What was committed survives a power cut, whatever the server's usual is; a stricter one is left.

    Else a message could be sent a second time, or a wish that was confirmed be gone (PostgreSQL, 28.4).
    """
    with connection.cursor() as cursor:
        cursor.execute(_TO_DISK)
    connection.commit()


def _make_private(
    _dialect: object, _record: object, arguments: Sequence[Any], _options: dict[str, Any]
) -> None:
    """A file that is not there yet is made for its owner alone; SQLite's files beside it follow its mode."""
    with suppress(OSError):  # SQLite says better what is wrong
        if arguments[0] != ":memory:":
            os.close(os.open(arguments[0], os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))


def _tune_sqlite(connection: Any, _record: object) -> None:  # noqa: ANN401 - a DB-API connection has no type
    # SQLAlchemy shall say BEGIN, not the driver, which would begin too late for a consistent read.
    connection.isolation_level = None
    cursor = connection.cursor()
    _write_ahead(cursor)
    # FULL: what was committed survives a power cut too, so no sent message is forgotten.
    cursor.execute("PRAGMA synchronous = FULL")
    cursor.execute("PRAGMA foreign_keys = ON")
    # What is deleted is overwritten: /forget leaves nothing in free pages.
    cursor.execute("PRAGMA secure_delete = ON")
    cursor.close()


def _write_ahead(cursor: Any) -> None:  # noqa: ANN401 - see above
    """Readers and the one writer do not wait for each other. The file remembers it.

    Only the first to open a new file changes its mode; meanwhile SQLite tells others, without the
    usual patience, that the database is locked.
    """
    for _ in range(300):
        try:
            cursor.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError:
            time.sleep(0.05)
        else:
            return
    cursor.execute("PRAGMA journal_mode = WAL")


def _begin_sqlite(connection: Connection) -> None:
    # A writer takes the lock at once: one that upgrades later can be refused after it has read.
    write = connection.get_execution_options().get("vigil_write", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")


def reason(error: SQLAlchemyError) -> str:
    """What the database said, in a line."""
    return str(getattr(error, "orig", None) or error).splitlines()[0]
