"""Three nodes, killed, stopped and cut off at random: no alert is lost, and none is doubled unsaid.

`make test-cluster` runs it. `VIGIL_SEED` repeats a run, `VIGIL_KILLS` says how many nodes die (8 if not set).
"""

import asyncio
import os
import random
import signal
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from psycopg import OperationalError

from storage.database import now_utc
from storage.people import Route
from storage.tables.log import deliveries
from storage.words import DeliveryState
from tests.emulators.telegram import TelegramEmulator
from tests.feeds import Site, item, rss
from tests.flow.conftest import TOLD
from tests.flow.federation import Federation
from tests.flow.program import Program
from tests.postgres import PostgresServer, a_postgres_server

pytestmark = pytest.mark.cluster

KILLS = int(os.environ.get("VIGIL_KILLS", "8"))
READERS = range(1_000, 1_030)
TAKEOVER = 15.0
CALLS = {
    "Nine North Korean refugees face imminent return from Shenyang": "Nine North Korean refugees in Shenyang",
    "Four Eritrean asylum seekers face imminent deportation from Khartoum": "Four Eritreans in Khartoum",
    "Twelve Uyghur men face imminent return from Bangkok": "Twelve Uyghur men in Bangkok",
    "Two Belarusian journalists face imminent extradition from Belgrade": "Two Belarusians in Belgrade",
    "Seven Afghan women judges face imminent deportation from Islamabad": "Seven Afghan judges in Islamabad",
}
TEXT = (
    "{0} face imminent return within days, where they would be tortured. Northlight calls on the authorities "
    "to immediately halt the return. "
) * 3
WATCHED = 40


@pytest.fixture(scope="module")
def server() -> Iterator[PostgresServer]:
    """A server of these tests' own: it is restarted."""
    with a_postgres_server() as made:
        yield made


def ordinary(site: Site) -> dict[str, str]:
    """Forty sources at which nothing urgent stands, with their addresses."""
    dinner = rss(
        item("Annual dinner", "An evening of music. " * 30, now_utc() - timedelta(hours=1), "dinner")
    )
    for number in range(WATCHED):
        site.publish(f"/feed{number}", dinner)
    return {f"source{number}": f"{site.url}/feed{number}" for number in range(WATCHED)}


@pytest.fixture
async def federation(
    tmp_path: Path, site: Site, telegram: TelegramEmulator, server: PostgresServer
) -> AsyncIterator[Federation]:
    """Three nodes that watch forty sources, and thirty people who subscribed."""
    name = f"cluster_{time.monotonic_ns()}"
    server.make(name, like="template1")
    sources = ordinary(site)
    made = Federation(
        tmp_path, 3, sources, database=server.url(name), api_url=telegram.api_url, token=telegram.token
    )
    subscribe(made, telegram)
    yield made
    await made.end()
    server.drop(name)


async def until(
    true: Callable[[], object], patience: float = 60.0, told: Callable[[], str] = lambda: "in vain"
) -> float:
    """Waits for it; returns how many seconds that took."""
    began = time.monotonic()
    while not true():
        assert time.monotonic() - began < patience, told()
        await asyncio.sleep(0.2)
    return time.monotonic() - began


def subscribe(federation: Federation, telegram: TelegramEmulator) -> None:
    """Every reader wants what is urgent."""
    for reader in READERS:
        telegram.private(reader)
    with federation.nodes[0].database() as database, database.write() as work:
        for reader in READERS:
            work.routes.add(work.recipients.ensure("telegram", str(reader), "en", now_utc()).id, Route())


async def in_the_middle(federation: Federation, site: Site, telegram: TelegramEmulator) -> Program:
    """All nodes run, and a call has reached its first reader; the node that sends it."""
    await federation.serve()
    await until(lambda: federation.holder("telegram"))
    publish(site, federation, 0)
    await until(lambda: any(read(telegram, reader) for reader in READERS))
    sender = federation.holder("telegram")
    assert sender
    return sender


def publish(site: Site, federation: Federation, number: int) -> None:
    """The next call appears at some source, which is asked at once."""
    title, who = list(CALLS.items())[number]
    site.publish(f"/feed{number}", rss(item(title, TEXT.format(who), now_utc(), "call")))
    with federation.nodes[0].database() as database, database.write() as work:
        source = work.sources.by_name(f"source{number}")
        assert source
        work.sources.due_by(source.id, now_utc())


def read(telegram: TelegramEmulator, reader: int) -> Counter[str]:
    """How often this reader was told each of the calls."""
    return Counter(title for text in telegram.texts(reader) for title in CALLS if title in text)


def settled(federation: Federation, calls: int) -> bool:
    """Whether nothing is under way any more, and every call has been rung for."""
    with federation.nodes[0].database() as database, database.read() as work:
        found = work.connection.scalars(sa.select(deliveries.c.state)).all()
    over = (DeliveryState.SENT, DeliveryState.UNCERTAIN)
    return len(found) >= calls * len(READERS) and all(state in over for state in found)


def described(federation: Federation) -> str:
    """What there is, for whoever reads why it was in vain."""
    with federation.nodes[0].database() as database, database.read() as work:
        found = work.measures(now_utc())
        late = [one.name for one in work.sources.due(now_utc(), given=True)]
    waiting = {key: count for key, count in found.deliveries.items() if count}
    return f"messages {waiting}, due {late}, queue {found.queue}, nodes {found.nodes}"


def judge(federation: Federation, telegram: TelegramEmulator, calls: int) -> tuple[int, int]:
    """Nobody has missed a call, unless that is on record; returns how many doubles and uncertain ones."""
    uncertain = sum(node.log().count("deliver.uncertain") for node in federation.nodes)
    recovered = sum(node.log().count("event=deliver.recovered") for node in federation.nodes)
    doubles = missed = 0
    for reader in READERS:
        times = read(telegram, reader)
        doubles += sum(count - 1 for count in times.values())
        missed += calls - len(times)
    assert doubles <= uncertain, (doubles, uncertain, recovered)
    assert missed <= uncertain, (missed, uncertain, recovered)
    return doubles, uncertain


async def test_nodes_that_are_killed_at_random_lose_nothing(
    federation: Federation, site: Site, telegram: TelegramEmulator, record_property: Callable[..., None]
) -> None:
    """Calls appear while nodes die with signal 9 and come back: the sender, one that polls, any."""
    chance = random.Random(os.environ.get("VIGIL_SEED", "7"))  # noqa: S311 - to be repeated, not secret
    await federation.serve()
    for number in range(KILLS):
        if number < len(CALLS):
            publish(site, federation, number)
        await asyncio.sleep(chance.uniform(0.2, 2.5))
        sender = federation.holder("telegram") if number % 2 else None
        victim = sender or chance.choice(federation.nodes)
        await victim.kill()
        await asyncio.sleep(chance.uniform(0.0, 3.0))
        await victim.serve()
    await until(lambda: settled(federation, len(CALLS)), 120, lambda: described(federation))
    doubles, uncertain = judge(federation, telegram, len(CALLS))
    told = f"{KILLS} nodes killed: {len(CALLS) * len(READERS)} messages, none missed, {doubles} doubled"
    record_property(TOLD, f"{told}, {uncertain} uncertain")


async def test_the_sender_is_replaced_within_fifteen_seconds(
    federation: Federation, site: Site, telegram: TelegramEmulator, record_property: Callable[..., None]
) -> None:
    """Killed in the middle of sending; measured until another one holds the account."""
    sender = await in_the_middle(federation, site, telegram)
    await sender.kill()
    took = await until(lambda: federation.holder("telegram"), TAKEOVER)
    record_property(TOLD, f"another node holds the account of a dead sender after {took:.1f} s (reach 15)")
    await until(lambda: settled(federation, 1))
    judge(federation, telegram, 1)


async def test_a_node_that_hangs_keeps_nothing_back(
    federation: Federation, site: Site, telegram: TelegramEmulator
) -> None:
    """Stopped while it polls, for longer than its heartbeat may be late; then it does nothing twice."""
    await federation.serve(["poll", "poll", "send,answer,keep"])
    polling = federation.nodes[0]
    assert polling.service
    publish(site, federation, 0)
    await asyncio.sleep(0.7)
    polling.service.send_signal(signal.SIGSTOP)
    publish(site, federation, 1)
    await until(lambda: settled(federation, 2), 60)
    polling.service.send_signal(signal.SIGCONT)
    publish(site, federation, 2)
    await until(lambda: settled(federation, 3), 60)
    judge(federation, telegram, 3)


async def test_a_restart_of_postgresql_in_the_middle_loses_nothing(
    federation: Federation, site: Site, telegram: TelegramEmulator, server: PostgresServer
) -> None:
    """Everybody is cut off while calls are polled and sent; all goes on by itself."""
    await federation.serve()
    for number in range(3):
        publish(site, federation, number)
        await asyncio.sleep(1.0)
        await asyncio.to_thread(server.restart)
    publish(site, federation, 3)
    await until(lambda: settled(federation, 4), 120)
    judge(federation, telegram, 4)
    assert all(node.service and node.service.returncode is None for node in federation.nodes)


async def test_a_crash_of_postgresql_in_the_middle_loses_nothing(
    federation: Federation, site: Site, telegram: TelegramEmulator, server: PostgresServer
) -> None:
    """One of its processes is killed with signal 9, again and again: it throws all out, and recovers."""
    await federation.serve()
    for number in range(3):
        publish(site, federation, number)
        await asyncio.sleep(1.0)
        with suppress(OperationalError):
            await asyncio.to_thread(server.crash)
        await recovered(server)
    publish(site, federation, 3)
    await until(lambda: settled(federation, 4), 120, lambda: described(federation))
    judge(federation, telegram, 4)
    assert all(node.service and node.service.returncode is None for node in federation.nodes)


async def recovered(server: PostgresServer) -> None:
    """Waits until the server takes connections again."""

    def answers() -> bool:
        try:
            server.connect("postgres").close()
        except OperationalError:
            return False
        return True

    await until(answers)


async def test_a_slow_node_loses_nothing_and_doubles_nothing(
    federation: Federation, site: Site, telegram: TelegramEmulator, record_property: Callable[..., None]
) -> None:
    """The one that sends, and one that polls, get a tenth of their time: they come round, but late."""
    sender = await in_the_middle(federation, site, telegram)
    other = next(node for node in federation.nodes if node is not sender)
    slowed = asyncio.create_task(slow(sender, other))
    began = time.monotonic()
    for number in range(1, len(CALLS)):
        publish(site, federation, number)
        await asyncio.sleep(2.0)
    try:
        await until(lambda: settled(federation, len(CALLS)), 120, lambda: described(federation))
    finally:
        slowed.cancel()
        await asyncio.wait({slowed})
    doubles, uncertain = judge(federation, telegram, len(CALLS))
    took = time.monotonic() - began
    told = f"two slow nodes of three: none missed, {doubles} doubled, {uncertain} uncertain, in {took:.0f} s"
    record_property(TOLD, told)
    assert doubles == uncertain == 0, "nobody died, and nobody was taken for dead"


async def slow(*nodes: Program) -> None:
    """Stops them for nine tenths of each second, until cancelled; then they go on."""
    processes = [node.service for node in nodes if node.service]
    try:
        while True:
            for number, seconds in ((signal.SIGSTOP, 0.9), (signal.SIGCONT, 0.1)):
                for one in processes:
                    one.send_signal(number)
                await asyncio.sleep(seconds)
    finally:
        for one in processes:
            one.send_signal(signal.SIGCONT)


async def test_a_sender_that_hangs_is_replaced_and_sends_nothing_when_it_goes_on(
    federation: Federation, site: Site, telegram: TelegramEmulator, record_property: Callable[..., None]
) -> None:
    """Stopped in the middle of sending: its session lives, and would hold the account for ever."""
    sender = await in_the_middle(federation, site, telegram)
    assert sender.service
    sender.service.send_signal(signal.SIGSTOP)
    took = await until(lambda: federation.holder("telegram") not in (None, sender), 60)
    record_property(TOLD, f"another node holds the account of a sender that hangs after {took:.1f} s")
    publish(site, federation, 1)
    await until(lambda: settled(federation, 2), 60)
    sender.service.send_signal(signal.SIGCONT)
    await until(lambda: "deliver.lock_lost" in sender.log(), 60)
    publish(site, federation, 2)
    await until(lambda: settled(federation, 3), 60)
    judge(federation, telegram, 3)


async def test_clocks_that_are_wrong_make_nothing_late_and_no_false_outage(
    federation: Federation, site: Site, telegram: TelegramEmulator, record_property: Callable[..., None]
) -> None:
    """Thirty seconds ahead of the sender's, and a quarter of an hour: all nodes live by the database's."""
    polls, keeps, sends = federation.nodes
    polls.wrong, keeps.wrong, sends.wrong = 30.0, 900.0, -30.0
    await federation.serve(["poll,keep", "poll,keep", "send,answer"])
    await until(lambda: federation.holder("telegram"))
    for number in range(2):
        began = time.monotonic()
        publish(site, federation, number)
        await until(lambda calls=number + 1: settled(federation, calls), 25)  # type: ignore[misc]
        took = time.monotonic() - began
    record_property(TOLD, f"with clocks 60 s apart a call is at all its readers after {took:.1f} s")
    await asyncio.sleep(65)  # the heart of each beats once a minute
    judge(federation, telegram, 2)
    for node in federation.nodes:
        assert "service.was_down" not in node.log()
        assert "clock.differs" in node.log()
