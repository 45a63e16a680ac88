"""One sender and one listener, also when the database ends the session whose lock they hold."""

import asyncio
import os
import time
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import (
    AbstractAsyncContextManager,
    AbstractContextManager,
    ExitStack,
    contextmanager,
    suppress,
)
from datetime import timedelta
from threading import Event

import pytest
import sqlalchemy as sa
from structlog.testing import capture_logs

from bot import speaking
from bot.announce import Announcer
from bot.app import _send
from bot.desk import Desk
from bot.speaking import always
from bot.transports import life
from bot.transports import telegram as telegram_transport
from jobs import leaving, uncertain
from jobs.deliver import Deliverer, NotAlone
from jobs.pace import Pace
from jobs.presence import Presence
from storage import locks
from storage.database import Database, Hold, now_utc
from storage.nodes import Node
from tests.bot.transports.test_telegram import Voice, a_bot, a_transport
from tests.builders import a_reader, a_route, a_statement, an_alert, queued
from tests.emulators.telegram import TelegramEmulator

READER = 42


@pytest.fixture
async def telegram() -> AsyncIterator[TelegramEmulator]:
    """Telegram, with somebody who can be written to."""
    async with TelegramEmulator() as made:
        made.private(READER)
        yield made


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is waited for as long as in earnest."""
    monkeypatch.setattr(speaking, "_LOCK_RETRY", 0.05)
    monkeypatch.setattr(life, "LOOK_EVERY", 0.05)
    monkeypatch.setattr(telegram_transport, "START_WITHIN", 0.3)


def ends_sessions(database: Database, name: str) -> None:
    """The server ends the session that holds this lock, as when it is restarted."""
    held_by = int(database.lock_holder(name).split()[1])
    with database.engine.begin() as connection:
        connection.execute(sa.text("SELECT pg_terminate_backend(:pid)"), {"pid": held_by})


@contextmanager
def taken_over(database: Database, name: str) -> Iterator[None]:
    """Another program waits for the lock, and has it the moment that the server ends the session."""
    number = sa.literal(locks._number(name), sa.BigInteger)
    with database.engine.connect() as other, ThreadPoolExecutor(1) as pool:
        other.execution_options(isolation_level="AUTOCOMMIT")
        waiting = pool.submit(other.scalar, sa.select(sa.func.pg_advisory_lock(number)))
        time.sleep(0.2)
        ends_sessions(database, name)
        waiting.result(timeout=20)
        yield
        other.scalar(sa.select(sa.func.pg_advisory_unlock(number)))


def alert(database: Database, name: str) -> None:
    """One more waits."""
    with database.write() as work:
        told = an_alert(identifier=name, statement=a_statement(title=name), sent=now_utc())
        queued(work, a_reader(work, a_route(), address=str(READER)), alert=told)


def on_postgresql(database: Database) -> None:
    """Elsewhere the lock is a file's, which no server takes away."""
    if database.engine.dialect.name != "postgresql":
        pytest.skip("a lock on a file ends with its process alone")


@pytest.mark.parametrize(
    "name", ["matrix @vigil/two:example.org", f"matrix @{'v' * 240}:example.org", "a/../b"]
)
def test_an_account_of_any_name_has_a_lock(database: Database, name: str) -> None:
    """Matrix takes a "/" and 255 letters; the lock is of that account and no other."""
    with database.sender_lock(name) as mine, database.sender_lock("matrix @vigil") as another:
        assert mine
        assert another
        with database.sender_lock(name) as again:
            assert not again
        assert database.lock_holder(name) != "nobody"


def test_a_lock_that_the_database_has_ended_is_noticed(database: Database) -> None:
    """It is another's by now; and whoever had it comes to no harm when giving it back."""
    with database.sender_lock("telegram") as lock:
        assert lock
        assert lock.is_held()
        on_postgresql(database)
        ends_sessions(database, "telegram")
        with database.sender_lock("telegram") as other:
            assert other.is_held()
            assert not lock.is_held()
        assert not lock.is_held(), "it does not come back by itself"
    with database.sender_lock("telegram") as again:
        assert again.is_held()


async def test_a_sender_whose_lock_was_ended_stops_until_it_has_it_again(
    database: Database, telegram: TelegramEmulator
) -> None:
    """Meanwhile another may send: two at once would tell everybody twice."""
    on_postgresql(database)
    async with a_bot(telegram, Voice()) as bot:
        given = (database, always(bot, Pace(1000, gap=0)), asyncio.Event(), lambda: None, Desk(database))
        sending = asyncio.create_task(_send(*given))
        alert(database, "first")
        await telegram.until(READER, contains="first", patience=20)
        with taken_over(database, "telegram"):
            alert(database, "second")
            await asyncio.sleep(1.3)  # the sender looks every second
            assert len(telegram.texts(READER)) == 1
        await telegram.until(READER, contains="second", patience=20)
        assert not sending.done()
        sending.cancel()
        with suppress(asyncio.CancelledError):
            await sending
    assert [text.count("first") for text in telegram.texts(READER)][1:] == [0]


async def test_a_listener_whose_lock_was_ended_leaves_it_to_the_other(
    database: Database, telegram: TelegramEmulator
) -> None:
    """And listens again when that one ends."""
    on_postgresql(database)
    voice, asked = Voice(), []

    def alone() -> AbstractAsyncContextManager[Hold]:
        asked.append("listens")
        return speaking.the_only_one(database, "listens", "another process listens here")

    async with a_bot(telegram, voice, alone=alone):
        await telegram.says(READER, "/first")
        await telegram.until(READER, contains="heard /first")
        with taken_over(database, "listens"):
            await telegram.until_true(lambda: len(asked) == 2, "the loss", patience=20)
            await telegram.says(READER, "/second")
            await asyncio.sleep(0.3)
            assert [one.text for one in voice.heard] == ["/first"]
        await telegram.until(READER, contains="heard /second", patience=20)


async def test_what_was_dropped_when_the_lock_was_lost_is_answered_later(
    database: Database, telegram: TelegramEmulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An answer took longer than there was time: it was not confirmed, and comes again."""
    on_postgresql(database)
    monkeypatch.setattr(telegram_transport, "STOP_WITHIN", 0.1)
    alone = {"alone": lambda: speaking.the_only_one(database, "listens", "another process listens here")}
    voice = Voice()
    voice.gate = asyncio.Event()
    async with a_bot(telegram, voice, **alone):
        await telegram.says(READER, "/slow")
        await asyncio.wait_for(voice.hears.wait(), 5)
        with taken_over(database, "listens"):
            await asyncio.sleep(1.5)
        voice.gate.set()
        await telegram.until(READER, contains="heard /slow", patience=20)
    assert [one.text for one in voice.heard] == ["/slow", "/slow"]


async def test_who_listens_is_alone_until_the_last_answer_has_left(
    database: Database, telegram: TelegramEmulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else the next program answers what this one is still answering."""
    alone = {"alone": lambda: speaking.the_only_one(database, "listens", "another process listens here")}
    voice = Voice()
    voice.gate = asyncio.Event()
    bot = a_transport(telegram, voice, **alone)
    monkeypatch.setattr(telegram_transport, "STOP_WITHIN", 20)
    await bot.start()
    await telegram.says(READER, "/slow")
    await asyncio.wait_for(voice.hears.wait(), 20)
    stopping = asyncio.create_task(bot.stop())
    await asyncio.sleep(0.1)
    with database.sender_lock("listens") as other:
        assert not other, "an answer is under way"
    voice.gate.set()
    await stopping
    assert telegram.texts(READER) == ["heard /slow"]
    with database.sender_lock("listens") as other:
        assert other


async def test_who_waits_for_a_lock_waits_out_a_database_that_is_away(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is asked again, and nothing else stands still meanwhile."""
    asked, gone = [], Event()
    lock = type(database).sender_lock

    def away(self: Database, name: str) -> AbstractContextManager[Hold]:
        asked.append(name)
        if not gone.is_set():
            raise sa.exc.OperationalError("connect", {}, ConnectionRefusedError("nobody there"))
        return lock(self, name)

    monkeypatch.setattr(Database, "sender_lock", away)
    waiting = speaking.the_only_one(database, "listens", "another process listens here")
    entering = asyncio.create_task(waiting.__aenter__())
    async with asyncio.timeout(20):
        while len(asked) < 2:  # noqa: ASYNC110 - it is asked in a thread
            await asyncio.sleep(0.02)
    gone.set()
    hold = await asyncio.wait_for(entering, 5)
    assert hold.is_held()
    await waiting.__aexit__(None, None, None)


async def test_who_waits_for_a_lock_says_once_who_has_it(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Among several nodes all but one wait for as long as they live; another holder is told again."""
    monkeypatch.setattr(speaking, "_LOCK_RETRY", 0.01)
    asked: list[str] = []
    holders = ["one"] * 5 + ["another"] * 5

    def holder(_self: Database, name: str) -> str:
        asked.append(name)
        return holders[min(len(asked), len(holders)) - 1]

    monkeypatch.setattr(Database, "lock_holder", holder)
    with capture_logs() as logs, database.sender_lock("listens"):
        waiting = speaking.the_only_one(database, "listens", "another process listens here")
        entering = asyncio.create_task(waiting.__aenter__())
        async with asyncio.timeout(20):
            while len(asked) < 12:  # noqa: ASYNC110 - it is asked in a thread
                await asyncio.sleep(0.02)
        entering.cancel()
        await asyncio.wait({entering})
    assert [(row["event"], row["held_by"]) for row in logs] == [
        ("another process listens here", "one"),
        ("another process listens here", "another"),
    ]


async def test_a_term_that_is_over_sends_nothing_more(database: Database, telegram: TelegramEmulator) -> None:
    """Stopped in the middle of a step, it believes that it holds the lock: another one's term has begun."""
    async with a_bot(telegram, Voice()) as bot:
        mine, other = (
            Deliverer(database, Announcer(bot), Pace(1000, gap=0), now_utc, alone=lambda: True)
            for _ in range(2)
        )
        mine.recover()
        other.recover()
        alert(database, "call")
        with pytest.raises(NotAlone):
            await mine.drain()
        assert telegram.texts(READER) == []
        assert await other.drain() == 1
        await telegram.until(READER, contains="call")


async def test_what_was_to_leave_before_we_were_stopped_does_not_leave_after(
    database: Database, telegram: TelegramEmulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It was counted, and another one has settled it meanwhile: they are told once, by that one."""
    monkeypatch.setattr(uncertain, "_REPEAT_AFTER", timedelta())
    monkeypatch.setattr(leaving, "_FRESH", 0.05)
    async with a_bot(telegram, Voice()) as bot:
        other = Deliverer(database, Announcer(bot), Pace(1000, gap=0), now_utc)
        looks: list[bool] = []

        def alone() -> bool:
            """At the turn it was; when the message is about to leave another one has taken over."""
            looks.append(True)
            if len(looks) == 1:
                time.sleep(0.1)  # and the program stands still
            if len(looks) == 2:
                assert other.recover() == 1
            return len(looks) == 1

        mine = Deliverer(database, Announcer(bot), Pace(1000, gap=0), now_utc, alone=alone)
        mine.recover()
        alert(database, "call")
        with pytest.raises(NotAlone):
            await mine.drain()
        assert telegram.texts(READER) == []
        await other.drain()
        await telegram.until(READER, contains="call")
        assert len(telegram.texts(READER)) == 1


def test_a_node_that_hangs_loses_what_its_sessions_hold(database: Database) -> None:
    """Its process is there, so are they; by the database's clock it has said nothing for too long."""
    on_postgresql(database)
    other = Database(database.engine.url.render_as_string(hide_password=False), database.vault)
    called = {"application_name": "vigil-elsewhere:1"}
    other.engine = sa.create_engine(database.engine.url.update_query_dict(called))

    def ended() -> tuple[str, ...]:
        with database.write() as work:
            return work.nodes.end_hung(30)

    with database.write() as work:
        work.nodes.come_round(Node("hangs", "elsewhere:1", "1", ("send",)), now_utc())
    with other.sender_lock("telegram") as lock:
        assert ended() == (), "it has spoken just now"
        with database.engine.begin() as connection:
            connection.execute(sa.text("UPDATE nodes SET seen = seen - interval '1 minute'"))
        assert ended() == ("elsewhere:1",)
        assert not lock.is_held()
        with database.write() as work:  # another program with its number, after a restart
            work.nodes.come_round(Node("anew", "elsewhere:1", "1", ("send",)), now_utc())
    with other.sender_lock("telegram") as lock:
        assert ended() == ()
        assert lock.is_held()
    other.close()


def test_a_node_that_stood_still_itself_takes_nobody_for_hung(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the database was away all are late; whoever comes round first must not end the others."""
    on_postgresql(database)
    here = Presence(database, Node("here", "here:1", "1", ("poll",)))
    with database.write() as work:
        work.nodes.come_round(Node("late", "there:1", "1", ("poll",)), now_utc())
    with database.engine.begin() as connection:
        connection.execute(sa.text("UPDATE nodes SET seen = seen - interval '1 minute'"))
    found: list[Presence] = []
    monkeypatch.setattr(Presence, "_end_hung", lambda it: found.append(it))  # noqa: PLW0108 - a method
    here._come_round()
    assert found == []
    here._come_round()
    assert found == [here]


def test_locks_of_many_accounts_leave_room_to_work(database: Database) -> None:
    """Two sessions a bot, its sender's and its listener's, for as long as they are held; with twenty bots."""
    on_postgresql(database)
    names = [f"telegram {number}{what}" for number in range(20) for what in ("", " listens")]
    with ExitStack() as held:
        assert all(held.enter_context(database.sender_lock(name)) for name in names)
        began = time.monotonic()
        with database.read() as work:
            assert work.counts().alerts == 0
        assert time.monotonic() - began < 5


def test_a_container_that_begins_anew_is_one_node(database: Database) -> None:
    """Its machine is called as before, its process is number 1 again: else it would seem dead for an hour."""
    for name in ("killed", "anew"):
        Presence(database, Node(name, f"container:{os.getpid()}", "1", ("poll",)))._arrive()
    with database.read() as work:
        assert [one.node.name for one in work.nodes.all(now_utc())] == ["anew"]
