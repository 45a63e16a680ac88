"""What lies in the past is kept and never rings, whatever brings it to light."""

import re
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from storage.database import Database
from storage.words import SourceKind
from tests.feeds import item, rss
from tests.jobs.watching import CALL, POST, Watch, a_watch

SECOND = (
    "Seven Uyghur students in Egypt face deportation to China",
    (
        "Northlight calls on Egypt to immediately halt the deportation of seven Uyghur students arrested in "
        "Cairo, who may be put on a plane to China within days, where they would be tortured."
    ),
)


@pytest.fixture
async def watch(database: Database) -> AsyncIterator[Watch]:
    """A watch on each database."""
    async with a_watch(database) as made:
        yield made


def undated(watch: Watch, *posts: tuple[str, str], path: str = "/feed") -> None:
    """The feed shows these without any date."""
    shown = rss(*(item(*post, watch.now, post[0]) for post in posts))
    watch.publish(path, re.sub(r"<pubDate>.*?</pubDate>", "", shown))


def a_page(head: str, body: str) -> str:
    """An HTML page."""
    return f"<!DOCTYPE html><html lang='en'><head><title>N</title>{head}</head><body>{body}</body></html>"


async def test_an_undated_archive_at_a_new_address_is_no_news(watch: Watch) -> None:
    """The name stays, the address is another: what is found there was there before."""
    undated(watch, POST)
    watch.over_feed()
    await watch.polls()
    watch.later(hours=1)
    undated(watch, CALL, SECOND, path="/new")
    watch.configured = ()
    watch.over_feed("/new")
    assert ((await watch.polls()).new, watch.waiting()) == (2, 0)
    undated(watch, POST, CALL, SECOND, path="/new")
    assert (await watch.polls()).new == 0


async def test_what_came_while_a_source_was_not_watched_is_no_news(watch: Watch) -> None:
    """It was taken out of the configuration for two months and put back; what comes from then on rings."""
    undated(watch, POST)
    watch.over_feed()
    await watch.polls()
    watch.over()
    watch.later(days=60)
    undated(watch, CALL, POST)
    watch.over_feed()
    assert ((await watch.polls()).new, watch.waiting()) == (1, 0)
    watch.later(hours=1)
    undated(watch, SECOND, CALL, POST)
    assert ((await watch.polls()).new, watch.waiting()) == (1, 1)


@pytest.mark.parametrize(
    ("head", "said"),
    [
        ("<meta property='article:published_time' content='2019-03-01T10:00:00Z'>", ""),
        ("", "<p>Posted on 1 March 2019</p>"),
    ],
)
async def test_an_undated_item_is_as_old_as_its_page_says(watch: Watch, head: str, said: str) -> None:
    """An archive that comes to light again: the call was of 2019."""
    undated(watch, POST)
    watch.over_feed()
    await watch.polls()
    watch.later(hours=1)
    body = f"<main><article><h1>{CALL[0]}</h1>{said}<p>{CALL[1] * 3}</p></article></main>"
    watch.publish("/1", a_page(head, body), "text/html")
    shown = rss(item(CALL[0], "It begins […]", watch.now, "1", f"{watch.site.url}/1"))
    watch.publish("/feed", re.sub(r"<pubDate>.*?</pubDate>", "", shown))
    assert ((await watch.polls()).new, watch.waiting()) == (1, 0)
    published = watch.statements()[CALL[0]].published
    assert published is not None
    assert (published.year, published.month, published.day) == (2019, 3, 1)


async def test_corrected_selectors_are_used_at_once_and_what_they_find_is_no_news(watch: Watch) -> None:
    """The page has not changed since the wrong ones read it, and what it lists is its past."""
    titles = (CALL[0], SECOND[0], "Annual dinner of our society in spring")
    rows = "".join(f"<p class='r'><a href='/x/{n}'>{title}</a></p>" for n, title in enumerate(titles))
    side = "".join(f"<li class='s'><a href='/s/{n}'>About the society, part {n}</a></li>" for n in (1, 2))
    watch.publish(
        "/feed", a_page("", f"<main><div>{rows}</div><ul>{side}</ul></main>"), "text/html", etag='"v"'
    )
    for number, post in enumerate((CALL, SECOND, POST)):
        text = a_page("", f"<main><h1>{post[0]}</h1><p>{post[1]}</p></main>")
        watch.publish(f"/x/{number}", text, "text/html")
    watch.over_feed(kind=SourceKind.PAGE, selectors={"item": "li.s"})
    assert (await watch.polls()).new == 2
    watch.configured = ()
    watch.over_feed(kind=SourceKind.PAGE, selectors={"item": "p.r"})
    watch.later(minutes=1)
    assert await watch.polls_due() == ["northlight"]
    assert (CALL[0] in watch.statements(), watch.waiting()) == (True, 0)


async def test_a_call_from_the_future_is_kept_with_a_remark(watch: Watch) -> None:
    """A publisher in Seoul writes local time as if it were UTC: somebody has to know that nothing rang."""
    watch.publish("/feed", rss(item(*CALL, watch.now + timedelta(hours=9), "1")))
    watch.over_feed()
    polled = await watch.polls()
    assert (polled.new, watch.waiting()) == (1, 0)
    assert polled.notes == ("it rings nothing: its date lies ahead, 2026-03-10 21:00 UTC",)
