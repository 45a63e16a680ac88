"""The two servers: whether each has its address, whether hubs reach us, and which sources are pushed."""

import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from aiohttp import web

from bot.checks.everything import check_everything
from bot.checks.finding import Grade
from bot.checks.servers import check_hubs, check_servers
from bot.config import Config, FetchConfig, MetricsConfig, WebConfig
from bot.installation import open_database
from bot.web import serving
from jobs.steps import websub
from storage.database import now_utc
from storage.words import SubscriptionState as State
from tests.builders import NOON, a_source

PUBLIC = "https://vigil.example"


@pytest.fixture
def config(tmp_path: Path) -> Config:
    """An installation that may ask loopback."""
    return Config(
        database=f"sqlite:///{tmp_path / 'vigil.db'}",
        key_file=tmp_path / "vigil.key",
        fetch=FetchConfig(allow_private=True, timeout=2),
    )


def free() -> tuple[str, int]:
    """An address where nobody listens."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        host, port = found.getsockname()
    return host, port


@asynccontextmanager
async def a_proxy(status: int) -> AsyncIterator[tuple[str, int]]:
    """Another program, with something else to say."""

    async def answer(_: web.Request) -> web.Response:
        return web.Response(status=status, text="not found\n")

    app = web.Application()
    app.router.add_get("/{path:.*}", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    host, port = runner.addresses[0]
    yield host, port
    await runner.cleanup()


async def told(config: Config) -> list[tuple[str, Grade, str]]:
    """What, how grave, in which words."""
    return [(one.what, one.grade, f"{one.state} | {one.remedy}") for one in await check_servers(config)]


async def test_without_servers_nothing_is_said(config: Config) -> None:
    """Most have none."""
    assert await told(config) == []


async def test_a_free_address_is_fine(config: Config) -> None:
    """Before the first start; the way from outside is looked at when somebody listens."""
    web_, metrics = WebConfig(free(), PUBLIC), MetricsConfig(free())
    (one, two, three) = await told(replace(config, web=web_, metrics=metrics))
    assert one[:2] == ("metrics", Grade.FINE)
    assert two[:2] == ("web", Grade.FINE)
    assert three[:2] == ("web", Grade.NOTE)
    assert "while the service runs" in three[2]


async def test_the_running_service_is_known_by_its_voice(config: Config) -> None:
    """And so is the way through the proxy that leads to it."""
    async with serving("web", ("127.0.0.1", 0), []) as listen:
        url = f"http://{listen[0]}:{listen[1]}"
        one, two = await told(replace(config, web=WebConfig(listen, url)))
        assert one == ("web", Grade.FINE, f"the service listens on {listen[0]}:{listen[1]} | ")
        assert two == ("web", Grade.FINE, f"{url} leads to Vigil | ")
        async with a_proxy(404) as (host, port):
            _, two = await told(replace(config, web=WebConfig(listen, f"http://{host}:{port}")))
        assert two[1] is Grade.WRONG
        assert "leads elsewhere: HTTP 404 | let your reverse proxy pass /websub/" in two[2]
        host, port = free()
        _, two = await told(replace(config, web=WebConfig(listen, f"http://{host}:{port}")))
        assert two[1] is Grade.NOTE
        assert "does not answer from here" in two[2]


async def test_an_address_that_another_program_has_is_wrong(config: Config) -> None:
    """The service would not start."""
    async with a_proxy(200) as listen:
        one, _ = await told(replace(config, web=WebConfig(listen, PUBLIC)))
    assert one[:2] == ("web", Grade.WRONG)
    assert "another program listens" in one[2]


async def test_an_address_that_is_not_ours_is_wrong(config: Config) -> None:
    """A documentation address belongs to no machine (RFC 5737)."""
    (one, *_) = await told(replace(config, metrics=MetricsConfig(("192.0.2.1", 9464))))
    assert one[1] is Grade.WRONG
    assert "192.0.2.1:9464" in one[2]


async def test_metrics_that_others_can_reach_are_noted(config: Config) -> None:
    """They tell which sources are watched."""
    everywhere = MetricsConfig(("0.0.0.0", free()[1]))  # noqa: S104 - what an operator should know of
    grades = [grade for _, grade, _ in await told(replace(config, metrics=everywhere))]
    assert grades == [Grade.FINE, Grade.NOTE]


async def test_a_server_without_a_public_address_is_noted(config: Config) -> None:
    """It would serve nothing."""
    _, two = await told(replace(config, web=WebConfig(free())))
    assert two[1] is Grade.NOTE
    assert "no hub is asked" in two[2]


def test_sources_that_are_not_pushed_say_why(config: Config) -> None:
    """One line each, with what the hub said."""
    public = replace(config, web=WebConfig(free(), PUBLIC))
    assert check_hubs(config, [], []) == []
    assert "all are polled" in check_hubs(public, [a_source(id=1)], [])[0].state
    names = ("pushed", "refused", "left")
    sources = [a_source(id=n, name=name, hub="https://h.example/", topic="t") for n, name in enumerate(names)]
    held = [websub.wanted(source, PUBLIC, source.name, "s", NOON) for source in sources]
    states = (State.ACTIVE, State.DENIED, State.LEAVING)
    held = [replace(one, state=state) for one, state in zip(held, states, strict=True)]
    held[1] = replace(held[1], detail="closed")
    first, second = check_hubs(public, sources, held)
    assert first.state == "1 of 3 sources that name a hub are pushed"
    assert (second.grade, second.state) == (Grade.NOTE, "refused: its hub says no (closed)")


async def test_vigil_check_tells_of_hubs(config: Config) -> None:
    """From the database, in its place among the rest; no token of any subscription is shown."""
    source = a_source(url="http://127.0.0.1:9/feed")
    config = replace(config, sources=(source,), web=WebConfig(free(), PUBLIC))
    database = open_database(config)
    with database.write() as work:
        (stored,) = work.sources.all()
        stored = replace(stored, hub="https://h.example/", topic="t")
        work.sources.save(stored)
        work.subscriptions.add(websub.wanted(stored, PUBLIC, "token-word", "secret-word", NOON))
    database.close()
    found = [one for one in await check_everything(config, now_utc) if one.what == "hubs"]
    assert [one.grade for one in found] == [Grade.FINE, Grade.NOTE]
    assert found[1].state == "northlight: its hub is to be asked"
    assert "word" not in repr(found)
