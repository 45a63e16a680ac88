"""Opens the configured database for a command."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bot.cli.common import configuration, fail
from bot.installation import open_database
from storage.database import Database, StorageError


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
