"""What was taken down, or must lose words, leaves the chats ahead of everything; what stays, admins hear."""

from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from bot.render.amended import amended_message
from bot.render.html import plain_text
from bot.render.message import Heading, Style
from bot.speech import Speech
from jobs import removals
from jobs.deliver import Deliverer
from jobs.errands import Room
from jobs.ledger import Ledger
from jobs.notices import Admins
from jobs.outcome import Gone, Migrated, Outcome, Rejected, RetryLater, Sent, Uncertain
from jobs.pace import Pace
from jobs.removals import Reporter
from jobs.restore import restore
from jobs.retractions import retract
from jobs.steps.sensitive import Sensitive
from jobs.takedown import take_down
from jobs.uncertain import unanswered
from jobs.withhold import withhold
from storage.backup import reading
from storage.database import Database, Work
from storage.people import Event, Recipient
from storage.records import Alert
from storage.tables.log import alerts, deliveries
from storage.words import Cause, Concern, DeliveryState, Erased, EventKind, MsgType, RecipientState
from tests.builders import NOON, a_reader, a_route, a_statement, an_alert, arrived, kept, queued
from tests.jobs.test_deliver import Clock, Platform
from tests.jobs.test_retractions import FALSE, RULES, readers, rung

LATER = NOON + timedelta(minutes=5)
ADMINS = Admins((("telegram", "901"),))
NAME = Sensitive(Concern.MINOR, "Ryu Sol", "")
ON_SQLITE = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)


def told(work: Work, *readers: Recipient, lane: int = 1, name: str = "call", reference: str = "7") -> Alert:
    """A call that these have got."""
    call = queued(work, *readers, lane=lane, alert=an_alert(identifier=name))
    arrived(work, call.id, reference)
    return call


def named(work: Work, *readers: Recipient) -> Alert:
    """A call that waits for these, and has a name that is to be withheld."""
    made = an_alert(identifier="named", statement=a_statement(text="Ryu Sol is held."))
    return queued(work, *readers, alert=made)


def withheld(database: Database, call: Alert) -> None:
    """An admin takes the name out."""
    with database.write() as work:
        withhold(work, call.statement, call.source, [NAME], NOON)


def sender(database: Database, platform: Platform, clock: Clock) -> Deliverer:
    """One that has just been started, and has to leave no pause."""
    return Deliverer(database, platform, Pace(1e9, gap=0), clock)


def became(database: Database, alert_id: int) -> list[tuple[str | None, bool]]:
    """Of each delivery of the alert, what became of its message, and whether it is due still."""
    of = deliveries.c.alert_id == alert_id
    columns = (deliveries.c.erased, deliveries.c.erase_at)
    with database.read() as work:
        rows = work.connection.execute(sa.select(*columns).where(of).order_by(deliveries.c.id))
        return [(erased, at is not None) for erased, at in rows]


def report(database: Database, at: Clock) -> Event | None:
    """What admins hear of it by now."""
    Reporter(database, ADMINS)._look(at())
    with database.read() as work:
        found = [one.events[0] for one in work.notices.latest(9)]
    return next((one for one in found if one.kind is EventKind.REMOVED), None)


async def test_it_goes_before_everything_and_admins_hear_how_many(database: Database) -> None:
    """Before a correction and an Immediate call, for whomever; not where it never arrived."""
    with database.write() as work:
        first, second, third = (a_reader(work, address=str(number)) for number in (1, 2, 3))
        call = told(work, first, second)
        work.deliveries.queue(call.id, [(third.id, "telegram", NOON)], 1)
        end = an_alert(identifier="end", msg_type=MsgType.CANCEL)
        for number, made in enumerate((an_alert(identifier="other"), end)):
            queued(work, a_reader(work, address=f"other {number}"), lane=1 - number, alert=made)
        assert take_down(work, call.statement.id, "he is in hiding", LATER).sent == 2
    clock, platform = Clock(), Platform([Sent(""), Sent("8")])
    clock.at = LATER
    assert report(database, clock) is None, "nothing has become of it yet"
    await Deliverer(database, platform, Pace(per_second=20, gap=0), clock).drain()
    assert [names for _, names, _ in platform.told] == [("call away",)] * 2 + [("end",), ("other",)]
    assert became(database, call.id) == [("gone", False), ("changed", False), (None, False)]
    event = report(database, clock)
    assert event is not None
    assert (event.title, event.counts) == (
        f"#{call.statement.id}",
        {"statement": call.statement.id, "gone": 1, "changed": 1},
    )
    assert Reporter(database, ADMINS)._look(clock()) == 0, "it is told once"
    with database.read() as work:
        assert work.removals.next_due("telegram") is None


@pytest.mark.parametrize(
    ("answer", "after", "told_of"),
    [
        (RetryLater(7, "flood"), (None, True), {}),
        (Uncertain("no answer"), (None, True), {}),
        (Gone("blocked"), (None, True), {"away": 1}),
        (Migrated("-1002"), (None, False), {"kept": 1}),
        (Rejected("message can't be edited"), ("kept", False), {"kept": 1}),
        (Sent("7", left="a picture"), ("kept", False), {"kept": 1}),
    ],
)
async def test_what_a_platform_answers(
    database: Database, answer: Outcome, after: tuple[str | None, bool], told_of: dict[str, int]
) -> None:
    """It is tried again, or when the chat can be reached again, or stays; never told as gone."""
    with database.write() as work:
        reader = a_reader(work, address="-1")
        call = told(work, reader)
        take_down(work, call.statement.id, "why", NOON)
    clock, platform = Clock(), Platform([answer])
    await sender(database, platform, clock).drain()
    assert became(database, call.id) == [after]
    event = report(database, clock)
    assert (event.counts if event else {}) == ({"statement": call.statement.id} | told_of if told_of else {})
    if isinstance(answer, Rejected):
        assert event is not None
        assert event.detail == "1 message can't be edited"
    clock.at += timedelta(minutes=1)
    with database.write() as work:
        work.recipients.ensure("telegram", "-1", "en", clock.at)  # they write again
    await sender(database, platform, clock).drain()
    attempts = {key for _, names, key in platform.told if names == ("call away",)}
    assert len(attempts) == 1, "each repetition bears the same key"
    if after[1]:
        assert became(database, call.id) == [("changed", False)]


@ON_SQLITE
async def test_where_what_was_printed_stays_it_is_said_to_stay(database: Database) -> None:
    """Nothing is printed that would say it again."""
    with database.write() as work:
        call = told(work, a_reader(work))
        take_down(work, call.statement.id, "why", NOON)
    platform, clock = Platform(changes=False), Clock()
    await sender(database, platform, clock).drain()
    assert platform.told == []
    event = report(database, clock)
    assert event is not None
    assert (event.counts["kept"], event.detail) == (1, "1 what was printed stays")


@ON_SQLITE
async def test_what_was_just_leaving_goes_as_soon_as_it_has_a_name(database: Database) -> None:
    """And of what nobody knows whether it came, admins hear that it may stand there."""
    with database.write() as work:
        people = [a_reader(work, address=str(number)) for number in (1, 2)]
        call = queued(work, *people)
        leaving, lost = work.deliveries.of_alert(call.id)
        work.attempts.begin([leaving.id, lost.id], NOON)
        assert take_down(work, call.statement.id, "why", NOON).sent == 2
    platform, clock = Platform([Sent("")]), Clock()
    assert report(database, clock) is None
    with database.write() as work:
        work.attempts.sent({leaving.id: "9"})
        work.attempts.settle(lost.id, DeliveryState.UNCERTAIN)
    await sender(database, platform, clock).drain()
    event = report(database, clock)
    assert event is not None
    assert event.counts == {"statement": call.statement.id, "gone": 1, "perhaps": 1}
    assert became(database, call.id) == [("gone", False), (None, False)]


@pytest.mark.parametrize("begun", [False, True])
async def test_what_was_to_be_repeated_may_stand_there_already(database: Database, begun: bool) -> None:
    """No answer came, and it waits to be sent once more: it is not, and admins hear that it may have come."""
    with database.write() as work:
        call = queued(work, a_reader(work))
        (one,) = work.deliveries.of_alert(call.id)
    platform, clock = Platform([Uncertain("no answer")]), Clock()
    if begun:  # while it is on the way the first time
        with database.write() as work:
            work.attempts.begin([one.id], NOON)
            take_down(work, call.statement.id, "why", NOON)
            unanswered(work, one, "no answer", NOON, immediate=True)
    else:
        Ledger(database, "telegram", clock).turn((), Room(1))
        with database.write() as work:
            unanswered(work, one, "no answer", NOON, immediate=True)
            assert take_down(work, call.statement.id, "why", NOON).sent == 1
    clock.at += timedelta(seconds=10)
    await sender(database, platform, clock).drain()
    assert platform.told == []
    event = report(database, clock)
    assert event is not None
    assert event.counts == {"statement": call.statement.id, "perhaps": 1}


@ON_SQLITE
async def test_two_of_one_digest_go_in_one_act(database: Database) -> None:
    """And what is taken down while that is under way goes in the next."""
    with database.write() as work:
        reader = a_reader(work)
        calls = [told(work, reader, lane=4, name=name, reference="7") for name in ("a", "b", "c")]
        for call in calls[:2]:
            take_down(work, call.statement.id, "why", NOON)
        (first, _) = work.removals.due("telegram", NOON, 9)
        take_down(work, calls[2].statement.id, "why", NOON)
        work.removals.erased(first, Erased.CHANGED, "7,8")
        assert [one.alert_id for one in work.removals.due("telegram", NOON, 9)] == [calls[2].id]
        references = {one.reference for call in calls for one in work.deliveries.of_alert(call.id)}
    assert references == {"7,8"}


@ON_SQLITE
async def test_what_is_withheld_leaves_what_was_told_with_it_and_nothing_else(database: Database) -> None:
    """Of a statement that never said the words nothing is touched; the end of its case stays told."""
    part = Sensitive(Concern.MINOR, "Ryu Sol", "")
    with database.write() as work:
        reader = a_reader(work)
        plain = told(work, reader, name="plain")
        call = queued(
            work, reader, alert=an_alert(identifier="named", statement=a_statement(text="Ryu Sol is held."))
        )
        arrived(work, call.id, "8")
        for one in (plain, call):
            withhold(work, one.statement, one.source, [part], LATER)
        assert [one.alert_id for one in work.removals.due("telegram", LATER, 9)] == [call.id]
        said = work.statements.get(call.statement.id)
    assert said is not None
    assert "Ryu" not in said.text


async def test_words_leave_what_is_repeated_and_what_never_left_is_told_once(database: Database) -> None:
    """The platform answers a repetition with the message that stands there, which has the words."""
    with database.write() as work:
        call = named(work, *(a_reader(work, address=str(number)) for number in (1, 2)))
        unsure, _ = work.deliveries.of_alert(call.id)
        work.attempts.begin([unsure.id], NOON)
        unanswered(work, unsure, "no answer", NOON, immediate=True, recognised=True)
        withhold(work, call.statement, call.source, [NAME], NOON)
    platform, clock = Platform(remembers=timedelta(days=1)), Clock()
    assert report(database, clock) is None, "it is on its way"
    await sender(database, platform, clock).drain()
    assert sorted(names for _, names, _ in platform.told) == [("named",), ("named",), ("named away",)]
    assert became(database, call.id) == [("changed", False), (None, False)]
    event = report(database, clock)
    assert event is not None
    assert event.counts == {"statement": call.statement.id, "words": 1, "changed": 1}


def test_words_leave_what_a_sender_has_just_read(database: Database) -> None:
    """It holds the row, has read the words, and has not yet said so."""
    with database.write() as work:
        call = named(work, a_reader(work))
    with ThreadPoolExecutor(1) as pool:
        with database.write() as work:
            (one,) = work.deliveries.due("telegram", NOON, 9)
            admin = pool.submit(withheld, database, call)
            wait([admin], timeout=0.3)
            work.attempts.begin([one.id], NOON)
        admin.result()
    assert became(database, call.id) == [(None, True)]


@ON_SQLITE
def test_what_was_taken_back_before_is_not_told_as_if_it_stood(database: Database) -> None:
    """Its case goes on, so that nothing there calls it off; whoever loses words of it reads that."""
    with database.write() as work:
        first, second = readers(work, 2)
        call = rung(work, first)
        wrong = rung(work, second, case=call.case_id or 0, identifier="wrong", text="Ryu Sol is held.")
        retract(work, wrong.id, FALSE, "", RULES, LATER)
        arrived(work, wrong.id, "8")
        withhold(work, wrong.statement, wrong.source, [Sensitive(Concern.MINOR, "Ryu Sol", "")], LATER)
        _, (erase,) = removals.due(work, "telegram", LATER, 9, without=(), changes=True)
    assert erase.told.shown is not None
    assert erase.told.shown.by.cause is Cause.FALSE


@ON_SQLITE
def test_an_end_that_loses_words_is_still_the_end(database: Database) -> None:
    """It is not struck itself, as if it were over since it was told: the call would seem to stand again."""
    with database.write() as work:
        said = a_statement(text="Ryu Sol is free.", title="He is free")
        end = queued(
            work, a_reader(work), alert=an_alert(identifier="end", msg_type=MsgType.CANCEL, statement=said)
        )
        arrived(work, end.id, "8")
        withhold(work, end.statement, end.source, [Sensitive(Concern.MINOR, "Ryu Sol", "")], LATER)
        _, (erase,) = removals.due(work, "telegram", LATER, 9, without=(), changes=True)
    assert erase.told.shown is not None
    message = amended_message(erase.told.shown, Speech("en"), LATER)
    heading = message.blocks[0]
    assert isinstance(heading, Heading)
    assert not any(span.style is Style.STRUCK for span in heading.line)
    shown = plain_text(message)
    assert "Changed here: words were withheld for somebody's safety." in shown
    assert "Over since" not in shown


@ON_SQLITE
def test_what_cannot_be_read_holds_up_nothing_else(database: Database) -> None:
    """One waits whose end is not to be read; one goes of whose statement something else is not."""
    with database.write() as work:
        made = [
            an_alert(identifier=name, case_id=work.cases.open(name, NOON)) for name in ("ended", "edited")
        ]
        readers = [a_reader(work, address=one.identifier) for one in made]
        ended, edited = (queued(work, *each, alert=one) for one, *each in zip(made, readers, strict=True))
        for call in (ended, edited):
            arrived(work, call.id, str(call.id))
        end = work.alerts.add(replace(ended, identifier="end", msg_type=MsgType.CANCEL))
        work.deliveries.queue(end, [(readers[0].id, "telegram", NOON)], 0)
        edit = work.alerts.add(replace(edited, identifier="edit", cause=Cause.EDIT))
        for call in (ended, edited):
            take_down(work, call.statement.id, "why", NOON)
        arrived(work, end, "9")
        of = alerts.c.id.in_((end, edit))
        work.connection.execute(sa.update(alerts).where(of).values(cause="nonsense"))
        looked, erases = removals.due(work, "telegram", NOON, 9, without=(), changes=True)
        assert (looked, [one.wish.alert_id for one in erases]) == (2, [edited.id])
        assert work.removals.due("telegram", NOON, 9) == (erases[0].wish,), "the other waits"
    assert became(database, ended.id) == [(None, True)]


@ON_SQLITE
def test_what_is_the_same_for_all_messages_is_read_once(database: Database) -> None:
    """For each message three questions are left: its end, its versions, whether it is a digest."""
    asked = []
    for most in (2, 12):
        with database.write() as work:
            people = [a_reader(work, address=f"{most} {number}") for number in range(most)]
            call = told(work, *people, name=f"call {most}")
            take_down(work, call.statement.id, "why", NOON)
            questions: list[object] = []
            sa.event.listen(work.connection, "before_cursor_execute", lambda *told: questions.append(told[2]))  # noqa: B023
            _, erases = removals.due(work, "telegram", NOON, most, without=(), changes=True)
            for one in erases:
                work.removals.erased(one.wish, Erased.GONE)
            asked.append(len(questions) - most)  # what became of each is written down
    assert asked[1] - asked[0] <= 3 * 10


@ON_SQLITE
def test_at_the_end_nothing_stays_due_that_can_never_go(database: Database) -> None:
    """A message without a name cannot be found again; what is on its way still can."""
    with database.write() as work:
        call = told(work, *(a_reader(work, address=name) for name in ("1", "2")))
        nameless, _ = work.deliveries.of_alert(call.id)
        of = deliveries.c.id == nameless.id
        work.connection.execute(sa.update(deliveries).where(of).values(reference=""))
        take_down(work, call.statement.id, "why", NOON)
        (removal,) = work.removals.going()
        assert work.removals.end(removal, NOON)
    assert became(database, call.id) == [(None, False), (None, True)]


@ON_SQLITE
def test_a_chat_that_cannot_be_reached_waits_and_a_day_ends_the_rest(database: Database) -> None:
    """One limited for an hour holds up no report; what waits for nobody knows what is told after a day."""
    with database.write() as work:
        limited, gone, waits = (a_reader(work, address=str(number)) for number in (1, 2, 3))
        call = told(work, limited, gone)
        take_down(work, call.statement.id, "why", NOON)
        work.rests.rest(limited.id, NOON + timedelta(hours=1))
        work.recipients.suspend(gone.id, NOON)
        assert work.recipients.many([gone.id])[gone.id].state is RecipientState.SUSPENDED
        other = told(work, waits, name="other")
        take_down(work, other.statement.id, "why", NOON)
    clock = Clock()
    event = report(database, clock)
    assert event is not None
    assert event.counts == {"statement": call.statement.id, "away": 1, "resting": 1}
    clock.at += timedelta(days=1, seconds=1)
    event = report(database, clock)
    assert event is not None
    assert event.counts == {"statement": other.statement.id, "waiting": 1}


async def test_what_had_to_leave_the_chats_still_has_to_after_a_restore(
    database: Database, tmp_path: Path
) -> None:
    """The backup knows nothing of it; what is gone by then stays gone, and is not asked for again."""
    with database.write() as work:
        gone, pending = (a_reader(work, a_route(), address=str(number)) for number in (1, 2))
        call = told(work, gone, pending)
    file = tmp_path / "vigil.backup"
    database.back_up(file, NOON)
    with database.write() as work:
        take_down(work, call.statement.id, "why", NOON)
    clock, platform = Clock(), Platform([Sent(""), RetryLater(3600, "flood")])
    await sender(database, platform, clock).drain()
    assert became(database, call.id) == [("gone", False), (None, True)]
    with reading(file) as saved:
        restore(database, saved, NOON, (), replace=True)
    clock.at += timedelta(hours=2)
    platform.told.clear()
    await sender(database, platform, clock).drain()
    assert [(address, names) for address, names, _ in platform.told] == [("2", ("call away",))]
    assert report(database, clock) is None, "whoever restored it has other things to read"


@ON_SQLITE
def test_what_nobody_was_told_begins_nothing(database: Database) -> None:
    """No row, no word to admins."""
    with database.write() as work:
        (alone,) = kept(work, a_statement())
        waiting = queued(work, a_reader(work))
        for number in (alone.id, waiting.statement.id):
            assert take_down(work, number, "why", NOON).sent == 0
        assert work.removals.going() == ()
