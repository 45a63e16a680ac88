"""Feeds the service manager's watchdog, but only while everything that should move does.

Each loop calls its beat whenever it comes round. One that has not for longer than it may take is
hung: the feeding stops, and the manager starts the program anew. Nothing is lost by that, for all
that is under way is written down first. Without a manager a hung loop is at least logged.
"""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import structlog

from bot.systemd import Manager
from storage.database import Database

log = structlog.get_logger()

DATABASE_WITHIN = 60.0
"""Seconds within which the database must have answered a question."""
_LOOK_EVERY = 10.0
"""Seconds between looks where no watchdog asks for shorter ones."""


@dataclass(slots=True)
class Pulse:
    """When each loop last came round. `clock` counts seconds, whatever is done to the time of day."""

    clock: Callable[[], float] = time.monotonic
    _within: dict[str, float] = field(default_factory=dict)
    _last: dict[str, float] = field(default_factory=dict)

    def of(self, loop: str, within: float) -> Callable[[], None]:
        """The beat of a loop, which it has to give every `within` seconds from now on."""
        self._within[loop] = within

        def beat() -> None:
            self._last[loop] = self.clock()

        beat()
        return beat

    def hung(self) -> tuple[str, ...]:
        """The loops that have not come round in time."""
        now = self.clock()
        return tuple(name for name, within in self._within.items() if now - self._last[name] > within)


async def keep_watch(pulse: Pulse, manager: Manager, database: Database, sources: int) -> None:
    """Looks at every loop's pulse, and at the database's, until cancelled."""
    every = min(_LOOK_EVERY, (manager.watchdog or _LOOK_EVERY * 2) / 2)
    held = _Held()
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(_ask(database, held, pulse.of("database", DATABASE_WITHIN), every))
        tasks.create_task(_feed(pulse, manager, lambda: _status(sources, held), every))


@dataclass(slots=True)
class _Held:
    """What the database said last."""

    waiting: int | None = None


async def _feed(pulse: Pulse, manager: Manager, status: Callable[[], str], every: float) -> None:
    before: tuple[str, ...] = ()
    while True:
        hung = pulse.hung()
        if hung:
            manager.status("hung: " + ", ".join(hung))
        else:
            manager.alive()
            manager.status(status())
        for name in set(hung) - set(before):
            log.error(
                "watchdog.hung", loop=name, remedy="restart Vigil; under systemd this happens by itself"
            )
        for name in set(before) - set(hung):
            log.warning("watchdog.moves_again", loop=name)
        before = hung
        await asyncio.sleep(every)


async def _ask(database: Database, held: _Held, beat: Callable[[], None], every: float) -> None:
    """Ask the database something small, in a thread: that proves it, the connection and the threads."""

    def waiting() -> int:
        with database.read() as work:
            return work.deliveries.waiting()

    while True:
        try:
            held.waiting = await asyncio.to_thread(waiting)
        except Exception as error:  # noqa: BLE001 - whatever it is, it may be over at the next question
            log.warning("watchdog.no_answer", loop="database", error=type(error).__name__)
        else:
            beat()
        await asyncio.sleep(every)


def _status(sources: int, held: _Held) -> str:
    queue = "" if held.waiting is None else f", {held.waiting} waiting to be sent"
    return f"watching {sources} source{'' if sources == 1 else 's'}{queue}"
