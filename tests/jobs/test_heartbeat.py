"""After a time in which Vigil was not at work, admins hear from when to when, and what it cost; once."""

from dataclasses import replace
from datetime import timedelta

import pytest

from jobs.heartbeat import Heartbeat
from jobs.limits import Limits
from jobs.notices import Admins
from storage.database import Database
from storage.people import Event
from storage.records import Source
from storage.words import SourceState
from tests.builders import NOON, a_source, a_statement, an_alert, an_entry

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


class Beating:
    """A service over a database, with a clock of its own."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.now = NOON
        self.woken = 0
        self.start()

    def start(self) -> None:
        """The program starts."""
        admins = Admins((("telegram", "1"),))
        self.heart = Heartbeat(self.database, admins, Limits(), lambda: self.now, self._wake)

    def _wake(self) -> None:
        self.woken += 1

    async def beats(self, *pauses: timedelta) -> None:
        """One beat, and one more after each pause."""
        await self.heart.beat()
        for pause in pauses:
            self.now += pause
            await self.heart.beat()

    def told(self) -> list[Event]:
        """What admins are told."""
        with self.database.read() as work:
            return [event for notice in reversed(work.notices.latest(50)) for event in notice.events]

    def asked(self, source: Source, at: timedelta, state: SourceState = SourceState.OK) -> None:
        """The source was asked so long after noon."""
        with self.database.write() as work:
            found = work.sources.by_name(source.name)
            assert found is not None
            then = NOON + at
            work.sources.save(replace(found, state=state, last_polled=then, next_due=then + 10 * MINUTE))


@pytest.fixture
def service(database: Database) -> Beating:
    """A service that watches two sources, asked at noon."""
    made = Beating(database)
    with database.write() as work:
        watched = work.sources.configure([a_source(name="a"), a_source(name="b")])
    for source in watched:
        made.asked(source, timedelta())
    return made


A, B = a_source(name="a"), a_source(name="b")


async def test_a_service_that_beats_is_not_talked_of(service: Beating) -> None:
    """Nor is a restart that takes less time than it takes for anything to be late."""
    await service.beats(MINUTE, MINUTE, 9 * MINUTE, MINUTE)
    assert service.told() == []


async def test_the_first_start_ever_is_no_outage(service: Beating) -> None:
    """There was no Vigil that could have been down."""
    service.now += timedelta(days=400)
    await service.beats(MINUTE)
    assert service.told() == []


async def test_an_outage_is_told_once_when_every_source_was_asked_again(service: Beating) -> None:
    """From the last beat to the first one after it; the word waits until it is known what was missed."""
    await service.beats()
    service.now += 30 * HOUR
    service.start()
    await service.beats()
    service.asked(A, 30 * HOUR + MINUTE)
    await service.beats(MINUTE)
    assert service.told() == []
    service.asked(B, 30 * HOUR + MINUTE, SourceState.FAILING)
    await service.beats(MINUTE)
    (event,) = service.told()
    assert (event.kind, event.since, event.at) == ("outage", NOON, NOON + 30 * HOUR)
    assert (event.counts.get("asked"), event.counts.get("troubled")) == (2, 1)
    assert service.woken == 1
    service.start()
    await service.beats(MINUTE, MINUTE)
    assert len(service.told()) == 1


async def test_a_source_that_never_answers_does_not_keep_the_word_back(service: Beating) -> None:
    """A quarter of an hour is patience enough."""
    await service.beats(2 * HOUR, *[MINUTE] * 14)
    assert service.told() == []
    await service.beats(MINUTE)
    assert [event.kind for event in service.told()] == ["outage"]


async def test_two_outages_in_a_row_are_one(service: Beating) -> None:
    """Killed before the word was out, the next start tells of the whole time."""
    await service.beats(2 * HOUR)
    service.start()
    await service.beats(3 * HOUR, *[MINUTE] * 15)
    (event,) = service.told()
    assert (event.since, event.at) == (NOON, NOON + 5 * HOUR)


async def test_what_was_missed_and_what_was_caught_up_is_counted(service: Beating) -> None:
    """New statements, the urgent ones that rang, and those that were too old to ring when they were read."""
    await service.beats()
    service.now += timedelta(days=5)
    await service.beats()
    back = service.now
    with service.database.write() as work:
        source = work.sources.by_name("a")
        assert source is not None
        for number, published in enumerate((back - HOUR, back - timedelta(days=4), NOON - HOUR)):
            entry = work.entries.add(source.id, an_entry(uid=f"{number}"), back)
            made = a_statement(entry_id=entry, published=published, fetched=back)
            statement = work.statements.get(work.statements.add(made, source, back))
            if number == 0:
                assert statement is not None
                work.alerts.add(an_alert(statement=statement, source=source, sent=back))
    for one in (A, B):
        service.asked(one, timedelta(days=5, minutes=1))
    await service.beats(2 * MINUTE)
    (event,) = service.told()
    assert event.counts == {"asked": 2, "troubled": 0, "statements": 3, "urgent": 1, "late": 1, "waiting": 0}


async def test_a_clock_that_is_set_back_is_no_outage(service: Beating) -> None:
    """The beat goes on from there."""
    await service.beats(-HOUR, MINUTE)
    assert service.told() == []
