"""One poll keeps everything and rings once; the next one rings nothing."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from jobs.fetch import Fetcher
from jobs.limits import Limits
from jobs.poll import Polled, Poller
from storage.database import Database
from storage.queries import Query
from storage.records import Source
from storage.words import CaseState, DeliveryState, MsgType, SourceKind, SourceState, Urgency
from tests.builders import NOON, a_reader, a_route, a_source
from tests.feeds import Feed, Site, a_site

CALL = (
    "Nine North Korean refugees face imminent return",
    (
        "Nine North Korean refugees held in Shenyang, China, face imminent repatriation to North Korea "
        "within days, where they would be tortured. Northlight calls on China to immediately halt the return."
    ),
)
STOP = (
    "Stop action: nine North Korean refugees released",
    "The nine North Korean refugees held in Shenyang, China, have been released. No further action.",
)
POST = ("Annual dinner: tickets on sale", "Join us for an evening of music. Tickets cost thirty euros.")


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    """A publisher on loopback."""
    async with a_site() as made:
        yield made


@pytest.fixture
async def poller(database: Database) -> AsyncIterator[Poller]:
    """The real poller; one person in a terminal wants everything urgent."""
    with database.write() as work:
        a_reader(work, a_route(), transport="console", address="terminal")
    async with Fetcher(allow_private=True, timeout=5) as fetcher:
        yield Poller(database, fetcher)


def watch(database: Database, *wanted: Source) -> tuple[Source, ...]:
    """The sources as stored."""
    with database.write() as work:
        return work.sources.configure(wanted)


def waiting(database: Database) -> int:
    """How many deliveries wait."""
    with database.read() as work:
        return work.counts().waiting


def held(database: Database) -> dict[str, str]:
    """The text of each statement that is held, by its title."""
    with database.read() as work:
        return {hit.statement.title: hit.statement.text for hit in work.statements.latest(Query(), 100).hits}


async def again(poller: Poller, database: Database, name: str, hours: float = 1) -> Polled:
    """The next poll of a source, some hours later."""
    with database.read() as work:
        source = work.sources.by_name(name)
    assert source is not None
    return await poller.one(source, NOON + timedelta(hours=hours))


async def test_an_urgent_call_among_ordinary_posts_rings_once(
    site: Site, poller: Poller, database: Database
) -> None:
    """Both items are stored; the call is queued for the subscriber, the dinner is not."""
    feed = site.feed()
    feed.posts(*CALL, at=NOON)
    feed.posts(*POST, at=NOON)
    (source,) = watch(database, a_source(url=feed.url))
    polled = await poller.one(source, NOON)
    assert (polled.source.state, polled.new) == (SourceState.OK, 2)
    ((alert, recipients),) = polled.alerts
    assert (alert.statement.title, recipients) == (CALL[0], 1)
    assert alert.statement.alert.urgency is Urgency.IMMEDIATE
    assert waiting(database) == 1


async def test_the_second_poll_is_conditional_and_stores_nothing(
    site: Site, poller: Poller, database: Database
) -> None:
    """The validators come back byte for byte; a 304 changes nothing but the time."""
    feed = site.feed()
    feed.posts(*CALL, at=NOON)
    feed.etag = 'W/"odd,one"'
    (source,) = watch(database, a_source(url=feed.url))
    first = await poller.one(source, NOON)
    second = await again(poller, database, "northlight")
    assert feed.asked[-1].etag == 'W/"odd,one"'
    assert feed.asked[-1].since == first.source.last_modified != ""
    assert (second.source.state, second.new, second.alerts) == (SourceState.UNCHANGED, 0, ())


async def test_a_new_etag_with_the_same_body_is_kept(site: Site, poller: Poller, database: Database) -> None:
    """A server that changes its validator without changing its text is asked with the newest."""
    feed = site.feed()
    feed.posts(*CALL, at=NOON)
    feed.etag = '"a"'
    (source,) = watch(database, a_source(url=feed.url))
    await poller.one(source, NOON)
    feed.etag = '"b"'
    last = await again(poller, database, "northlight")
    assert last.source.etag == '"b"'
    assert (last.source.state, last.new) == (SourceState.UNCHANGED, 0)


async def test_the_same_call_in_two_sources_rings_once(
    site: Site, poller: Poller, database: Database
) -> None:
    """A board and its feed carry one call: two entries, one case, one alert."""
    feed, board = site.feed(), site.feed("/copy", "atom")
    call = feed.posts(*CALL, at=NOON)
    board.posts(*CALL, at=NOON, link=call.link)
    sources = watch(database, a_source(url=feed.url), a_source(name="copy", url=board.url))
    polled = await poller.all(sources, NOON)
    assert [one.new for one in polled] == [1, 1]
    assert sum(len(one.alerts) for one in polled) == 1
    assert waiting(database) == 1


async def test_what_is_old_or_from_the_future_is_stored_and_never_rings(
    site: Site, poller: Poller, database: Database
) -> None:
    """A new source with an archive sends nothing old; a misdated item sends nothing at all."""
    feed = site.feed()
    feed.posts(*CALL, at=NOON - timedelta(days=30))
    feed.posts(f"Elsewhere: {CALL[0]}", CALL[1], at=NOON + timedelta(days=2))
    (source,) = watch(database, a_source(url=feed.url))
    polled = await poller.one(source, NOON)
    assert (polled.new, polled.alerts) == (2, ())


@pytest.mark.parametrize(
    ("trouble", "state", "word"),
    [
        (lambda feed: feed.vanishes(), SourceState.FAILING, "HTTP 404"),
        (lambda feed: feed.dies(), SourceState.GONE, "410"),
        (lambda feed: feed.fails(429), SourceState.THROTTLED, "429"),
        (lambda feed: feed.fails(503), SourceState.THROTTLED, "503"),
        (lambda feed: feed.hangs(), SourceState.FAILING, "no complete answer within 1 s"),
        (lambda feed: feed.drips(), SourceState.FAILING, "no complete answer within 1 s"),
        (lambda feed: feed.hangs_up(), SourceState.FAILING, "cannot be read"),
        (lambda feed: feed.leads_to(feed.path), SourceState.FAILING, "more than 5 redirects"),
        (lambda feed: feed.becomes_a_page("Back soon"), SourceState.NOT_A_FEED, "an HTML page: Back soon"),
        (lambda feed: feed.answers("RSS is switched off", "text/plain"), SourceState.NOT_A_FEED, "switched"),
        (lambda feed: feed.answers("", "application/rss+xml"), SourceState.NOT_A_FEED, "an empty answer"),
        (lambda feed: feed.answers(b"\x01\x02garbage"), SourceState.NOT_A_FEED, "binary data"),
    ],
)
async def test_a_source_that_fails_ends_in_a_named_state_and_the_others_go_on(
    site: Site, database: Database, trouble: Callable[[Feed], None], state: SourceState, word: str
) -> None:
    """The state says what was wrong, the next try comes later, and the good source is read."""
    bad, good = site.feed("/bad"), site.feed("/good")
    bad.posts(*POST, at=NOON)
    good.posts(*CALL, at=NOON)
    sources = watch(database, a_source(name="bad", url=bad.url), a_source(name="good", url=good.url))
    trouble(bad)
    async with Fetcher(allow_private=True, timeout=1) as hasty:
        first, second = await Poller(database, hasty).all(sources, NOON)
    assert first.source.state is state
    assert word in first.source.detail
    assert first.source.next_due is not None
    assert first.source.next_due > NOON
    assert second.new == 1


async def test_a_feed_that_is_not_well_formed_rings_all_the_same(
    site: Site, poller: Poller, database: Database
) -> None:
    """What can be read is read; the source says what is wrong with it, also while nothing changes."""
    feed = site.feed()
    feed.posts(*CALL, at=NOON)
    feed.breaks()
    (source,) = watch(database, a_source(url=feed.url))
    first = await poller.one(source, NOON)
    assert (first.source.state, len(first.alerts)) == (SourceState.DEGRADED, 1)
    assert first.source.detail.startswith("not well-formed")
    second = await again(poller, database, "northlight")
    assert (second.source.state, second.source.detail) == (SourceState.DEGRADED, first.source.detail)


async def test_a_feed_that_moved_is_read_where_it_is_now(
    site: Site, poller: Poller, database: Database
) -> None:
    """Nothing of it is news again."""
    feed = site.feed("/old")
    feed.posts(*CALL, at=NOON)
    (source,) = watch(database, a_source(url=feed.url))
    await poller.one(source, NOON)
    feed.moves_to("/new")
    feed.posts(*POST, at=NOON)
    moved = await again(poller, database, "northlight")
    assert (moved.source.state, moved.new, moved.alerts) == (SourceState.OK, 1, ())


@pytest.mark.parametrize(
    "happens", [lambda feed: feed.changes_guids(), lambda feed: feed.is_restored(at=NOON)]
)
async def test_a_restored_feed_or_one_with_new_guids_rings_nothing_again(
    site: Site, poller: Poller, database: Database, happens: Callable[[Feed], None]
) -> None:
    """The call that everyone has heard is known again by what it says, whatever id and date it bears now."""
    feed = site.feed()
    feed.posts(*CALL, at=NOON - timedelta(hours=2))
    feed.posts(*POST, at=NOON - timedelta(hours=1))
    (source,) = watch(database, a_source(url=feed.url))
    assert len((await poller.one(source, NOON)).alerts) == 1
    happens(feed)
    second = await again(poller, database, "northlight")
    assert (second.new, second.alerts) == (2, ())
    assert waiting(database) == 1


async def test_retry_after_is_obeyed(site: Site, poller: Poller, database: Database) -> None:
    """A server that asks for an hour gets an hour."""
    feed = site.feed()
    feed.fails(429, retry_after=3600)
    (source,) = watch(database, a_source(url=feed.url, every=60))
    polled = await poller.one(source, NOON)
    assert polled.source.next_due is not None
    assert polled.source.next_due >= NOON + timedelta(hours=1)


async def test_a_source_that_keeps_failing_goes_dark_and_one_success_mends_it(
    site: Site, poller: Poller, database: Database
) -> None:
    """Failures space the polls out and are told; nothing is switched off in silence."""
    feed = site.feed()
    feed.posts(*POST, at=NOON)
    feed.vanishes()
    (source,) = watch(database, a_source(url=feed.url))
    polled = await poller.one(source, NOON)
    for hours in range(1, 6):
        polled = await again(poller, database, "northlight", hours)
    assert polled.source.state is SourceState.DARK
    feed.recovers()
    mended = await again(poller, database, "northlight", 7)
    assert (mended.source.state, mended.source.failures) == (SourceState.OK, 0)


async def test_an_excerpt_is_completed_from_its_page_and_a_dead_link_is_noted(
    site: Site, poller: Poller, database: Database
) -> None:
    """The archive holds the whole text; an item whose link leads nowhere is kept all the same."""
    text = " ".join(f"Paragraph {n} of the statement on the camps." for n in range(60))
    feed = site.feed()
    feed.shows_only_beginnings()
    feed.posts("Whole", text, at=NOON)
    feed.loses_the_page_of(feed.posts("Dead", text, at=NOON))
    (source,) = watch(database, a_source(url=feed.url))
    polled = await poller.one(source, NOON)
    assert polled.new == 2
    (note,) = polled.notes
    assert "404" in note
    texts = held(database)
    assert "Paragraph 59" in texts["Whole"]
    assert texts["Dead"].startswith("Paragraph 0")
    assert "Paragraph 59" not in texts["Dead"]


async def test_beyond_the_cap_an_admin_looks_first(site: Site, poller: Poller, database: Database) -> None:
    """A hijacked source cannot ring without end: what is too much is held, not lost."""
    towns = ("Shenyang", "Dandong", "Yanji", "Tumen")
    feed = site.feed()
    for n, town in enumerate(towns):
        text = f"{10 + n} refugees held in {town}, China, since {n + 1} March face return within days."
        feed.posts(f"{10 + n} refugees in {town} face imminent return", text, at=NOON)
    (source,) = watch(database, a_source(url=feed.url))
    capped = replace(poller, limits=Limits(per_source_hour=2))
    polled = await capped.one(source, NOON)
    assert len(polled.alerts) > 2
    with database.read() as work:
        states = [d.state for alert, _ in polled.alerts for d in work.deliveries.of_alert(alert.id)]
    assert states[:2] == [DeliveryState.QUEUED, DeliveryState.QUEUED]
    assert set(states[2:]) == {DeliveryState.HELD}


async def test_a_page_without_a_feed_is_watched(site: Site, poller: Poller, database: Database) -> None:
    """A list page gives its items; scripts in them are gone."""
    page = site.page("/news")
    for n in (1, 2, 3):
        text = f"We ask for an answer to letter {n}."
        page.posts(f"Statement number {n} on the border", text, at=NOON, aside="<script>alert(1)</script>")
    (source,) = watch(database, a_source(url=page.url, kind=SourceKind.PAGE))
    polled = await poller.one(source, NOON)
    assert polled.new == 3
    texts = held(database)
    assert sorted(texts) == [f"Statement number {n} on the border" for n in (1, 2, 3)]
    assert all("We ask" in text and "alert(" not in text for text in texts.values())


async def test_two_calls_of_one_organisation_both_ring(
    site: Site, poller: Poller, database: Database
) -> None:
    """Who appeals often is not mistaken for who repeats herself."""
    other = (
        "Seven Uyghur students in Egypt face deportation to China",
        (
            "Northlight calls on Egypt to immediately halt the deportation of seven Uyghur students arrested "
            "in Cairo, who may be put on a plane to China within days, where they would be tortured."
        ),
    )
    feed = site.feed()
    feed.posts(*other, at=NOON)
    feed.posts(*CALL, at=NOON)
    (source,) = watch(database, a_source(url=feed.url))
    polled = await poller.one(source, NOON)
    assert len(polled.alerts) == 2


async def test_one_bad_entry_does_not_silence_its_source(
    site: Site, poller: Poller, database: Database
) -> None:
    """The year 1 is what software writes for "no date"; the call beside it rings all the same."""
    feed = site.feed()
    feed.posts(*POST, at=datetime(1, 1, 1, tzinfo=UTC))
    feed.posts(*CALL, at=NOON)
    (source,) = watch(database, a_source(url=feed.url))
    polled = await poller.one(source, NOON)
    assert (polled.source.state, polled.new, len(polled.alerts)) == (SourceState.OK, 2, 1)


async def test_the_same_call_reaches_those_whom_its_first_carrier_did_not(
    site: Site, poller: Poller, database: Database
) -> None:
    """Who asked for one source only is told when that source carries it; the others hear it once."""
    with database.write() as work:
        a_reader(work, a_route(sources=("copy",)), transport="console", address="other")
    feed, copy = site.feed(), site.feed("/copy")
    call = feed.posts(*CALL, at=NOON)
    copy.posts(*CALL, at=NOON, link=call.link)
    copied, northlight = watch(
        database, a_source(url=feed.url), a_source(name="copy", organisation="Copy", url=copy.url)
    )
    one = await poller.one(northlight, NOON)
    two = await poller.one(copied, NOON)
    assert [recipients for _, recipients in (*one.alerts, *two.alerts)] == [1, 1]


async def test_a_stop_action_takes_back_what_waits_and_is_never_held(
    site: Site, poller: Poller, database: Database
) -> None:
    """Nobody is sent the call after its correction, and a correction does not wait for an admin."""
    feed = site.feed()
    feed.posts(*CALL, at=NOON)
    (source,) = watch(database, a_source(url=feed.url))
    first = await poller.one(source, NOON)
    feed.posts(*STOP, at=NOON + timedelta(hours=1))
    second = await again(replace(poller, limits=Limits(per_source_hour=1)), database, "northlight", 2)
    ((correction, recipients),) = second.alerts
    assert (correction.msg_type, recipients) == (MsgType.CANCEL, 1)
    with database.read() as work:
        (old,) = work.deliveries.of_alert(first.alerts[0][0].id)
        (new,) = work.deliveries.of_alert(correction.id)
        case = work.cases.get(correction.case_id or 0)
    assert case is not None
    assert case.state is CaseState.STOPPED
    assert (old.state, new.state, new.lane) == (DeliveryState.CANCELLED, DeliveryState.QUEUED, 0)


async def test_a_slow_source_holds_up_nobody(site: Site, poller: Poller, database: Database) -> None:
    """While one source is still being read, the next round takes what else is due, and not that one again."""
    slow, quick = site.feed("/slow"), site.feed("/quick")
    quick.posts(*CALL, at=NOON)
    site.hold(slow.path)
    watch(database, a_source(name="slow", url=slow.url), a_source(name="quick", url=quick.url))
    first = asyncio.create_task(poller.due(NOON))
    await asyncio.wait_for(site.held.wait(), 5)
    second = await poller.due(NOON + timedelta(hours=1))
    assert "slow" not in [polled.source.name for polled in second]
    site.release()
    assert {polled.source.name for polled in await first} == {"slow", "quick"}
