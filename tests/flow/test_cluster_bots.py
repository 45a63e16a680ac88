"""Several bots among several nodes: they are shared out, and taken over when a node dies.

`make test-cluster` runs it.
"""

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from storage.database import now_utc
from storage.people import Route
from tests.emulators.telegram import TelegramEmulator
from tests.feeds import Site
from tests.flow.conftest import TOLD
from tests.flow.federation import Federation
from tests.flow.program import Program
from tests.flow.test_cluster_failures import CALLS, TAKEOVER, ordinary, publish, until
from tests.postgres import PostgresServer, a_postgres_server

pytestmark = pytest.mark.cluster

FIRST, SECOND = 1_000_001, 2_000_002
NAMES = {FIRST: "telegram", SECOND: f"telegram {SECOND}"}
PEOPLE = range(1_000, 1_010)


@pytest.fixture
def server() -> Iterator[PostgresServer]:
    """A server of this test's own."""
    with a_postgres_server() as made:
        yield made


@pytest.fixture
async def bots() -> AsyncIterator[dict[int, TelegramEmulator]]:
    """Telegram as each of two bots knows it."""
    async with AsyncExitStack() as stack:
        yield {each: await stack.enter_async_context(TelegramEmulator(number=each)) for each in NAMES}


async def test_each_bot_writes_to_its_own_people_and_is_taken_over_with_the_rest(
    tmp_path: Path,
    site: Site,
    bots: dict[int, TelegramEmulator],
    server: PostgresServer,
    record_property: Callable[..., None],
) -> None:
    """A node that joins takes one of two bots, and both once the other is killed; nobody is told twice."""
    one, other = bots.values()
    more = f'[[telegram.more]]\ntoken = "{other.token}"\napi_url = "{other.api_url}"\n'
    server.make("bots", like="template1")
    given = {"database": server.url("bots"), "api_url": one.api_url, "token": one.token, "more": more}
    federation = Federation(tmp_path, 2, ordinary(site), **given)
    with federation.nodes[0].database() as database, database.write() as work:
        for person in PEOPLE:
            bots[FIRST if person % 2 else SECOND].private(person)
            reader = work.recipients.ensure("telegram", str(person), "en", now_utc())
            work.routes.add(reader.id, Route())
            if not person % 2:
                work.recipients.turn_to(reader.id, NAMES[SECOND], now_utc())
    titles = list(CALLS)

    def told(number: int) -> dict[int, int]:
        """How often each person was told this call, by whichever bot."""
        return {
            person: sum(titles[number] in text for bot in bots.values() for text in bot.texts(person))
            for person in PEOPLE
        }

    def hold(name: str) -> list[Program | None]:
        """Who holds the lock of each bot, whatever it is for."""
        return [federation.holder(f"{each}{name}") for each in NAMES.values()]

    dies, takes = federation.nodes
    try:
        await dies.serve()
        await until(lambda: hold("") == [dies, dies])
        await takes.serve()
        took = await until(lambda: hold("") == [dies, takes], 60)
        await until(lambda: hold(" listens") == [dies, takes], 30)
        record_property(TOLD, f"a node that joins has one of two bots after {took:.1f} s")
        publish(site, federation, 0)
        await until(lambda: all(told(0).values()))
        await dies.kill()
        publish(site, federation, 1)
        took = await until(lambda: all(federation.holder(name) is takes for name in NAMES.values()), TAKEOVER)
        record_property(TOLD, f"the bot of a node that died is held by another after {took:.1f} s (reach 15)")
        await until(lambda: all(told(1).values()))
    finally:
        await federation.end()
    assert set(told(0).values()) == set(told(1).values()) == {1}
    for number, bot in bots.items():
        strangers = [person for person in PEOPLE if (person % 2 == 1) != (number == FIRST)]
        assert not any(bot.texts(person) for person in strangers)
