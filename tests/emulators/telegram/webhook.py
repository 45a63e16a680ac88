"""Sends updates to the bot's own web server, as the Bot API server does (`WebhookActor.cpp`).

Updates of one chat arrive one after another; those of others beside them, `max_connections` at once.
An update is tried until the receiver answers 2xx or the update is too old: again at once, then after
2, 4, 8 ... up to 60 pauses, or when its Retry-After says. 23 hours of 410 end the webhook. A 2xx may
carry a method call, which is carried out before the update is forgotten; its result is told nobody.

Two liberties. Only loopback is ever contacted: for an address elsewhere updates just wait. And a
pause is not a second but `pause` seconds, so that tests of a receiver that fails take no minutes.
"""

import asyncio
import contextlib
import ipaddress
import json
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import aiohttp

from tests.emulators.telegram.clock import Clock
from tests.emulators.telegram.refusals import RefusedError
from tests.emulators.telegram.updates import Updates, line_of

LONGEST_PAUSE = 60
LONGEST_RETRY_AFTER = 3600
GONE_SECONDS = 23 * 3600
SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"
_NOT_IN_ANSWERS = ("deletewebhook", "setwebhook", "close", "logout")

Perform = Callable[[str, dict[str, Any]], Awaitable[Any]]


class Webhook:
    """Where updates go, and how that went. `perform` carries out a method named in an answer.

    `pause` is how long a second of a pause is, `patience` how many real seconds an answer may take.
    """

    def __init__(self, updates: Updates, clock: Clock, perform: Perform, *, pause: float) -> None:
        self.secret = ""
        self.max_connections = 40
        self.certificate = False
        self.last_error_date = 0
        self.last_error_message = ""
        self._updates = updates
        self._clock = clock
        self._perform = perform
        self.pause = pause
        self.patience = 60.0
        self.sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
        self._places = asyncio.Semaphore(self.max_connections)
        self._lines: dict[tuple[str, Any], asyncio.Task[None]] = {}
        self._session: aiohttp.ClientSession | None = None
        self._gone_since: float | None = None

    def set(self, url: str, *, secret: str = "", connections: int = 40, certificate: bool = False) -> None:
        """Send to `url` from now on; "" ends it. What was recorded of errors is forgotten."""
        self._stop_lines()
        self._updates.webhook = url
        self.secret, self.max_connections, self.certificate = secret, connections, certificate
        self.last_error_date, self.last_error_message, self._gone_since = 0, "", None
        self._places = asyncio.Semaphore(connections)
        self.wake()

    def open(self) -> None:
        """Begin, or go on after an outage."""
        self._session = aiohttp.ClientSession()
        self.wake()

    async def close(self) -> None:
        """Send nothing more; what is pending waits."""
        tasks = list(self._lines.values())
        self._stop_lines()
        await asyncio.gather(*tasks, return_exceptions=True)
        if self._session:
            await self._session.close()
            self._session = None

    def wake(self) -> None:
        """See to it that every line with something to send is being sent."""
        if not self._session or not is_loopback(self._updates.webhook):
            return
        for update in self._updates.pending:
            line = line_of(update)
            if line not in self._lines:
                self._lines[line] = asyncio.create_task(self._send_line(line))
                self._lines[line].add_done_callback(partial(self._done, line))

    def _done(self, line: tuple[str, Any], task: asyncio.Task[None]) -> None:
        if self._lines.get(line) is task:
            del self._lines[line]
            task.result()  # a fault of our own is to be seen
            self.wake()

    def _stop_lines(self) -> None:
        for task in self._lines.values():
            task.cancel()
        self._lines = {}

    async def _send_line(self, line: tuple[str, Any]) -> None:
        """Send what is pending in the line, in order, until there is no more."""
        failures = 0
        tried = 0
        while update := next((one for one in self._updates.pending if line_of(one) == line), None):
            failures = failures if tried == update["update_id"] else 0
            tried = update["update_id"]
            async with self._places:
                error, retry_after = await self._send(update)
            if not error:
                self._updates.forget(tried)
                continue
            self.last_error_date, self.last_error_message = self._clock.date(), error
            failures += 1
            pause = retry_after or (0 if failures == 1 else min(2 ** (failures - 1), LONGEST_PAUSE))
            await self.sleep(pause * self.pause)

    async def _send(self, update: dict[str, Any]) -> tuple[str, int]:
        """What went wrong ("" if nothing did), and how long the receiver wants to be left alone."""
        assert self._session is not None, "the emulator is not open"
        headers = {SECRET_HEADER: self.secret} if self.secret else {}
        try:
            async with self._session.post(
                self._updates.webhook,
                json=update,
                headers=headers,
                allow_redirects=False,
                ssl=False,
                timeout=aiohttp.ClientTimeout(total=self.patience),
            ) as answer:
                if answer.status // 100 == 2:
                    self._gone_since = None
                    await self._obey(await answer.text())
                    return "", 0
                self._count_gone(answer.status)
                error = f"Wrong response from the webhook: {answer.status} {answer.reason}"
                return error, _seconds(answer.headers.get("Retry-After", ""))
        except aiohttp.ClientConnectorError:
            return "Connection refused", 0
        except TimeoutError:
            return "Read timeout expired", 0
        except (aiohttp.ClientError, UnicodeDecodeError):
            return "Webhook connection closed", 0

    async def _obey(self, body: str) -> None:
        """Carry out the method that an answer names, if it is one that may be named there."""
        parameters = _parameters(body)
        method = str(parameters.pop("method", "")).lower()
        if method and method not in _NOT_IN_ANSWERS and not method.startswith("get"):
            with contextlib.suppress(RefusedError):
                await self._perform(method, parameters)

    def _count_gone(self, status: int) -> None:
        if status != 410:
            self._gone_since = None
        elif self._gone_since is None:
            self._gone_since = self._clock.now()
        elif self._clock.now() > self._gone_since + GONE_SECONDS:
            self.set("")


def _parameters(body: str) -> dict[str, Any]:
    """An answer's own parameters: JSON, or a form."""
    try:
        read = json.loads(body)
    except ValueError:
        return dict(parse_qsl(body))
    return read if isinstance(read, dict) else {}


def _seconds(retry_after: str) -> int:
    return min(int(retry_after), LONGEST_RETRY_AFTER) if retry_after.isdecimal() else 0


def is_loopback(url: str) -> bool:
    """Whether the address is on this machine, where alone updates are really sent."""
    host = urlsplit(url).hostname or ""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
