"""Starts staged programs by forking one that has done its imports: a kill test is mostly imports.

    python -m tests.flow.nursery SOCKET

Each connection to SOCKET asks for one program (its words, folder and environment, with three files for
its standard streams) and is answered with two lines: its process id, and when it has ended its exit
code (-9: killed). What runs is what `python -m tests.flow.stage` runs, in a process of its own, which
holds nothing but its own files and can be killed like any other.
"""

import asyncio
import atexit
import gc
import importlib
import json
import os
import signal
import socket
import struct
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, cast

from tests.flow import stage

_LENGTH = struct.Struct("!I")
_ROOT = Path(__file__).parents[2]
_MEMORY = 1 << 30
"""Bytes that a worker may take, as the program has it."""


class Child:
    """A program that was started: the part of asyncio.subprocess.Process that tests need."""

    def __init__(self, pid: int, answers: asyncio.StreamReader, connection: asyncio.StreamWriter) -> None:
        self.pid = pid
        self.returncode: int | None = None
        self._connection = connection
        self._end = asyncio.create_task(self._ended(answers))

    async def _ended(self, answers: asyncio.StreamReader) -> int:
        self.returncode = int(await answers.readline())
        self._connection.close()
        return self.returncode

    def send_signal(self, number: int) -> None:
        """As the operator's `kill`."""
        os.kill(self.pid, number)

    async def wait(self) -> int:
        """Its exit code, once it has one."""
        return await asyncio.shield(self._end)


async def start(
    words: Sequence[str], folder: Path, environment: Mapping[str, str], files: Sequence[int]
) -> Child:
    """`vigil WORDS` on the stage, in `folder`; `files` become its standard input, output and error."""
    asked = json.dumps([list(words), str(folder), dict(environment)]).encode()
    line = socket.socket(socket.AF_UNIX)
    line.connect(_nursery())
    socket.send_fds(line, [_LENGTH.pack(len(asked))], files)
    line.sendall(asked)
    answers, connection = await asyncio.open_unix_connection(sock=line)
    return Child(int(await answers.readline()), answers, connection)


@cache
def _nursery() -> str:
    """Where the one of this test process listens; it ends with this process."""
    folder = tempfile.TemporaryDirectory(prefix="vigil-nursery-")
    path = f"{folder.name}/socket"
    ours = {"PYTHONPATH": str(_ROOT), "NO_COLOR": "1", "COLUMNS": "100", "LANG": "C.UTF-8"}
    process = subprocess.Popen(  # noqa: S603 - our own interpreter
        [sys.executable, "-m", __name__, path],
        env={**os.environ, **ours},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )

    def end() -> None:
        process.kill()
        process.wait()
        folder.cleanup()

    atexit.register(end)
    assert process.stdout is not None
    assert process.stdout.readline() == b"ready\n"
    return path


def main() -> None:
    """Import everything once, then fork for each that asks, until nobody holds our standard input."""
    stage.move_clock()
    importlib.import_module("bot.app")
    importlib.import_module("bot.__main__").command_line()  # with all that its commands bring
    for name in importlib.import_module("jobs.parser").PRELOAD:
        getattr(importlib.import_module(name), "warm", gc.collect)()
    gc.freeze()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(sys.argv[1])
        listening.listen()
        os.write(1, b"ready\n")
        while True:
            line, _ = listening.accept()
            if os.fork() == 0:
                listening.close()
                _mind(line)
            line.close()


def _mind(line: socket.socket) -> None:
    """Start the program, and tell when it has ended."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    length, files, _, _ = socket.recv_fds(line, _LENGTH.size, 3)
    with line.makefile("rb") as stream:
        asked = stream.read(*_LENGTH.unpack(length))
    pid = os.fork()
    if pid == 0:
        line.close()
        _become(files, *json.loads(asked))
    for file in files:
        os.close(file)
    line.sendall(b"%d\n" % pid)
    _, status = os.waitpid(pid, 0)
    line.sendall(b"%d\n" % os.waitstatus_to_exitcode(status))
    os._exit(0)


def _become(files: Sequence[int], words: list[str], folder: str, environment: dict[str, str]) -> None:
    """Run the program in this process, and end it."""
    code = 1
    try:
        signal.signal(signal.SIGINT, signal.default_int_handler)
        for number, file in enumerate(files):
            os.dup2(file, number)
            os.close(file)
        os.chdir(folder)
        os.environ.clear()
        os.environ.update(environment)
        sys.argv[:] = ["vigil", *words]
        _lend_a_mother()
        stage.main()
        code = 0
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException:  # noqa: BLE001 - as the interpreter would
        sys.excepthook(*sys.exc_info())
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


class _Mother:
    """The mother of the workers, as the program knows her (`asyncio.subprocess.Process`)."""

    def __init__(self, pid: int) -> None:
        self.pid = pid

    def kill(self) -> None:
        """Ends her."""
        os.kill(self.pid, signal.SIGKILL)

    async def wait(self) -> None:
        """Until she is gone."""
        await asyncio.to_thread(os.waitpid, self.pid, 0)


def _lend_a_mother() -> None:
    """The program's first mother of workers is forked here: she has read the tables already.

    Before the program opens anything, so that she holds no lock of its database. Should she be killed, the
    program starts the next one itself.
    """
    ours, theirs = socket.socketpair()
    pid = os.fork()
    if pid == 0:
        ours.close()
        os.dup2(theirs.fileno(), 0)
        theirs.close()
        try:
            importlib.import_module("jobs.workers.child").main(_MEMORY, ())
        finally:
            os._exit(0)
    theirs.close()
    lent = [(ours, _Mother(pid))]
    nursery = importlib.import_module("jobs.workers.nursery").Nursery
    start = nursery._asked

    async def asked(workers: Any) -> socket.socket:
        if lent and workers._asking is None:
            workers._asking, workers._mother = lent.pop()
        return cast(socket.socket, await start(workers))

    nursery._asked = asked


if __name__ == "__main__":
    main()
