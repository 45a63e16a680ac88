"""The built-in server: answers on the routes it is given, and on nothing else.

It is meant to stand behind a reverse proxy. A path is never logged, as it may hold a secret; its route is.
"""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from typing import cast

import structlog
from aiohttp import hdrs, web
from aiohttp.http_exceptions import HttpProcessingError
from aiohttp.typedefs import Middleware

from bot.doors import HELD, WAIT, Door, Doors, address_of

log = structlog.get_logger()

_READ_WITHIN = 10.0
"""Seconds in which the body of a request must have come."""
_IDLE_FOR = 75.0
_STOP_WITHIN = 5.0
NOT_FOUND = "not found\n"
"""What is said to all that is none of our business; by it `vigil check` knows our voice."""
_SAFE = {
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'",
}

_Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class NotServed(Exception):
    """The built-in server cannot listen where it should; the message says what to do."""


@asynccontextmanager
async def serving(
    name: str,
    listen: tuple[str, int],
    routes: Sequence[web.AbstractRouteDef],
    *,
    max_bytes: int = 1024,
    held: int = HELD,
) -> AsyncIterator[tuple[str, int]]:
    """Serves these routes while open, and answers 404 to all else; yields where it listens.

    `name` is that of the table in the configuration. Bodies beyond `max_bytes` are refused with 413.
    `held` is how many connections one address may hold. Raises NotServed.
    """
    doors = Doors(time.monotonic, held)
    app = web.Application(middlewares=[_begun, _told, _limited(doors), _plain], client_max_size=max_bytes)
    app.add_routes(routes)
    app.on_response_prepare.append(_dressed)
    runner = web.AppRunner(
        app,
        access_log=None,
        logger=_reticent(),
        auto_decompress=False,  # what is signed are the bytes that came
        keepalive_timeout=_IDLE_FOR,
        lingering_time=_STOP_WITHIN,
        shutdown_timeout=_STOP_WITHIN,
    )
    await runner.setup()
    listening: asyncio.Server | None = None
    try:
        try:
            listening = await _listening(runner, listen, doors)
        except OSError as error:
            raise NotServed(
                f"{name}.listen: nobody can listen on {shown(listen)} ({error.strerror or error}): stop what "
                "listens there, or give another address"
            ) from error
        bound = listening.sockets[0].getsockname()[:2]
        log.info("web.ready", table=name, listen=shown(bound))
        yield bound
    finally:
        if listening:
            listening.close()
        await runner.cleanup()


async def _listening(runner: web.AppRunner, listen: tuple[str, int], doors: Doors) -> asyncio.Server:
    handlers = cast("web.Server", runner.server)  # it is set up
    return await asyncio.get_running_loop().create_server(lambda: Door(handlers(), doors), *listen)


def shown(listen: tuple[str, int]) -> str:
    """The address as the configuration has it."""
    host, port = listen
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


async def body_of(request: web.Request, most: int = 0) -> bytes:
    """The whole body, as it was sent; of `most` bytes, where fewer are allowed than the server takes.

    Ends the request with 408, 413 or 415 where there is none to be had.
    """
    if most:
        request = request.clone(client_max_size=most)
    if request.headers.get(hdrs.CONTENT_ENCODING, "identity").lower() != "identity":
        raise web.HTTPUnsupportedMediaType
    try:
        async with asyncio.timeout(_READ_WITHIN):
            return await request.read()
    except TimeoutError:
        raise web.HTTPRequestTimeout from None


def _reticent() -> logging.Logger:
    """For aiohttp's own words: they quote what a stranger sent, as a path, and where from."""
    found = logging.getLogger(f"{__name__}.aiohttp")
    found.filters = [_without_words]
    return found


def _without_words(record: logging.LogRecord) -> bool:
    kind = record.exc_info[0] if record.exc_info else None
    record.msg, record.args, record.exc_info = "web.broken_off", (), None
    if kind:
        record.msg = f"web.broken_off error={kind.__name__}"
    # What is no HTTP comes all day from those who try every door.
    return kind is None or not issubclass(kind, HttpProcessingError)


@web.middleware
async def _begun(request: web.Request, handler: _Handler) -> web.StreamResponse:
    door = request.transport.get_protocol() if request.transport else None
    if isinstance(door, Door):
        door.has_begun()
    return await handler(request)


def _limited(doors: Doors) -> Middleware:
    """Who knocks in vain too often is asked to wait, and not heard; others are, meanwhile."""

    @web.middleware
    async def limited(request: web.Request, handler: _Handler) -> web.StreamResponse:
        address = address_of(request)
        if doors.must_wait(address):
            response = web.Response(status=429, headers={"Retry-After": f"{WAIT:.0f}"})
            response.force_close()
            return response
        answer = await handler(request)
        doors.answered(address, answer.status)
        return answer

    return limited


@web.middleware
async def _told(request: web.Request, handler: _Handler) -> web.StreamResponse:
    """One line a request in the log: its route, and neither its path nor who asked."""
    began = time.monotonic()
    status = 500
    try:
        response = await handler(request)
        status = response.status
    finally:
        resource = request.match_info.route.resource
        route = resource.canonical if resource else "none"
        took = round((time.monotonic() - began) * 1000)
        log.debug("web.asked", method=request.method, route=route, status=status, ms=took)
    return response


@web.middleware
async def _plain(request: web.Request, handler: _Handler) -> web.StreamResponse:
    """Errors in a word. Which methods a path knows is told to nobody."""
    try:
        return await handler(request)
    except (web.HTTPNotFound, web.HTTPMethodNotAllowed):
        return web.Response(status=404, text=NOT_FOUND)
    except web.HTTPException as error:
        return web.Response(status=error.status, text=f"{error.reason.lower()}\n")
    except Exception:
        log.exception("web.failed")
        return web.Response(status=500, text="internal error\n")


async def _dressed(_request: web.Request, response: web.StreamResponse) -> None:
    response.headers.popall(hdrs.SERVER, None)
    for name, value in _SAFE.items():
        response.headers.setdefault(name, value)
