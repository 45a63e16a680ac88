"""The backup: one SQLite file with every row, whatever the database is. The key is never in it.

It serves both kinds of database, needs no other program of the right version, and says of itself
that it is a backup: nobody sends from it by mistake what was sent long ago.
"""

import fcntl
import os
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.engine import Connection
from sqlalchemy.exc import DatabaseError

from storage.copy import into_file
from storage.disk import to_disk
from storage.keyring import CHECK, Keyring
from storage.migrate import current_revision, newest_revision, revisions, upgrade
from storage.rekey import rekey
from storage.tables.program import meta
from storage.vault import Vault

# SQLite's "application id": bytes 68 to 71 of the file (fileformat2.html, 1.3).
_MARK = int.from_bytes(b"VglB", "big")
_UNFINISHED = (".vigil-backup-", ".unfinished")
"""How the names of files begin and end that are not backups yet; between stands what makes them unique."""
_HEADER = b"SQLite format 3\x00"
_TAKEN = sa.table("backup", sa.column("taken", sa.String))


class NoBackup(Exception):
    """The file cannot be restored; the message says why, and what to do."""


@dataclass(frozen=True, slots=True)
class Written:
    """A backup that was made: its rows by table, and its size in bytes."""

    rows: dict[str, int]
    size: int


@dataclass(frozen=True, slots=True)
class Backup:
    """A backup that can be read: its rows, at the version of this program, and when it was taken."""

    connection: Connection
    taken: datetime

    def opened_by(self, vault: Vault) -> bool:
        """Whether it was made under this key."""
        known = self.connection.scalar(sa.select(meta.c.value).where(meta.c.name == CHECK))
        return known in (None, vault.check())


def write(source: Connection, file: Path, now: datetime) -> Written:
    """Makes the backup beside `file` and puts it in that place when it is whole and on the disk.

    Only the owner can read it (mode 0600). What killed programs left unfinished in the folder is removed.
    """
    file = file.resolve()
    _clear(file.parent)
    with _unfinished(file.parent) as made:
        rows = into_file(source, made)
        _sign(made, now)
        to_disk(made)
        size = made.stat().st_size
        made.replace(file)
        to_disk(file.parent)
    return Written(rows, size)


def is_backup(file: Path) -> bool:
    """Whether the file says of itself that it is a backup."""
    try:
        with file.open("rb") as opened:
            head = opened.read(72)
    except OSError:
        return False
    return head.startswith(_HEADER) and int.from_bytes(head[68:72], "big") == _MARK


@contextmanager
def reading(file: Path, keys: tuple[Vault, Vault] | None = None) -> Iterator[Backup]:
    """The backup in the file, which is not changed. Raises NoBackup for what cannot be restored.

    One of an older version is migrated on a copy first. So is one that stands under the first of two `keys`
    put under the second.
    """
    if not file.is_file():
        raise NoBackup(f"{file}: there is no such file")
    if not is_backup(file):
        raise NoBackup(
            f"{file}: this is no backup of Vigil: give a file that `vigil backup` made; of a copied SQLite "
            "database make one, by `vigil backup` with `database` pointing at the copy"
        )
    with ExitStack() as stack:
        connection = stack.enter_context(_opened(f"{file.resolve().as_uri()}?mode=ro"))
        revision = _checked(connection, file)
        taken = datetime.fromisoformat(str(connection.scalar(sa.select(_TAKEN.c.taken))))
        other = keys is not None and Backup(connection, taken).opened_by(keys[0])
        if revision != newest_revision() or other:
            folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="vigil-"))
            copy = Path(folder) / "older.db"
            shutil.copyfile(file, copy)
            connection = stack.enter_context(_opened(copy.as_uri()))
            if revision != newest_revision():
                upgrade(connection)
            if keys is not None and other:
                rekey(connection, _with_marks(connection, keys[0]), keys[1])
                connection.commit()
        yield Backup(connection, taken)


def _with_marks(connection: Connection, vault: Vault) -> Vault:
    """The vault with what an earlier key left to it."""
    return Keyring(vault).fitting(connection)


def _checked(connection: Connection, file: Path) -> str:
    """The backup's version, once it is known to be whole and of a version that we know."""
    try:
        found = connection.exec_driver_sql("PRAGMA quick_check").scalar()
        revision = current_revision(connection)
    except DatabaseError as error:
        found, revision = str(error.orig), None
    if found != "ok":
        raise NoBackup(f"{file}: the backup is damaged ({found}): take an earlier one")
    if revision is None or revision not in revisions():
        raise NoBackup(
            f"{file}: the backup was made by a newer Vigil (its tables are at version {revision}, this "
            f"program knows them up to {newest_revision()}): restore it with that version or a newer one"
        )
    return revision


@contextmanager
def _opened(uri: str) -> Iterator[Connection]:
    engine = sa.create_engine(
        "sqlite://",
        creator=lambda: sqlite3.connect(uri, uri=True),
        poolclass=sa.NullPool,
        hide_parameters=True,
    )
    with engine.connect() as connection:
        yield connection


@contextmanager
def _unfinished(folder: Path) -> Iterator[Path]:
    """A new file, gone at the end if it is still there; a lock on it tells that somebody is writing.

    The lock ends with its process. It is flock's: SQLite, which `into_file` keeps from setting any, knows
    nothing of it.
    """
    while True:
        descriptor, name = tempfile.mkstemp(prefix=_UNFINISHED[0], suffix=_UNFINISHED[1], dir=folder)
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        if os.fstat(descriptor).st_nlink:
            break
        os.close(descriptor)  # another backup has cleared it away before the lock was ours
    try:
        yield Path(name)
    finally:
        Path(name).unlink(missing_ok=True)
        os.close(descriptor)


def _clear(folder: Path) -> None:
    """Removes unfinished backups that nobody writes any more: some of those in them have used /forget."""
    prefix, suffix = _UNFINISHED
    for left in folder.glob(f"{prefix}????????{suffix}"):
        with suppress(OSError):  # another's, or locked: it is being written, or not ours to remove
            descriptor = os.open(left, os.O_RDWR | os.O_NOFOLLOW)
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                left.unlink()
            finally:
                os.close(descriptor)


def _sign(file: Path, now: datetime) -> None:
    with _opened(f"{file.as_uri()}?nolock=1") as connection:
        connection.exec_driver_sql(f"PRAGMA application_id = {_MARK}")
        connection.exec_driver_sql("CREATE TABLE backup (taken TEXT NOT NULL)")
        connection.execute(sa.insert(_TAKEN).values(taken=now.isoformat()))
        connection.commit()
