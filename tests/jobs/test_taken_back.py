"""What the desk took back stays taken back: whatever its source, the calendar or an admin does later."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from bot.commands.inline import offers
from bot.render.amended import amended_message
from bot.render.html import plain_text
from bot.speech import Speech
from jobs import amend, circle, removals
from jobs.held import release
from jobs.limits import Limits
from jobs.retractions import retract
from jobs.ring import Audience, Occasion, ring_again
from jobs.steps.sensitive import Sensitive
from jobs.takedown import take_down
from jobs.withhold import withhold
from storage.database import Database, Work
from storage.records import Alert, Statement, Wording
from storage.tables.log import deliveries
from storage.words import CaseState, Cause, Concern, DeliveryState, EventKind, MsgType
from tests.bot.chat import Chat
from tests.builders import NOON, a_reader, a_statement, an_alert, an_entry, arrived, queued
from tests.jobs.test_retractions import FALSE, LATER, RULES, readers, rung

ON_SQLITE = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
DAY = date(2026, 3, 14)
THEN = LATER + timedelta(minutes=5)


def edited(work: Work, call: Alert) -> Alert:
    """The source names another day now."""
    before = work.alerts.many([call.id])[call.id].statement
    after = replace(before, deadline=DAY)
    occasion = Occasion(THEN, Limits(), Audience(work, admins=RULES.admins))
    made = ring_again(work, call.source, an_entry(), (before, after), occasion)
    assert made is not None, "a real danger may stand behind it"
    return made[0]


def two_on_a_case(work: Work) -> tuple[Alert, Alert]:
    """A call that the first of two readers has, and one on the same case that the second has."""
    first, second = readers(work, 2)
    call = rung(work, first)
    wrong = rung(work, second, case=call.case_id or 0, identifier="wrong", title="Two were sent back")
    return call, wrong


def an_end(call: Alert) -> Alert:
    """By which the source calls it off."""
    end = an_alert(identifier="end", msg_type=MsgType.CANCEL, references=(call.identifier,))
    return replace(end, case_id=call.case_id)


def changes(work: Work) -> list[int]:
    """By which alert each message that is due to be changed is."""
    return [one.by for one in work.told.due("telegram", THEN + timedelta(days=1), 9)]


@ON_SQLITE
def test_its_source_edits_it_and_an_admin_looks_first(database: Database) -> None:
    """The edit is held, and admins hear of it; what is struck stays so, even where they let the edit go."""
    with database.write() as work:
        call = rung(work, *readers(work, 2))
        retract(work, call.id, FALSE, "", RULES, LATER)
        correction = work.alerts.corrected_by(call.statement.id)
        again = edited(work, call)
        assert (again.msg_type, again.cause) == (MsgType.UPDATE, Cause.EDIT)
        assert {(one.state, one.detail) for one in work.deliveries.of_alert(again.id)} == {
            (DeliveryState.HELD, "those who run this watch took this call back: an admin looks first")
        }
        told = [event.kind for one in work.notices.latest(9) for event in one.events]
        assert EventKind.REVIEW in told
        assert changes(work) == [correction]
        assert release(work, again.id, "a" * 64, THEN, NOON.tzinfo or Limits().zone) == 2
        assert changes(work) == [correction]


@ON_SQLITE
def test_the_end_of_its_case_leaves_it_taken_back(database: Database) -> None:
    """What was false is not told to be over, as if it had been true; what stood beside it is over."""
    with database.write() as work:
        call, wrong = two_on_a_case(work)
        retract(work, wrong.id, FALSE, "", RULES, LATER)
        end = queued(work, alert=an_end(call))
        circle.amend(work, end, THEN)
        correction = work.alerts.corrected_by(wrong.statement.id)
        assert sorted(changes(work)) == sorted((correction, end.id))


@ON_SQLITE
async def test_nobody_is_reminded_of_it(database: Database) -> None:
    """Its case goes on, by a call that stands: that one's date is told, and not the false one's."""
    with database.write() as work:
        first, second = readers(work, 2)
        call = rung(work, first, deadline=DAY)
        wrong = rung(work, second, case=call.case_id or 0, identifier="wrong", deadline=DAY)
        retract(work, wrong.id, FALSE, "", RULES, LATER)
        assert [one.alert_id for one in work.reminders.near(DAY, DAY)] == [call.id]
        work.alerts.add(replace(wrong, identifier="edit", msg_type=MsgType.UPDATE, cause=Cause.EDIT))
        assert [one.alert_id for one in work.reminders.near(DAY, DAY)] == [call.id], "nor of its edit"


NAMED = (Cause.FALSE, (Wording("en", "Ryu Sol is held", "Untrue."), Wording("ko", "Ryu Sol", "사실이 아님")))


def named_and_taken_back(work: Work) -> tuple[Alert, int]:
    """A call with a name in its title, and the alert by which it was taken back, which its reader has."""
    call = rung(work, *readers(work, 1), title="Ryu Sol is held", text="She is 12.")
    retract(work, call.id, NAMED, "", RULES, LATER)
    correction = work.alerts.corrected_by(call.statement.id)
    arrived(work, correction, "9")
    return call, correction


def shown(work: Work, correction: int) -> str:
    """How the correction is drawn anew, and what the archive has of it and its case."""
    _, wishes = removals.due(work, "telegram", THEN, 9, without=(), changes=True)
    (message,) = (
        amended_message(one.told.shown, Speech("en"), THEN)
        for one in wishes
        if one.told.shown is not None and one.wish.alert_id == correction
    )
    statement = work.alerts.many([correction])[correction].statement
    case, entry = work.cases.get(statement.case_id or 0), work.entries.get(statement.entry_id)
    assert case is not None
    stored = f"{statement.title} {statement.wordings} {entry} {case.title}"
    return f"{plain_text(message)}\n{stored}"


@ON_SQLITE
def test_taken_down_later_its_name_leaves_the_correction_too(database: Database) -> None:
    """In the archive, its case, every language, and the message that stands in chats."""
    with database.write() as work:
        call, correction = named_and_taken_back(work)
        take_down(work, call.statement.id, "she is in hiding", THEN)
        found = shown(work, correction)
    assert found.startswith("CORRECTION · A call that was taken down")
    assert "Ryu" not in found


@ON_SQLITE
def test_withheld_later_its_name_leaves_the_correction_too(database: Database) -> None:
    """The rest of its title stays."""
    with database.write() as work:
        call, correction = named_and_taken_back(work)
        withhold(work, call.statement, call.source, [Sensitive(Concern.MINOR, "Ryu Sol", "")], THEN)
        found = shown(work, correction)
    assert "is held" in found
    assert "Ryu" not in found


@ON_SQLITE
def test_a_digest_says_of_it_that_it_was_taken_back(database: Database) -> None:
    """And not that it is over, as if it had been true; where its case goes on, too."""
    with database.write() as work:
        _, wrong = two_on_a_case(work)
        work.connection.execute(sa.update(deliveries).where(deliveries.c.alert_id == wrong.id).values(lane=4))
        arrived(work, wrong.id, "7")
        retract(work, wrong.id, FALSE, "", RULES, LATER)
        _, (change,) = amend.due(work, "telegram", THEN, 9, ends=True, without=())
    drawn = plain_text(amended_message(change.told, Speech("en"), THEN))
    assert "TAKEN BACK · Two were sent back" in drawn
    assert "OVER" not in drawn


@ON_SQLITE
@pytest.mark.parametrize("lane", [1, 4])
def test_show_strikes_it_where_its_case_goes_on(database: Database, lane: int) -> None:
    """Whoever gets few words reads there what a message stood for."""
    with database.write() as work:
        _, wrong = two_on_a_case(work)
        work.connection.execute(
            sa.update(deliveries).where(deliveries.c.alert_id == wrong.id).values(lane=lane)
        )
        retract(work, wrong.id, FALSE, "", RULES, LATER)
    reader = Chat(database, transport="telegram", address="2", now=THEN)
    assert "TAKEN BACK" in reader.says(f"/show {wrong.id}")


@ON_SQLITE
def test_act_and_cite_say_that_it_was_taken_back(database: Database) -> None:
    """Nobody writes letters, or passes it on, without having read so."""
    with database.write() as work:
        call, wrong = two_on_a_case(work)
        retract(work, wrong.id, FALSE, "", RULES, LATER)
    reader = Chat(database, transport="telegram", address="2", now=THEN)
    said = "taken back on 10 March 2026 by those who run this watch"
    for line in (f"/act {wrong.statement.id}", f"/case {call.case_id}"):
        assert said in reader.says(line)
    assert "taken back by those who run this watch" in reader.says(f"/cite {wrong.statement.id}")
    for line in ("/act", "/cite"):
        assert "taken back" not in reader.says(f"{line} {call.statement.id}")
    with database.read() as work:
        found = {one.number: plain_text(one.message) for one in offers("", "", "en", work, THEN).offers}
    said = "taken back by those who run this watch"
    assert (said in found[wrong.statement.id], said in found[call.statement.id]) == (True, False)


@ON_SQLITE
def test_what_nobody_got_does_not_let_its_case_go_on(database: Database) -> None:
    """Held and dropped: nothing is left of the case that anybody was told."""
    with database.write() as work:
        call = rung(work, *readers(work, 1))
        held = an_alert(identifier="held", statement=a_statement(case_id=call.case_id), case_id=call.case_id)
        queued(work, a_reader(work, address="other"), alert=held, held="an admin looks first")
        retract(work, call.id, FALSE, "", RULES, LATER)
        case = work.cases.get(call.case_id or 0)
        assert case is not None
        assert case.state is CaseState.WITHDRAWN


@ON_SQLITE
def test_whoever_never_got_it_does_not_hear_that_it_was_false(database: Database) -> None:
    """It was on its way when it was taken back, and did not arrive; its case goes on."""
    with database.write() as work:
        first, second = readers(work, 2)
        call = rung(work, first)
        wrong = queued(work, second, alert=replace(call, identifier="wrong", statement=said_on(call)))
        (one,) = work.deliveries.of_alert(wrong.id)
        work.attempts.begin([one.id], NOON)
        retract(work, wrong.id, FALSE, "", RULES, LATER)
        (told,) = work.deliveries.of_alert(work.alerts.corrected_by(wrong.statement.id))
        assert told.state is DeliveryState.QUEUED
        work.attempts.settle(one.id, DeliveryState.FAILED)
        assert work.told.spare([one.id]) == 1
        (told,) = work.deliveries.of_alert(told.alert_id)
        assert told.state is DeliveryState.CANCELLED


def said_on(call: Alert) -> Statement:
    """Another statement of its case."""
    return a_statement(case_id=call.case_id, title="Two were sent back")


def noted(of: Callable[..., object], name: str, asked: list[str]) -> Callable[..., object]:
    """The same, which says that it was asked."""

    def asks(*given: object) -> object:
        asked.append(name)
        return of(*given)

    return asks


@ON_SQLITE
def test_the_limit_of_a_day_is_counted_while_nobody_else_takes_back(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else two commands of one admin at once are each the last that may."""
    asked: list[str] = []
    with database.write() as work:
        call = rung(work, *readers(work, 1))
        cases, audit = type(work.cases), type(work.audit)
        for of, name in ((cases, "lock"), (audit, "count")):
            monkeypatch.setattr(of, name, noted(getattr(of, name), name, asked))
        retract(work, call.id, FALSE, "a" * 64, RULES, LATER)
    assert asked == ["lock", "count"]
