"""Locks by name, for what one program at a time may do."""

import fcntl
import hashlib
import os
import socket
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Lock
from urllib.parse import quote

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import SQLAlchemyError

NODES = "nodes"
"""The lock that every node holds while it is at work, where there may be several (`among_others`)."""
_HOLDER = sa.text(
    "SELECT pid, client_addr, backend_start FROM pg_locks JOIN pg_stat_activity USING (pid) WHERE locktype = "
    "'advisory' AND granted AND objsubid = 1 AND (classid::bigint << 32) | objid::bigint = :number"
)
"""Manual, 52.12: of an advisory lock with one key, classid is its high half and objid its low one."""
_HOLDERS = sa.text(
    "SELECT (classid::bigint << 32) | objid::bigint AS number, application_name FROM pg_locks "
    "JOIN pg_stat_activity USING (pid) WHERE locktype = 'advisory' AND granted AND objsubid = 1 "
    "AND database = (SELECT oid FROM pg_database WHERE datname = current_database()) "
    "AND (classid::bigint << 32) | objid::bigint = ANY(:numbers)"
)


def place() -> str:
    """This program, for an operator: its machine and process. No longer than PostgreSQL takes of a name."""
    return f"{socket.gethostname()[:40]}:{os.getpid()}"


_LONGEST = 120
"""Letters of a name in the name of a file."""
_OURS = sa.text(
    "SELECT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND granted AND objsubid = 1 "
    "AND pid = pg_backend_pid() AND (classid::bigint << 32) | objid::bigint = :number)"
)


class Hold:
    """A lock that was asked for: true where it was free. What a process holds on a file it keeps."""

    def __init__(self, *, taken: bool) -> None:
        self._taken = taken

    def __bool__(self) -> bool:
        """Whether it was free, and is ours."""
        return self._taken

    def is_held(self) -> bool:
        """Whether it is ours still. What was lost does not come back: it is to be asked for anew."""
        return self._taken


class SessionHold(Hold):
    """A lock of one session of the database, which the server may end, and the lock with it."""

    def __init__(self, connection: Connection, number: int, *, taken: bool) -> None:
        self._connection = connection
        self._number = number
        self._one_at_a_time = Lock()
        super().__init__(taken=taken)

    def is_held(self) -> bool:
        """As `Hold`; the session is asked, so this takes as long as the database does."""
        with self._one_at_a_time:
            return self._is_ours()

    def _is_ours(self) -> bool:
        if self._taken:
            try:  # a session that was ended is replaced by one without the lock
                self._taken = bool(self._connection.scalar(_OURS, {"number": self._number}))
            except SQLAlchemyError:
                self._taken = False
        return self._taken

    def leave(self) -> None:
        """Whatever its session held is free; who asks meanwhile, in another thread, is not in the way."""
        with self._one_at_a_time:
            self._taken = False
            with suppress(SQLAlchemyError):  # a session that has ended gave back its locks
                self._connection.execute(sa.select(sa.func.pg_advisory_unlock_all()))

    def give_back(self) -> None:
        """Ours no longer, nor its session's; who asks meanwhile is not in the way, as in `leave`."""
        with self._one_at_a_time:
            is_ours, self._taken = self._is_ours(), False
            if is_ours:
                with suppress(SQLAlchemyError):
                    self._connection.scalar(sa.select(sa.func.pg_advisory_unlock(self._number)))
                    return
            self._connection.invalidate()


def until_commit(connection: Connection, name: str) -> None:
    """Waits for the lock, and holds it until the transaction ends.

    SQLite has one writer at a time anyway; PostgreSQL is asked for an advisory lock.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_number(name))))


def shared_until_commit(connection: Connection, name: str) -> None:
    """Holds the lock until the transaction ends, as others may as well who ask for it so.

    Waits for whoever holds it alone (`until_commit`). On SQLite who writes is alone anyway.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock_shared(_number(name))))


@contextmanager
def if_free(engine: Engine, name: str) -> Iterator[Hold]:
    """True while this program holds the lock; False, at once, when another one does.

    It ends with its process, however that ends: on SQLite it is a lock on a file beside the
    database, on PostgreSQL an advisory lock of a session, which can be lost earlier (`Hold.is_held`).
    """
    if engine.dialect.name == "sqlite":
        yield from _file_lock(engine.url.database, name)
    else:
        yield from _session_lock(engine, name)


def holder(engine: Engine, name: str) -> str:
    """Who holds the lock, for an operator: a process and its machine; "nobody" where that is over."""
    if engine.dialect.name == "sqlite":
        file = _file(engine.url.database or "", name)
        return file.read_text(encoding="utf-8") if file.exists() else "nobody"
    with engine.connect() as connection:
        row = connection.execute(_HOLDER, {"number": _number(name)}).first()
    if row is None:
        return "nobody"
    where = row.client_addr or "its own machine"
    return f"session {row.pid} of the database, from {where}, since {row.backend_start:%F %T}"


def _file_lock(database: str | None, name: str) -> Iterator[Hold]:
    if not database or database == ":memory:":
        yield Hold(taken=True)
        return
    with _file(database, name).open("a", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            yield Hold(taken=False)
            return
        file.truncate(0)
        file.write(f"process {os.getpid()} on {socket.gethostname()}")
        file.flush()
        yield Hold(taken=True)


def _file(database: str, name: str) -> Path:
    """Beside the database. An account on Matrix may have a "/" in its name, and 255 letters."""
    told = quote(name.replace(" ", "-"), safe="@:=+")
    if len(told) > _LONGEST:
        told = f"{told[:_LONGEST]}-{hashlib.sha256(name.encode()).hexdigest()[:16]}"
    return Path(f"{database}.{told}.lock")


def _session_lock(engine: Engine, name: str) -> Iterator[Hold]:
    with engine.connect() as connection:
        # No transaction is left open: the session may live for months.
        connection.execution_options(isolation_level="AUTOCOMMIT")
        number = _number(name)
        taken = bool(connection.scalar(sa.select(sa.func.pg_try_advisory_lock(number))))
        hold = SessionHold(connection, number, taken=taken)
        try:
            yield hold
        finally:
            if hold:
                hold.give_back()


def holders(connection: Connection, names: Sequence[str]) -> dict[str, str]:
    """Which program holds each of these locks of PostgreSQL, by what it calls itself (`application_name`)."""
    numbers = {_number(name): name for name in names}
    rows = connection.execute(_HOLDERS, {"numbers": list(numbers)})
    return {numbers[row.number]: row.application_name for row in rows}


@contextmanager
def among_others(engine: Engine, name: str, first: Callable[[Connection], None]) -> Iterator[Hold]:
    """Holds a lock of PostgreSQL that several may hold at once. Who finds nobody else there does `first`.

    Others who come meanwhile wait for its end. The lock ends with its session (`Hold.is_held`).
    """
    number = _number(name)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        hold = SessionHold(connection, number, taken=True)
        try:
            alone = connection.scalar(sa.select(sa.func.pg_try_advisory_lock(number)))
            if alone:
                first(connection)
            connection.execute(sa.select(sa.func.pg_advisory_lock_shared(number)))
            if alone:
                connection.execute(sa.select(sa.func.pg_advisory_unlock(number)))
            yield hold
        finally:
            hold.leave()


def _number(name: str) -> int:
    return zlib.crc32(f"vigil {name}".encode())
