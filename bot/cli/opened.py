"""Opens the configured database for a command."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bot.cli.common import configuration, fail
from bot.config import Config
from bot.installation import open_database
from storage.database import Database, StorageError
from storage.records import Source


@contextmanager
def opened(config: Path) -> Iterator[Database]:
    """The configured database while it is needed; what is wrong with it ends the command with a word."""
    try:
        database = open_database(configuration(config), watch=False)
    except StorageError as error:
        fail(str(error))
    try:
        yield database
    finally:
        database.close()


@contextmanager
def if_there_is_one(settings: Config) -> Iterator[Database | None]:
    """The database, None where there is none yet: looking around makes none."""
    file = Path(settings.database.removeprefix("sqlite:///"))
    if settings.database.startswith("sqlite:///") and not file.is_file():
        yield None
        return
    database = open_database(settings, watch=False)
    try:
        yield database
    finally:
        database.close()


def added(settings: Config) -> tuple[Source, ...]:
    """What admins added in chats, beside what the configuration names. Raises StorageError."""
    with if_there_is_one(settings) as database:
        if database is None:
            return ()
        with database.read() as work:
            return tuple(one for one in work.sources.all() if one.added)
