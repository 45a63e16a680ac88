"""Starts the real program as its own process, and stops it as an operator, or a power cut, would."""

import asyncio
import json
import os
import signal
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
VIGIL = (sys.executable, "-m", "bot")


class Program:
    """One installation: a folder with a configuration, a database and a key."""

    def __init__(
        self,
        folder: Path,
        sources: dict[str, str],
        *,
        api_url: str = "",
        token: str = "",
        database: str = "sqlite:///vigil.db",
    ) -> None:
        self.folder = folder
        lines = [
            "[vigil]",
            f"database = {json.dumps(database)}",
            "[fetch]",
            "allow_private = true",
            'timeout = "5s"',
        ]
        if token:
            lines += ["[telegram]", f"token = {json.dumps(token)}", f"api_url = {json.dumps(api_url)}"]
        for name, url in sources.items():
            lines += ["[[sources]]", f"name = {json.dumps(name)}", f"url = {json.dumps(url)}", 'every = "1m"']
            lines += [f"organisation = {json.dumps(name.title())}"]
        (folder / "config.toml").write_text("\n".join(lines) + "\n", encoding="utf-8")
        self.service: asyncio.subprocess.Process | None = None

    async def run(self, *words: str, given: str = "") -> tuple[int, str, str]:
        """`vigil WORDS` to its end: exit code, standard output, standard error."""
        process = await self._start(words, asyncio.subprocess.PIPE, asyncio.subprocess.PIPE)
        out, err = await asyncio.wait_for(process.communicate(given.encode()), 60)
        return process.returncode or 0, out.decode(), err.decode()

    async def serve(self) -> None:
        """`vigil run`, ready."""
        log = self.folder / "log"
        with log.open("ab") as file:
            self.service = await self._start(("run",), file.fileno(), file.fileno())
        size = log.stat().st_size
        for _ in range(400):
            if "vigil.ready" in log.read_bytes()[size:].decode():
                return
            assert self.service.returncode is None, log.read_text(encoding="utf-8")
            await asyncio.sleep(0.05)
        raise AssertionError(log.read_text(encoding="utf-8"))

    async def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        """Ends the service with a signal; returns its exit code."""
        assert self.service is not None
        if self.service.returncode is None:
            self.service.send_signal(number)
        code = await asyncio.wait_for(self.service.wait(), 20)
        self.service = None
        return code

    def environment(self) -> dict[str, str]:
        """What the program finds around it: this source, no colours, a terminal of 100 columns."""
        ours = {"PYTHONPATH": str(ROOT), "NO_COLOR": "1", "COLUMNS": "100", "LANG": "C.UTF-8"}
        return {**os.environ, **ours}

    def log(self) -> str:
        """What the service has logged."""
        return (self.folder / "log").read_text(encoding="utf-8")

    async def _start(self, words: tuple[str, ...], out: int, err: int) -> asyncio.subprocess.Process:
        return await asyncio.create_subprocess_exec(
            *VIGIL,
            *words,
            cwd=self.folder,
            env=self.environment(),
            stdin=asyncio.subprocess.PIPE,
            stdout=out,
            stderr=err,
        )
