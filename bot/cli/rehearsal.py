"""Opens the configured database, or a copy of it to rehearse on."""

import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from bot.app import open_database
from bot.cli.common import fail
from bot.config import Config
from storage.database import Database, StorageError


@contextmanager
def opened(settings: Config, *, rehearse: bool) -> Iterator[Database]:
    """The database; for a rehearsal a copy of it, so that nothing is written and nobody is held up."""
    if not rehearse:
        database = open_database(settings)
        try:
            yield database
        finally:
            database.close()
        return
    if not settings.database.startswith("sqlite:///"):
        fail("--dry-run works on SQLite only so far: point `database` at an SQLite file for the rehearsal", 2)
    with tempfile.TemporaryDirectory(prefix="vigil-") as folder:
        original = Path(settings.database.removeprefix("sqlite:///"))
        copy = Path(folder) / "rehearsal.db"
        key = Path(folder) / "rehearsal.key"
        try:
            if original.is_file():
                _copy(original, copy)
            if settings.key_file.is_file():
                shutil.copy(settings.key_file, key)
        except (sqlite3.Error, OSError) as error:
            raise StorageError(f"{original}: cannot be copied for a rehearsal: {error}") from error
        database = open_database(replace(settings, database=f"sqlite:///{copy}", key_file=key))
        try:
            yield database
        finally:
            database.close()


def _copy(original: Path, copy: Path) -> None:
    """A consistent copy, also while others write (SQLite's backup interface)."""
    source = sqlite3.connect(f"{original.resolve().as_uri()}?mode=ro", uri=True)
    target = sqlite3.connect(copy)
    try:
        source.backup(target)
    finally:
        target.close()
        source.close()
