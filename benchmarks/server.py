"""The publishers: one process that answers for every host of 127.0.0.0/8, so that hosts are many.

/same/N says 304 to who has the validator; /body/N gives the same bytes each time, without one; /feed/N is
feed N, at whose top an entry more stands for each step that /stage/K has gone; /asked tells how many have
come in each second. No library serves here: the server must not be what limits a figure.
"""

import asyncio
import json
import multiprocessing
import os
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from urllib.request import urlopen

from benchmarks.material import ENTRIES, entries, shown

_UNCHANGED = b'HTTP/1.1 304 Not Modified\r\nServer: bench\r\nETag: "v"\r\n\r\n'
_SMALL = b"<rss version='2.0'><channel><item><title>One</title><guid>1</guid></item></channel></rss>"


class _Site:
    """What is published. Feeds are made beforehand: making them is no part of any figure."""

    def __init__(self, feeds: int, stages: int, now: datetime, first: int) -> None:
        self.asked: Counter[int] = Counter()
        self._bodies = []
        for number in range(feeds):
            some = entries(number, now, first + stages)
            up_to = range(first, first + stages)
            self._bodies.append([shown(number, some[max(0, end - ENTRIES) : end]) for end in up_to])
        self._body = _found(self._bodies[0][0])
        self._small = _found(_SMALL, '"v"')
        self._stage = 0

    def answer(self, path: str, known: str) -> bytes:
        """What the path answers to who has this validator."""
        _, kind, number = path.split("/")
        if kind in ("same", "body", "feed"):
            self.asked[int(time.time())] += 1
        if kind == "same":
            return _UNCHANGED if known else self._small
        if kind == "feed":
            tag = f'"{number}-{self._stage}"'
            if known == tag:
                return _UNCHANGED.replace(b'"v"', tag.encode())
            return _found(self._bodies[int(number)][self._stage], tag)
        if kind == "stage":
            self._stage = int(number)
            return _found(b"done")
        if kind == "asked":
            return _found(json.dumps(self.asked).encode())
        return self._body


def _found(body: bytes, tag: str = "") -> bytes:
    tagged = f"ETag: {tag}\r\n" if tag else ""
    head = (
        "HTTP/1.1 200 OK\r\nServer: bench\r\nContent-Type: application/rss+xml; charset=utf-8\r\n"
        f"{tagged}Content-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


class _Talk(asyncio.Protocol):
    """One connection, which stays open as long as the other side wants it."""

    def __init__(self, site: _Site) -> None:
        self._site = site
        self._rest = b""
        self._out: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Somebody is there."""
        assert isinstance(transport, asyncio.Transport)
        self._out = transport

    def data_received(self, data: bytes) -> None:
        """Some of a request, or all."""
        assert self._out is not None
        *requests, self._rest = (self._rest + data).split(b"\r\n\r\n")
        for request in requests:
            first, *lines = request.decode("latin-1").split("\r\n")
            fields = dict(line.lower().split(": ", 1) for line in lines)
            self._out.write(self._site.answer(first.split(" ")[1], fields.get("if-none-match", "")))


def _serve(ports: "multiprocessing.Queue[int]", feeds: int, stages: int, now: datetime, first: int) -> None:
    async def run() -> None:
        site = _Site(feeds, stages, now, first)
        loop = asyncio.get_running_loop()
        server = await loop.create_server(lambda: _Talk(site), "0.0.0.0", 0, backlog=1024)  # noqa: S104 - 127.0.0.0/8
        ports.put(server.sockets[0].getsockname()[1])
        program = os.getppid()
        while os.getppid() == program:  # noqa: ASYNC110 - nothing else tells that it was killed
            await asyncio.sleep(1)
        server.close()

    asyncio.run(run())


@contextmanager
def serving(feeds: int, stages: int, now: datetime, first: int = ENTRIES) -> Iterator[int]:
    """The server in a process of its own; gives its port. `first`: entries in a feed at stage 0."""
    ports: multiprocessing.Queue[int] = multiprocessing.Queue()
    process = multiprocessing.Process(target=_serve, args=(ports, feeds, stages, now, first), daemon=True)
    process.start()
    try:
        yield ports.get(timeout=600)  # many feeds take a while to make
    finally:
        process.terminate()
        process.join()


def address(port: int, kind: str, number: int) -> str:
    """The address of source `number`, on a host of its own."""
    host = f"127.{1 + number // 60_000}.{number // 250 % 240}.{number % 250 + 1}"
    return f"http://{host}:{port}/{kind}/{number}"


def told(port: int, kind: str, number: int = 0) -> bytes:
    """What the server answers to a word of ours."""
    with urlopen(f"http://127.0.0.1:{port}/{kind}/{number}", timeout=30) as answer:
        found: bytes = answer.read()
    return found
