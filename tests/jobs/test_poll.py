"""One poll keeps everything and rings once; the next one rings nothing."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.exc import SQLAlchemyError

from jobs.fetch import Fetcher
from jobs.limits import Limits
from jobs.poll import Polled, Poller
from jobs.steps.understand import understand_entry
from storage.database import Database
from storage.queries import Query
from storage.records import Alert, Case, Entry, Source, Statement
from storage.words import (
    CaseState,
    DeliveryState,
    Digest,
    Kind,
    MsgType,
    SourceKind,
    SourceState,
    Urgency,
)
from tests.builders import NOON, a_reader, a_route, a_source
from tests.feeds import Feed, Place, Site, a_site

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
TRANSFER = (
    "Update: nine North Korean refugees moved to the border, return imminent",
    (
        "Further information: the nine North Korean refugees held in Shenyang, China, were transferred to "
        "the border town of Tumen this morning and face repatriation to North Korea within hours, where they "
        "would be tortured."
    ),
)
VIGIL = (
    "Candlelight vigil held for the nine North Korean refugees",
    (
        "About 200 people gathered in Seoul last night at a candlelight vigil for the nine North Korean "
        "refugees held in Shenyang, China, who face repatriation to North Korea. Photographs are online."
    ),
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
    assert (second.new, second.alerts) == (0, ())
    assert waiting(database) == 1


async def test_retry_after_is_obeyed(site: Site, poller: Poller, database: Database) -> None:
    """A server that asks for an hour gets an hour."""
    feed = site.feed()
    feed.fails(429, retry_after=3600)
    (source,) = watch(database, a_source(url=feed.url, every=60))
    polled = await poller.one(source, NOON)
    assert polled.source.next_due is not None
    assert polled.source.next_due >= NOON + timedelta(hours=1)
    assert polled.source.detail == "HTTP 429, asks us to wait 60 min"


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


@pytest.mark.parametrize(
    ("happens", "note"),
    [
        (lambda page: page.answers(b"\x00\x01\x02" * 40, "image/png"), "the linked page could not be read"),
        (lambda page: page.hangs_up(), "the linked page could not be read"),
        (lambda page: page.answers("<p>Moved to our new site.</p>"), ""),
    ],
)
async def test_a_page_that_has_nothing_to_add_leaves_the_feeds_own_words(
    site: Site, poller: Poller, database: Database, happens: Callable[[Place], None], note: str
) -> None:
    """A picture, a broken answer or a shorter page in place of the text: what the feed said is kept."""
    feed = site.feed()
    feed.posts(*CALL, at=NOON)
    happens(site.places["/feed/1"])
    (source,) = watch(database, a_source(url=feed.url))
    polled = await poller.one(source, NOON)
    assert len(polled.alerts) == 1
    assert held(database)[CALL[0]] == CALL[1]
    assert [one.startswith(note) for one in polled.notes] == ([True] if note else [])


async def test_an_undated_copy_of_a_known_call_is_no_news(
    site: Site, poller: Poller, database: Database
) -> None:
    """Undated items ring when they appear, but a feed without dates that was renumbered must not."""
    feed = site.feed()
    feed.posts(*POST)
    (source,) = watch(database, a_source(url=feed.url))
    assert (await poller.one(source, NOON)).alerts == ()
    feed.posts(*CALL)
    assert len((await again(poller, database, "northlight", 1)).alerts) == 1
    with database.write() as work:
        a_reader(work, a_route(), transport="console", address="a newcomer")
    feed.changes_guids()
    renumbered = await again(poller, database, "northlight", 2)
    assert (renumbered.new, renumbered.alerts) == (0, ())


async def test_a_digest_waits_for_its_hour_and_what_rings_does_not(
    site: Site, poller: Poller, database: Database
) -> None:
    """Who asked for events gets the dinner at eight the next morning, and the call now."""
    kinds = tuple(Kind)
    with database.write() as work:
        reader = a_reader(work, a_route(kinds=kinds, digest=Digest.DAILY), transport="console")
    feed = site.feed()
    feed.posts(*POST, at=NOON)
    feed.posts(*CALL, at=NOON)
    (source,) = watch(database, a_source(url=feed.url))
    polled = await poller.one(source, NOON)
    with database.read() as work:
        due = {
            alert.statement.title: (
                delivery.lane,
                delivery.not_before and delivery.not_before.replace(second=0, microsecond=0),
            )
            for alert, _ in polled.alerts
            for delivery in work.deliveries.of_alert(alert.id)
            if delivery.recipient_id == reader.id
        }
    assert due == {CALL[0]: (1, NOON), POST[0]: (4, NOON + timedelta(hours=20))}


async def test_later_news_of_a_case_is_an_update_for_those_who_were_alerted(
    site: Site, poller: Poller, database: Database
) -> None:
    """The transfer follows the call; for who has heard of nothing the same news would be an alert."""
    feed = site.feed()
    feed.posts(*CALL, at=NOON)
    (source,) = watch(database, a_source(url=feed.url))
    first = await poller.one(source, NOON)
    feed.posts(*TRANSFER, at=NOON + timedelta(days=1))
    ((news, recipients),) = (await again(poller, database, "northlight", 25)).alerts
    assert (news.msg_type, recipients) == (MsgType.UPDATE, 1)
    assert news.references == (first.alerts[0][0].identifier,)
    assert case_of(database, news).state is CaseState.UPDATED


async def test_news_of_a_case_that_never_rang_here_is_an_alert(
    site: Site, poller: Poller, database: Database
) -> None:
    """To its first readers there is nothing that it would update."""
    feed = site.feed()
    feed.posts(*TRANSFER, at=NOON)
    (source,) = watch(database, a_source(url=feed.url))
    ((news, _),) = (await poller.one(source, NOON)).alerts
    assert news.statement.alert.msg_type is MsgType.UPDATE
    assert news.msg_type is MsgType.ALERT


async def test_a_source_that_speaks_again_has_news_and_a_copy_has_none(
    site: Site, poller: Poller, database: Database
) -> None:
    """What Northlight says a day later goes to those it alerted; the same from a relay is known already."""
    feed, relay = site.feed(), site.feed("/relay")
    feed.posts(*CALL, at=NOON)
    (northlight, _) = watch(database, a_source(url=feed.url), a_source(name="relay", url=relay.url))
    await poller.one(northlight, NOON)
    feed.posts(*VIGIL, at=NOON + timedelta(hours=24))
    relay.posts(*VIGIL, at=NOON + timedelta(hours=24))
    assert len((await again(poller, database, "northlight", 25)).alerts) == 1
    assert len((await again(poller, database, "relay", 25)).alerts) == 0
    assert waiting(database) == 2


async def test_a_vigil_that_was_held_ends_no_case(site: Site, poller: Poller, database: Database) -> None:
    """The evening is over and its report says so; the nine are as much in danger as before."""
    feed = site.feed()
    feed.posts(*CALL, at=NOON)
    (source,) = watch(database, a_source(url=feed.url))
    await poller.one(source, NOON)
    feed.posts(*VIGIL, at=NOON + timedelta(days=1))
    ((news, _),) = (await again(poller, database, "northlight", 25)).alerts
    assert news.statement.alert.urgency is Urgency.PAST
    assert case_of(database, news).state is CaseState.UPDATED


def case_of(database: Database, alert: Alert) -> Case:
    """The case that the alert is on, as it stands now."""
    with database.read() as work:
        found = work.cases.get(alert.case_id or 0)
    assert found is not None
    return found


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
    """The years 1 and 9999 are what software writes for "no date"; the call beside them rings."""
    feed = site.feed(style="json")
    feed.posts(*POST, at=datetime(1, 1, 1, tzinfo=UTC))
    feed.posts(f"Next {POST[0]}", POST[1], at=datetime(9999, 12, 31, tzinfo=UTC))
    feed.posts(*CALL, at=NOON)
    (source,) = watch(database, a_source(url=feed.url))
    polled = await poller.one(source, NOON)
    assert (polled.source.state, polled.new, len(polled.alerts)) == (SourceState.OK, 3, 1)
    assert sorted(polled.notes) == ["impossible date 0001-01-01", "impossible date 9999-12-31"]


async def test_an_entry_that_is_not_understood_is_kept_and_the_others_ring(
    site: Site, poller: Poller, database: Database
) -> None:
    """A fault of ours with one text loses neither it nor the call beside it, and an admin hears of it."""

    def understand(entry: Entry, source: Source, now: datetime) -> Statement:
        if entry.title == POST[0]:
            raise RecursionError("too deep")
        return understand_entry(entry, source, now)

    feed = site.feed()
    feed.posts(*POST, at=NOON)
    feed.posts(*CALL, at=NOON)
    (source,) = watch(database, a_source(url=feed.url))
    polled = await replace(poller, understand=understand).one(source, NOON)
    assert (polled.source.state, polled.new, len(polled.alerts)) == (SourceState.OK, 2, 1)
    (note,) = polled.notes
    assert "could not be understood: RecursionError" in note
    assert held(database)[POST[0]] == POST[1]


async def test_a_fault_of_ours_ends_in_a_state_of_the_source_and_passes(
    site: Site, poller: Poller, database: Database
) -> None:
    """A table that is not there is told with the source, and once it is back the call rings."""
    feed = site.feed()
    feed.posts(*CALL, at=NOON)
    (source,) = watch(database, a_source(url=feed.url))
    rename(database, "entries", "lost")
    broken = await poller.one(source, NOON)
    assert broken.source.state is SourceState.FAILING
    assert broken.source.detail.startswith("fault in Vigil: ")
    rename(database, "lost", "entries")
    mended = await again(poller, database, "northlight")
    assert (mended.source.state, len(mended.alerts)) == (SourceState.OK, 1)


async def test_a_fault_that_cannot_even_be_written_down_stops_nobody(
    site: Site, poller: Poller, database: Database
) -> None:
    """With the database gone each source still has its answer, and the loop goes on."""
    feed = site.feed()
    feed.posts(*CALL, at=NOON)
    sources = watch(database, a_source(url=feed.url), a_source(name="other", url=feed.url))
    rename(database, "entries", "lost")
    rename(database, "sources", "lost_too")
    polled = await poller.all(sources, NOON)
    assert [(one.source.name, one.source.state) for one in polled] == [
        ("northlight", SourceState.FAILING),
        ("other", SourceState.FAILING),
    ]


def rename(database: Database, table: str, name: str) -> None:
    """The database is not as it was."""
    with database.write() as work:
        work.connection.exec_driver_sql(f"ALTER TABLE {table} RENAME TO {name}")


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
    """Nobody is sent the call after its correction, and who was told hears of it without an admin."""
    feed = site.feed()
    feed.posts(*CALL, at=NOON)
    (source,) = watch(database, a_source(url=feed.url))
    with database.write() as work:
        a_reader(work, a_route(), address="another")
    first = await poller.one(source, NOON)
    with database.write() as work:
        told, _ = work.deliveries.of_alert(first.alerts[0][0].id)
        work.attempts.settle(told.id, DeliveryState.SENT, reference="7")
    feed.posts(*STOP, at=NOON + timedelta(hours=1))
    second = await again(replace(poller, limits=Limits(per_source_hour=1)), database, "northlight", 2)
    ((correction, recipients),) = second.alerts
    assert (correction.msg_type, recipients) == (MsgType.CANCEL, 1)
    with database.read() as work:
        _, old = work.deliveries.of_alert(first.alerts[0][0].id)
        (new,) = work.deliveries.of_alert(correction.id)
    assert case_of(database, correction).state is CaseState.STOPPED
    assert (old.state, new.state, new.lane) == (DeliveryState.CANCELLED, DeliveryState.QUEUED, 0)
    assert new.recipient_id == told.recipient_id


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


async def test_a_round_says_that_it_came_round_even_with_nothing_to_ask(database: Database) -> None:
    """The watchdog hears a beat with each round, and none from a round that cannot read what is due."""
    beats: list[int] = []
    poller = Poller(database, Fetcher(), beat=lambda: beats.append(1))
    for rounds in (1, 2):
        assert await poller.due(NOON) == ()
        assert len(beats) == rounds
    with database.write() as work:
        work.connection.exec_driver_sql("ALTER TABLE sources RENAME TO lost")
    with pytest.raises(SQLAlchemyError):
        await poller.due(NOON)
    assert len(beats) == 2
