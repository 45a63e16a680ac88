"""What the desk took back stays taken back: whatever its source, the calendar or an admin does later."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from bot.render.amended import amended_message
from bot.render.html import plain_text
from bot.speech import Speech
from jobs import circle, removals
from jobs.held import release
from jobs.limits import Limits
from jobs.retractions import retract
from jobs.ring import Audience, Occasion, ring_again
from jobs.steps.sensitive import Sensitive
from jobs.takedown import take_down
from jobs.withhold import withhold
from storage.database import Database, Work
from storage.records import Alert, Wording
from storage.words import Cause, Concern, DeliveryState, EventKind, MsgType
from tests.builders import NOON, an_alert, an_entry, arrived, queued
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
        correction = work.alerts.numbered(f"{call.identifier}-corrected")
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
        correction = work.alerts.numbered(f"{wrong.identifier}-corrected")
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
    correction = work.alerts.numbered(f"{call.identifier}-corrected")
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
