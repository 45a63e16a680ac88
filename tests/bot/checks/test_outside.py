"""Sources, Telegram and the clock, asked over loopback; what one answers hides nothing of the others."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.checks.everything import check_everything
from bot.checks.finding import Finding, Grade
from bot.checks.outside import check_alike
from bot.config import AdminsConfig, Config, FetchConfig, TelegramConfig, WebConfig
from bot.installation import open_database
from jobs.review import sentence
from storage.database import now_utc
from storage.records import Source
from storage.words import Concern, SourceKind, SourceState
from tests.builders import a_reader, queued
from tests.emulators.client import Client
from tests.emulators.telegram import TelegramEmulator
from tests.feeds import item, rss

FEED = rss(item("Annual dinner", "An evening of music. " * 30, now_utc(), "1"))
NUMBERED = rss(*(item(f"Post {n}", "Text. " * 100, now_utc(), str(n)) for n in range(3)))


def page(
    text: str = "", status: int = 200, content_type: str = "application/rss+xml", **headers: str
) -> dict[str, Any]:
    """What a path answers."""
    return {"text": text, "status": status, "content_type": content_type, "headers": headers}


@asynccontextmanager
async def a_server(
    pages: dict[str, dict[str, Any]], lie: timedelta = timedelta(), host: str = "127.0.0.1"
) -> AsyncIterator[str]:
    """A site whose clock is behind by `lie`."""

    async def answer(request: web.Request) -> web.Response:
        made = pages[request.path]
        stamp = format_datetime(now_utc() - lie, usegmt=True)
        return web.Response(**made | {"headers": {"Date": stamp, **made["headers"]}})

    app = web.Application()
    app.router.add_get("/{path:.*}", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, host, 0).start()
    try:
        yield f"http://{host}:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


@pytest.fixture
def config(tmp_path: Path) -> Config:
    """An installation that may ask loopback."""
    return Config(
        database=f"sqlite:///{tmp_path / 'vigil.db'}",
        key_file=tmp_path / "vigil.key",
        fetch=FetchConfig(allow_private=True, timeout=2, max_bytes=50_000),
    )


def watching(config: Config, **urls: str) -> Config:
    """The same with these sources."""
    return replace(config, sources=tuple(Source(name=name, url=url) for name, url in urls.items()))


async def told(config: Config) -> dict[str, Finding]:
    """What is said of each thing."""
    return {one.what: one for one in await check_everything(config, now_utc)}


async def test_every_state_of_a_source_has_its_remedy(config: Config) -> None:
    """All of them in one run."""
    pages = {
        "/good": page(FEED),
        "/many": page(NUMBERED),
        "/missing": page(status=404),
        "/forbidden": page(status=403),
        "/busy": page(status=503),
        "/broken": page(status=502),
        "/gone": page(status=410),
        "/html": page("<html><body><p>Hello</p></body></html>", content_type="text/html"),
        "/large": page("x" * 60_000),
        "/away": page(status=301, Location="http://elsewhere.invalid/feed"),
        "/moved": page(status=301, Location="/good"),
        "/cut": page(FEED.replace("</channel></rss>", "")),
    }
    async with a_server(pages) as url:
        names = {path[1:]: url + path for path in pages}
        found = await told(
            watching(config, **names, down="http://127.0.0.1:9/feed", ftp="ftp://127.0.0.1/feed")
        )
    expected = {
        "good": (Grade.FINE, "answers, 1 item", ""),
        "many": (Grade.FINE, "answers, 3 items", ""),
        "missing": (Grade.WRONG, "HTTP 404", "mend `url`"),
        "forbidden": (Grade.WRONG, "HTTP 403", "`user_agent`"),
        "busy": (Grade.WRONG, "asks us to slow down", "`every`"),
        "away": (Grade.WRONG, "moved to another site: 127.0.0.1", "the new address"),
        "broken": (Grade.WRONG, "HTTP 502", "try again later"),
        "gone": (Grade.WRONG, "gone for good: HTTP 410", "take it out"),
        "html": (Grade.WRONG, "does not answer with a feed", 'kind = "page"'),
        "large": (Grade.WRONG, "50,000 allowed", "`max_bytes`"),
        "moved": (Grade.NOTE, f"moved for good to {url}/good", "`url`"),
        "cut": (Grade.NOTE, "answers in part", "tell the publisher"),
        "down": (Grade.WRONG, "no connection", "online"),
        "ftp": (Grade.WRONG, "only http and https", "public address"),
    }
    for name, (grade, state, remedy) in expected.items():
        one = found[f"source {name}"]
        assert (one.grade, state in one.state, remedy in one.remedy) == (grade, True, True), one


async def test_what_is_well_again_but_not_watched_yet_is_told(config: Config) -> None:
    """A source that was gone for good answers: the watch is blind to it until it is asked, so it is said."""
    async with a_server({"/feed": page(FEED)}) as url:
        watched = watching(config, northlight=f"{url}/feed")
        database = open_database(watched)
        with database.write() as work:
            (source,) = work.sources.configure(watched.sources)
            due = now_utc() + timedelta(days=6)
            gone = replace(source, state=SourceState.GONE, last_polled=now_utc(), next_due=due)
            work.sources.save(gone)
        database.close()
        one = (await told(watched))["source northlight"]
    assert one.grade is Grade.NOTE
    assert "answers, 1 item, but it was gone for good when last asked" in one.state
    assert "`vigil poll --source northlight`" in one.remedy


async def test_a_page_without_a_list_is_told_about_selectors(config: Config) -> None:
    """The remedy fits the kind of source."""
    async with a_server(
        {"/news": page("<html><body><p>Hi</p></body></html>", content_type="text/html")}
    ) as url:
        source = Source(name="board", url=f"{url}/news", kind=SourceKind.PAGE)
        found = await told(replace(config, sources=(source,)))
    assert "[sources.selectors]" in found["source board"].remedy


async def test_a_clock_that_is_ahead_of_most_servers_is_wrong(config: Config) -> None:
    """One host that serves two sources has one voice; a site with a clock of its own does not help it."""
    late, pages = timedelta(minutes=3, seconds=20), {"/a": page(FEED), "/b": page(FEED)}
    async with (
        a_server(pages, late) as one,
        a_server(pages, late, "127.0.0.2") as two,
        a_server(pages, timedelta(), "127.0.0.3") as three,
    ):
        names = {"a": f"{one}/a", "b": f"{two}/a", "c": f"{three}/a", "d": f"{three}/b"}
        found = await told(watching(config, **names))
        assert found["clock"].grade is Grade.WRONG
        assert found["clock"].state in {f"3 min {s} s ahead of 2 of 3 servers" for s in (20, 21, 22)}
        alone = await told(watching(config, c=f"{three}/a", b=f"{two}/a", d=f"{three}/b"))
        assert alone["clock"].grade is Grade.NOTE


async def test_telegram_knows_the_bot_and_its_admins(config: Config) -> None:
    """The bot's name; an admin who never wrote to it; the clock by Telegram's answer."""
    async with TelegramEmulator() as telegram:
        await telegram.says(42, "/start")
        account = TelegramConfig(telegram.token, telegram.api_url)
        known = replace(config, telegram=account, admins=AdminsConfig((42,), approvals=1))
        found = await told(known)
        assert found["telegram"].state.startswith("@")
        assert found["admins"].grade is Grade.FINE
        assert found["clock"].state == "agrees with 1 server"
        found = await told(replace(known, admins=AdminsConfig((42, 4242))))
        assert "cannot write to 4242" in found["admins"].state
        wrong = TelegramConfig(telegram.token[:-4] + "AAAA", telegram.api_url)
        found = await told(replace(known, telegram=wrong))
        assert "copy it anew" in found["telegram"].remedy
        assert found["clock"].state == "agrees with 1 server"
    found = await told(known)
    assert "cannot be reached" in found["telegram"].state
    assert telegram.token not in str(found)


async def test_how_updates_come_is_told(config: Config) -> None:
    """Polled, brought to us, brought to somebody else, or not brought although they should be."""
    async with TelegramEmulator() as telegram, aiohttp.ClientSession() as session:
        ask = Client(telegram, session).result
        polls = replace(config, telegram=TelegramConfig(telegram.token, telegram.api_url))
        brought = replace(
            config,
            telegram=TelegramConfig(telegram.token, telegram.api_url, webhook=True),
            web=WebConfig(("127.0.0.1", 9), "http://127.0.0.1:9"),
        )
        assert (await told(polls))["updates"].state == "polled"
        assert "not brought anywhere yet" in (await told(brought))["updates"].state
        await ask("setWebhook", url="https://other.example/secret-path")
        found = (await told(polls))["updates"]
        assert (found.grade, "other.example" in found.state) == (Grade.NOTE, True)
        assert "secret-path" not in str(found)
        assert "other.example" in (await told(brought))["updates"].state
        await ask("setWebhook", url="http://127.0.0.1:9/telegram/updates")
        assert (await told(brought))["updates"].state == "brought to 127.0.0.1; 0 waiting"
        await telegram.says(42, "/start")
        await telegram.until_true(lambda: bool(telegram.webhook.last_error_message), "a failure")
        found = (await told(brought))["updates"]
        assert (found.grade, "Connection refused; 1 waiting" in found.state) == (Grade.WRONG, True)


async def test_what_is_not_set_up_is_said_without_alarm(config: Config) -> None:
    """No source is wrong, for nothing would be watched; the rest may be meant."""
    found = await told(config)
    assert {name: one.grade for name, one in found.items() if one.grade is not Grade.FINE} == {
        "key": Grade.NOTE,
        "database": Grade.NOTE,
        "clock": Grade.NOTE,
        "contact": Grade.NOTE,
        "sources": Grade.WRONG,
        "telegram": Grade.NOTE,
        "admins": Grade.NOTE,
    }


async def test_more_approvals_than_admins_is_told(config: Config) -> None:
    """No appeal could ever be agreed to."""
    found = await told(replace(config, admins=AdminsConfig((1,), approvals=2)))
    assert "2 must agree" in found["admins"].state
    assert found["admins"].remedy


async def test_what_waits_for_an_admin_is_told(config: Config) -> None:
    """Nobody is told of it before, and somebody may be in danger."""
    with closing(open_database(config)) as database, database.write() as work:
        queued(work, a_reader(work), held=sentence((Concern.MINOR,)))
    found = await told(config)
    assert (found["review"].grade, found["review"].state) == (
        Grade.WRONG,
        "1 alert waits until an admin has looked",
    )


async def test_a_fault_of_ours_hides_nothing_else(config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every other finding is still there."""

    def broken(*_: object) -> list[Finding]:
        raise RuntimeError("unforeseen")

    expected = list(await told(config))
    for name in ("check_store", "check_clock", "check_admins"):
        monkeypatch.setattr(f"bot.checks.everything.{name}", broken)
    found = await told(config)
    for what in ("database", "clock", "admins"):
        assert found[what].state == "could not be looked at (RuntimeError)"
    assert set(expected) - set(found) == {"key", "disk"}


async def test_what_the_watch_remembers_of_a_source_is_told_beside_how_it_answers(config: Config) -> None:
    """Of one in trouble its last success and its next turn; that another is silent against its habit."""
    pages = {"/ill": page(status=404), "/mute": page(FEED), "/good": page(FEED)}
    async with a_server(pages) as url:
        wanted = watching(config, **{name[1:]: url + name for name in pages})
        database = open_database(wanted)
        noon = datetime(2026, 3, 10, 12, tzinfo=UTC)
        with database.write() as work:
            _, ill, mute = work.sources.all()
            later = noon + timedelta(minutes=10)
            work.sources.save(replace(ill, last_polled=noon, last_success=noon, next_due=later))
            work.sources.save(replace(mute, silent_since=noon, newest=noon, habit=3 * 86400))
        database.close()
        found = await told(replace(wanted, timezone="Asia/Seoul"))
    assert "last success 10 March 2026, 21:00 KST; asked next 10 March 2026, 21:10 KST" in (
        found["source ill"].state
    )
    assert found["source mute"].grade is Grade.NOTE
    assert "nothing new since 10 March 2026, 21:00 KST" in found["source mute"].state
    assert (found["source good"].grade, found["source good"].state) == (Grade.FINE, "answers, 1 item")


async def test_sites_are_told_how_to_reach_whoever_asks(config: Config) -> None:
    """Without a contact they are told the program's name alone, and the check says so."""
    asked: list[str] = []

    async def noted(request: web.Request) -> web.Response:
        asked.append(request.headers["User-Agent"])
        return web.Response(text=FEED, content_type="application/rss+xml")

    app = web.Application()
    app.router.add_get("/feed", noted)
    async with TestServer(app) as server:
        url = str(server.make_url("/feed"))
        without = await told(watching(config, feed=url))
        config = replace(config, fetch=replace(config.fetch, contact="watch@northlight.example"))
        found = await told(watching(config, feed=url))
    assert (without["contact"].grade, "`contact`" in without["contact"].remedy) == (Grade.NOTE, True)
    assert "contact" not in found
    assert ["northlight" in agent for agent in asked] == [False, True]


async def test_a_source_that_asked_to_be_left_alone_is_not_asked(config: Config) -> None:
    """Not even to see how it is: what was stored of it says enough."""
    config = watching(config, feed="http://127.0.0.1:9/feed")
    due = now_utc() + timedelta(hours=1)
    with closing(open_database(config)) as database, database.write() as work:
        (source,) = work.sources.configure(config.sources)
        source = replace(source, state=SourceState.THROTTLED, detail="HTTP 429", last_polled=now_utc())
        work.sources.save(replace(source, next_due=due))
    assert "HTTP 429" in (await told(config))["source feed"].state


async def test_no_source_of_a_host_that_asked_to_be_left_alone_is_asked(config: Config) -> None:
    """One 429 spoke for the whole host: what else is watched there waits as well, and the check says so."""
    config = watching(config, other="http://127.0.0.1:9/other")
    now = now_utc()
    with closing(open_database(config)) as database, database.write() as work:
        work.sources.configure(config.sources)
        work.pauses.pause({"127.0.0.1": now + timedelta(minutes=30)}, now)
    found = (await told(config))["source other"]
    assert "all of 127.0.0.1 is left alone, as it asked, for 30 more min" in found.state
    assert "leave it alone" in found.remedy


async def test_what_was_added_in_a_chat_is_looked_at_and_mended_there(config: Config) -> None:
    """Beside what the configuration names; it is said where it stands, and the file is no remedy."""
    async with a_server({"/feed": page(FEED), "/gone": page(status=404)}) as site:
        config = watching(config, feed=f"{site}/feed")
        with closing(open_database(config)) as database, database.write() as work:
            work.sources.add(Source("chat", f"{site}/gone"), now_utc())
        found = await told(config)
    assert found["source feed"].grade is Grade.FINE
    assert "404" in found["source chat, added in a chat"].state
    assert "add that in a chat, and remove this one" in found["source chat, added in a chat"].remedy


def test_two_sources_that_look_alike_are_told() -> None:
    """One of them may be a forger's, whom somebody was tricked to add; a sibling of the same site is not."""
    hosts = ("www.northlight.example", "n\u043erthlight.example", "a.northlight.example")
    sources = tuple(Source(name=f"s{n}", url=f"https://{host}/feed") for n, host in enumerate(hosts))
    found = check_alike(Config(sources=sources))
    assert [one.what for one in found] == ["sources s0 and s1", "sources s1 and s2"]
    assert "and xn--" in found[0].state, "else the two would be written alike"
    assert check_alike(Config(sources=sources[::2])) == []
