"""Who speaks by an account: the one deliverer among all programs, while it holds the account's lock."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, tzinfo

import structlog
from sqlalchemy.exc import SQLAlchemyError

from bot.announce import Announcer, Transport
from bot.desk import ONLY_TERMINAL
from bot.sharing import Sharing
from bot.transports.telegram_webhook import Webhook
from jobs.deliver import Deliverer
from jobs.errands import Finished
from jobs.notices import Admins
from jobs.pace import Pace
from storage.database import Database, Hold, now_utc, reason
from storage.locks import place

log = structlog.get_logger()

AT_ONCE = Pace(1000.0, gap=0.0)
"""For a terminal, which has no limits."""
_LOCK_RETRY = 2.0
"""Seconds between two attempts to get a lock."""
_SENDS_HERE = "another process sends here; waiting until it stops"


@dataclass(frozen=True, slots=True)
class Speaker:
    """One account: the name of its sender, how fast it may write, and what is to be entered to use it.

    That is done by the holder of its lock.
    """

    name: str
    pace: Pace
    opened: Callable[[], AbstractAsyncContextManager[Transport]]
    hook: Webhook | None = None
    """Where Telegram brings its updates to our own server."""
    sharing: Sharing | None = None
    """By what it may go to another node; None where it stays as long as its node does."""

    def goes(self) -> bool:
        """Whether another node is to send by it."""
        return self.sharing is not None and self.sharing.goes(self.name)

    def gone(self) -> None:
        """It is not held here any more, for another node's sake."""
        if self.sharing:
            self.sharing.gone(self.name)

    def leaves(self) -> bool:
        """Whether it is left to another node, though it is free. May ask the database."""
        return self.sharing is not None and self.sharing.leaves(self.name)


def always(
    transport: Transport, pace: Pace, hook: Webhook | None = None, sharing: Sharing | None = None
) -> Speaker:
    """An account that needs nothing to be entered."""

    @asynccontextmanager
    async def opened() -> AsyncIterator[Transport]:
        yield transport

    return Speaker(transport.name, pace, opened, hook, sharing)


@asynccontextmanager
async def the_only_one(
    database: Database,
    name: str,
    said: str,
    beat: Callable[[], None] = lambda: None,
    leaves: Callable[[], bool] = lambda: False,
) -> AsyncIterator[Hold]:
    """Waits until no other process holds the lock of this name, and says who does, once; then holds it.

    `leaves` says whether it is left to another node although it is free, and is asked in a thread. A database
    that is away is waited for as well. The lock may be lost before the end: `Hold.is_held` tells.
    """
    tell = _Once(name)
    async with AsyncExitStack() as stack:
        while not (hold := await _asked_for(database, name, said, stack, tell, leaves)):
            beat()
            await asyncio.sleep(_LOCK_RETRY)
        yield hold


async def _asked_for(
    database: Database,
    name: str,
    said: str,
    stack: AsyncExitStack,
    tell: "_Once",
    leaves: Callable[[], bool],
) -> Hold | None:
    """The lock, to be given back with the stack; None where it is another's, or the database is away."""
    try:
        async with AsyncExitStack() as held:
            lock = database.sender_lock(name)
            hold = await _uninterrupted(lock.__enter__, lock.__exit__)
            held.push(lock)
            if hold:
                if not await asyncio.to_thread(leaves):
                    stack.push_async_exit(held.pop_all())
                    return hold
                return None
        held_by = await asyncio.to_thread(database.lock_holder, name)
        tell(said, held_by=held_by)
    except SQLAlchemyError as error:
        tell("lock.database_away", said=reason(error))
    return None


@dataclass(slots=True)
class _Once:
    """Says why a lock is waited for when that is another reason than a moment ago.

    Among several nodes all but one wait for as long as they live.
    """

    name: str
    _last: object = None

    def __call__(self, event: str, **facts: str) -> None:
        if (event, facts) != self._last:
            self._last = (event, facts)
            log.warning(event, transport=self.name, **facts, again_in=_LOCK_RETRY)


async def _uninterrupted(enter: Callable[[], Hold], leave: Callable[[None, None, None], object]) -> Hold:
    """Enters in a thread; who is stopped meanwhile leaves again."""
    entering = asyncio.ensure_future(asyncio.to_thread(enter))
    try:
        return await asyncio.shield(entering)
    except asyncio.CancelledError:
        await asyncio.wait({entering})
        if not entering.exception():
            leave(None, None, None)
        raise


@asynccontextmanager
async def delivering(
    database: Database,
    speaker: Speaker,
    beat: Callable[[], None] = lambda: None,
    zone: tzinfo = UTC,
    told: Admins = ONLY_TERMINAL,
    noticed: Callable[[Finished], None] = lambda _: None,
) -> AsyncIterator[Deliverer]:
    """The one deliverer of an account: waits until no other process sends there, then recovers.

    `beat` is called with every step forward; to wait for the other process is one. `told` are those
    who hear of what goes wrong; `noticed` is called with each answer.
    """
    alone = the_only_one(database, speaker.name, _SENDS_HERE, beat, speaker.leaves)
    async with alone as hold, speaker.opened() as transport:
        voice = Announcer(transport, zone)
        deliverer = Deliverer(
            *(database, voice, speaker.pace, now_utc, beat, told),
            alone=hold.is_held,
            at=place(),
            noticed=noticed,
            goes=speaker.goes,
        )
        recovered = await asyncio.to_thread(deliverer.recover)
        if recovered:
            log.warning("deliver.recovered", transport=speaker.name, interrupted=recovered)
        yield deliverer
