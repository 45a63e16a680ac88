"""Sees that the tables are those of this program: makes them, or brings old ones up to date."""

import time

import structlog
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import SQLAlchemyError

from storage import locks, marks
from storage.connecting import StorageError, Unusable, reason
from storage.migrate import current_revision, is_locked, newest_revision, revisions, serves, upgrade

log = structlog.get_logger()

_LOCKED = (0.5, 1.0, 2.0, 4.0, 8.0, 16.0)
"""Seconds between two attempts at a migration while others hold a table: in between they all go on."""


def at_its_version(engine: Engine, *, migrate: bool) -> str | None:
    """Sees that the tables are those of this program; returns at which version they were."""
    for pause in (*_LOCKED, None):
        try:
            with engine.connect().execution_options(vigil_write=True) as connection:
                return _look_at_version(connection, migrate=migrate)
        except SQLAlchemyError as error:
            if is_locked(error) and pause is not None:
                log.info("migrate.waits_its_turn", again_in=pause)
                time.sleep(pause)
                continue
            what = "others hold its tables: run this again when less is done" if is_locked(error) else ""
            what = what or f"{reason(error)}{_where(engine, error)}"
            raise StorageError(f"the database cannot be opened: {what}") from error
    raise AssertionError  # the last turn raises


def _look_at_version(connection: Connection, *, migrate: bool) -> str | None:
    # So that two processes at a first start do not both make the tables.
    locks.until_commit(connection, "prepare")
    found = current_revision(connection)
    if found not in (None, *revisions()):
        if migrate or serves(connection) not in revisions():
            raise Unusable(newer(found))
        log.info("database.newer", version=found, but="it serves this program as well")
        return found
    mark = None if found is None else marks.marked(connection)
    if mark is not None:
        raise Unusable("the database {}: {}".format(*mark.told()))
    if found is None or migrate:
        upgrade(connection)
    elif found != newest_revision():
        raise Unusable(
            f"the database is at version {found}, this program needs {newest_revision()}: "
            "make a backup, then run `vigil migrate`"
        )
    return found


def _where(engine: Engine, error: SQLAlchemyError) -> str:
    """Where to look and what to do, where SQLite does not say it."""
    path = engine.url.database
    match getattr(getattr(error, "orig", None), "sqlite_errorname", ""):
        case "SQLITE_CANTOPEN":
            return f": {path} has to be a file in a folder that we may write to"
        case "SQLITE_NOTADB":
            return f": {path} is something else, or damaged: mend `database`, or `vigil restore` a backup"
        case _:
            return ""


def newer(version: str | None) -> str:
    """What is said of tables that this program does not know."""
    return (
        f"the database is at version {version}, which is newer than this program: use the program that it "
        "was made with, or a newer one"
    )
