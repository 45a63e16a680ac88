"""A drill reaches those who asked for drills, and nobody else, by whatever way it is queued."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jobs import circle
from jobs.errands import Room
from jobs.ledger import Ledger
from jobs.steps import match
from storage.database import Database, Work
from storage.matching import Timing, Turn
from storage.people import Route
from storage.records import Alert
from storage.words import DeliveryState, MsgType, Stance, Status
from tests.builders import NOON, a_reader, an_alert, arrived, queued
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
