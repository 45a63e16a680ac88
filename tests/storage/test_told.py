"""Who was told of a case, under which message its news belong, and which messages are to be changed."""

from datetime import timedelta

import pytest

from storage.database import Database, Work
from storage.people import Recipient
from storage.records import Alert
from storage.words import DeliveryState, MsgType
from tests.builders import NOON, a_reader, an_alert, arrived, queued

LATER = NOON + timedelta(hours=1)


def on_case(work: Work, case: int, name: str, *readers: Recipient, lane: int = 1, **given: object) -> Alert:
    """An alert on the case, queued for these readers."""
    return queued(work, *readers, lane=lane, alert=an_alert(identifier=name, case_id=case, **given))


@pytest.mark.parametrize(
    ("state", "begun", "told"),
    [
        (DeliveryState.SENT, True, True),
        (DeliveryState.UNCERTAIN, True, True),
        (DeliveryState.SENDING, True, True),
        (DeliveryState.SENDING, False, False),
        (DeliveryState.QUEUED, False, False),
        (DeliveryState.HELD, False, False),
        (DeliveryState.FAILED, True, False),
        (DeliveryState.CANCELLED, False, False),
    ],
)
def test_who_was_told_or_may_have_been_hears_of_the_end(
    database: Database, state: DeliveryState, begun: bool, told: bool
) -> None:
    """Nobody else: the end of something never heard of would only frighten."""
    with database.write() as work:
        case = work.cases.open("Nine", NOON)
        reader = a_reader(work)
        (delivery,) = work.deliveries.of_alert(on_case(work, case, "call", reader).id)
        if begun:
            work.attempts.begin([delivery.id], NOON)
        work.attempts.settle(delivery.id, state)
        assert work.told.receivers(case) is told


def test_the_end_is_told_once_and_again_after_a_new_call(database: Database) -> None:
    """Two sources call off the same call; then it is raised anew, and called off anew."""
    with database.write() as work:
        case, reader = work.cases.open("Nine", NOON), a_reader(work)
        arrived(work, on_case(work, case, "call", reader).id)
        assert work.told.receivers(case)
        end = on_case(work, case, "end", reader, lane=0, msg_type=MsgType.CANCEL)
        assert not work.told.receivers(case), "the end waits for its turn"
        arrived(work, end.id)
        assert not work.told.receivers(case)
        arrived(work, on_case(work, case, "call again", reader).id)
        assert work.told.receivers(case)


def test_who_left_is_told_of_the_end_when_they_are_there_again(database: Database) -> None:
    """Of the first end, once, though another source calls it off as well; until then nothing is queued."""
    with database.write() as work:
        case, reader = work.cases.open("Nine", NOON), a_reader(work)
        arrived(work, on_case(work, case, "call", reader).id)
        work.recipients.suspend(reader.id, NOON)
        ends = [on_case(work, case, name, msg_type=MsgType.CANCEL) for name in ("end", "end again")]
        assert [work.told.queue(end, 0, NOON) for end in ends] == [0, 0]
        work.recipients.ensure("telegram", reader.address, "en", LATER)
        log = [[(one.state, one.lane) for one in work.deliveries.of_alert(end.id)] for end in ends]
    assert log == [[(DeliveryState.QUEUED, 0)], []]


def test_what_was_said_of_a_case_is_due_to_be_changed_once(database: Database) -> None:
    """What was said of this case before, also in a digest: not of another, not the end itself."""
    with database.write() as work:
        case, other = work.cases.open("Nine", NOON), work.cases.open("Ten", NOON)
        reader, waiting = a_reader(work), a_reader(work, address="2")
        call = on_case(work, case, "call", reader, waiting)
        (sent, _) = work.deliveries.of_alert(call.id)
        work.attempts.settle(sent.id, DeliveryState.SENT, reference="7")
        digest = [on_case(work, of, f"line {of}", reader, lane=4) for of in (case, other)]
        for line in digest:
            arrived(work, line.id, "8")
        arrived(work, on_case(work, other, "other", reader).id, "9")
        end = on_case(work, case, "end", reader, lane=0, msg_type=MsgType.CANCEL)
        assert work.told.amend(end, LATER) == 2
        arrived(work, end.id, "10")
        assert work.told.due("telegram", NOON, 9) == ()
        assert work.told.due("telegram", LATER, 9, ends=False) == ()
        assert work.told.due("telegram", LATER, 9, without=[reader.id]) == ()
        due, listed = work.told.due("telegram", LATER, 9, ends=True)
        assert work.told.over(reader.id, [line.id for line in digest]) == {digest[0].id}
        work.told.amended(listed, "8,12")
        assert [work.deliveries.of_alert(line.id)[0].reference for line in digest] == ["8,12"] * 2
        assert (due.reference, due.alert_id, due.by) == ("7", call.id, end.id)
        assert work.told.next_due("telegram") == LATER
        work.told.amend_later(due, LATER + timedelta(minutes=1))
        assert work.told.due("telegram", LATER, 9) == ()
        (due,) = work.told.due("telegram", LATER + timedelta(minutes=1), 9)
        work.told.amended(due, "7,11")
        assert work.told.next_due("telegram") is None
        assert work.deliveries.of_alert(call.id)[0].reference == "7,11"


def test_a_chat_that_moved_has_nothing_to_change(database: Database) -> None:
    """In the new chat the same numbers name other messages, which no edit may hit."""
    with database.write() as work:
        case, reader = work.cases.open("Nine", NOON), a_reader(work, address="-1")
        arrived(work, on_case(work, case, "call", reader).id, "7")
        work.told.amend(on_case(work, case, "end", reader, lane=0, msg_type=MsgType.CANCEL), NOON)
        (due,) = work.told.due("telegram", NOON, 9)
        work.recipients.move(reader.id, "telegram", "-1002", NOON)
        work.told.amended(due, "8")
        assert work.told.due("telegram", LATER, 9) == ()
        assert {one.reference for one in work.deliveries.of_alert(due.alert_id)} == {""}


@pytest.mark.parametrize(("part", "counted"), [("1", [1, 0, 0]), ("8", [0, 0, 1]), ("2", [0, 0, 0])])
def test_a_reaction_counts_for_its_own_message_alone(
    database: Database, part: str, counted: list[int]
) -> None:
    """Also one to the first message of a chat, whose number is how every sealed name begins."""
    with database.write() as work:
        case, reader = work.cases.open("Nine", NOON), a_reader(work)
        calls = [on_case(work, case, name, reader) for name in ("one", "two", "three")]
        for call, reference in zip(calls, ("1", "7", "8,12"), strict=True):
            arrived(work, call.id, reference)
        work.told.seen(reader.id, part, 1)
        assert [work.deliveries.of_alert(call.id)[0].seen for call in calls] == counted


def test_news_belong_under_what_was_told_before(database: Database) -> None:
    """The first message first; what is told later, and what never left us, is not among it."""
    with database.write() as work:
        case, reader = work.cases.open("Nine", NOON), a_reader(work)
        arrived(work, on_case(work, case, "digest", reader, lane=4).id, "5")
        arrived(work, on_case(work, case, "call", reader).id, "7")
        on_case(work, case, "waits", reader)
        news = on_case(work, case, "news", reader, lane=2, msg_type=MsgType.UPDATE)
        arrived(work, news.id, "9")
        heard = work.told.heard(reader.id, case, news.id)
        assert [(one.reference, one.at_once) for one in heard] == [("5", False), ("7", True)]


def test_news_belong_under_nothing_that_another_account_sent(database: Database) -> None:
    """It was on its way when they turned to this one: here its number names another message, or none."""
    with database.write() as work:
        case, reader = work.cases.open("Nine", NOON), a_reader(work)
        call = on_case(work, case, "call", reader)
        (one,) = work.deliveries.of_alert(call.id)
        work.attempts.begin([one.id], NOON)
        work.recipients.turn_to(reader.id, "telegram 2000002", NOON)
        arrived(work, call.id, "7")
        (heard,) = work.told.heard(reader.id, case, call.id + 1)
        assert (heard.reference, heard.at_once) == ("", True)
        work.recipients.turn_to(reader.id, "telegram", NOON)
        arrived(work, call.id, "7")
        (heard,) = work.told.heard(reader.id, case, call.id + 1)
        assert heard.reference == "7"
