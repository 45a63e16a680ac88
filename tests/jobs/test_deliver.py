"""What is queued is sent, most pressing first, and every answer of a platform is written down."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from jobs.amend import Changed
from jobs.deliver import Deliverer, NoKey
from jobs.manner import Manner
from jobs.notices import Admins
from jobs.outcome import Gone, Migrated, Outcome, Rejected, RetryLater, Sent, Uncertain
from jobs.pace import Pace, Place
from jobs.prune import Pruner
from jobs.removals import Erased
from storage.database import Database
from storage.people import Delivery, Notice, Recipient, Route
from storage.records import Alert, Assessment
from storage.tables.log import alerts, deliveries
from storage.tables.people import recipients
from storage.vault import Vault
from storage.words import DeliveryState, EventKind, MsgType, RecipientState, Status
from tests.backends import Backend
from tests.builders import CALM, NOON, URGENT, a_reader, a_statement, an_alert, arrived, queued
from tests.jobs.test_pace import Clock as PaceClock
from tests.jobs.test_pace import crowd


@dataclass
class Platform:
    """A chat platform that answers as it is told, and remembers what it was given."""

    answers: list[Outcome | Exception] = field(default_factory=list)
    remembers: timedelta = timedelta()
    told: list[tuple[str, tuple[str, ...], str]] = field(default_factory=list)
    name: str = "telegram"
    plain: list[bool] = field(default_factory=list)
    changes: bool = True
    pings: list[Outcome] = field(default_factory=list)
    """What it answers when it is asked whether it is there; then, that it is."""
    pinged: int = 0

    async def ping(self) -> Outcome:
        """One question whether it is there."""
        self.pinged += 1
        return self.pings.pop(0) if self.pings else Sent()

    async def amend(self, change: Changed, recipient: Recipient, now: datetime) -> Outcome:
        """One attempt to change what stands there."""
        del now
        return self._answered(
            recipient, (f"{change.alert.identifier} by {change.by.identifier}",), change.key
        )

    async def erase(self, told: Erased, recipient: Recipient, now: datetime) -> Outcome:
        """One attempt to take a message away."""
        del now
        return self._answered(recipient, (f"{told.alert.identifier} away",), told.key)

    async def renew(self, notice: Notice, recipient: Recipient, reference: str, key: str) -> Outcome:
        """One attempt to show an admin how far a sending is."""
        return self._answered(recipient, (f"{notice.events[0].kind} in {reference}",), key)

    async def notify(self, notice: Notice, recipient: Recipient, key: str, now: datetime) -> Outcome:
        """One attempt to tell an admin."""
        del now
        return self._answered(recipient, tuple(str(event.kind) for event in notice.events), key)

    async def tell(
        self, alerts: Sequence[Alert], recipient: Recipient, key: str, now: datetime, manner: Manner
    ) -> Outcome:
        """One attempt."""
        del now
        self.plain.append(manner.plain)
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


async def test_a_sender_without_the_key_ends_and_touches_nothing(
    database: Database, backend: Backend, vault: Vault
) -> None:
    """The database was put under another key: whoever has it must get the lock, and the message at once."""
    alert = queue(database, "call")
    without, given = Database(backend.url, vault), Vault.from_secret(b"n" * 32)
    database.change_key(given)
    before, platform = delivery(database, alert), Platform()
    sender = deliverer(without, platform, Clock())
    sender.recover()
    with pytest.raises(NoKey, match="does not belong to this database"):
        await sender.drain()
    without.close()
    assert (platform.told, delivery(database, alert)) == ([], before)
    having = Database(backend.url, given)
    await deliverer(having, platform, Clock()).drain()
    having.close()
    assert len(platform.told) == 1


@pytest.mark.parametrize(
    ("msg_type", "order"),
    [
        (MsgType.CANCEL, ["correction", "alert", "call by end", "update", "post", "digest"]),
        (MsgType.UPDATE, ["correction", "alert", "update", "call by end", "post", "digest"]),
    ],
)
async def test_what_stands_is_changed_before_what_can_wait(
    database: Database, msg_type: MsgType, order: list[str]
) -> None:
    """A stroke through what is over waits for corrections and calls, a rewriting for updates; no more."""
    queue(database, "call", address="reader")
    with database.write() as work:
        reader = work.recipients.find("telegram", "reader")
        assert reader is not None
        called = work.alerts.numbered("call")
        case = work.cases.open("The nine", NOON)
        work.connection.execute(sa.update(alerts).values(case_id=case))
        arrived(work, called, "7")
        end = queued(work, alert=an_alert(identifier="end", msg_type=msg_type, case_id=case))
        assert work.told.amend(end, NOON) == 1
    for lane, name in enumerate(("correction", "alert", "update", "post", "digest")):
        queue(database, name, lane=lane, address=name)
    platform = Platform()
    await Deliverer(database, platform, Pace(per_second=20, gap=0), Clock()).drain()
    assert [names[0] for _, names, _ in platform.told] == order
    with database.read() as work:
        assert work.told.next_due("telegram") is None


async def test_where_nothing_can_be_changed_nothing_is_tried(database: Database) -> None:
    """A terminal shows what it has printed: the list of wishes is empty all the same."""
    queue(database, "call")
    with database.write() as work:
        case = work.cases.open("The nine", NOON)
        work.connection.execute(sa.update(alerts).values(case_id=case))
        arrived(work, work.alerts.numbered("call"), "7")
        end = queued(work, alert=an_alert(identifier="end", msg_type=MsgType.CANCEL, case_id=case))
        work.told.amend(end, NOON)
    platform = Platform(changes=False)
    await deliverer(database, platform, Clock()).drain()
    assert platform.told == []
    with database.read() as work:
        assert work.told.next_due("telegram") is None


async def test_a_digest_is_one_message(database: Database) -> None:
    """Three statements for one reader are told at once."""
    for name in ("a", "b", "c"):
        queue(database, name, lane=4)
    platform = Platform()
    await deliverer(database, platform, Clock()).drain()
    assert [names for _, names, _ in platform.told] == [("a", "b", "c")]


async def test_the_senders_of_two_accounts_share_the_digests(database: Database) -> None:
    """At the same time, whichever nodes they are at: each reader hears once, from their own."""
    accounts = ("telegram", "telegram two")
    readers = {str(number): accounts[number % 2] for number in range(6)}
    with database.write() as work:
        people = [a_reader(work, Route(), address=address) for address in readers]
        for one in people:
            work.recipients.turn_to(one.id, readers[one.address], NOON)
        people = list(work.recipients.many([one.id for one in people]).values())
        for name in ("a", "b"):
            queued(work, *people, lane=4, alert=an_alert(identifier=name))
    platforms = [Platform(name=account) for account in accounts]
    other = Database(database.engine.url.render_as_string(hide_password=False), database.vault)
    senders = [deliverer(base, one, Clock()) for base, one in zip((database, other), platforms, strict=True)]
    await asyncio.gather(*(sender.drain() for sender in senders))
    other.close()
    told = [(address, one.name, names) for one in platforms for address, names, _ in one.told]
    assert sorted(told) == sorted((address, name, ("a", "b")) for address, name in readers.items())


@pytest.mark.parametrize(
    ("answer", "state"),
    [
        (Sent("77"), DeliveryState.SENT),
        (Gone("Forbidden: bot was blocked by the user"), DeliveryState.FAILED),
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


async def test_what_is_refused_goes_out_in_plain_text_and_an_admin_hears_of_it(database: Database) -> None:
    """Once for each alert and reason, however many are told; refused again, it has failed."""
    refusal = Rejected("Bad Request: message is too long")
    one, other = queue(database, "one", address="1"), queue(database, "other", address="2")
    platform, clock = Platform([refusal, refusal, Sent("7"), refusal]), Clock()
    admins = Admins((("telegram", "99"),))
    sender = Deliverer(database, platform, Pace(1e9, gap=0), clock, admins=admins)
    await sender.drain()
    assert platform.plain == [False, False, True, True]
    assert delivery(database, one).state is DeliveryState.SENT
    assert (delivery(database, other).state, delivery(database, other).detail) == (
        DeliveryState.FAILED,
        refusal.detail,
    )
    with database.read() as work:
        (notice,) = work.notices.latest(5)
    assert [(event.kind, event.detail) for event in notice.events] == [
        (EventKind.REJECTED, refusal.detail)
    ] * 2


async def test_a_flood_wait_of_one_chat_holds_up_nobody_else_and_nothing_there_goes_earlier(
    database: Database,
) -> None:
    """Also what is queued for it meanwhile, and what waited already, waits until then."""
    queue(database, "first", address="-1")
    queue(database, "second", lane=2, address="-1")
    platform, clock = Platform([RetryLater(30, "Too Many Requests")]), Clock()
    sender = deliverer(database, platform, clock)
    await sender.drain()
    queue(database, "third", lane=0, address="-1")
    queue(database, "elsewhere", address="2")
    clock.at += timedelta(seconds=29)
    await sender.drain()
    assert [names for _, names, _ in platform.told] == [("first",), ("elsewhere",)]
    clock.at += timedelta(seconds=1)
    await sender.drain()
    assert [names for _, names, _ in platform.told[2:]] == [("third",), ("first",), ("second",)]


async def test_a_flood_wait_outlives_the_program(database: Database) -> None:
    """Whoever is started anew asks no earlier."""
    queue(database, "alert")
    platform, clock = Platform([RetryLater(30, "Too Many Requests", everyone=True)]), Clock()
    await deliverer(database, platform, clock).drain()
    queue(database, "other", address="2")
    clock.at += timedelta(seconds=29)
    again = deliverer(database, platform, clock)
    again.recover()
    await again.drain()
    assert len(platform.told) == 1


async def test_one_chat_that_is_always_refused_silences_nobody(database: Database) -> None:
    """Telegram does not say whether a chat or the account is limited; whom else it takes shows that."""

    class Limited(Platform):
        async def tell(
            self, alerts: Sequence[Alert], recipient: Recipient, key: str, now: datetime, manner: Manner
        ) -> Outcome:
            outcome = await super().tell(alerts, recipient, key, now, manner)
            limited = recipient.address == "1"
            return RetryLater(30, "Too Many Requests", everyone=True) if limited else outcome

    queue(database, "end", lane=0, address="1")
    for number in range(2, 6):
        queue(database, f"call {number}", address=str(number))
    platform, clock = Limited(), Clock()
    sender = deliverer(database, platform, clock)
    sender.most = 1
    await sender.drain()
    assert [to for to, _, _ in platform.told] == ["1"]
    clock.at += timedelta(seconds=30)
    await sender.drain()
    assert [to for to, _, _ in platform.told[1:]] == ["2", "1", "3", "4", "5"]


async def test_somebody_slow_holds_up_nobody(database: Database) -> None:
    """While one chat does not answer, a thousand others could be written to."""
    slow = queue(database, "slow", lane=0, address="1")
    others = [queue(database, f"quick {number}", address=str(number)) for number in range(2, 7)]
    answered = asyncio.Event()

    class Slow(Platform):
        async def tell(
            self, alerts: Sequence[Alert], recipient: Recipient, key: str, now: datetime, manner: Manner
        ) -> Outcome:
            if recipient.address == "1":
                await answered.wait()
            return await super().tell(alerts, recipient, key, now, manner)

    task = asyncio.create_task(deliverer(database, Slow(), Clock()).drain())
    for _ in range(1_000):
        if all(delivery(database, one).state is DeliveryState.SENT for one in others):
            break
        await asyncio.sleep(0.02)
    assert delivery(database, slow).state is DeliveryState.SENDING
    answered.set()
    await task
    assert delivery(database, slow).state is DeliveryState.SENT


async def test_what_is_pressing_overtakes_a_queue_that_is_being_sent(database: Database) -> None:
    """It goes next, however much was due before it came."""
    for number in range(40):
        queue(database, f"post {number}", lane=3, address=str(number))

    class Later(Platform):
        async def tell(
            self, alerts: Sequence[Alert], recipient: Recipient, key: str, now: datetime, manner: Manner
        ) -> Outcome:
            if len(self.told) == 2:
                queue(database, "urgent", lane=1, address="99")
            return await super().tell(alerts, recipient, key, now, manner)

    platform = Later()
    sender = Deliverer(database, platform, Pace(per_second=20, gap=0), Clock())
    sending = asyncio.create_task(sender.drain())
    for _ in range(1_000):
        if "urgent" in [name for _, (name,), _ in platform.told]:
            break
        await asyncio.sleep(0.02)
    sending.cancel()
    await asyncio.gather(sending, return_exceptions=True)
    place = [name for _, (name,), _ in platform.told].index("urgent")
    assert place < 12, "what had left already, and no more"


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
    admins = Admins((("telegram", "99"),))
    await Deliverer(database, platform, Pace(1e9, gap=0), clock, admins=admins).drain()
    assert platform.told == []
    found = delivery(database, alert_id)
    assert (found.state, "expired" in found.detail) == (DeliveryState.CANCELLED, True)
    with database.read() as work:
        (notice,) = work.notices.latest(5)
    assert [(event.kind, event.counts) for event in notice.events] == [(EventKind.EXPIRED, {"deliveries": 1})]


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


async def test_who_comes_back_is_told_what_still_holds_as_one_digest(database: Database) -> None:
    """Not a flood of what has gone by; and whoever does not come back is forgotten after a time."""
    queue(database, "one")
    queue(database, "two", lane=3)
    with database.write() as work:
        over = an_alert(identifier="over", expires=NOON + timedelta(hours=1))
        queued(work, a_reader(work, address="1"), alert=over, lane=3)
    platform, clock = Platform([Gone("Forbidden: bot was blocked by the user")]), Clock()
    sender = deliverer(database, platform, clock)
    await sender.drain()
    clock.at += timedelta(hours=2)
    assert Pruner(database).prune(clock.at) == 0
    with database.write() as work:
        work.recipients.ensure("telegram", "1", "en", clock.at)
    await sender.drain()
    assert [names for _, names, _ in platform.told] == [("one",), ("one", "two")]
    assert Pruner(database).prune(clock.at + timedelta(days=90)) == 0, "they are there"


def test_who_stays_away_is_forgotten_after_a_time_of_grace(database: Database) -> None:
    """Every row about them, as with /forget; until then they are remembered as they were."""
    with database.write() as work:
        lost = a_reader(work, Route(), address="1")
        a_reader(work, Route(), address="2")
        work.recipients.suspend(lost.id, NOON)
        work.recipients.suspend(lost.id, NOON + timedelta(days=20))
    assert Pruner(database).prune(NOON + timedelta(days=30)) == 0
    assert Pruner(database).prune(NOON + timedelta(days=31)) == 1
    with database.read() as work:
        assert work.recipients.find("telegram", "1") is None
        assert work.recipients.find("telegram", "2") is not None


@pytest.mark.parametrize("status", [Status.EXERCISE, Status.TEST, Status.DRAFT])
async def test_a_drill_is_sent_to_nobody_who_did_not_ask_for_it(database: Database, status: Status) -> None:
    """Even where it stands in the queue, by whatever fault; a draft goes to nobody at all."""
    with database.write() as work:
        one, other = a_reader(work, address="1"), a_reader(work, address="2")
        work.recipients.set_drills(other.id, wanted=True)
        alert = queued(work, one, other, alert=an_alert(identifier="drill", status=status))
    platform = Platform()
    await deliverer(database, platform, Clock()).drain()
    assert [address for address, _, _ in platform.told] == ([] if status is Status.DRAFT else ["2"])
    with database.read() as work:
        (first, _) = work.deliveries.of_alert(alert.id)
    assert (first.state, "drill" in first.detail) == (DeliveryState.CANCELLED, True)


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
    ("remembers", "urgent", "state"),
    [
        (timedelta(days=1), False, DeliveryState.QUEUED),
        (timedelta(), True, DeliveryState.QUEUED),
        (timedelta(), False, DeliveryState.UNCERTAIN),
    ],
)
def test_what_a_killed_sender_was_sending_is_settled_at_the_next_start(
    database: Database, remembers: timedelta, urgent: bool, state: DeliveryState
) -> None:
    """Killed between sending and the answer: nothing stays "being sent" for ever."""
    assessment = URGENT if urgent else CALM
    alert_id = queue(database, "alert", assessment=assessment)
    with database.write() as work:
        (claimed,) = work.deliveries.due("telegram", NOON, 10)
        work.attempts.begin([claimed.id], NOON)
    sender = deliverer(database, Platform(remembers=remembers), Clock())
    assert sender.recover() == 1
    assert delivery(database, alert_id).state is state


@pytest.mark.parametrize(
    ("why", "urgent", "times"),
    [("killed", False, 1), ("killed", True, 2), ("no answer", False, 1), ("no answer", True, 2)],
)
async def test_once_a_platform_has_forgotten_a_repetition_nobody_is_told_twice_for_it(
    database: Database, why: str, urgent: bool, times: int
) -> None:
    """Silent for longer than it remembers: uncertain; an Immediate alert goes once more."""
    alert_id = queue(database, "alert", assessment=URGENT if urgent else CALM)
    memory, clock, away = timedelta(hours=5), Clock(), RetryLater(60, "away", everyone=True)
    shown: list[datetime] = []

    class Silent(Platform):
        """Takes everything, knows a repetition for so long, and never answers."""

        async def tell(self, *_: Any) -> Outcome:
            if not shown or clock.at - shown[-1] >= memory:
                shown.append(clock.at)
            return RetryLater(5, "no answer", everyone=True, guessed=True, perhaps=True)

    platform = Silent(remembers=memory)
    if why == "killed":
        with database.write() as work:
            (claimed,) = work.deliveries.due("telegram", NOON, 10)
            work.attempts.begin([claimed.id], NOON)
        shown.append(NOON)
    for hours in (1, 6, 12, 18, 24):
        platform.pings = [Sent(), *[away] * 9]
        sender = deliverer(database, platform, clock)
        sender.recover()
        await sender.drain()
        clock.at = NOON + timedelta(hours=hours)
    assert len(shown) == times
    found = delivery(database, alert_id)
    assert (found.state, found.tried) == (DeliveryState.UNCERTAIN, None)


async def test_what_surely_did_not_arrive_waits_for_as_long_as_the_platform_is_away(
    database: Database,
) -> None:
    """Two days without a connection: nothing was begun, so nothing is uncertain, and it is told."""
    alert_id = queue(database, "post", lane=3, assessment=CALM)
    away = RetryLater(60, "no connection", everyone=True, guessed=True)
    platform, clock = Platform([away, away], remembers=timedelta(hours=5)), Clock()
    for hours in (0, 6, 12):
        clock.at = NOON + timedelta(hours=hours)
        await deliverer(database, platform, clock).drain()
    assert len(platform.told) == 3
    assert delivery(database, alert_id).state is DeliveryState.SENT


async def test_a_digest_without_an_answer_comes_again_as_it_was(database: Database) -> None:
    """With what came meanwhile it would be another one, and its first half be read twice."""
    for name in ("first", "second"):
        queue(database, name, lane=4, assessment=CALM)
    lost = RetryLater(0, "no answer", perhaps=True)
    platform, clock = Platform([lost], remembers=timedelta(hours=23)), Clock()
    await deliverer(database, platform, clock).drain()
    queue(database, "third", lane=4, assessment=CALM)
    clock.at += timedelta(minutes=30)
    await deliverer(database, platform, clock).drain()
    told = [names for _, names, _ in platform.told]
    assert told == [("first", "second"), ("first", "second"), ("third",)]


def test_what_an_earlier_version_had_claimed_when_it_was_killed_is_sent(database: Database) -> None:
    """Claimed, but never attempted: there is nothing uncertain about it, and its note stays."""
    alert_id = queue(database, "post", lane=3, assessment=CALM)
    with database.write() as work:
        claimed = sa.update(deliveries).values(state=DeliveryState.SENDING, detail="repeated: why")
        work.connection.execute(claimed)
    deliverer(database, Platform(), Clock()).recover()
    found = delivery(database, alert_id)
    assert (found.state, found.detail) == (DeliveryState.QUEUED, "repeated: why")


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


async def test_what_is_broken_off_on_its_way_holds_its_place_no_longer(database: Database) -> None:
    """The platform may have counted it; its group waits from that moment on, and not for ever."""

    class Hangs(Platform):
        async def tell(
            self, alerts: Sequence[Alert], recipient: Recipient, key: str, now: datetime, manner: Manner
        ) -> Outcome:
            del alerts, recipient, key, now, manner
            told.set()
            await asyncio.Event().wait()
            raise AssertionError

    queue(database, "alert", address="-1")
    at, told = PaceClock(), asyncio.Event()
    pace = Pace(1000, per_minute=20, place=crowd, clock=at)
    sending = asyncio.create_task(Deliverer(database, Hangs(), pace, Clock()).drain())
    await told.wait()
    (under_way,) = [one for one in asyncio.all_tasks() if "_send" in repr(one.get_coro())]
    under_way.cancel()
    await asyncio.wait([under_way])
    sending.cancel()
    await asyncio.wait([sending])
    for _ in range(14):
        at.at += 1
        pace.answered(pace.leaves(crowd("-1"), answers=True))
    assert 45 < pace.wait_in(crowd("-1")) < 47


async def test_a_timeout_after_a_flood_wait_is_still_repeated(database: Database) -> None:
    """An outage often begins with 429 and ends with silence: the one repetition is not used up by it."""
    queue(database, "alert")
    platform, clock = Platform([RetryLater(1, "429"), Uncertain("timed out"), Sent("1")]), Clock()
    sender = deliverer(database, platform, clock)
    for _ in range(4):
        await sender.drain()
        clock.at += timedelta(minutes=1)
    assert len(platform.told) == 3


@pytest.mark.parametrize("per_second", [4, 30])
async def test_while_the_account_must_wait_nothing_else_is_tried(database: Database, per_second: int) -> None:
    """What waits for its turn when the flood wait comes, or is about to leave: goes back as it was."""
    first, second = queue(database, "one", address="1"), queue(database, "two", address="2")
    platform, clock = Platform([RetryLater(30, "Too Many Requests", everyone=True)]), Clock()
    sender = Deliverer(database, platform, Pace(per_second, gap=0), clock)
    assert await sender.drain() == 1
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
        Uncertain("timed out"),  # the alert goes first: perhaps only the other chat is limited
        Sent("1"),
    ]
    for _ in range(4):
        clock.at += timedelta(minutes=1)
        await sender.drain()
    names = [name for _, (name,), _ in platform.told]
    assert names == ["alert", "correction", "alert", "correction"]
    assert delivery(database, alert_id).state is DeliveryState.UNCERTAIN


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
                work.recipients.suspend(leaving.id, NOON)
            return await super().tell(alerts, recipient, key, now, manner)

    platform = Stopping()
    await Deliverer(database, platform, Pace(per_second=4, gap=0), Clock()).drain()
    assert [address for address, _, _ in platform.told] == ["1"]
    assert delivery(database, lost).state is DeliveryState.CANCELLED


async def test_a_flood_wait_is_for_what_comes_later_too_after_a_new_start(database: Database) -> None:
    """An alert queued since goes no earlier, nor one to another topic of the same group."""
    queue(database, "first", address="-1/1")
    platform, clock = Platform([RetryLater(30, "Too Many Requests")]), Clock()
    await Deliverer(database, platform, Pace(1e9, gap=0, place=topics), clock).drain()
    queue(database, "second", address="-1/1")
    queue(database, "beside", address="-1/2")
    queue(database, "elsewhere", address="-2/1")
    again = Deliverer(database, platform, Pace(1e9, gap=0, place=topics), clock)
    again.recover()
    clock.at += timedelta(seconds=29)
    await again.drain()
    assert [names for _, names, _ in platform.told] == [("first",), ("elsewhere",)]
    assert again.rests() == 1
    with database.read() as work:
        assert work.deliveries.next_due("telegram") == NOON, "the other topic, as nobody told the database"
    clock.at += timedelta(seconds=1)
    await again.drain()
    assert sorted(names for _, names, _ in platform.told[2:]) == [("beside",), ("first",), ("second",)]
    assert Pruner(database).prune(clock.at) == 0
    with database.read() as work:
        assert work.connection.scalars(sa.select(recipients.c.rests)).all() == [None, None, None]


def topics(address: str) -> Place:
    """A chat with its topics."""
    return Place(address.partition("/")[0])


async def test_a_call_that_comes_while_what_is_over_is_struck_goes_next(database: Database) -> None:
    """Thousands may have to be struck: who has heard nothing yet waits for none of them."""
    with database.write() as work:
        case = work.cases.open("The nine", NOON)
        told = [a_reader(work, address=str(number)) for number in range(6)]
        call = queued(work, *told, alert=an_alert(identifier="call", case_id=case))
        arrived(work, call.id, "7")
        end = queued(work, alert=an_alert(identifier="end", msg_type=MsgType.CANCEL, case_id=case))
        assert work.told.amend(end, NOON) == 6

    class Later(Platform):
        async def amend(self, change: Changed, recipient: Recipient, now: datetime) -> Outcome:
            if len(self.told) == 1:
                queue(database, "urgent", lane=1, address="98")
                queue(database, "correction", lane=0, address="99")
            return await super().amend(change, recipient, now)

    platform = Later()
    sender = deliverer(database, platform, Clock())
    sender.most = 1
    await sender.drain()
    strike = "call by end"
    assert [names[0] for _, names, _ in platform.told] == [
        *(strike, strike, "correction", "urgent"),
        *[strike] * 4,
    ]


@pytest.mark.parametrize(("remembers", "most"), [(timedelta(), 10), (timedelta(days=1), 30)])
async def test_only_where_silence_could_cost_a_message_few_leave_at_first(
    database: Database, remembers: timedelta, most: int
) -> None:
    """Thirty wait: where the platform recognises a repetition all are under way at once, elsewhere ten."""
    with database.write() as work:
        readers = [a_reader(work, address=str(number)) for number in range(30)]
        queued(work, *readers)
    silent, under_way = asyncio.Event(), 0

    @dataclass
    class Slow(Platform):
        """Takes its time until it is let go."""

        async def tell(self, *_: Any) -> Outcome:
            nonlocal under_way
            under_way += 1
            await silent.wait()
            return Sent("1")

    sending = asyncio.create_task(deliverer(database, Slow(remembers=remembers), Clock()).drain())
    async with asyncio.timeout(20):
        while under_way < most:  # noqa: ASYNC110 - it tells nobody
            await asyncio.sleep(0.01)
    await asyncio.sleep(0.1)
    assert under_way == most
    silent.set()
    assert await sending == 30
