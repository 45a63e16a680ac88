"""Starts the real program as its own process, and stops it as an operator, or a power cut, would."""

import asyncio
import json
import os
import secrets
import signal
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryFile

import sqlalchemy as sa

from storage.database import Database, now_utc
from storage.people import Route
from storage.tables.log import deliveries
from storage.vault import Vault, read_or_make_key
from tests.flow import nursery

ROOT = Path(__file__).parents[2]
VIGIL = (sys.executable, "-m", "bot")
_PATIENCE = 90
"""Seconds in which something comes about: no more than a few are needed where little else runs."""


def free_port() -> int:
    """One that nobody listens at, below those the system hands out: while the program is down none may go."""
    while True:
        port = 20_000 + secrets.randbelow(10_000)
        with socket.socket() as tried:
            if tried.connect_ex(("127.0.0.1", port)) != 0:
                return port


class Program:
    """One installation: a folder with a configuration and a key, and a database."""

    def __init__(
        self,
        folder: Path,
        sources: dict[str, str],
        *,
        database: str = "sqlite:///vigil.db",
        api_url: str = "",
        token: str = "",
        admins: tuple[int, ...] = (),
        more: str = "",
        mode: str = "polling",
    ) -> None:
        """`more` stands in the configuration as it is; `mode` is how updates come from Telegram."""
        self.folder = folder
        self.url = database.replace("sqlite:///vigil.db", f"sqlite:///{folder / 'vigil.db'}")
        lines = [
            "[vigil]",
            f"database = {json.dumps(database)}",
            "[fetch]",
            "allow_private = true",
            'timeout = "5s"',
        ]
        if token:
            lines += ["[telegram]", f"token = {json.dumps(token)}", f"api_url = {json.dumps(api_url)}"]
            lines += [f"mode = {json.dumps(mode)}"]
        lines += ["[admins]", f"telegram = {list(admins)}", "approvals = 1"]
        for name, url in sources.items():
            lines += ["[[sources]]", f"name = {json.dumps(name)}", f"url = {json.dumps(url)}", 'every = "1m"']
            lines += [f"organisation = {json.dumps(name.title())}"]
        (folder / "config.toml").write_text("\n".join([*lines, more]) + "\n", encoding="utf-8")
        self.service: asyncio.subprocess.Process | nursery.Child | None = None
        self._typing: int | None = None
        """Our end of the service's standard input: nobody types, and nobody has closed it."""
        self._ahead: timedelta | None = None
        self._trap = ""
        self.patience: float | None = None
        """Seconds that it waits for an answer of Telegram, where they are to be fewer than in earnest."""
        self.wrong = 0.0
        """Seconds by which the clock of its machine is ahead."""
        self.within: tuple[str, ...] = ()
        """What a command begins with that runs on another machine."""
        self.afresh = False
        """Whether what runs begins as an operator begins it, not forked from what has done its imports."""
        self.tree = ROOT
        """Where the program is that runs; another one than ours has to begin `afresh`."""

    # What an operator does

    async def run(self, *words: str, given: str = "") -> tuple[int, str, str]:
        """`vigil WORDS` to its end: exit code, standard output, standard error."""
        with TemporaryFile() as into, TemporaryFile() as out, TemporaryFile() as err:
            into.write(given.encode())
            into.seek(0)
            process = await self._start(words, into.fileno(), out.fileno(), err.fileno())
            code = await asyncio.wait_for(process.wait(), 120)
            out.seek(0)
            err.seek(0)
            return code, out.read().decode(), err.read().decode()

    async def serve(self, *words: str) -> None:
        """`vigil run WORDS`, ready."""
        log = self.folder / "log"
        size = log.stat().st_size if log.exists() else 0
        await self.launch(*words)
        assert self.service is not None
        for _ in range(1_800):
            if "vigil.ready" in log.read_bytes()[size:].decode():
                return
            assert self.service.returncode is None, self.log()
            await asyncio.sleep(0.05)
        raise AssertionError(self.log())

    async def launch(self, *words: str) -> None:
        """`vigil run WORDS`, just begun."""
        with (self.folder / "log").open("ab") as file:
            if self._typing is not None:
                os.close(self._typing)
            typed, self._typing = os.pipe()
            self.service = await self._start(("run", *words), typed, file.fileno(), file.fileno())
            os.close(typed)

    async def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        """Ends the service with a signal; returns its exit code."""
        assert self.service is not None
        if self.service.returncode is None:
            self.service.send_signal(number)
        code = await asyncio.wait_for(self.service.wait(), 60)
        self.service = None
        return code

    def environment(self) -> dict[str, str]:
        """What the program finds around it: its source, no colours, a terminal of 100 columns."""
        ours = {"PYTHONPATH": str(self.tree), "NO_COLOR": "1", "COLUMNS": "100", "LANG": "C.UTF-8"}
        return {**os.environ, **ours}

    def log(self) -> str:
        """What the service has logged."""
        return (self.folder / "log").read_text(encoding="utf-8")

    async def kill(self) -> None:
        """As a power cut ends it."""
        assert self.service is not None
        if self.service.returncode is None:
            self.service.send_signal(signal.SIGKILL)
        await asyncio.wait_for(self.service.wait(), 60)
        self.service = None

    # What only a test does

    def later(self, ahead: timedelta) -> None:
        """The program's clock jumps ahead; to move while it runs, it must be set once before."""
        self._ahead = (self._ahead or timedelta()) + ahead
        (self.folder / "clock").write_text(str(self._ahead.total_seconds()), encoding="ascii")

    def now(self) -> datetime:
        """What the program's clock shows."""
        return now_utc() + (self._ahead or timedelta())

    async def dies(self, point: str) -> None:
        """`vigil run` until it comes to a line of `stage.TRAPS`, where it is killed."""
        self._trap = point
        await self.launch()
        self._trap = ""
        assert self.service is not None
        try:
            code = await asyncio.wait_for(self.service.wait(), 90)
        except TimeoutError:
            await self.stop(signal.SIGKILL)
            raise AssertionError(f"it never came to: {point}\n{self.log()}") from None
        assert code == -signal.SIGKILL, self.log()
        self.service = None

    async def run_until_killed(self, point: str, *words: str) -> int:
        """`vigil WORDS` until it comes to a line of `stage.TRAPS`; its exit code."""
        self._trap = point
        try:
            code, _, _ = await self.run(*words)
        finally:
            self._trap = ""
        return code

    @contextmanager
    def database(self) -> Iterator[Database]:
        """The installation's database, to look into or to fill."""
        opened = Database(self.url, Vault.from_secret(read_or_make_key(self.folder / "vigil.key")))
        opened.prepare()
        yield opened
        opened.close()

    def subscribed(self, person: int, route: Route | None = None) -> None:
        """A person on Telegram who subscribed yesterday, to everything urgent if nothing else is said."""
        with self.database() as database, database.write() as work:
            recipient = work.recipients.ensure("telegram", str(person), "en", now_utc())
            work.routes.add(recipient.id, route or Route())

    def states(self) -> list[str]:
        """The state of every delivery in the notification log, in the order they were queued."""
        with self.database() as database:
            return _states(database, deliveries.c.alert_id)

    def notices(self) -> list[str]:
        """The state of every delivery of a notice to an admin, in the order they were queued."""
        with self.database() as database:
            return _states(database, deliveries.c.notice_id)

    async def until(self, *states: str) -> None:
        """Wait until the notification log holds just these states of alerts."""
        await self._until(deliveries.c.alert_id, states)

    async def until_notices(self, *states: str) -> None:
        """Wait until the notification log holds just these states of notices."""
        await self._until(deliveries.c.notice_id, states)

    async def _until(self, of: sa.Column[int], states: tuple[str, ...]) -> None:
        last = time.monotonic() + _PATIENCE
        with self.database() as database:
            while sorted(found := _states(database, of)) != sorted(states):
                if time.monotonic() > last:
                    raise AssertionError(f"{found} in place of {list(states)}\n{self.log()}")
                await asyncio.sleep(0.1)

    def updates(self) -> int:
        """How many updates are kept because they wait to be answered."""
        with self.database() as database, database.read() as work:
            return len(work.updates.waiting(self.now()))

    async def _start(self, words: tuple[str, ...], *files: int) -> asyncio.subprocess.Process | nursery.Child:
        environment = self.environment()
        if self._ahead is not None:
            environment["VIGIL_STAGE_CLOCK"] = str(self.folder / "clock")
        if self._trap:
            environment["VIGIL_STAGE_TRAP"] = self._trap
        if self.wrong:
            environment["VIGIL_STAGE_WRONG"] = str(self.wrong)
        if self.patience is not None:
            environment["VIGIL_STAGE_PATIENCE"] = str(self.patience)
        if not self.afresh:
            return await nursery.start(words, self.folder, environment, files)
        assert not self._trap, "only a program of the stage can be trapped"
        assert self._ahead is None, "only a program of the stage can be told the time"
        into, out, err = files
        return await asyncio.create_subprocess_exec(
            *self.within, *VIGIL, *words, cwd=self.folder, env=environment, stdin=into, stdout=out, stderr=err
        )


def _states(database: Database, of: sa.Column[int]) -> list[str]:
    question = sa.select(deliveries.c.state).where(of.is_not(None)).order_by(of, deliveries.c.id)
    with database.engine.connect() as connection:
        return [str(state) for (state,) in connection.execute(question)]
