"""Bounds the time that questions of a connection may take."""

import math
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from sqlalchemy.engine import Connection
from sqlalchemy.exc import DBAPIError, OperationalError

_STEPS = 20_000
"""Of SQLite's machine, between two looks at the clock: a few milliseconds."""


_DEADLINE = "vigil_deadline"


class Stopped(Exception):
    """The question took longer than it may; the transaction goes on."""


@contextmanager
def deadline(connection: Connection, seconds: float) -> Iterator[None]:
    """All that is asked `in_time` inside ends within so many seconds together, however many questions."""
    connection.info[_DEADLINE] = time.monotonic() + seconds
    try:
        yield
    finally:
        connection.info.pop(_DEADLINE, None)


@contextmanager
def in_time(connection: Connection, seconds: float) -> Iterator[None]:
    """What is asked inside ends in time, or is stopped: raises Stopped.

    Where there is a `deadline` it may end sooner. One of these does not stand inside another.
    """
    left = float(connection.info.get(_DEADLINE, math.inf)) - time.monotonic()
    seconds = min(seconds, left)
    if seconds <= 0:
        raise Stopped
    bounded = _on_sqlite if connection.dialect.name == "sqlite" else _on_postgresql
    with bounded(connection, seconds):
        yield


@contextmanager
def _on_sqlite(connection: Connection, seconds: float) -> Iterator[None]:
    driver = connection.connection.dbapi_connection
    assert driver is not None  # noqa: S101 - the connection is open
    end = time.monotonic() + seconds
    driver.set_progress_handler(lambda: time.monotonic() > end, _STEPS)
    try:
        yield
    except OperationalError as error:
        if getattr(error.orig, "sqlite_errorname", "") == "SQLITE_INTERRUPT":
            raise Stopped from error
        raise
    finally:
        driver.set_progress_handler(None, 0)


@contextmanager
def _on_postgresql(connection: Connection, seconds: float) -> Iterator[None]:
    connection.exec_driver_sql(f"SAVEPOINT bounded; SET LOCAL statement_timeout = {_ms(seconds)}; {_ASKING}")
    try:
        yield
        connection.exec_driver_sql(f"{_ASKED}; RELEASE SAVEPOINT bounded")
    except BaseException as error:
        with suppress(DBAPIError):  # what is stopped is taken back, and no more
            connection.exec_driver_sql("ROLLBACK TO SAVEPOINT bounded; RELEASE SAVEPOINT bounded")
        if isinstance(error, OperationalError) and getattr(error.orig, "sqlstate", "") == _CANCELED:
            raise Stopped from error
        raise


# To look through a whole table seems cheap to the planner, which does not know what that takes where a vector
# is made of each row: an index is asked wherever there is one. What it finds is remembered row by row; of
# whole pages, as where memory lacks, each row's vector would be made and looked at again.
_ASKING = "SET LOCAL enable_seqscan = off; SET LOCAL work_mem = '32MB'"
_ASKED = "; ".join(
    f"SET LOCAL {name} = DEFAULT" for name in ("statement_timeout", "enable_seqscan", "work_mem")
)
_CANCELED = "57014"


def _ms(seconds: float) -> int:
    return max(1, int(seconds * 1000))
