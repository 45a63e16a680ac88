"""What tests of `vigil check` share."""

import socket
import subprocess
import sys
from collections.abc import Iterator

import pytest

from jobs.parser import PRELOAD
from jobs.workers.nursery import Nursery


class _Mother:
    """One for all commands that are run in this process: she has read the tables already."""

    def __init__(self) -> None:
        self._ours: socket.socket | None = None
        self._process: subprocess.Popen[bytes] | None = None

    def asked(self) -> socket.socket:
        """Where she is asked for a worker: an end of its own, to be closed."""
        if self._ours is None or self._process is None or self._process.poll() is not None:
            code = (
                f"import sys; sys.path[:] = {sys.path!r}\n"
                f"from jobs.workers.child import main; main({1 << 30}, {PRELOAD!r})"
            )
            self.end()
            self._ours, theirs = socket.socketpair()
            with theirs:
                self._process = subprocess.Popen((sys.executable, "-c", code), stdin=theirs.fileno())  # noqa: S603 - our own
        return self._ours.dup()

    def end(self) -> None:
        """She ends, and whoever of hers is left."""
        if self._ours is not None and self._process is not None:
            self._ours.close()
            self._process.kill()
            self._process.wait()


@pytest.fixture(scope="session")
def mother() -> Iterator[_Mother]:
    """Starting a mother of workers takes two seconds of processor."""
    made = _Mother()
    yield made
    made.end()


@pytest.fixture(autouse=True)
def one_mother(mother: _Mother, monkeypatch: pytest.MonkeyPatch) -> None:
    """Here alone: tests of the workers, and whatever else runs in this process, start their own."""
    start = Nursery._asked

    async def asked(nursery: Nursery) -> socket.socket:
        if nursery._asking is None and nursery._preload == PRELOAD:
            nursery._asking = mother.asked()
        return await start(nursery)

    monkeypatch.setattr(Nursery, "_asked", asked)
