"""Who takes a wish back is sent nothing more for it, also of what waits already."""

from datetime import datetime, timedelta

import pytest

from bot.commands.request import Request
from bot.desk import Desk
from jobs.deliver import Deliverer
from jobs.errands import Finished, Room
from jobs.ledger import Ledger
from jobs.outcome import RetryLater
from jobs.pace import Pace
from jobs.unasked import resume
from storage.database import Database
from storage.records import Alert
from storage.words import DeliveryState, MsgType
from tests.backends import Backend
from tests.builders import NOON, a_reader, a_route, a_statement, an_alert, arrived, queued
from tests.jobs.test_deliver import Clock, Platform

QUEUED, HELD, CANCELLED = DeliveryState.QUEUED, DeliveryState.HELD, DeliveryState.CANCELLED


async def says(database: Database, line: str, now: datetime = NOON) -> None:
    """The reader types it."""
    await Desk(database).answer(Request(line, "telegram", "1", now, "en"))


async def sent(database: Database) -> list[str]:
    """What the reader is sent when all that is due goes."""
    platform = Platform()
    await Deliverer(database, platform, Pace(1e9, gap=0), Clock()).drain()
    return [name for _, names, _ in platform.told for name in names]


def waits(database: Database, name: str = "call", *countries: str, lane: int = 1, held: str = "") -> Alert:
    """An alert waits for the reader; where it is on no country, on China and North Korea."""
    with database.write() as work:
        reader = work.recipients.find("telegram", "1") or a_reader(work, a_route(), address="1")
        said = a_statement(countries=countries or ("CN", "KP"))
        return queued(work, reader, lane=lane, held=held, alert=an_alert(identifier=name, statement=said))


async def test_what_waits_is_not_sent_once_its_wish_is_taken_back(database: Database) -> None:
    """At once or in a digest, and the log says why."""
    call = waits(database)
    waits(database, "line", lane=4)
    await says(database, "/unsubscribe")
    assert await sent(database) == []
    with database.read() as work:
        (log,) = work.deliveries.of_alert(call.id)
    assert (log.state, "does not ask" in log.detail) == (CANCELLED, True)


async def test_what_another_wish_asks_for_is_sent(database: Database) -> None:
    """One of two is taken back: only what was for that one alone does not come."""
    with database.write() as work:
        a_reader(work, a_route("CN"), a_route("CU"), address="1")
    waits(database, "china")
    waits(database, "cuba", "CU")
    await says(database, "/unsubscribe 1")
    assert await sent(database) == ["cuba"]


async def test_the_end_of_what_was_told_and_a_case_that_is_followed_still_come(database: Database) -> None:
    """Nobody acts on what is over; and to follow a case is a wish of its own."""
    with database.write() as work:
        reader = a_reader(work, a_route(), address="1")
        case, other = work.cases.open("The nine", NOON), work.cases.open("The ten", NOON)
        told = queued(work, reader, alert=an_alert(identifier="told", case_id=case))
        arrived(work, told.id)
        end = an_alert(identifier="end", case_id=case, msg_type=MsgType.CANCEL)
        queued(work, reader, lane=0, alert=end)
        queued(work, reader, alert=an_alert(identifier="followed", case_id=other))
    await says(database, f"/follow {other}")
    await says(database, "/unsubscribe")
    assert await sent(database) == ["end", "followed"]


async def test_who_pressed_the_wrong_button_misses_nothing(database: Database) -> None:
    """Asked for again: what waited waits again, what was held for an admin is held; nothing is sent twice."""
    waits(database)
    held = waits(database, "held", held="an admin looks first")
    waits(database, "over")
    with database.write() as work:
        reader = work.recipients.find("telegram", "1")
        assert reader is not None
    await says(database, "/unsubscribe")
    await says(database, "/subscribe", NOON + timedelta(hours=1))
    assert await sent(database) == ["call", "over"]
    with database.write() as work:
        (log,) = work.deliveries.of_alert(held.id)
        assert (log.state, log.detail) == (HELD, "an admin looks first")
        assert resume(work, reader, NOON) == 0


async def test_what_expired_meanwhile_does_not_wait_again(database: Database) -> None:
    """The next day it is over."""
    call = waits(database)
    await says(database, "/unsubscribe")
    await says(database, "/subscribe", NOON + timedelta(days=2))
    with database.read() as work:
        assert work.deliveries.of_alert(call.id)[0].state is CANCELLED


async def test_what_was_called_off_meanwhile_does_not_wait_again(database: Database) -> None:
    """Nobody is sent a call whose end they would not hear of."""
    with database.write() as work:
        case = work.cases.open("The nine", NOON)
        reader = a_reader(work, a_route(), address="1")
        queued(work, reader, alert=an_alert(case_id=case))
    await says(database, "/unsubscribe")
    with database.write() as work:
        queued(work, alert=an_alert(identifier="end", case_id=case, msg_type=MsgType.CANCEL))
    await says(database, "/subscribe", NOON + timedelta(hours=1))
    assert await sent(database) == []


@pytest.mark.parametrize("line", ["/unsubscribe", "/mute 1", "/forget yes"])
async def test_what_did_not_arrive_in_that_moment_is_not_tried_again(database: Database, line: str) -> None:
    """It was under way when it was taken back, and Telegram said: later."""
    with database.write() as work:
        reader = a_reader(work, a_route(), address="1")
        case = work.cases.open("The nine", NOON)
        queued(work, reader, alert=an_alert(case_id=case))
    ledger = Ledger(database, "telegram", lambda: NOON)
    (errand,) = ledger.turn((), Room(9)).errands
    await says(database, line)
    ledger.turn([Finished(errand, RetryLater(0, "Too Many Requests"), NOON)], Room())
    assert await sent(database) == []
    with database.read() as work:
        assert not [one for one in work.deliveries.of_alert(1) if one.state is not CANCELLED]


async def test_forgotten_is_forgotten(database: Database) -> None:
    """/forget in the very minute of an alert: no row is left of what waited."""
    call = waits(database)
    await says(database, "/forget yes")
    assert await sent(database) == []
    with database.read() as work:
        assert work.deliveries.of_alert(call.id) == ()


@pytest.mark.parametrize(
    ("lines", "arrives"),
    [
        (["/unsubscribe", "/mute 1", "/subscribe"], []),
        (["/mute 1", "/unsubscribe", "/subscribe"], []),
        (["/unsubscribe", "/mute 1", "/mute 1 off", "/subscribe"], ["call"]),
    ],
)
async def test_a_case_that_was_muted_stays_so_when_something_is_asked_for_again(
    database: Database, lines: list[str], arrives: list[str]
) -> None:
    """In whatever order it was said, and unless that was taken back."""
    with database.write() as work:
        case, reader = work.cases.open("The nine", NOON), a_reader(work, a_route(), address="1")
        queued(work, reader, alert=an_alert(identifier="call", case_id=case))
    for line in lines:
        await says(database, line)
    assert await sent(database) == arrives


@pytest.mark.parametrize("line", ["/unsubscribe all", "/unsubscribe 2", "/mute 1"])
async def test_what_is_queued_in_the_very_moment_is_looked_at_again(
    database: Database, backend: Backend, line: str
) -> None:
    """A poll has matched it and has not committed yet: on PostgreSQL neither sees what the other does."""
    with database.write() as work:
        case = work.cases.open("The nine", NOON)
        reader, other = (a_reader(work, a_route("KR"), a_route("CN"), address=one) for one in "12")
    with database.write() as work:
        call = queued(work, reader, other, alert=an_alert(identifier="call", case_id=case))
        if backend.name == "postgresql":
            await says(database, line)
    if backend.name == "sqlite":  # there the one waits for the other
        await says(database, line)
    assert await sent(database) == ["call"]
    with database.read() as work:
        log = {one.recipient_id: one.state for one in work.deliveries.of_alert(call.id)}
    assert log == {reader.id: CANCELLED, other.id: DeliveryState.SENT}


async def test_a_wish_that_is_taken_back_touches_nothing_else(database: Database) -> None:
    """Once more: what another wish asks for, what follows on what was told, and the end of it."""
    with database.write() as work:
        case, other = work.cases.open("The nine", NOON), work.cases.open("The ten", NOON)
        reader = a_reader(work, a_route("KR"), a_route("CN"), address="1")
        arrived(work, queued(work, reader, alert=an_alert(identifier="told", case_id=case)).id)
    await says(database, "/unsubscribe 1")
    await says(database, f"/mute {other}")
    with database.write() as work:
        news = an_alert(
            identifier="news", case_id=case, msg_type=MsgType.UPDATE, statement=a_statement(countries=())
        )
        queued(work, reader, lane=2, alert=news)
        queued(work, reader, alert=an_alert(identifier="call"))
        queued(work, reader, lane=0, alert=an_alert(identifier="end", case_id=case, msg_type=MsgType.CANCEL))
        queued(work, reader, lane=4, alert=an_alert(identifier="muted", case_id=other))
    assert await sent(database) == ["end", "call", "news"]
