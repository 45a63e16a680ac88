"""What a configuration makes: database and key, the road to the sources, who is told, what may ring."""

import secrets
from datetime import timedelta
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from zoneinfo import ZoneInfo

from bot.config import Config, MatrixConfig, TelegramConfig
from bot.desk import TERMINAL
from bot.key import opened_with, place, settle
from bot.transports import matrix_answering, telegram_answering
from bot.transports.console import ConsoleTransport
from jobs.fetch import USER_AGENT, Fetcher
from jobs.limits import Limits, Policy
from jobs.notices import Admins
from jobs.parser import PRELOAD
from jobs.workers import Workers
from storage import locks
from storage.database import Database, Unusable, now_utc
from storage.nodes import Node
from storage.senders import name_of
from storage.vault import Vault, WrongKey


def open_database(config: Config, *, watch: bool = True) -> Database:
    """The configured database, ready; with `watch` its sources become those of the configuration.

    Raises StorageError with the remedy when it cannot be used.
    """
    file = Path(config.database.removeprefix("sqlite:///"))
    in_a_file = not (config.key or config.key_command)
    if in_a_file and file.is_file() and file.stat().st_size and not config.key_file.exists():
        raise Unusable(
            f"{config.key_file}: the key of this database is missing: put back the copy you kept; "
            "with another one nobody who subscribed can be reached"
        )
    database = opened_with(config)
    try:
        database.prepare()
        if watch:
            with database.write() as work:
                work.sources.watch(config.sources)
    except WrongKey as error:
        database.close()
        raise Unusable(f"{place(config)}: {error}") from error
    settle(config, database, now_utc().date())
    return database


def senders(config: Config) -> tuple[str, ...]:
    """The accounts by which one program at a time sends: each has a lock of this name."""
    bots = config.telegram.more if config.telegram else ()
    rooms = config.matrix.more if config.matrix else ()
    return (
        *(ConsoleTransport.name, telegram_answering.NAME, matrix_answering.NAME),
        *(telegram_sender(one) for one in bots),
        *(matrix_sender(one) for one in rooms),
    )


def bots_of(config: Config) -> frozenset[str]:
    """The senders that are bots on Telegram."""
    bots = (config.telegram, *config.telegram.more) if config.telegram else ()
    return frozenset(telegram_sender(one, first=one is config.telegram) for one in bots)


def telegram_sender(config: TelegramConfig, *, first: bool = False) -> str:
    """The name of the sender that a further bot account is; a bot keeps its number for good."""
    return name_of(telegram_answering.NAME, "" if first else config.account)


def matrix_sender(config: MatrixConfig, *, first: bool = False) -> str:
    """The name of the sender that a further account on Matrix is."""
    return name_of(matrix_answering.NAME, "" if first else config.user)


def limits(config: Config) -> Limits:
    """What may ring, from the configuration."""
    return Limits(
        window=timedelta(seconds=config.alerts.window),
        per_source_hour=config.alerts.per_source_hour,
        per_source_day=config.alerts.per_source_day,
        per_hour=config.alerts.per_hour,
        ends_per_source_hour=config.alerts.ends_per_source_hour,
        ends_per_source_day=config.alerts.ends_per_source_day,
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
    there = {"telegram": config.telegram, "matrix": config.matrix}
    rooms = tuple(one for one in config.admins.rooms if there[one[0]])
    return Admins(tuple(named) or (TERMINAL,), config.language, rooms)


def this_node(roles: frozenset[str]) -> Node:
    """This program among others on the same database."""
    try:
        made = version("vigil")
    except PackageNotFoundError:  # run from a checkout that was never installed
        made = "unknown"
    return Node(secrets.token_hex(8), locks.place(), made, tuple(sorted(roles)))


def workers(most: int = 2) -> Workers:
    """Where what strangers wrote is read: up to so many processes of their own, which end in time."""
    return Workers(most=most, preload=PRELOAD)


def in_memory_vault() -> Vault:
    """A vault for a database that lives no longer than the program (demo, dry run)."""
    return Vault.from_secret(b"\x00" * 32)


def scratch_database(folder: Path) -> Database:
    """An empty SQLite database in a temporary folder."""
    database = Database(f"sqlite:///{folder / 'scratch.db'}", in_memory_vault())
    database.prepare()
    return database
