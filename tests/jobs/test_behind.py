"""What stands behind the entries of a feed: more pages than one poll reads, and pages that change."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta

import pytest

from storage.database import Database
from storage.words import SourceKind
from tests.builders import NOON
from tests.feeds import item, rss
from tests.jobs.watching import CALL, POST, Watch, a_watch

BEGINNING = "It begins so […]"
IN_IRAN = "Ali Rezai is a journalist in Iran, was born in Tabriz and writes about music. " * 3


@pytest.fixture
async def watch(database: Database) -> AsyncIterator[Watch]:
    """A watch over one feed."""
    async with a_watch(database) as made:
        made.over_feed(every=600)
        yield made


def page(title: str, text: str) -> str:
    """A page with one article."""
    return f"<html><body><main><h1>{title}</h1><p>{text}</p></main></body></html>"


def excerpts(watch: Watch, count: int, apart: timedelta, *calls: int) -> str:
    """A feed of excerpts, the newest first; the pages behind `calls` are urgent calls."""
    items = []
    for n in range(count):
        title, link = f"Note {n} of the week", f"/note/{n}"
        said = CALL[1] * 3 if n in calls else "Bread and tea were served to all who came. " * 30
        watch.publish(link, page(title, said), "text/html")
        items.append(item(title, BEGINNING, watch.now - apart * n, f"note-{n}", watch.site.url + link))
    return rss(*items)


def atom(watch: Watch, updated: datetime) -> str:
    """An Atom feed with one excerpt, whose page its publisher touched then."""
    return f"""<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom"><title>N</title><id>x</id>
    <updated>{updated.isoformat()}</updated><entry><title>A word from us</title><id>1</id>
    <link href="{watch.site.url}/word"/><published>{NOON.isoformat()}</published>
    <updated>{updated.isoformat()}</updated><summary>{BEGINNING}</summary></entry></feed>"""


async def test_more_news_than_one_poll_reads_is_read_within_a_minute(watch: Watch) -> None:
    """After two days without a network forty excerpts come at once, and the oldest is the call."""
    watch.publish("/feed", rss(item(*POST, NOON - timedelta(days=9), "post")))
    await watch.polls()
    watch.later(hours=48)
    watch.publish("/feed", excerpts(watch, 40, timedelta(hours=1), 39), etag='"v"')
    first = await watch.polls()
    assert (first.new, first.alerts) == (40, ())
    assert sum(len(watch.asked(f"/note/{n}")) for n in range(40)) == 30
    watch.restart()
    watch.later(seconds=61)
    assert await watch.polls_due() == ["northlight"]
    assert sum(len(watch.asked(f"/note/{n}")) for n in range(40)) == 40
    assert watch.waiting() == 1
    watch.later(minutes=1)
    assert await watch.polls_due() == [], "everything is read: the source has its own pace again"


async def test_a_first_poll_reads_all_that_may_ring_and_leaves_the_past_alone(watch: Watch) -> None:
    """Sixty excerpts, one each two hours or so: what is older than three days keeps its beginning."""
    watch.publish("/feed", excerpts(watch, 60, timedelta(minutes=125), 5, 33), etag='"v"')
    for _ in range(5):
        await watch.polls()
        watch.later(minutes=1)
    read = [n for n in range(60) if watch.asked(f"/note/{n}")]
    assert read == list(range(35))
    assert watch.waiting() == 2


async def test_a_page_that_its_feed_calls_updated_is_read_again(watch: Watch) -> None:
    """The excerpt is as it was, and what stands behind it has become a call."""
    watch.publish(
        "/word", page("A word from us", "We had tea with the families, and talked. " * 10), "text/html"
    )
    watch.publish("/feed", atom(watch, NOON))
    assert (await watch.polls()).alerts == ()
    watch.later(hours=2)
    watch.publish("/word", page("A word from us", CALL[1] * 3), "text/html")
    watch.publish("/feed", atom(watch, watch.now))
    assert len((await watch.polls()).alerts) == 1
    watch.later(hours=2)
    watch.publish("/feed", atom(watch, watch.now))
    assert (await watch.polls()).alerts == (), "touched, and says what it said"
    await watch.polls()
    assert len(watch.asked("/word")) == 3


async def test_a_feed_that_calls_everything_updated_costs_five_pages_a_poll(watch: Watch) -> None:
    """Some programs write the time of the answer into every entry."""
    for n in range(20):
        watch.publish(f"/note/{n}", page(f"Note {n}", "Bread and tea. " * 40), "text/html")

    def shown() -> str:
        entries = "".join(
            f"<entry><title>Note {n}</title><id>{n}</id><link href='{watch.site.url}/note/{n}'/>"
            f"<published>{NOON.isoformat()}</published><updated>{watch.now.isoformat()}</updated>"
            f"<summary>{BEGINNING}</summary></entry>"
            for n in range(20)
        )
        return f"<?xml version='1.0'?><feed xmlns='http://www.w3.org/2005/Atom'><id>x</id>{entries}</feed>"

    watch.publish("/feed", shown())
    await watch.polls()
    for _ in range(4):
        watch.later(hours=1)
        watch.publish("/feed", shown())
        await watch.polls()
    assert sum(len(watch.asked(f"/note/{n}")) for n in range(20)) == 20 + 4 * 5


@pytest.mark.parametrize("days", [0, 10, 30, 60])
@pytest.mark.parametrize(
    "said",
    [
        "His execution is scheduled for 13 March 2026.",
        "The court will deport his family of five to Eritrea tomorrow.",
        "His execution will be carried out within days.",
    ],
)
async def test_an_edit_is_judged_as_of_the_day_it_was_made(watch: Watch, days: int, said: str) -> None:
    """However old the item is: "tomorrow" counts from the edit, and a date that is near is near."""
    old = NOON - timedelta(days=days)
    watch.publish("/feed", rss(item("Ali Rezai", IN_IRAN, old, "1")))
    assert (await watch.polls()).alerts == ()
    watch.later(hours=1)
    watch.publish("/feed", rss(item("Ali Rezai", f"Ali Rezai is a journalist in Iran. {said}", old, "1")))
    assert len((await watch.polls()).alerts) == 1
    stored = watch.statements()["Ali Rezai"]
    assert stored.published == old
    assert stored.date_posted == old.date()


async def test_a_page_that_asks_for_patience_is_left_alone_so_long(watch: Watch) -> None:
    """503 with Retry-After holds for the address, whichever entry leads to it and after a restart."""
    link = f"{watch.site.url}/page"
    watch.publish("/feed", rss(item("One", BEGINNING, NOON, "1", link)))
    watch.publish("/page", "later", "text/plain", 503, headers={"Retry-After": "7200"})
    await watch.polls()
    watch.publish(
        "/feed", rss(item("Two", BEGINNING, NOON, "2", link), item("One", BEGINNING, NOON, "1", link))
    )
    for _ in range(6):
        watch.restart()
        watch.later(minutes=18)
        await watch.polls_due()
    assert len(watch.asked("/page")) == 1
    watch.publish("/page", page("Two", CALL[1] * 3), "text/html")
    watch.later(minutes=20)
    assert (await watch.polls()).alerts, "and read when that is over"


async def test_a_page_looked_for_because_it_is_off_the_list_is_left_alone_too(watch: Watch) -> None:
    """429 holds for its whole host: the feed there waits as well."""

    def shown(*numbers: int) -> str:
        return rss(
            *(
                item(
                    f"Post {n}",
                    f"Post number {n}. " * 60,
                    NOON - timedelta(days=14 - n),
                    f"{n}",
                    f"{watch.site.url}/{n}",
                )
                for n in numbers
            )
        )

    watch.publish("/feed", shown(*range(11, -1, -1)))
    await watch.polls()
    for n in (9, 10):
        watch.publish(f"/{n}", "slow down", "text/plain", 429, headers={"Retry-After": "7200"})
    watch.publish("/feed", shown(11, *range(8, -1, -1)))
    watch.later(hours=1)
    assert await watch.polls_due() == ["northlight"]
    for _ in range(5):
        watch.later(minutes=20)
        assert await watch.polls_due() == []
    assert len(watch.asked("/9")) + len(watch.asked("/10")) == 1
    watch.later(minutes=30)
    assert await watch.polls_due() == ["northlight"]


async def test_a_page_without_its_last_tag_is_whole_where_its_server_says_so(watch: Watch) -> None:
    """HTML allows that, and its validators count; a feed's end may lie before a long remark."""
    rows = "".join(
        f'<li><a href="/r/{n}">A statement on the border, number {n}</a> 2026-03-0{n}' for n in range(1, 6)
    )
    watch.publish(
        "/list", f"<!DOCTYPE html><html lang=en><title>N</title><ul>{rows}</ul>", "text/html", etag='"l"'
    )
    watch.publish("/feed", rss(item(*POST, NOON, "1")) + f"<!-- {'x' * 5000} -->", etag='"f"')
    watch.over_feed("/list", "list", kind=SourceKind.PAGE)
    for name in ("list", "northlight"):
        await watch.polls(name)
        await watch.polls(name)
    assert (watch.asked("/list"), watch.asked()) == (["", '"l"'], ["", '"f"'])
