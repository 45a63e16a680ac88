"""The fake publisher keeps its word: it answers as a real server would in the cases that tests rely on."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from datetime import datetime

import aiohttp
import pytest

from jobs.steps.pages import parse_page
from jobs.steps.parse import parse_feed
from tests.builders import NOON
from tests.feeds import Feed, Place, Site, a_site

TEXT = "They were taken at the bridge on Friday night, and nobody has been told where they are held now."


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    """A publisher with nothing on it."""
    async with a_site() as made:
        yield made


async def get(place: Place, **headers: str) -> tuple[int, bytes, Mapping[str, str]]:
    """One request for it: status, body, headers."""
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    async with aiohttp.ClientSession() as session, session.get(place.url, headers=sent) as response:
        return response.status, await response.read(), response.headers


@pytest.mark.parametrize("style", ["rss", "atom", "json"])
async def test_a_post_reads_the_same_in_every_format(site: Site, style: str) -> None:
    """Title, text, time, guid and link survive the drawing and Vigil's reading, ampersands included."""
    feed = site.feed("/feed", style)
    post = feed.posts("Tea & 1 < 2", TEXT + " 5 < 6 & 7", at=NOON)
    _, body, headers = await get(feed)
    (entry,) = parse_feed(body, {"content-type": headers["Content-Type"]}, feed.url, NOON).entries
    told = (entry.title, entry.text, entry.published, entry.uid, entry.url)
    assert told == ("Tea & 1 < 2", post.text, NOON, post.guid, post.link)


async def test_a_page_lists_the_same_posts(site: Site) -> None:
    """Title, link and day stand in each row."""
    page = site.page("/news")
    posts = [page.posts(f"Statement number {n} on the border", TEXT, at=NOON) for n in (1, 2, 3)]
    _, body, headers = await get(page)
    entries = parse_page(body, {"content-type": headers["Content-Type"]}, page.url, {}, NOON).entries
    newest_first = [(post.title, post.link) for post in reversed(posts)]
    assert [(entry.title, entry.url) for entry in entries] == newest_first
    assert {entry.published for entry in entries} == {NOON.replace(hour=0)}


async def test_validators_follow_every_change(site: Site) -> None:
    """304 to who has the newest, the whole feed after each change, however quickly they follow."""
    feed = site.feed()
    post = feed.posts("One", TEXT, at=NOON)
    for change in (
        lambda: feed.edits(post, text="Corrected."),
        lambda: feed.posts("Two", TEXT, at=NOON),
        lambda: feed.withdraws(post),
        feed.changes_guids,
        feed.shows_only_beginnings,
        feed.breaks,
    ):
        _, _, headers = await get(feed)
        tag, date = headers["ETag"], headers["Last-Modified"]
        assert (await get(feed, If_None_Match=tag))[0] == 304
        assert (await get(feed, If_Modified_Since=date))[0] == 304
        change()
        assert (await get(feed, If_None_Match=tag, If_Modified_Since=date))[0] == 200
        assert (await get(feed, If_Modified_Since=date))[0] == 200
    assert (feed.asked[-1].etag, feed.asked[-1].since) == ("", date)
    feed.forgets_validators()
    assert not {"ETag", "Last-Modified"} & (await get(feed))[2].keys()


async def test_a_restored_feed_shows_all_that_was_ever_posted(site: Site) -> None:
    """What had scrolled out and what was withdrawn come back, under guids that nobody has seen."""
    feed = site.feed(style="json")
    posts = [feed.posts(f"Post {n}", TEXT, at=NOON) for n in range(4)]
    feed.length = 2
    feed.withdraws(posts[3])
    assert await titles(feed) == ["Post 2", "Post 1"]
    before = {post.guid for post in posts}
    feed.is_restored(at=NOON.replace(day=11))
    assert await titles(feed) == ["Post 3", "Post 2", "Post 1", "Post 0"]
    assert not before & {post.guid for post in posts}
    assert {post.at for post in posts} == {NOON.replace(day=11)}


async def titles(feed: Feed) -> list[str]:
    """What a JSON feed shows."""
    return [row["title"] for row in json.loads((await get(feed))[1])["items"]]


async def test_a_feed_that_moved_answers_at_its_new_place(site: Site) -> None:
    """The old path leads on, with the status that was said; both are counted by themselves."""
    feed = site.feed("/old")
    feed.posts("One", TEXT, at=NOON)
    feed.moves_to("/new", status=308)
    async with aiohttp.ClientSession() as session:
        async with session.get(f"{site.url}/old", allow_redirects=False) as first:
            assert (first.status, first.headers["Location"]) == (308, "/new")
        async with session.get(f"{site.url}/old") as followed:
            assert (followed.status, followed.url.path) == (200, "/new")
    assert [request.path for request in site.requests] == ["/old", "/old", "/new"]
    assert len(feed.asked) == 1


async def test_trouble_lasts_until_it_recovers(site: Site) -> None:
    """A failure has its status and its wish; a hanging, dripping or broken answer never comes to its end."""
    feed = site.feed()
    feed.posts("One", TEXT, at=NOON)
    feed.fails(503, retry_after=120)
    status, _, headers = await get(feed)
    assert (status, headers["Retry-After"]) == (503, "120")
    for trouble in (feed.hangs, feed.drips):
        feed.recovers()
        trouble()
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(get(feed), 0.3)
    feed.hangs_up()
    with pytest.raises(aiohttp.ClientPayloadError):
        await get(feed)
    feed.recovers()
    assert (await get(feed))[0] == 200


async def test_who_waits_for_a_feed_that_hangs_is_answered_when_it_recovers(site: Site) -> None:
    """So that a test can do something while a request is under way."""
    feed = site.feed()
    feed.hangs()
    waiting = asyncio.create_task(get(feed))
    while not feed.asked:  # noqa: ASYNC110 - a list has no event
        await asyncio.sleep(0.01)
    feed.recovers()
    assert (await waiting)[0] == 200
    assert isinstance(feed.asked[0].at, datetime)
