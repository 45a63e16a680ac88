"""What rings: in which lane for whom, and until when."""

from datetime import date, datetime, timedelta

import pytest

from jobs.limits import Limits
from jobs.ring import Audience, Occasion, ring
from storage.database import Database, now_utc
from storage.records import Assessment
from storage.words import Kind, MsgType, Relation
from tests.builders import (
    CALM,
    NOON,
    URGENT,
    a_reader,
    a_route,
    a_source,
    a_statement,
    an_alert,
    an_entry,
    kept,
    queued,
)

LIFE = timedelta(days=9)
CANCEL = Assessment(urgent=True, msg_type=MsgType.CANCEL)


def test_what_presses_goes_among_the_calls_to_whom_it_is_the_first_word(database: Database) -> None:
    """An update may be all that somebody hears of a case; who was told of it waits behind them."""
    with database.write() as work:
        told, digest, new = (a_reader(work, a_route(), address=name) for name in ("told", "digest", "new"))
        case = work.cases.open("Nine", NOON)
        call = queued(work, told, alert=an_alert(case_id=case))
        work.deliveries.queue(call.id, [(digest.id, "telegram", NOON)], 4)
        (statement,) = kept(work, a_statement(case_id=case, relation=Relation.UPDATE, title="Two were sent"))
        source, entry = work.sources.ensure(a_source()), an_entry(uid="later")
        rung = ring(work, source, entry, statement, Occasion(NOON, Limits(), Audience(work)))
        assert rung is not None
        assert rung[0].msg_type is MsgType.UPDATE
        lanes = {one.recipient_id: one.lane for one in work.deliveries.of_alert(rung[0].id)}
    assert lanes == {told.id: 2, digest.id: 1, new.id: 1}


def expires(
    database: Database, now: datetime, deadline: date | None, judged: Assessment = URGENT
) -> datetime:
    """Until when the alert of a statement with this deadline may be sent."""
    with database.write() as work:
        a_reader(work, a_route(kinds=tuple(Kind)))
        case = work.cases.open("Nine", now)
        said = a_statement(deadline=deadline, alert=judged, case_id=case)
        (statement,) = kept(work, said)
        source = work.sources.ensure(a_source())
        rung = ring(work, source, an_entry(), statement, Occasion(now, Limits(), Audience(work)))
        assert rung is not None
        assert rung[0].expires is not None
        return rung[0].expires


@pytest.mark.parametrize("days", [0, 1, 4])
def test_a_call_is_not_sent_when_the_day_that_it_names_is_over_everywhere(
    database: Database, days: int
) -> None:
    """Who gets it after an outage could do nothing any more; as long as it is that day anywhere, they can."""
    now = now_utc().replace(hour=12)
    deadline = now.date() + timedelta(days=days)
    over = datetime.combine(deadline, datetime.min.time(), now.tzinfo) + timedelta(hours=36)
    assert expires(database, now, deadline) == over


@pytest.mark.parametrize(
    ("days", "judged"),
    [(-3, URGENT), (2, CALM), (2, CANCEL), (30, URGENT)],
    ids=["past", "calm", "end", "far"],
)
def test_what_can_wait_or_may_be_misread_lives_as_long_as_ever(
    database: Database, days: int, judged: Assessment
) -> None:
    """A day that is past already, a digest of a week, the end of a call, a day that is far."""
    now = now_utc()
    assert expires(database, now, now.date() + timedelta(days=days), judged) >= now + LIFE
