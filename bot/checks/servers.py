"""Looks at the two servers of our own: whether each has its address, and whether hubs reach us."""

import errno
import secrets
import socket
from collections.abc import Sequence
from contextlib import closing
from ipaddress import ip_address

import aiohttp

from bot.checks.finding import Finding, fine, note, wrong
from bot.config import Config
from bot.installation import fetcher
from bot.web import NOT_FOUND, shown
from jobs.fetch import Fetched, FetchError
from jobs.websub import PATH
from storage.records import Source
from storage.remembered import Subscription
from storage.words import SubscriptionState

_PATIENCE = aiohttp.ClientTimeout(total=5)
_STRANGE = ("content-security-policy", "default-src 'none'")
"""A field that our own answers have, and those of a proxy in trouble have not."""


async def check_servers(config: Config) -> list[Finding]:
    """The addresses under [web] and [metrics], and the way from the public one to us."""
    found = []
    if config.metrics:
        listen = config.metrics.listen
        one, _ = await _check_listen("metrics", listen)
        found.append(one)
        if not _is_loopback(listen[0]):
            state = f"{shown(listen)} can be reached from other machines, and tells which sources are watched"
            found.append(note("metrics", state, "see that only your monitoring reaches it"))
    if config.web:
        one, ours = await _check_listen("web", config.web.listen)
        found.append(one)
        found.append(await _check_public(config, config.web.public_url, runs=ours))
    return found


def check_hubs(config: Config, sources: Sequence[Source], held: Sequence[Subscription]) -> list[Finding]:
    """Which sources are pushed, and why others are not though they name a hub."""
    if not (config.web and config.web.public_url):
        return []
    names = {source.id: source.name for source in sources if source.hub}
    if not names:
        return [fine("hubs", "no source names one: all are polled")]
    wanted = [one for one in held if one.source_id in names and one.state is not SubscriptionState.LEAVING]
    pushed = {one.source_id for one in wanted if one.state is SubscriptionState.ACTIVE}
    told = [fine("hubs", f"{len(pushed)} of {len(names)} sources that name a hub are pushed")]
    told += [
        note("hubs", f"{names[one.source_id]}: {_WHY[one.state]}{one.detail and f' ({one.detail})'}")
        for one in wanted
        if one.source_id not in pushed
    ]
    return told


_WHY = {
    SubscriptionState.WANTED: "its hub is to be asked",
    SubscriptionState.PENDING: "its hub was asked, and has not come back yet",
    SubscriptionState.EXPIRED: "its hub has not renewed what it granted",
    SubscriptionState.DENIED: "its hub says no",
}


async def _check_listen(table: str, listen: tuple[str, int]) -> tuple[Finding, bool]:
    """Whether we can listen there, or do already."""
    address = shown(listen)
    trouble = _taken(listen)
    if trouble is None:
        return fine(table, f"{address} is free; the service is not running"), False
    if trouble.errno == errno.EADDRINUSE and await _is_ours(address):
        return fine(table, f"the service listens on {address}"), True
    if trouble.errno == errno.EADDRINUSE:
        state = f"another program listens on {address}"
        return wrong(table, state, "stop it, or give another address as `listen`"), False
    state = f"nobody can listen on {address}: {trouble.strerror or trouble}"
    return wrong(table, state, "give an address of this machine, and a port above 1023, as `listen`"), False


def _taken(listen: tuple[str, int]) -> OSError | None:
    try:
        (family, kind, protocol, _, address), *_ = socket.getaddrinfo(*listen, type=socket.SOCK_STREAM)
        with closing(socket.socket(family, kind, protocol)) as tried:
            tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            tried.bind(address)
            tried.listen(1)
    except OSError as error:
        return error
    return None


async def _is_ours(address: str) -> bool:
    address = address.replace("0.0.0.0:", "127.0.0.1:").replace("[::]:", "[::1]:")
    try:
        async with (
            aiohttp.ClientSession(timeout=_PATIENCE, trust_env=False) as session,
            session.get(f"http://{address}/", allow_redirects=False) as answer,
        ):
            headers = {name.lower(): value for name, value in answer.headers.items()}
            return _is_our_voice(Fetched("", "", answer.status, headers, await answer.read()))
    except (aiohttp.ClientError, TimeoutError):
        return False


async def _check_public(config: Config, url: str, *, runs: bool) -> Finding:
    """The whole way that a hub takes, with a token that nobody has."""
    if not url:
        state = "no `public_url`: no hub is asked, and nothing is served"
        return note("web", state, "give the https address of your reverse proxy, or take [web] out")
    if not runs:
        return note("web", f"{url} is looked at while the service runs", "start it, and look again")
    try:
        async with fetcher(config) as fetching:
            answer = await fetching.get(f"{url}{PATH}{secrets.token_urlsafe(32)}")
    except FetchError as error:
        remedy = "look from another network: some machines cannot reach themselves from outside"
        return note("web", f"{url} does not answer from here: {error.detail}", remedy)
    if _is_our_voice(answer):
        return fine("web", f"{url} leads to Vigil")
    state = f"{url} leads elsewhere: HTTP {answer.status}"
    return wrong(
        "web", state, f"let your reverse proxy pass {PATH} on to `listen`, as docs/operating.md shows"
    )


def _is_our_voice(answer: Fetched) -> bool:
    name, value = _STRANGE
    said = answer.body.decode("utf-8", "replace")
    return (answer.status, said, answer.headers.get(name)) == (404, NOT_FOUND, value)


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
