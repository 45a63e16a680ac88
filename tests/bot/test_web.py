"""The built-in server answers what it was given to answer, tells nothing else, and is not held up."""

import asyncio
import io
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
import pytest
from aiohttp import web

from bot.config import LogConfig
from bot.doors import HELD, IN_VAIN, Doors
from bot.logs import set_up
from bot.web import NotServed, body_of, serving, shown

LOOPBACK = ("127.0.0.1", 0)


async def echo(request: web.Request) -> web.StreamResponse:
    """What was sent."""
    return web.Response(body=await body_of(request))


async def fault(_request: web.Request) -> web.StreamResponse:
    """Something unforeseen, which quotes a secret path."""
    raise RuntimeError("at /secret/word")


@asynccontextmanager
async def a_server(max_bytes: int = 1000) -> AsyncIterator[tuple[str, int]]:
    """One with a secret path."""
    routes = [web.post("/secret/{word}", echo), web.get("/fault", fault)]
    async with serving("web", LOOPBACK, routes, max_bytes=max_bytes) as (host, port):
        yield host, port


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    """Somebody who asks."""
    async with aiohttp.ClientSession() as made:
        yield made


async def test_nothing_is_told_but_what_was_asked_for(session: aiohttp.ClientSession) -> None:
    """Another path, another method: the same 404. No software is named, nothing is kept or run."""
    async with a_server() as (host, port):
        for method, path in (("GET", "/"), ("GET", "/secret/word"), ("HEAD", "/secret/word"), ("POST", "/x")):
            async with session.request(method, f"http://{host}:{port}{path}") as answer:
                assert answer.status == 404
                assert "Server" not in answer.headers
                assert answer.headers["Cache-Control"] == "no-store"
                assert answer.headers["X-Content-Type-Options"] == "nosniff"
                assert await answer.text() == ("" if method == "HEAD" else "not found\n")


@pytest.mark.parametrize("chunked", [False, True])
async def test_a_body_is_taken_up_to_its_size(session: aiohttp.ClientSession, *, chunked: bool) -> None:
    """With its length announced or not, what is larger is refused with 413."""

    async def pieces(size: int) -> AsyncIterator[bytes]:
        yield b"x" * size

    async with a_server() as (host, port):
        for size, status in ((1000, 200), (1001, 413)):
            data = pieces(size) if chunked else b"x" * size
            async with session.post(f"http://{host}:{port}/secret/word", data=data) as answer:
                assert answer.status == status


async def test_what_is_packed_is_not_unpacked(session: aiohttp.ClientSession) -> None:
    """415: a bomb stays a parcel, and what is signed are the bytes that came."""
    async with a_server() as (host, port):
        headers = {"Content-Encoding": "gzip"}
        async with session.post(f"http://{host}:{port}/secret/word", data=b"x", headers=headers) as answer:
            assert answer.status == 415


async def test_a_body_that_never_ends_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who sends a byte now and then holds nobody up for long."""
    monkeypatch.setattr("bot.web._READ_WITHIN", 0.2)
    async with a_server() as (host, port):
        reader, writer = await asyncio.open_connection(host, port)
        writer.write(b"POST /secret/word HTTP/1.1\r\nHost: x\r\nContent-Length: 900\r\n\r\nx")
        assert b" 408 " in await asyncio.wait_for(reader.readline(), 10)
        writer.close()


@pytest.mark.usefixtures("log_as_it_was")
@pytest.mark.parametrize("level", ["debug", "warning"])
async def test_no_path_comes_into_the_log(session: aiohttp.ClientSession, level: str) -> None:
    """Of a request that succeeds, fails, is none of ours or is no HTTP at all."""
    stream = io.StringIO()
    set_up(LogConfig(level=level, format="logfmt"), least=10, stream=stream)
    lines = (
        b"GET /secret/sesame HTTP/9.9\r\n\r\n",
        b"GET /secret/sesame\x00 x\r\n\r\n",
        b"\xff sesame\r\n\r\n",
        b"GET /secret/sesame HTTP/1.1\r\nContent-Length: sesame\r\n\r\n",
    )
    async with a_server() as (host, port):
        for path in ("/secret/sesame", "/other/sesame"):
            async with session.post(f"http://{host}:{port}{path}", data=b"x"):
                pass
        for line in lines:
            reader, writer = await asyncio.open_connection(host, port)
            writer.write(line)
            assert b" 400 " in await asyncio.wait_for(reader.readline(), 10)
            writer.close()
    said = stream.getvalue()
    assert "sesame" not in said
    assert ("/secret/{word}" in said) == (level == "debug")
    assert "broken_off" not in said


async def test_a_fault_is_logged_and_not_told(session: aiohttp.ClientSession) -> None:
    """500 and two words for who asked; the rest is for the operator."""
    async with a_server() as (host, port), session.get(f"http://{host}:{port}/fault") as answer:
        assert (answer.status, await answer.text()) == (500, "internal error\n")


async def test_an_address_that_is_taken_says_so() -> None:
    """With the key of the configuration and the remedy."""
    async with a_server() as taken:
        with pytest.raises(NotServed, match=rf"^metrics\.listen: .*{taken[1]}.*give another address"):
            async with serving("metrics", taken, []):
                pass


def test_an_address_is_shown_as_it_is_written() -> None:
    """IPv6 in brackets."""
    assert (shown(("127.0.0.1", 1)), shown(("::1", 2))) == ("127.0.0.1:1", "[::1]:2")


async def test_who_never_ends_the_first_line_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """A connection that has asked for nothing yet costs something too; one that has is not cut off."""
    monkeypatch.setattr("bot.doors.BEGIN_WITHIN", 0.3)
    async with a_server() as (host, port):
        reader, writer = await asyncio.open_connection(host, port)
        asked, patient = await asyncio.open_connection(host, port)
        patient.write(b"GET /fault HTTP/1.1\r\nHost: x\r\n\r\n")
        assert b" 500 " in await asyncio.wait_for(asked.readline(), 10)
        for _ in range(100):
            try:
                writer.write(b"X-One: more\r\n" if _ else b"GET / HTTP/1.1\r\n")
                await writer.drain()
                assert await asyncio.wait_for(reader.read(1), 0.05) == b"", "closed, without a word"
                break
            except TimeoutError:
                continue
            except ConnectionError:
                break
        else:
            raise AssertionError("it is still waited for")
        patient.write(b"GET /x HTTP/1.1\r\nHost: x\r\n\r\n")
        await asyncio.wait_for(asked.readuntil(b" 404 "), 10)
        writer.close()
        patient.close()


async def test_who_knocks_in_vain_too_often_has_to_wait_and_nobody_else(
    session: aiohttp.ClientSession,
) -> None:
    """By the address that the proxy before us saw: what a stranger claims before it counts for nothing."""

    async def knocks(seen: str, path: str = "/guess") -> int:
        headers = {"X-Forwarded-For": seen} if seen else {}
        async with session.post(f"http://{host}:{port}{path}", data=b"x", headers=headers) as answer:
            return answer.status

    async with a_server() as (host, port):
        met = [await knocks(f"192.0.2.{number}, 198.51.100.7") for number in range(IN_VAIN + 2)]
        assert met == [404] * IN_VAIN + [429] * 2
        assert await knocks("198.51.100.7", "/secret/word") == 429, "who guesses does not learn what is right"
        assert await knocks("198.51.100.8", "/secret/word") == 200
        assert await knocks("198.51.100.7, 203.0.113.9", "/secret/word") == 200
        assert [await knocks("2001:db8::1") for _ in range(IN_VAIN)] == [404] * IN_VAIN
        assert await knocks("2001:db8::2:1") == 429, "a household has as many addresses as it likes"
        assert {await knocks("") for _ in range(2 * IN_VAIN)} == {404}, (
            "a proxy that names nobody is not punished"
        )
        expected = [await knocks("203.0.113.9") for _ in range(IN_VAIN + 1)]
        assert expected[-1] == 404, "who was expected an hour ago is heard, whoever else shares the address"


def test_an_address_waits_for_a_minute_and_holds_so_many_connections() -> None:
    """And then begins anew; a proxy of ours holds as many as come through it."""
    now = [1000.0]
    doors = Doors(lambda: now[0])
    for _ in range(IN_VAIN):
        assert not doors.must_wait("198.51.100.7")
        doors.answered("198.51.100.7", 404)
    assert doors.must_wait("198.51.100.7")
    now[0] += 61
    assert not doors.must_wait("198.51.100.7")
    assert [doors.comes("198.51.100.7") for _ in range(HELD + 1)] == [True] * HELD + [False]
    doors.goes("198.51.100.7")
    assert doors.comes("198.51.100.7")
    assert all(doors.comes("127.0.0.1") for _ in range(HELD + 1))
    assert [Doors(lambda: 0.0, held=most).comes("198.51.100.7") for most in (0, 1)] == [False, True]
