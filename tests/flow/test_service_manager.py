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
PUNCTUAL = (
    "import bot.app as app; app.POLL_EVERY, app.POLLS_WITHIN = 0.2, 3.0; "
    "from bot.__main__ import main; main()"
)
"""The program, but that polls follow each other more quickly, and are missed sooner."""


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

    async def is_silent_for(self, seconds: float) -> bool:
        """Whether the feeding stops for so long; a busy machine may seem to hang before anything does."""
        for _ in range(20):
            self.forget()
            await asyncio.sleep(seconds)
            if not self.count("WATCHDOG=1"):
                return True
        return False

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


async def test_a_poll_loop_that_comes_round_keeps_the_feeding_going(
    manager: Manager, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its beat is heard: twice its patience after the start it still counts as alive."""
    monkeypatch.setattr(program, "VIGIL", (sys.executable, "-c", PUNCTUAL))
    vigil = Program(tmp_path, {})
    vigil.afresh = True
    await vigil.serve()
    await manager.until("WATCHDOG=1", times=13)  # one each half second
    assert await vigil.stop() == 0


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
        vigil.afresh = True
        await vigil.serve()
        await telegram.says(PERSON, "/subscribe")
        await telegram.until(PERSON, contains="You are subscribed", patience=60)
        await manager.until("WATCHDOG=1", times=2)
        telegram.fail("sendMessage", hang(), times=9)
        text = "Nine refugees held in Shenyang face imminent repatriation within days and torture. " * 3
        published = now_utc() - timedelta(minutes=5)
        site.publish("/feed", rss(item("Nine refugees face imminent return", text, published, "call")))
        await vigil.run("poll", "--source", "northlight")
        await manager.until("STATUS=hung: send telegram")
        assert await manager.is_silent_for(2), manager.said
        assert vigil.service is not None
        # On a busy machine faulthandler may fall over a thread that moves while it is written down.
        assert await vigil.stop(signal.SIGABRT) in (-signal.SIGABRT, -signal.SIGSEGV)
        log = vigil.log()
        assert 'loop="send telegram"' in log
        assert "Fatal Python error: Aborted" in log
        assert telegram.token not in log


async def a_start(vigil: Program) -> tuple[int, str]:
    """`vigil run` where it ends by itself: its exit code, and what it said last."""
    code, _, err = await vigil.run("run")
    assert "Traceback" not in err
    return code, err.splitlines()[-1]


async def test_what_does_not_mend_itself_ends_the_service_for_good(tmp_path: Path) -> None:
    """A refused token, a lost key, a newer database: the code that the unit does not start again after."""
    unit = (program.ROOT / "deploy" / "vigil.service").read_text(encoding="utf-8").splitlines()
    async with TelegramEmulator() as telegram:
        wrong = f"{telegram.token[:-4]}AAAA"
        vigil = Program(tmp_path, {}, api_url=telegram.api_url, token=wrong)
        ended = [await a_start(vigil)]
        assert wrong not in ended[0][1]
    with vigil.database() as database, database.write() as work:
        work.connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    ended.append(await a_start(vigil))
    (tmp_path / "vigil.key").write_text("A" * 20, encoding="ascii")
    ended.append(await a_start(vigil))
    (tmp_path / "vigil.key").unlink()
    ended.append(await a_start(vigil))
    said = (
        "telegram.token",
        "newer than this program",
        "the key must be 32 bytes",
        "the key of this database",
    )
    for (code, told), word in zip(ended, said, strict=True):
        assert word in told
        assert f"RestartPreventExitStatus={code}" in unit, told


async def test_a_database_that_is_away_for_a_while_is_tried_again(tmp_path: Path) -> None:
    """A server that starts later than we do is no reason to end for good."""
    code, told = await a_start(
        Program(tmp_path, {}, database="postgresql://vigil:ge-hei-m@127.0.0.1:1/vigil")
    )
    assert (code, "Connection refused" in told) == (1, True)
    assert "ge-hei-m" not in told
