"""Brings the tables of a database to the version this program needs (Alembic)."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from importlib.resources import as_file, files

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.engine import Connection


def upgrade(connection: Connection, revision: str = "head") -> None:
    """Every migration up to `revision`, in one transaction."""
    with _configured() as config:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
    connection.commit()


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
