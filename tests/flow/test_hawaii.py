"""A false alert is being sent when somebody notices: three presses, and its correction overtakes it.

In January 2018 that took 38 minutes. How long it takes with 10,000 readers `benchmarks/hawaii.py` measures.
"""

import asyncio
import time
from itertools import takewhile

from storage.appeals import Appeal
from storage.database import Database, now_utc
from storage.words import DeliveryState
from tests.builders import a_reader, a_route, an_alert, queued
from tests.emulators.telegram import TelegramEmulator
from tests.flow.shift import ANNA, BRUNO, a_shift

PEOPLE = range(1_001, 1_041)
FIRST = 10
"""So many have it when somebody notices."""
RATE = 20
AT_ONCE = RATE // 3
"""Messages that may leave at the same moment."""


async def test_a_correction_overtakes_the_rest_of_a_false_alert(database: Database) -> None:
    """Who has it reads that it is false, before anything else; who does not have it gets neither."""
    with database.write() as work:
        readers = [a_reader(work, a_route(), address=str(one)) for one in PEOPLE]
    async with a_shift(database, len(PEOPLE), per_second=RATE, hurried=True) as shift:
        telegram = shift.telegram
        await shift.approved()
        with database.write() as work:  # a call that waits all the while, behind the false one
            queued(work, *readers, lane=2, alert=an_alert(identifier="call", sent=now_utc()))
        shift.sends()
        have = "Missile on its way"
        await telegram.until_true(lambda: _reached(telegram.calls, have) >= FIRST, "ten to have it", 60)
        await telegram.until(BRUNO, contains="Appeal 1 is being sent", patience=60)
        await shift.take_back()
        pressed = len(telegram.calls)
        assert shift.presses == 3
        with database.read() as work:
            appeal = work.appeals.get(1)
            assert appeal is not None
        await telegram.until_true(lambda: _all_gone(database, appeal), "the end of both", 60)
        corrected = [one for one in PEOPLE if _is_told(telegram, one, "CORRECTION · Missile")]
        false = [one for one in PEOPLE if _is_told(telegram, one, have)]
        assert FIRST <= len(false) < len(PEOPLE)
        assert corrected == false, "exactly who got it"
        later = [given for method, given in telegram.calls[pressed:] if method == "sendmessage"]
        to_readers = [str(one["text"]) for one in later if int(one["chat_id"]) > BRUNO]
        under_way = list(takewhile(lambda text: "CORRECTION" not in text, to_readers))
        assert len(under_way) <= AT_ONCE, "no more than what was leaving at that moment"
        told = [text for text in to_readers[len(under_way) :] if "CORRECTION" in text or have in text]
        assert to_readers[len(under_way) :][: len(told)] == told, "ahead of the call, which waited longer"
        assert not any(text.startswith("URGENT APPEAL") for text in told)
        with database.read() as work:
            tally = work.appeals.tally(appeal.alert_id)
        assert tally == {
            DeliveryState.SENT: len(false),
            DeliveryState.CANCELLED: len(PEOPLE) - len(false),
        }
        for admin in (ANNA, BRUNO):
            await telegram.until(admin, contains="Appeal 1 was taken back: who has been told", patience=60)
            (report,) = (text for text in telegram.texts(admin) if "who has been told" in text)
            assert f"Delivered: {len(false)}" in report


async def test_a_stop_halts_it_within_a_second_and_says_who_has_it(database: Database) -> None:
    """One press; a second later nothing of it leaves any more, and the bar has become the count."""
    with database.write() as work:
        for one in PEOPLE:
            a_reader(work, a_route(), address=str(one))
    async with a_shift(database, len(PEOPLE), per_second=RATE, hurried=True) as shift:
        telegram = shift.telegram
        await shift.approved()
        shift.sends()
        have = "Missile on its way"
        await telegram.until_true(lambda: _reached(telegram.calls, have) >= FIRST, "ten to have it", 60)
        pressed = time.time()
        told = await shift.press(ANNA, "Stop", "Appeal 1 is halted")
        await asyncio.sleep(1.5)
        times = [
            at
            for (method, given), at in zip(telegram.calls, telegram.times, strict=True)
            if method == "sendmessage" and int(given["chat_id"]) > BRUNO
        ]
        got = sum(any(have in text for text in telegram.texts(one)) for one in PEOPLE)
        assert max(times) - pressed < 1.0
        assert FIRST <= got < len(PEOPLE)
        sure, perhaps, never = (int(line.split(": ")[1]) for line in told.text.split("\n") if ": " in line)
        assert sure <= got <= sure + perhaps
        assert sure + perhaps + never == len(PEOPLE)
        for admin in (ANNA, BRUNO):
            report = await telegram.until(admin, contains="was halted: who has got it", patience=60)
            assert f"Have got it: {got}" in report.text
            assert f"Have not got it, and will not: {len(PEOPLE) - got}" in report.text


def _reached(calls: list[tuple[str, dict[str, object]]], words: str) -> int:
    """How many chats of readers were written to, or changed, with these words."""
    said = (given for _, given in calls if words in str(given.get("text", "")))
    return len({given["chat_id"] for given in said if _is_a_reader(given)})


def _is_told(telegram: TelegramEmulator, person: int, words: str) -> bool:
    return any(words in text for text in telegram.texts(person))


def _all_gone(database: Database, appeal: Appeal) -> bool:
    with database.read() as work:
        ended = [one.ended for one in work.sendings.of(appeal.id)]
        return len(ended) == 2 and all(ended)


def _is_a_reader(given: dict[str, object]) -> bool:
    return int(str(given["chat_id"])) > BRUNO
