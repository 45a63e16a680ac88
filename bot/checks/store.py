"""Looks at what Vigil keeps: the key, the database, and the room left for it. Nothing is made or changed."""

import os
import pwd
import shutil
import stat
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from bot.accounts import missing
from bot.checks.finding import Finding, fine, note, wrong
from bot.config import Config
from bot.key import coming, may_be, place, secret_of
from storage.database import Database, StorageError, Unusable
from storage.health import Health, examine
from storage.records import Source
from storage.remembered import Subscription
from storage.vault import Vault, parse_key

_LEAST_FREE = 200_000_000
"""Bytes below which a write-ahead log, a backup or a migration may fail at any moment."""
_NO_KEY = b"\x00" * 32


def check_key(config: Config, *, used: bool, environ: Mapping[str, str] = os.environ) -> Finding:
    """The key: there and whole; a file, readable by us alone. `used`: the database was made with a key."""
    if config.key or config.key_command:
        return _kept_elsewhere(config)
    return _check_file(config.key_file, used=used, environ=environ)


def _check_file(path: Path, *, used: bool, environ: Mapping[str, str]) -> Finding:
    try:
        found = path.stat()
        parse_key(path.read_text(encoding="ascii", errors="replace"))
    except FileNotFoundError:
        if used:
            remedy = "put back the copy you kept: without it nobody who subscribed can be reached"
            return wrong("key", f"{path} is missing", remedy)
        return _key_to_be_made(path)
    except (ValueError, OSError) as error:
        return _unreadable(path, error)
    if coming(path).exists():
        state = f"{coming(path)} is there: an exchange of the key was begun and not ended"
        return note("key", state, "`vigil admin rekey` ends it")
    if _by_systemd(path, environ):
        return fine("key", f"{path}: kept by systemd")
    return _readers(path, found)


def _unreadable(path: Path, error: ValueError | OSError) -> Finding:
    if isinstance(error, ValueError):
        return wrong("key", f"{path}: {error}", "put back the copy you kept")
    denied = isinstance(error, PermissionError)
    remedy = "run this as the user that runs Vigil" if denied else "mend `key_file`"
    return wrong("key", f"{path} cannot be read: {error.strerror}", remedy)


def _kept_elsewhere(config: Config) -> Finding:
    """A key that is a value, or that a command prints."""
    try:
        secret_of(config)
    except Unusable as error:
        what, _, remedy = str(error).rpartition(": ")
        return wrong("key", what, remedy)
    return fine("key", f"{place(config)} gives a key")


def _key_to_be_made(path: Path) -> Finding:
    """Before the first run: whether the key can be made where it is wanted."""
    if not path.parent.is_dir():
        return wrong("key", f"there is no folder {path.parent} to make it in", "make it, or mend `key_file`")
    if not os.access(path.parent, os.W_OK | os.X_OK):
        state = f"{_user(os.geteuid())} cannot make it in {path.parent}"
        return wrong("key", state, "mend the rights of the folder, or `key_file`")
    return note("key", f"{path}: not made yet", "`vigil run` makes it; keep a copy apart from the database")


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


def check_database(config: Config, vault: Vault | None) -> tuple[Finding, bool]:
    """The database, and whether it was used before: reachable, of our version, whole, and of this key."""
    file = sqlite_file(config)
    where = str(file) if file else "PostgreSQL"
    if file and file.is_dir():
        return wrong("database", f"{file} is a folder", "give the name of a file in it in `database`"), False
    if file and not (file.exists() and file.stat().st_size):
        return _not_made(file), False
    try:
        database = _opened(config, vault)
        try:
            health = examine(database)
        finally:
            database.close()
    except StorageError as error:
        return wrong("database", f"{where}: {error}", _unread(file)), False
    return _judged(where, health, has_key=vault is not None), health.version is not None


@dataclass(frozen=True, slots=True)
class Memory:
    """What the watch remembers: its sources, its hubs, and which places asked to be left alone until when."""

    sources: tuple[Source, ...] = ()
    subscriptions: tuple[Subscription, ...] = ()
    paused: Mapping[str, datetime] = field(default_factory=dict)
    waiting: int = 0
    """Alerts that wait until an admin has looked."""
    orphans: Mapping[str, int] = field(default_factory=dict)
    """Accounts that people belong to and the configuration does not name, with how many those are."""


NOTHING = Memory()


def remembered(config: Config, vault: Vault | None, now: datetime) -> Memory:
    """What is stored; nothing where the database is not to be used as it is."""
    file = sqlite_file(config)
    if file and not (file.exists() and file.stat().st_size):
        return Memory()
    database = _opened(config, vault)
    try:
        health = examine(database)
        if health.version != health.needed or health.damage:
            return Memory()
        with database.read() as work:
            held = work.subscriptions.all() if health.key_fits and vault else ()
            waiting = len(work.held.waiting())
            paused = work.pauses.paused(now)
            return Memory(work.sources.all(), held, paused, waiting, missing(config, work))
    except StorageError:
        return Memory()
    finally:
        database.close()


def _unread(file: Path | None) -> str:
    """How to come to a database that can be read."""
    if not file:
        return "see whether it runs, and mend `database`"
    if os.access(file, os.R_OK) and not _is_sqlite(file):
        return "mend `database`: this is another file; if it was Vigil's, `vigil restore` the last backup"
    return f"see who may read and write {file} and its folder"


def check_forgotten(config: Config) -> list[Finding]:
    """The file that tells a restore who has left: it has to be one that we can write to."""
    file = config.forgotten
    may_write = os.access(file if file.exists() else file.parent, os.W_OK)
    if may_write or (not file.exists() and not file.parent.exists()):
        return []
    state = f"{_user(os.geteuid())} cannot write to {file}: a backup could bring back who has left"
    return [note("forgotten", state, "let `forgotten_file` name a file in a folder that we may write to")]


def check_files(config: Config) -> list[Finding]:
    """For SQLite: who else can read the file, and how much room is left for it."""
    file = sqlite_file(config)
    if not file or not file.parent.is_dir():
        return []
    found = []
    if _is_sqlite(file) and file.stat().st_mode & stat.S_IROTH:
        beside = ", beside its key" if config.key_file.parent == file.parent else ""
        state = f"everybody on this machine can read {file}{beside}"
        found.append(wrong("database", state, f"chmod o= {file}*"))
    if file.is_file() and not (os.access(file, os.W_OK) and os.access(file.parent, os.W_OK)):
        state = f"{_user(os.geteuid())} cannot write to {file} and its folder"
        found.append(wrong("database", state, "run this as the user that runs Vigil"))
    free = shutil.disk_usage(file.parent).free
    if free < _LEAST_FREE:
        found.append(wrong("disk", f"{_size(free)} free in {file.parent}", "make room, or move the database"))
    else:
        found.append(fine("disk", f"{_size(free)} free"))
    return found


def read_vault(config: Config) -> Vault | None:
    """The vault of the key, where there is a usable one."""
    return next(may_be(config), None)


def _opened(config: Config, vault: Vault | None) -> Database:
    return Database(config.database, vault or Vault.from_secret(_NO_KEY), lambda: may_be(config))


def sqlite_file(config: Config) -> Path | None:
    """The file of an SQLite database."""
    scheme, _, name = config.database.partition(":///")
    return Path(name) if scheme == "sqlite" else None


def _is_sqlite(file: Path) -> bool:
    """Whether the file begins as SQLite's do: advice to change another one's rights would do harm."""
    try:
        with file.open("rb") as opened:
            return opened.read(16) == b"SQLite format 3\x00"
    except OSError:
        return False


def _not_made(file: Path) -> Finding:
    if not file.parent.is_dir():
        return wrong("database", f"there is no folder {file.parent}", "make it, or mend `database`")
    if not os.access(file.parent, os.W_OK):
        return wrong("database", f"{_user(os.geteuid())} cannot write to {file.parent}", "mend its rights")
    return note("database", f"{file}: not made yet", "`vigil run` makes it")


def _judged(where: str, health: Health, *, has_key: bool) -> Finding:
    flaw = health.moved or _flaw(health, has_key=has_key)
    if flaw:
        state, remedy = flaw
        return wrong("database", f"{where} {state}", remedy)
    if health.version is None:
        return note("database", f"{where}: empty", "`vigil run` makes its tables")
    counts = health.counts
    held = f", {counts.statements:,} statements, {counts.waiting:,} waiting to be sent" if counts else ""
    return fine("database", f"{where}: version {health.version}{held}")


def _flaw(health: Health, *, has_key: bool) -> tuple[str, str] | None:
    """What is wrong with it, and the remedy."""
    if health.hindered:
        why, remedy = health.hindered
        return f"cannot be written to: {why}", remedy
    if health.damage:
        remedy = "stop Vigil, keep a copy of the file, and `vigil restore` the last backup"
        return f"is damaged: {health.damage[0]}", remedy
    if not health.known:
        state = f"was made by a newer Vigil (version {health.version}; this program knows {health.needed})"
        return state, "use that version of Vigil, or a newer one"
    if health.version not in (None, health.needed):
        state = f"is at version {health.version}, this program needs {health.needed}"
        return state, "`vigil backup`, then `vigil migrate`"
    if has_key and not health.key_fits:
        return "was made with another key", "put back the key it was made with"
    return None


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
