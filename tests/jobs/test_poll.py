"""One poll keeps everything and rings once; the next one rings nothing."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest

from jobs.fetch import Fetcher
from jobs.limits import Limits
from jobs.poll import Polled, Poller
from storage.database import Database
from storage.queries import Query
from storage.records import Route, Source
from storage.words import DeliveryState, MsgType, SourceKind, SourceState, Urgency
from tests.builders import NOON, a_source
from tests.feeds import Site, a_site, item, rss

CALL = (
    "Nine North Korean refugees face imminent return",
    (
        "Nine North Korean refugees held in Shenyang, China, face imminent repatriation to North Korea "
        "within days, where they would be tortured. Northlight calls on China to immediately halt the return."
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
        reader = work.recipients.ensure("console", "terminal", "en", NOON)
        work.routes.add(reader.id, Route())
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
    site.publish("/feed", rss(item(*CALL, NOON, "1"), item(*POST, NOON, "2")))
    (source,) = watch(database, a_source(url=f"{site.url}/feed"))
    polled = await poller.one(source, NOON)
    assert (polled.source.state, polled.new) == (SourceState.OK, 2)
    ((alert, recipients),) = polled.alerts
    assert (alert.statement.title, recipients) == (CALL[0], 1)
    assert alert.statement.alert.urgency is Urgency.IMMEDIATE
    assert waiting(database) == 1


async def test_the_second_poll_is_conditional_and_stores_nothing(
    site: Site, poller: Poller, database: Database
) -> None:
    """The validator comes back byte for byte; a 304 changes nothing but the time."""
    site.publish("/feed", rss(item(*CALL, NOON, "1")))
    site.etags["/feed"] = 'W/"odd,one"'
    (source,) = watch(database, a_source(url=f"{site.url}/feed"))
    await poller.one(source, NOON)
    second = await again(poller, database, "northlight")
    assert site.asked[-1] == ("/feed", 'W/"odd,one"')
    assert (second.source.state, second.new, second.alerts) == (SourceState.UNCHANGED, 0, ())


async def test_a_new_etag_with_the_same_body_is_kept(site: Site, poller: Poller, database: Database) -> None:
    """A server that changes its validator without changing its text is asked with the newest."""
    site.publish("/feed", rss(item(*CALL, NOON, "1")))
    (source,) = watch(database, a_source(url=f"{site.url}/feed"))
    for hours, etag in ((0, '"a"'), (1, '"b"')):
        site.etags["/feed"] = etag
        last = await (poller.one(source, NOON) if not hours else again(poller, database, "northlight", hours))
    assert last.source.etag == '"b"'
    assert (last.source.state, last.new) == (SourceState.UNCHANGED, 0)


async def test_the_same_call_in_two_sources_rings_once(
    site: Site, poller: Poller, database: Database
) -> None:
    """A board and its feed carry one call: two entries, one case, one alert."""
    link = f"{site.url}/call"
    site.publish("/feed", rss(item(*CALL, NOON, "1", link)))
    site.publish("/copy", rss(item(*CALL, NOON, "other-guid", link)))
    sources = watch(database, a_source(url=f"{site.url}/feed"), a_source(name="copy", url=f"{site.url}/copy"))
    polled = await poller.all(sources, NOON)
    assert [one.new for one in polled] == [1, 1]
    assert sum(len(one.alerts) for one in polled) == 1
    assert waiting(database) == 1


async def test_what_is_old_or_from_the_future_is_stored_and_never_rings(
    site: Site, poller: Poller, database: Database
) -> None:
    """A new source with an archive sends nothing old; a misdated item sends nothing at all."""
    old, future = NOON - timedelta(days=30), NOON + timedelta(days=2)
    site.publish("/feed", rss(item(*CALL, old, "1"), item("Elsewhere: " + CALL[0], CALL[1], future, "2")))
    (source,) = watch(database, a_source(url=f"{site.url}/feed"))
    polled = await poller.one(source, NOON)
    assert (polled.new, polled.alerts) == (2, ())


@pytest.mark.parametrize(
    ("answer", "state", "word"),
    [
        ((404, "gone fishing", "text/html"), SourceState.FAILING, "404"),
        ((410, "", "text/html"), SourceState.GONE, "410"),
        ((429, "slow down", "text/html"), SourceState.THROTTLED, "429"),
        ((503, "later", "text/html"), SourceState.THROTTLED, "503"),
        (
            (200, "RSS is switched off on this board.", "text/plain"),
            SourceState.NOT_A_FEED,
            "RSS is switched",
        ),
        ((200, "", "application/rss+xml"), SourceState.NOT_A_FEED, ""),
        ((200, "\x01\x02garbage", "application/xml"), SourceState.NOT_A_FEED, ""),
    ],
)
async def test_a_source_that_fails_ends_in_a_named_state_and_the_others_go_on(
    site: Site,
    poller: Poller,
    database: Database,
    answer: tuple[int, str, str],
    state: SourceState,
    word: str,
) -> None:
    """The state says what was wrong, the next try comes later, and the good source is read."""
    site.pages["/bad"] = answer
    site.publish("/feed", rss(item(*CALL, NOON, "1")))
    bad, good = watch(
        database, a_source(name="bad", url=f"{site.url}/bad"), a_source(name="good", url=f"{site.url}/feed")
    )
    first, second = await poller.all((bad, good), NOON)
    assert first.source.state is state
    assert word in first.source.detail
    assert first.source.next_due is not None
    assert first.source.next_due > NOON
    assert second.new == 1


async def test_retry_after_is_obeyed(site: Site, poller: Poller, database: Database) -> None:
    """A server that asks for an hour gets an hour."""
    site.publish("/feed", "", status=429)
    site.headers["/feed"] = {"Retry-After": "3600"}
    (source,) = watch(database, a_source(url=f"{site.url}/feed", every=60))
    polled = await poller.one(source, NOON)
    assert polled.source.next_due is not None
    assert polled.source.next_due >= NOON + timedelta(hours=1)


async def test_a_source_that_keeps_failing_goes_dark_and_one_success_mends_it(
    site: Site, poller: Poller, database: Database
) -> None:
    """Failures space the polls out and are told; nothing is switched off in silence."""
    (source,) = watch(database, a_source(url=f"{site.url}/feed"))
    polled = await poller.one(source, NOON)
    for hours in range(1, 6):
        polled = await again(poller, database, "northlight", hours)
    assert polled.source.state is SourceState.DARK
    site.publish("/feed", rss(item(*POST, NOON, "1")))
    mended = await again(poller, database, "northlight", 7)
    assert (mended.source.state, mended.source.failures) == (SourceState.OK, 0)


async def test_an_excerpt_is_completed_from_its_page_and_a_dead_link_is_noted(
    site: Site, poller: Poller, database: Database
) -> None:
    """The archive holds the whole text; an item whose link leads nowhere is kept all the same."""
    whole = " ".join(f"Paragraph {n} of the statement on the camps." for n in range(60))
    site.publish(
        "/whole", f"<html><body><main><h1>Whole</h1><p>{whole}</p></main></body></html>", "text/html"
    )
    items = (
        item("Whole", "Paragraph 0 of the […]", NOON, "1", f"{site.url}/whole"),
        item("Dead", "It begins so […]", NOON, "2", f"{site.url}/dead"),
    )
    site.publish("/feed", rss(*items))
    (source,) = watch(database, a_source(url=f"{site.url}/feed"))
    polled = await poller.one(source, NOON)
    assert polled.new == 2
    assert len(polled.notes) == 1
    assert "404" in polled.notes[0]
    with database.read() as work:
        texts = {s.title: s.text for s in (work.statements.get(1), work.statements.get(2)) if s}
    assert "Paragraph 59" in texts["Whole"]
    assert texts["Dead"].startswith("It begins so")


async def test_beyond_the_cap_an_admin_looks_first(site: Site, poller: Poller, database: Database) -> None:
    """A hijacked source cannot ring without end: what is too much is held, not lost."""
    towns = ("Shenyang", "Dandong", "Yanji", "Tumen")
    items = [
        item(
            f"{10 + n} refugees in {town} face imminent return",
            f"{10 + n} refugees held in {town}, China, since {n + 1} March face return within days.",
            NOON,
            town,
        )
        for n, town in enumerate(towns)
    ]
    site.publish("/feed", rss(*items))
    (source,) = watch(database, a_source(url=f"{site.url}/feed"))
    capped = replace(poller, limits=Limits(per_source_hour=2))
    polled = await capped.one(source, NOON)
    assert len(polled.alerts) > 2
    with database.read() as work:
        states = [d.state for alert, _ in polled.alerts for d in work.deliveries.of_alert(alert.id)]
    assert states[:2] == [DeliveryState.QUEUED, DeliveryState.QUEUED]
    assert set(states[2:]) == {DeliveryState.HELD}


async def test_a_page_without_a_feed_is_watched(site: Site, poller: Poller, database: Database) -> None:
    """A list page gives its items; scripts in them are gone."""
    rows = "".join(
        f'<li><a href="/item{n}">Statement number {n} on the border</a> <span>2026-03-0{n}</span>'
        f"<p>We ask for an answer to letter {n}.<script>alert(1)</script></p></li>"
        for n in (1, 2, 3)
    )
    site.publish("/list", f"<html><body><main><ul>{rows}</ul></main></body></html>", "text/html")
    (source,) = watch(database, a_source(url=f"{site.url}/list", kind=SourceKind.PAGE))
    polled = await poller.one(source, NOON)
    assert polled.new == 3
    with database.read() as work:
        hits = work.statements.latest(Query(), 100)
    assert hits.total == 3
    assert all("alert(" not in hit.statement.text for hit in hits.hits)


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
    site.publish(
        "/feed", rss(item(*other, NOON, "1", f"{site.url}/1"), item(*CALL, NOON, "2", f"{site.url}/2"))
    )
    (source,) = watch(database, a_source(url=f"{site.url}/feed"))
    polled = await poller.one(source, NOON)
    assert len(polled.alerts) == 2


async def test_one_bad_entry_does_not_silence_its_source(
    site: Site, poller: Poller, database: Database
) -> None:
    """The year 1 is what software writes for "no date"; the call beside it rings all the same."""
    zero = item(*POST, None, "2").replace(
        "<title>", "<pubDate>Mon, 01 Jan 0001 00:00:00 +0000</pubDate><title>"
    )
    site.publish("/feed", rss(item(*CALL, NOON, "1"), zero))
    (source,) = watch(database, a_source(url=f"{site.url}/feed"))
    polled = await poller.one(source, NOON)
    assert (polled.source.state, polled.new, len(polled.alerts)) == (SourceState.OK, 2, 1)


async def test_the_same_call_reaches_those_whom_its_first_carrier_did_not(
    site: Site, poller: Poller, database: Database
) -> None:
    """Who asked for one source only is told when that source carries it; the others hear it once."""
    with database.write() as work:
        picky = work.recipients.ensure("console", "other", "en", NOON)
        work.routes.add(picky.id, Route(sources=("copy",)))
    link = f"{site.url}/call"
    site.publish("/feed", rss(item(*CALL, NOON, "1", link)))
    site.publish("/copy", rss(item(*CALL, NOON, "1", link)))
    first, second = watch(
        database,
        a_source(url=f"{site.url}/feed"),
        a_source(name="copy", organisation="Copy", url=f"{site.url}/copy"),
    )
    by_name = {source.name: source for source in (first, second)}
    one = await poller.one(by_name["northlight"], NOON)
    two = await poller.one(by_name["copy"], NOON)
    assert [recipients for _, recipients in (*one.alerts, *two.alerts)] == [1, 1]


async def test_a_stop_action_takes_back_what_waits_and_is_never_held(
    site: Site, poller: Poller, database: Database
) -> None:
    """Nobody is sent the call after its correction, and a correction does not wait for an admin."""
    site.publish("/feed", rss(item(*CALL, NOON, "1")))
    (source,) = watch(database, a_source(url=f"{site.url}/feed"))
    first = await poller.one(source, NOON)
    stop = (
        "Stop action: nine North Korean refugees released",
        "The nine North Korean refugees held in Shenyang, China, have been released. No further action.",
    )
    site.publish("/feed", rss(item(*stop, NOON + timedelta(hours=1), "2"), item(*CALL, NOON, "1")))
    second = await again(replace(poller, limits=Limits(per_source_hour=1)), database, "northlight", 2)
    ((correction, recipients),) = second.alerts
    assert (correction.msg_type, recipients) == (MsgType.CANCEL, 1)
    with database.read() as work:
        (old,) = work.deliveries.of_alert(first.alerts[0][0].id)
        (new,) = work.deliveries.of_alert(correction.id)
    assert (old.state, new.state, new.lane) == (DeliveryState.CANCELLED, DeliveryState.QUEUED, 0)


async def test_a_slow_source_holds_up_nobody(site: Site, poller: Poller, database: Database) -> None:
    """While one source is still being read, the next round takes what else is due, and not that one again."""
    site.publish("/feed", rss(item(*CALL, NOON, "1")))
    site.hold("/slow")
    watch(
        database,
        a_source(name="slow", url=f"{site.url}/slow"),
        a_source(name="quick", url=f"{site.url}/feed"),
    )
    first = asyncio.create_task(poller.due(NOON))
    await asyncio.wait_for(site.held.wait(), 5)
    second = await poller.due(NOON + timedelta(hours=1))
    assert "slow" not in [polled.source.name for polled in second]
    site.release()
    assert {polled.source.name for polled in await first} == {"slow", "quick"}
