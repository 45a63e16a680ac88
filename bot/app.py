"""Wires everything: a Config becomes a database, a poller, and one deliverer for each transport."""

import asyncio
import gc
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, timedelta, tzinfo
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import structlog

from bot.announce import Announcer, Transport
from bot.commands.answer import answer as answer_command
from bot.commands.answer import changes
from bot.commands.inline import Offers, offers
from bot.commands.request import Reply, Request
from bot.commands.table import COMMANDS
from bot.config import Config, TelegramConfig, WebConfig
from bot.metrics import Meter
from bot.pushes import routes as pushes
from bot.render.message import Message, Paragraph, Span
from bot.scrapes import routes as scrapes
from bot.speech import Speech, languages
from bot.systemd import Manager
from bot.transports.console import ADDRESS, ConsoleTransport
from bot.transports.telegram import TelegramTransport
from bot.transports.telegram_outcome import GROUP_PER_MINUTE, place_of
from bot.watchdog import Pulse, keep_watch
from bot.web import serving
from jobs.deliver import Deliverer
from jobs.desk import Rules
from jobs.fetch import USER_AGENT, Fetcher
from jobs.heartbeat import EVERY, Heartbeat
from jobs.launch import EVERY as LAUNCH_EVERY
from jobs.launch import Launcher
from jobs.limits import Limits
from jobs.notices import Admins
from jobs.pace import Pace
from jobs.parser import PRELOAD, Parser
from jobs.poll import Poller
from jobs.prune import EVERY as PRUNE_EVERY
from jobs.prune import Pruner
from jobs.remind import EVERY as REMIND_EVERY
from jobs.remind import Reminder
from jobs.schedule import Job, Schedule
from jobs.websub import Subscriber
from jobs.workers import Workers
from storage.database import Database, Unusable, now_utc
from storage.vault import Vault, WrongKey, read_or_make_key

if TYPE_CHECKING:
    from bot.transports.matrix import MatrixTransport

log = structlog.get_logger()

POLL_EVERY = 1.0
"""Seconds: due times are spread, and what is asked stays spread only if they are looked at often."""
SUBSCRIBE_EVERY = 5.0
_ROUNDS = 250
"""How many rounds may overlap: one lasts as long as its slowest source, with all that it links to."""
DELIVER_EVERY = 1.0
_LOCK_RETRY = 5.0
POLLS_WITHIN = 90.0
"""Seconds within which the poll loop must have come round; far more than POLL_EVERY, for busy machines."""
SENDS_WITHIN = 240.0
"""Seconds within which a sender must have moved: a slow message, and a database locked all the while."""
TERMINAL = ("console", ADDRESS)
"""Who sits here has the configuration and the key."""
ONLY_TERMINAL = Admins((TERMINAL,))
ALONE = Rules(admins=ONLY_TERMINAL)
AT_ONCE = Pace(1000.0, gap=0.0)
"""For a terminal, which has no limits."""


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


def rules(config: Config) -> Rules:
    """How appeals are sent, from the configuration."""
    return Rules(
        approvals=config.admins.approvals,
        cooling_off=timedelta(seconds=config.admins.cooling_off),
        per_second=config.telegram.messages_per_second if config.telegram else AT_ONCE.per_second,
        organisation=config.admins.organisation,
        admins=admins(config),
    )


def workers() -> Workers:
    """Where what strangers wrote is read: processes of their own, which end in time."""
    return Workers(preload=PRELOAD)


def settle() -> None:
    """What is in memory once all is wired stays there: the collector need not look through it each time."""
    gc.collect()
    gc.freeze()


@dataclass(frozen=True, slots=True)
class Desk:
    """Answers requests from any transport against one database."""

    database: Database
    zone: tzinfo = UTC
    admins: Admins = ONLY_TERMINAL
    rules: Rules = ALONE

    async def answer(self, request: Request) -> Reply:
        """One request, one transaction, in a thread so that a slow look-up holds nobody up."""
        return await asyncio.to_thread(self._answer, request)

    async def offer(self, typed: str, offset: str, language: str) -> Offers:
        """Citations for words that are typed in any chat."""
        return await asyncio.to_thread(self._offer, typed, offset, language)

    async def gone(self, transport: str, address: str, request_id: str = "") -> None:
        """The chat blocked or removed the bot: nothing is sent there until it speaks again.

        `request_id` is what told so: when it comes again, the chat may have spoken since.
        """
        await asyncio.to_thread(self._suspend, transport, address, request_id)

    def _answer(self, request: Request) -> Reply:
        if (request.transport, request.address) in (*self.admins.addresses, TERMINAL):
            request = replace(request, admin=True, rules=self.rules)
        # A look-up must not wait for whoever is writing.
        opened = self.database.write if changes(request.text) else self.database.read
        with opened() as work:
            return answer_command(request, work, self.zone)

    def _offer(self, typed: str, offset: str, language: str) -> Offers:
        with self.database.read() as work:
            return offers(typed, offset, language, work, self.zone)

    def _suspend(self, transport: str, address: str, request_id: str) -> None:
        with self.database.write() as work:
            recipient = work.recipients.find(transport, address)
            if recipient and (not request_id or work.requests.begin(transport, request_id, now_utc())):
                work.recipients.suspend(recipient.id, now_utc())


def telegram(config: TelegramConfig, desk: Desk) -> TelegramTransport:
    """The Telegram transport with its menu of commands in every language we speak."""
    menu = [
        (command.name, {language: Speech(language).t(command.summary) for language in languages()})
        for command in COMMANDS
        if not (command.hidden or command.desk)
    ]

    async def gone(address: str, request_id: str) -> None:
        await desk.gone("telegram", address, request_id)

    return TelegramTransport(
        config.token,
        api_url=config.api_url,
        proxy=config.proxy,
        answer=desk.answer,
        commands=menu,
        apology=apology,
        gone=gone,
        offer=desk.offer,
    )


def matrix(config: Config, desk: Desk) -> "MatrixTransport":
    """The Matrix transport. Raises Unusable where its store cannot be made, ValueError without [matrix]."""
    # matrix-nio and its encryption are dear to import, and only whoever speaks Matrix needs them.
    from bot.transports.matrix import MatrixTransport  # noqa: PLC0415

    if config.matrix is None:
        raise ValueError("[matrix] is not configured")

    async def gone(address: str, request_id: str) -> None:
        await desk.gone("matrix", address, request_id)

    try:
        return MatrixTransport(
            config.matrix,
            desk.database.vault,
            admins=config.admins.matrix,
            answer=desk.answer,
            apology=apology,
            gone=gone,
            language=config.language,
        )
    except OSError as error:
        remedy = "mend the rights of its folder, or `store` under [matrix]"
        raise Unusable(f"{config.matrix.store}: cannot be made ({error.strerror}): {remedy}") from error


def telegram_pace(config: TelegramConfig) -> Pace:
    """What Telegram takes: so many a second, one a second in a chat, and twenty a minute in a group (FAQ)."""
    return Pace(config.messages_per_second, per_minute=GROUP_PER_MINUTE, place=place_of)


def matrix_pace() -> Pace:
    """No more than a small homeserver takes; where one takes less, it says how long to wait."""
    return Pace(50.0, gap=0.0)


def apology(language: str) -> Message:
    """What is said when an answer failed."""
    text = Speech(language).t("Something went wrong here. Nothing was changed. Please try again in a moment.")
    return Message((Paragraph((Span(text),)),))


@asynccontextmanager
async def delivering(
    database: Database,
    transport: Transport,
    pace: Pace,
    beat: Callable[[], None] = lambda: None,
    zone: tzinfo = UTC,
    told: Admins = ONLY_TERMINAL,
) -> AsyncIterator[Deliverer]:
    """The one deliverer of a transport: waits until no other process sends there, then recovers.

    `beat` is called with every step forward; to wait for the other process is one. `told` are those
    who hear of what goes wrong.
    """
    async with AsyncExitStack() as stack:
        while not stack.enter_context(database.sender_lock(transport.name)):
            beat()
            await stack.pop_all().aclose()
            log.warning("another process sends here; waiting until it stops", transport=transport.name)
            await asyncio.sleep(_LOCK_RETRY)
        voice = Announcer(transport, zone)
        deliverer = Deliverer(database, voice, pace, now_utc, beat, told)
        recovered = await asyncio.to_thread(deliverer.recover)
        if recovered:
            log.warning("deliver.recovered", transport=transport.name, interrupted=recovered)
        yield deliverer


async def serve(config: Config, stop: asyncio.Event) -> None:
    """The service: polls, delivers and answers until `stop` is set, then ends cleanly."""
    database = open_database(config)
    watched, config = len(config.sources), replace(config, sources=())  # they are in the database now
    told = admins(config)
    desk = Desk(database, ZoneInfo(config.timezone), told, rules(config))
    wake, pulse, manager = asyncio.Event(), Pulse(), Manager.of()
    async with AsyncExitStack() as stack:
        stack.callback(database.close)
        fetching = await stack.enter_async_context(fetcher(config))
        parser = Parser((await stack.enter_async_context(workers())).run)
        beat = pulse.of("poll", POLLS_WITHIN)
        meter = Meter()
        poller = Poller(
            *(database, fetching, limits(config), wake.set, beat, parser),
            admins=told,
            noticed=meter.polled,
        )
        heart = Heartbeat(database, told, limits(config), now_utc, wake.set)
        await heart.beat()
        senders = await _voices(config, desk, stack)
        tasks = []
        for one, pace in senders:
            moves = pulse.of(f"send {one.name}", SENDS_WITHIN)
            tasks.append(asyncio.create_task(_send(database, one, pace, wake, moves, desk)))
        tasks.append(asyncio.create_task(keep_watch(pulse, manager, database, watched)))
        pruner = Pruner(database)
        launcher = Launcher(database, desk.rules, limits(config), wake.set)
        reminder = Reminder(database, desk.zone, wake.set)
        jobs = [
            Job("poll", POLL_EVERY, lambda: poller.due(now_utc()), at_most=_ROUNDS),
            Job("appeals", LAUNCH_EVERY, lambda: launcher.due(now_utc())),
            Job("heartbeat", EVERY, heart.beat),
            Job("remind", REMIND_EVERY, lambda: reminder.remind(now_utc())),
            Job("prune", PRUNE_EVERY, lambda: asyncio.to_thread(pruner.prune, now_utc())),
        ]
        if config.metrics:
            seen = scrapes(database, meter, pulse, now_utc)
            await stack.enter_async_context(serving("metrics", config.metrics.listen, seen))
        if config.web:
            jobs += await stack.enter_async_context(_web(config, config.web, poller, meter))
        schedule = Schedule(tuple(jobs))
        schedule.start()
        first = asyncio.create_task(_first_round(poller, heart))
        log.info("vigil.ready", sources=watched, transports=[one.name for one, _ in senders])
        manager.ready()
        settle()
        await stop.wait()
        manager.stopping()
        schedule.stop()
        await _end([first, *tasks])
    log.info("vigil.stopped")


async def _voices(config: Config, desk: Desk, stack: AsyncExitStack) -> list[tuple[Transport, Pace]]:
    """Every transport of the configuration, listening until the stack ends, and how fast it may speak."""
    console = ConsoleTransport(desk.answer, config.language, timezone=desk.zone)
    senders: list[tuple[Transport, Pace]] = [(console, AT_ONCE)]
    if config.telegram:
        chat = telegram(config.telegram, desk)
        await chat.start()
        stack.push_async_callback(chat.stop)
        senders.append((chat, telegram_pace(config.telegram)))
    if config.matrix:
        rooms = matrix(config, desk)
        await rooms.start()
        stack.push_async_callback(rooms.stop)
        senders.append((rooms, matrix_pace()))
    return senders


@asynccontextmanager
async def _web(config: Config, web: WebConfig, poller: Poller, meter: Meter) -> AsyncIterator[list[Job]]:
    """The built-in server, with what it serves; yields what has to be done for its sake."""
    if not web.public_url:
        log.warning("web.unused", remedy="give `public_url` under [web], or take the table out")
        yield []
        return
    subscriber = Subscriber(
        *(poller.database, poller.fetcher, poller, web.public_url),
        in_clear=config.fetch.allow_private,
        noticed=meter.pushed,
        brought=meter.brought,
    )
    async with AsyncExitStack() as stack:
        stack.push_async_callback(subscriber.close)
        await stack.enter_async_context(
            serving("web", web.listen, pushes(subscriber), max_bytes=config.fetch.max_bytes)
        )
        yield [Job("websub", SUBSCRIBE_EVERY, lambda: subscriber.tend(now_utc()))]


async def _first_round(poller: Poller, heart: Heartbeat) -> None:
    """What is overdue is asked at once; then it is known what an outage, if there was one, has cost."""
    await poller.due(now_utc())
    await heart.beat()


async def _send(
    database: Database,
    transport: Transport,
    pace: Pace,
    wake: asyncio.Event,
    beat: Callable[[], None],
    desk: Desk,
) -> None:
    """Delivers until cancelled: at once when something was queued or a wait is over, else every second."""
    async with delivering(database, transport, pace, beat, desk.zone, desk.admins) as deliverer:
        while True:
            beat()
            try:
                await deliverer.drain()
            except Exception:
                # The queue is durable: a fault now is tried again a second later, and logged.
                log.exception("deliver.failed", transport=transport.name)
            try:
                await asyncio.wait_for(wake.wait(), min(DELIVER_EVERY, deliverer.rests() or DELIVER_EVERY))
                wake.clear()
            except TimeoutError:
                continue


async def _end(tasks: list[asyncio.Task[object]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def in_memory_vault() -> Vault:
    """A vault for a database that lives no longer than the program (demo, dry run)."""
    return Vault.from_secret(b"\x00" * 32)


def scratch_database(folder: Path) -> Database:
    """An empty SQLite database in a temporary folder."""
    database = Database(f"sqlite:///{folder / 'scratch.db'}", in_memory_vault())
    database.prepare()
    return database
