"""The HTTP side: reads a request, fails if told to, calls the method, answers in the Bot API's form."""

import asyncio
import contextlib
import json
import time
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from tests.emulators.telegram.faults import Fault, RefusedError, Way
from tests.emulators.telegram.methods import METHODS, Call
from tests.emulators.telegram.updates import Updates
from tests.emulators.telegram.world import World

PER_SECOND = 30
PER_MINUTE_IN_A_GROUP = 20
_COUNTED = ("sendmessage", "editmessagetext")


@dataclass(slots=True)
class _Ordered:
    """A fault that was asked for, with how often it is still due."""

    method: str
    fault: Fault
    times: int
    chat: int | None


class Server:
    """Serves one bot's token; `changed` is called after every request."""

    def __init__(
        self,
        token: str,
        world: World,
        updates: Updates,
        *,
        port: int,
        limits: bool,
        changed: Callable[[], object],
    ) -> None:
        self.port = port
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self._token = token
        self._world = world
        self._updates = updates
        self._limits = limits
        self._changed = changed
        self._faults: list[_Ordered] = []
        self._sent: deque[float] = deque()
        self._sent_to: dict[int, deque[float]] = {}
        self._closing = asyncio.Event()
        self._runner: web.AppRunner | None = None

    async def open(self) -> None:
        """Listen on 127.0.0.1; on a free port the first time, on the same one afterwards."""
        self._closing = asyncio.Event()
        app = web.Application()
        app.router.add_route("*", "/bot{token}/{method}", self._serve)
        self._runner = web.AppRunner(app, access_log=None, handler_cancellation=True, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self.port, reuse_address=True)
        await site.start()
        self.port = self._runner.addresses[0][1]

    async def close(self) -> None:
        """Stop listening and let go of everybody who waits."""
        self._closing.set()
        if self._runner:
            await self._runner.cleanup()
            self._runner = None

    def fail(self, method: str, fault: Fault, times: int, chat: int | None) -> None:
        """Order a fault."""
        self._faults.append(_Ordered(method.lower(), fault, times, chat))

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"].lower()
        parameters = await _parameters(request)
        if request.match_info["token"] != self._token:
            return _refuse(RefusedError(401, "Unauthorized"))
        if method not in METHODS:
            return _refuse(RefusedError(404, "Not Found"))
        self.calls.append((method, parameters))
        fault = self._due(method, parameters)
        try:
            if fault and not fault.accepted:
                return await self._fail(request, fault)
            answer = await self._answer(method, parameters)
            return await self._fail(request, fault) if fault else answer
        finally:
            self._changed()

    async def _answer(self, method: str, parameters: dict[str, Any]) -> web.Response:
        call = Call(self._world, self._updates, parameters)
        try:
            if self._limits and method in _COUNTED:
                self._count(call.number("chat_id"))
            return web.json_response(
                {"ok": True, "result": await self._unless_closing(METHODS[method](call))}
            )
        except RefusedError as refusal:
            return _refuse(refusal)

    async def _unless_closing(self, work: Awaitable[Any]) -> Any:
        """The result of the work; 502 if the emulator ends before it is there."""
        task = asyncio.ensure_future(work)
        closing = asyncio.ensure_future(self._closing.wait())
        try:
            await asyncio.wait({task, closing}, return_when=asyncio.FIRST_COMPLETED)
            if task.done():
                return task.result()
            raise RefusedError(502, "Bad Gateway")
        finally:
            task.cancel()
            closing.cancel()

    def _due(self, method: str, parameters: dict[str, Any]) -> Fault | None:
        for ordered in self._faults:
            to = parameters.get("chat_id")
            if ordered.method == method and (ordered.chat is None or str(ordered.chat) == str(to)):
                ordered.times -= 1
                self._faults = [one for one in self._faults if one.times > 0]
                return ordered.fault
        return None

    async def _fail(self, request: web.Request, fault: Fault) -> web.StreamResponse:
        match fault.way:
            case Way.ANSWER:
                return _refuse(RefusedError(fault.code, fault.description, **fault.parameters))
            case Way.GARBAGE:
                return web.Response(text=fault.description, content_type="text/html")
            case Way.HANG:
                await self._closing.wait()
        if request.transport:
            request.transport.close()
        return web.Response()

    def _count(self, chat: int) -> None:
        """Telegram's limits, counted over sliding windows; beyond them 429."""
        now = time.monotonic()
        windows = [(self._sent, 1.0, PER_SECOND)]
        if chat < 0:
            windows.append((self._sent_to.setdefault(chat, deque()), 60.0, PER_MINUTE_IN_A_GROUP))
        for sent, seconds, most in windows:
            while sent and sent[0] <= now - seconds:
                sent.popleft()
            if len(sent) >= most:
                wait = max(1, round(sent[0] + seconds - now))
                raise RefusedError(429, f"Too Many Requests: retry after {wait}", retry_after=wait)
        for sent, _, _ in windows:
            sent.append(now)


async def _parameters(request: web.Request) -> dict[str, Any]:
    """What the Bot API takes alike: the query string, a form, or JSON."""
    parameters: dict[str, Any] = dict(request.query)
    if request.content_type == "application/json":
        with contextlib.suppress(json.JSONDecodeError):
            parameters |= await request.json()
    else:
        parameters |= dict(await request.post())
    return parameters


def _refuse(refusal: RefusedError) -> web.Response:
    body: dict[str, Any] = {"ok": False, "error_code": refusal.code, "description": refusal.description}
    if refusal.parameters:
        body["parameters"] = refusal.parameters
    return web.json_response(body, status=refusal.code)
