"""Two machines and the cable between them, as network namespaces: the cable can be pulled.

What a namespace cannot reach stays on this machine: Telegram and the sites, on the loopback of the tests,
are brought to the loopback of the other one by a relay. Needs root, or else `Unavailable` is raised.
"""

import asyncio
import ctypes
import os
import secrets
import shutil
import socket
import subprocess
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.postgres import PostgresServer

SERVER, NODE = "10.99.99.1", "10.99.99.2"
_NEWNET = 0x40000000
"""CLONE_NEWNET (setns(2))."""
_IP = shutil.which("ip") or "ip"


class Unavailable(Exception):
    """Namespaces cannot be made here; the message says why."""


@dataclass(frozen=True, slots=True)
class Wires:
    """The machine of the database and that of one node."""

    server: str
    node: str

    @property
    def within(self) -> tuple[str, ...]:
        """What a command begins with that runs on the node's machine."""
        return ("nsenter", f"--net=/var/run/netns/{self.node}")

    def cut(self) -> None:
        """The cable is pulled: nobody is told so, packets do not arrive any more."""
        _ip("-n", self.server, "link", "set", "wire", "down")

    def mend(self) -> None:
        """It is plugged in again."""
        _ip("-n", self.server, "link", "set", "wire", "up")


@asynccontextmanager
async def wired(server: PostgresServer, *ports: int) -> AsyncIterator[Wires]:
    """The server moves to its machine, where it is SERVER; on the node's these ports lead to ours."""
    made = Wires(*(f"vigil-{secrets.token_hex(4)}-{name}" for name in ("server", "node")))
    async with AsyncExitStack() as stack:
        for name in (made.server, made.node):
            _ip("netns", "add", name)
            stack.callback(_gone, name)
        _ip("-n", made.server, "link", "add", "wire", "type", "veth", "peer", "wire", "netns", made.node)
        for name, address in ((made.server, SERVER), (made.node, NODE)):
            _ip("-n", name, "address", "add", f"{address}/30", "dev", "wire")
            for device in ("wire", "lo"):
                _ip("-n", name, "link", "set", device, "up")
        for port in ports:
            await stack.enter_async_context(_relayed(made.node, port))
        await asyncio.to_thread(inside, made.server, lambda: server.restart(host=SERVER))
        stack.push_async_callback(asyncio.to_thread, server.restart)
        yield made


def inside(name: str, act: Callable[[], Any]) -> Any:
    """Does it as a program on that machine would; what it starts stays there."""

    def there() -> Any:
        libc = ctypes.CDLL(None, use_errno=True)
        with Path(f"/var/run/netns/{name}").open("rb") as file:
            if libc.setns(file.fileno(), _NEWNET):
                raise Unavailable(os.strerror(ctypes.get_errno()))
        return act()

    with ThreadPoolExecutor(1) as pool:  # a thread's namespace is its own, and this one ends with the block
        return pool.submit(there).result()


@asynccontextmanager
async def _relayed(name: str, port: int) -> AsyncIterator[None]:
    """On that machine the port of its loopback is that of ours."""

    async def pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            there, back = await asyncio.open_connection("127.0.0.1", port)
            await asyncio.gather(_copied(reader, back), _copied(there, writer))

    def listening() -> socket.socket:
        return socket.create_server(("127.0.0.1", port))

    async with await asyncio.start_server(pass_on, sock=inside(name, listening)):
        yield


async def _copied(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while data := await reader.read(65_536):
            writer.write(data)
            await writer.drain()
    writer.close()


def _ip(*words: str) -> None:
    try:
        done = subprocess.run([_IP, *words], capture_output=True, text=True, timeout=20, check=False)  # noqa: S603 - our own words
    except OSError:
        raise Unavailable("there is no program ip") from None
    if done.returncode:
        raise Unavailable(f"ip {' '.join(words)}: {done.stderr.strip()}")


def _gone(name: str) -> None:
    with suppress(Unavailable):
        _ip("netns", "delete", name)
