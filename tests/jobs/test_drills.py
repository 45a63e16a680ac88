"""A drill reaches those who asked for drills, and nobody else, by whatever way it is queued."""

from datetime import datetime

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jobs import appeals, circle
from jobs.corrections import correct
from jobs.deliver import Deliverer
from jobs.desk import Refused
from jobs.errands import Room
from jobs.launch import Launcher
from jobs.ledger import Ledger
from jobs.limits import Limits
from jobs.pace import Pace
from jobs.steps import match
from storage.appeals import Draft
from storage.database import Database, Work
from storage.matching import Timing, Turn
from storage.people import Route
from storage.queries import Query
from storage.records import Alert
from storage.tables.log import notices
from storage.words import DeliveryState, MsgType, Stance, Status, Urgency
from tests.builders import NOON, a_reader, an_alert, arrived, queued
from tests.jobs.test_appeals import ANNA, BRUNO, FALSE, LATER, RULES, readers
from tests.jobs.test_deliver import Platform
from tests.jobs.test_wishes import undone

AT_ONCE = Turn(1, NOON)
people = st.tuples(st.booleans(), st.booleans(), st.booleans())
"""Whether they want drills when it is queued, when it is sent, and whether they follow the case."""


@given(
    everybody=st.lists(people, min_size=1, max_size=5),
    status=st.sampled_from(Status),
    msg_type=st.sampled_from(MsgType),
)
@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_the_query_and_the_last_look_keep_drills_from_all_others(
    database: Database, everybody: list[tuple[bool, bool, bool]], status: Status, msg_type: MsgType
) -> None:
    """By a wish, by a case that is followed, as the end of an earlier one; and minds change meanwhile."""
    with undone(database) as work:
        case = work.cases.open("The nine", NOON)
        readers = [a_reader(work, Route(), address=str(number)) for number in range(len(everybody))]
        for reader, (drills, _, follows) in zip(readers, everybody, strict=True):
            work.recipients.set_drills(reader.id, wanted=drills)
            if follows:
                work.stances.take(reader.id, case, Stance.FOLLOW)
        call = queued(work, *readers, alert=an_alert(identifier="call", case_id=case))
        arrived(work, call.id)
        drill = rung(work, an_alert(identifier="drill", case_id=case, status=status, msg_type=msg_type))
        log = {one.recipient_id for one in work.deliveries.of_alert(drill.id)}
        volunteers = {one.id for one, (now, _, _) in zip(readers, everybody, strict=True) if now}
        allowed = {one.id for one in readers} if status is Status.ACTUAL else volunteers
        assert log <= (set() if status is Status.DRAFT else allowed)
        for reader, (_, later, _) in zip(readers, everybody, strict=True):
            work.recipients.set_drills(reader.id, wanted=later)
        ledger = Ledger(database, "telegram", lambda: NOON)
        turn = ledger._choice.turn(work, Room(99), NOON)
        told = {one.recipient.id for one in turn.errands}
        still = {one.id for one, (_, later, _) in zip(readers, everybody, strict=True) if later}
        assert told == (log if status is Status.ACTUAL else log & still)
        kept_back = [one for one in work.deliveries.of_alert(drill.id) if one.recipient_id in log - told]
        assert all(one.state is DeliveryState.CANCELLED for one in kept_back)


def rung(work: Work, alert: Alert) -> Alert:
    """The alert as stored, queued by every way there is."""
    stored = queued(work, alert=alert)
    if stored.msg_type is MsgType.CANCEL:
        work.told.queue(stored, 0, NOON)
    else:
        aim = match.aim_of(stored)
        work.matching.queue(stored.id, aim, work.matching.reach(aim), Timing(AT_ONCE, AT_ONCE, AT_ONCE))
    circle.persons(work, stored, NOON, followed=True, held="")
    return stored


WORDS = Draft(
    "EXERCISE: nine face return",
    "Whom do you call?",
    "en",
    Urgency.IMMEDIATE,
    ("KP",),
    url="https://a.example/1",
)


async def sent(database: Database, now: datetime = LATER) -> list[tuple[str, str]]:
    """(address, what) of all that is sent when everything due goes."""
    platform = Platform()
    await Deliverer(database, platform, Pace(1e9, gap=0), lambda: now).drain()
    return [(address, names[0]) for address, names, _ in platform.told if address not in ("901", "902")]


def drilled(database: Database) -> int:
    """A drill that two admins stand for is on its way; of three readers two asked for drills."""
    with database.write() as work:
        for reader in readers(work)[1:]:
            work.recipients.set_drills(reader.id, wanted=True)
        made = appeals.write(work, ANNA, WORDS, NOON, drill=True)
        with pytest.raises(Refused):
            appeals.approve(work, made.id, made.mark, ANNA, RULES, NOON)
        done = appeals.approve(work, made.id, made.mark, BRUNO, RULES, NOON)
        assert done.reached.all == 2
    assert Launcher(database, RULES, Limits())._due(LATER) == 1
    return made.id


async def test_a_drill_from_its_first_words_to_its_correction(database: Database) -> None:
    """To those who asked for drills, and its end to those who still do: by a message and by an edit."""
    number = drilled(database)
    assert await sent(database) == [("2", "vigil-appeal-1"), ("3", "vigil-appeal-1")]
    with database.write() as work:
        third = work.recipients.find("telegram", "3")
        assert third is not None
        work.recipients.set_drills(third.id, wanted=False)
        assert correct(work, number, FALSE, ANNA, RULES, LATER) == 1
    end = "vigil-appeal-1-corrected"
    assert await sent(database) == [("2", end), ("2", f"vigil-appeal-1 by {end}")]
    with database.read() as work:
        told = work.connection.scalars(sa.select(notices.c.events).order_by(notices.c.id)).all()
    assert [event["counts"]["drill"] for events in told for event in events] == [1] * len(told)


async def test_who_wants_no_drills_any_more_has_no_message_changed_by_one(database: Database) -> None:
    """Not even by an edit that was due already."""
    number = drilled(database)
    await sent(database)
    with database.write() as work:
        correct(work, number, FALSE, ANNA, RULES, LATER)
        for address in ("2", "3"):
            reader = work.recipients.find("telegram", address)
            assert reader is not None
            work.recipients.set_drills(reader.id, wanted=False)
    assert await sent(database) == []
    with database.read() as work:
        assert work.told.next_due("telegram") is None


async def test_a_drill_waits_for_whatever_is_real_and_is_real_for_nothing(database: Database) -> None:
    """It is in no archive, no case is like it, and it gives no cause for a storm."""
    drilled(database)
    with database.write() as work:
        reader = work.recipients.find("telegram", "2")
        assert reader is not None
        queued(work, reader, lane=1, alert=an_alert(identifier="real", sent=LATER))
        assert work.alerts.urgent_so_many_back(2) is None
        (drill,) = work.alerts.many([work.alerts.numbered("vigil-appeal-1")]).values()
    assert (await sent(database))[0][1] == "real"
    with database.read() as work:
        number = drill.statement.id
        assert number not in [hit.statement.id for hit in work.statements.latest(Query(), 9).hits]
        assert work.statements.search(Query(words=("nine",)), 9).total == 1, "the real one"
        assert work.statements.at("https://a.example/1") is None
        assert number not in [one.id for one in work.statements.after(0, 9)]
        near = work.statements.neighbours
        assert number not in [key for key, _ in near.about(("KP",), NOON, 99)]
        assert near.tied("https://a.example/1", NOON, drill.source.id) == ()
        assert work.statements.get(number) is not None, "its button opens it"
    with database.write() as work:
        work.statements.index_all()
        assert work.statements.search(Query(words=("nine",)), 9).total == 1


@pytest.mark.parametrize(
    ("told_as", "ended_as"), [(Status.ACTUAL, Status.EXERCISE), (Status.EXERCISE, Status.ACTUAL)]
)
def test_a_drill_ends_nothing_that_is_real_nor_the_other_way_round(
    database: Database, told_as: Status, ended_as: Status
) -> None:
    """Should the two ever come to stand in one case, by whatever hand."""
    with database.write() as work:
        case, reader, waits = (
            work.cases.open("Nine", NOON),
            *(a_reader(work, Route(), address=one) for one in "12"),
        )
        for one in (reader, waits):
            work.recipients.set_drills(one.id, wanted=True)
        call = queued(work, reader, waits, alert=an_alert(identifier="call", case_id=case, status=told_as))
        first, second = work.deliveries.of_alert(call.id)
        work.attempts.settle(first.id, DeliveryState.SENT, reference="1")
        end = queued(
            work, alert=an_alert(identifier="end", case_id=case, status=ended_as, msg_type=MsgType.CANCEL)
        )
        assert work.deliveries.cancel_case(case, status=end.status) == 0
        assert work.told.queue(end, 0, NOON) == 0
        assert work.told.amend(end, NOON) == 0
        assert work.alerts.over([call.id]) == set()
        assert not work.told.receivers(case, status=ended_as)
        assert work.deliveries.many([second.id])[0].state is DeliveryState.QUEUED
