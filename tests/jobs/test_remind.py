"""One reminder on the morning before the date of a call, on each person's own clock; none after it."""

from datetime import UTC, date, datetime, timedelta

import pytest

from jobs.remind import Reminder
from storage.database import Database, Work
from storage.people import Recipient
from storage.records import Alert
from storage.words import CaseState, Cause, MsgType, Stance
from tests.builders import NOON, a_reader, a_route, a_statement, an_alert, arrived, queued

DAY = date(2026, 3, 14)
EVE = datetime(2026, 3, 13, 9, tzinfo=UTC)


def called(work: Work, *readers: Recipient, deadline: date | None = DAY, sent: datetime = NOON) -> Alert:
    """A call that names the day, sent to these readers."""
    case = work.cases.open("Nine", NOON)
    made = an_alert(case_id=case, statement=a_statement(case_id=case, deadline=deadline), sent=sent)
    alert = queued(work, *readers, alert=made)
    arrived(work, alert.id, "7")
    return alert


async def reminded(database: Database, now: datetime) -> int:
    """How many are reminded by then, as the program does every few minutes."""
    return await Reminder(database, UTC).remind(now)


async def test_a_reminder_comes_on_the_morning_before_and_once(database: Database) -> None:
    """Not at eight, at nine; not again, by whichever program."""
    with database.write() as work:
        alert = called(work, a_reader(work, a_route()))
    assert await reminded(database, EVE - timedelta(minutes=1)) == 0
    assert await reminded(database, EVE) == 1
    assert await reminded(database, EVE + timedelta(minutes=5)) == 0
    with database.write() as work:
        (waiting,) = work.deliveries.due("telegram", EVE, 9)
        told = work.alerts.many([waiting.alert_id])[waiting.alert_id]
    assert waiting.lane == 2
    assert (told.cause, told.references) == (Cause.REMINDER, (alert.identifier,))


async def test_everybody_has_a_morning_of_their_own(database: Database) -> None:
    """Seoul first, then the operator's clock, then New York."""
    with database.write() as work:
        readers = [a_reader(work, a_route(), address=name) for name in ("1", "2", "3")]
        for reader, zone in zip(readers, ("Asia/Seoul", "", "America/New_York"), strict=True):
            work.recipients.set_zone(reader.id, zone)
        called(work, *readers)
    found = [await reminded(database, EVE + timedelta(hours=hours)) for hours in (-10, -9, 0, 3, 4)]
    assert found == [0, 1, 1, 0, 1]


async def test_after_an_outage_it_still_comes_but_never_after_the_day(database: Database) -> None:
    """Late is better than never, and on the day itself still good; once it is over somewhere, none comes."""
    with database.write() as work:
        called(work, a_reader(work, a_route()))
    assert await reminded(database, datetime(2026, 3, 14, 10, tzinfo=UTC)) == 0
    assert await reminded(database, datetime(2026, 3, 14, 9, 59, tzinfo=UTC)) == 1


@pytest.mark.parametrize("state", [CaseState.STOPPED, CaseState.RESOLVED, CaseState.WITHDRAWN])
async def test_what_has_ended_is_not_reminded_of(database: Database, state: CaseState) -> None:
    """Nothing is asked any more."""
    with database.write() as work:
        alert = called(work, a_reader(work, a_route()))
        work.cases.touch(alert.case_id or 0, state, NOON)
    assert await reminded(database, EVE) == 0


async def test_a_reminder_that_waits_ends_with_the_case_and_with_its_day(database: Database) -> None:
    """Queued while the platform was away: the stop takes it back, and so does the day."""
    with database.write() as work:
        alert = called(work, a_reader(work, a_route()))
    await reminded(database, EVE)
    with database.write() as work:
        assert work.deliveries.cancel_expired(None, datetime(2026, 3, 14, 9, tzinfo=UTC)) == 0
        assert work.deliveries.cancel_case(alert.case_id or 0) == 1


async def test_who_muted_or_was_just_told_is_not_reminded(database: Database) -> None:
    """And who follows the case is, without having been told of it."""
    with database.write() as work:
        muted, late, follower = (a_reader(work, a_route(), address=name) for name in ("1", "2", "3"))
        case = called(work, muted).case_id or 0
        work.stances.take(muted.id, case, Stance.MUTE)
        work.stances.take(follower.id, case, Stance.FOLLOW)
        again = an_alert(
            identifier="again", case_id=case, statement=a_statement(case_id=case, deadline=DAY), sent=EVE
        )
        arrived(work, queued(work, late, alert=again).id, "8")
    assert await reminded(database, EVE + timedelta(hours=1)) == 1


async def test_a_day_that_was_put_off_is_reminded_of_anew(database: Database) -> None:
    """The newest call tells the day."""
    with database.write() as work:
        reader = a_reader(work, a_route())
        case = called(work, reader).case_id or 0
        later = a_statement(case_id=case, deadline=DAY + timedelta(days=7))
        update = an_alert(identifier="later", case_id=case, statement=later, msg_type=MsgType.UPDATE)
        arrived(work, queued(work, reader, alert=update).id, "8")
    assert await reminded(database, EVE) == 0
    assert await reminded(database, EVE + timedelta(days=7)) == 1


async def test_a_reminder_uses_up_nothing_of_the_cap(database: Database) -> None:
    """Ten reminders in an hour are no reason to hold an eleventh call; nor is one a call to refer to."""
    with database.write() as work:
        alert = called(work, a_reader(work, a_route()))
        source = alert.source.id
    await reminded(database, EVE)
    with database.read() as work:
        assert work.alerts.rung_since(source, EVE - timedelta(hours=1), EVE - timedelta(days=1)) == (0, 0)
        assert [name for _, name in work.alerts.of_case(alert.case_id or 0)] == [alert.identifier]


async def test_who_asks_for_nothing_any_more_is_not_reminded(database: Database) -> None:
    """They were told of the call, and said afterwards that it is enough."""
    with database.write() as work:
        reader = a_reader(work, a_route())
        called(work, reader)
        work.routes.clear(reader.id)
    assert await reminded(database, EVE) == 0
