"""One person who asks without end, and many who ask at once: the one is slowed down, nobody else is."""

import asyncio
import gc
import os
import time
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path
from shutil import copyfile
from typing import Any

import pytest
import sqlalchemy as sa

from bot.transports.inbox import Inbox
from bot.transports.telegram_keeping import Keeping
from storage.database import Database
from storage.tables.program import updates
from storage.vault import Vault
from tests.bot.transports.a_service import a_service
from tests.bot.transports.test_telegram import Voice, a_bot, says
from tests.emulators.telegram import FloodRules, TelegramEmulator

NOISY = 42
MANY = range(1_000, 1_200)
SECONDS = 2
"""Of the flood; `python -m benchmarks --only updates` goes on for a minute."""


@pytest.fixture
async def telegram() -> AsyncIterator[TelegramEmulator]:
    """Telegram, with its own limits on what is sent in one chat."""
    async with TelegramEmulator(flood=FloodRules(per_second=None, per_minute_in_a_group=None)) as made:
        yield made


async def test_a_thousand_commands_of_one_and_two_hundred_of_many(telegram: TelegramEmulator) -> None:
    """Each of the many is answered, though one had a thousand lines there before; of that one twenty are."""
    voice, began = Voice(), time.monotonic()
    for number in range(1_000):
        await telegram.says(NOISY, f"/latest {number}")
    for person in MANY:
        await telegram.says(person, "/latest")
    async with a_bot(telegram, voice) as bot:
        for person in MANY:
            await telegram.until(person, contains="heard /latest", patience=10)
        await telegram.until_handled(patience=10)
        waiting = len(bot._answering._inbox._tasks)
    heard = Counter(request.address for request in voice.heard)
    assert {heard[str(person)] for person in MANY} == {1}
    assert heard[str(NOISY)] <= 21 + time.monotonic() - began, "twenty at once, and one a second"
    assert waiting < 100, "what was dropped waits nowhere"
    assert sum("more than can be answered" in text for text in telegram.texts(NOISY)) <= 1


async def test_each_press_is_answered_also_one_too_many(telegram: TelegramEmulator) -> None:
    """With a toast that says why nothing happens, and no message: a button that only spins says nothing."""
    async with a_bot(telegram, Voice()) as bot:
        telegram.private(NOISY)
        await bot.send(str(NOISY), says("Settings", ("Iran", "/settings 1 IR")), "k")
        pressed = [await telegram.presses(NOISY, "Iran") for _ in range(25)]
        answers = [await telegram.answer_to(press) for press in pressed]
        await telegram.until_handled()
    assert answers[:20] == [""] * 20
    assert all("more than can be answered at once" in answer for answer in answers[22:])
    assert not any("more than can be answered" in text for text in telegram.texts(NOISY))


async def test_a_bystander_is_answered_while_one_persons_flood_is_limited(
    telegram: TelegramEmulator,
) -> None:
    """Though not one of the thousand is answered yet; what is held of them is no more than may wait."""
    voice = Voice()
    voice.gate = asyncio.Event()
    async with a_bot(telegram, voice) as bot:
        for number in range(1_000):
            await telegram.says(NOISY, f"/slow {number}")
        for number in range(3):
            await telegram.says(7, f"/latest {number}")
        await telegram.until(7, contains="heard /latest 2", patience=10)
        assert telegram.texts(7) == [f"heard /latest {number}" for number in range(3)]
        assert telegram.texts(NOISY) == []
        assert len(bot._answering._inbox._tasks) < 25, "twenty, a word that it was too much, a last answer"
        heard = [request.text for request in voice.heard if request.address == str(NOISY)]
        assert heard == ["/slow 0"], "one after another"
        voice.gate.set()


async def test_one_group_that_asks_without_end_holds_up_no_other(telegram: TelegramEmulator) -> None:
    """Who writes in their group's own name has the same number everywhere: each group counts by itself."""
    for group in (-1, -2):
        telegram.group(group, admins={1})
    for number in range(60):
        await telegram.says(-1, f"/latest {number}", anonymous=True)
    await telegram.says(-2, "/latest", anonymous=True)
    async with a_bot(telegram, Voice()):
        await telegram.until(-2, contains="heard /latest")
        await telegram.until_handled(patience=10)
    assert len(telegram.texts(-1)) <= 25
    assert len(telegram.texts(-2)) == 1


async def test_who_has_waited_may_ask_again() -> None:
    """Twenty at once, then one a second, whoever else asks."""
    inbox, done = Inbox(most_per_person=3, per_second=50.0), []

    async def work() -> None:
        done.append(1)

    async def asks(person: int, times: int) -> int:
        taken = 0
        for _ in range(times):
            taken += inbox.add(f"chat {person}", person, work) is not None
            await asyncio.sleep(0)
        return taken

    assert await asks(1, 9) in {3, 4}
    assert await asks(2, 3) == 3
    await asyncio.sleep(0.1)
    assert await asks(1, 3) == 3
    await inbox.close(1)
    assert inbox.add("chat 1", None, work) is not None, "what nobody asked for is always taken"
    await inbox.close(1)


async def test_what_is_brought_at_once_is_written_together(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two hundred updates in the same moment are durable after a few transactions, each once."""
    keeping, writes = Keeping(database), []
    wrote = Database.write

    def counted(self: Database) -> Any:
        writes.append(1)
        return wrote(self)

    monkeypatch.setattr(Database, "write", counted)
    numbers = await asyncio.gather(*(keeping.keep(f"taken {one % 100}", "body") for one in range(200)))
    assert len([number for number in numbers if number is not None]) == 100
    assert len(writes) <= 5
    for number in numbers:
        if number is not None:
            keeping.answered(number)
    await keeping.close()
    assert await keeping.waiting() == ()


async def test_two_hundred_a_second_for_seconds_are_answered_by_the_desk_and_leave_nothing(
    tmp_path: Path, migrated_file: Path, vault: Vault
) -> None:
    """Everybody hears from the real desk; a stream of new people leaves no task, and little memory."""
    copyfile(migrated_file, tmp_path / "vigil.db")
    database = Database(f"sqlite:///{tmp_path}/vigil.db", vault)
    async with TelegramEmulator() as telegram, a_service(database, telegram) as service:
        await asks(telegram, range(2_000, 2_050), per_second=200)
        before = memory()
        people = range(3_000, 3_000 + 200 * SECONDS)
        await asks(telegram, people, per_second=200)
        assert {len(telegram.texts(person)) for person in people} == {1}
        inbox = service.bot._answering._inbox
        await telegram.until_true(lambda: not inbox._tasks, "the end of all tasks")
        assert not inbox._pending
        assert not inbox._last
        grown = memory() - before
    database.close()
    assert grown < 40_000_000, "the emulator keeps every message; the program keeps a line each at most"


async def test_a_thousand_of_one_leave_no_memory_behind_at_the_desk(
    tmp_path: Path, migrated_file: Path, vault: Vault
) -> None:
    """Again and again: what was dropped is nowhere, in memory or in the database."""
    copyfile(migrated_file, tmp_path / "vigil.db")
    database = Database(f"sqlite:///{tmp_path}/vigil.db", vault)
    async with TelegramEmulator() as telegram, a_service(database, telegram) as service:
        held, inbox = [], service.bot._answering._inbox
        for turn in range(3):
            for number in range(1_000):
                await telegram.says(NOISY + turn, f"/latest {number}")
            await telegram.says(7 + turn, "/latest")
            await telegram.until(7 + turn, contains="Nothing was found", patience=20)
            await telegram.until_handled(patience=20)
            await telegram.until_true(lambda: not inbox._tasks, "the end of all tasks")
            assert not inbox._pending
            assert not inbox._last
            held.append(memory())
    with database.read() as work:
        assert work.connection.scalar(sa.select(sa.func.count()).select_from(updates)) == 0
    database.close()
    assert held[-1] - held[0] < 20_000_000, "the emulator keeps every message"


async def asks(telegram: TelegramEmulator, people: range, *, per_second: int) -> None:
    """Each says a line, so many in a second, until all are answered."""
    for number, person in enumerate(people, 1):
        await telegram.says(person, "/latest")
        if number % (per_second // 10) == 0:
            await asyncio.sleep(0.1)
    there = people[-1]
    await telegram.until(there, contains="Nothing was found", patience=60)
    await telegram.until_true(
        lambda: all(telegram.texts(person) for person in people), "an answer for everybody", patience=60
    )


def memory() -> int:
    """Bytes that this process holds, after what can be given back was."""
    gc.collect()
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")
