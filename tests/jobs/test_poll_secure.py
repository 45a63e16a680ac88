"""A publisher that turns to https: believed at once where it says "for good", and remembered."""

import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from socket import AF_INET, AddressFamily

import aiohttp
import pytest
from aiohttp import web
from aiohttp.abc import AbstractResolver, ResolveResult
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from jobs.fetch import Fetcher
from jobs.linked import Linked
from jobs.pauses import Pauses
from storage.database import Database
from storage.words import SourceState
from tests.builders import NOON, a_source, an_entry
from tests.feeds import item, rss
from tests.jobs.watching import CALL, Watch, a_watch

HOST = "ngo.example"


def certificate(folder: Path) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """What the host shows, and what those have who believe it: it has signed for itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, HOST)])
    today = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(today - timedelta(days=1))
        .not_valid_after(today + timedelta(days=9))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(HOST)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    shown, own = folder / "shown.pem", folder / "own.pem"
    shown.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    private = serialization.PrivateFormat.PKCS8
    own.write_bytes(key.private_bytes(serialization.Encoding.PEM, private, serialization.NoEncryption()))
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(shown, own)
    return server, ssl.create_default_context(cafile=str(shown))


class Ports(AbstractResolver):
    """Where the ports 80 and 443 of a host are on this machine, which lends those to nobody."""

    def __init__(self, ports: dict[int, int]) -> None:
        self.ports = ports

    async def resolve(self, host: str, port: int = 0, family: AddressFamily = AF_INET) -> list[ResolveResult]:
        """Loopback, and the port that stands for this one."""
        found = ResolveResult(
            hostname=host, host="127.0.0.1", port=self.ports[port], family=family, proto=0, flags=0
        )
        return [found]

    async def close(self) -> None:
        """Nothing is open."""


class Trusting(Fetcher):
    """The real fetcher, which finds the host here and believes its certificate."""

    def __init__(self, ports: dict[int, int], trust: ssl.SSLContext) -> None:
        super().__init__(allow_private=True, timeout=5, gap=0.0)
        self.ports, self._trust = ports, trust

    def _connector(self) -> aiohttp.BaseConnector:
        return aiohttp.TCPConnector(resolver=Ports(self.ports), ssl=self._trust)


@asynccontextmanager
async def a_secure_host(
    folder: Path, status: int, asked: list[tuple[str, str]], leads_from: str = "http"
) -> AsyncIterator[Fetcher]:
    """A host that leads from http to https so, or back; `asked` gets (scheme, If-None-Match)."""
    other = {"http": "https", "https": "http"}[leads_from]

    async def respond(request: web.Request) -> web.Response:
        etag = request.headers.get("If-None-Match", "")
        asked.append((request.scheme, etag))
        if request.scheme == leads_from:
            return web.Response(status=status, headers={"Location": f"{other}://{HOST}{request.path}"})
        if etag == '"1"':
            return web.Response(status=304)
        text = rss(item(*CALL, datetime(2026, 3, 10, 11, tzinfo=UTC), "1"))
        return web.Response(text=text, content_type="application/rss+xml", headers={"ETag": '"1"'})

    app = web.Application()
    app.router.add_get("/{path:feed|word}", respond)
    runner = web.AppRunner(app)
    await runner.setup()
    server, trust = certificate(folder)
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=server).start()
    plain, secure = (address[1] for address in runner.addresses)
    async with Trusting({80: plain, 443: secure}, trust) as fetcher:
        yield fetcher
    await runner.cleanup()


@pytest.fixture
async def watch(database: Database) -> AsyncIterator[Watch]:
    """A watch on each database."""
    async with a_watch(database) as made:
        yield made


@pytest.mark.parametrize(("status", "believed"), [(301, True), (308, True), (302, False), (307, False)])
async def test_https_is_believed_at_once_and_remembered(
    watch: Watch, tmp_path: Path, status: int, believed: bool
) -> None:
    """Over polls and restarts nobody asks in clear again; where it was not for good, the old one is asked."""
    asked: list[tuple[str, str]] = []
    async with a_secure_host(tmp_path, status, asked) as fetcher:
        watch.fetcher = fetcher
        watch.over(a_source(url=f"http://{HOST}/feed"))
        assert len((await watch.polls()).alerts) == 1
        for _ in range(2):
            watch.restart()
            watch.later(hours=1)
            assert (await watch.polls()).source.state is SourceState.UNCHANGED
    first = [("http", ""), ("https", "")]
    later = [("https", '"1"')] if believed else [("http", '"1"'), ("https", '"1"')]
    assert asked == first + later * 2
    source = watch.source()
    assert (source.url, source.asked) == (
        f"http://{HOST}/feed", f"{'https' if believed else 'http'}://{HOST}/feed"
    )  # fmt: skip


async def test_a_certificate_that_is_not_believed_is_told_and_nothing_is_read(
    watch: Watch, tmp_path: Path
) -> None:
    """Neither the call of whoever stands in between, nor an exception; once it is renewed, the call rings."""
    asked: list[tuple[str, str]] = []
    (tmp_path / "other").mkdir()
    async with a_secure_host(tmp_path, 301, asked) as fetcher:
        assert isinstance(fetcher, Trusting)
        _, another = certificate(tmp_path / "other")
        async with Trusting({443: fetcher.ports[443]}, another) as doubting:
            watch.fetcher = doubting
            watch.over(a_source(url=f"https://{HOST}/feed"))
            found = await watch.polls()
            assert (found.source.state, found.alerts) == (SourceState.FAILING, ())
            assert "certificate is not valid" in found.source.detail
            assert asked == []
        watch.fetcher = fetcher
        watch.restart()
        watch.later(hours=1)
        assert len((await watch.polls()).alerts) == 1


@pytest.mark.parametrize("status", [302, 301, 308])
async def test_whoever_leads_from_https_to_http_is_not_followed_and_told(
    watch: Watch, tmp_path: Path, status: int
) -> None:
    """Whoever stands in between could change what is read there: told once over days and restarts."""
    asked: list[tuple[str, str]] = []
    watch.over(a_source(url=f"https://{HOST}/feed"))
    async with a_secure_host(tmp_path, status, asked, "https") as watch.fetcher:
        for _ in range(5):
            watch.restart()
            found = await watch.polls()
            assert (found.source.state, found.new) == (SourceState.MOVED, 0)
            assert found.source.detail == f"{HOST}: it leads from https to http"
            watch.later(days=1)
    assert {scheme for scheme, _ in asked} == {"https"}
    assert (watch.heard(), watch.source().asked) == ([("ill", "northlight")], f"https://{HOST}/feed")
    async with a_secure_host(tmp_path, status, asked) as watch.fetcher:
        watch.restart()
        assert (await watch.polls()).source.state is SourceState.OK


async def test_what_was_configured_with_http_may_be_read_so(watch: Watch, tmp_path: Path) -> None:
    """Also where it had turned to https before: the operator knows of no better address."""
    asked: list[tuple[str, str]] = []
    watch.over(a_source(url=f"http://{HOST}/feed"))
    async with a_secure_host(tmp_path, 301, asked) as watch.fetcher:
        watch.restart()
        await watch.polls()
    assert watch.source().asked == f"https://{HOST}/feed"
    async with a_secure_host(tmp_path, 301, asked, "https") as watch.fetcher:
        watch.restart()
        watch.later(hours=1)
        assert (await watch.polls()).source.state is SourceState.UNCHANGED
    assert asked[-2:] == [("https", '"1"'), ("http", '"1"')]


@pytest.mark.parametrize(("home", "is_read"), [("https", False), ("http", True)])
async def test_a_link_is_led_from_https_to_http_only_for_a_source_that_is_read_so(
    tmp_path: Path, home: str, is_read: bool
) -> None:
    """A linked page, which is noted and tried again; and one that is looked for because it left its list."""
    asked: list[tuple[str, str]] = []
    async with a_secure_host(tmp_path, 301, asked, "https") as fetcher:
        entry = an_entry(url=f"https://{HOST}/word", text="It begins […]", excerpt=True)
        linked = Linked(fetcher, Pauses(), home=f"{home}://{HOST}/feed", in_clear=home == "http")
        (read,) = await linked.read([entry], NOON, 1)
    assert [scheme for scheme, _ in asked] == ["https", "http"][: 1 + is_read]
    if not is_read:
        assert read.note == f"the linked page was not followed: {HOST}: it leads from https to http"
        assert read.again_at
