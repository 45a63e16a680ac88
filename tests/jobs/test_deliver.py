"""What is queued is sent, most pressing first, and every answer of a platform is written down."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest

from jobs.deliver import Deliverer, Pace
from jobs.manner import Manner
from jobs.outcome import Gone, Migrated, Outcome, Rejected, RetryLater, Sent, Uncertain
from storage.database import Database
from storage.records import Alert, Assessment, Delivery, Notice, Recipient
from storage.words import DeliveryState, RecipientState
from tests.builders import CALM, NOON, URGENT, a_reader, a_statement, an_alert, queued


@dataclass
class Platform:
    """A chat platform that answers as it is told, and remembers what it was given."""

    answers: list[Outcome | Exception] = field(default_factory=list)
    idempotent: bool = False
    told: list[tuple[str, tuple[str, ...], str]] = field(default_factory=list)
    name: str = "telegram"

    async def notify(self, notice: Notice, recipient: Recipient, key: str) -> Outcome:
        """One attempt to tell an admin."""
        return self._answered(recipient, tuple(str(event.kind) for event in notice.events), key)

    async def tell(
        self, alerts: Sequence[Alert], recipient: Recipient, key: str, now: datetime, manner: Manner
    ) -> Outcome:
        """One attempt."""
        del now, manner
        return self._answered(recipient, tuple(alert.identifier for alert in alerts), key)

    def _answered(self, recipient: Recipient, what: tuple[str, ...], key: str) -> Outcome:
        self.told.append((recipient.address, what, key))
        answer = self.answers.pop(0) if self.answers else Sent("1")
        if isinstance(answer, Exception):
            raise answer
        return answer


class Clock:
    """A clock that moves when it is told to."""

    def __init__(self) -> None:
        self.at = NOON

    def __call__(self) -> datetime:
        """What time it is."""
        return self.at


def queue(
    database: Database, name: str, *, lane: int = 1, assessment: Assessment = URGENT, address: str = "1"
) -> int:
    """One alert for one recipient; returns the alert's id."""
    with database.write() as work:
        alert = an_alert(identifier=name, statement=a_statement(alert=assessment))
        return queued(work, a_reader(work, address=address), lane=lane, alert=alert).id


def delivery(database: Database, alert_id: int) -> Delivery:
    """Where the one delivery of the alert is."""
    with database.read() as work:
        (found,) = work.deliveries.of_alert(alert_id)
    return found


def deliverer(database: Database, platform: Platform, clock: Clock) -> Deliverer:
    """A deliverer that need not wait between messages."""
    return Deliverer(database, platform, Pace(1e9, gap=0), clock)


async def test_corrections_go_before_alerts_and_alerts_before_digests(database: Database) -> None:
    """What was queued last may go first."""
    for name, lane in (("digest", 4), ("alert", 1), ("correction", 0)):
        queue(database, name, lane=lane, address=name)
    platform = Platform()
    await deliverer(database, platform, Clock()).drain()
    assert [names for _, names, _ in platform.told] == [("correction",), ("alert",), ("digest",)]


async def test_a_digest_is_one_message(database: Database) -> None:
    """Three statements for one reader are told at once."""
    for name in ("a", "b", "c"):
        queue(database, name, lane=4)
    platform = Platform()
    await deliverer(database, platform, Clock()).drain()
    assert [names for _, names, _ in platform.told] == [("a", "b", "c")]


@pytest.mark.parametrize(
    ("answer", "state"),
    [
        (Sent("77"), DeliveryState.SENT),
        (Gone("Forbidden: bot was blocked by the user"), DeliveryState.FAILED),
        (Rejected("Bad Request: message is too long"), DeliveryState.FAILED),
        (RetryLater(30, "Too Many Requests"), DeliveryState.QUEUED),
    ],
)
async def test_every_answer_ends_in_its_state(
    database: Database, answer: Outcome, state: DeliveryState
) -> None:
    """The notification log tells what the platform said."""
    alert_id = queue(database, "alert")
    await deliverer(database, Platform([answer]), Clock()).drain()
    assert delivery(database, alert_id).state is state


async def test_retry_after_is_obeyed_to_the_second(database: Database) -> None:
    """Not a second earlier, and then it arrives."""
    alert_id = queue(database, "alert")
    platform, clock = Platform([RetryLater(30, "Too Many Requests", everyone=True)]), Clock()
    sender = deliverer(database, platform, clock)
    await sender.drain()
    clock.at += timedelta(seconds=29)
    await sender.drain()
    assert len(platform.told) == 1
    clock.at += timedelta(seconds=1)
    await sender.drain()
    assert delivery(database, alert_id).state is DeliveryState.SENT
    assert platform.told[0][2] == platform.told[1][2], "a repetition has the same key"


async def test_an_outage_of_hours_loses_nothing(database: Database) -> None:
    """While the platform is away the tries space out; when it is back the alert arrives."""
    alert_id = queue(database, "alert")
    platform, clock = Platform([RetryLater(0, "connection refused")] * 12), Clock()
    sender = deliverer(database, platform, clock)
    for _ in range(120):
        await sender.drain()
        clock.at += timedelta(minutes=1)
    assert delivery(database, alert_id).state is DeliveryState.SENT


async def test_an_alert_that_expired_meanwhile_is_cancelled_and_says_so(database: Database) -> None:
    """Nobody is woken by what is over."""
    alert_id = queue(database, "alert")
    clock = Clock()
    clock.at += timedelta(days=2)
    platform = Platform()
    await deliverer(database, platform, clock).drain()
    assert platform.told == []
    found = delivery(database, alert_id)
    assert (found.state, "expired" in found.detail) == (DeliveryState.CANCELLED, True)


async def test_a_chat_that_blocked_the_bot_is_suspended(database: Database) -> None:
    """What else waited for it is cancelled, and nothing more is tried."""
    queue(database, "one")
    second = queue(database, "two", lane=3)
    platform = Platform([Gone("Forbidden: bot was blocked by the user")])
    sender = deliverer(database, platform, Clock())
    await sender.drain()
    with database.read() as work:
        recipient = work.recipients.find("telegram", "1")
    assert recipient is not None
    assert recipient.state is RecipientState.SUSPENDED
    assert delivery(database, second).state in {DeliveryState.CANCELLED, DeliveryState.SENT}


async def test_a_group_that_moved_is_followed(database: Database) -> None:
    """The alert arrives at the new address."""
    alert_id = queue(database, "alert", address="-1")
    platform = Platform([Migrated("-1002")])
    await deliverer(database, platform, Clock()).drain()
    assert [address for address, _, _ in platform.told] == ["-1", "-1002"]
    assert delivery(database, alert_id).state is DeliveryState.SENT


@pytest.mark.parametrize("answer", [Uncertain("timed out"), ValueError("a fault of ours")])
async def test_without_an_answer_an_immediate_alert_is_repeated_once(
    database: Database, answer: Outcome | Exception
) -> None:
    """A miss is worse than a double; after the second silence it stays uncertain."""
    alert_id = queue(database, "alert")
    platform, clock = Platform([answer, answer, answer]), Clock()
    sender = deliverer(database, platform, clock)
    for _ in range(4):
        await sender.drain()
        clock.at += timedelta(minutes=1)
    assert len(platform.told) == 2
    assert delivery(database, alert_id).state is DeliveryState.UNCERTAIN


async def test_without_an_answer_anything_else_is_not_repeated(database: Database) -> None:
    """An ordinary post twice would be noise."""
    alert_id = queue(database, "post", lane=3, assessment=CALM)
    platform = Platform([Uncertain("timed out")])
    await deliverer(database, platform, Clock()).drain()
    assert len(platform.told) == 1
    assert delivery(database, alert_id).state is DeliveryState.UNCERTAIN


@pytest.mark.parametrize(
    ("idempotent", "urgent", "state"),
    [
        (True, False, DeliveryState.QUEUED),
        (False, True, DeliveryState.QUEUED),
        (False, False, DeliveryState.UNCERTAIN),
    ],
)
def test_what_a_killed_sender_was_sending_is_settled_at_the_next_start(
    database: Database, idempotent: bool, urgent: bool, state: DeliveryState
) -> None:
    """Killed between sending and the answer: nothing stays "being sent" for ever."""
    assessment = URGENT if urgent else CALM
    alert_id = queue(database, "alert", assessment=assessment)
    with database.write() as work:
        (claimed,) = work.deliveries.claim("telegram", NOON, 10, lanes=(0, 4))
        work.deliveries.begin([claimed.id])
    sender = deliverer(database, Platform(idempotent=idempotent), Clock())
    assert sender.recover() == 1
    assert delivery(database, alert_id).state is state


def test_what_only_waited_for_its_turn_when_the_sender_was_killed_is_sent(database: Database) -> None:
    """Claimed, but never attempted: there is nothing uncertain about it."""
    alert_id = queue(database, "post", lane=3, assessment=CALM)
    with database.write() as work:
        work.deliveries.claim("telegram", NOON, 10, lanes=(0, 4))
    deliverer(database, Platform(), Clock()).recover()
    assert delivery(database, alert_id).state is DeliveryState.QUEUED


async def test_a_stop_puts_back_what_waited_for_its_turn(database: Database) -> None:
    """A clean stop in the middle of a batch loses nothing and makes nothing uncertain."""
    ids = [queue(database, f"correction {n}", lane=0, address="1") for n in range(4)]
    sender = Deliverer(database, Platform(), Pace(1e9, gap=60), Clock())
    task = asyncio.create_task(sender.drain())
    for _ in range(1_000):
        if DeliveryState.SENT in [delivery(database, alert_id).state for alert_id in ids]:
            break
        await asyncio.sleep(0.05)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    states = [delivery(database, alert_id).state for alert_id in ids]
    assert sorted(states) == [*[DeliveryState.QUEUED] * 3, DeliveryState.SENT]


async def test_a_timeout_after_a_flood_wait_is_still_repeated(database: Database) -> None:
    """An outage often begins with 429 and ends with silence: the one repetition is not used up by it."""
    queue(database, "alert")
    platform, clock = Platform([RetryLater(1, "429"), Uncertain("timed out"), Sent("1")]), Clock()
    sender = deliverer(database, platform, clock)
    for _ in range(4):
        await sender.drain()
        clock.at += timedelta(minutes=1)
    assert len(platform.told) == 3


async def test_while_the_account_must_wait_nothing_else_is_tried(database: Database) -> None:
    """What waited for its turn when the flood wait came goes back as it was: not attempted, not uncertain."""
    first, second = queue(database, "one", address="1"), queue(database, "two", address="2")
    platform, clock = Platform([RetryLater(30, "Too Many Requests", everyone=True)]), Clock()
    sender = Deliverer(database, platform, Pace(per_second=4, gap=0), clock)
    await sender.drain()
    assert len(platform.told) == 1
    waiting = delivery(database, second)
    assert (waiting.state, waiting.attempts) == (DeliveryState.QUEUED, 0)
    clock.at += timedelta(seconds=31)
    await sender.drain()
    states = {delivery(database, alert_id).state for alert_id in (first, second)}
    assert (states, len(platform.told)) == ({DeliveryState.SENT}, 3)


async def test_a_repetition_is_the_only_one_whatever_comes_between(database: Database) -> None:
    """Uncertain, repeated, told to wait, uncertain again: the log says "repeated" all along, and it ends."""
    alert_id = queue(database, "alert")
    platform = Platform([Uncertain("timed out"), RetryLater(1, "Too Many Requests"), Uncertain("timed out")])
    clock, notes = Clock(), []
    sender = deliverer(database, platform, clock)
    for _ in range(5):
        await sender.drain()
        notes.append(delivery(database, alert_id).detail)
        clock.at += timedelta(minutes=1)
    repeated = "repeated, as it is uncertain whether it arrived: timed out"
    assert notes == [repeated, repeated, "timed out", "timed out", "timed out"]
    assert (len(platform.told), delivery(database, alert_id).state) == (3, DeliveryState.UNCERTAIN)


async def test_a_repetition_that_is_put_back_is_still_the_only_one(database: Database) -> None:
    """It waited for its turn when everybody had to wait: it goes back as what it was, with its note."""
    alert_id = queue(database, "alert", address="1")
    platform, clock = Platform([Uncertain("timed out")]), Clock()
    sender = Deliverer(database, platform, Pace(per_second=4, gap=0), clock)
    await sender.drain()
    queue(database, "correction", lane=0, address="2")
    platform.answers += [
        RetryLater(30, "Too Many Requests", everyone=True),
        Sent("1"),
        Uncertain("timed out"),
    ]
    for _ in range(4):
        clock.at += timedelta(minutes=1)
        await sender.drain()
    names = [name for _, (name,), _ in platform.told]
    assert names == ["alert", "correction", "correction", "alert"]
    assert delivery(database, alert_id).state is DeliveryState.UNCERTAIN


def test_a_repetition_that_waited_when_the_sender_was_killed_is_still_the_only_one(
    database: Database,
) -> None:
    """Claimed, not attempted, found at the next start: its note outlives all of that."""
    alert_id = queue(database, "alert")
    sender = deliverer(database, Platform(), Clock())
    for begun in (True, False):
        with database.write() as work:
            (claimed,) = work.deliveries.claim("telegram", NOON + timedelta(minutes=1), 10, lanes=(0, 4))
            if begun:
                work.deliveries.begin([claimed.id])
        sender.recover()
        found = delivery(database, alert_id)
        assert (found.state, found.detail.startswith("repeated")) == (DeliveryState.QUEUED, True)


async def test_an_outcome_is_written_down_as_soon_as_the_database_takes_it(database: Database) -> None:
    """A database that fails for a moment after the sending does not make a sent message uncertain."""
    alert_id = queue(database, "alert")

    class Trouble(Platform):
        async def tell(
            self, alerts: Sequence[Alert], recipient: Recipient, key: str, now: datetime, manner: Manner
        ) -> Outcome:
            rename("deliveries", "lost")
            asyncio.get_running_loop().call_later(0.3, rename, "lost", "deliveries")
            return await super().tell(alerts, recipient, key, now, manner)

    def rename(table: str, name: str) -> None:
        with database.write() as work:
            work.connection.exec_driver_sql(f"ALTER TABLE {table} RENAME TO {name}")

    platform = Trouble([Sent("77")])
    await deliverer(database, platform, Clock()).drain()
    found = delivery(database, alert_id)
    assert (found.state, found.reference) == (DeliveryState.SENT, "77")
    assert len(platform.told) == 1


async def test_who_forgot_the_bot_while_waiting_for_a_turn_hears_nothing(database: Database) -> None:
    """/stop in the very second of an alert is obeyed."""
    queue(database, "one", address="1")
    lost = queue(database, "two", address="2")

    class Stopping(Platform):
        async def tell(
            self, alerts: Sequence[Alert], recipient: Recipient, key: str, now: datetime, manner: Manner
        ) -> Outcome:
            with database.write() as work:
                leaving = work.recipients.find("telegram", "2")
                assert leaving is not None
                work.recipients.suspend(leaving.id)
            return await super().tell(alerts, recipient, key, now, manner)

    platform = Stopping()
    await Deliverer(database, platform, Pace(per_second=4, gap=0), Clock()).drain()
    assert [address for address, _, _ in platform.told] == ["1"]
    assert delivery(database, lost).state is DeliveryState.CANCELLED


async def test_the_pace_forgets_chats_that_may_be_written_to_again() -> None:
    """A service that runs for months and writes to everybody does not grow with it."""
    pace = Pace(per_second=1e9, gap=0)
    for chat in range(10_002):
        await pace.turn(chat)
    assert len(pace._chats) < 10_000
