"""The built-in server answers what it was given to answer, tells nothing else, and is not held up."""

import asyncio
import io
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
import pytest
from aiohttp import web

from bot.config import LogConfig
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
