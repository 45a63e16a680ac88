"""Opens the configured database, or a copy of it to rehearse on."""

import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from bot.config import Config
from bot.installation import in_memory_vault, open_database
from bot.key import coming
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
    with tempfile.TemporaryDirectory(prefix="vigil-") as folder:
        copy = Path(folder) / "rehearsal.db"
        key = Path(folder) / "rehearsal.key"
        try:
            _copy(settings.database, copy)
            for path, made in ((settings.key_file, key), (coming(settings.key_file), coming(key))):
                if path.is_file():
                    shutil.copy(path, made)
        except (sqlite3.Error, OSError) as error:
            raise StorageError(f"the database cannot be copied for a rehearsal: {error}") from error
        database = open_database(replace(settings, database=f"sqlite:///{copy}", key_file=key))
        try:
            yield database
        finally:
            database.close()


def _copy(url: str, copy: Path) -> None:
    """A consistent copy in an SQLite file, also while others write."""
    if url.startswith("sqlite:///"):
        original = Path(url.removeprefix("sqlite:///"))
        if original.is_file():
            _copy_file(original, copy)
        return
    # Without the index for searching: a poll looks nothing up in it.
    database = Database(url, in_memory_vault())
    try:
        database.copy_to(copy)
    finally:
        database.close()


def _copy_file(original: Path, copy: Path) -> None:
    """By SQLite's own backup, which is quicker and does not touch the original."""
    source = sqlite3.connect(f"{original.resolve().as_uri()}?mode=ro", uri=True)
    target = sqlite3.connect(copy)
    try:
        source.backup(target)
    finally:
        target.close()
        source.close()
