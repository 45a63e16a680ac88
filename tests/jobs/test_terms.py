"""Who has lost an account undoes nothing of what its successor did, and what never left is not in doubt."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa

from jobs import leaving, uncertain
from jobs.deliver import Deliverer, NotAlone
from jobs.errands import Errand, Finished, Room
from jobs.manner import Manner
from jobs.outcome import Outcome, RetryLater, Sent, Uncertain
from jobs.pace import Pace
from storage.database import Database
from storage.people import Recipient
from storage.records import Alert, Assessment
from storage.tables.log import alerts, deliveries
from storage.tables.program import senders
from storage.words import DeliveryState, MsgType
from tests.builders import CALM, NOON, URGENT, a_reader, a_statement, an_alert, queued
from tests.jobs.test_deliver import Clock, Platform, deliverer, delivery, queue

PERHAPS = RetryLater(5, "no answer", perhaps=True)
TOLD_TO_WAIT = RetryLater(5, "429")


@dataclass
class Slow(Pace):
    """Gives room at once, and lets nothing leave before its time."""

    opens: float = field(default_factory=lambda: time.monotonic() + 0.6)

    def wait_for(self, few: int = 1) -> float:
        """Seconds until so many may leave."""
        return max(0.0, self.opens - time.monotonic()) or super().wait_for(few)


@dataclass
class Hangs(Platform):
    """Answers once something else has happened."""

    meanwhile: Callable[[], object] = lambda: None

    async def tell(
        self, alerts: Sequence[Alert], recipient: Recipient, key: str, now: datetime, manner: Manner
    ) -> Outcome:
        """One attempt."""
        self.meanwhile()
        return await super().tell(alerts, recipient, key, now, manner)


async def test_what_never_left_waits_although_nobody_has_taken_over_yet(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The program stood still, its session was ended: whoever comes next must not hold it for uncertain."""
    monkeypatch.setattr(leaving, "_FRESH", 0.05)
    looks: list[bool] = []

    def alone() -> bool:
        """So it was at the turn."""
        looks.append(True)
        if len(looks) == 1:
            time.sleep(0.1)
        return len(looks) == 1

    alert, platform = queue(database, "post", lane=3, assessment=CALM), Platform()
    mine = Deliverer(database, platform, Pace(1e9, gap=0), Clock(), alone=alone)
    mine.recover()
    with pytest.raises(NotAlone):
        await mine.drain()
    found = delivery(database, alert)
    assert (platform.told, found.state, found.attempts, found.tried) == ([], DeliveryState.QUEUED, 0, None)


async def test_what_is_claimed_does_not_leave_once_the_lock_is_lost(database: Database) -> None:
    """It would leave beside another sender's, which holds it for uncertain, or repeats it."""
    alert, platform = queue(database, "call"), Platform()
    turns = iter((True, False))
    mine = Deliverer(database, platform, Slow(1000, gap=0), Clock(), alone=lambda: next(turns, False))
    mine.recover()
    with pytest.raises(NotAlone):
        await mine.drain()
    found = delivery(database, alert)
    assert (platform.told, found.state, found.attempts) == ([], DeliveryState.QUEUED, 0)


def test_what_goes_back_after_another_term_began_is_not_uncertain(database: Database) -> None:
    """Claimed, and never left: its successor could only guess."""
    alert = queue(database, "post", lane=3, assessment=CALM)
    mine, other = (deliverer(database, Platform(), Clock()) for _ in range(2))
    mine.recover()
    turn = mine._ledger.turn((), Room(9))
    assert other.recover() == 1
    assert delivery(database, alert).state is DeliveryState.UNCERTAIN
    mine._ledger.put_back(turn.errands)
    found = delivery(database, alert)
    assert (found.state, found.attempts, found.detail) == (DeliveryState.QUEUED, 0, "")


@pytest.mark.parametrize(
    ("assessment", "answer", "by_mine", "by_other"),
    [
        (URGENT, Uncertain("timed out"), 1, 1),
        (URGENT, PERHAPS, 1, 1),
        (URGENT, TOLD_TO_WAIT, 1, 1),
        (CALM, TOLD_TO_WAIT, 1, 1),
        (CALM, Uncertain("timed out"), 1, 0),
        (CALM, Sent("1"), 1, 0),
    ],
)
async def test_an_answer_that_comes_after_another_took_over_undoes_nothing(
    database: Database,
    monkeypatch: pytest.MonkeyPatch,
    assessment: Assessment,
    answer: Outcome,
    by_mine: int,
    by_other: int,
) -> None:
    """What arrived by then is not sent again; what surely did not arrive is no longer uncertain."""
    monkeypatch.setattr(uncertain, "_REPEAT_AFTER", timedelta())
    alert, theirs = queue(database, "alert", assessment=assessment), Platform()
    clock = Clock()
    other = deliverer(database, theirs, clock)

    def taken_over() -> None:
        """The one repetition of an Immediate alert has gone, too, before we answer."""
        assert other.recover() == 1
        turn = other._ledger.turn((), Room(9))
        other._ledger.turn([_arrived(one, theirs) for one in turn.errands], Room())

    ours = Hangs([answer], meanwhile=taken_over)
    mine = deliverer(database, ours, clock)
    mine.recover()
    with pytest.raises(NotAlone):
        await mine.drain()
    clock.at += timedelta(minutes=20)
    await other.drain()
    assert (len(ours.told), len(theirs.told)) == (by_mine, by_other)
    is_in_doubt = assessment is CALM and isinstance(answer, Uncertain)
    assert delivery(database, alert).state is (DeliveryState.UNCERTAIN if is_in_doubt else DeliveryState.SENT)


def _arrived(errand: Errand, platform: Platform) -> Finished:
    platform.told.append((errand.recipient.address, (), errand.key))
    return Finished(errand, Sent("2"), NOON)


async def test_an_answer_from_before_the_database_was_put_back_ticks_nothing_off(database: Database) -> None:
    """An older backup came back under a node at work: what has its message's number now is another message.

    Nobody misses that; and no term of then is mistaken for one of now.
    """
    queue(database, "kept", address="1")
    clock, theirs = Clock(), Platform()
    with database.write() as work:
        before = work.senders.take("telegram", "before")
        backup = work.connection.execute(sa.select(deliveries)).mappings().all()
        alerts_then = work.connection.execute(sa.select(alerts)).mappings().all()
    known = []

    def put_back() -> None:
        """All that came since is gone, and the next call gets its numbers."""
        with database.write() as work:
            known.append(work.connection.scalar(sa.select(sa.func.max(deliveries.c.id))))
            for table in (deliveries, alerts):
                work.connection.execute(sa.delete(table))
            work.connection.execute(sa.insert(alerts), [dict(row) for row in alerts_then])
            work.connection.execute(sa.insert(deliveries), [dict(row) for row in backup])
            work.connection.execute(sa.update(senders).values(term=before, place="before"))
            if database.is_shared:
                for table, last in ((alerts, lost), (deliveries, known[0])):
                    sequence = sa.func.pg_get_serial_sequence(table.name, "id")
                    work.connection.execute(sa.select(sa.func.setval(sequence, last, False)))
        known.append(queue(database, "new", address="3"))

    ours = Hangs([Sent("9")], meanwhile=put_back)
    mine = deliverer(database, ours, clock)
    mine.most = 1
    with database.write() as work:
        work.connection.execute(sa.update(deliveries).values(not_before=NOON + timedelta(hours=1)))
    lost = queue(database, "lost", address="2")
    mine.recover()
    with pytest.raises(NotAlone):
        await mine.drain()
    new = delivery(database, known[1])
    assert [new.id, known[1]] == [known[0], lost], "the numbers of what was lost"
    assert new.state is DeliveryState.QUEUED
    after = deliverer(database, theirs, clock)
    after.recover()
    assert after._ledger._term > mine._ledger._term >= before
    clock.at += timedelta(hours=2)
    await after.drain()
    assert sorted(names[0] for _, names, _ in theirs.told) == ["kept", "new"]


def test_whoever_may_have_got_a_call_hears_that_it_is_over(database: Database) -> None:
    """No answer came, and its case was closed meanwhile: it may stand in the room."""
    with database.write() as work:
        reader, case = a_reader(work), work.cases.open("call", NOON)
        call = queued(work, reader, alert=an_alert(case_id=case, statement=a_statement(case_id=case)))
    ledger = deliverer(database, Platform(remembers=timedelta(hours=23)), Clock())._ledger
    (errand,) = ledger.turn((), Room(9)).errands
    with database.write() as work:
        work.deliveries.cancel_case(case)
        end = an_alert(identifier="end", case_id=case, msg_type=MsgType.CANCEL)
        end = queued(work, alert=end)
        assert work.told.queue(end, 0, NOON) == 1
    ledger.turn([Finished(errand, PERHAPS, NOON)], Room())
    assert delivery(database, end.id).state is DeliveryState.QUEUED
    found = delivery(database, call.id)
    assert (found.state, found.tried) == (DeliveryState.UNCERTAIN, None)


@pytest.mark.parametrize("before", [False, True])
def test_whoever_got_nothing_of_a_call_hears_nothing_of_its_end(database: Database, before: bool) -> None:
    """It was claimed and never left; where an attempt was made before, it may stand there."""
    with database.write() as work:
        reader, case = a_reader(work), work.cases.open("call", NOON)
        call = queued(work, reader, alert=an_alert(case_id=case, statement=a_statement(case_id=case)))
    clock = Clock()
    ledger = deliverer(database, Platform(remembers=timedelta(hours=23)), clock)._ledger
    turn = ledger.turn((), Room(9))
    if before:
        ledger.turn([Finished(turn.errands[0], PERHAPS, NOON)], Room())
        clock.at += timedelta(minutes=20)
        turn = ledger.turn((), Room(9))
    with database.write() as work:
        work.deliveries.cancel_case(case)
        end = queued(work, alert=an_alert(identifier="end", case_id=case, msg_type=MsgType.CANCEL))
        assert work.told.queue(end, 0, NOON) == 1
    ledger.put_back(turn.errands)
    states = [delivery(database, one.id).state for one in (call, end)]
    assert states == (
        [DeliveryState.UNCERTAIN, DeliveryState.QUEUED] if before else [DeliveryState.CANCELLED] * 2
    )


async def test_another_account_does_not_take_what_it_never_sent_for_a_repetition(database: Database) -> None:
    """A key is known for who sent it alone: what may have arrived by the one is not sent by the other."""
    alert = queue(database, "post", lane=3, assessment=CALM)
    memory, clock = timedelta(hours=23), Clock()
    first = Platform([PERHAPS], remembers=memory)
    second = Platform(remembers=memory, name="telegram two")
    await deliverer(database, first, clock).drain()
    with database.write() as work:
        (reader,) = work.recipients.many(range(1, 9))
        work.recipients.turn_to(reader, second.name, NOON)
    clock.at += timedelta(minutes=30)
    await deliverer(database, second, clock).drain()
    assert (len(first.told), second.told) == (1, [])
    assert delivery(database, alert).state is DeliveryState.UNCERTAIN
