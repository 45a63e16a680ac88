"""The HTTP side: reads a request, fails if told to, calls the method, answers in the Bot API's form."""

import asyncio
import contextlib
import json
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

from tests.emulators.telegram.call import Call, Said, Upload
from tests.emulators.telegram.faults import Fault, Orders, Way
from tests.emulators.telegram.flood import FloodGate
from tests.emulators.telegram.methods import METHODS
from tests.emulators.telegram.methods.files import BIGGEST_UPLOAD
from tests.emulators.telegram.refusals import RefusedError
from tests.emulators.telegram.updates import Updates
from tests.emulators.telegram.webhook import Webhook
from tests.emulators.telegram.world import World


class Server:
    """Serves one bot's token; `changed` is called after every request."""

    def __init__(
        self,
        token: str,
        world: World,
        updates: Updates,
        gate: FloodGate,
        *,
        port: int,
        pause: float,
        changed: Callable[[], object],
    ) -> None:
        self.port = port
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.times: list[float] = []
        self.fetched: list[str] = []
        """Ids of the files that were fetched."""
        self.faults = Orders()
        self.webhook = Webhook(updates, world.clock, self.perform, pause=pause)
        self.token = token
        self._world = world
        self._updates = updates
        self._gate = gate
        self._changed = changed
        self._closing = asyncio.Event()
        self._runner: web.AppRunner | None = None

    async def open(self) -> None:
        """Listen on 127.0.0.1; on a free port the first time, on the same one afterwards."""
        self._closing = asyncio.Event()
        app = web.Application(client_max_size=BIGGEST_UPLOAD)
        app.router.add_route("*", "/bot{token}/{method}", self._serve)
        app.router.add_get("/file/bot{token}/{kind}/{id}", self._give)
        self._runner = web.AppRunner(app, access_log=None, handler_cancellation=True, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self.port, reuse_address=True)
        await site.start()
        self.port = self._runner.addresses[0][1]
        self.webhook.open()

    async def close(self) -> None:
        """Stop listening and sending, and let go of everybody who waits."""
        self._closing.set()
        if self._runner:
            await self._runner.cleanup()
            self._runner = None
        await self.webhook.close()

    async def perform(self, method: str, parameters: dict[str, Any]) -> Any:
        """Carry out a method that came in the answer of a webhook; a fault due for it swallows it."""
        self._note(method, parameters)
        try:
            fault = self.faults.due(method, parameters)
            if method in METHODS and (not fault or fault.accepted):
                return await METHODS[method](self._call(parameters))
        finally:
            self._changed()

    def _note(self, method: str, parameters: dict[str, Any]) -> None:
        self.calls.append((method, parameters))
        self.times.append(self._world.clock.now())

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"].lower()
        try:
            parameters = await self._read(request, method)
        except RefusedError as refusal:
            return _refuse(refusal)
        self._note(method, parameters)
        fault = self.faults.due(method, parameters)
        try:
            if fault and not fault.accepted:
                return await self._fail(request, fault)
            answer = await self._answer(method, parameters)
            if not fault:
                return answer
            if fault.way is Way.SLOW:
                await asyncio.sleep(fault.seconds)
                return answer
            return await self._fail(request, fault)
        finally:
            self._changed()

    async def _give(self, request: web.Request) -> web.StreamResponse:
        """The bytes of a file that getFile has told of."""
        self.fetched.append(request.match_info["id"])
        file = self._world.files.get(request.match_info["id"])
        if request.match_info["token"] != self.token or file is None:
            return _refuse(RefusedError(404, "Not Found"))
        return web.Response(body=file.content)

    async def _read(self, request: web.Request, method: str) -> dict[str, Any]:
        """The parameters of a request to a method there is, with the right token."""
        try:
            parameters = await _parameters(request)
        except web.HTTPRequestEntityTooLarge:
            raise RefusedError(413, "Request Entity Too Large") from None
        if request.match_info["token"] != self.token:
            raise RefusedError(401, "Unauthorized")
        if method not in METHODS:
            raise RefusedError(404, "Not Found: method not found")
        return parameters

    def _call(self, parameters: dict[str, Any]) -> Call:
        return Call(self._world, self._updates, self.webhook, self._gate, parameters)

    async def _answer(self, method: str, parameters: dict[str, Any]) -> web.Response:
        try:
            result = await self._unless_closing(METHODS[method](self._call(parameters)))
        except RefusedError as refusal:
            return _refuse(refusal)
        if isinstance(result, Said):
            return web.json_response({"ok": True, "result": result.result, "description": result.description})
        return web.json_response({"ok": True, "result": result})

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

    async def _fail(self, request: web.Request, fault: Fault) -> web.StreamResponse:
        match fault.way:
            case Way.ANSWER:
                return _refuse(RefusedError(fault.code, fault.description, **fault.parameters))
            case Way.GARBAGE:
                return web.Response(text=fault.description, content_type="text/html")
            case Way.HANG:
                self._changed()  # those who wait for what was carried out must not wait for the end
                await self._closing.wait()
        if request.transport:
            request.transport.close()
        return web.Response()


async def _parameters(request: web.Request) -> dict[str, Any]:
    """What the Bot API takes alike: the query string, a form, or JSON."""
    parameters: dict[str, Any] = dict(request.query)
    if request.content_type == "application/json":
        with contextlib.suppress(json.JSONDecodeError):
            read = await request.json()
            parameters |= read if isinstance(read, dict) else {}
        return parameters
    for name, value in (await request.post()).items():
        if isinstance(value, web.FileField):
            with value.file:
                parameters[name] = Upload(value.filename, value.content_type, value.file.read())
        else:
            parameters[name] = value
    return parameters


def _refuse(refusal: RefusedError) -> web.Response:
    body: dict[str, Any] = {"ok": False, "error_code": refusal.code, "description": refusal.description}
    headers = {}
    if refusal.parameters:
        body["parameters"] = refusal.parameters
    if wait := refusal.parameters.get("retry_after"):
        headers["Retry-After"] = str(wait)
    return web.json_response(body, status=refusal.code, headers=headers)
