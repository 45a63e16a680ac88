"""Wires the service: polls, deliverers and answers run beside each other until it is stopped."""

import asyncio
import gc
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import structlog

from bot.accounts import settle_accounts
from bot.config import Config, WebConfig
from bot.desk import Desk
from bot.doors import HELD
from bot.installation import admins, bots_of, fetcher, limits, open_database, this_node, workers
from bot.joining import routes as joining
from bot.key import place
from bot.metrics import Meter
from bot.pushes import routes as pushes
from bot.roles import ALL
from bot.scrapes import routes as scrapes
from bot.sharing import Sharing
from bot.speaking import Speaker, delivering
from bot.systemd import Manager
from bot.transports.matrix_folder import NotTheFolder
from bot.transports.matrix_session import AccountRefusedError
from bot.transports.telegram_webhook import CONNECTIONS, Webhook
from bot.updates import routes as updates
from bot.voices import rules, voices
from bot.watchdog import Pulse, keep_watch
from bot.web import serving
from jobs.deliver import Deliverer, NoKey, NotAlone
from jobs.dispatch import Batch, Dispatcher
from jobs.ending import ended
from jobs.errands import Finished
from jobs.gravestones import EVERY as FORGOTTEN_EVERY
from jobs.gravestones import Gravestones
from jobs.heartbeat import EVERY, Heartbeat
from jobs.launch import EVERY as LAUNCH_EVERY
from jobs.launch import Launcher
from jobs.looks import EVERY as LOOKS_EVERY
from jobs.looks import Looker
from jobs.moves import GIVE, POLL
from jobs.our_clock import EVERY as CLOCK_EVERY
from jobs.our_clock import OurClock
from jobs.parser import Parser
from jobs.poll import Poller
from jobs.presence import Presence, keep_time
from jobs.progress import EVERY as PROGRESS_EVERY
from jobs.progress import Progress
from jobs.prune import EVERY as PRUNE_EVERY
from jobs.prune import Pruner
from jobs.remind import EVERY as REMIND_EVERY
from jobs.remind import Reminder
from jobs.removals import EVERY as REMOVALS_EVERY
from jobs.removals import Reporter
from jobs.schedule import HERE, Job, Schedule
from jobs.spread import Spread
from jobs.unanswered import EVERY as REVIEW_EVERY
from jobs.unanswered import Unanswered
from jobs.websub import Subscriber
from storage.database import Database, Unusable, now_utc

log = structlog.get_logger()

POLL_EVERY = 1.0
"""Seconds: due times are spread, and what is asked stays spread only if they are looked at often."""
SUBSCRIBE_EVERY = 5.0
_ROUNDS = 250
"""How many rounds may overlap: one lasts as long as its slowest source, with all that it links to."""
DELIVER_EVERY = 1.0
POLLS_WITHIN = 90.0
"""Seconds within which the poll loop must have come round; far more than POLL_EVERY, for busy machines."""
_ENDS_WITHIN = 20.0
"""Seconds that what is told to end has, before it is told again: it writes down what it was about."""
_NOT_OURS = 15.0
"""Seconds for which an account that cannot be used from here is left to other nodes."""
_REFUSED = 600.0
"""Seconds after which an account is tried again that its homeserver refused: it locks out who tries often."""
SENDS_WITHIN = 240.0
"""Seconds within which a sender must have moved: a slow message, and a database locked all the while."""


def settle() -> None:
    """What is in memory once all is wired stays there: the collector need not look through it each time."""
    gc.collect()
    gc.freeze()


async def serve(config: Config, stop: asyncio.Event, roles: frozenset[str] = ALL) -> None:
    """The service: polls, delivers and answers until `stop` is set, then ends cleanly.

    `roles`: what of it this node does. Where there is one machine it does everything (`bot.roles`).
    """
    database = open_database(config)
    await asyncio.to_thread(keep_time, database)
    config = replace(config, sources=())  # they are in the database now
    with database.read() as work:
        watched = work.sources.count()
    told = admins(config)
    desk = Desk(database, ZoneInfo(config.timezone), told, rules(config))
    wake, pulse, manager = asyncio.Event(), Pulse(), Manager.of()
    async with AsyncExitStack() as stack:
        stack.callback(database.close)
        fetching = await stack.enter_async_context(fetcher(config))
        parser = Parser((await stack.enter_async_context(workers())).run)
        beat, meter = pulse.of("poll", POLLS_WITHIN), Meter()
        clock = OurClock(database, told, wake.set)
        poller = Poller(
            *(database, fetching, limits(config), wake.set, beat, parser),
            admins=told,
            noticed=meter.polled,
            dated=clock.heard,
        )
        looker = Looker(database, fetching, parser, limits(config), wake.set)
        heart = Heartbeat(database, told, limits(config), now_utc, wake.set)
        await heart.beat()
        stones = await _gravestones(config, database)
        await asyncio.to_thread(settle_accounts, config, database)
        sharing = Sharing(database, bots_of(config))
        senders = await voices(config, desk, stack, roles, sharing)
        tasks = _sendings(database, senders if "send" in roles else (), wake, pulse, desk, meter.delivered)
        for sending in tasks:
            sending.add_done_callback(lambda _: stop.set())  # it ends by itself only without the key
        presence = Presence(database, this_node(roles))
        always = (keep_watch(pulse, manager, database, watched), presence.keep(), sharing.keep())
        tasks += map(asyncio.create_task, always)
        jobs, spread = _pruning(config, database, desk)
        jobs += [*_kept(config, database, desk, wake.set), *_looked_after(heart, looker, clock, stones)]
        await _show_metrics(config, database, meter, pulse, stack)
        hooks = [one.hook for one in senders if one.hook]
        if config.web and "web" in roles:
            jobs += await stack.enter_async_context(_web(config, config.web, poller, meter, hooks))
        else:
            _leave_to_others(hooks)
        stopped = (_over_nodes if database.is_shared else _here)(jobs, spread, poller, roles, beat)
        async with stopped as first_round:
            tasks.append(asyncio.create_task(_first_round(first_round, heart)))
            log.info("vigil.ready", sources=watched, transports=[one.name for one in senders])
            manager.ready()
            settle()
            await stop.wait()
            manager.stopping()
        try:
            await _end(tasks)
        except NoKey as error:
            raise Unusable(f"{place(config)}: {error}") from error
        await asyncio.to_thread(stones.keep, now_utc())
    log.info("vigil.stopped")


async def _gravestones(config: Config, database: Database) -> Gravestones:
    """Those of everybody who has left, as they are kept beside the database from now on."""
    stones = Gravestones(database, config.forgotten)
    await asyncio.to_thread(stones.keep, now_utc())
    return stones


def _looked_after(heart: Heartbeat, looker: Looker, clock: OurClock, stones: Gravestones) -> tuple[Job, ...]:
    return (
        Job("heartbeat", EVERY, heart.beat),
        Job("looks", LOOKS_EVERY, looker.due, role=POLL),
        Job("clock", CLOCK_EVERY, lambda: asyncio.to_thread(clock.look, now_utc()), role=HERE),
        Job("forgotten", FORGOTTEN_EVERY, lambda: asyncio.to_thread(stones.keep, now_utc()), role=HERE),
    )


def _leave_to_others(hooks: Iterable[Webhook]) -> None:
    """What comes in for these is answered by another node."""
    for hook in hooks:
        hook.served.set()


async def _show_metrics(
    config: Config, database: Database, meter: Meter, pulse: Pulse, stack: AsyncExitStack
) -> None:
    if config.metrics:
        seen = scrapes(database, meter, pulse, now_utc)
        await stack.enter_async_context(serving("metrics", config.metrics.listen, seen))


def _sendings(
    database: Database,
    senders: Iterable[Speaker],
    wake: asyncio.Event,
    pulse: Pulse,
    desk: Desk,
    noticed: Callable[[Finished], None],
) -> list[asyncio.Task[None]]:
    """One for each account: it sends while this node holds the account's lock."""
    return [
        asyncio.create_task(
            _send(database, one, wake, pulse.of(f"send {one.name}", SENDS_WITHIN), desk, noticed)
        )
        for one in senders
    ]


def _kept(config: Config, database: Database, desk: Desk, wake: Callable[[], None]) -> list[Job]:
    """What is looked after all the while."""
    launcher = Launcher(database, desk.rules, limits(config), wake)
    progress = Progress(database, desk.rules)
    reporter = Reporter(database, desk.admins)
    unanswered = Unanswered(database, desk.admins, desk.rules.remind_after, wake)
    reminder = Reminder(database, desk.zone, wake)
    return [
        Job("appeals", LAUNCH_EVERY, lambda: launcher.due(now_utc())),
        Job("progress", PROGRESS_EVERY, lambda: progress.look(now_utc())),
        Job("removals", REMOVALS_EVERY, lambda: reporter.look(now_utc())),
        Job("review", REVIEW_EVERY, lambda: asyncio.to_thread(unanswered.remind, now_utc())),
        Job("remind", REMIND_EVERY, lambda: reminder.remind(now_utc())),
    ]


def _pruning(config: Config, database: Database, desk: Desk) -> tuple[list[Job], tuple[Spread, ...]]:
    """What is forgotten: all of it by one program, or what is very much of it by several nodes."""
    idle, told = (timedelta(seconds=one) for one in (config.forget_idle, config.forget_told))
    pruner = Pruner(database, idle, desk.admins, told)
    prunes: Callable[[datetime], object] = pruner.tidy if database.is_shared else pruner.prune
    job = Job("prune", PRUNE_EVERY, lambda: asyncio.to_thread(prunes, now_utc()))
    return [job], pruner.spread() if database.is_shared else ()


@asynccontextmanager
async def _here(
    jobs: Sequence[Job],
    _spread: Sequence[Spread],
    poller: Poller,
    _roles: frozenset[str],
    _beat: Callable[[], None],
) -> AsyncIterator[Callable[[], Awaitable[object]]]:
    """All of it in this process, by the schedule; yields what asks all that is overdue."""

    async def polls() -> object:
        return await poller.due(now_utc())

    schedule = Schedule((Job("poll", POLL_EVERY, polls, at_most=_ROUNDS), *jobs))
    schedule.start()
    try:
        yield polls
    finally:
        schedule.stop()


@asynccontextmanager
async def _over_nodes(
    jobs: Sequence[Job],
    spread: Sequence[Spread],
    poller: Poller,
    roles: frozenset[str],
    beat: Callable[[], None],
) -> AsyncIterator[Callable[[], Awaitable[object]]]:
    """Over all nodes, by the queue; yields as `_here` does."""
    from jobs.queue import Queue, put  # noqa: PLC0415 - whoever has SQLite needs none of it

    dispatcher = Dispatcher(poller.database, poller.ready, put)

    async def gives() -> object:
        return await asyncio.to_thread(dispatcher.dispatch, now_utc())

    async def polls_all() -> None:
        now = now_utc()
        await asyncio.to_thread(dispatcher.dispatch, now)
        # Other nodes tell of it in the database alone.
        while not await asyncio.to_thread(dispatcher.is_over, now, now_utc()):  # noqa: ASYNC110
            await asyncio.sleep(POLL_EVERY)

    async def polls(batch: Batch) -> object:
        return await poller.batch(batch.ids, batch.until, now_utc())

    shared = [Job(GIVE, POLL_EVERY, gives), *(job for job in jobs if job.role != HERE)]
    own = Schedule(tuple(job for job in jobs if job.role == HERE))
    queue = asyncio.create_task(Queue(poller.database, shared, polls, roles, beat, spread).run())
    own.start()
    try:
        yield polls_all
    finally:
        own.stop()
        await _end([queue])


@asynccontextmanager
async def _web(
    config: Config, web: WebConfig, poller: Poller, meter: Meter, hooks: Sequence[Webhook]
) -> AsyncIterator[list[Job]]:
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
        named = bots_of(config)
        ways_in = joining(poller.database, named) if len(named) > 1 else ()
        served = [*pushes(subscriber), *ways_in, *(route for hook in hooks for route in updates(hook))]
        held = HELD + 2 * CONNECTIONS * len(hooks)  # Telegram brings all bots' updates from a few addresses
        most = config.fetch.max_bytes
        await stack.enter_async_context(serving("web", web.listen, served, max_bytes=most, held=held))
        for hook in hooks:
            hook.served.set()
        yield [Job("websub", SUBSCRIBE_EVERY, lambda: subscriber.tend(now_utc()), role="web")]


async def _first_round(asks: Callable[[], Awaitable[object]], heart: Heartbeat) -> None:
    """What is overdue is asked at once; then it is known what an outage, if there was one, has cost."""
    await asks()
    await heart.beat()


async def _send(
    database: Database,
    speaker: Speaker,
    wake: asyncio.Event,
    beat: Callable[[], None],
    desk: Desk,
    noticed: Callable[[Finished], None] = lambda _: None,
) -> None:
    """Delivers until cancelled; a lock that was lost, or given over, is asked for anew.

    Raises NoKey: somebody who has the key may hold the lock.
    """
    while True:
        try:
            async with delivering(database, speaker, beat, desk.zone, desk.admins, noticed) as deliverer:
                await _deliver(deliverer, wake, beat)
            speaker.gone()
        except NotAlone:
            log.warning("deliver.lock_lost", transport=speaker.name, now="it is asked for anew")
        except NoKey:
            raise
        except (NotTheFolder, AccountRefusedError) as error:
            pause = _NOT_OURS if isinstance(error, NotTheFolder) else _REFUSED
            log.error("account.not_taken", name=speaker.name, why=str(error), again_in=pause)  # noqa: TRY400
            await _patiently(pause, beat)
        except Exception:
            log.exception("deliver.failed", transport=speaker.name)
            await asyncio.sleep(DELIVER_EVERY)


async def _patiently(seconds: float, beat: Callable[[], None]) -> None:
    """Another node may take what this one cannot; meanwhile we are not hung."""
    for _ in range(int(seconds / _NOT_OURS)):
        beat()
        await asyncio.sleep(_NOT_OURS)


async def _deliver(deliverer: Deliverer, wake: asyncio.Event, beat: Callable[[], None]) -> None:
    """Delivers: at once when something was queued or a wait is over, else every second.

    Ends when another node is to send by this account. Raises NotAlone, NoKey.
    """
    while not deliverer.goes():
        beat()
        try:
            await deliverer.drain()
        except (NotAlone, NoKey):
            raise
        except Exception:
            # The queue is durable: a fault now is tried again a second later, and logged.
            log.exception("deliver.failed", transport=deliverer.voice.name)
        try:
            await asyncio.wait_for(wake.wait(), min(DELIVER_EVERY, deliverer.rests() or DELIVER_EVERY))
            wake.clear()
        except TimeoutError:
            continue


async def _end(tasks: Sequence[asyncio.Task[None]]) -> None:
    """Ends them; raises NoKey where that was the end of one."""
    if not await ended(tasks, _ENDS_WITHIN, 3 * _ENDS_WITHIN):
        log.error("vigil.left_behind", tasks=[task.get_name() for task in tasks if not task.done()])
    for task in tasks:
        if task.done() and not task.cancelled() and isinstance(error := task.exception(), NoKey):
            raise error
