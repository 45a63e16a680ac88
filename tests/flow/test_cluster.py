"""Several nodes on one database: they share the work, one holds the account, a dead one is replaced."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from storage.database import now_utc
from storage.records import Source
from tests.emulators.telegram import TelegramEmulator
from tests.feeds import Site, item, rss
from tests.flow.conftest import TOLD
from tests.flow.federation import Federation
from tests.flow.program import Program
from tests.flow.story import ADMIN, PERSON, TEXT, TITLE, rung, urgent_call
from tests.flow.test_added import a_site_that_nobody_watches
from tests.postgres import PostgresServer

TAKEOVER = 15.0
"""Seconds within which another node sends in the place of one that died."""


@pytest.fixture
def address(postgres: PostgresServer) -> Iterator[str]:
    """A database on a real server."""
    postgres.make("cluster", like="template1")
    yield postgres.url("cluster")
    postgres.drop("cluster")


@pytest.fixture
async def federation(
    tmp_path: Path, site: Site, telegram: TelegramEmulator, address: str
) -> AsyncIterator[Federation]:
    """Two nodes that watch six sources, and somebody who subscribed."""
    sources = {f"source{number}": f"{site.url}/feed{number}" for number in range(6)}
    for number in range(6):
        site.publish(
            f"/feed{number}", rss(item("News", "Of the day. " * 30, now_utc() - timedelta(hours=1), "0"))
        )
    given = {"database": address, "api_url": telegram.api_url, "token": telegram.token}
    made = Federation(tmp_path, 2, sources, **given, admins=(ADMIN,))
    telegram.private(PERSON)
    made.nodes[0].subscribed(PERSON)
    yield made
    await made.end()


async def until(true: Callable[[], object], patience: float = 30.0) -> float:
    """Waits for it; returns how many seconds that took."""
    began = time.monotonic()
    while not true():
        assert time.monotonic() - began < patience, "in vain"
        await asyncio.sleep(0.1)
    return time.monotonic() - began


async def test_the_sender_dies_and_the_other_node_sends_within_seconds(
    federation: Federation, site: Site, telegram: TelegramEmulator, record_property: Callable[..., None]
) -> None:
    """Killed with signal 9; the alert comes once. The dead one comes back, and waits for its turn."""
    await federation.serve()
    await until(lambda: federation.holder("telegram"))
    sender = federation.holder("telegram")
    assert sender is not None
    (other,) = [node for node in federation.nodes if node is not sender]
    await sender.kill()
    began = time.monotonic()
    urgent_call(site)
    with federation.nodes[0].database() as database, database.write() as work:
        source = work.sources.by_name("source0")
        assert source
        site.publish("/feed0", rss(item("Nine refugees face imminent return", TEXT, now_utc(), "call")))
        work.sources.due_by(source.id, now_utc())
    await until(lambda: rung(telegram))
    took = time.monotonic() - began
    record_property(TOLD, f"a dead sender is replaced, and its alert sent, within: {took:.1f} s (reach 15)")
    assert took < TAKEOVER
    assert federation.holder("telegram") is other
    await sender.serve()
    await other.until("sent")
    assert rung(telegram) == 1


async def test_roles_narrow_what_a_node_does(
    federation: Federation, site: Site, telegram: TelegramEmulator
) -> None:
    """One node polls, the other one looks when what is due, and sends: neither does the other's work."""
    await federation.serve(["poll", "send,answer,keep"])
    polls, sends = federation.nodes
    await until(lambda: polls.log().count("poll.done") >= 6)
    assert "poll.done" not in sends.log()
    assert federation.holder("telegram") is sends
    del site, telegram


@pytest.mark.cluster
async def test_a_source_added_in_a_chat_is_looked_at_and_asked_by_whoever_polls(
    federation: Federation, site: Site, telegram: TelegramEmulator
) -> None:
    """The node that answers the admin asks nobody; the first call of the new source waits for an admin."""
    await federation.serve(["poll", "send,answer,keep"])
    polls, sends = federation.nodes
    telegram.private(ADMIN)
    a_site_that_nobody_watches(site)
    await telegram.says(ADMIN, f"/sources add {site.url}")
    await telegram.until(ADMIN, contains="The address was looked at", patience=90)
    await telegram.presses(ADMIN, "Show")
    await telegram.until(ADMIN, contains="1 item", patience=60)
    await telegram.presses(ADMIN, "Add 1")
    await telegram.until(ADMIN, contains="is watched from now on", patience=60)
    with sends.database() as database:

        def added() -> Source | None:
            with database.read() as work:
                return work.sources.at(f"{site.url}/other")

        await until(lambda: (one := added()) and one.last_polled)
        a_site_that_nobody_watches(site, item(TITLE, TEXT, now_utc(), "call"))
        found = added()
        assert found
        with database.write() as work:
            work.sources.due_by(found.id, now_utc())
    await polls.until("held")
    assert "poll.done" not in sends.log()
    assert rung(telegram) == 0


async def test_roles_are_for_several_machines(vigil: Program) -> None:
    """With SQLite one program does everything, and says what to do; a role that there is not is told."""
    code, _, err = await vigil.run("run", "--roles", "poll,fly")
    assert (code, "there is no role fly: poll (asks sources" in err) == (2, True)
    if vigil.url.startswith("sqlite:"):
        code, _, err = await vigil.run("run", "--roles", "poll")
        assert (code, "with SQLite one program does everything" in err) == (2, True)
