"""What rang while somebody could not be reached comes on their return: what still matters, and once."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.commands.request import Request
from bot.desk import Desk
from jobs import held
from jobs.deliver import Deliverer
from jobs.limits import Limits
from jobs.manner import Manner
from jobs.outcome import Outcome
from jobs.pace import Pace
from jobs.ring import Audience, Occasion, ring
from storage.database import Database, Work
from storage.people import Recipient, Route
from storage.records import Alert, Assessment
from storage.words import Kind, MsgType, Relation, Stance, Urgency
from tests.builders import ADDRESS, NOON, a_reader, a_route, a_source, a_statement, an_entry, arrived, kept
from tests.jobs.test_deliver import Platform

LATER = NOON + timedelta(days=2)
WHY = "an admin looks first"
OVER = Assessment(msg_type=MsgType.CANCEL, urgency=Urgency.PAST)
NEWS: dict[str, Any] = {"relation": Relation.UPDATE}
AGAIN: dict[str, Any] = {"relation": Relation.DUPLICATE}


def away(work: Work, *wishes: Route, **given: object) -> Recipient:
    """Somebody who asked for this, and has blocked the bot since."""
    reader = a_reader(work, *(wishes or (a_route("KP"),)), **given)
    work.recipients.suspend(reader.id, NOON)
    return reader


def rings(
    work: Work, name: str, case: int = 0, *, doubt: str = "", now: datetime = NOON, **given: object
) -> Alert | None:
    """A statement comes in, as a poll brings it; its alert, if it gives cause for one."""
    (told,) = kept(work, a_statement(**{"title": name} | given))
    source = work.sources.ensure(a_source())
    told = replace(told, case_id=case or work.cases.open(name, NOON))
    occasion = Occasion(now, Limits(), Audience(work), doubt=doubt)
    rung = ring(work, source, an_entry(uid=name), told, occasion)
    return rung and rung[0]


async def comes_back(database: Database, now: datetime = LATER) -> list[list[str]]:
    """They write; the titles in each message that they are sent then."""
    await Desk(database).answer(Request("/help", "telegram", ADDRESS, now, "en"))

    class Reading(Platform):
        async def tell(
            self, alerts: Sequence[Alert], recipient: Recipient, key: str, now: datetime, manner: Manner
        ) -> Outcome:
            said.append([alert.statement.title for alert in alerts])
            return await super().tell(alerts, recipient, key, now, manner)

    said: list[list[str]] = []
    await Deliverer(database, Reading(), Pace(1e9, gap=0), lambda: now).drain()
    return said


@pytest.mark.parametrize(
    ("wish", "comes"),
    [
        (a_route(), True),
        (a_route("KP"), True),
        (a_route("FR"), False),
        (a_route(keywords=("imminent return",)), True),
        (a_route(keywords=("whaling",)), False),
        (a_route(without=("refugees",)), False),
        (a_route(kinds=(Kind.RESOLUTION,)), False),
    ],
)
async def test_a_call_that_rang_while_they_were_away_comes_if_they_had_asked_for_it(
    database: Database, wish: Route, comes: bool
) -> None:
    """As one digest, and once: another return brings nothing again."""
    with database.write() as work:
        away(work, wish)
        for name in ("nine", "ten"):
            rings(work, name)
    assert await comes_back(database) == ([["nine", "ten"]] if comes else [])
    with database.write() as work:
        reader = work.recipients.find("telegram", ADDRESS)
        assert reader is not None
        work.recipients.suspend(reader.id, LATER)
    assert await comes_back(database) == []


async def test_what_can_wait_is_not_kept_for_them(database: Database) -> None:
    """Posts that they had asked for were news then; a month of them would bury what is urgent now."""
    with database.write() as work:
        away(work, a_route(kinds=(Kind.REPORT,)))
        rings(work, "report", kind=Kind.REPORT, alert=Assessment())
    assert await comes_back(database) == []


async def test_nobody_is_counted_among_the_reached_who_is_not(database: Database) -> None:
    """How many an alert reached is said of those who can be."""
    with database.write() as work:
        away(work)
        (told,) = kept(work, a_statement())
        told = replace(told, case_id=work.cases.open("nine", NOON))
        occasion = Occasion(NOON, Limits(), Audience(work))
        rung = ring(work, work.sources.ensure(a_source()), an_entry(), told, occasion)
        assert rung is not None
        assert rung[1] == 0
        assert work.counts().waiting == 0


async def test_what_is_over_by_then_does_not_come(database: Database) -> None:
    """Nine days later, or called off meanwhile: of what they never heard they need no end."""
    with database.write() as work:
        away(work)
        case = work.cases.open("nine", NOON)
        rings(work, "nine", case)
        rings(work, "released", case, alert=OVER, **NEWS)
        rings(work, "ten")
    assert await comes_back(database, NOON + timedelta(days=5)) == [["ten"]]
    with database.write() as work:
        reader = work.recipients.find("telegram", ADDRESS)
        assert reader is not None
        work.recipients.suspend(reader.id, LATER)
        rings(work, "eleven")
    assert await comes_back(database, NOON + timedelta(days=400)) == []


@pytest.mark.parametrize("decided", ["nothing", "released", "dropped"])
async def test_what_an_admin_looks_at_first_waits_for_that(database: Database, decided: str) -> None:
    """Whether they come back before the decision, or after it."""
    with database.write() as work:
        a_reader(work, a_route(), address="there")
        away(work)
        alert = rings(work, "nine", doubt=WHY)
        assert alert is not None
        if decided == "released":
            held.release(work, alert.id, "a" * 64, NOON, UTC)
        if decided == "dropped":
            held.drop(work, alert.id, "a" * 64, NOON)
    told = await comes_back(database)
    assert told == ([["nine"], ["nine"]] if decided == "released" else [])
    if decided == "nothing":
        with database.write() as work:
            held.release(work, alert.id, "a" * 64, LATER, UTC)
        assert sorted(await comes_back(database)) == [["nine"], ["nine"]]


async def test_what_an_edit_made_doubtful_waits_too(database: Database) -> None:
    """Everybody else has it already; to them it would be told as it stands now."""
    with database.write() as work:
        away(work)
        alert = rings(work, "nine")
        assert alert is not None
        assert alert.id in work.held.waiting_of(alert.statement.id)
        work.held.keep_back(alert.id, WHY)
    assert await comes_back(database) == []
    with database.read() as work:
        assert [(one.alert_id, one.why) for one in work.held.waiting()] == [(alert.id, WHY)]


async def test_the_same_call_of_two_sources_comes_once(database: Database) -> None:
    """As it would have rung once."""
    with database.write() as work:
        a_reader(work, a_route("FR"), address="elsewhere")
        away(work)
        case = work.cases.open("nine", NOON)
        rings(work, "nine", case)
        rings(work, "nine again", case, **AGAIN)
    assert await comes_back(database) == [["nine"]]


async def test_only_the_second_source_was_asked_for(database: Database) -> None:
    """Nobody who is there is left whom it would ring for; it is kept all the same."""
    with database.write() as work:
        away(work, a_route(keywords=("border",)))
        case = work.cases.open("nine", NOON)
        rings(work, "nine", case)
        rings(work, "nine at the border", case, **AGAIN)
    assert await comes_back(database) == [["nine at the border"]]


@pytest.mark.parametrize("stance", [Stance.FOLLOW, Stance.MUTE])
async def test_what_they_said_of_the_case_holds(database: Database, stance: Stance) -> None:
    """Followed, it comes whatever it is about; muted, it does not come."""
    with database.write() as work:
        reader = away(work, a_route("KP" if stance is Stance.MUTE else "FR"))
        case = work.cases.open("nine", NOON)
        work.stances.take(reader.id, case, stance)
        a_reader(work, a_route(), address="there")
        rings(work, "nine", case)
    told = await comes_back(database)
    assert told.count(["nine"]) == (2 if stance is Stance.FOLLOW else 1)


async def test_who_mutes_a_case_on_their_return_does_not_get_what_was_kept_of_it(database: Database) -> None:
    """It is said in the same breath: the mute is the newer word."""
    with database.write() as work:
        reader = away(work)
        case = work.cases.open("nine", NOON)
        rings(work, "nine", case)
        work.stances.take(reader.id, case, Stance.MUTE)
    assert await comes_back(database) == []


async def test_news_of_what_they_were_told_come_with_its_end_last(database: Database) -> None:
    """An update while it is open; after the end only that, as a message of its own."""
    with database.write() as work:
        reader = a_reader(work, a_route("KP"))
        case = work.cases.open("nine", NOON)
        call = rings(work, "nine", case)
        assert call is not None
        arrived(work, call.id)
        work.recipients.suspend(reader.id, NOON)
        rings(work, "moved", case, countries=("CN",), alert=Assessment(msg_type=MsgType.UPDATE), **NEWS)
    assert await comes_back(database) == [["moved"]]
    with database.write() as work:
        work.recipients.suspend(reader.id, LATER)
        rings(work, "moved again", case, alert=Assessment(msg_type=MsgType.UPDATE), now=LATER, **NEWS)
        rings(work, "released", case, alert=OVER, now=LATER, **NEWS)
    assert await comes_back(database) == [["released"]]
