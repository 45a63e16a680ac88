"""vigil run, console, deliver, demo: the commands that speak to people."""

import asyncio
import faulthandler
import logging
import os
import signal
import sys
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from bot.accounts import settle_accounts
from bot.announce import Announcer
from bot.app import serve
from bot.cli.common import DEFAULT, ConfigFile, configuration, fail
from bot.config import Config
from bot.demo.tour import demo as play_demo
from bot.desk import Desk
from bot.installation import (
    admins,
    fetcher,
    limits,
    matrix_sender,
    open_database,
    telegram_sender,
    workers,
)
from bot.roles import ALL, UnknownRole, chosen
from bot.speaking import AT_ONCE, always, delivering
from bot.transports.console import ConsoleTransport
from bot.transports.matrix_folder import NotTheFolder
from bot.transports.matrix_session import AccountRefusedError
from bot.transports.telegram import TokenRefusedError
from bot.voices import its_folder, matrix, matrix_pace, rules, telegram, telegram_pace
from bot.web import NotServed
from jobs.deliver import Deliverer, NoKey, NotAlone
from jobs.ending import nothing_left
from jobs.launch import Launcher
from jobs.looks import EVERY as LOOKS_EVERY
from jobs.looks import Looker
from jobs.parser import Parser
from storage.database import Database, StorageError, Unusable, now_utc
from storage.words import DeliveryState

_LEFT_EVERY, _LEFT_MOST = 2.0, 20.0
"""Seconds after which what libraries left behind is told again to end, and for which it is waited for."""
_FOR_GOOD = 2
"""Exit code for what does not mend itself: the service manager must not start us again (deploy/)."""


def run(
    config: ConfigFile = DEFAULT,
    roles: Annotated[
        str,
        typer.Option(
            help="What this node does of poll, send, answer, web, keep, with commas; all if left out."
        ),
    ] = "",
) -> None:
    """The service: polls, delivers and answers until it is stopped."""
    settings = configuration(config, least=logging.DEBUG)
    try:
        does = chosen(roles)
    except UnknownRole as error:
        fail(f"--roles: {error}", 2)
    if does != ALL and settings.database.startswith("sqlite:"):
        fail(
            "--roles: with SQLite one program does everything: `vigil migrate --to postgresql://...` moves "
            "all of it to where several can",
            2,
        )
    file, service = settings.file, _run(settings, does)
    del settings  # ten thousand sources are eight megabytes, and the service keeps what it needs
    try:
        asyncio.run(service)
    except Unusable as error:
        fail(str(error), _FOR_GOOD)
    except TokenRefusedError as error:
        fail(f"{file}: telegram.token: {error}: copy it anew from @BotFather", _FOR_GOOD)
    except AccountRefusedError as error:
        fail(f"{file}: [matrix]: {error}: mend `user`, and `password` or `access_token`", _FOR_GOOD)
    except (StorageError, NotServed) as error:
        fail(str(error))


def console(config: ConfigFile = DEFAULT) -> None:
    """Chat with the bot in this terminal, or with lines from a pipe."""
    try:
        asyncio.run(_console(configuration(config)))
    except StorageError as error:
        fail(str(error))


def deliver(
    config: ConfigFile = DEFAULT,
    until_empty: Annotated[
        bool, typer.Option("--until-empty", help="Go on until nothing is due any more.")
    ] = False,
) -> None:
    """Send what is queued, once over, and end."""
    settings = configuration(config, least=logging.DEBUG)
    try:
        asyncio.run(_deliver(settings, until_empty=until_empty))
    except AccountRefusedError as error:
        fail(f"{settings.file}: [matrix]: {error}: mend `user`, and `password` or `access_token`", _FOR_GOOD)
    except StorageError as error:
        fail(str(error))


def demo() -> None:
    """See the main job in a minute. Sample sources on this machine, no network, no token."""
    sys.exit(asyncio.run(play_demo(language=system_language())))


def system_language() -> str:
    """The language of the person's terminal, from the environment (POSIX locale names)."""
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if os.environ.get(name):
            return os.environ[name].split(".")[0]
    return "en"


async def _run(config: Config, roles: frozenset[str]) -> None:
    # Where every thread stood, should the watchdog have to end us (SIGABRT); names and lines, no values.
    faulthandler.enable()
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    service = serve(config, stop, roles)
    del config  # as above
    try:
        await service
    finally:
        await nothing_left(_LEFT_EVERY, _LEFT_MOST)


async def _console(config: Config) -> None:
    database = open_database(config)
    try:
        desk = Desk(database, ZoneInfo(config.timezone), admins(config), rules(config))
        transport = ConsoleTransport(desk.answer, config.language, timezone=desk.zone)
        await _catch_up(database, transport, desk)
        one_at_a_time = asyncio.Lock()

        async def look() -> None:
            async with one_at_a_time:
                if await asyncio.to_thread(_is_asked, database):
                    await _look(config, database)
                    await _catch_up(database, transport, desk)

        looking = asyncio.create_task(_again_and_again(look))
        try:
            await transport.chat()
            await look()  # what a pipe asked last is answered before its end
        finally:
            looking.cancel()
    finally:
        database.close()


async def _catch_up(database: Database, transport: ConsoleTransport, desk: Desk) -> None:
    """What came for the terminal while nobody looked, unless another program shows it."""
    with database.sender_lock(transport.name) as alone:
        if alone:
            deliverer = Deliverer(database, Announcer(transport, desk.zone), AT_ONCE, now_utc)
            deliverer.recover()
            await deliverer.drain()


def _is_asked(database: Database) -> bool:
    with database.read() as work:
        return work.looks.are_waiting(now_utc())


async def _look(config: Config, database: Database) -> None:
    """Looks at the addresses that somebody asked about; where the service runs, it mostly did so already."""
    async with fetcher(config) as fetching, workers() as hands:
        await Looker(database, fetching, Parser(hands.run), limits(config)).due()


async def _again_and_again(look: Callable[[], Awaitable[None]]) -> None:
    while True:
        await asyncio.sleep(LOOKS_EVERY)
        await look()


async def _deliver(config: Config, *, until_empty: bool) -> None:
    database = open_database(config)
    desk = Desk(database, ZoneInfo(config.timezone), admins(config), rules(config))
    try:
        await Launcher(database, desk.rules, limits(config)).due(now_utc())
        console_voice = ConsoleTransport(desk.answer, config.language, timezone=desk.zone)
        settle_accounts(config, database)
        speaker = always(console_voice, AT_ONCE)
        async with delivering(database, speaker, zone=desk.zone, told=desk.admins) as deliverer:
            attempted = await deliverer.drain()
        for bot in (config.telegram, *config.telegram.more) if config.telegram else ():
            chat = telegram(bot, desk, name=telegram_sender(bot, first=bot is config.telegram))
            speaker = always(chat, telegram_pace(bot))
            async with delivering(database, speaker, zone=desk.zone, told=desk.admins) as deliverer:
                attempted += await _drained(deliverer, chat.name, until_empty=until_empty)
            await chat.stop()
        for account in (config.matrix, *config.matrix.more) if config.matrix else ():
            rooms = matrix(config, desk, account, matrix_sender(account, first=account is config.matrix))
            speaker = always(rooms, matrix_pace(account))
            async with delivering(database, speaker, zone=desk.zone, told=desk.admins) as deliverer:
                try:
                    async with its_folder(database, account, rooms.name):
                        await rooms.connect()
                        attempted += await _drained(deliverer, rooms.name, until_empty=until_empty)
                except NotTheFolder as error:
                    raise StorageError(str(error)) from error
                finally:
                    await rooms.stop()
        if not attempted:
            typer.echo(_nothing_to_send(database))
    finally:
        database.close()


def _nothing_to_send(database: Database) -> str:
    """Why nothing was sent, as what waits tells it."""
    with database.read() as work:
        states = work.measures(now_utc()).deliveries
    later, held = (
        sum(count for (state, _), count in states.items() if state is wanted)
        for wanted in (DeliveryState.QUEUED, DeliveryState.HELD)
    )
    waits = [f"{later:,} for their hour, or for an account that is not configured"] if later else []
    waits += [f"{held:,} until an admin has looked (`vigil admin held`)"] if held else []
    return "Nothing is due to be sent" + (f"; {', '.join(waits)} wait." if waits else ", and nothing waits.")


async def _drained(deliverer: Deliverer, name: str, *, until_empty: bool) -> int:
    """Returns how many messages were attempted."""
    attempted = 0
    try:
        while True:
            count = await deliverer.drain()
            attempted += count
            if not (count or (until_empty and await _more_to_come(deliverer.database, name))):
                return attempted
    except NoKey as error:
        raise StorageError(str(error)) from error
    except NotAlone:
        raise StorageError(
            f"the database ended the session that held the lock of {name}: another program may send there; "
            "run this again"
        ) from None


async def _more_to_come(database: Database, name: str) -> bool:
    """Waits until the next queued delivery is due (an hour at most); False when none is queued."""
    with database.read() as work:
        each = [one.next_due(name) for one in (work.deliveries, work.told, work.removals)]
    due = min((one for one in each if one is not None), default=None)
    if due is None or due - now_utc() > timedelta(hours=1):
        return False
    await asyncio.sleep(max(0.1, (due - now_utc()).total_seconds()))
    return True
