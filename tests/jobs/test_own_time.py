"""An alert comes when it fits the clock of whoever it is for: at their digest's hour, after a quiet night."""

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from jobs import own_time
from jobs.limits import Limits
from jobs.ring import Audience, Occasion, timing
from storage.database import Database, Work
from storage.people import Recipient
from storage.records import Alert, Assessment
from storage.words import DeliveryState, MsgType, Severity, Urgency
from tests.builders import CALM, NOON, URGENT, a_reader, a_statement, an_alert, queued

NIGHT = (22 * 60, 7 * 60)
SEVERE = Assessment(urgent=True, urgency=Urgency.IMMEDIATE, severity=Severity.SEVERE)
MORNING = datetime(2026, 3, 10, 22, tzinfo=UTC)
"""Seven o'clock in Seoul."""
AT_NIGHT = datetime(2026, 3, 10, 15, tzinfo=UTC)
"""Midnight there."""


def in_seoul(work: Work, name: str = "1", *, quiet: bool = True, wakes: bool = True) -> Recipient:
    """Somebody who lives by the clock of Seoul."""
    reader = a_reader(work, address=name)
    work.recipients.set_zone(reader.id, "Asia/Seoul")
    work.recipients.set_quiet(reader.id, NIGHT if quiet else None)
    work.recipients.set_wakes(reader.id, wakes=wakes)
    return reader


def fitted(work: Work, alert: Alert, now: datetime) -> dict[int, tuple[int, datetime | None]]:
    """(lane, not before) of each recipient, as a poll at that moment leaves it."""
    usual = timing(alert, Occasion(now, Limits(), Audience(work)))
    own_time.fit(work, alert, usual, now, UTC)
    return {one.recipient_id: (one.lane, one.not_before) for one in work.deliveries.of_alert(alert.id)}


@pytest.mark.parametrize(
    ("judged", "wakes", "held"),
    [(URGENT, True, False), (URGENT, False, True), (SEVERE, True, True), (SEVERE, False, True)],
)
def test_only_what_is_extreme_and_immediate_rings_by_night_and_only_where_it_may(
    database: Database, judged: Assessment, wakes: bool, held: bool
) -> None:
    """The rest waits for one digest at seven; who has no quiet hours is not concerned."""
    with database.write() as work:
        sleeper, other = in_seoul(work, wakes=wakes), a_reader(work, address="2")
        alert = queued(work, sleeper, other, alert=an_alert(statement=a_statement(alert=judged)))
        found = fitted(work, alert, AT_NIGHT)
        assert found == {sleeper.id: (4, MORNING) if held else (1, NOON), other.id: (1, NOON)}


def test_by_day_nothing_is_held(database: Database) -> None:
    """Quiet hours are hours."""
    with database.write() as work:
        reader = in_seoul(work, wakes=False)
        assert fitted(work, queued(work, reader), MORNING)[reader.id] == (1, NOON)


def test_the_end_of_a_call_is_never_held(database: Database) -> None:
    """Whoever wakes and reads the call must not act on what is over."""
    with database.write() as work:
        reader = in_seoul(work, wakes=False)
        end = queued(work, reader, lane=0, alert=an_alert(msg_type=MsgType.CANCEL))
        assert fitted(work, end, AT_NIGHT)[reader.id] == (0, NOON)


def test_digests_come_at_a_persons_own_hour(database: Database) -> None:
    """Each at theirs, daily and weekly; the others at eight of the operator's."""
    with database.write() as work:
        usual = timing(an_alert(), Occasion(NOON, Limits(), Audience(work)))
        readers = [
            in_seoul(work, "1", quiet=False),
            in_seoul(work, "2", quiet=False),
            a_reader(work, address="3"),
        ]
        work.recipients.set_digest(readers[1].id, 19 * 60 + 30)
        for turn, expected in (
            (usual.daily, ((2026, 3, 10, 23, 0), (2026, 3, 11, 10, 30), (2026, 3, 11, 8, 0))),
            (usual.weekly, ((2026, 3, 15, 23, 0), (2026, 3, 16, 10, 30), (2026, 3, 16, 8, 0))),
        ):
            alert = queued(work, alert=an_alert(identifier=str(turn.at), statement=a_statement(alert=CALM)))
            work.deliveries.queue(alert.id, [(one.id, "telegram", turn.at) for one in readers], 4)
            found = fitted(work, alert, NOON)
            assert [found[one.id][1] for one in readers] == [datetime(*at, tzinfo=UTC) for at in expected]


@pytest.mark.parametrize("lane", [1, 4])
def test_however_many_clocks_there_are_they_are_fitted_together(database: Database, lane: int) -> None:
    """As many statements for sixty as for three: each of them would lengthen the poll's transaction."""
    counts = []
    for people in (3, 60):
        with database.write() as work:
            readers = [a_reader(work, address=f"{people}-{number}") for number in range(people)]
            for number, reader in enumerate(readers):
                work.recipients.set_zone(reader.id, "Asia/Seoul")
                work.recipients.set_digest(reader.id, number)
                work.recipients.set_quiet(reader.id, (22 * 60 + number, 7 * 60 + number))
            usual = timing(an_alert(), Occasion(NOON, Limits(), Audience(work)))
            calm = an_alert(identifier=str(people), statement=a_statement(alert=CALM))
            alert = queued(work, alert=calm)
            at = usual.daily.at if lane == 4 else NOON
            work.deliveries.queue(alert.id, [(one.id, "telegram", at) for one in readers], lane)
        with database.write() as work:
            asked: list[str] = []

            def hear(
                _c: object, _cursor: object, statement: str, *_: object, asked: list[str] = asked
            ) -> None:
                asked.append(statement)

            sa.event.listen(database.engine, "before_cursor_execute", hear)
            now = AT_NIGHT if lane == 1 else NOON
            own_time.fit(work, alert, usual, now, UTC)
            sa.event.remove(database.engine, "before_cursor_execute", hear)
            found = {one.recipient_id: one.not_before for one in work.deliveries.of_alert(alert.id)}
        counts.append(len(asked))
        start = datetime(2026, 3, 10, 22 if lane == 1 else 15, tzinfo=UTC)
        expected = {one.id: start + timedelta(minutes=number) for number, one in enumerate(readers)}
        assert found == expected
    assert counts[0] == counts[1] <= 4


def test_what_was_held_comes_when_quiet_hours_are_taken_back(database: Database) -> None:
    """With /quiet off at midnight the news of the night are there."""
    with database.write() as work:
        reader = in_seoul(work, wakes=False)
        alert = queued(work, reader)
        fitted(work, alert, AT_NIGHT)
        assert work.own_time.release(reader.id, AT_NIGHT) == 1
        (found,) = work.deliveries.of_alert(alert.id)
        assert found.not_before == AT_NIGHT


def test_what_is_over_by_the_morning_does_not_come(database: Database) -> None:
    """Held, called off, gone."""
    with database.write() as work:
        reader, case = in_seoul(work, wakes=False), work.cases.open("Nine", NOON)
        alert = queued(work, reader, alert=an_alert(case_id=case))
        fitted(work, alert, AT_NIGHT)
        assert work.deliveries.cancel_case(case) == 1
        (found,) = work.deliveries.of_alert(alert.id)
        assert found.state is DeliveryState.CANCELLED


def test_quiet_is_by_the_clock_of_whoever_it_is(database: Database) -> None:
    """At midnight in Seoul it is day for the operator, and the reverse."""
    with database.write() as work:
        known = in_seoul(work)
        reader = work.recipients.get(known.id)
        assert reader is not None
    assert own_time.is_quiet_for(reader, AT_NIGHT, UTC)
    assert not own_time.is_quiet_for(reader, AT_NIGHT + timedelta(hours=9), UTC)
    assert not own_time.is_quiet_for(known, AT_NIGHT, UTC), "as it was made: without quiet hours"
