"""The fetcher against real servers on loopback, friendly and hostile."""

import asyncio
import gzip
import itertools
import logging
import socket
import threading
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest
from aiohttp import encode_basic_auth, web
from aiohttp.test_utils import BaseTestServer, TestServer
from yarl import URL

from jobs.fetch import Elsewhere, Fetched, Fetcher, FetchError, Refused, TimedOut, TooLarge, Unreachable
from tests.names import on_loopback

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@asynccontextmanager
async def serving(**handlers: Handler) -> AsyncIterator[BaseTestServer]:
    """A site that answers /name with the handler of that name."""
    app = web.Application()
    for name, handler in handlers.items():
        app.router.add_get(f"/{name}", handler)
    async with TestServer(app) as server:
        yield server


def to(location: str, status: int = 302) -> Handler:
    """A handler that redirects."""

    async def redirect(_: web.Request) -> web.Response:
        return web.Response(status=status, headers={"Location": location})

    return redirect


async def page(_: web.Request) -> web.Response:
    """An ordinary answer."""
    return web.Response(
        text="hello", headers={"ETag": '"v1"', "Last-Modified": "Wed, 06 Mar 2024 12:00:00 GMT"}
    )


async def get(url: object, **options: str) -> Fetched:
    """One fetch with loopback allowed."""
    async with Fetcher(allow_private=True, timeout=5) as fetcher:
        return await fetcher.get(str(url), **options)  # type: ignore[arg-type]  # etag and last_modified only


async def test_an_answer() -> None:
    """Status, headers in lower case, body and address of an ordinary page."""
    async with serving(page=page) as server:
        fetched = await get(server.make_url("/page"))
    assert (fetched.status, fetched.body, fetched.headers["etag"]) == (200, b"hello", '"v1"')
    assert fetched.final_url == fetched.url
    assert fetched.permanent_url is None


@pytest.mark.parametrize("etag", ['"v1"', 'W/"weak, with comma"', "no quotes", '"caf\u00e9"'])
async def test_validators_return_exactly_as_they_came(etag: str) -> None:
    """What the server sent as ETag and Last-Modified comes back byte for byte, and 304 is an answer."""
    seen: list[tuple[str, str]] = []

    async def conditional(request: web.Request) -> web.Response:
        seen.append((request.headers.get("If-None-Match", ""), request.headers.get("If-Modified-Since", "")))
        return web.Response(
            status=304 if seen[1:] else 200, headers={"ETag": etag, "Last-Modified": "odd, but ours"}
        )

    async with serving(feed=conditional) as server:
        first = await get(server.make_url("/feed"))
        second = await get(
            server.make_url("/feed"), etag=first.headers["etag"], last_modified=first.headers["last-modified"]
        )
    assert (second.status, second.body) == (304, b"")
    assert seen == [("", ""), (etag, "odd, but ours")]


@pytest.mark.parametrize("status", [404, 410, 429, 500, 503])
async def test_every_status_is_an_answer(status: int) -> None:
    """What to do about it is not for the fetcher to say."""

    async def failing(_: web.Request) -> web.Response:
        return web.Response(status=status, headers={"Retry-After": "7"})

    async with serving(feed=failing) as server:
        fetched = await get(server.make_url("/feed"))
    assert (fetched.status, fetched.headers["retry-after"]) == (status, "7")


async def test_a_permanent_move_is_told_from_a_passing_one() -> None:
    """`permanent_url` is set only when every hop said "for good"."""
    async with serving(page=page, a=to("/b", 301), b=to("/page", 308), c=to("/b", 302)) as server:
        permanent, passing = await get(server.make_url("/a")), await get(server.make_url("/c"))
        target = str(server.make_url("/page"))
    assert permanent.permanent_url == permanent.final_url == passing.final_url == target
    assert passing.permanent_url is None


async def test_redirects_without_end() -> None:
    """A loop ends after five hops."""
    async with serving(loop=to("/loop")) as server:
        with pytest.raises(Unreachable, match="redirects"):
            await get(server.make_url("/loop"))


async def test_redirects_to_elsewhere() -> None:
    """Only http and https are followed; a pinned source stays on its site."""
    async with serving(file=to("file:///etc/passwd"), away=to("http://elsewhere.example/")) as server:
        with pytest.raises(Refused, match="http"):
            await get(server.make_url("/file"))
        async with Fetcher(allow_private=True) as fetcher:
            with pytest.raises(Refused, match="another site"):
                await fetcher.get(str(server.make_url("/away")), pinned=True)


async def test_a_pinned_source_may_be_led_about_its_own_site(monkeypatch: pytest.MonkeyPatch) -> None:
    """From one host to its sibling under the name that the organisation registered, and no further."""
    on_loopback(monkeypatch)

    async def lead(request: web.Request) -> web.Response:
        place = f"http://{request.query['to']}:{request.url.port}/page"
        return web.Response(status=302, headers={"Location": place})

    async with serving(page=page, lead=lead) as server, Fetcher(allow_private=True, gap=0) as fetcher:
        start = f"http://feeds.ngo.example:{server.port}/lead?to="
        sibling = await fetcher.get(f"{start}www.ngo.example", pinned=True)
        assert sibling.final_url == f"http://www.ngo.example:{server.port}/page"
        with pytest.raises(Elsewhere, match=r"another site, www\.other\.example"):
            await fetcher.get(f"{start}www.other.example", pinned=True)


@pytest.mark.parametrize(
    ("linked", "to", "followed"),
    [
        ("www.ngo.example", "files.ngo.example", True),
        ("www.ngo.example", "www.other.example", False),
        ("links.mailer.example", "www.ngo.example", True),
        ("links.mailer.example", "www.other.example", False),
        ("bit.ly", "www.other.example", True),
    ],
)
async def test_a_link_may_be_led_about_its_site_or_home(
    monkeypatch: pytest.MonkeyPatch, linked: str, to: str, followed: bool
) -> None:
    """A shortener stands for what it leads to; anybody else who leads to others speaks for them."""
    on_loopback(monkeypatch, "bit.ly")

    async def lead(request: web.Request) -> web.Response:
        return web.Response(status=301, headers={"Location": f"http://{to}:{request.url.port}/page"})

    async with serving(page=page, lead=lead) as server, Fetcher(allow_private=True, gap=0) as fetcher:
        asked = fetcher.get(
            f"http://{linked}:{server.port}/lead", linked_from="http://feeds.ngo.example/feed"
        )
        if followed:
            assert (await asked).body == b"hello"
        else:
            with pytest.raises(Elsewhere, match=f"{linked}: it leads to another site, {to}"):
                await asked


async def test_a_drip_ends() -> None:
    """A server that sends a byte now and then keeps within every pause, but not within the deadline."""

    async def drip(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        for _ in range(200):
            await response.write(b".")
            await asyncio.sleep(0.02)
        return response

    async with serving(drip=drip) as server, Fetcher(allow_private=True, timeout=0.3) as fetcher:
        with pytest.raises(TimedOut, match=r"127\.0\.0\.1"):
            await fetcher.get(str(server.make_url("/drip")))


async def test_a_gzip_bomb_ends() -> None:
    """The cap counts what comes out of the compression."""
    bomb = gzip.compress(bytes(20_000_000))

    async def explode(_: web.Request) -> web.Response:
        return web.Response(body=bomb, headers={"Content-Encoding": "gzip"})

    async with serving(bomb=explode) as server, Fetcher(allow_private=True, max_bytes=100_000) as fetcher:
        with pytest.raises(TooLarge, match="100,000"):
            await fetcher.get(str(server.make_url("/bomb")))


@pytest.mark.parametrize("content_type", ["application/gzip", "application/octet-stream", "text/xml"])
@pytest.mark.parametrize("length", ["announced", "not announced"])
async def test_a_packed_file_is_unpacked(content_type: str, length: str) -> None:
    """feed.xml.gz, served as it lies there; and one that holds more than allowed is refused."""
    files = {"feed": gzip.compress(b"<rss/>"), "bomb": gzip.compress(bytes(20_000_000))}

    async def send(request: web.Request) -> web.Response:
        response = web.Response(body=files[request.path[1:]], content_type=content_type)
        if length != "announced":
            response.enable_chunked_encoding()
        return response

    async with (
        serving(feed=send, bomb=send) as server,
        Fetcher(allow_private=True, max_bytes=100_000, gap=0) as fetcher,
    ):
        assert (await fetcher.get(str(server.make_url("/feed")))).body == b"<rss/>"
        with pytest.raises(TooLarge, match="100,000 bytes when unpacked"):
            await fetcher.get(str(server.make_url("/bomb")))


async def test_a_huge_body_ends() -> None:
    """Announced or not, more than allowed is not read."""

    async def announced(_: web.Request) -> web.Response:
        return web.Response(body=bytes(200_000))

    async def chunked(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        for _ in range(20):
            await response.write(bytes(10_000))
        return response

    async with (
        serving(a=announced, b=chunked) as server,
        Fetcher(allow_private=True, max_bytes=100_000) as fetcher,
    ):
        for path in ("/a", "/b"):
            with pytest.raises(TooLarge):
                await fetcher.get(str(server.make_url(path)))


async def test_broken_compression_and_framing() -> None:
    """What cannot be decoded is an answer that cannot be read, not a crash."""

    async def garbage(_: web.Request) -> web.Response:
        return web.Response(body=b"not gzip at all", headers={"Content-Encoding": "gzip"})

    async with serving(garbage=garbage) as server:
        with pytest.raises(Unreachable, match="cannot be read"):
            await get(server.make_url("/garbage"))


async def test_credentials_stay_out_of_sight(caplog: pytest.LogCaptureFixture) -> None:
    """They travel as a header, to their own origin only, and show in no address, message or log line."""
    seen: list[tuple[str, str | None]] = []

    async def private(request: web.Request) -> web.Response:
        seen.append((request.path, request.headers.get("Authorization")))
        return web.Response(status=302, headers={"Location": "/public"})

    async def public(request: web.Request) -> web.Response:
        seen.append((request.path, request.headers.get("Authorization")))
        return web.Response(status=301, headers={"Location": f"http://localhost:{request.url.port}/end"})

    async def end(request: web.Request) -> web.Response:
        seen.append((request.path, request.headers.get("Authorization")))
        return web.Response()

    caplog.set_level(logging.DEBUG)
    async with serving(private=private, public=public, end=end) as server:
        url = str(server.make_url("/private").with_user("ledger").with_password("s3cr\u00e9t"))
        fetched = await get(url)
    expected = encode_basic_auth("ledger", "s3cr\u00e9t", encoding="utf-8")
    assert seen == [("/private", expected), ("/public", expected), ("/end", None)]
    assert fetched.permanent_url is None
    shown = f"{fetched!r} {caplog.text}"
    assert "s3cr" not in shown
    assert "ledger" not in shown


async def test_errors_name_the_host_without_credentials() -> None:
    """Nothing of the user name or password reaches a message."""
    for url in (
        "http://reader:s3cret@127.0.0.1:1/feed",
        "ftp://reader:s3cret@host.example/",
        "http://reader:s3cret@/",
    ):
        with pytest.raises(FetchError) as caught:
            await get(url)
        assert "s3cret" not in f"{caught.value} {caught.value.detail}"
        assert "reader" not in str(caught.value)


@pytest.mark.parametrize(
    "url",
    ["", "feed", "http://", "http://[::1", "mailto:a@b.example", "http://h:99999/", "http://\u2100.example"],
)
async def test_what_is_no_address(url: str) -> None:
    """Whatever stands in a configuration or a feed ends in a FetchError."""
    with pytest.raises(FetchError):
        await get(url)


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "localhost", "127.1", "[::ffff:127.0.0.1]", "2130706433", "[64:ff9b::7f00:1]", "0x7f.1"],
)
async def test_the_guard_refuses_private_hosts(host: str) -> None:
    """No request reaches a server on this machine, however it is spelled."""
    reached: list[str] = []

    async def secret(request: web.Request) -> web.Response:
        reached.append(request.path)
        return web.Response(text="secret")

    async with serving(secret=secret) as server, Fetcher() as fetcher:
        with pytest.raises(Refused, match="not a public address"):
            await fetcher.get(f"http://{host}:{server.port}/secret")
    assert reached == []


async def test_the_guard_sees_what_a_name_resolves_to(monkeypatch: pytest.MonkeyPatch) -> None:
    """A public name with a private address, first or after a redirect, opens no socket."""
    real = socket.getaddrinfo

    def lying(_host: object, port: int, **hints: int) -> object:
        return real("127.0.0.1", port, **hints)

    monkeypatch.setattr(socket, "getaddrinfo", lying)
    async with serving(page=page) as server, Fetcher() as fetcher:
        with pytest.raises(Refused, match=r"resolves to 127\.0\.0\.1"):
            await fetcher.get(f"http://rebound.example:{server.port}/page")


@pytest.mark.parametrize(
    "target",
    ["http://127.0.0.1/", "http://localhost/", "http://[::ffff:10.0.0.1]/", "http://169.254.169.254/latest"],
)
async def test_the_guard_stands_at_every_hop(target: str) -> None:
    """A redirect from a permitted host to a private one is refused before it is followed."""

    class FirstHopAllowed(Fetcher):
        """Lets the loopback server of this test be asked once, as if it were public."""

        hops = 0

        def _check(self, target: object) -> None:
            self.hops += 1
            self._allow_private = self.hops == 1
            super()._check(target)  # type: ignore[arg-type]  # the URL it was given

    async with serving(start=to(target)) as server, FirstHopAllowed(allow_private=True) as fetcher:
        with pytest.raises(Refused, match="not a public address"):
            await fetcher.get(str(server.make_url("/start")))
    assert fetcher.hops == 2


async def test_two_at_a_time_for_one_host() -> None:
    """A host is never asked more than twice at once, and waiting costs nobody his deadline."""
    running = 0
    most = 0

    async def busy(_: web.Request) -> web.Response:
        nonlocal running, most
        running += 1
        most = max(most, running)
        await asyncio.sleep(0.2)
        running -= 1
        return web.Response()

    async with serving(busy=busy) as server, Fetcher(allow_private=True, timeout=1, gap=0) as fetcher:
        answers = await asyncio.gather(*(fetcher.get(str(server.make_url("/busy"))) for _ in range(12)))
    assert [answer.status for answer in answers] == [200] * 12
    assert most == 2


async def test_requests_to_one_host_are_spaced_and_to_others_are_not() -> None:
    """Each begins a gap after the one before, redirects and failures included; other hosts do not wait."""
    begun: dict[str, list[float]] = {}
    clock = asyncio.get_running_loop().time

    async def noted(request: web.Request) -> web.Response:
        begun.setdefault(request.url.host or "", []).append(clock())
        if "on" in request.query:
            return web.Response(status=302, headers={"Location": "/noted"})
        return web.Response(status=500)

    async with serving(noted=noted) as server, Fetcher(allow_private=True, gap=0.2) as fetcher:
        one = str(server.make_url("/noted"))
        other = one.replace("127.0.0.1", "localhost")
        start = clock()
        await asyncio.gather(*(fetcher.get(url) for url in (f"{one}?on=1", one, one, other)))
        await fetcher.get(other)
    assert len(begun["127.0.0.1"]) == 4
    gaps = [later - earlier for earlier, later in itertools.pairwise(begun["127.0.0.1"])]
    assert min(gaps) > 0.15
    assert begun["localhost"][0] - start < 0.15
    assert begun["localhost"][1] - begun["localhost"][0] > 0.15


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ({}, "Vigil/0.1 (reads the news of human-rights organisations)"),
        ({"contact": "watch@ngo.example"}, "Vigil/0.1 (watch@ngo.example)"),
        ({"user_agent": "NGO watch", "contact": "watch@ngo.example"}, "NGO watch"),
    ],
)
async def test_who_asks_says_who_he_is_and_how_to_reach_him(given: dict[str, str], shown: str) -> None:
    """Whoever runs the site can find out what this is and whom to write to."""
    seen: list[str] = []

    async def noted(request: web.Request) -> web.Response:
        seen.append(request.headers["User-Agent"])
        return web.Response()

    async with serving(noted=noted) as server, Fetcher(allow_private=True, **given) as fetcher:  # type: ignore[arg-type]
        await fetcher.get(str(server.make_url("/noted")))
    assert seen == [shown]


async def test_a_thousand_hosts_are_not_remembered_for_ever() -> None:
    """The memory of whom we asked has a bound; who is being asked is never forgotten."""
    fetcher = Fetcher(gap=0.0)
    for number in range(5_000):
        fetcher._queue_at(URL(f"http://h{number}.example/"))
    assert len(fetcher._hosts) <= 2_001


async def test_an_http_proxy_gets_the_name_unresolved(monkeypatch: pytest.MonkeyPatch) -> None:
    """With a proxy no name but its own is looked up here."""
    asked: list[str] = []
    looked_up: list[object] = []

    async def proxy(request: web.BaseRequest) -> web.Response:
        asked.append(request.raw_path)
        return web.Response(text="through the proxy")

    loop = asyncio.get_running_loop()
    real = loop.getaddrinfo

    async def watched(host: object, port: object, **hints: object) -> object:
        looked_up.append(host)
        return await real(host, port, **hints)  # type: ignore[arg-type]  # passed through

    monkeypatch.setattr(loop, "getaddrinfo", watched)
    server = await loop.create_server(web.Server(proxy), "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    try:
        async with Fetcher(proxy=f"http://127.0.0.1:{port}") as fetcher:
            fetched = await fetcher.get("http://hidden.example/feed")
            with pytest.raises(Refused):
                await fetcher.get("http://127.0.0.1/")
    finally:
        server.close()
        await server.wait_closed()
    assert fetched.body == b"through the proxy"
    assert asked == ["http://hidden.example/feed"]
    assert "hidden.example" not in looked_up


async def test_a_socks_proxy_gets_the_name_unresolved() -> None:
    """SOCKS5 is asked to connect to a name (RFC 1928 4, address type 3), so Tor can hide it."""
    connected: list[bytes] = []

    async def socks(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        methods = await reader.readexactly(2)
        await reader.readexactly(methods[1])
        writer.write(b"\x05\x00")
        head = await reader.readexactly(5)
        connected.append(head[3:4] + await reader.readexactly(head[4]))
        await reader.readexactly(2)
        writer.write(b"\x05\x00\x00\x01\x7f\x00\x00\x01\x00\x50")
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close\r\n\r\nonion")
        await writer.drain()
        writer.close()
        await writer.wait_closed()

    server = await asyncio.start_server(socks, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server, Fetcher(proxy=f"socks5://127.0.0.1:{port}") as fetcher:
        fetched = await fetcher.get("http://abcdefgh.onion/feed")
    assert fetched.body == b"onion"
    assert connected == [b"\x03abcdefgh.onion"]


async def test_a_proxy_that_is_down() -> None:
    """Is named as what failed."""
    async with Fetcher(proxy="socks5://127.0.0.1:1") as fetcher:
        with pytest.raises(Unreachable, match="proxy"):
            await fetcher.get("http://hidden.example/feed")


async def test_names_that_nobody_answers_for_hold_up_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    """Forty dead names are looked up; the database, in its threads, and a good host are asked meanwhile."""
    system, answered = socket.getaddrinfo, threading.Event()
    loop, all_asked, asked = asyncio.get_running_loop(), asyncio.Event(), itertools.count(1)

    def slow(host: str, *rest: int, **more: int) -> object:
        if not host.endswith("dead.example"):
            return system(host, *rest, **more)
        if next(asked) == 40:
            loop.call_soon_threadsafe(all_asked.set)
        answered.wait(60)
        raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")

    monkeypatch.setattr(socket, "getaddrinfo", slow)
    async with serving(page=page) as server, Fetcher(allow_private=True, timeout=30) as fetcher:
        dead = [asyncio.create_task(fetcher.get(f"http://{n}.dead.example/")) for n in range(40)]
        await all_asked.wait()
        assert await asyncio.to_thread(answered.is_set) is False
        good = str(server.make_url("/page")).replace("127.0.0.1", "localhost")
        assert (await fetcher.get(good)).status == 200
        assert not answered.is_set()
        answered.set()
        errors = await asyncio.gather(*dead, return_exceptions=True)
    assert {type(error) for error in errors} == {Unreachable}
