"""What a push is answered is true whatever happens next; what hubs are told stays between them and us."""

import asyncio
import hashlib
import hmac
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest
from structlog.testing import capture_logs

from jobs.fetch import Fetched, Fetcher, Refused
from jobs.poll import Polled, Poller
from jobs.websub import Push, Question, Receipt, Subscriber
from storage.database import Database
from storage.records import Source
from storage.remembered import Subscription
from storage.words import SubscriptionState as State
from tests.builders import NOON, a_source
from tests.feeds import Site, item, rss
from tests.jobs.watching import CALL, Watch
from tests.plain_log import log_plainly

HUB, TOPIC = "http://hub.example/", "https://northlight.example/feed"
NEWS = rss(item(*CALL, NOON, "call")).encode()
NAMED = f'<{HUB}>; rel="hub", <{TOPIC}>; rel="self"'
"""The publisher names its hub with every answer: one that did not would end the subscription."""


@dataclass
class Web(Fetcher):
    """Hubs that answer as they are told, without a network; and a publisher who has nothing new."""

    status: int = 202
    refuses: bool = False
    posted: list[tuple[str, Mapping[str, str]]] = field(default_factory=list)
    asked: int = 0

    def __post_init__(self) -> None:
        """As any fetcher."""
        super().__init__()

    async def post(self, url: str, form: Mapping[str, str]) -> Fetched:
        """What the hub says to it."""
        self.posted.append((url, form))
        if self.refuses:
            raise Refused("hub.example", "it resolves to 10.0.0.1, not a public address")
        return Fetched(url, url, self.status, {}, b"")

    async def get(self, url: str, **_: object) -> Fetched:
        """The feed."""
        self.asked += 1
        return Fetched(url, url, 200, {"content-type": "application/rss+xml", "link": NAMED}, NEWS)


@dataclass
class Stage:
    """A source that names a hub, and what keeps the subscription."""

    watch: Watch
    web: Web
    subscriber: Subscriber

    def one(self) -> Subscription:
        """The subscription."""
        with self.watch.database.read() as work:
            (found,) = work.subscriptions.all()
        return found

    async def subscribes(self) -> Subscription:
        """Asked, and confirmed by the hub."""
        await self.subscriber.tend(NOON)
        question = Question("subscribe", TOPIC, "challenge", "86400")
        assert await self.subscriber.confirms(self.one().token, question)
        await self.subscriber.settle(self.one().token, question)
        return self.one()

    async def receives(self, body: bytes = NEWS) -> Receipt:
        """A push, signed as it should be."""
        one = self.one()
        digest = hmac.new(one.secret.encode(), body, hashlib.sha256).hexdigest()
        return await self.subscriber.receive(one.token, Push(body, "application/rss+xml", f"sha256={digest}"))

    def source(self) -> Source:
        """As it is stored."""
        return self.watch.source()


@pytest.fixture
async def stage(database: Database) -> AsyncIterator[Stage]:
    """On each database."""
    web = Web()
    watch = Watch(database, Site(), web)
    watch.over(a_source(url=TOPIC))
    with database.write() as work:
        (source,) = work.sources.all()
        named = {"hub": HUB, "topic": TOPIC, "last_success": NOON, "next_due": NOON + timedelta(minutes=9)}
        work.sources.save(Source(**{name: getattr(source, name) for name in source.__slots__} | named))
    subscriber = Subscriber(
        database, web, watch.poller, "https://vigil.example", clock=lambda: watch.now, patience=0.2
    )
    yield Stage(watch, web, subscriber)
    await subscriber.close()


class Slow(Poller):
    """A poller whose understanding takes as long as a test wants."""

    __slots__ = ()
    released = asyncio.Event()

    async def pushed(self, source: Source, answer: Fetched, now: datetime) -> tuple[Polled, bool]:
        """In its own time."""
        await Slow.released.wait()
        return await super().pushed(source, answer, now)


async def until(there: Callable[[], bool]) -> None:
    """Waits for what follows from a push."""
    for _ in range(200):
        if there():
            return
        await asyncio.sleep(0.02)
    raise AssertionError("it never came to it")


async def test_a_hub_named_by_http_is_asked_by_https(stage: Stage) -> None:
    """The secret travels with the question."""
    await stage.subscriber.tend(NOON)
    ((url, form),) = stage.web.posted
    assert url == "https://hub.example/"
    assert form["hub.callback"].startswith("https://vigil.example/websub/")
    assert form["hub.secret"] == stage.one().secret


async def test_what_is_asked_is_written_down_first(stage: Stage) -> None:
    """Killed while it asks, the next start asks again, in its time, by the same path and secret."""
    stage.web.status = 500
    await stage.subscriber.tend(NOON)
    assert (stage.one().state, stage.one().detail, stage.one().failures) == (State.WANTED, "HTTP 500", 0)
    again = Subscriber(stage.watch.database, stage.web, stage.watch.poller, "https://vigil.example")
    await again.tend(NOON)
    assert len(stage.web.posted) == 1
    await again.tend(stage.one().due)
    first, second = stage.web.posted
    assert first == second


async def test_a_hub_inside_our_own_network_is_not_asked(stage: Stage) -> None:
    """The fetcher refuses it; the reason is kept, and the source is polled as ever."""
    stage.web.refuses = True
    await stage.subscriber.tend(NOON)
    assert "not a public address" in stage.one().detail
    assert stage.source().next_due == NOON + timedelta(minutes=9)


async def test_a_push_that_takes_long_is_answered_and_goes_on(stage: Stage) -> None:
    """By then the source is due: should we be killed before the end, the publisher itself is asked."""
    await stage.subscribes()
    Slow.released = asyncio.Event()
    brought: list[Polled] = []
    stage.subscriber.brought = brought.append
    stage.subscriber.poller = Slow(stage.watch.database, stage.web)
    assert await stage.receives() is Receipt.TAKEN
    due = stage.source().next_due
    assert due is not None
    assert due <= NOON
    assert stage.watch.held() == 0
    await until(lambda: stage.watch.held() == 1)
    assert stage.web.asked == 1, "it is the publisher's answer that was kept; the push still waits"
    Slow.released.set()
    await until(lambda: bool(brought))
    assert [polled.new for polled in brought] == [0]


async def test_what_cannot_be_kept_is_not_taken(stage: Stage) -> None:
    """The hub is told to come back (503): its push would be lost."""
    await stage.subscribes()
    with stage.watch.database.write() as work:
        work.connection.exec_driver_sql("ALTER TABLE entries RENAME TO elsewhere")
        work.connection.exec_driver_sql("ALTER TABLE sources RENAME COLUMN next_due TO lost")
    with capture_logs() as logs:
        assert await stage.receives() is Receipt.LATER
    assert "websub.not_kept" in {line["event"] for line in logs}


async def test_a_push_that_could_not_be_kept_has_the_publisher_asked(stage: Stage) -> None:
    """What failed once may not fail again: the source is due, and that is durable."""
    await stage.subscribes()
    fails = [True]

    class Failing(Poller):
        __slots__ = ()

        async def pushed(self, source: Source, answer: Fetched, now: datetime) -> tuple[Polled, bool]:
            if fails:
                raise OSError(fails.pop())
            return await super().pushed(source, answer, now)

    stage.subscriber.poller = Failing(stage.watch.database, stage.web)
    assert await stage.receives() is Receipt.TAKEN
    await until(lambda: stage.watch.held() == 1)
    assert stage.web.asked == 1


async def test_a_yes_is_settled_once_and_only_if_it_still_holds(stage: Stage) -> None:
    """Between the hub's question and our note of it the source may have given up its hub."""
    await stage.subscribes()
    with stage.watch.database.write() as work:
        work.sources.configure([])
    await stage.subscriber.tend(NOON)
    await stage.subscriber.settle(stage.one().token, Question("subscribe", TOPIC, "challenge", "86400"))
    assert stage.one().state is State.LEAVING
    await stage.subscriber.settle(stage.one().token, Question("unsubscribe", TOPIC, "challenge"))
    await stage.subscriber.settle("unknown", Question("subscribe", TOPIC, "challenge"))
    with stage.watch.database.read() as work:
        assert work.subscriptions.all() == ()


async def test_forged_pushes_do_not_fill_the_log(stage: Stage) -> None:
    """The first, the tenth, the hundredth are told."""
    one = await stage.subscribes()
    with capture_logs() as logs:
        for _ in range(100):
            assert await stage.subscriber.receive(one.token, Push(NEWS, "", "sha256=00")) is Receipt.IGNORED
    assert [line["times"] for line in logs if line["event"] == "websub.forged"] == [1, 10, 100]


async def test_no_token_and_no_secret_is_logged(stage: Stage) -> None:
    """Whatever happens to a subscription, from its first question to its end."""
    log_plainly()
    stage.subscriber.patience = 60
    with capture_logs() as logs:
        one = await stage.subscribes()
        await stage.receives()
        await stage.receives(b"<h1>Error</h1>")
        await stage.subscriber.receive(one.token, Push(NEWS))
        stage.web.status = 503
        stage.watch.now = one.due
        await stage.subscriber.tend(one.due)
        await stage.subscriber.settle(one.token, Question("denied", TOPIC, reason="no"))
    said = repr(logs)
    events = {line["event"] for line in logs}
    assert {"websub.active", "websub.pushed", "websub.forged", "websub.refused", "websub.denied"} <= events
    assert one.token not in said
    assert one.secret not in said
    assert one.token not in repr(one)
    assert one.secret not in repr(one)


async def test_many_hubs_are_asked_a_few_at_a_time(stage: Stage) -> None:
    """After an outage all are due at once; each round asks twenty, and none is forgotten."""
    names = [f"source-{number}" for number in range(50)]
    with stage.watch.database.write() as work:
        for source in work.sources.configure(a_source(name=name, url=TOPIC) for name in names):
            named = {"hub": HUB, "topic": TOPIC}
            work.sources.save(Source(**{name: getattr(source, name) for name in source.__slots__} | named))
    rounds = []
    for _ in range(4):
        await stage.subscriber.tend(NOON)
        rounds.append(len(stage.web.posted))
    assert rounds == [20, 40, 50, 50]
    assert len({form["hub.secret"] for _, form in stage.web.posted}) == 50
