"""A publisher's ping rings within moments, through the real program; killed at any step, it still does."""

import asyncio
import signal
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import aiohttp
import pytest
from prometheus_client.parser import text_string_to_metric_families

from storage.database import now_utc
from storage.words import SubscriptionState
from tests.backends import Backend
from tests.emulators.hub import Hub, a_hub
from tests.emulators.telegram import TelegramEmulator
from tests.feeds import Site, item, rss
from tests.flow.conftest import TOLD
from tests.flow.program import Program, free_port
from tests.flow.stage import TRAPS
from tests.flow.story import DINNER, PERSON, TEXT, TITLE, rung, urgent_call

OTHER = "Journalist in Belarus faces execution within days"
TEXTS = {
    TITLE: TEXT,
    OTHER: "A journalist in Belarus, sentenced to death, faces execution within days. Southlight calls on "
    "the President of Belarus to immediately stop the execution. " * 3,
}
PUSHES = tuple(point for point in TRAPS if "push" in point)
HUBS = tuple(point for point in TRAPS if "hub" in point)


def news(*titles: str) -> str:
    """What a hub pushes: these calls and the dinner."""
    at = now_utc() - timedelta(minutes=2)
    calls = (item(title, TEXTS[title], at, title) for title in titles)
    return rss(*calls, item(*DINNER, at - timedelta(hours=1), "dinner"))


@dataclass(eq=False)
class Stage:
    """The program, its hub, and where it is reached."""

    vigil: Program
    hub: Hub
    topic: str
    web: str
    metrics: str

    def state(self) -> list[SubscriptionState]:
        """Of every subscription."""
        with self.vigil.database() as database, database.read() as work:
            return [one.state for one in work.subscriptions.all()]

    async def until(self, there: Callable[[], bool]) -> None:
        """Waits for what the program does by itself."""
        for _ in range(300):
            if there():
                return
            await asyncio.sleep(0.1)
        raise AssertionError(self.vigil.log())


@pytest.fixture
async def stage(
    tmp_path: Path, backend: Backend, site: Site, telegram: TelegramEmulator
) -> AsyncIterator[Stage]:
    """A person who wants everything urgent; a site that names a hub; a program that can be reached."""
    ports = free_port(), free_port()
    web, metrics = (f"http://127.0.0.1:{port}" for port in ports)
    tables = (
        f'[web]\nlisten = "127.0.0.1:{ports[0]}"\npublic_url = "{web}"\n',
        f'[metrics]\nlisten = "127.0.0.1:{ports[1]}"\n',
    )
    program = Program(
        tmp_path,
        {"northlight": f"{site.url}/feed"},
        database="sqlite:///vigil.db" if backend.name == "sqlite" else backend.url,
        api_url=telegram.api_url,
        token=telegram.token,
        more="".join(tables),
    )
    telegram.private(PERSON)
    program.subscribed(PERSON)
    async with a_hub() as hub:
        topic = f"{site.url}/feed"
        site.places["/feed"].headers["Link"] = hub.links(topic)
        yield Stage(program, hub, topic, web, metrics)
        if program.service:
            await program.stop(signal.SIGKILL)


async def test_a_ping_becomes_an_alert(
    stage: Stage, telegram: TelegramEmulator, record_property: Callable[[str, object], None]
) -> None:
    """What is pushed rings once, though it is polled as well; a restart keeps the subscription."""
    vigil, hub = stage.vigil, stage.hub
    await vigil.serve()
    callback = await hub.until_active(stage.topic)
    assert await hub.pushes(stage.topic, news(TITLE), sign=None) == [202]
    assert await hub.pushes(stage.topic, news(TITLE), secret="a stranger's") == [202]
    began = time.monotonic()
    assert await hub.pushes(stage.topic, news(TITLE)) == [202]
    answered = time.monotonic() - began
    await telegram.until(PERSON, contains=TITLE, patience=60)
    took = time.monotonic() - began
    kind = "SQLite" if vigil.url.startswith("sqlite") else "PostgreSQL"
    record_property(TOLD, f"ping to message on Telegram, {kind}: {took:.2f} s (answered in {answered:.2f} s)")
    await vigil.until("sent")
    assert await vigil.stop() == 0
    await vigil.serve()
    assert await hub.pushes(stage.topic, news(TITLE, OTHER)) == [202]
    await telegram.until(PERSON, contains=OTHER, patience=60)
    await vigil.until("sent", "sent")
    assert await vigil.stop() == 0
    assert len(hub.asked) == 1, "the subscription outlived the restart"
    assert rung(telegram) == 2, "each call once; nothing that was not signed"
    assert callback.rpartition("/")[2] not in vigil.log()
    assert hub.asked[0].secret not in vigil.log()


async def test_a_ping_without_content_has_the_publisher_asked(
    stage: Stage, site: Site, telegram: TelegramEmulator
) -> None:
    """Long before its next poll."""
    await stage.vigil.serve()
    await stage.hub.until_active(stage.topic)
    urgent_call(site)
    asked = len(site.asked)
    assert await stage.hub.pushes(stage.topic) == [202]
    await telegram.until(PERSON, contains=TITLE, patience=60)
    assert len(site.asked) > asked
    assert await stage.vigil.stop() == 0


async def test_numbers_are_told_where_they_should_be_and_nowhere_else(stage: Stage) -> None:
    """On the address for monitoring; the public one knows nothing of them."""
    await stage.vigil.serve()
    await stage.hub.until_active(stage.topic)
    await stage.until(lambda: stage.state() == [SubscriptionState.ACTIVE])
    async with aiohttp.ClientSession() as session:
        async with session.get(f"{stage.metrics}/healthz") as answer:
            assert (answer.status, await answer.text()) == (200, "ok\n")
        async with session.get(f"{stage.metrics}/metrics") as answer:
            found = {
                (sample.name, *sample.labels.values()): sample.value
                for family in text_string_to_metric_families(await answer.text())
                for sample in family.samples
            }
        for path in ("/metrics", "/healthz", "/", "/websub/"):
            async with session.get(f"{stage.web}{path}") as answer:
                assert (answer.status, await answer.text()) == (404, "not found\n")
        async with session.get(stage.hub.asked[0].callback.replace(stage.web, stage.metrics)) as answer:
            assert answer.status == 404
    assert found["vigil_subscriptions", "active"] == 1
    assert found["vigil_polls_total", "ok"] == 1
    assert await stage.vigil.stop() == 0


@pytest.mark.parametrize("point", PUSHES)
async def test_a_push_rings_whenever_the_program_is_killed(
    stage: Stage, site: Site, telegram: TelegramEmulator, point: str
) -> None:
    """A hub that had no answer pushes again, and one that had it need not: the call rings once."""
    vigil, hub = stage.vigil, stage.hub
    await vigil.serve()
    await hub.until_active(stage.topic)
    await stage.until(lambda: stage.state() == [SubscriptionState.ACTIVE])
    assert await vigil.stop() == 0
    pushing = asyncio.create_task(hub.pushes(stage.topic, news(TITLE), insists=True))
    await vigil.dies(point)
    if pushing.done():
        # On a slow machine it took longer than hubs wait. Then it is the publisher who is due, and has it.
        site.publish("/feed", news(TITLE))
    await vigil.serve()
    await telegram.until(PERSON, contains=TITLE, patience=60)
    assert await asyncio.wait_for(pushing, 20) == [202]
    await vigil.until("sent")
    assert await vigil.stop() == 0
    # Between commit and answer the sender is already at work.
    assert rung(telegram) == 1 + ("deliver.uncertain" in vigil.log())
    with vigil.database() as database, database.read() as work:
        assert work.counts().statements == 2, "the call and the dinner, each kept once"


@pytest.mark.parametrize("point", HUBS)
async def test_a_subscription_comes_about_whenever_the_program_is_killed(stage: Stage, point: str) -> None:
    """The hub is asked again in a few minutes, by the same path: it holds us once."""
    vigil, hub = stage.vigil, stage.hub
    await vigil.dies(point)
    vigil.later(timedelta(minutes=6))
    await vigil.serve()
    await hub.until_active(stage.topic)
    await stage.until(lambda: stage.state() == [SubscriptionState.ACTIVE])
    assert await vigil.stop() == 0
    assert len(hub.callbacks(stage.topic)) == 1
    assert len({(one.callback, one.secret) for one in hub.asked}) == 1
