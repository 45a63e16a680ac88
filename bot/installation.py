"""What a configuration makes: database and key, the road to the sources, who is told, what may ring."""

from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from bot.config import Config
from bot.desk import TERMINAL
from jobs.fetch import USER_AGENT, Fetcher
from jobs.limits import Limits, Policy
from jobs.notices import Admins
from jobs.parser import PRELOAD
from jobs.workers import Workers
from storage.database import Database, Unusable
from storage.vault import Vault, WrongKey, read_or_make_key


def open_database(config: Config, *, watch: bool = True) -> Database:
    """The configured database, ready; with `watch` its sources become those of the configuration.

    Raises StorageError with the remedy when it cannot be used.
    """
    file = Path(config.database.removeprefix("sqlite:///"))
    if file.is_file() and file.stat().st_size and not config.key_file.exists():
        raise Unusable(
            f"{config.key_file}: the key of this database is missing: put back the copy you kept; "
            "with another one nobody who subscribed can be reached"
        )
    try:
        secret = read_or_make_key(config.key_file)
    except ValueError as error:
        raise Unusable(f"{config.key_file}: {error}: put back the copy you kept") from error
    except OSError as error:
        raise Unusable(_no_key(config.key_file, error)) from error
    database = Database(config.database, Vault.from_secret(secret))
    try:
        database.prepare()
        if watch:
            with database.write() as work:
                work.sources.watch(config.sources)
    except WrongKey as error:
        database.close()
        raise Unusable(f"{config.key_file}: {error}") from error
    return database


def _no_key(file: Path, error: OSError) -> str:
    """Why the key can be neither read nor made."""
    if not file.parent.is_dir():
        return f"{file}: there is no folder {file.parent}: make it, or mend `key_file`"
    if file.exists():
        remedy = (
            "run this as the user that runs Vigil"
            if isinstance(error, PermissionError)
            else "mend `key_file`"
        )
        return f"{file}: cannot be read ({error.strerror}): {remedy}"
    return f"{file}: cannot be made ({error.strerror}): mend the rights of {file.parent}, or `key_file`"


def limits(config: Config) -> Limits:
    """What may ring, from the configuration."""
    return Limits(
        window=timedelta(seconds=config.alerts.window),
        per_source_hour=config.alerts.per_source_hour,
        per_hour=config.alerts.per_hour,
        zone=ZoneInfo(config.timezone),
        review=Policy(config.review.official, config.review.relay),
    )


def fetcher(config: Config) -> Fetcher:
    """The road to the sources, from the configuration."""
    return Fetcher(
        timeout=config.fetch.timeout,
        max_bytes=config.fetch.max_bytes,
        user_agent=config.fetch.user_agent or USER_AGENT,
        contact=config.fetch.contact,
        allow_private=config.fetch.allow_private,
        proxy=config.fetch.proxy,
    )


def admins(config: Config) -> Admins:
    """Who is told of trouble; where nobody is named it is said on the terminal."""
    named = [("telegram", str(number)) for number in config.admins.telegram] if config.telegram else []
    named += [("matrix", name) for name in config.admins.matrix] if config.matrix else []
    return Admins(tuple(named) or (TERMINAL,), config.language)


def workers() -> Workers:
    """Where what strangers wrote is read: processes of their own, which end in time."""
    return Workers(preload=PRELOAD)


def in_memory_vault() -> Vault:
    """A vault for a database that lives no longer than the program (demo, dry run)."""
    return Vault.from_secret(b"\x00" * 32)


def scratch_database(folder: Path) -> Database:
    """An empty SQLite database in a temporary folder."""
    database = Database(f"sqlite:///{folder / 'scratch.db'}", in_memory_vault())
    database.prepare()
    return database
