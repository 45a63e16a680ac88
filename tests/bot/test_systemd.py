"""What the service manager is told, read from a real socket."""

import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.systemd import Manager


@pytest.fixture(params=["path", "abstract"])
def listener(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[socket.socket, str]]:
    """A manager's socket, and its address as the environment would have it."""
    path = str(tmp_path / "notify")
    name = path if request.param == "path" else f"@vigil-test-{os.getpid()}"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as made:
        made.bind(name.replace("@", "\0", 1))
        made.settimeout(2)
        yield made, name


def test_each_word_is_one_datagram(listener: tuple[socket.socket, str]) -> None:
    """On a path and in the abstract namespace; a status stays one line."""
    heard, address = listener
    manager = Manager.of({"NOTIFY_SOCKET": address})
    manager.ready()
    manager.status("two sources,\nSTOPPING=1 3 waiting")
    manager.alive()
    manager.stopping()
    assert [heard.recv(4096).decode() for _ in range(4)] == [
        "READY=1",
        "STATUS=two sources, STOPPING=1 3 waiting",
        "WATCHDOG=1",
        "STOPPING=1\nSTATUS=stopping",
    ]


@pytest.mark.parametrize(
    ("environ", "seconds"),
    [
        ({"WATCHDOG_USEC": "30000000"}, 30.0),
        ({"WATCHDOG_USEC": "30000000", "WATCHDOG_PID": str(os.getpid())}, 30.0),
        ({"WATCHDOG_USEC": "30000000", "WATCHDOG_PID": "1"}, None),
        ({"WATCHDOG_USEC": "0"}, None),
        ({"WATCHDOG_USEC": "soon"}, None),
        ({}, None),
    ],
)
def test_the_watchdog_is_ours_or_none(environ: dict[str, str], seconds: float | None) -> None:
    """One that was set for another process, or cannot be read, is not fed."""
    assert Manager.of({"NOTIFY_SOCKET": "/run/x", **environ}).watchdog == seconds


@pytest.mark.parametrize("address", ["", "vsock:2:1234", "relative/path"])
def test_without_a_socket_of_a_known_kind_nothing_is_said(address: str, tmp_path: Path) -> None:
    """No error, and no file appears."""
    manager = Manager.of({"NOTIFY_SOCKET": address, "WATCHDOG_USEC": "1000"})
    manager.ready()
    assert manager == Manager()
    assert not list(tmp_path.iterdir())


def test_a_manager_that_is_gone_or_deaf_holds_nobody_up(tmp_path: Path) -> None:
    """Words are lost rather than waited with: the loop that speaks them has other work."""
    Manager(str(tmp_path / "nobody")).ready()
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as deaf:
        deaf.bind(str(tmp_path / "deaf"))
        for _ in range(2000):
            Manager(str(tmp_path / "deaf")).alive()
