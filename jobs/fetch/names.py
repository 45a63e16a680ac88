"""Looks up the names of hosts in threads of its own: one that no server answers holds up nothing else."""

import asyncio
import socket
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from aiohttp.abc import AbstractResolver, ResolveResult

_AT_ONCE = 64
"""Look-ups at a time: the system gives up a dead one by itself, after many seconds."""


class Names(AbstractResolver):
    """The system's resolver, for aiohttp. Its own would take the threads in which the database is asked."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="names")

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """The addresses of a name; raises OSError where there are none."""
        asked = partial(
            socket.getaddrinfo, type=socket.SOCK_STREAM, family=family, flags=socket.AI_ADDRCONFIG
        )
        found = await asyncio.get_running_loop().run_in_executor(self._threads, asked, host, port)
        return [
            ResolveResult(
                hostname=host,
                host=str(address[0]),
                port=int(address[1]),
                family=kind,
                proto=protocol,
                flags=socket.AI_NUMERICHOST | socket.AI_NUMERICSERV,
            )
            for kind, _, protocol, _, address in found
        ]

    async def close(self) -> None:
        """Look-ups under way are left to themselves."""
        self._threads.shutdown(wait=False, cancel_futures=True)
