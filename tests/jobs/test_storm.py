"""Too much within an hour, from all sources together: what counts as too much."""

from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa

from jobs import storm
from jobs.ring import Audience
from storage.database import Database
from storage.records import Alert
from storage.tables.log import deliveries
from storage.words import Cause, MsgType
from tests.builders import CALM, NOON, URGENT, a_reader, a_route, a_source, a_statement, an_alert, queued


def rang(database: Database, count: int, *, lane: int = 1, **given: object) -> None:
    """So many alerts, each of a source of its own, within the last minutes."""
    with database.write() as work:
        reader = a_reader(work)
        for number in range(count):
            said = a_statement(title=f"{number}", alert=URGENT if lane < 3 else CALM)
            source = a_source(name=f"source {number}")
            alert = an_alert(identifier=f"a{lane}{number}", statement=said, source=source, **given)
            queued(work, reader, alert=alert, lane=lane)


def rages(database: Database, most: int, **given: object) -> bool:
    """Whether one more would be too much."""
    alert: Alert = an_alert(identifier="new", sent=NOON + timedelta(minutes=5), **given)
    with database.write() as work:
        return storm.rages(work, alert, most)


def test_reminders_are_no_storm(database: Database) -> None:
    """Sixty of them at nine in the morning hold up no call."""
    rang(database, 3, cause=Cause.REMINDER, msg_type=MsgType.UPDATE)
    assert not rages(database, 3)
    rang(database, 3, sent=NOON + timedelta(minutes=1), lane=2)
    assert rages(database, 3)


@pytest.mark.parametrize("removed", [False, True])
def test_what_is_on_trial_holds_up_no_call(database: Database, removed: bool) -> None:
    """All of it waits for an admin: whoever adds a feed that cries sixty times silences nobody else."""
    rang(database, 3)
    with database.write() as work:
        for number in range(3):
            made = work.sources.add(a_source(name=f"source {number}"), NOON)
            if removed:
                work.sources.remove(made.id)
    assert not rages(database, 3)
    assert not rages(database, 1)
    with database.write() as work:
        work.sources.put_on_trial(made.id, None)
    assert rages(database, 1)
    assert not rages(database, 2)


@pytest.mark.parametrize(("lane", "too_much"), [(3, True), (4, False)])
def test_ordinary_posts_of_many_sources_are_one_where_they_come_at_once(
    database: Database, lane: int, too_much: bool
) -> None:
    """Each below its own cap, together too many for who wants all at once; a digest can hold more."""
    post = a_statement(title="post", alert=CALM)
    rang(database, 3, lane=lane)
    assert rages(database, 3, statement=post) is too_much
    assert not rages(database, 4, statement=post)
    assert not rages(database, 3), "a call is not held up by posts"


def tells(database: Database, *whys: str, sent: datetime = NOON) -> None:
    """One transaction, in which so much is held at that moment."""
    with database.write() as work:
        audience = Audience(work)
        for why in whys:
            alert = an_alert(sent=sent)
            aim = audience.aim(alert)
            whom = aim, work.matching.reach(aim)
            storm.tell(work, alert, whom, why, audience.admins, audience.storms)


def test_who_is_told_of_two_storms_of_one_moment_hears_it_once(database: Database) -> None:
    """That of a source and that of all of them: the same line twice tells no more than once."""
    both = ("too many of this source", storm.IN_ALL[True])
    with database.write() as work:
        a_reader(work, a_route(), address="1")
    tells(database, *both, *both)
    with database.write() as work:
        a_reader(work, a_route(), address="2")
    tells(database, *both, sent=NOON + timedelta(minutes=1))
    of_each = sa.select(sa.func.count(deliveries.c.id)).group_by(deliveries.c.recipient_id)
    with database.read() as work:
        counts = work.connection.scalars(of_each.order_by(deliveries.c.recipient_id)).all()
    assert counts == [1, 1], "who came later hears it as well"


def test_what_was_polled_beside_the_first_of_a_storm_is_the_same_storm(database: Database) -> None:
    """Of two that answer within a minute the later one may be kept first; a poll of last week is apart."""
    with database.write() as work:
        a_reader(work, a_route())
    for sent in (NOON, NOON - timedelta(seconds=40), NOON + timedelta(seconds=5)):
        tells(database, storm.IN_ALL[True], sent=sent)
    with database.read() as work:
        assert work.deliveries.waiting() == 1
    tells(database, storm.IN_ALL[True], sent=NOON - timedelta(days=7))
    with database.read() as work:
        assert work.deliveries.waiting() == 2
