"""Fetches addresses over HTTP: hop by hop, never to a private address, within a deadline and a size."""

import asyncio
import ssl
from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import dataclass
from types import TracebackType
from typing import Self

import aiohttp
from aiohttp_socks import ProxyConnectionError, ProxyConnector, ProxyError, ProxyTimeoutError
from yarl import URL

from jobs.fetch.address import (
    SCHEMES,
    anonymous,
    authorization,
    bares,
    following,
    host_of,
    may_lead,
    on_one_site,
    parsed,
    shown,
)
from jobs.fetch.answer import Elsewhere, Fetched, Refused, TimedOut, TooLarge, Unreachable
from jobs.fetch.guard import NotPublic, guarded_socket, is_local_name, is_public, literal
from jobs.fetch.names import Names
from jobs.fetch.packed import Bomb, unpacked

Turn = Callable[[str], AbstractAsyncContextManager[None]]
"""What has to be entered before an address is asked: a place among few, or a refusal."""
PRODUCT = "Vigil/0.1"
USER_AGENT = f"{PRODUCT} (reads the news of human-rights organisations)"
MOST_REDIRECTS = 5
_ACCEPT = (
    "application/atom+xml, application/rss+xml, application/rdf+xml, application/feed+json,"
    " application/xml;q=0.9, text/xml;q=0.9, text/html;q=0.8, application/pdf;q=0.8, */*;q=0.5"
)
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_NO_BODY = _REDIRECTS | {304}
_PERMANENT = frozenset({301, 308})
_SAME_AGAIN = frozenset({307, 308})
_CHUNK = 65_536
_LONGEST_FIELD = 32_768
"""Bytes of one header field: security policies of real sites pass aiohttp's 8 KB."""
_MOST_HOSTS = 2_000
"""Beyond as many, hosts that nobody waits for are forgotten."""


@dataclass(slots=True)
class _Host:
    """One host: how many may talk to it at a time, and from when (the loop's clock) the next may."""

    turns: asyncio.Semaphore
    free_at: float = 0.0
    guests: int = 0

    async def __aenter__(self) -> Self:
        """Waits for a turn."""
        self.guests += 1
        try:
            await self.turns.acquire()
        except BaseException:
            self.guests -= 1
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        """The turn is over."""
        self.guests -= 1
        self.turns.release()

    async def spaced(self, gap: float) -> None:
        """Waits until `gap` seconds have passed since the last exchange began."""
        now = asyncio.get_running_loop().time()
        wait = self.free_at - now
        self.free_at = max(now, self.free_at) + gap
        if wait > 0:
            await asyncio.sleep(wait)


class Fetcher:
    """An HTTP client for hostile places, used as `async with Fetcher() as fetcher`.

    `timeout` in seconds covers one whole exchange: connecting, redirects and the last byte of the body;
    waiting for a turn at a busy host is not part of it. `max_bytes` counts decompressed bytes.
    `per_host` exchanges with one host at most go on at a time, and they begin `gap` seconds apart.
    `contact` is an address for those who run the sites: it follows the project's name as User-Agent.
    `allow_private` is for tests on loopback. `proxy` is "http://..." or "socks5://..."; host names then
    go to the proxy unresolved, as Tor needs it.
    """

    def __init__(  # noqa: PLR0913 - each is a key of the configuration, given by name
        self,
        *,
        timeout: float = 20,
        max_bytes: int = 10_000_000,
        user_agent: str = USER_AGENT,
        allow_private: bool = False,
        proxy: str = "",
        per_host: int = 2,
        gap: float = 0.25,
        contact: str = "",
    ) -> None:
        self._timeout = timeout
        self._max_bytes = max_bytes
        self._user_agent = f"{PRODUCT} ({contact})" if contact and user_agent == USER_AGENT else user_agent
        self._allow_private = allow_private
        self._proxy = proxy.replace("socks5h://", "socks5://", 1)
        self._per_host = per_host
        self._gap = gap
        self._hosts: dict[str, _Host] = {}
        self._session: aiohttp.ClientSession | None = None
        self._names: Names | None = None

    async def __aenter__(self) -> Self:
        """Opens the connection pool."""
        self._names = Names()
        self._session = aiohttp.ClientSession(
            connector=self._connector(),
            headers={"User-Agent": self._user_agent, "Accept": _ACCEPT, "Accept-Encoding": "gzip, deflate"},
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=aiohttp.ClientTimeout(total=None),
            max_line_size=_LONGEST_FIELD,
            max_field_size=_LONGEST_FIELD,
            trust_env=False,
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Closes every connection."""
        if self._session is not None:
            await self._session.close()
            self._session = None
        if self._names is not None:
            await self._names.close()
            self._names = None

    def _connector(self) -> aiohttp.BaseConnector:
        if self._proxy.startswith("socks"):
            return ProxyConnector.from_url(self._proxy, rdns=True)
        if self._proxy or self._allow_private:
            return aiohttp.TCPConnector(resolver=self._names)
        return aiohttp.TCPConnector(resolver=self._names, socket_factory=guarded_socket)

    async def get(  # noqa: PLR0913 - what is unusual is given by name
        self,
        url: str,
        *,
        etag: str = "",
        last_modified: str = "",
        pinned: bool = False,
        linked_from: str | None = None,
        in_clear: bool = False,
        turn: Turn = lambda _: nullcontext(),
    ) -> Fetched:
        """The answer of `url`, redirects followed; any status is an answer.

        `etag` and `last_modified` are sent as If-None-Match and If-Modified-Since exactly as they were
        received (RFC 9110 13.1). `pinned` refuses redirects to another site than that of `url`; so does
        `linked_from`, the address of the source whose link this is, but for those that lead to the
        source's own site, and those of link shorteners: whoever uses one means what it leads to. Both refuse
        to be led from https to http, but with `in_clear`: there whoever stands between changes what is read.
        `turn` is entered with each address on the way, once its host has a place free, and may raise.
        Raises a FetchError: Refused, TooLarge, TimedOut, Unreachable.
        """
        start = parsed(url)
        headers = _conditions(etag, last_modified)
        target, permanent, left = start, not start.raw_user, self._timeout
        loop = asyncio.get_running_loop()
        for _ in range(MOST_REDIRECTS + 1):
            self._check(target)
            async with self._queue_at(target) as host, turn(str(target)):
                await host.spaced(self._gap)
                began = loop.time()
                answer = await self._exchange(target, headers, left)
                left -= loop.time() - began
            location = answer.headers.get("location", "")
            if answer.status not in _REDIRECTS or not location:
                if target is start:
                    return answer
                asked = shown(start)
                moved = permanent and answer.final_url != asked
                return Fetched(
                    url=asked,
                    final_url=answer.final_url,
                    status=answer.status,
                    headers=answer.headers,
                    body=answer.body,
                    permanent_url=answer.final_url if moved else None,
                )
            permanent = permanent and answer.status in _PERMANENT
            then = following(target, location)
            strays = pinned and not on_one_site(start, then)
            if strays or (linked_from is not None and not may_lead(target, then, linked_from)):
                raise Elsewhere(host_of(target), f"it leads to another site, {host_of(then)}")
            if (pinned or linked_from is not None) and not in_clear and bares(start, target, then):
                raise Elsewhere(host_of(target), "it leads from https to http")
            target = then
        raise Unreachable(host_of(start), f"more than {MOST_REDIRECTS} redirects")

    async def post(self, url: str, form: Mapping[str, str]) -> Fetched:
        """The answer to a form; any status is an answer. Raises a FetchError, as `get`.

        What a form holds is repeated only where its receiver says so with 307 or 308, and never in clear
        what was sent by https.
        """
        start = target = parsed(url)
        for _ in range(MOST_REDIRECTS + 1):
            self._check(target)
            async with self._queue_at(target) as host:
                await host.spaced(self._gap)
                answer = await self._exchange(target, {}, self._timeout, form)
            location = answer.headers.get("location", "")
            if answer.status not in _SAME_AGAIN or not location:
                return answer
            then = following(target, location)
            if target.scheme == "https" != then.scheme:
                raise Elsewhere(host_of(start), "it leads from https to http")
            target = then
        raise Unreachable(host_of(start), f"more than {MOST_REDIRECTS} redirects")

    def _check(self, target: URL) -> None:
        """Refuse what needs no look-up to be refused; names are judged by their addresses on connecting."""
        host = target.raw_host or ""
        if target.scheme not in SCHEMES:
            raise Refused(host_of(target), f"only http and https are fetched, not {target.scheme or 'this'}")
        if self._allow_private:
            return
        address = literal(host)
        if is_local_name(host) or (address is not None and not is_public(address)):
            raise Refused(host_of(target), "not a public address")

    def _queue_at(self, target: URL) -> _Host:
        name = target.raw_host or ""
        host = self._hosts.get(name)
        if host is None:
            if len(self._hosts) >= _MOST_HOSTS:
                self._forget_hosts()
            host = self._hosts[name] = _Host(asyncio.Semaphore(self._per_host))
        return host

    def _forget_hosts(self) -> None:
        now = asyncio.get_running_loop().time()
        self._hosts = {name: host for name, host in self._hosts.items() if host.guests or host.free_at > now}

    async def _exchange(
        self, target: URL, headers: dict[str, str], seconds: float, form: Mapping[str, str] | None = None
    ) -> Fetched:
        """One request and its whole answer; the errors of the libraries end here."""
        host = host_of(target)
        try:
            async with asyncio.timeout(max(seconds, 0)):
                return await self._request(target, headers, form)
        except TimeoutError as error:
            raise TimedOut(host, f"no complete answer within {self._timeout:g} s") from error
        except NotPublic as error:
            raise Refused(host, f"it resolves to {error}, not a public address") from error
        except (aiohttp.ClientError, ProxyError, ProxyConnectionError, ProxyTimeoutError, OSError) as error:
            raise Unreachable(host, _reason(error)) from error
        except (ValueError, LookupError) as error:
            # Broken framing and encodings that aiohttp does not wrap.
            raise Unreachable(host, f"the answer cannot be read ({type(error).__name__})") from error

    async def _request(self, target: URL, headers: dict[str, str], form: Mapping[str, str] | None) -> Fetched:
        if self._session is None:
            raise RuntimeError("Fetcher is used outside of `async with`")
        sent = {**headers, **authorization(target)}
        proxy = self._proxy if self._proxy.startswith("http") else None
        asked = anonymous(target)
        method = "GET" if form is None else "POST"
        async with self._session.request(
            method, asked, headers=sent, data=form, allow_redirects=False, proxy=proxy
        ) as response:
            received: dict[str, str] = {}
            for name, value in response.headers.items():
                if not value.isascii():
                    # Bytes that are no UTF-8 arrive as lone surrogates, which no database stores.
                    value = value.encode("utf-8", "replace").decode("utf-8")  # noqa: PLW2901 - as it is kept
                key = name.lower()
                # Links come in several fields, which are one list (RFC 8288 3, RFC 9110 5.3).
                joined = key == "link" and key in received
                received[key] = f"{received[key]}, {value}" if joined else received.get(key, value)
            body = await self._body(response, host_of(target))
            final = str(asked)
            return Fetched(final, final, response.status, received, body)

    async def _body(self, response: aiohttp.ClientResponse, host: str) -> bytes:
        """The body as far as it is wanted; reading stops at the cap, so a bomb is never unpacked whole."""
        if response.status in _NO_BODY:
            return b""
        if (response.content_length or 0) > self._max_bytes:
            raise TooLarge(host, f"{response.content_length:,} bytes announced, {self._max_bytes:,} allowed")
        if response.content_length is not None and "Content-Encoding" not in response.headers:
            return self._unpacked(await response.read(), host)  # as much as was announced, and no more
        body = bytearray()
        async for chunk in response.content.iter_chunked(_CHUNK):
            body += chunk
            if len(body) > self._max_bytes:
                raise TooLarge(host, f"more than {self._max_bytes:,} bytes")
        return self._unpacked(bytes(body), host)

    def _unpacked(self, body: bytes, host: str) -> bytes:
        """A file that was packed by whoever put it there: nobody undoes that, as it is no coding of HTTP."""
        try:
            return unpacked(body, self._max_bytes)
        except Bomb as error:
            raise TooLarge(host, f"more than {self._max_bytes:,} bytes when unpacked") from error


def _conditions(etag: str, last_modified: str) -> dict[str, str]:
    """The validators; one that cannot be sent as it was received is not sent at all."""
    pairs = {"If-None-Match": etag, "If-Modified-Since": last_modified}
    return {
        name: value
        for name, value in pairs.items()
        if value and value.isprintable() and "\ufffd" not in value
    }


_REASONS: tuple[tuple[tuple[type[Exception], ...], str], ...] = (
    ((aiohttp.ClientConnectorDNSError,), "its name is not known"),
    ((aiohttp.ClientConnectorCertificateError,), "its certificate is not valid"),
    ((aiohttp.ClientSSLError, ssl.SSLError), "no secure connection could be made"),
    ((ProxyError, ProxyConnectionError, ProxyTimeoutError), "the proxy could not reach it"),
    ((aiohttp.ClientProxyConnectionError, aiohttp.ClientHttpProxyError), "the proxy could not reach it"),
    ((aiohttp.ClientConnectorError,), "no connection"),
    ((aiohttp.ServerDisconnectedError, aiohttp.ClientOSError), "the connection broke off"),
)


def _reason(error: Exception) -> str:
    """A short reason in our own words: those of the libraries may hold the whole address."""
    said = f"the answer cannot be read ({type(error).__name__})"
    return next((reason for kinds, reason in _REASONS if isinstance(error, kinds)), said)
