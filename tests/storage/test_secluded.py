"""Whoever takes over a process of our user, or makes us crash, reads nothing of our memory."""

import ctypes
import os
import resource
import signal
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from bot.__main__ import main
from storage.secluded import close_memory

NOBODY = 65_534
_DUMPABLE, _IS_DUMPABLE = 4, 3  # PR_SET_DUMPABLE, PR_GET_DUMPABLE
_ENOUGH = 1 << 20
"""Bytes of a core dump."""


def _died(act: Callable[[], object], folder: Path, *, closed: bool) -> int:
    """A program that began as any user does acts; how it ended."""
    child = os.fork()
    if child:
        return os.waitpid(child, 0)[1]
    try:
        resource.setrlimit(resource.RLIMIT_CORE, (_ENOUGH, _ENOUGH))
        os.chdir(folder)
        if os.geteuid() == 0:  # who may do everything reads everything
            os.setgid(NOBODY)
            os.setuid(NOBODY)
        ctypes.CDLL(None).prctl(_DUMPABLE, 1, 0, 0, 0)
        if closed:
            close_memory()
        act()
    finally:
        os._exit(1)


def _spy() -> None:
    """Another process of the same user opens the environment and the memory of the first."""
    program, spy = os.getpid(), os.fork()
    if spy:
        os._exit(os.waitstatus_to_exitcode(os.waitpid(spy, 0)[1]))
    read = 0
    for number, name in enumerate(("environ", "mem")):
        with suppress(PermissionError), Path(f"/proc/{program}/{name}").open("rb"):
            read |= 1 << number
    os._exit(read)


def _crash() -> None:
    os.kill(os.getpid(), signal.SIGQUIT)


@pytest.mark.parametrize(("closed", "read"), [(False, 3), (True, 0)])
def test_another_process_of_our_user_reads_neither_our_memory_nor_our_environment(
    tmp_path: Path, *, closed: bool, read: int
) -> None:
    """Both would be open to it, had we not closed them."""
    tmp_path.chmod(0o777)
    assert os.waitstatus_to_exitcode(_died(_spy, tmp_path, closed=closed)) == read


def test_a_crash_leaves_nothing_of_our_memory_on_the_disk(tmp_path: Path) -> None:
    """No core dump is written of us, though one is of a program that has not closed its memory."""
    tmp_path.chmod(0o777)
    if not os.WCOREDUMP(_died(_crash, tmp_path, closed=False)):
        pytest.skip("this machine writes no core dumps of anybody")
    for core in tmp_path.iterdir():
        core.unlink()
    assert not os.WCOREDUMP(_died(_crash, tmp_path, closed=True))
    assert list(tmp_path.iterdir()) == []


def test_every_command_closes_its_memory_before_it_reads_the_key(monkeypatch: pytest.MonkeyPatch) -> None:
    """Not only the service: whoever restores a backup holds the key as well."""
    monkeypatch.setattr(sys, "argv", ["vigil", "--version"])
    libc = ctypes.CDLL(None)
    libc.prctl(_DUMPABLE, 1, 0, 0, 0)
    with pytest.raises(SystemExit):
        main()
    assert libc.prctl(_IS_DUMPABLE, 0, 0, 0, 0) == 0
