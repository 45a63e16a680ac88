"""Admins hear once that a source is in trouble, and once that it is well; restarts and crowds included."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from urllib.parse import urlsplit

import pytest

from jobs.fetch import Fetched, Fetcher, Unreachable
from jobs.notices import Admins
from storage.database import Database
from storage.moments import OFFLINE_SINCE
from storage.words import DeliveryState, SourceState
from tests.builders import NOON, a_source
from tests.feeds import Site, item, rss
from tests.jobs.watching import CALL, POST, Watch, a_watch

FEED = "/feed"


@pytest.fixture
async def watch(database: Database) -> AsyncIterator[Watch]:
    """A watch on each database."""
    async with a_watch(database) as made:
        yield made


class Network(Fetcher):
    """A network that can be cut: the whole of it, or a host; on every host there is the same feed."""

    def __init__(self) -> None:
        super().__init__()
        self.cut = False
        self.dead: set[str] = set()

    async def get(self, url: str, **_: object) -> Fetched:
        """The answer of the host, where it can be reached."""
        host = urlsplit(url).hostname or ""
        if self.cut or host in self.dead:
            raise Unreachable(host, "its name is not known")
        body = rss(item("A post", "Some words.", NOON, "1"))
        return Fetched(url, url, 200, {"content-type": "application/rss+xml"}, body.encode())


@pytest.fixture
def network(database: Database) -> tuple[Network, Watch]:
    """Forty sources on forty hosts, and the cable to them."""
    made = Network()
    watch = Watch(database, Site(), made)
    names = [f"source-{number:02}" for number in range(40)]
    watch.over(*(a_source(name=name, url=f"https://{name}.example/feed") for name in names))
    return made, watch


async def rounds(watch: Watch, **given: float) -> None:
    """The schedule, every three minutes for so long."""
    end = watch.now + timedelta(**given)
    while watch.now < end:
        await watch.polls_due()
        watch.later(minutes=3)


async def test_trouble_is_told_once_over_restarts_and_once_more_its_end(watch: Watch) -> None:
    """A source falls ill: one notice; restarted, still ill: none; well: one. None for what was before."""
    watch.over_feed(title="Northlight: appeals")
    watch.publish(FEED, rss(item("First", "Words.", NOON, "1")))
    await watch.polls()
    assert watch.notices() == []
    watch.publish(FEED, "<html><title>Maintenance</title><p>Back soon</p></html>", "text/html")
    for _ in range(4):
        watch.later(hours=1)
        await watch.polls()
        watch.restart()
    (event,) = watch.events()
    assert (event.title, event.state) == ("Northlight: appeals", SourceState.NOT_A_FEED)
    assert "html" in event.detail.lower()
    assert event.last_success is not None
    assert event.last_success.replace(microsecond=0) == NOON
    assert event.since is not None
    assert event.since.replace(microsecond=0) == NOON + timedelta(hours=1)
    assert event.next_due is not None
    watch.publish(FEED, rss(item("First", "Words.", NOON, "1")))
    for _ in range(3):
        watch.later(hours=1)
        watch.restart()
        await watch.polls()
    assert watch.heard() == [("ill", "northlight"), ("well", "northlight")]


async def test_a_poll_that_cannot_be_stored_tells_nobody(watch: Watch) -> None:
    """Notice and state stand or fall together: while nothing can be written, nothing is told; then it is."""
    watch.over_feed()
    watch.publish(FEED, "no feed", "text/plain")
    with watch.database.write() as work:
        work.connection.exec_driver_sql("ALTER TABLE deliveries RENAME TO away")
    await watch.polls()
    with watch.database.write() as work:
        work.connection.exec_driver_sql("ALTER TABLE away RENAME TO deliveries")
    assert (watch.notices(), watch.source().told) == ([], "")
    await watch.polls()
    assert watch.heard() == [("ill", "northlight")]


async def test_two_programs_tell_it_once(watch: Watch) -> None:
    """`vigil poll` by hand beside the service: both saw the source well before."""
    watch.over_feed()
    watch.publish(FEED, "no feed", "text/plain")
    before = watch.source()
    service, by_hand = watch.poller, replace(watch.poller)
    await service.one(before, watch.now)
    await by_hand.one(before, watch.now)
    assert watch.heard() == [("ill", "northlight")]
    watch.publish(FEED, rss(item("First", "Words.", NOON, "1")))
    ill = watch.source()
    await service.one(ill, watch.now)
    await by_hand.one(ill, watch.now)
    await watch.polls()
    assert watch.heard() == [("ill", "northlight"), ("well", "northlight")]


async def test_what_falls_ill_together_is_one_notice_for_each_admin(watch: Watch) -> None:
    """Ten sources of one host within a minute; an hour later another one has a notice of its own."""
    watch.admins = Admins((("telegram", "1001"), ("telegram", "1002")), "ko")
    for number in range(11):
        watch.over_feed(f"/{number}", f"s{number}")
        watch.publish(f"/{number}", "no feed", "text/plain")
    for number in range(10):
        await watch.polls(f"s{number}")
        watch.later(seconds=5)
    (notice,) = watch.notices()
    assert len(notice.events) == 10
    with watch.database.read() as work:
        waiting = work.deliveries.of_notice(notice.id)
        admins = [work.recipients.get(one.recipient_id) for one in waiting]
    due = [one.not_before.replace(microsecond=0) for one in waiting if one.not_before]
    assert due == [NOON + timedelta(minutes=1)] * 2, "it waits for the others"
    assert {(one.address, one.language) for one in admins if one} == {("1001", "ko"), ("1002", "ko")}
    watch.later(hours=1)
    await watch.polls("s10")
    assert [len(one.events) for one in watch.notices()] == [10, 1]


async def test_nothing_is_added_to_a_notice_that_is_on_its_way(watch: Watch) -> None:
    """Whoever has been told must hear of the rest too: by the next notice."""
    for name in ("a", "b"):
        watch.over_feed(f"/{name}", name)
        watch.publish(f"/{name}", "no feed", "text/plain")
    await watch.polls("a")
    with watch.database.write() as work:
        (due,) = work.deliveries.due("telegram", NOON + timedelta(minutes=2), 5, lanes=(0, 3))
        work.attempts.begin([due.id], NOON)
    watch.later(seconds=30)
    await watch.polls("b")
    assert [[event.source for event in one.events] for one in watch.notices()] == [["a"], ["b"]]


async def test_a_source_that_is_gone_is_told_and_looked_at_once_a_week(watch: Watch) -> None:
    """410 ends the watch; one good answer, by hand or in the weekly look, begins it again."""
    watch.over_feed()
    watch.publish(FEED, "gone", "text/plain", 410)
    await watch.polls_due()
    (event,) = watch.events()
    assert (event.state, event.detail) == (SourceState.GONE, "HTTP 410: removed for good")
    watch.later(days=6)
    assert await watch.polls_due() == []
    watch.publish(FEED, rss(item("First", "Words.", NOON, "1")))
    await watch.polls()
    source = watch.source()
    assert source.next_due is not None
    assert source.last_polled is not None
    assert source.next_due - source.last_polled <= timedelta(minutes=10)
    assert watch.heard() == [("ill", "northlight"), ("well", "northlight")]


async def test_a_source_that_was_gone_rings_again_from_its_first_good_answer(watch: Watch) -> None:
    """Restarts ask nobody sooner; the weekly look that finds it alive brings its call to the reader."""
    watch.over_feed()
    watch.publish(FEED, rss(item(*POST, NOON, "1")))
    await watch.polls()
    watch.publish(FEED, "gone", "text/plain", 410)
    watch.later(minutes=10)
    await watch.polls()
    asked = len(watch.asked())
    for _ in range(6):
        watch.later(days=1)
        watch.restart()
        assert await watch.polls_due() == []
    assert len(watch.asked()) == asked
    watch.later(days=1)
    watch.publish(FEED, rss(item(*CALL, watch.now, "2"), item(*POST, NOON, "1")))
    (polled,) = await watch.poller.due(watch.now)
    assert [(alert.statement.title, readers) for alert, readers in polled.alerts] == [(CALL[0], 1)]
    assert watch.heard() == [("ill", "northlight"), ("well", "northlight")]


async def test_a_source_that_is_gone_is_asked_at_its_new_address_at_once(watch: Watch) -> None:
    """The notice says to write the new `url`: after the restart nobody waits for the week to end."""
    watch.over_feed()
    watch.publish(FEED, "gone", "text/plain", 410)
    await watch.polls_due()
    watch.publish("/new", rss(item(*POST, NOON, "1")))
    watch.over(a_source(url=f"{watch.site.url}/new"))
    assert await watch.polls_due() == ["northlight"]
    assert watch.heard() == [("ill", "northlight"), ("well", "northlight")]


async def test_a_silence_against_the_habit_is_told_once_and_once_its_end(watch: Watch) -> None:
    """An item every other day, then none for weeks, over restarts."""
    watch.over_feed()
    items = [item(f"Report {n}", "Figures.", NOON - timedelta(days=2 * n), f"{n}") for n in range(8)]
    watch.publish(FEED, rss(*items))
    for _ in range(20):
        await watch.polls()
        watch.restart()
        watch.later(days=1)
    (event,) = watch.events()
    assert (event.kind, event.newest, event.habit) == ("silent", NOON, 2 * 86_400)
    watch.publish(FEED, rss(item("Report 9", "Figures.", watch.now, "9"), *items))
    await watch.polls()
    await watch.polls()
    assert watch.heard() == [("silent", "northlight"), ("speaks", "northlight")]


async def test_forty_sources_and_a_dead_network_are_one_notice(network: tuple[Network, Watch]) -> None:
    """Our own cable is to blame: no source is called dark, and when it is back all are seen at once."""
    cable, watch = network
    await rounds(watch, minutes=30)
    assert watch.notices() == []
    cable.cut = True
    began = watch.now
    await rounds(watch, hours=12)
    watch.restart()
    (event,) = watch.events()
    assert (event.kind, event.counts, event.source) == ("offline", {"sources": 40}, "")
    assert event.at - began < timedelta(minutes=25)
    assert event.since is not None
    assert timedelta() <= event.since - began < timedelta(minutes=12)
    assert event.last_success is not None
    assert event.last_success < began
    assert {watch.source(one.name).state for one in watch.configured} == {SourceState.FAILING}
    cable.cut = False
    back = watch.now
    await rounds(watch, minutes=11)
    assert watch.heard() == [("offline", ""), ("online", "")]
    assert watch.events()[1].at - back < timedelta(minutes=3)
    last = {watch.source(one.name).last_success for one in watch.configured}
    assert all(one is not None and one >= back for one in last), "nobody waits for hours to be asked again"
    with watch.database.read() as work:
        assert work.moments.get(OFFLINE_SINCE) is None
        first, second = watch.notices()
        assert [one.state for one in work.deliveries.of_notice(first.id)] == [DeliveryState.CANCELLED]
        assert [one.state for one in work.deliveries.of_notice(second.id)] == [DeliveryState.QUEUED]


async def test_a_moment_without_network_is_nothing(network: tuple[Network, Watch]) -> None:
    """A laptop that wakes up before its wireless does; every source fails once."""
    cable, watch = network
    await rounds(watch, minutes=30)
    watch.later(hours=8)
    cable.cut = True
    await watch.polls_due()
    cable.cut = False
    await rounds(watch, minutes=40)
    assert watch.notices() == []


async def test_sources_that_are_dead_by_themselves_are_dark_beside_the_others(
    network: tuple[Network, Watch],
) -> None:
    """Ten dead hosts of forty are ten dark sources: our network brings the other thirty."""
    cable, watch = network
    await rounds(watch, minutes=30)
    cable.dead = {f"source-{number:02}.example" for number in range(10)}
    await rounds(watch, hours=6)
    assert sorted(watch.heard()) == [("ill", f"source-{number:02}") for number in range(10)]
    assert {event.state for event in watch.events()} == {SourceState.DARK}


async def test_who_stays_away_when_the_network_is_back_is_dark_in_its_turn(
    network: tuple[Network, Watch],
) -> None:
    """The excuse ends with the cause."""
    cable, watch = network
    await rounds(watch, minutes=30)
    cable.cut = True
    await rounds(watch, hours=3)
    cable.cut = False
    cable.dead = {"source-07.example"}
    await rounds(watch, hours=8)
    assert watch.heard() == [("offline", ""), ("online", ""), ("ill", "source-07")]


async def test_without_admins_nothing_is_kept_for_nobody(watch: Watch) -> None:
    """What admins believe is remembered all the same, so that a new one is not told of the past."""
    watch.admins = Admins()
    watch.over_feed()
    watch.publish(FEED, "no feed", "text/plain")
    await watch.polls()
    assert (watch.notices(), watch.source().told) == ([], "not_a_feed")
