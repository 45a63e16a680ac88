"""The watchdog is fed while everything moves, and no longer."""

import asyncio
import socket
from collections.abc import Iterator
from contextlib import nullcontext, suppress
from pathlib import Path

import pytest

from bot.app import _send
from bot.commands.request import Reply, Request
from bot.desk import Desk
from bot.speaking import always
from bot.systemd import Manager
from bot.transports.console import ConsoleTransport
from bot.watchdog import Pulse, keep_watch
from jobs.pace import Pace
from storage.database import Database


class Clock:
    """Seconds that pass when a test says so."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        """The seconds passed."""
        return self.now


@pytest.fixture
def heard(tmp_path: Path) -> Iterator[socket.socket]:
    """The service manager's end of a real socket."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as made:
        made.bind(str(tmp_path / "notify"))
        made.setblocking(False)
        yield made


def words(heard: socket.socket) -> list[str]:
    """What has been said since the last look."""
    found = []
    with suppress(BlockingIOError):
        while True:
            found.append(heard.recv(4096).decode())
    return found


def test_a_loop_is_hung_when_it_has_not_come_round_in_time() -> None:
    """Each has its own patience; coming round again makes it well again."""
    clock = Clock()
    pulse = Pulse(clock)
    poll, send = pulse.of("poll", 10), pulse.of("send", 100)
    clock.now = 10
    assert pulse.hung() == ()
    clock.now = 11
    assert pulse.hung() == ("poll",)
    poll()
    assert pulse.hung() == ()
    clock.now = 200
    assert pulse.hung() == ("poll", "send")
    poll()
    send()
    assert pulse.hung() == ()


async def test_feeding_ceases_with_one_hung_loop_and_resumes(
    heard: socket.socket, tmp_path: Path, database: Database
) -> None:
    """The manager hears which loop it is; one that moves is not enough."""
    clock = Clock()
    pulse = Pulse(clock)
    hangs, moves = pulse.of("send telegram", 50), pulse.of("poll", 50)
    manager = Manager(str(tmp_path / "notify"), watchdog=0.1)
    task = asyncio.create_task(keep_watch(pulse, manager, database, 2))
    try:
        await asyncio.sleep(0.5)
        said = words(heard)
        assert said.count("WATCHDOG=1") >= 3
        assert "STATUS=watching 2 sources, 0 waiting to be sent" in said
        clock.now = 51
        moves()
        await asyncio.sleep(0.3)  # the database answers meanwhile, and so counts as moving
        words(heard)
        await asyncio.sleep(0.3)
        said = words(heard)
        assert "WATCHDOG=1" not in said
        assert "STATUS=hung: send telegram" in said
        hangs()
        await asyncio.sleep(0.3)
        assert "WATCHDOG=1" in words(heard)
    finally:
        task.cancel()


async def test_a_database_that_does_not_answer_is_hung(
    heard: socket.socket, tmp_path: Path, database: Database
) -> None:
    """Even when no loop has noticed yet."""
    clock = Clock()
    manager = Manager(str(tmp_path / "notify"), watchdog=0.1)
    with database.write() as work:
        work.connection.exec_driver_sql("ALTER TABLE deliveries RENAME TO lost")
    task = asyncio.create_task(keep_watch(Pulse(clock), manager, database, 1))
    try:
        await asyncio.sleep(0.2)
        assert "WATCHDOG=1" in words(heard)
        clock.now = 61
        await asyncio.sleep(0.3)
        words(heard)
        await asyncio.sleep(0.3)
        said = words(heard)
        assert "WATCHDOG=1" not in said
        assert "STATUS=hung: database" in said
    finally:
        task.cancel()


async def unasked(_request: Request) -> Reply:
    """Nobody asks anything."""
    return Reply(())


async def test_a_sender_that_waits_for_another_process_is_alive(database: Database) -> None:
    """It comes round every few seconds, though it sends nothing; so does one with nothing to send."""
    beats: list[float] = []
    transport = ConsoleTransport(unasked)

    def beat() -> None:
        beats.append(asyncio.get_running_loop().time())

    for held in (True, False):
        beats.clear()
        with database.sender_lock("console") if held else nullcontext():
            sending = _send(database, always(transport, Pace(1000, 0)), asyncio.Event(), beat, Desk(database))
            with suppress(TimeoutError):
                await asyncio.wait_for(sending, 6)
        assert len(beats) >= 2
