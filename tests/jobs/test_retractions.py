"""What was rung of a source is taken back: to exactly those who have it, as the desk's own word."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.desk import TERMINAL
from bot.render.amended import amended_message
from bot.render.html import plain_text
from bot.render.notice import notice_message
from bot.speech import Speech
from jobs.amend import Changed
from jobs.appeals import write
from jobs.desk import Refusal, Rules
from jobs.launch import Launcher
from jobs.limits import Limits
from jobs.notices import Admins
from jobs.progress import Progress
from jobs.renewals import is_report
from jobs.retractions import lately, retract
from storage.database import Database, Work
from storage.people import Recipient
from storage.records import Alert, Wording
from storage.words import Act, CaseState, Cause, DeliveryState, EventKind, MsgType, SourceKind, Status
from tests.bot.chat import Chat
from tests.builders import NOON, a_reader, a_route, a_source, a_statement, an_alert, arrived, queued
from tests.jobs.test_appeals import WORDS, refused

LATER = NOON + timedelta(minutes=5)
RULES = Rules(admins=Admins((("telegram", "901"),)))
FALSE = (Cause.FALSE, (Wording("en", "Nine refugees face return", "It is not true."),))
ON_SQLITE = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)


def rung(
    work: Work, *people: Recipient, case: int = 0, identifier: str = "vigil-1", **given: object
) -> Alert:
    """A call of Northlight on a case; the first of these has got it, of the second nobody knows."""
    case = case or work.cases.open("Nine refugees face return", NOON)
    statement = a_statement(case_id=case, **given)
    made = queued(work, *people, alert=an_alert(identifier=identifier, statement=statement, case_id=case))
    states = (DeliveryState.SENT, DeliveryState.UNCERTAIN)
    for delivery, state in zip(work.deliveries.of_alert(made.id), states, strict=False):
        work.attempts.settle(delivery.id, state, reference="7" if state is DeliveryState.SENT else "")
    return made


def readers(work: Work, number: int) -> list[Recipient]:
    """So many who asked for everything urgent."""
    return [a_reader(work, a_route(), address=str(one)) for one in range(1, number + 1)]


def test_exactly_those_hear_who_have_it_or_may_ahead_of_everything(database: Database) -> None:
    """Who still waited for it gets neither; who comes later hears nothing; its message is struck."""
    with database.write() as work:
        first, second, third = readers(work, 3)
        call = rung(work, first, second, third)
        a_reader(work, a_route(), address="later")
        assert retract(work, call.id, FALSE, "a" * 64, RULES, LATER) == 2
        end = next(one for one in work.alerts.on_case(call.case_id or 0) if one.id != call.id)
        assert (end.msg_type, end.cause, end.references) == (MsgType.CANCEL, Cause.FALSE, (call.identifier,))
        assert (end.source.kind, end.statement.issuers) == (SourceKind.DESK, ()), (
            "it is not the source's word"
        )
        told = {one.recipient_id: (one.lane, one.state) for one in work.deliveries.of_alert(end.id)}
        assert told == dict.fromkeys((first.id, second.id), (0, DeliveryState.QUEUED))
        states = {one.recipient_id: one.state for one in work.deliveries.of_alert(call.id)}
        assert states[third.id] is DeliveryState.CANCELLED
        assert [one.recipient_id for one in work.told.due("telegram", LATER, 9)] == [first.id]
        struck = amended_message(Changed("7", call, end, None, ""), Speech("en"), LATER)
        assert plain_text(struck).startswith("TAKEN BACK · URGENT")
        case = work.cases.get(call.case_id or 0)
        assert case is not None
        assert case.state is CaseState.WITHDRAWN
        (noted,) = work.audit.all()
        assert (noted.act, noted.matter, noted.people) == (Act.RETRACTED, call.id, 2)
        assert work.notices.latest(1)[0].events[0].kind is EventKind.CALL_CORRECTED
        with refused(Refusal.CORRECTED):
            retract(work, call.id, FALSE, "a" * 64, RULES, LATER)


@ON_SQLITE
def test_what_else_rang_on_its_case_still_stands(database: Database) -> None:
    """One update was wrong: who got it is told, and the call itself goes on for everybody."""
    with database.write() as work:
        first, second = readers(work, 2)
        call = rung(work, first)
        update = rung(work, second, case=call.case_id or 0, identifier="vigil-2", title="Two were sent back")
        assert retract(work, update.id, FALSE, "", RULES, LATER) == 1
        assert work.alerts.over([call.id, update.id]) == set(), "nothing calls the case itself off"
        case = work.cases.get(call.case_id or 0)
        assert case is not None
        assert case.state is CaseState.OPEN
        assert work.alerts.correction_of(call.statement.id) is None
        found = work.alerts.correction_of(update.statement.id)
        assert found is not None
        correction = work.statements.get(found[0])
        assert correction is not None
        assert correction.case_id != call.case_id


@ON_SQLITE
def test_what_cannot_be_taken_back_is_refused(database: Database) -> None:
    """An end, an appeal, a drill, what nobody has, what is not there."""
    with database.write() as work:
        (first,) = readers(work, 1)
        end = queued(work, first, alert=an_alert(identifier="vigil-e", msg_type=MsgType.CANCEL))
        desk = queued(
            work, first, alert=an_alert(identifier="d", source=a_source(kind=SourceKind.DESK, name="d"))
        )
        drill = queued(work, first, alert=an_alert(identifier="x", status=Status.EXERCISE))
        nobody = queued(work, alert=an_alert(identifier="n"))
        for number, why in (
            (end.id, Refusal.AN_END),
            (desk.id, Refusal.UNKNOWN),
            (drill.id, Refusal.UNKNOWN),
            (nobody.id, Refusal.UNHEARD),
            (99, Refusal.UNKNOWN),
        ):
            with refused(why):
                retract(work, number, FALSE, "", RULES, LATER)
        assert list(work.audit.all()) == []


@ON_SQLITE
def test_an_admin_picks_it_says_why_and_yes_and_the_archive_shows_it(database: Database) -> None:
    """From /correct alone by buttons: a phone at night; for anybody else the command does not exist."""
    with database.write() as work:
        call = rung(work, *readers(work, 2))
    admin = Chat(database, address="anna", admin=True, now=LATER)
    assert "Northlight · 2 recipients" in admin.says("/correct")
    asked = admin.presses(f"Alert {call.id}")
    assert "“Nine refugees face return” went to 2 recipients. Why is it taken back?" in asked
    assert "that it is your word, and not that of Northlight" in asked
    shown = admin.presses("Not true")
    assert "This goes to 2 recipients, ahead of everything else:" in shown
    assert "CORRECTION · Nine refugees face return" in shown
    assert "A call that you were sent here is not true." in shown
    assert "So say the people who run this watch, and not whoever published the call." in shown
    assert admin.presses("Send the correction").startswith("The correction goes to 2 recipients")
    assert "was taken back: everybody" in admin.says(f"/correct alert {call.id}")
    assert admin.says("/correct") == "Nothing was sent lately that could be taken back."
    reader = Chat(database, transport="telegram", address="1", now=LATER)
    assert "Taken back on 10 March 2026 by those who run this watch" in reader.says(
        f"/statement {call.statement.id}"
    )
    for line in ("/latest", "/search refugees"):
        assert "taken back by those who run this watch · urgent appeal" in reader.says(line)
    case = reader.says(f"/case {call.case_id}")
    assert "What was said has been taken back." in case
    assert "taken back by those who run this watch" in case
    assert reader.says("/correct").startswith("There is no command /correct")
    korean = Chat(database, transport="telegram", address="3", language="ko", now=LATER)
    with database.read() as work:
        found = work.alerts.correction_of(call.statement.id)
    assert found is not None
    assert "사실이 아닙니다" in korean.says(f"/statement {found[0]}")


@ON_SQLITE
def test_taken_down_for_safety_its_words_are_nowhere(database: Database) -> None:
    """Neither in the archive nor in what is told of it."""
    with database.write() as work:
        call = rung(work, *readers(work, 1))
    admin = Chat(database, address="anna", admin=True, now=LATER)
    assert "Nine refugees" not in admin.says(f"/correct alert {call.id} safety")
    admin.presses("Send the correction")
    for line in (f"/statement {call.statement.id}", "/latest", "/search refugees"):
        assert "Nine refugees" not in admin.says(line)
    with database.read() as work:
        found = work.alerts.correction_of(call.statement.id)
        assert found is not None
        told = work.statements.get(found[0])
    assert told is not None
    assert told.title == "A call that was taken down"


@ON_SQLITE
@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("/correct alert", "Which alert?"),
        ("/correct alert one", "is no number"),
        ("/correct alert 77", "There is no alert 77 of a source"),
        ("/correct alert 1 because", "is no reason"),
    ],
)
def test_a_slip_changes_nothing(database: Database, line: str, told: str) -> None:
    """And says what can be typed."""
    with database.write() as work:
        rung(work, *readers(work, 1))
    assert told in Chat(database, address="anna", admin=True, now=LATER).says(line)


@ON_SQLITE
def test_appeals_and_calls_are_picked_from_one_list(database: Database) -> None:
    """What went out, whoever wrote it; each by its own number."""
    with database.write() as work:
        people = readers(work, 1)
        made = write(work, "a" * 64, WORDS, NOON)
        rung(work, *people)
        work.appeals.approve(made.id, "b" * 64)
        work.appeals.cool(made.id, NOON)
    assert Launcher(database, RULES, Limits())._due(LATER) == 1
    admin = Chat(database, address="anna", admin=True, now=LATER)
    admin.says("/correct")
    assert list(admin.offered.values()) == ["/correct 1", "/correct alert 1"]


@ON_SQLITE
def test_one_admin_takes_back_so_many_calls_a_day(database: Database) -> None:
    """A lost phone would tell everybody that what is true is not; another may, and so may the machine."""
    with database.write() as work:
        people = readers(work, 1)
        calls = [rung(work, *people, identifier=f"vigil-{number}") for number in range(8)]
        for call in calls[:5]:
            retract(work, call.id, FALSE, "a" * 64, RULES, LATER)
        with refused(Refusal.ENOUGH):
            retract(work, calls[5].id, FALSE, "a" * 64, RULES, LATER)
        retract(work, calls[5].id, FALSE, "b" * 64, RULES, LATER)
        machine = work.staff.mark(*TERMINAL)
        for number, call in enumerate(calls[6:]):
            retract(work, call.id, FALSE, machine, RULES, LATER + timedelta(minutes=number))
        retract(
            work, rung(work, *people, identifier="next").id, FALSE, "a" * 64, RULES, LATER + timedelta(days=1)
        )


def let_go(work: Work, call: Alert, *people: Recipient) -> Alert:
    """Its source changed the call after it was taken back, an admin let that go, and these have it."""
    edit = replace(call, identifier="vigil-1-edited", cause=Cause.EDIT, id=0)
    edit = replace(edit, id=work.alerts.add(edit))
    work.deliveries.queue(edit.id, [(one.id, one.sender, LATER) for one in people], 2)
    arrived(work, edit.id, "9")
    return edit


@ON_SQLITE
def test_what_was_let_go_of_it_later_is_taken_back_again(database: Database) -> None:
    """By whatever number; who did not get that hears nothing twice, and then all of it is taken back."""
    with database.write() as work:
        first, second = readers(work, 2)
        call = rung(work, first, second)
        retract(work, call.id, FALSE, "", RULES, LATER)
        assert lately(work, 9, LATER) == ()
        edit = let_go(work, call, second)
        assert [one.first.id for one in lately(work, 9, LATER)] == [edit.id]
        before = work.alerts.corrected_by(call.statement.id)
        assert retract(work, call.id, FALSE, "", RULES, LATER + timedelta(minutes=1)) == 1
        newest = work.alerts.corrected_by(call.statement.id)
        assert newest > before
        assert [one.recipient_id for one in work.deliveries.of_alert(newest)] == [second.id]
        said = work.alerts.correction_of(call.statement.id)
        assert said is not None
        assert said[0] == work.alerts.many([newest])[newest].statement.id
        with refused(Refusal.CORRECTED):
            retract(work, edit.id, FALSE, "", RULES, LATER)


@ON_SQLITE
def test_what_still_waits_of_it_for_an_admin_is_no_reason_to_ask_again(database: Database) -> None:
    """Nobody has the change: /review is where it is decided on."""
    with database.write() as work:
        (first,) = readers(work, 1)
        call = rung(work, first)
        retract(work, call.id, FALSE, "", RULES, LATER)
        edit = replace(call, identifier="vigil-1-edited", cause=Cause.EDIT, id=0)
        work.deliveries.queue(work.alerts.add(edit), [(first.id, first.sender, LATER)], 2, held="looked at")
        with refused(Refusal.CORRECTED):
            retract(work, call.id, FALSE, "", RULES, LATER)


@ON_SQLITE
async def test_admins_see_how_far_it_is_and_at_its_end_who_was_told(database: Database) -> None:
    """One message to each of them, which changes: the bar, then the report; never as an appeal."""
    with database.write() as work:
        call = rung(work, *readers(work, 2))
        retract(work, call.id, FALSE, "", RULES, LATER)
        (one,) = work.sendings.going()
        for delivery in work.deliveries.of_notice(one.notice_id):
            work.attempts.settle(delivery.id, DeliveryState.SENT, reference="8")
        correction = work.alerts.corrected_by(call.statement.id)
        told = work.deliveries.of_alert(correction)
        work.attempts.settle(told[0].id, DeliveryState.SENT, reference="9")
    progress = Progress(database, RULES)
    await progress.look(LATER + timedelta(minutes=6))  # so few move that it is shown seldom
    shown = notice_text(database, one.notice_id)
    assert "Northlight · its call was taken back by an admin" in shown
    assert "50%" in shown
    assert "sent 1 of 2, waiting 1" in shown
    with database.write() as work:
        work.attempts.settle(told[1].id, DeliveryState.SENT, reference="10")
    await progress.look(LATER + timedelta(minutes=7))
    shown = notice_text(database, one.notice_id)
    assert "Northlight · its call was taken back: who has been told" in shown
    assert "Delivered: 2" in shown
    assert "Everybody who has got it" not in shown
    assert await progress.look(LATER + timedelta(minutes=8)) == 0
    with database.write() as work:
        assert is_report(work.notices.many([one.notice_id])[one.notice_id].events[0])
        work.attempts.settle(work.deliveries.of_notice(one.notice_id)[0].id, DeliveryState.SENT)
        work.retention.drop_notices(LATER + timedelta(days=40))
        assert work.notices.many([one.notice_id]) == {}, "long over, nobody keeps it"


def notice_text(database: Database, number: int) -> str:
    """What the admins read."""
    with database.read() as work:
        return plain_text(notice_message(work.notices.many([number])[number], Speech("en")))


@ON_SQLITE
def test_what_was_taken_back_may_still_have_to_go_for_safety(database: Database) -> None:
    """It was said to be false; now its words endanger somebody: they leave, and nobody is told twice."""
    with database.write() as work:
        call = rung(work, *readers(work, 2))
        retract(work, call.id, FALSE, "", RULES, LATER)
    admin = Chat(database, address="anna", admin=True, now=LATER)
    assert "can still be taken down" in admin.says(f"/correct alert {call.id}")
    assert "hears nothing more" in admin.presses("Taken down for safety")
    assert "2 messages are to leave the chats" in admin.presses("Take it down")
    assert "Nine refugees" not in admin.says(f"/statement {call.statement.id}")
    with database.read() as work:
        assert [one.act for one in work.audit.all()] == [Act.RETRACTED, Act.TAKEN_DOWN]
        assert len(work.removals.due("telegram", LATER, 9)) == 1, "of the other nobody knows whether it came"
    assert "taken down" not in admin.says(f"/correct alert {call.id} safety")
    assert not admin.offered
