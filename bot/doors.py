"""Who may come in to the built-in server: how long they may take to ask, and how often they may in vain.

An address is that of whoever connects; of what a proxy on our own network passes on, the last one that it
added to X-Forwarded-For. Where a proxy names none, nobody can be told apart, and nobody is limited for it.
"""

import asyncio
from collections.abc import Callable
from ipaddress import IPv6Address, ip_address, ip_network
from typing import cast

from aiohttp import web

from bot.newest import Newest

BEGIN_WITHIN = 10.0
"""Seconds from a connection to the first whole head of a request."""
HELD = 64
"""Connections that one address from outside may hold, beside those of Telegram: a hub has a handful."""
IN_VAIN = 60
"""Requests a minute that may come to nothing, before an address is told to wait."""
WAIT = 60.0
_KNOWN_FOR = 3600.0
_ADDRESSES = 10_000
"""Remembered at most: an attacker with more of them is one whom no address betrays."""
_NETWORK = 64
"""Bits of an IPv6 address that are one household's."""
_OURS = tuple(
    map(
        ip_network,
        ("127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "::1/128", "::/64", "fc00::/7"),
    )
)
"""Loopback and private networks (RFC 1918, RFC 4193); of IPv6's loopback its household as well."""


class Doors:
    """What is known of who knocks. Nothing of it is written down, in a log or anywhere.

    `held`: how many connections one address from outside may hold.
    """

    def __init__(self, clock: Callable[[], float], held: int = HELD) -> None:
        self._clock = clock
        self._most = held
        self._vain: Newest[str, tuple[float, int]] = Newest(_ADDRESSES)
        self._known: Newest[str, float] = Newest(_ADDRESSES)
        self._held: dict[str, int] = {}

    def must_wait(self, address: str) -> bool:
        """Whether so much came to nothing within the minute, and nothing to something within the hour."""
        since, count = self._vain.get(address, (0.0, 0))
        limited = bool(address) and count >= IN_VAIN and self._clock() < since + WAIT
        return limited and self._clock() > self._known.get(address, -_KNOWN_FOR) + _KNOWN_FOR

    def answered(self, address: str, status: int) -> None:
        """What came of a request: of 2xx it is known that somebody was expected."""
        now = self._clock()
        if 200 <= status < 300:
            self._known.put(address, now)
        elif 400 <= status < 500:
            since, count = self._vain.get(address, (now, 0))
            self._vain.put(address, (now, 1) if now >= since + WAIT else (since, count + 1))

    def comes(self, address: str) -> bool:
        """Whether one more connection may be held; to be given back with `goes`."""
        if self._held.get(address, 0) >= self._most and not _is_ours(address):
            return False
        self._held[address] = self._held.get(address, 0) + 1
        return True

    def goes(self, address: str) -> None:
        """A connection has ended."""
        left = self._held.get(address, 0) - 1
        if left > 0:
            self._held[address] = left
        else:
            self._held.pop(address, None)


class Door(asyncio.Protocol):
    """One connection before aiohttp's own protocol, which alone would wait for ever for a first request."""

    def __init__(self, within: asyncio.Protocol, doors: Doors) -> None:
        self._within, self._doors = within, doors
        self._address, self._is_open = "", False
        self._end: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Somebody is there."""
        transport = cast("asyncio.Transport", transport)
        self._address = _household(str((transport.get_extra_info("peername") or ("",))[0]))
        if not self._doors.comes(self._address):
            transport.abort()
            return
        self._is_open = True
        self._end = asyncio.get_running_loop().call_later(BEGIN_WITHIN, transport.abort)
        self._within.connection_made(transport)

    def has_begun(self) -> None:
        """The head of a request is there: what else it may take others see to."""
        if self._end:
            self._end.cancel()

    def data_received(self, data: bytes) -> None:
        """As asyncio has it."""
        if self._is_open:
            self._within.data_received(data)

    def eof_received(self) -> bool | None:
        """As asyncio has it."""
        return self._within.eof_received() if self._is_open else None

    def pause_writing(self) -> None:
        """As asyncio has it."""
        self._within.pause_writing()

    def resume_writing(self) -> None:
        """As asyncio has it."""
        self._within.resume_writing()

    def connection_lost(self, exc: Exception | None) -> None:
        """Nobody is there any more."""
        self.has_begun()
        if self._is_open:
            self._is_open = False
            self._doors.goes(self._address)
            self._within.connection_lost(exc)


def address_of(request: web.Request) -> str:
    """Who asks, "" where nobody can tell."""
    peer = _household(request.remote or "")
    if not _is_ours(peer):
        return peer
    named = request.headers.getall("X-Forwarded-For", [])
    return _household(named[-1].rpartition(",")[2].strip()) if named else ""


def _household(text: str) -> str:
    """An address as it is counted; "" for what is none."""
    try:
        found = ip_address(text.partition("%")[0])
    except ValueError:
        return ""
    if isinstance(found, IPv6Address) and found.ipv4_mapped:
        return str(found.ipv4_mapped)
    return str(found if found.version == 4 else ip_network((found, _NETWORK), strict=False))


def _is_ours(address: str) -> bool:
    """Whether it can be a proxy of ours: on this machine, or on a network that nobody else reaches."""
    return not address or any(
        one.version == found.version and found.subnet_of(one)  # type: ignore[arg-type]  # of the same version
        for found in (ip_network(address),)
        for one in _OURS
    )
