"""Speaks with lemon24/reader, which runs in a process and an environment of its own."""

import subprocess
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.measure import Turn

NAME = "lemon24/reader"
_SCRIPT = Path(__file__).with_name("reader_peer.py")


class Lemon:
    """The peer, holding feeds in a database of its own."""

    def __init__(self, process: "subprocess.Popen[str]", folder: Path) -> None:
        self._process = process
        self._folder = folder
        self._number = 0
        self._feeds = 0

    def begin(self, urls: Iterable[str]) -> None:
        """From now on it holds these feeds alone, and has read none."""
        self._number += 1
        self._say(f"new {self._folder / f'reader-{self._number}.sqlite'}")
        self._feeds = 0
        for url in urls:
            self._say(f"add {url}")
            self._feeds += 1

    def update(self, held: int | None = None) -> Turn:
        """It reads all its feeds; `held` is how many entries it must have then."""
        self._say("update")
        assert self._process.stdout is not None
        seconds, spent, entries = self._process.stdout.readline().split()
        assert held is None or int(entries) == held, (entries, held)
        return Turn(self._feeds, float(seconds), float(spent))

    def _say(self, line: str) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(f"{line}\n")
        self._process.stdin.flush()


@contextmanager
def lemon(python: Path, folder: Path) -> Iterator[Lemon]:
    """The peer in its process; `python` is that of an environment that has it."""
    pipe = subprocess.PIPE
    with subprocess.Popen([python, _SCRIPT], stdin=pipe, stdout=pipe, text=True) as process:
        yield Lemon(process, folder)
        assert process.stdin is not None
        process.stdin.close()
