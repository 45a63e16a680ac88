"""Finding the feeds behind an address, on a publisher's real server."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from jobs.discover import Discovered, Search, in_full
from jobs.fetch import Fetcher
from jobs.parser import Parser
from jobs.pauses import Pauses
from jobs.steps.discover import Road
from storage.words import SourceKind, SourceState
from tests.builders import NOON
from tests.feeds import Site, a_site

TEXT = "Northlight calls on China to immediately halt the return of nine refugees, held in Shenyang. " * 6


@dataclass
class Finder:
    """A site, and somebody who looks for its feeds."""

    site: Site
    fetcher: Fetcher
    pauses: Pauses = field(default_factory=Pauses)

    async def behind(self, path: str, user: str = "") -> Discovered:
        """What is found behind this path."""
        url = f"{self.site.url}{path}".replace("//", f"//{user}", 1)
        return await Search(self.fetcher, Parser(), lambda: NOON, self.pauses).behind(url)

    def page(self, head: str = "", body: str = "", path: str = "/") -> None:
        """A page with this in its head and body."""
        html = f"<!DOCTYPE html><html><head><title>Home</title>{head}</head><body>{body}</body></html>"
        self.site.publish(path, html, "text/html")

    def asked(self) -> list[str]:
        """The paths that were asked, in order."""
        return [path for path, _ in self.site.asked]


@pytest.fixture
async def finder() -> AsyncIterator[Finder]:
    """Somebody before a new site."""
    async with a_site() as site, Fetcher(allow_private=True, timeout=5, gap=0.0) as fetcher:
        yield Finder(site, fetcher)


def names(path: str, style: str = "rss", title: str = "") -> str:
    """A head's line that names a feed."""
    return f'<link rel="alternate" type="application/{style}+xml" title="{title}" href="{path}">'


async def test_an_address_that_is_a_feed_is_taken_as_it_is(finder: Finder) -> None:
    """One request, and what it holds."""
    feed = finder.site.feed("/feed.atom", "atom", title="Northlight")
    feed.posts("Nine refugees", TEXT, at=NOON)
    feed.posts("Older", TEXT, at=NOON - timedelta(days=9))
    (one,) = (await finder.behind("/feed.atom")).candidates
    assert (one.lead.road, one.format, one.source.title) == (Road.ITSELF, "Atom 1.0", "Northlight")
    assert (len(one.entries), one.newest, one.excerpts) == (2, NOON, 0)
    assert finder.asked() == ["/feed.atom"]


async def test_what_a_page_names_is_found_and_nothing_else_is_asked(finder: Finder) -> None:
    """The best first; a copy in another format is told to be one, and comments are not proposed."""
    finder.page(names("/rss") + names("/comments/feed") + names("/atom", "atom") + names("/gone"))
    posts = [finder.site.feed("/rss"), finder.site.feed("/atom", "atom"), finder.site.feed("/comments/feed")]
    for feed in posts:
        feed.posts("Nine refugees", TEXT, at=NOON, link=f"{finder.site.url}/nine")
    found = await finder.behind("/")
    assert [(one.source.url.removeprefix(finder.site.url), one.usable) for one in found.candidates] == [
        ("/rss", True), ("/atom", False), ("/gone", False), ("/comments/feed", False),
    ]  # fmt: skip
    assert found.candidates[1].same_as == f"{finder.site.url}/rss"
    assert (found.candidates[2].source.state, found.candidates[2].source.detail) == (
        SourceState.FAILING,
        "HTTP 404",
    )
    assert sorted(finder.asked()) == ["/", "/atom", "/comments/feed", "/gone", "/rss"]


async def test_a_feed_of_remarks_is_known_by_what_it_holds(finder: Finder) -> None:
    """WordPress names the remarks under a post in the post's own language."""
    finder.page(names("/post/feed/", title="Neuf réfugiés : réactions") + names("/feed/"), path="/post/")
    finder.site.feed("/post/feed/").posts(
        "Par : Jean", "Merci", at=NOON, link=f"{finder.site.url}/post/#comment-7"
    )
    finder.site.feed("/feed/").posts("Neuf réfugiés", TEXT, at=NOON)
    assert [one.source.url for one in (await finder.behind("/post/")).usable] == [f"{finder.site.url}/feed/"]


async def test_where_a_page_names_none_the_usual_places_are_asked(finder: Finder) -> None:
    """As its software has them; the first find ends the search."""
    finder.page('<meta name="generator" content="Drupal 10">', path="/en/about")
    finder.site.feed("/rss.xml").posts("Nine refugees", TEXT, at=NOON)
    (one,) = (await finder.behind("/en/about")).usable
    assert (one.source.url, one.lead.road) == (f"{finder.site.url}/rss.xml", Road.USUAL)
    assert finder.asked() == ["/en/about", "/en/rss.xml", "/rss.xml"]


async def test_a_board_whose_feed_is_switched_off_is_watched_as_a_page(finder: Finder) -> None:
    """Gnuboard says so with status 200 in plain Korean: it is told, and the list itself is offered."""
    rows = "".join(
        f'<tr><td><a href="/bbs/board.php?bo_table=news&amp;wr_id={n}">북한인권 성명서 제{n}호 발표</a></td>'
        f"<td>2026-03-{n:02}</td></tr>"
        for n in range(1, 9)
    )
    finder.page(body=f"<main><h1>성명</h1><table>{rows}</table></main>", path="/bbs/board.php")
    finder.site.publish("/bbs/rss.php", "RSS 보기가 금지되어 있습니다.", "text/html")
    found = await finder.behind("/bbs/board.php?bo_table=news")
    page, off = found.candidates
    assert (page.source.kind, page.usable, len(page.entries)) == (SourceKind.PAGE, True, 8)
    assert page.source.url == f"{finder.site.url}/bbs/board.php?bo_table=news"
    assert (off.source.state, off.source.detail) == (
        SourceState.NOT_A_FEED,
        "plain text: RSS 보기가 금지되어 있습니다.",
    )


async def test_a_page_without_feed_and_list_is_nothing_to_watch(finder: Finder) -> None:
    """It is said what it looks like; twelve addresses are asked at most, and the root is among them."""
    finder.page(body="<p>Under construction</p>", path="/a/b/")
    found = await finder.behind("/a/b/")
    assert (found.usable, found.asked) == ((), 12)
    assert "no list of items" in found.candidates[0].source.detail
    assert len(finder.asked()) == 12
    assert "/feed/" in finder.asked()


async def test_an_address_that_leads_nowhere_is_no_end(finder: Finder) -> None:
    """A folder without a page of its own may hold a feed all the same."""
    finder.site.feed("/blog/rss.xml").posts("Nine refugees", TEXT, at=NOON)
    found = await finder.behind("/blog/")
    assert ([one.source.url for one in found.usable], found.trouble) == (
        [f"{finder.site.url}/blog/rss.xml"],
        "HTTP 404",
    )


async def test_a_server_that_wants_no_more_requests_gets_none(finder: Finder) -> None:
    """429 for the page, or for one of the places, ends the search."""
    finder.site.feed("/busy").fails(429, retry_after=60)
    found = await finder.behind("/busy")
    assert (found.candidates, found.trouble, finder.asked()) == (
        (),
        "HTTP 429, asks us to wait 1 min",
        ["/busy"],
    )
    finder.page(path="/")
    finder.site.feed("/feed/").fails(429)
    await finder.behind("/")
    assert len(finder.asked()) <= 4


async def test_a_place_that_wants_to_be_left_alone_is(finder: Finder) -> None:
    """Whoever was told so: neither the page nor one of its feeds is asked before its time."""
    finder.page(names("/feed") + names("/other"))
    finder.site.feed("/feed").posts("Nine refugees", TEXT, at=NOON)
    finder.site.feed("/other").posts("Another", TEXT, at=NOON)
    until = NOON + timedelta(hours=2)
    finder.pauses.impose(f"{finder.site.url}/feed", until, host=False)
    found = await finder.behind("/")
    assert [one.source.shown_url for one in found.usable] == [f"{finder.site.url}/other"]
    (left,) = [one.source for one in found.candidates if one.source.state is SourceState.THROTTLED]
    assert "asked us to wait until 2026-03-10 14:00 UTC" in left.detail
    assert finder.asked() == ["/", "/other"]
    finder.pauses.impose(finder.site.url, until, host=True)
    assert "asked us to wait until" in (await finder.behind("/")).trouble
    assert finder.asked() == ["/", "/other"]


async def test_what_a_server_asks_for_is_remembered(finder: Finder) -> None:
    """429 while somebody looks around holds for the polls too."""
    place = finder.site.publish("/", "later", "text/plain", 429)
    place.fails(429, retry_after=3600)
    await finder.behind("/")
    assert finder.pauses.unwritten() == {"127.0.0.1": NOON + timedelta(hours=1)}


async def test_what_leads_to_another_site_is_told_and_not_followed(finder: Finder) -> None:
    """As a poll would not: neither the address itself, nor a feed that a page names."""
    async with a_site() as other:
        elsewhere = other.url.replace("127.0.0.1", "localhost")
        other.feed("/feed").posts("Not ours", TEXT, at=NOON)
        finder.site.feed("/moved").leads_to(f"{elsewhere}/feed")
        found = await finder.behind("/moved")
        assert (found.candidates, "leads to another site, localhost" in found.trouble) == ((), True)
        finder.page(names("/moved"))
        (one, *_) = (await finder.behind("/")).candidates
        assert (one.usable, one.source.state) == (False, SourceState.FAILING)
        assert other.asked == []


async def test_a_feed_that_moved_for_good_is_configured_where_it_is(finder: Finder) -> None:
    """A poll need not be led there each time."""
    feed = finder.site.feed("/old")
    feed.posts("Nine refugees", TEXT, at=NOON)
    feed.moves_to("/new")
    (one,) = (await finder.behind("/old")).usable
    assert one.source.url == f"{finder.site.url}/new"


async def test_what_a_page_names_first_is_proposed_first_though_it_answers_last(finder: Finder) -> None:
    """What is proposed must not depend on how busy a server is."""
    finder.page(names("/main") + names("/other"))
    finder.site.feed("/main").posts("Nine refugees", TEXT, at=NOON)
    finder.site.feed("/other").posts("Elsewhere", TEXT, at=NOON)
    finder.site.hold("/main")
    search = asyncio.create_task(finder.behind("/"))
    await finder.site.held.wait()
    while "/other" not in finder.asked():  # noqa: ASYNC110 - the site tells no one
        await asyncio.sleep(0.01)
    await asyncio.sleep(0.3)  # so that it is read as well
    finder.site.release()
    found = await search
    assert [one.source.url for one in found.usable] == [
        f"{finder.site.url}/main",
        f"{finder.site.url}/other",
    ]


async def test_who_gives_a_password_gets_the_feed_behind_it(finder: Finder) -> None:
    """It goes to the same place and no other, and is in what would be configured, not in what is shown."""
    async with a_site() as other:
        other.feed("/feed").posts("Elsewhere", TEXT, at=NOON)
        finder.page(names("/feed") + names(f"{other.url}/feed"))
        finder.site.feed("/feed").posts("Nine refugees", TEXT, at=NOON)
        found = await finder.behind("/", user="reader:s3cret@")
        ours = found.usable[0].source
        assert ours.url == f"{finder.site.url}/feed".replace("//", "//reader:s3cret@", 1)
        assert ours.shown_url == f"{finder.site.url}/feed"
        assert [("Authorization" in one.headers) for one in finder.site.requests] == [True, True]
        assert "Authorization" not in other.requests[0].headers


async def test_linked_pages_are_read_once_where_only_beginnings_are_shown(finder: Finder) -> None:
    """So that what would have rung is judged by the whole text, as a poll does."""
    finder.page(names("/feed") + names("/short"))
    long, short = finder.site.feed("/feed"), finder.site.feed("/short")
    first = long.posts("Nine refugees", TEXT, at=NOON)
    long.posts("Another", TEXT, at=NOON)
    short.posts("Nine refugees", TEXT, at=NOON, link=first.link)
    long.shows_only_beginnings()
    short.shows_only_beginnings()
    found = await finder.behind("/")
    whole = await in_full(found, finder.fetcher, Parser(), NOON, Pauses())
    assert [len(entry.text) > 400 for one in whole.usable for entry in one.entries] == [True] * 3
    assert [one.excerpts for one in found.usable] == [2, 1]
    assert finder.asked().count("/feed/1") == 1


async def test_hostile_markup_ends_the_search_and_nothing_else(finder: Finder) -> None:
    """Deep nesting, a bomb of links, broken addresses: an answer in words, within the bound."""
    bomb = "<div>" * 50_000 + '<a href="http://[::1">rss</a><a href="//:99999/feed">feed</a>' * 2_000
    finder.page(
        '<base href="http://[bad">' + '<link rel=alternate type="text/xml" href="gopher://x/feed">', bomb
    )
    found = await finder.behind("/")
    assert found.usable == ()
    assert found.asked <= 12
