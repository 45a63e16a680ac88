"""Killed in the middle of sending an appeal: the next start goes on, nobody gets it twice, a report tells."""

from datetime import timedelta

from storage.people import Route
from storage.words import Kind
from tests.emulators.telegram import TelegramEmulator
from tests.flow.program import Program
from tests.flow.story import ADMIN

READERS = range(1_000, 1_150)
KILLED_AT = 25
"""So many have it when the power goes."""


async def test_killed_in_the_middle_it_goes_on_and_nobody_gets_it_twice(
    vigil: Program, telegram: TelegramEmulator
) -> None:
    """Of who was being written to nobody knows whether it arrived: that is told, and not tried again."""
    telegram.private(ADMIN)
    for reader in READERS:
        telegram.private(reader)
    with vigil.database() as database, database.write() as work:
        for reader in READERS:
            known = work.recipients.ensure("telegram", str(reader), "en", vigil.now())
            work.routes.add(known.id, Route(kinds=(Kind.CAMPAIGN,)))
    vigil.later(timedelta())
    await vigil.serve()
    await telegram.says(ADMIN, "/appeal\nNine face return\nWrite today.")
    await telegram.until(ADMIN, contains="APPEAL · Nine face return", patience=60)
    await telegram.presses(ADMIN, "Approve these words")
    await telegram.until(ADMIN, contains="goes out in 1 min", patience=60)
    vigil.later(timedelta(minutes=1))
    await telegram.until(ADMIN, contains="Appeal 1 is being sent", patience=60)
    await vigil.until_notices("sent", "sent")
    await telegram.until_true(lambda: len(have(telegram)) >= KILLED_AT, "some to have it", 60)
    await vigil.kill()
    assert len(have(telegram)) < len(READERS), "it was the middle"
    await vigil.serve()
    report = await telegram.until(ADMIN, contains="Appeal 1 has gone out", patience=60)
    assert await vigil.stop() == 0
    times = [sum("Nine face return" in text for text in telegram.texts(reader)) for reader in READERS]
    assert max(times) == 1
    told = dict(line.split(": ", 1) for line in report.text.split("\n") if ": " in line)
    perhaps = int(told.get("Perhaps delivered", "0").partition(":")[0])
    assert told["Recipients"] == str(len(READERS))
    assert int(told["Delivered"]) <= sum(times) <= int(told["Delivered"]) + perhaps == len(READERS)
    assert perhaps <= 10, "no more than may leave at one moment"
    assert not any("is being sent" in text for text in telegram.texts(ADMIN)), "in the same message"


def have(telegram: TelegramEmulator) -> list[int]:
    """Who has it."""
    return [reader for reader in READERS if telegram.texts(reader)]
