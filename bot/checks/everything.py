"""Looks at everything, whatever fails on the way: the whole list for `vigil check`."""

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import TypeVar
from zoneinfo import ZoneInfo

import structlog

from bot.checks.clock import check_clock, check_zone
from bot.checks.finding import Finding, fine, wrong
from bot.checks.outside import check_alike, check_contact, check_sources, look_at_sources
from bot.checks.people import (
    check_admins,
    check_further,
    check_matrix,
    check_orphans,
    check_review,
    check_telegram,
)
from bot.checks.servers import check_hubs, check_servers
from bot.checks.store import (
    Memory,
    check_database,
    check_files,
    check_forgotten,
    check_key,
    read_vault,
    remembered,
)
from bot.config import Config, MatrixConfig
from bot.speech import Speech
from bot.transports.matrix_check import AccountSeen, check_account
from bot.transports.telegram_check import BotSeen, check_bot
from jobs.look import Seen

log = structlog.get_logger()

_Result = TypeVar("_Result")


async def check_everything(config: Config, now: Callable[[], datetime]) -> list[Finding]:
    """Every finding, in the order in which they are best mended."""
    seen, bot, accounts, servers, more = await asyncio.gather(
        _look_at_sources(config, now),
        _ask_telegram(config, now),
        _ask_matrix(config, now),
        check_servers(config),
        _ask_further(config, now),
        return_exceptions=True,
    )
    looked = [] if isinstance(seen, BaseException) else seen
    asked = None if isinstance(bot, BaseException) else bot
    homes = {} if isinstance(accounts, BaseException) else accounts
    return [
        fine("configuration", str(config.file)),
        *_guarded("database", lambda: check_store(config)),
        *_guarded("clock", lambda: [check_clock(_clocks(config, looked, asked, homes))]),
        *_guarded("time zone", lambda: [check_zone(config.timezone, now())]),
        *_guarded("sources", lambda: _judged(config, _unbroken(seen), now())),
        *_guarded("telegram", lambda: check_telegram(config, _unbroken(bot), now())),
        *_guarded("telegram", lambda: check_further(_unbroken(more))),
        *_guarded("accounts", lambda: check_orphans(_remembered(config, now()).orphans)),
        *_guarded("matrix", lambda: check_matrix(_unbroken(accounts))),
        *_guarded("review", lambda: check_review(_remembered(config, now()).waiting)),
        *_guarded("admins", lambda: check_admins(config, asked)),
        *check_contact(config),
        *_guarded("sources", lambda: check_alike(config, _remembered(config, now()))),
        *_guarded("servers", lambda: _unbroken(servers)),
        *_guarded("hubs", lambda: _hubs(config, now())),
    ]


async def _look_at_sources(config: Config, now: Callable[[], datetime]) -> Sequence[Seen]:
    try:
        memory = await asyncio.to_thread(_remembered, config, now())
    except Exception:  # noqa: BLE001 - what is wrong with the database is told by itself
        memory = Memory()
    return await look_at_sources(config, now, memory)


def check_store(config: Config) -> list[Finding]:
    """Key, database, disk. The database is asked first: one that was used makes a missing key a loss."""
    database, used = check_database(config, read_vault(config))
    return [check_key(config, used=used), database, *check_files(config), *check_forgotten(config)]


def _remembered(config: Config, now: datetime) -> Memory:
    return remembered(config, read_vault(config), now)


def _judged(config: Config, seen: Sequence[Seen], now: datetime) -> list[Finding]:
    stored = {source.name: source for source in _remembered(config, now).sources}
    return check_sources(seen, stored, _speech(config))


def _hubs(config: Config, now: datetime) -> list[Finding]:
    memory = _remembered(config, now)
    return check_hubs(config, memory.sources, memory.subscriptions)


def _speech(config: Config) -> Speech:
    return Speech("en", ZoneInfo(config.timezone))


async def _ask_telegram(config: Config, now: Callable[[], datetime]) -> BotSeen | None:
    if config.telegram is None:
        return None
    public_url = config.web.public_url if config.web else ""
    return await check_bot(config.telegram, config.admins.telegram, now, public_url)


async def _ask_further(config: Config, now: Callable[[], datetime]) -> dict[str, BotSeen]:
    """The further bots, by the number of each."""
    bots = config.telegram.more if config.telegram else ()
    seen = await asyncio.gather(*(check_bot(bot, (), now) for bot in bots))
    return {bot.account: one for bot, one in zip(bots, seen, strict=True)}


async def _ask_matrix(config: Config, now: Callable[[], datetime]) -> dict[str, AccountSeen]:
    """What was said of every account on Matrix."""
    accounts = _accounts(config)
    if not accounts:
        return {}
    vault = await asyncio.to_thread(read_vault, config)
    seen = await asyncio.gather(*(check_account(one, vault, now) for one in accounts.values()))
    return dict(zip(accounts, seen, strict=True))


def _accounts(config: Config) -> dict[str, MatrixConfig]:
    """By what is said of each: the first is called as Matrix is."""
    if config.matrix is None:
        return {}
    return {"matrix": config.matrix, **{f"matrix {one.user}": one for one in config.matrix.more}}


def _clocks(
    config: Config, seen: Iterable[Seen], bot: BotSeen | None, accounts: Mapping[str, AccountSeen]
) -> dict[str, timedelta]:
    """How far we are ahead, by host: one that serves many sources, or accounts, has one voice."""
    found = {one.host: one.clock for one in seen if one.clock is not None}
    if bot and bot.clock is not None:
        found["Telegram"] = bot.clock
    for name, account in _accounts(config).items():
        if name in accounts and (clock := accounts[name].clock) is not None:
            found[account.homeserver] = clock
    return found


def _guarded(what: str, look: Callable[[], list[Finding]]) -> list[Finding]:
    """The findings; what fails unforeseen is one of them, so that the rest is still told."""
    try:
        return look()
    except Exception as error:
        log.exception("check.failed", what=what)
        state = f"could not be looked at ({type(error).__name__})"
        return [wrong(what, state, "report this fault of Vigil, with what stands in the log")]


def _unbroken(result: _Result | BaseException) -> _Result:
    if isinstance(result, BaseException):
        raise result
    return result
