"""Answers to people share the account's budget with what is sent: they go first, and not all the time."""

import asyncio
import time
from collections.abc import AsyncIterator
from datetime import timedelta
from itertools import pairwise

import pytest
import sqlalchemy as sa

from bot.announce import Announcer
from bot.transports.telegram_outcome import GROUP_PER_MINUTE, place_of
from jobs.answers import Answers
from jobs.deliver import Deliverer
from jobs.pace import Pace, Place
from storage.database import Database, now_utc
from storage.tables.people import recipients
from tests.bot.transports.test_telegram import Voice, a_bot
from tests.builders import a_reader, a_route, a_statement, an_alert, queued
from tests.emulators.telegram import FloodRules, TelegramEmulator
from tests.jobs.test_deliver import Clock as Time
from tests.jobs.test_deliver import Platform, queue
from tests.jobs.test_pace import Clock, crowd

READERS = range(1_000, 1_060)
PERSON = 42


@pytest.fixture
async def telegram() -> AsyncIterator[TelegramEmulator]:
    """Telegram with all its limits."""
    async with TelegramEmulator(flood=FloodRules()) as made:
        for reader in READERS:
            made.private(reader)
        yield made


def refused(telegram: TelegramEmulator) -> int:
    """How often Telegram said that it was too much."""
    return telegram.gate.refused


def a_pace() -> Pace:
    """As the service has it."""
    return Pace(30, per_minute=GROUP_PER_MINUTE, place=place_of)


async def test_a_person_is_answered_in_the_midst_of_a_fan_out(
    database: Database, telegram: TelegramEmulator
) -> None:
    """Within a moment, though the budget is used to the full; nothing is refused by the platform."""
    with database.write() as work:
        readers = [a_reader(work, a_route(), address=str(one)) for one in READERS]
        told = an_alert(statement=a_statement(), sent=now_utc())
        queued(work, *readers, lane=4, alert=told)
    pace = a_pace()
    async with a_bot(telegram, Voice(), pace=pace) as bot:
        sending = asyncio.create_task(Deliverer(database, Announcer(bot), pace, now_utc).drain())
        await telegram.until(READERS[9], contains="Nine")
        began = time.monotonic()
        await telegram.says(PERSON, "/latest")
        await telegram.until(PERSON, contains="heard /latest")
        assert time.monotonic() - began < 0.8
        assert not sending.done(), "it was in the midst of it"
        await sending
    assert [one for one in READERS if len(telegram.texts(one)) != 1] == []
    assert refused(telegram) == 0


async def test_who_asks_much_is_answered_as_fast_as_the_platform_takes_it(telegram: TelegramEmulator) -> None:
    """One after the other in their chat, and none refused; so do many at once."""
    async with a_bot(telegram, Voice(), pace=a_pace()):
        for number in range(5):
            await telegram.says(PERSON, f"/{number}")
        for person in READERS[:40]:
            await telegram.says(person, "/latest")
        await telegram.until(PERSON, contains="heard /4", patience=10)
        for person in READERS[:40]:
            await telegram.until(person, contains="heard", patience=10)
    assert telegram.texts(PERSON) == [f"heard /{number}" for number in range(5)]
    assert refused(telegram) == 0


def test_of_a_groups_minute_some_are_left_to_alerts() -> None:
    """A group that chats with the bot still hears a call within a second."""
    clock = Clock()
    pace = Pace(1000, per_minute=20, place=crowd, clock=clock)
    for _ in range(15):
        assert pace.wait_in(crowd("-7")) == 0
        pace.answered(pace.leaves(crowd("-7"), answers=True))
        clock.at += 1.0
    assert pace.wait_in(crowd("-7")) > 40
    assert "-7" not in pace.resting()
    assert pace.wait_in(crowd("-8")) == 0


def test_a_crowd_that_asks_without_end_keeps_no_call_from_anybody() -> None:
    """Two hundred ask in each second: half of the budget is the sender's once it has something to send."""
    clock = Clock()
    pace = Pace(30, gap=0, clock=clock)
    answered, sent = [], []
    for step in range(600):
        while pace.wait_to_answer() == 0:
            pace.answered(pace.leaves(Place("crowd"), answers=True))
            answered.append(clock.at)
        pace.ahead = 200
        if step > 200:
            for _ in range(pace.room()):
                pace.answered(pace.leaves(Place("reader")))
                sent.append(clock.at)
        clock.at += 0.01
    assert sent[0] < 1002.5
    assert len([at for at in sent if at > 1004]) >= 0.4 * 2 * 30
    assert len([at for at in answered if at < 1002]) >= 0.7 * 2 * 30
    times = sorted([*answered, *sent])
    assert all(later - first >= 1.0 - 1e-9 for first, later in zip(times, times[30:], strict=False))
    assert max(later - first for first, later in pairwise(sent)) < 1.0


async def test_an_answer_waits_for_its_turn_and_gives_it_back_whatever_happens() -> None:
    """A fault on the way holds nothing up."""
    pace = Pace(1000, gap=0.05)
    answers = Answers(pace)
    for _ in range(3):
        with pytest.raises(ValueError, match="trouble"):
            async with answers.turn("1"):
                raise ValueError("trouble")
    assert pace.ahead == 0
    assert pace.room() > 0


async def test_a_groups_minute_is_not_forgotten_by_a_restart(database: Database) -> None:
    """Twenty went there: the next program waits as this one would have; a person's times are not kept."""
    platform, clock = Platform(), Time()
    for number in range(20):
        queue(database, f"call {number}", address=f"-7/{number % 2}")
    queue(database, "to a person", address="5")
    monotonic = Clock()

    def pace() -> Pace:
        return Pace(1e9, gap=0, per_minute=20, place=place_of, clock=monotonic)

    await Deliverer(database, platform, pace(), clock).drain()
    assert len(platform.told) == 21
    queue(database, "late", address="-7/1")
    clock.at += timedelta(seconds=30)
    again = pace()
    sender = Deliverer(database, platform, again, clock)
    sender.recover()
    assert again.resting() == {"-7"}
    monotonic.at += 31
    assert again.resting() == frozenset()
    sender.recover()
    assert again.resting() == frozenset(), "what it knows itself it is not told"
    with database.write() as work:
        kept = sa.select(recipients.c.id).where(recipients.c.lately.is_not(None))
        assert len(work.connection.scalars(kept).all()) == 2
        work.rests.settle_down(clock.at + timedelta(minutes=2))
        assert work.connection.scalars(kept).all() == []
