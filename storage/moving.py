"""Moves a whole database from SQLite to PostgreSQL: for those who have outgrown one machine.

Nothing that is enciphered is opened: the same key serves the new database. The old one stays as it is, but
for a mark that keeps every program from opening it (`storage.marks`).
"""

import secrets
import sqlite3
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any, cast

import psycopg
import sqlalchemy as sa
from sqlalchemy.engine import URL, Connection
from sqlalchemy.exc import SQLAlchemyError

from storage import marks
from storage.backup import is_backup
from storage.copy import count_on
from storage.database import Database, StorageError, Unusable, reason
from storage.lines import Tally
from storage.marks import Mark
from storage.migrate import current_revision, newest_revision, revisions, upgrade
from storage.stream import FILLED_BY_A_START, TABLES, Different, Stream
from storage.stream import Progress as Progress  # noqa: PLC0414 - whoever moves something takes it from here
from storage.tables.program import meta

_ARRIVED = "arrived by move"
"""Stands in the new database for good, with the move's number: perhaps the old one was not told yet."""


class Refused(Unusable):
    """Nothing was moved, and would not be at the next try; the message says why, and what to do."""


class InUse(StorageError):
    """A program is at work on one of the two databases."""


@dataclass(frozen=True, slots=True)
class Moved:
    """What came over."""

    tables: dict[str, Tally]
    """Rows and the sums of their hashes, by table; empty where all had come over before."""
    rows: int
    """How many came over in this run: fewer where an earlier one was interrupted."""


def move(
    source: Database,
    target: Database,
    now: datetime,
    senders: Iterable[str],
    tell: Callable[[Progress], None] = lambda _: None,
) -> Moved:
    """Every row of the source into the target, which is ready then. What was interrupted goes on.

    `senders`: the names of what only a running service holds. Raises Refused, InUse, and StorageError.
    """
    _check_kinds(source, target)
    try:
        with ExitStack() as held:
            for name in (*senders, "move"):
                for one in (source, target):
                    if not held.enter_context(one.sender_lock(name)):
                        raise InUse(
                            f"a program is at work on {shown(one)} ({one.lock_holder(name)}): stop the "
                            "service and all timers, then move"
                        )
            return _moved(source, target, now, tell)
    except Different as error:
        raise Refused(
            f"{error}: make {shown(target)} anew and move again; `vigil migrate --stay` goes on without"
        ) from error
    except (SQLAlchemyError, psycopg.Error, sqlite3.Error, UnicodeError) as error:
        said = reason(error) if isinstance(error, SQLAlchemyError) else str(error).splitlines()[0]
        raise StorageError(
            f"the move was interrupted: {said}: mend that and run the same command again"
        ) from error


def stay(database: Database) -> bool:
    """Takes a database up again that was moved, or was to be; returns whether it was."""
    with database.engine.connect().execution_options(vigil_write=True) as connection:
        mark = None if current_revision(connection) is None else marks.marked(connection)
        if mark is None:
            return False
        if not mark.leaves:
            raise Refused("{}: {}".format(*mark.told()))
        marks.drop(connection)
        connection.commit()
    return True


def shown(database: Database) -> str:
    """Its address without the password, which may stand among the options, too."""
    url = database.engine.url
    return URL.create(
        url.get_backend_name(), url.username, None, url.host, url.port, url.database
    ).render_as_string()


def _moved(source: Database, target: Database, now: datetime, tell: Callable[[Progress], None]) -> Moved:
    with source.engine.connect().execution_options(vigil_write=True) as old:
        _check_source(old)
        mark = _mark(marks.marked(old), target, now)
        marks.put(old, mark)  # from here on no program opens it
        old.commit()
        old.begin()  # and those that have it open cannot write
        with target.engine.connect() as new:
            if _is_over(new, mark):
                moved = Moved({}, 0)
            else:
                stream = Stream(_driver(old), _driver(new), tell)
                _prepare(new, stream, mark, shown(source), now)
                rows = stream.copy()
                stream.index()
                moved = Moved(stream.compare(), rows)
                _finish(new, stream, mark)
        if not mark.done:
            marks.put(old, replace(mark, done=True, since=now.isoformat()))
        old.commit()
    return moved


def _check_kinds(source: Database, target: Database) -> None:
    if source.engine.dialect.name != "sqlite" or target.engine.dialect.name != "postgresql":
        raise Refused(
            "a move goes from sqlite:///FILE to postgresql://...: the other way, `vigil backup` and `vigil "
            "restore` bring everything"
        )
    if is_backup(Path(str(source.engine.url.database))):
        raise Refused("the source is a backup, which `vigil restore` brings into either kind of database")


def _mark(before: Mark | None, target: Database, now: datetime) -> Mark:
    """The mark of a move that goes on, or of a new one."""
    if before is not None and before.done:
        return before
    number = before.number if before else secrets.token_hex(8)
    return Mark(number, leaves=True, done=False, other=shown(target), since=now.isoformat())


def _check_source(connection: Connection) -> None:
    found = current_revision(connection)
    if found is None:
        raise Refused("there is nothing to move: the source has no tables of Vigil")
    _check_version(found, "the source", "make a backup, run `vigil migrate` on it, then move")


def _check_version(found: str, which: str, remedy: str) -> None:
    if found == newest_revision():
        return
    if found not in revisions():
        remedy = "use the program that it was made with, or a newer one"
    raise Refused(f"{which} is at version {found}, this program needs {newest_revision()}: {remedy}")


def _is_over(new: Connection, mark: Mark) -> bool:
    """Whether the target has all of this very move already."""
    arrived = None
    if current_revision(new) is not None:
        arrived = new.scalar(sa.select(meta.c.value).where(meta.c.name == _ARRIVED))
    if mark.done and arrived != mark.number:
        raise Refused(
            f"the source was moved to {mark.other} on {mark.since[:10]}: `vigil migrate --stay` takes it up "
            "again, then it can be moved elsewhere"
        )
    return bool(arrived == mark.number)


def _prepare(new: Connection, stream: Stream, mark: Mark, source: str, now: datetime) -> None:
    """Tables with nothing in them, or a part of this very move; else Refused."""
    encoding = new.scalar(sa.text("SHOW server_encoding"))
    if encoding != "UTF8":
        raise Refused(f"the target keeps texts as {encoding}: make it by CREATE DATABASE ... ENCODING 'UTF8'")
    found = current_revision(new)
    if found is None:
        _make_tables(new)
    else:
        _check_version(found, "the target", "give an empty database")
    there = marks.marked(new)
    if there is not None and there.number == mark.number:
        return
    if there is None:
        _check_empty(new)
    stream.begin()
    marks.put(new, Mark(mark.number, leaves=False, done=False, other=source, since=now.isoformat()))
    new.commit()


def _make_tables(new: Connection) -> None:
    try:
        upgrade(new)
    except SQLAlchemyError as error:
        raise Refused(
            f"the target holds something else ({reason(error)}): give a database of its own, that is empty"
        ) from error


def _check_empty(new: Connection) -> None:
    for table in TABLES:
        if table not in FILLED_BY_A_START and new.execute(sa.select(table).limit(1)).first():
            raise Refused(
                f"the target is not empty, its table {table.name} holds rows: give an empty database; this "
                "one was left as it is"
            )


def _finish(new: Connection, stream: Stream, mark: Mark) -> None:
    count_on(new, TABLES)
    new.exec_driver_sql("ANALYZE")
    stream.end()
    marks.drop(new)
    new.execute(sa.insert(meta).values(name=_ARRIVED, value=mark.number))
    new.commit()


def _driver(connection: Connection) -> Any:  # noqa: ANN401 - SQLAlchemy does not say which
    return cast(Any, connection.connection.driver_connection)
