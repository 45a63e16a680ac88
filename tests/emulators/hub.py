"""A WebSub hub for tests: as strict as the recommendation (W3C WebSub), and wayward on demand.

    async with a_hub() as hub:
        site.publish("/feed", body).headers["Link"] = hub.links(topic)
        ...
        await hub.until_active(topic)
        assert await hub.pushes(topic, body) == [202]           # signed with the subscriber's secret
        await hub.pushes(topic, body, sign=None)                # not signed at all
        await hub.pushes(topic, body, secret="another")         # signed by somebody else
        await hub.pushes(topic)                                 # a ping that brings nothing
        await hub.denies(topic, "closed")                       # 5.2, at any time
        hub.status = 503                                        # nobody is listened to
        hub.verifies = False                                    # says yes (202), and never comes back
        hub.at_once = True                                      # verifies before it answers

What it asks of a subscriber: callback, mode and topic; a secret of less than 200 bytes (5.1); 404 or the
very challenge, in a status that says yes (5.3). Who answers a push with 410 is struck off (7).

What is not as in the real thing: leases are told, but nobody is struck off when one has ended; a push that
failed is not repeated unless the test says `insists`; who publishes is not asked for the content.
"""

import asyncio
import hashlib
import hmac
import secrets
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

import aiohttp
from aiohttp import web

PATIENCE = 20.0
_LONGEST_SECRET = 199


@dataclass(frozen=True, slots=True)
class Asked:
    """One subscription request, as it came."""

    mode: str
    topic: str
    callback: str
    secret: str
    form: dict[str, str]


@dataclass(frozen=True, slots=True)
class Verified:
    """How a subscriber answered when it was asked whether it meant it."""

    mode: str
    status: int
    agreed: bool


@dataclass(eq=False)
class Hub:
    """A running hub. `lease` is what it grants, None for a hub that does not say."""

    session: aiohttp.ClientSession
    url: str = ""
    lease: int | None = 86_400
    status: int = 202
    headers: dict[str, str] = field(default_factory=dict)
    """Sent with every answer to a subscription request."""
    verifies: bool = True
    at_once: bool = False
    needs_verify: bool = False
    """As hubs of PubSubHubbub 0.3 do: without `hub.verify` a request is a bad one."""
    topic_told: str = ""
    """What is said in place of the topic when a subscriber is verified."""
    asked: list[Asked] = field(default_factory=list)
    verified: list[Verified] = field(default_factory=list)
    active: dict[tuple[str, str], str] = field(default_factory=dict)
    """(topic, callback) -> secret."""
    _changed: asyncio.Event = field(default_factory=asyncio.Event)
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    def links(self, topic: str) -> str:
        """The Link field by which a publisher names this hub."""
        return f'<{self.url}>; rel="hub", <{topic}>; rel="self"'

    def callbacks(self, topic: str) -> list[str]:
        """Where it would push."""
        return [callback for known, callback in self.active if known == topic]

    # What it does of itself

    async def pushes(
        self,
        topic: str,
        body: str | bytes = b"",
        *,
        sign: str | None = "sha256",
        secret: str | None = None,
        content_type: str = "application/rss+xml; charset=utf-8",
        insists: bool = False,
    ) -> list[int]:
        """News to all who are subscribed; how each answered, 0 for one that could not be reached.

        `insists`: tries again, as hubs do, until everybody has answered with 2xx or 410.
        """
        said = body.encode() if isinstance(body, str) else body
        found = []
        for (known, callback), own in list(self.active.items()):
            if known != topic:
                continue
            headers = {"Content-Type": content_type, "Link": self.links(topic)}
            if sign:
                digest = hmac.new((secret or own).encode(), said, getattr(hashlib, sign)).hexdigest()
                headers["X-Hub-Signature"] = f"{sign}={digest}"
            status = await self._post(callback, said, headers)
            while insists and status not in (200, 202, 204, 410):
                await asyncio.sleep(0.2)
                status = await self._post(callback, said, headers)
            if status == 410:
                del self.active[topic, callback]
            found.append(status)
        return found

    async def denies(self, topic: str, reason: str) -> list[int]:
        """Tells everybody who is subscribed that they are no longer."""
        found = []
        for known, callback in list(self.active):
            if known == topic:
                del self.active[known, callback]
                found.append(await self.tells_no(topic, callback, reason))
        return found

    async def tells_no(self, topic: str, callback: str, reason: str) -> int:
        """A denial (5.2); returns what was answered."""
        query = {"hub.mode": "denied", "hub.topic": topic, "hub.reason": reason}
        async with self.session.get(callback, params=query) as response:
            return response.status

    async def asks(self, mode: str, topic: str, callback: str) -> Verified:
        """Whether the subscriber meant it (5.3)."""
        challenge = secrets.token_urlsafe(24)
        query = {"hub.mode": mode, "hub.topic": self.topic_told or topic, "hub.challenge": challenge}
        if self.lease is not None:
            query["hub.lease_seconds"] = str(self.lease)
        async with self.session.get(callback, params=query) as response:
            said = await response.text()
            answer = Verified(mode, response.status, agreed=response.ok and said == challenge)
        self.verified.append(answer)
        return answer

    # What a test waits for

    async def until_active(self, topic: str, count: int = 1) -> str:
        """Waits until so many are subscribed; returns where the first is pushed to."""
        await self.until(lambda: len(self.callbacks(topic)) == count)
        return self.callbacks(topic)[0]

    async def until(self, there: Callable[[], bool]) -> None:
        """Waits for anything that changes when it is asked, or answered."""
        async with asyncio.timeout(PATIENCE):
            while not there():
                self._changed.clear()
                await self._changed.wait()

    async def quiet(self) -> None:
        """Waits until it has asked whomever it wanted to ask."""
        while self._tasks:
            await asyncio.wait(set(self._tasks))

    # What it is asked

    async def respond(self, request: web.Request) -> web.Response:
        """A subscription request (5.1)."""
        form = {name: str(value) for name, value in (await request.post()).items()}
        callback, mode, topic, secret = (
            form.get(f"hub.{name}", "") for name in ("callback", "mode", "topic", "secret")
        )
        self.asked.append(Asked(mode, topic, callback, secret, form))
        self._changed.set()
        bad = not (callback and topic) or mode not in ("subscribe", "unsubscribe")
        if bad or len(secret) > _LONGEST_SECRET or (self.needs_verify and not form.get("hub.verify")):
            return web.Response(status=400, text="not a subscription request")
        if not 200 <= self.status < 300:
            return web.Response(status=self.status, headers=self.headers)
        if self.verifies and self.at_once:
            await self._verify(self.asked[-1])
        elif self.verifies:
            task = asyncio.create_task(self._verify(self.asked[-1]))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        return web.Response(status=self.status, headers=self.headers)

    async def close(self) -> None:
        """It asks nobody any more."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _verify(self, one: Asked) -> None:
        with suppress(aiohttp.ClientError):
            if (await self.asks(one.mode, one.topic, one.callback)).agreed:
                if one.mode == "subscribe":
                    self.active[one.topic, one.callback] = one.secret
                else:
                    self.active.pop((one.topic, one.callback), None)
        self._changed.set()

    async def _post(self, callback: str, body: bytes, headers: dict[str, str]) -> int:
        try:
            async with self.session.post(callback, data=body, headers=headers) as response:
                return response.status
        except aiohttp.ClientError:
            return 0


@asynccontextmanager
async def a_hub() -> AsyncIterator[Hub]:
    """A running hub."""
    async with aiohttp.ClientSession() as session:
        hub = Hub(session)
        app = web.Application()
        app.router.add_post("/hub", hub.respond)
        runner = web.AppRunner(app, shutdown_timeout=1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        host, port = runner.addresses[0][:2]
        hub.url = f"http://{host}:{port}/hub"
        try:
            yield hub
        finally:
            await hub.close()
            await runner.cleanup()
