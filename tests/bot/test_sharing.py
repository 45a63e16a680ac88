"""Accounts go to the node that holds fewer, between two messages, and whoever listens goes along."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import AsyncExitStack, ExitStack
from dataclasses import dataclass, field

import pytest
import sqlalchemy as sa

from bot import speaking
from bot.app import _send
from bot.desk import Desk
from bot.sharing import Sharing, Standing, has_fewer, surplus
from bot.speaking import always
from jobs.pace import Pace
from storage.database import Database, now_utc
from storage.locks import holders
from storage.nodes import Node
from storage.words import DeliveryState
from tests.bot.transports.test_telegram import Voice, a_bot
from tests.builders import a_reader, a_route, an_alert, queued
from tests.emulators.telegram import TelegramEmulator

BOTS = ("telegram", "telegram 2", "telegram 3", "telegram 4")


def standing(*here: str, there: tuple[str, ...] = (), age: float = 60.0) -> Standing:
    """Two nodes, and who holds what of two."""
    held = dict.fromkeys(here, "here") | dict.fromkeys(there, "there")
    return Standing({"here": 60.0, "there": age}, {"here", "there"}, held)


@pytest.mark.parametrize(
    ("found", "ours"),
    [
        (standing(*BOTS), BOTS),
        (standing(*BOTS[:3], there=BOTS[3:]), BOTS[:3]),
        (standing(*BOTS[:2], there=BOTS[2:]), ()),
        (standing(*BOTS[:2], there=BOTS[3:]), ()),
        (standing(there=BOTS), ()),
        (standing(*BOTS, age=5.0), ()),
        (Standing({"here": 60.0}, {"here"}, dict.fromkeys(BOTS, "here")), ()),
        (Standing({"here": 60.0}, {"here", "there"}, dict.fromkeys(BOTS, "here")), ()),
    ],
    ids=["all", "two more", "even", "one more", "none", "just begun", "alone", "does not send"],
)
def test_who_holds_two_more_than_a_settled_node_gives_one(found: Standing, ours: tuple[str, ...]) -> None:
    """One more is no reason: it would go to and fro."""
    assert surplus(found, BOTS, "here") == ours


def test_a_free_account_is_for_whoever_holds_fewer() -> None:
    """Of those that send; who holds as many asks as well."""
    assert has_fewer(standing(*BOTS[:2], there=BOTS[3:]), BOTS, "here")
    assert not has_fewer(standing(*BOTS[:2], there=BOTS[2:]), BOTS, "here")
    assert not has_fewer(Standing({"here": 1.0}, {"there"}, dict.fromkeys(BOTS, "here")), BOTS, "here")


@dataclass
class Clock:
    """Seconds as a test tells them."""

    seconds: float = 0.0

    def __call__(self) -> float:
        """What it shows."""
        return self.seconds


@dataclass
class Hall:
    """A database, a node that is "here", and other nodes that hold accounts."""

    database: Database
    stack: ExitStack
    clock: Clock = field(default_factory=Clock)

    def sharing(self) -> Sharing:
        """The part of the node that is here."""
        return Sharing(self.database, BOTS, clock=self.clock)

    def node(self, place: str, roles: tuple[str, ...] = ("send", "answer"), age: float = 60.0) -> None:
        """A node that came round just now."""
        with self.database.write() as work:
            work.nodes.come_round(Node(place, place, "1", roles), now_utc())
            earlier = sa.text("UPDATE nodes SET began = seen - make_interval(secs => :age) WHERE place = :at")
            work.connection.execute(earlier, {"age": age, "at": place})

    def elsewhere(self, place: str) -> Database:
        """The database, as a program at that place has it."""
        url = self.database.engine.url.update_query_dict({"application_name": f"vigil-{place}"})
        other = Database(url.render_as_string(hide_password=False), self.database.vault)
        self.stack.callback(other.close)
        return other

    def holds(self, place: str, *names: str) -> None:
        """That node holds these accounts."""
        other = self.elsewhere(place)
        for name in names:
            assert self.stack.enter_context(other.sender_lock(name))


@pytest.fixture
def hall(database: Database) -> Iterator[Hall]:
    """Only PostgreSQL has several nodes."""
    if not database.is_shared:
        pytest.skip("one program")
    with ExitStack() as stack:
        yield Hall(database, stack)


def test_one_account_goes_at_a_time_and_none_comes_and_goes(hall: Hall) -> None:
    """What came back is kept for an hour: the other node could not use it."""
    sharing = hall.sharing()

    def going() -> list[str]:
        sharing.look()
        return [name for name in BOTS if sharing.goes(name)]

    hall.node("there", age=5.0)
    for name in BOTS[:2]:
        hall.stack.enter_context(hall.database.sender_lock(name))
    assert going() == [], "it has just begun, and may end at once"
    hall.node("there")
    assert going() == going() == ["telegram 2"]
    sharing._goes = {"telegram 3"}  # whose lock was lost on its way out
    assert going() == ["telegram 2"]
    sharing.gone("telegram 2")
    assert (sharing.leaves("telegram 2"), sharing.leaves("telegram 3")) == (True, True)
    hall.clock.seconds = 11.0
    assert not sharing.leaves("telegram 3"), "the other has had the time to ask for it"
    assert going() == ["telegram"], "this one came back, and stays"
    sharing.gone("telegram")
    assert going() == []
    hall.clock.seconds = 3_700.0
    assert going() == ["telegram 2"]


def test_whoever_listens_goes_where_messages_are_sent(hall: Hall) -> None:
    """What an account may say in a second is one budget only within one program."""
    sharing = hall.sharing()
    hall.node("there", roles=("send",))
    hall.holds("there", "telegram")
    with hall.database.sender_lock("telegram listens") as lock:
        led = sharing.led("telegram", lock)
        assert led.is_held(), "the other does not answer"
        assert not sharing.follows("telegram")
        hall.node("there")
        assert sharing.led("telegram 2", lock).is_held(), "nobody sends by it"
        assert not led.is_held()
        assert sharing.follows("telegram")
        assert led.is_held(), "once: should it come back, the other could not"
    hall.clock.seconds = 11.0
    assert sharing.follows("telegram")
    hall.clock.seconds = 13.0
    assert not sharing.follows("telegram"), "nobody else listens: we do"


async def until(true: Callable[[], bool]) -> None:
    """Waits for it, for half a minute at most."""
    async with asyncio.timeout(30):
        while not true():  # noqa: ASYNC110 - what others do tells nobody
            await asyncio.sleep(0.05)


async def test_an_account_is_given_over_in_the_midst_of_sending(
    hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is under way arrives first; the other sends the rest. Nobody is told twice, none in doubt."""
    monkeypatch.setattr(speaking, "_LOCK_RETRY", 0.05)
    people, database, other = range(100, 124), hall.database, hall.elsewhere("there")
    hall.node("there")
    async with AsyncExitStack() as stack:
        telegram = await stack.enter_async_context(TelegramEmulator())

        def told() -> int:
            return sum(len(telegram.texts(person)) for person in people)

        with database.write() as work:
            for person in people:
                telegram.private(person)
            readers = [a_reader(work, a_route(), address=str(person)) for person in people]
            alert = queued(work, *readers, alert=an_alert(sent=now_utc())).id
        gives, tasks = hall.sharing(), []
        for node, sharing in ((database, gives), (other, Sharing(other, BOTS, here="there"))):
            bot = await stack.enter_async_context(a_bot(telegram, Voice()))
            speaker = always(bot, Pace(20, gap=0), sharing=sharing)
            given = (node, speaker, asyncio.Event(), lambda: None, Desk(node))
            tasks.append(asyncio.create_task(_send(*given)))
            await until(lambda: told() > 0)
        gives._goes.add("telegram")
        assert told() < len(people) - 5
        await until(lambda: told() >= len(people))
        with database.read() as work:
            assert holders(work.connection, ["telegram"]) == {"telegram": "vigil-there"}
        await asyncio.sleep(0.5)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        assert {len(telegram.texts(person)) for person in people} == {1}
    with database.read() as work:
        assert {one.state for one in work.deliveries.of_alert(alert)} == {DeliveryState.SENT}
