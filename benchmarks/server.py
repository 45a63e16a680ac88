"""The publishers: one process that answers for every host of 127.0.0.0/8, so that hosts are many.

/same/N says 304 to who has the validator; /body/N gives the same bytes each time, without one; /feed/N is
feed N, at whose top an entry more stands whenever /newer/K has been asked for a greater K.
"""

import asyncio
import multiprocessing
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from aiohttp import web

from benchmarks.material import feed

_TAG = '"v"'


class _Site:
    """What is published. Feeds are made beforehand: making them is no part of any figure."""

    def __init__(self, feeds: int, now: datetime, stages: int) -> None:
        self._bodies = [[feed(n, now, newer=stage) for stage in range(stages)] for n in range(feeds)]
        self._stage = 0

    async def answer(self, request: web.Request) -> web.Response:
        """Any request."""
        _, kind, number = request.path.split("/")
        known = request.headers.get("If-None-Match")
        if kind == "same":
            return web.Response(status=304, headers={"ETag": _TAG})
        if kind == "body":
            return self._feed(self._bodies[0][0], {})
        if kind == "newer":
            self._stage = int(number)
            return web.Response(text="done")
        tag = f'"{number}-{self._stage}"'
        if known == tag:
            return web.Response(status=304, headers={"ETag": tag})
        return self._feed(self._bodies[int(number)][self._stage], {"ETag": tag})

    def _feed(self, body: bytes, headers: dict[str, str]) -> web.Response:
        return web.Response(body=body, content_type="application/rss+xml", charset="utf-8", headers=headers)


def _serve(ports: "multiprocessing.Queue[int]", feeds: int, now: datetime, stages: int) -> None:
    async def run() -> None:
        app = web.Application()
        app.router.add_get("/{path:.*}", _Site(feeds, now, stages).answer)
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        await web.TCPSite(runner, "0.0.0.0", 0, backlog=1024).start()  # noqa: S104 - all of 127.0.0.0/8
        ports.put(runner.addresses[0][1])
        await asyncio.Event().wait()

    asyncio.run(run())


@contextmanager
def serving(feeds: int, now: datetime, stages: int) -> Iterator[int]:
    """The server in a process of its own; gives its port."""
    ports: multiprocessing.Queue[int] = multiprocessing.Queue()
    process = multiprocessing.Process(target=_serve, args=(ports, feeds, now, stages), daemon=True)
    process.start()
    try:
        yield ports.get(timeout=60)
    finally:
        process.terminate()
        process.join()


def address(port: int, kind: str, number: int) -> str:
    """The address of source `number`, on a host of its own."""
    return (
        f"http://127.{1 + number // 60_000}.{number // 250 % 240}.{number % 250 + 1}:{port}/{kind}/{number}"
    )
