"""While a platform takes nothing, or one chat nothing, what waits is neither lost nor held up by it."""

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest

from jobs.deliver import Deliverer
from jobs.manner import Manner
from jobs.notices import Admins
from jobs.outcome import Outcome, RetryLater, Sent, Uncertain
from jobs.pace import Pace
from storage.database import Database
from storage.people import Recipient
from storage.records import Alert, Assessment
from storage.words import DeliveryState, EventKind
from tests.builders import CALM, NOON, URGENT, a_reader, a_statement, an_alert, queued
from tests.jobs.test_deliver import Clock, Platform, delivery, queue

SILENCE = Uncertain("no answer in time")
TROUBLE = RetryLater(15, "the server answered 502", everyone=True, guessed=True)
FLOOD = RetryLater(3600, "too many messages", everyone=True)
SENT, QUEUED, UNCERTAIN = DeliveryState.SENT, DeliveryState.QUEUED, DeliveryState.UNCERTAIN


@dataclass
class Troubled(Platform):
    """Answers each chat as it is told, and remembers when it was asked."""

    clock: Callable[[], datetime] = field(default_factory=Clock)
    answer: Callable[[str], Outcome] = lambda _: Sent("1")
    alive: Outcome = field(default_factory=Sent)
    asked: list[tuple[datetime, str]] = field(default_factory=list)
    looked: list[datetime] = field(default_factory=list)

    async def ping(self) -> Outcome:
        """Whether it is there."""
        self.looked.append(self.clock())
        return self.alive

    async def tell(
        self, alerts: Sequence[Alert], recipient: Recipient, key: str, now: datetime, manner: Manner
    ) -> Outcome:
        """One attempt."""
        await super().tell(alerts, recipient, key, now, manner)
        self.asked.append((self.clock(), recipient.address))
        return self.answer(recipient.address)

    def minutes(self, *chats: str) -> list[float]:
        """When these chats, or all, were written to."""
        return [(at - NOON).total_seconds() / 60 for at, chat in self.asked if not chats or chat in chats]


@dataclass
class Scene:
    """A sender, its platform and their clock."""

    database: Database
    clock: Clock = field(default_factory=Clock)
    admins: Admins = field(default_factory=lambda: Admins((("telegram", "99"),)))

    def __post_init__(self) -> None:
        self.platform = Troubled(clock=self.clock)
        self.sender = self.begun()

    def begun(self) -> Deliverer:
        """A sender that has just started."""
        sender = Deliverer(self.database, self.platform, Pace(1e9, gap=0), self.clock, admins=self.admins)
        sender.recover()
        return sender

    async def passes(self, minutes: float, step: float = 1.0) -> None:
        """Time passes, and the sender looks after each step, in minutes."""
        until = self.clock.at + timedelta(minutes=minutes)
        while self.clock.at < until:
            self.clock.at += timedelta(minutes=step)
            await self.sender.drain()

    def rings(self, name: str, people: int, judged: Assessment) -> int:
        """An alert for so many."""
        with self.database.write() as work:
            readers = [a_reader(work, address=str(number)) for number in range(1, people + 1)]
            alert = an_alert(identifier=name, statement=a_statement(title=name, alert=judged))
            return queued(work, *readers, alert=alert, lane=1 if judged is URGENT else 3).id

    def waits(self, name: str, people: int, *, lane: int, life: timedelta) -> int:
        """An alert of this moment, which holds for so long."""
        with self.database.write() as work:
            readers = [a_reader(work, address=str(number)) for number in range(1, people + 1)]
            alert = an_alert(
                identifier=name,
                statement=a_statement(title=name),
                sent=self.clock(),
                expires=self.clock() + life,
            )
            return queued(work, *readers, alert=alert, lane=lane).id

    def states(self, alert: int) -> Counter[DeliveryState]:
        """How many of its deliveries are in each state."""
        with self.database.read() as work:
            return Counter(one.state for one in work.deliveries.of_alert(alert))

    def told(self) -> list[EventKind]:
        """What admins were told of."""
        with self.database.read() as work:
            return [event.kind for notice in work.notices.latest(9) for event in notice.events]


@pytest.fixture
def scene(database: Database) -> Scene:
    """A quiet noon."""
    return Scene(database)


@pytest.mark.parametrize("alive", [SILENCE, Sent()], ids=["dead", "answers questions"])
async def test_who_answers_nothing_takes_few_messages_and_all_arrive_in_the_end(
    scene: Scene, alive: Outcome
) -> None:
    """504s, resets or silence for two hours: what was not tried waits, and no Immediate alert is given up."""
    call, post = scene.rings("call", 40, URGENT), scene.rings("post", 40, CALM)
    scene.platform.answer, scene.platform.alive = lambda _: SILENCE, alive
    await scene.sender.drain()
    await scene.passes(120)
    assert len(scene.platform.asked) <= (10 if alive == SILENCE else 25)
    assert scene.states(call) == {QUEUED: 40}
    assert scene.states(post) == {QUEUED: 40}
    scene.platform.answer, scene.platform.alive = lambda _: Sent("1"), Sent()
    await scene.passes(15)
    assert (scene.states(call), scene.states(post)) == ({SENT: 40}, {SENT: 40})
    assert EventKind.AWAY in scene.told()


@pytest.mark.parametrize("down", [TROUBLE, SILENCE], ids=["502", "silence"])
async def test_a_day_without_a_platform_is_made_good_without_a_flood_and_told(
    scene: Scene, down: Outcome
) -> None:
    """A call an hour: those that hold come once each, those that are over do not, posts come as one digest.

    While it lasts hardly anything is tried; admins hear once from when to when, and how much was over.
    """
    scene.platform.answer, scene.platform.alive = lambda _: down, down
    calls, over, posts = [], [], []
    for hour in range(24):
        calls.append(scene.waits(f"call {hour}", 5, lane=1, life=timedelta(days=3)))
        if hour < 12:
            over.append(scene.waits(f"over {hour}", 5, lane=1, life=timedelta(hours=6)))
        posts.append(scene.waits(f"post {hour}", 5, lane=4, life=timedelta(days=9)))
        await scene.passes(60, step=15)
        if hour == 11:
            scene.sender = scene.begun()
    tried = len(scene.platform.asked)
    assert tried <= 12, "hardly anything is risked"
    assert EventKind.AWAY not in scene.told()
    scene.platform.answer, scene.platform.alive = lambda _: Sent("1"), Sent()
    await scene.passes(45, step=15)
    assert [scene.states(one)[SENT] for one in calls] == [5] * 24
    assert [scene.states(one)[DeliveryState.CANCELLED] for one in over] == [5] * 12
    assert [scene.states(one)[SENT] for one in posts] == [5] * 24
    after = Counter(chat for _, chat in scene.platform.asked[tried:])
    assert {after[str(number)] for number in range(1, 6)} == {25}, "24 calls and one digest for each"
    await scene.passes(30, step=15)
    assert sum(one is EventKind.AWAY for one in scene.told()) == 1
    assert EventKind.EXPIRED in scene.told()


async def test_a_single_chat_is_enough_where_the_platform_is_not_there(scene: Scene) -> None:
    """With one reader there is nobody to compare with: the platform is asked before the one repetition."""
    call = scene.rings("call", 1, URGENT)
    scene.platform.answer, scene.platform.alive = lambda _: SILENCE, SILENCE
    await scene.sender.drain()
    await scene.passes(30)
    assert (len(scene.platform.asked), scene.states(call)) == (1, {QUEUED: 1})
    scene.platform.answer, scene.platform.alive = lambda _: Sent("1"), Sent()
    await scene.passes(1.5, step=0.5)
    assert scene.states(call) == {SENT: 1}


async def test_one_who_does_not_answer_among_others_stops_nobody(scene: Scene) -> None:
    """Nor does the question: it is asked once, and the repetition goes soon."""
    call = scene.rings("call", 20, URGENT)
    scene.platform.answer = lambda chat: SILENCE if chat == "7" else Sent("1")
    await scene.sender.drain()
    assert scene.states(call) == {SENT: 19, QUEUED: 1}
    await scene.passes(1)
    assert (scene.states(call), len(scene.platform.asked)) == ({SENT: 19, UNCERTAIN: 1}, 21)
    assert scene.told() == []


async def test_who_hangs_has_taken_few_when_it_shows(scene: Scene) -> None:
    """A hundred may be under way together where answers come, but not before any came."""
    scene.rings("call", 60, URGENT)
    gone = asyncio.Event()

    async def hangs(*_: object) -> Outcome:
        under_way.append(1)
        await gone.wait()
        return SILENCE

    under_way: list[int] = []
    scene.platform.tell = hangs  # type: ignore[assignment,method-assign]
    sending = asyncio.create_task(scene.sender.drain())
    for _ in range(30):
        await asyncio.sleep(0.02)
    gone.set()
    await sending
    assert 3 <= len(under_way) <= 10


async def test_what_is_asked_of_a_platform_in_trouble_grows_rarer_and_costs_no_attempt(scene: Scene) -> None:
    """15 seconds, 30, then every minute; when it is back, the call arrives within one."""
    call = scene.rings("call", 1, URGENT)
    scene.platform.answer, scene.platform.alive = lambda _: TROUBLE, TROUBLE
    await scene.sender.drain()
    await scene.passes(10, step=0.25)
    seconds = [round((at - NOON).total_seconds()) for at in scene.platform.looked]
    assert seconds[:5] == [15, 45, 105, 165, 225]
    assert len(scene.platform.asked) == 1
    scene.platform.answer, scene.platform.alive = lambda _: Sent("1"), Sent()
    await scene.passes(1, step=0.25)
    assert scene.states(call) == {SENT: 1}


async def test_a_sender_that_starts_in_an_outage_asks_first(scene: Scene) -> None:
    """It risks none of the messages that the one before it knew to be at risk."""
    scene.rings("call", 30, URGENT)
    scene.platform.answer = lambda _: SILENCE
    scene.platform.alive = SILENCE
    await scene.sender.drain()
    tried = len(scene.platform.asked)
    scene.sender = scene.begun()
    await scene.passes(10)
    assert len(scene.platform.asked) == tried
    assert len(scene.platform.looked) > 5


async def test_an_outage_that_leaves_nothing_to_send_is_told_as_over_in_time(scene: Scene) -> None:
    """From when to when: not until the next alert, which may be days away."""
    post = scene.rings("post", 3, CALM)
    scene.platform.answer, scene.platform.alive = lambda _: SILENCE, SILENCE
    await scene.sender.drain()
    await scene.passes(20)
    assert scene.states(post) == {UNCERTAIN: 3}
    scene.platform.alive = Sent()
    await scene.passes(2)
    assert scene.told() == [EventKind.AWAY]


async def test_a_person_whom_telegram_limits_for_an_hour_silences_nobody_else(scene: Scene) -> None:
    """Half a minute later somebody else is tried; they themselves are asked again in an hour, not before."""
    first = queue(scene.database, "first", address="1")
    scene.platform.answer = lambda chat: FLOOD if chat == "1" else Sent("1")
    await scene.sender.drain()
    for number in range(2, 8):
        queue(scene.database, f"call {number}", address=str(number))
    again = queue(scene.database, "again", address="1")
    await scene.passes(5, step=0.25)
    assert scene.platform.minutes() == [0.0, *[0.5] * 6]
    scene.sender = scene.begun()
    queue(scene.database, "later", address="2")
    await scene.passes(54)
    assert scene.platform.minutes("1") == [0.0], "also after a new start"
    assert len(scene.platform.minutes("2")) == 2
    scene.platform.answer = lambda _: Sent("1")
    await scene.passes(1)
    assert {delivery(scene.database, one).state for one in (first, again)} == {SENT}


async def test_an_account_that_is_limited_for_an_hour_is_tried_once_and_then_obeys(scene: Scene) -> None:
    """One message more, to somebody else; then to the second."""
    for number in range(1, 6):
        queue(scene.database, f"call {number}", address=str(number))
    scene.sender.most = 1
    ends = NOON + timedelta(seconds=FLOOD.seconds)

    def limited(_: str) -> Outcome:
        left = (ends - scene.clock.at).total_seconds()
        return RetryLater(left, "too many messages", everyone=True) if left > 0 else Sent("1")

    scene.platform.answer = limited
    await scene.sender.drain()
    await scene.passes(61, step=0.25)
    assert scene.platform.minutes()[:2] == [0.0, 0.5]
    assert scene.platform.minutes()[2:] == [60.0] * 5


async def test_two_who_are_always_refused_do_not_starve_who_is_less_pressing(scene: Scene) -> None:
    """Both are left out of the next try, whatever lane they are in."""
    for chat in ("1", "2"):
        queue(scene.database, f"call {chat}", address=chat)
    for number in range(3, 9):
        queue(scene.database, f"update {number}", lane=2, address=str(number))
    flood = RetryLater(30, "too many messages", everyone=True)
    scene.platform.answer = lambda chat: flood if chat in {"1", "2"} else Sent("1")
    scene.sender.most = 1
    await scene.sender.drain()
    await scene.passes(3, step=0.5)
    assert scene.platform.minutes(*"345678") == [1.0] * 6
