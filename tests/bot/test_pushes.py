"""A hub and the program over HTTP: subscribed, verified, pushed to, renewed, left; by the recommendation."""

import asyncio
import re
import secrets
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta

import aiohttp
import pytest

from bot.metrics import Meter
from bot.pushes import routes
from bot.web import serving
from jobs.poll import Poller
from jobs.websub import PATH, Subscriber
from storage.database import Database
from storage.remembered import Subscription
from storage.words import DeliveryState, SourceState
from storage.words import SubscriptionState as State
from tests.builders import NOON, an_entry
from tests.emulators.hub import Hub, a_hub
from tests.feeds import item, rss
from tests.jobs.watching import CALL, POST, Watch, a_watch

FEED = "/feed"
BEFORE = item(*POST, NOON, "dinner")
NEWS = rss(item(*CALL, NOON, "call"), BEFORE)


@dataclass(eq=False)
class Stage:
    """The watch, a hub that its source names, and the road between them."""

    watch: Watch
    hub: Hub
    subscriber: Subscriber
    meter: Meter
    session: aiohttp.ClientSession

    @property
    def topic(self) -> str:
        """The source, as the hub knows it."""
        return f"{self.watch.site.url}{FEED}"

    def names_hub(self, body: str, topic: str = "") -> None:
        """The source shows this from now on, and names the hub."""
        link = self.hub.links(topic or self.topic)
        self.watch.publish(FEED, body, headers={"Link": link}, etag=f'"{len(body)}"')

    async def tends(self) -> None:
        """A round of the schedule, and whatever hubs make of it."""
        await self.subscriber.tend(self.watch.now)
        await self.hub.quiet()
        await asyncio.sleep(0)

    async def subscribes(self) -> str:
        """The first poll, and what follows from it; returns the callback."""
        self.names_hub(rss(BEFORE))
        await self.watch.polls()
        await self.tends()
        return await self.hub.until_active(self.topic)

    def known(self) -> list[Subscription]:
        """What is kept, but for what is being left."""
        with self.watch.database.read() as work:
            return [one for one in work.subscriptions.all() if one.state is not State.LEAVING]

    async def settled(self, state: State) -> Subscription:
        """Waits until the one subscription is in this state: the hub has its answer before that is kept."""
        for _ in range(200):
            if [one.state for one in self.known()] == [state]:
                return self.known()[0]
            await asyncio.sleep(0.05)
        raise AssertionError(self.known())

    def pushes(self, receipt: str) -> float | None:
        """How many pushes became that."""
        return self.meter.registry.get_sample_value("vigil_pushes_total", {"receipt": receipt})


@asynccontextmanager
async def a_stage(database: Database) -> AsyncIterator[Stage]:
    """One source, one reader, one hub."""
    async with a_watch(database) as watch, a_hub() as hub, aiohttp.ClientSession() as session:
        watch.over_feed(FEED)
        meter = Meter()
        subscriber = Subscriber(
            *(database, watch.fetcher, watch.poller, ""),
            in_clear=True,
            clock=lambda: watch.now,
            noticed=meter.pushed,
            brought=meter.brought,
        )
        served = serving("web", ("127.0.0.1", 0), routes(subscriber), max_bytes=100_000)
        async with served as (host, port):
            subscriber.base = f"http://{host}:{port}"
            yield Stage(watch, hub, subscriber, meter, session)
        await subscriber.close()


@pytest.fixture
async def stage(database: Database) -> AsyncIterator[Stage]:
    """On each database."""
    async with a_stage(database) as made:
        yield made


# Subscribing


async def test_a_source_that_names_a_hub_is_subscribed_to(stage: Stage) -> None:
    """With a path and a secret of its own, a lease, and the parameter that old hubs want."""
    stage.hub.needs_verify = True
    callback = await stage.subscribes()
    (asked,) = stage.hub.asked
    assert (asked.mode, asked.topic) == ("subscribe", stage.topic)
    assert asked.form["hub.lease_seconds"] == "864000"
    assert re.fullmatch(rf"{stage.subscriber.base}{PATH}[\w-]{{43}}", callback)
    assert len(asked.secret) == 43
    assert asked.secret not in callback
    active = await stage.settled(State.ACTIVE)
    assert active.lease_until == NOON + timedelta(days=1)
    await stage.tends()
    assert len(stage.hub.asked) == 1, "and not asked again"


async def test_a_hub_may_verify_before_it_answers(stage: Stage) -> None:
    """As WordPress does."""
    stage.hub.at_once, stage.hub.status = True, 204
    await stage.subscribes()
    await stage.settled(State.ACTIVE)


async def test_a_hub_that_never_comes_back_is_asked_again(stage: Stage) -> None:
    """The source is polled all the while."""
    stage.hub.verifies = False
    stage.names_hub(rss(BEFORE))
    await stage.watch.polls()
    await stage.tends()
    await stage.tends()
    assert len(stage.hub.asked) == 1
    stage.hub.verifies = True
    stage.watch.later(minutes=6)
    await stage.tends()
    assert (
        await stage.hub.until_active(stage.topic)
        == stage.hub.asked[0].callback
        == stage.hub.asked[1].callback
    )


async def test_a_hub_that_is_out_of_order_is_asked_later(stage: Stage) -> None:
    """When it says so itself; what it said is kept for the operator."""
    stage.hub.status, stage.hub.headers = 503, {"Retry-After": "3600"}
    stage.names_hub(rss(BEFORE))
    await stage.watch.polls()
    await stage.tends()
    waiting = await stage.settled(State.WANTED)
    assert (waiting.detail, waiting.due) == ("HTTP 503", NOON + timedelta(hours=1))
    stage.hub.status = 202
    stage.watch.later(hours=1)
    await stage.tends()
    await stage.settled(State.ACTIVE)


async def test_nobody_else_can_have_a_subscription_verified(stage: Stage) -> None:
    """A wrong topic, a mode or a token that we know nothing of, no challenge: 404, and nothing changes."""
    callback = await stage.subscribes()
    await stage.settled(State.ACTIVE)
    good = {"hub.mode": "subscribe", "hub.topic": stage.topic, "hub.challenge": "x", "hub.lease_seconds": "5"}
    other = callback.rpartition("/")[0] + "/" + secrets.token_urlsafe(32)
    for address, query in (
        (callback, good | {"hub.topic": "https://other.example/"}),
        (callback, good | {"hub.mode": "unsubscribe"}),
        (callback, good | {"hub.challenge": ""}),
        (callback, good | {"hub.challenge": "x" * 5000}),
        (callback, {}),
        (callback[:-1], good),
        (other, good),
    ):
        async with stage.session.get(address, params=query) as answer:
            assert (answer.status, await answer.text()) == (404, "not found\n")
    assert stage.known()[0].lease_until == NOON + timedelta(days=1)


async def test_a_hub_that_names_another_topic_gets_no_yes(stage: Stage) -> None:
    """It would push to us what is not of this source."""
    stage.hub.topic_told = "https://other.example/feed"
    stage.names_hub(rss(BEFORE))
    await stage.watch.polls()
    await stage.tends()
    await stage.hub.until(lambda: len(stage.hub.verified) == 1)
    assert (stage.hub.verified[0].status, stage.hub.active) == (404, {})
    assert stage.known()[0].state is State.PENDING


async def test_a_challenge_is_given_back_as_text_and_nothing_else(stage: Stage) -> None:
    """Whoever looks at it in a browser runs nothing."""
    callback = await stage.subscribes()
    challenge = "<script>alert(1)</script>"
    query = {"hub.mode": "subscribe", "hub.topic": stage.topic, "hub.challenge": challenge}
    async with stage.session.get(callback, params=query) as answer:
        assert (await answer.text(), answer.content_type) == (challenge, "text/plain")
        assert answer.headers["X-Content-Type-Options"] == "nosniff"


async def test_a_lease_is_renewed_long_before_it_ends(stage: Stage) -> None:
    """With the same path and the same secret, while the hub goes on pushing."""
    callback = await stage.subscribes()
    await stage.settled(State.ACTIVE)
    stage.watch.later(hours=13)
    await stage.tends()
    assert len(stage.hub.asked) == 1
    stage.watch.later(hours=3, minutes=1)
    await stage.tends()
    await stage.hub.until(lambda: len(stage.hub.verified) == 2)
    first, second = stage.hub.asked
    assert (first.callback, first.secret) == (second.callback, second.secret)
    assert stage.hub.callbacks(stage.topic) == [callback]
    for _ in range(100):
        if stage.known()[0].lease_until == stage.watch.now + timedelta(days=1):
            return
        await asyncio.sleep(0.05)
    pytest.fail("the lease is the old one")


async def test_a_hub_may_deny_at_any_time(stage: Stage) -> None:
    """The reason is kept, pushes are answered with 410, and it is asked again in a month."""
    callback = await stage.subscribes()
    await stage.settled(State.ACTIVE)
    assert await stage.hub.denies(stage.topic, "the feed has\nclosed") == [200]
    denied = await stage.settled(State.DENIED)
    assert denied.detail == "the feed has closed"
    async with stage.session.post(callback, data=b"x") as answer:
        assert answer.status == 410
    stage.watch.later(days=1)
    await stage.tends()
    assert len(stage.hub.asked) == 1
    stage.watch.later(days=30)
    await stage.tends()
    await stage.settled(State.ACTIVE)


async def test_a_hub_that_is_named_no_more_is_left(stage: Stage) -> None:
    """It is told; what it still pushes is answered with 410; of the subscription nothing remains."""
    callback = await stage.subscribes()
    await stage.settled(State.ACTIVE)
    stage.watch.publish(FEED, NEWS)
    await stage.watch.polls()
    await stage.tends()
    await stage.hub.until(lambda: not stage.hub.active)
    assert [asked.mode for asked in stage.hub.asked] == ["subscribe", "unsubscribe"]
    async with stage.session.post(callback, data=b"x") as answer:
        assert answer.status == 410
    for _ in range(100):
        with stage.watch.database.read() as work:
            if not work.subscriptions.all():
                return
        await asyncio.sleep(0.05)
    pytest.fail("something is left of it")


async def test_a_source_that_changes_its_hub_is_pushed_by_the_new_one(stage: Stage) -> None:
    """The old one is left, the new one asked, each with its own path."""
    async with a_hub() as other:
        await stage.subscribes()
        await stage.settled(State.ACTIVE)
        stage.watch.publish(FEED, NEWS, headers={"Link": other.links(stage.topic)})
        await stage.watch.polls()
        await stage.tends()
        callback = await other.until_active(stage.topic)
        assert callback != stage.hub.asked[0].callback
        await stage.hub.until(lambda: not stage.hub.active)


async def test_a_new_public_address_is_told_to_every_hub(stage: Stage) -> None:
    """At once, and only once."""
    await stage.subscribes()
    await stage.settled(State.ACTIVE)
    stage.subscriber.base = stage.subscriber.base.replace("127.0.0.1", "localhost")
    await stage.tends()
    await stage.hub.until_active(stage.topic, count=2)
    await stage.settled(State.ACTIVE)
    await stage.tends()
    assert len(stage.hub.asked) == 2


# Pushing


async def test_a_signed_push_rings_as_a_poll_would(stage: Stage) -> None:
    """The entries are kept and the alert is queued before the hub has its answer."""
    await stage.subscribes()
    stage.watch.later(minutes=1)
    assert await stage.hub.pushes(stage.topic, NEWS) == [202]
    assert stage.watch.waiting() == 1
    assert set(stage.watch.statements()) == {CALL[0], POST[0]}
    assert stage.pushes("taken") == 1
    assert stage.meter.registry.get_sample_value("vigil_new_entries_total") == 1


@pytest.mark.parametrize("method", ["sha1", "sha256", "sha384", "sha512"])
async def test_every_method_of_the_recommendation_is_checked(stage: Stage, method: str) -> None:
    """The hub chooses."""
    await stage.subscribes()
    assert await stage.hub.pushes(stage.topic, NEWS, sign=method) == [202]
    assert stage.watch.held() == 2


async def test_what_is_not_signed_as_it_should_be_is_ignored(stage: Stage) -> None:
    """Not at all, with another secret, by a method nobody can trust: answered alike, and nothing is kept."""
    await stage.subscribes()
    asked = len(stage.watch.asked())
    assert await stage.hub.pushes(stage.topic, NEWS, sign=None) == [202]
    assert await stage.hub.pushes(stage.topic, NEWS, secret="another") == [202]
    assert await stage.hub.pushes(stage.topic, NEWS, sign="md5") == [202]
    assert await stage.hub.pushes(stage.topic, sign=None) == [202]
    assert stage.pushes("ignored") == 4
    assert stage.watch.held() == 1
    assert len(stage.watch.asked()) == asked, "nor is the publisher asked for a stranger's sake"


async def test_pushed_and_polled_is_one(stage: Stage) -> None:
    """Whatever comes first, and however often: one entry, one alert."""
    await stage.subscribes()
    stage.watch.later(minutes=1)
    stage.names_hub(NEWS)
    await stage.hub.pushes(stage.topic, NEWS)
    await stage.watch.polls()
    await stage.hub.pushes(stage.topic, NEWS)
    await asyncio.gather(*(stage.hub.pushes(stage.topic, NEWS) for _ in range(3)), stage.watch.polls())
    assert stage.watch.held() == 2
    assert stage.watch.waiting() == 1


async def test_what_comes_to_two_nodes_at_once_is_one(stage: Stage) -> None:
    """The proxy leads to either, and who heard nothing pushes again; neither node knows of the other."""
    callback = await stage.subscribes()
    stage.watch.later(minutes=1)
    other = Poller(stage.watch.database, stage.watch.fetcher, stage.watch.poller.limits)
    given = (stage.watch.database, stage.watch.fetcher, other, stage.subscriber.base)
    subscriber = Subscriber(*given, in_clear=True, clock=lambda: stage.watch.now)
    async with serving("web", ("127.0.0.1", 0), routes(subscriber), max_bytes=100_000) as (host, port):
        secret = stage.hub.active[stage.topic, callback]
        there = callback.replace(stage.subscriber.base, f"http://{host}:{port}")
        stage.hub.active[stage.topic, there] = secret
        answers = await asyncio.gather(*(stage.hub.pushes(stage.topic, NEWS) for _ in range(3)))
        assert answers == [[202, 202]] * 3
    await subscriber.close()
    assert stage.watch.held() == 2
    assert stage.watch.waiting() == 1


async def test_a_ping_without_news_has_the_publisher_asked_at_once(stage: Stage) -> None:
    """And not more often than every half minute, however often it pings; the last one is not lost."""
    await stage.subscribes()
    stage.watch.later(minutes=1)
    stage.names_hub(NEWS)
    asked = len(stage.watch.asked())
    assert await stage.hub.pushes(stage.topic) == [202]
    await until(lambda: stage.watch.waiting() == 1)
    for _ in range(5):
        assert await stage.hub.pushes(stage.topic) == [202]
    await asyncio.sleep(0.2)
    assert len(stage.watch.asked()) == asked + 1
    assert stage.watch.source().next_due == stage.watch.now + timedelta(seconds=30)


async def test_what_cannot_be_read_has_the_publisher_asked(stage: Stage) -> None:
    """A hub that pushes a page about an error brings no news; the feed itself does."""
    await stage.subscribes()
    stage.watch.later(minutes=1)
    stage.names_hub(NEWS)
    assert await stage.hub.pushes(stage.topic, "<h1>Error</h1>", content_type="text/html") == [202]
    await until(lambda: stage.watch.waiting() == 1)
    assert stage.watch.source().state is SourceState.OK


async def test_a_push_edits_nothing_the_publisher_does(stage: Stage) -> None:
    """It may be late: an entry that reads otherwise in it has the feed asked, which knows."""
    await stage.subscribes()
    stage.watch.later(minutes=1)
    old = rss(item(POST[0], "Quite another text than before. " * 9, NOON, "dinner"))
    asked = len(stage.watch.asked())
    assert await stage.hub.pushes(stage.topic, old) == [202]
    await until(lambda: len(stage.watch.asked()) == asked + 1)
    await stage.subscriber.close()
    assert stage.watch.statements()[POST[0]].text == POST[1]


async def test_a_push_of_all_that_was_ever_written_rings_nothing_old(stage: Stage) -> None:
    """The age window and the cap per source hold for pushes: the rest waits for an admin."""
    await stage.subscribes()
    stage.watch.later(minutes=1)
    old = [item(f"{CALL[0]} {n}", f"{CALL[1]} {n}", NOON - timedelta(days=9), f"old{n}") for n in range(20)]
    towns = (
        "Dandong",
        "Yanji",
        "Tumen",
        "Kunming",
        "Nanning",
        "Bangkok",
        "Vientiane",
        "Hanoi",
        "Yangon",
        "Ulaanbaatar",
    )
    new = []
    for number, town in (*enumerate(towns, start=13), *enumerate(towns, start=53)):
        title, text = (words.replace("Nine", str(number)).replace("Shenyang", town) for words in CALL)
        new.append(item(title, text, NOON, f"{number} {town}"))
    assert await stage.hub.pushes(stage.topic, rss(*old, *new)) == [202]
    assert stage.watch.held() == 41
    with stage.watch.database.read() as work:
        found = work.measures(stage.watch.now).deliveries
    told = 2  # a line to each of the two who are spared the rest
    assert found == {
        (DeliveryState.QUEUED, 1): 10,
        (DeliveryState.HELD, 1): 10,
        (DeliveryState.QUEUED, 3): told,
    }


async def test_what_is_too_large_is_refused(stage: Stage) -> None:
    """413, and nothing of it is kept in memory or on the disk."""
    await stage.subscribes()
    assert await stage.hub.pushes(stage.topic, b"x" * 100_001) == [413]
    assert stage.watch.held() == 1


async def test_a_stranger_sends_nothing_that_is_read(stage: Stage) -> None:
    """Whoever has no token of ours is told 410 before the body has come, or 404 for what is no token."""
    await stage.subscribes()
    url = f"{stage.subscriber.base}{PATH}"
    arrived = asyncio.Event()

    async def slowly() -> AsyncIterator[bytes]:
        yield b"x"
        await arrived.wait()

    async with stage.session.post(url + secrets.token_urlsafe(32), data=slowly()) as answer:
        assert answer.status == 410
    arrived.set()
    async with stage.session.post(url + "short", data=b"x") as answer:
        assert answer.status == 404


async def test_a_push_says_nothing_of_the_health_of_its_source(stage: Stage) -> None:
    """A source that is in trouble stays so, with its validators and its failures, until it answers itself."""
    await stage.subscribes()
    stage.watch.publish(FEED, "gone fishing", status=500)
    for _ in range(5):
        stage.watch.later(minutes=10)
        await stage.watch.polls()
    before = stage.watch.source()
    assert before.state is SourceState.DARK
    heard = stage.watch.heard()
    stage.watch.later(days=2)
    assert await stage.hub.pushes(stage.topic, NEWS) == [202]
    after = stage.watch.source()
    assert (after.state, after.failures, after.etag, after.last_success, after.told) == (
        *(before.state, before.failures, before.etag, before.last_success, before.told),
    )
    assert stage.watch.heard() == heard
    assert stage.watch.held() == 2


async def test_a_source_that_speaks_again_through_its_hub_is_told_once(stage: Stage) -> None:
    """Admins had heard that it fell silent; by the push and by the poll after it, that it speaks."""
    await stage.subscribes()
    database = stage.watch.database
    with database.write() as work:
        for day in range(3, 24, 3):
            at = NOON - timedelta(days=day)
            work.entries.add(stage.watch.source().id, an_entry(uid=f"{day}", published=at), at)
    stage.watch.later(days=30)
    later = stage.watch.now
    stage.names_hub(rss(item("Old news", "Of yesterday. " * 9, NOON - timedelta(days=1), "old"), BEFORE))
    await stage.watch.polls()
    assert stage.watch.heard() == [("silent", "northlight")]
    again = rss(item("Annual report", "Much was done. " * 9, later, "report"), BEFORE)
    stage.names_hub(again)
    assert await stage.hub.pushes(stage.topic, again) == [202]
    await stage.watch.polls()
    assert stage.watch.heard() == [("silent", "northlight"), ("speaks", "northlight")]


async def until(there: Callable[[], bool]) -> None:
    """Waits for what follows from a push."""
    for _ in range(200):
        if there():
            return
        await asyncio.sleep(0.05)
    raise AssertionError("it never came to it")
