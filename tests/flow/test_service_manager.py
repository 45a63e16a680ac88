"""The real program under a service manager: it says when it is ready, that it lives, and that it ends."""

import asyncio
import signal
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest

from storage.database import now_utc
from tests.emulators.telegram import TelegramEmulator, hang
from tests.feeds import a_site, item, rss
from tests.flow import program
from tests.flow.program import Program

PERSON = 42
IMPATIENT = "import bot.app as app; app.SENDS_WITHIN = 2.0; from bot.__main__ import main; main()"
"""The program, but that a sender counts as hung sooner than Telegram's silence does."""


class Manager:
    """The other end of NOTIFY_SOCKET."""

    def __init__(self, path: Path) -> None:
        self.path = str(path)
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(self.path)
        self._socket.setblocking(False)
        self.said: list[str] = []

    def forget(self) -> None:
        """Only what comes from now on."""
        self._listen()
        self.said.clear()

    def count(self, word: str) -> int:
        """How often this was said."""
        self._listen()
        return self.said.count(word)

    async def until(self, word: str, times: int = 1) -> None:
        """Waits until it has been said so often."""
        for _ in range(200):
            if self.count(word) >= times:
                return
            await asyncio.sleep(0.1)
        raise AssertionError((word, self.said))

    def close(self) -> None:
        """Nobody listens any more."""
        self._socket.close()

    def _listen(self) -> None:
        with suppress(BlockingIOError):
            while True:
                self.said += self._socket.recv(4096).decode().splitlines()


@pytest.fixture
async def manager(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Manager]:
    """A manager that wants to hear from the service every second."""
    made = Manager(tmp_path / "notify")
    monkeypatch.setenv("NOTIFY_SOCKET", made.path)
    monkeypatch.setenv("WATCHDOG_USEC", "1000000")
    yield made
    made.close()


async def test_ready_alive_and_stopping_are_said_in_time(manager: Manager, tmp_path: Path) -> None:
    """A start is complete when the program works, and a stop is told as one."""
    vigil = Program(tmp_path, {})
    await vigil.serve()
    await manager.until("READY=1")
    assert "WATCHDOG=1" not in manager.said[: manager.said.index("READY=1")]
    await manager.until("WATCHDOG=1", times=3)
    await manager.until("STATUS=watching 0 sources, 0 waiting to be sent")
    assert manager.count("STOPPING=1") == 0
    assert await vigil.stop() == 0
    assert (manager.count("READY=1"), manager.count("STOPPING=1")) == (1, 1)


async def test_a_sender_that_hangs_stops_the_feeding_and_the_abort_tells_where(
    manager: Manager, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The program goes on polling and answering; the watchdog is not fooled by that."""
    monkeypatch.setattr(program, "VIGIL", (sys.executable, "-c", IMPATIENT))
    async with a_site() as site, TelegramEmulator() as telegram:
        site.publish("/feed", rss(item("Annual dinner", "Music. " * 30, now_utc(), "dinner")))
        vigil = Program(
            tmp_path, {"northlight": f"{site.url}/feed"}, api_url=telegram.api_url, token=telegram.token
        )
        await vigil.serve()
        await telegram.says(PERSON, "/subscribe")
        await telegram.until(PERSON, contains="You are subscribed", patience=20)
        await manager.until("WATCHDOG=1", times=2)
        telegram.fail("sendMessage", hang(), times=9)
        text = "Nine refugees held in Shenyang face imminent repatriation within days and torture. " * 3
        published = now_utc() - timedelta(minutes=5)
        site.publish("/feed", rss(item("Nine refugees face imminent return", text, published, "call")))
        await vigil.run("poll", "--source", "northlight")
        await manager.until("STATUS=hung: send telegram")
        manager.forget()
        await asyncio.sleep(2)
        assert manager.count("WATCHDOG=1") == 0
        assert vigil.service is not None
        # On a busy machine faulthandler may fall over a thread that moves while it is written down.
        assert await vigil.stop(signal.SIGABRT) in (-signal.SIGABRT, -signal.SIGSEGV)
        log = vigil.log()
        assert 'loop="send telegram"' in log
        assert "Fatal Python error: Aborted" in log
        assert telegram.token not in log
