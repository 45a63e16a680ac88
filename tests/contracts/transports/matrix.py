"""Matrix: a real Synapse, people with a client that is not ours, and a proxy that fails when told to."""

import asyncio
import json
import re
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar, Self

import aiohttp
from aiohttp import web

from bot.config import MatrixConfig
from bot.transports.chats import Reactions
from bot.transports.matrix import MatrixTransport
from storage.vault import Vault
from tests.ciphering import Remembered
from tests.contracts.transports.harness import Can, Harness, Trouble, Verb, says
from tests.synapse import Person, Synapse

_CHOICES = re.compile(r"(?:\n+[0-9]+ · [^\n]+)+$")
_CHOICE = re.compile(r"^([0-9]+) · (.+)$", re.MULTILINE)


@dataclass
class Fault:
    """What the proxy answers in place of the homeserver, once; a status of 0 breaks the connection."""

    meets: Callable[[str, bytes], bool]
    status: int
    body: bytes = b""
    passed: bool = False
    """Whether the homeserver hears the request all the same."""
    after: int = 0
    """How many such requests pass before."""
    hangs: float = 0.0
    """Seconds that nothing is answered for, and then the connection breaks."""
    writes: bool = True
    """Whether only what writes (PUT) is met."""
    times: int = 1


@dataclass
class Proxy:
    """Stands before a homeserver."""

    server: Synapse
    faults: list[Fault] = field(default_factory=list)
    down: bool = False
    heard: list[str] = field(default_factory=list)
    """The paths of the events that were sent."""
    edits: set[str] = field(default_factory=set)
    """The edits among them: once redacted, nothing tells what they were."""

    async def __aenter__(self) -> Self:
        self._http = aiohttp.ClientSession(auto_decompress=False)
        application = web.Application(client_max_size=10**7)
        application.router.add_route("*", "/{path:.*}", self._pass)
        self._runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._runner.cleanup()
        await self._http.close()

    async def _pass(self, request: web.Request) -> web.StreamResponse:
        body = await request.read()
        if request.method == "PUT":
            self.heard.append(request.path)
        fault = self._fault(request.path, body, writes=request.method == "PUT")
        if fault and fault.hangs:
            await asyncio.sleep(fault.hangs)
        if self.down or (fault and not fault.status and not fault.passed):
            assert request.transport is not None
            request.transport.abort()
            return web.Response()
        if fault and not fault.passed:
            kind = "application/json" if fault.body.startswith(b"{") else "text/html"
            return web.Response(status=fault.status, body=fault.body, content_type=kind)
        kept = {
            name: request.headers[name]
            for name in ("Authorization", "Content-Type")
            if name in request.headers
        }
        url = f"{self.server.url}{request.raw_path}"
        async with self._http.request(request.method, url, data=body, headers=kept) as answer:
            told = await answer.read()
        if request.method == "PUT" and b"m.replace" in body and answer.status == 200:
            self.edits.add(json.loads(told)["event_id"])
        if fault:
            assert request.transport is not None
            request.transport.abort()
        return web.Response(status=answer.status, body=told, content_type=answer.content_type)

    def _fault(self, path: str, body: bytes, *, writes: bool) -> Fault | None:
        for fault in self.faults:
            if (writes or not fault.writes) and fault.meets(path, body):
                if fault.after:
                    fault.after -= 1
                    return None
                fault.times -= 1
                if fault.times <= 0:
                    self.faults.remove(fault)
                return fault
        return None


def _is(verb: Verb) -> Callable[[str, bytes], bool]:
    def meets(path: str, body: bytes) -> bool:
        match verb:
            case Verb.SEND:
                return "/send/" in path and b"m.replace" not in body
            case Verb.EDIT:
                return "/send/" in path and b"m.replace" in body
            case Verb.WITHDRAW:
                return "/redact/" in path

    return meets


def _error(code: str, **more: Any) -> bytes:
    return json.dumps({"errcode": code, "error": "as told", **more}).encode()


@dataclass
class Town:
    """What outlives one test: the bot's account, a person, and rooms with both that can be used again."""

    server: Synapse
    bot: Person
    person: Person
    free: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, server: Synapse) -> "Town":
        """The town of this homeserver."""
        if server.port not in _TOWNS:
            _TOWNS[server.port] = cls(server, server.register(), server.register())
        return _TOWNS[server.port]

    def stock(self, rooms: int) -> None:
        """Have at least so many rooms."""
        while len(self.free) < rooms:
            room = self.person.room(self.bot.user, direct=False)  # with more power than the bot
            self.bot.joins(room)
            self.free.append(room)


_TOWNS: dict[int, Town] = {}


class MatrixHarness(Harness):
    """The Matrix transport against Synapse."""

    name = "matrix"
    needs_server = "synapse"
    cannot: ClassVar = {
        Can.AGE: "nothing grows too old for a redaction",
        Trouble.MOVED: "a room that is upgraded is another room, with readers of its own",
        Trouble.SILENCE: "a repetition is recognised, so that no answer is the same as nothing done",
    }

    def __init__(self, server: Synapse | None = None) -> None:
        super().__init__()
        assert server is not None
        self._town = Town.of(server)
        self._proxy = Proxy(server)
        self._folder = tempfile.TemporaryDirectory(prefix="vigil-matrix-")
        self._begins: dict[str, str] = {}

    async def __aenter__(self) -> Self:
        await self._proxy.__aenter__()
        self._town.stock(5)
        # A new device each time: by the device a homeserver tells transaction ids apart.
        self._bot = MatrixTransport(
            MatrixConfig(
                self._proxy.url,
                self._town.bot.user,
                password=self._town.bot.password,
                store=Path(self._folder.name) / "store",
            ),
            Vault.from_secret(bytes(range(32))),
            answer=self.answer,
            apology=lambda language: says(f"sorry ({language})"),
            gone=self._gone,
            returned=self._returned,
            moved=self._moved,
            seen=self._seen,
            another_device=self._another_device,
            verifying=self._gone,
            identities=Remembered(),
        )
        self.transport = self._bot
        await self._bot.start()
        return self

    async def _another_device(self) -> None:
        pass

    async def __aexit__(self, *_: object) -> None:
        await self._bot.stop()
        await self._proxy.__aexit__()
        self._folder.cleanup()

    @property
    def secrets(self) -> tuple[str, ...]:
        """The password, and the tokens of both."""
        session = self._bot._store.session()
        return (self._town.bot.password, session.token if session else "", self._town.person.token)

    def reader(self, *, group: bool = False) -> str:
        """A room with one person in it; what was there before this test is not looked at."""
        assert not group, "no test of what Matrix can do asks for one"
        room = self._town.free.pop(0)
        self._town.free.append(room)
        self._begins[room] = self._town.person.events(room)[-1]["event_id"]
        return room

    def reads(self, address: str) -> list[str]:
        """The bot's messages as their newest edits have them."""
        return [_CHOICES.sub("", body) for _, body in self._shown(address)]

    def reachable(self, address: str) -> list[str]:
        """Every version that was not redacted."""
        return [event["content"]["body"] for event in self._said(address) if event["content"]]

    def sounds(self, address: str) -> list[bool]:
        """An m.notice makes none (Client-Server API, .m.rule.suppress_notices)."""
        originals = [event for event in self._said(address) if not _edited(event) and event["content"]]
        return [event["content"]["msgtype"] == "m.text" for event in originals]

    def belongs(self, address: str) -> str:
        """A reply names it."""
        shown = self._shown(address)
        newest = next(event for event in self._said(address) if event["event_id"] == shown[-1][0])
        above = newest["content"].get("m.relates_to", {}).get("m.in_reply_to", {}).get("event_id", "")
        return next((_CHOICES.sub("", body) for event, body in shown if event == above), "")

    def count(self, address: str) -> int:
        """Redacted ones too; an edit is none."""
        return sum(event["event_id"] not in self._proxy.edits for event in self._said(address))

    def offered(self, address: str) -> list[str]:
        """Every numbered line at the end of a message."""
        return [label for _, body in self._shown(address) for label in _labels(body)]

    async def asks(self, address: str, line: str) -> None:
        """Written in the room."""
        self._town.person.says(address, line)
        await self._until_answered()

    async def chooses(self, address: str, label: str) -> None:
        """Its number, as a reply to the newest message that has it."""
        event, body = next(one for one in reversed(self._shown(address)) if label in _labels(one[1]))
        self._town.person.says(address, str(_labels(body).index(label) + 1), to=event)
        await self._until_answered()

    async def fails(self, trouble: Trouble, verb: Verb, address: str) -> str:
        """By the room's state where there is one, else by the proxy."""
        match trouble:
            case Trouble.NO_CONNECTION:
                self._proxy.down = True
            case Trouble.GONE:
                self._town.free.remove(address)
                self._town.person.puts_out(address, self._town.bot.user)
            case Trouble.REFUSED:
                self._proxy.faults.append(Fault(_is(verb), 413, _error("M_TOO_LARGE")))
            case Trouble.FLOOD:
                self._proxy.faults.append(
                    Fault(_is(verb), 429, _error("M_LIMIT_EXCEEDED", retry_after_ms=7000))
                )
            case _:
                self._proxy.faults.append(Fault(_is(verb), 502, b"<html>Bad gateway</html>"))
        return address

    async def recovers(self) -> None:
        """The connections hold again."""
        self._proxy.down = False

    def floods_after(self, messages: int, address: str) -> None:
        """429 for the event after, edit or not."""
        del address
        body = _error("M_LIMIT_EXCEEDED", retry_after_ms=3000)
        self._proxy.faults.append(Fault(lambda path, _: "/send/" in path, 429, body, after=messages))

    def deletes(self, address: str, number: int) -> None:
        """As whoever has the power in a room can."""
        self._town.person.redacts(address, self._shown(address)[number][0])

    def ages(self, address: str) -> None:
        """Nothing does."""

    def _said(self, address: str) -> list[dict[str, Any]]:
        """The bot's messages and edits, redacted ones too."""
        events = self._town.person.events(address, self._begins[address])
        return [
            one for one in events if one["type"] == "m.room.message" and one["sender"] == self._town.bot.user
        ]

    def _shown(self, address: str) -> list[tuple[str, str]]:
        """The event and the text of each message that stands there now."""
        shown: dict[str, str] = {}
        said = self._said(address)
        for event in said:
            if event["content"] and not _edited(event):
                shown[event["event_id"]] = event["content"]["body"]
        for event in said:
            if _edited(event) in shown:
                shown[_edited(event)] = event["content"]["m.new_content"]["body"]
        return list(shown.items())

    async def _until_answered(self) -> None:
        """Until the line has been heard and nothing is being answered."""
        heard = len(self.heard)
        async with asyncio.timeout(20):
            while len(self.heard) == heard or self._bot._answering._inbox._tasks:  # noqa: ASYNC110 - nothing tells
                await asyncio.sleep(0.005)

    async def _moved(self, before: str, after: str, request_id: str) -> bool:
        """No room is replaced here."""
        raise AssertionError(before, after, request_id)

    async def _seen(self, reactions: Reactions, request_id: str) -> None:
        """Nobody counts."""

    async def _returned(self, address: str, request_id: str) -> bool:
        """Nor is the bot invited."""
        raise AssertionError(address, request_id)

    async def _gone(self, address: str, request_id: str) -> None:
        """Nobody is told: what a room's end means is tried elsewhere."""


def _edited(event: dict[str, Any]) -> str:
    relation = event["content"].get("m.relates_to", {})
    return str(relation["event_id"]) if relation.get("rel_type") == "m.replace" else ""


def _labels(body: str) -> list[str]:
    found = _CHOICES.search(body)
    return [label for _, label in _CHOICE.findall(found[0])] if found else []
