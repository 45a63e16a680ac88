"""Looks at what Vigil keeps: the key, the database, and the room left for it. Nothing is made or changed."""

import os
import pwd
import shutil
import stat
from collections.abc import Mapping
from pathlib import Path

from bot.checks.finding import Finding, fine, note, wrong
from bot.config import Config
from storage.database import Database, StorageError
from storage.health import Health, examine
from storage.records import Source, Subscription
from storage.vault import Vault, parse_key

_LEAST_FREE = 200_000_000
"""Bytes below which a write-ahead log, a backup or a migration may fail at any moment."""
_NO_KEY = b"\x00" * 32


def check_key(config: Config, *, used: bool, environ: Mapping[str, str] = os.environ) -> Finding:
    """The key file: there, whole, and readable by us alone. `used`: the database was made with a key."""
    path = config.key_file
    try:
        found = path.stat()
        parse_key(path.read_text(encoding="ascii", errors="replace"))
    except FileNotFoundError:
        if used:
            remedy = "put back the copy you kept: without it nobody who subscribed can be reached"
            return wrong("key", f"{path} is missing", remedy)
        return note(
            "key", f"{path}: not made yet", "`vigil run` makes it; keep a copy apart from the database"
        )
    except ValueError as error:
        return wrong("key", f"{path}: {error}", "put back the copy you kept")
    except OSError as error:
        return wrong(
            "key", f"{path} cannot be read: {error.strerror}", "run this as the user that runs Vigil"
        )
    if _by_systemd(path, environ):
        return fine("key", f"{path}: kept by systemd")
    return _readers(path, found)


def _readers(path: Path, found: os.stat_result) -> Finding:
    """Who else may read the key."""
    mode = stat.S_IMODE(found.st_mode)
    if found.st_uid != os.geteuid():
        state = f"{path} belongs to {_user(found.st_uid)}, and this is {_user(os.geteuid())}"
        return wrong("key", state, "run this as the user that runs Vigil, or give that user the file (chown)")
    if mode & 0o077:
        return wrong(
            "key", f"{path}: others on this machine can read it (mode {mode:04o})", f"chmod 600 {path}"
        )
    return fine("key", f"{path}: readable by {_user(found.st_uid)} alone")


def check_database(config: Config, secret: bytes | None) -> tuple[Finding, bool]:
    """The database, and whether it was used before: reachable, of our version, whole, and of this key."""
    file = sqlite_file(config)
    where = str(file) if file else "PostgreSQL"
    if file and not (file.exists() and file.stat().st_size):
        return _not_made(file), False
    try:
        database = Database(config.database, Vault.from_secret(secret or _NO_KEY))
        try:
            health = examine(database)
        finally:
            database.close()
    except StorageError as error:
        mend = f"see who may read and write {file}" if file else "see whether it runs, and mend `database`"
        return wrong("database", f"{where}: {error}", mend), False
    return _judged(where, health, has_key=secret is not None), health.version is not None


def remembered(config: Config, secret: bytes | None) -> tuple[tuple[Source, ...], tuple[Subscription, ...]]:
    """What is stored of sources and of hubs; nothing where the database is not to be used as it is."""
    file = sqlite_file(config)
    if file and not (file.exists() and file.stat().st_size):
        return (), ()
    database = Database(config.database, Vault.from_secret(secret or _NO_KEY))
    try:
        health = examine(database)
        if health.version != health.needed or health.damage:
            return (), ()
        with database.read() as work:
            return work.sources.all(), work.subscriptions.all() if health.key_fits and secret else ()
    except StorageError:
        return (), ()
    finally:
        database.close()


def check_files(config: Config) -> list[Finding]:
    """For SQLite: who else can read the file, and how much room is left for it."""
    file = sqlite_file(config)
    if not file or not file.parent.is_dir():
        return []
    found = []
    if file.exists() and file.stat().st_mode & stat.S_IROTH:
        beside = ", beside its key" if config.key_file.parent == file.parent else ""
        state = f"everybody on this machine can read {file}{beside}"
        found.append(wrong("database", state, f"chmod o= {file}*"))
    if file.exists() and not (os.access(file, os.W_OK) and os.access(file.parent, os.W_OK)):
        state = f"{_user(os.geteuid())} cannot write to {file} and its folder"
        found.append(wrong("database", state, "run this as the user that runs Vigil"))
    free = shutil.disk_usage(file.parent).free
    if free < _LEAST_FREE:
        found.append(wrong("disk", f"{_size(free)} free in {file.parent}", "make room, or move the database"))
    else:
        found.append(fine("disk", f"{_size(free)} free"))
    return found


def read_key(config: Config) -> bytes | None:
    """The key, where there is a usable one."""
    try:
        return parse_key(config.key_file.read_text(encoding="ascii", errors="replace"))
    except (OSError, ValueError):
        return None


def sqlite_file(config: Config) -> Path | None:
    """The file of an SQLite database."""
    scheme, _, name = config.database.partition(":///")
    return Path(name) if scheme == "sqlite" else None


def _not_made(file: Path) -> Finding:
    if not file.parent.is_dir():
        return wrong("database", f"there is no folder {file.parent}", "make it, or mend `database`")
    if not os.access(file.parent, os.W_OK):
        return wrong("database", f"{_user(os.geteuid())} cannot write to {file.parent}", "mend its rights")
    return note("database", f"{file}: not made yet", "`vigil run` makes it")


def _judged(where: str, health: Health, *, has_key: bool) -> Finding:
    if health.damage:
        remedy = "stop Vigil, keep a copy of the file, and `vigil restore` the last backup"
        return wrong("database", f"{where} is damaged: {health.damage[0]}", remedy)
    if health.version is None:
        return note("database", f"{where}: empty", "`vigil run` makes its tables")
    if health.version != health.needed:
        state = f"{where} is at version {health.version}, this program needs {health.needed}"
        return wrong("database", state, "`vigil backup`, then `vigil migrate`")
    if has_key and not health.key_fits:
        return wrong("database", f"{where} was made with another key", "put back the key it was made with")
    counts = health.counts
    held = f", {counts.statements:,} statements, {counts.waiting:,} waiting to be sent" if counts else ""
    return fine("database", f"{where}: version {health.version}{held}")


def _by_systemd(path: Path, environ: Mapping[str, str]) -> bool:
    """A credential (systemd.exec): its mode may look open, as an access list stands in the group's place."""
    folder = environ.get("CREDENTIALS_DIRECTORY", "")
    return bool(folder) and path.is_relative_to(folder)


def _user(number: int) -> str:
    try:
        return pwd.getpwuid(number).pw_name
    except KeyError:
        return f"user {number}"


def _size(count: int) -> str:
    return f"{count / 1e9:,.1f} GB" if count >= 1e9 else f"{count / 1e6:,.0f} MB"
