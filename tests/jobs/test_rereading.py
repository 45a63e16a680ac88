"""Pages behind excerpts and rows that are as they were: they are edited, and nothing else tells of it."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from structlog.testing import capture_logs

from jobs import rereading
from jobs.keep import Edit, Outcome, keep_all
from jobs.limits import Limits
from jobs.recall import Recall
from jobs.takedown import take_down
from storage.database import Database
from storage.records import Alert
from storage.remembered import Reread
from storage.words import Gone, SourceKind, SourceState
from tests.builders import NOON, a_source, a_statement
from tests.feeds import item, rss
from tests.jobs.watching import CALL, Watch, a_watch

TITLE, BEGINNING = "A word from us", "It begins so […]"
TEA = "We had tea with the families in Shenyang, and talked about the winter. " * 10
RETURNED = f"{CALL[1]} " * 3


@pytest.fixture
async def watch(database: Database) -> AsyncIterator[Watch]:
    """A watch over a feed that shows one excerpt, and never anything else."""
    async with a_watch(database) as made:
        made.over_feed(every=1800)
        says(made, TEA)
        shows(made, (TITLE, NOON))
        await made.polls()
        yield made


def says(watch: Watch, text: str, path: str = "/0", title: str = TITLE, aside: str = "") -> None:
    """The page at this path: an article, and what stands beside it."""
    words = f"<html><body><main><h1>{title}</h1><p>{text}</p>{aside}</main></body></html>"
    watch.publish(path, words, "text/html", etag=f'"{hash(words)}"')


def shows(watch: Watch, *items: tuple[str, datetime], link: str = "/{}") -> None:
    """The feed, with an excerpt for each of these; it says "not modified" to who knows it."""
    drawn = (
        item(title, BEGINNING, when, f"note-{n}", watch.site.url + link.format(n))
        for n, (title, when) in enumerate(items)
    )
    watch.publish("/feed", rss(*drawn), etag=f'"{len(items)} {link}"')


async def passes(watch: Watch, **time: float) -> list[Alert]:
    """Time passes, and the program polls what is due, anew each time; returns what rang."""
    begin, rung = watch.now, []
    end = begin + timedelta(**time)
    while watch.now < end:
        watch.later(minutes=30 if watch.now < begin + timedelta(hours=2) else 300)
        watch.restart()
        for polled in await watch.poller.due(watch.now):
            assert polled.source.state in (SourceState.UNCHANGED, SourceState.OK), polled.source.detail
            rung += [alert for alert, recipients in polled.alerts if recipients]
    return rung


def versions(watch: Watch, title: str = TITLE) -> int:
    """How often the statement was rewritten."""
    with watch.database.read() as work:
        return work.statements.versions.count(watch.statements()[title].id)


async def test_a_page_that_becomes_a_call_behind_an_unchanged_excerpt_rings_once(watch: Watch) -> None:
    """The feed tells no date of it and answers 304: only the page tells; the archive has both versions."""
    assert await passes(watch, hours=2) == []
    says(watch, RETURNED)
    (alert,) = await passes(watch, hours=5)
    assert (alert.statement.title, alert.statement.url) == (TITLE, f"{watch.site.url}/0")
    assert CALL[1] in watch.statements()[TITLE].text
    assert (watch.held(), versions(watch)) == (1, 1)
    assert await passes(watch, days=4) == []
    assert (watch.waiting(), versions(watch)) == (1, 1)
    assert set(watch.asked()[1:]) == {'"1 /{}"'}, "the feed was as it was all the time"


async def test_a_page_that_is_as_it_was_is_asked_for_seldom_and_not_for_ever(watch: Watch) -> None:
    """Five questions within three days, each with its validator; then none, and nothing changed."""
    before = watch.statements()
    await passes(watch, days=9)
    first, *later = watch.asked("/0")
    assert (first, len(later), set(later)) == ("", 5, {watch.site.places["/0"].etag})
    times = [one.at for one in watch.site.requests if one.path == "/0"]
    assert times == sorted(times)
    assert watch.statements() == before
    with watch.database.read() as work:
        assert (work.rereads.due(1, watch.now, 9), watch.source().reread_due) == ((), None)


@pytest.mark.parametrize(
    "selectors", [{}, {"item": "li", "title": "a", "link": "a"}], ids=["guessed", "told"]
)
async def test_a_page_behind_an_unchanged_row_of_a_list_is_asked_for_again(
    database: Database, selectors: dict[str, str]
) -> None:
    """A board without a feed: its rows are titles, and the page behind one becomes a call."""
    async with a_watch(database) as watch:
        rows = "".join(
            f'<li><a href="/r/{n}">A statement on the border, number {n}</a> 2026-03-{n + 5:02}</li>'
            for n in range(1, 6)
        )
        watch.publish("/list", f"<html><body><ul>{rows}</ul></body></html>", "text/html")
        for n in range(1, 6):
            says(watch, TEA, f"/r/{n}", f"A statement on the border, number {n}")
        watch.over(
            a_source(url=f"{watch.site.url}/list", kind=SourceKind.PAGE, selectors=selectors, every=1800)
        )
        await watch.polls()
        says(watch, RETURNED, "/r/5", "A statement on the border, number 5")
        (alert,) = await passes(watch, hours=2)
        assert alert.statement.url == f"{watch.site.url}/r/5"
        assert await passes(watch, hours=9) == []


async def test_an_edit_is_judged_as_of_the_day_it_was_found(watch: Watch) -> None:
    """The item is two days old, and what it says of tomorrow was written since."""
    assert await passes(watch, hours=47) == []
    says(watch, f"{TEA}</p><p>The court will deport his family of five to Eritrea tomorrow.")
    (alert,) = await passes(watch, hours=48)
    assert alert.statement.published == NOON
    assert watch.statements()[TITLE].published == NOON


async def test_new_items_come_first_and_few_pages_at_a_time(watch: Watch) -> None:
    """Of twenty pages that are due a poll asks for five, and for none where it brought something new."""
    many = [(f"Note {n} of the week", NOON) for n in range(21)]
    for n, (title, _) in enumerate(many):
        says(watch, TEA, f"/{n}", title)
    shows(watch, *many[:20])
    await watch.polls()

    def asked() -> int:
        return sum(len(watch.asked(f"/{n}")) for n in range(21))

    read = asked()
    watch.later(hours=1)
    shows(watch, *many)
    assert ((await watch.polls()).new, asked() - read) == (1, 1)
    for number in range(1, 3):
        watch.later(minutes=1)
        await watch.polls()
        assert asked() - read == 1 + 5 * number


async def test_a_source_that_has_news_with_every_poll_has_its_pages_read_all_the_same(watch: Watch) -> None:
    """They are asked for a minute after such a poll; the source is hurried for nothing else."""
    told, rung, polls = [(TITLE, NOON)], [], 0
    says(watch, RETURNED)
    for minute in range(180):
        watch.later(minutes=1)
        if minute % 25 == 0:
            told.append((f"Note {len(told)} of the week", watch.now))
            says(watch, TEA, f"/{len(told) - 1}", told[-1][0])
            shows(watch, *told)
        for polled in await watch.poller.due(watch.now):
            polls += 1
            rung += [alert.statement.title for alert, recipients in polled.alerts if recipients]
    assert rung == [TITLE]
    assert polls <= 2 * len(told)


async def test_no_host_is_asked_for_many_pages_a_minute(watch: Watch) -> None:
    """Four feeds of one host, all of whose pages are due: ten pages, and the rest with the next polls."""
    names = [f"feed{n}" for n in range(4)]
    for name in names:
        drawn = (
            item(f"{name} {n}", BEGINNING, NOON, f"{n}", f"{watch.site.url}/{name}/{n}") for n in range(6)
        )
        watch.publish(f"/{name}", rss(*drawn), etag='"1"')
        for n in range(6):
            says(watch, TEA, f"/{name}/{n}", f"{name} {n}")
    watch.over(*(a_source(name=name, url=f"{watch.site.url}/{name}", every=60) for name in names))
    await watch.poller.due(watch.now)
    watch.later(minutes=19)
    before = len(watch.site.requests)
    await watch.poller.due(watch.now)
    assert len(watch.site.requests) - before == 4 + 10
    watch.later(minutes=1)
    await watch.poller.due(watch.now)
    assert len(watch.site.requests) - before == 2 * (4 + 10)


@pytest.mark.parametrize("status", [404, 410])
async def test_a_page_that_is_not_there_marks_its_item_until_it_is_back(watch: Watch, status: int) -> None:
    """Twice not there while the list still shows it: it stays in the archive, and says so."""
    watch.publish("/0", "gone", "text/plain", status)
    await passes(watch, minutes=30)
    assert watch.statements()[TITLE].gone is None, "once may be a site at work on itself"
    await passes(watch, hours=3)
    one = watch.statements()[TITLE]
    assert (one.gone_as, bool(one.text)) == (Gone.PAGE, True)
    says(watch, TEA, "/1", "Another note")
    shows(watch, (TITLE, NOON), ("Another note", NOON))
    await passes(watch, hours=1)
    assert watch.statements()[TITLE].gone_as is Gone.PAGE, "the list still shows what has no page"
    await passes(watch, days=4)
    says(watch, TEA)
    await passes(watch, days=8)
    assert watch.statements()[TITLE].gone is None


async def test_what_stands_in_the_place_of_a_page_is_not_taken_for_it(watch: Watch) -> None:
    """A notice, a login, an error that says 200: the words stay; once the page is there again it is read."""
    before = watch.statements()
    watch.publish("/0", f"<main><h1>Under repair</h1><p>{RETURNED}</p></main>", "text/html", etag='"r"')
    assert await passes(watch, hours=2) == []
    watch.publish("/0", "no answer", "text/plain", 500)
    assert await passes(watch, hours=5) == []
    assert watch.statements() == before
    says(watch, RETURNED)
    assert len(await passes(watch, days=2)) == 1


async def test_what_changes_on_every_page_of_a_site_is_no_edit(watch: Watch) -> None:
    """Readers are counted, and other items are listed below: nothing was rewritten, and nothing rings."""
    says(watch, TEA, "/1", CALL[0])
    shows(watch, (TITLE, NOON), (CALL[0], NOON))
    await passes(watch, minutes=30)
    for n in range(4):
        says(watch, TEA, aside=f"<p>{CALL[0]}</p>\n<p>{n * 97} views</p>")
        assert await passes(watch, hours=6) == []
    assert len(watch.asked("/0")) > 3
    assert (versions(watch), CALL[0] in watch.statements()[TITLE].text) == (0, False)


async def test_a_page_that_is_no_items_own_is_not_asked_for_again(watch: Watch) -> None:
    """Two items with one link, a link to the front page, an item of last week: none of them is an edit."""
    old = NOON - timedelta(days=8)
    says(watch, TEA, "/shared", "Us")
    says(watch, TEA, "/", "Us")
    says(watch, TEA, "/old", "Us")
    shows(watch, ("One of two", NOON), ("Two of two", NOON), link="/shared")
    await watch.polls()
    for name, path, when in (("front", "/", watch.now), ("week", "/old", old)):
        watch.publish(f"/{name}/feed", rss(item("A note", BEGINNING, when, path, watch.site.url + path)))
        watch.over_feed(f"/{name}/feed", name, every=1800)
    await passes(watch, days=4)
    assert [len(watch.asked(path)) for path in ("/shared", "/", "/old")] == [2, 1, 1]


async def test_what_was_taken_down_is_not_asked_for_again(watch: Watch) -> None:
    """Nor is anything kept of its page."""
    with watch.database.write() as work:
        take_down(work, watch.statements()[TITLE].id, "for safety", watch.now)
        assert work.rereads.next_due([watch.source().id]) == {}
    says(watch, RETURNED)
    assert await passes(watch, days=4) == []
    assert len(watch.asked("/0")) == 1


async def test_a_host_that_wants_to_be_left_alone_is_not_asked_for_pages_again(watch: Watch) -> None:
    """429 of a page holds for its host; the page comes with its next time."""
    watch.publish("/0", "slow down", "text/plain", 429, headers={"Retry-After": "7200"})
    watch.later(minutes=30)
    await watch.polls_due()
    asked = len(watch.site.requests)
    for _ in range(3):
        watch.restart()
        watch.later(minutes=30)
        assert await watch.polls_due() == []
    assert len(watch.site.requests) == asked
    says(watch, RETURNED)
    assert len(await passes(watch, hours=12)) == 1


async def test_what_was_not_polled_for_days_is_let_be(watch: Watch) -> None:
    """After a week without us its items are not recent any more, and nothing is left of their pages."""
    watch.later(days=8)
    says(watch, RETURNED)
    assert await passes(watch, hours=2) == []
    assert len(watch.asked("/0")) == 1
    with watch.database.write() as work:
        work.rereads.prune(watch.now)
        assert work.rereads.next_due([watch.source().id]) == {}


async def test_an_edit_that_another_program_overtook_is_looked_for_again(watch: Watch) -> None:
    """What the slower of two found is not kept, and so its page is not known to say it."""
    source = watch.source()
    with watch.database.write() as work:
        (known,) = work.rereads.due(source.id, watch.now + timedelta(hours=1), 5)
        entry = work.entries.many([known.entry_id])[known.entry_id]
        overtaken = Edit(
            replace(entry, shown="before"), replace(entry, text="new"), a_statement(), reread=True
        )
        after = replace(known, said="new", due=watch.now + timedelta(days=1))
        keep_all(
            work,
            [Outcome(source, source, watch.now, edits=(overtaken,), rereads=(after,))],
            Limits(),
            Recall(),
        )
        assert work.rereads.due(source.id, watch.now + timedelta(hours=1), 5) == (known,)
        keep_all(work, [Outcome(source, source, watch.now, rereads=(after,))], Limits(), Recall())
        assert work.rereads.next_due([source.id]) == {source.id: after.due}
        assert isinstance(after, Reread)


async def test_a_fault_with_a_page_is_none_of_its_source(
    watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is logged, the source stays well, and the page comes with its next time."""

    def broken(*_: object) -> bool:
        raise RuntimeError("broken")

    says(watch, RETURNED)
    with monkeypatch.context() as patch, capture_logs() as logs:
        patch.setattr(rereading, "is_same", broken)
        assert await passes(watch, minutes=30) == []
    assert [one["source"] for one in logs if one["event"] == "reread.failed"] == ["northlight"]
    assert len(await passes(watch, hours=2)) == 1
