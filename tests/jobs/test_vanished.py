"""What is deleted at its source stays here, and is marked only where that is known."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta

import pytest

from storage.database import Database
from storage.words import Gone
from tests.builders import NOON
from tests.feeds import item, rss
from tests.jobs.watching import Watch, a_watch

TITLES = [f"Post number {number} of the year" for number in range(12)]
LIST = "text/html"


@pytest.fixture
async def watch(database: Database) -> AsyncIterator[Watch]:
    """A watch on each database."""
    async with a_watch(database) as made:
        yield made


def at(number: int) -> datetime:
    """When a post was published: the later ones later."""
    return NOON - timedelta(days=14 - number)


def shows(watch: Watch, *numbers: int, linked: bool = True) -> None:
    """The feed lists these posts, the newest first."""
    items = []
    for number in sorted(numbers, reverse=True):
        text = f"{TITLES[number]}. " * 40
        link = f"{watch.site.url}/{number}" if linked else ""
        items.append(item(TITLES[number], text, at(number), f"post-{number}", link=link))
        watch.publish(f"/{number}", f"<p>{text}</p>", LIST)
    watch.publish("/feed", rss(*items))


def listing(watch: Watch, number: int) -> str:
    """A post as the feed lists it."""
    return item(
        TITLES[number],
        f"{TITLES[number]}. " * 40,
        at(number),
        f"post-{number}",
        link=f"{watch.site.url}/{number}",
    )


def gone(watch: Watch) -> dict[str, Gone | None]:
    """What is marked, by title."""
    return {title: one.gone_as for title, one in watch.statements().items() if one.gone}


async def polls(watch: Watch) -> None:
    """An hour later."""
    watch.later(hours=1)
    await watch.polls()


async def test_one_whose_page_is_gone_is_marked_and_stays(watch: Watch) -> None:
    """It left the middle of the list, and its page answers 410: both are needed, and both are said."""
    watch.over_feed()
    shows(watch, *range(8))
    await polls(watch)
    shows(watch, 0, 1, 2, 3, 4, 6, 7)
    watch.publish("/5", "gone", LIST, status=410)
    await polls(watch)
    assert gone(watch) == {TITLES[5]: Gone.PAGE}
    found = watch.statements()[TITLES[5]].gone
    assert found is not None
    assert abs(found - watch.now) < timedelta(minutes=1)
    assert watch.held() == 8


async def test_one_whose_page_is_there_is_not_marked_and_asked_once(watch: Watch) -> None:
    """It was only taken off the front: nobody deleted it."""
    watch.over_feed()
    shows(watch, *range(8))
    await polls(watch)
    for newest in (7, 6):
        shows(watch, 0, 1, 2, 3, 4, newest)
        await polls(watch)
    assert gone(watch) == {}
    assert len(watch.asked("/5")) == 1


async def test_old_items_that_make_room_are_not_deleted(watch: Watch) -> None:
    """A feed of four drops the oldest with every new one; their pages are not even asked for."""
    watch.over_feed()
    for newest in range(4, 8):
        shows(watch, *range(newest - 3, newest + 1))
        for old in range(newest - 3):
            watch.publish(f"/{old}", "gone", LIST, status=404)
        await polls(watch)
    assert gone(watch) == {}
    assert watch.asked("/0") == []


async def test_one_that_is_shown_again_is_not_gone(watch: Watch) -> None:
    """Somebody had unpublished it for an hour."""
    watch.over_feed()
    shows(watch, *range(8))
    await polls(watch)
    shows(watch, 0, 1, 2, 3, 4, 6, 7)
    watch.publish("/5", "gone", LIST, status=404)
    await polls(watch)
    assert gone(watch) == {TITLES[5]: Gone.PAGE}
    shows(watch, *range(8))
    await polls(watch)
    assert gone(watch) == {}


async def test_one_without_a_page_is_said_to_be_off_the_list(watch: Watch) -> None:
    """More is not known of it, and no more is said."""
    watch.over_feed()
    shows(watch, *range(8), linked=False)
    await polls(watch)
    shows(watch, 0, 1, 2, 3, 4, 6, 7, linked=False)
    await polls(watch)
    assert gone(watch) == {TITLES[5]: Gone.LIST}


async def test_one_that_goes_by_another_name_is_not_gone(watch: Watch) -> None:
    """Its id was changed: it is the same item."""
    watch.over_feed()
    shows(watch, *range(8))
    await polls(watch)
    changed = [
        item(TITLES[n], f"{TITLES[n]}. " * 40, at(n), f"{'new' if n == 5 else 'post'}-{n}") for n in range(8)
    ]
    watch.publish("/feed", rss(*changed))
    await polls(watch)
    assert gone(watch) == {}
    assert watch.held() == 8


async def test_a_page_that_is_a_list_is_compared_too(watch: Watch) -> None:
    """A source without a feed: one of its rows is gone, and so is what it led to."""

    def rows(*numbers: int) -> str:
        lines = (
            f"<li><a href='/{n}'>{TITLES[n]}</a> <time>{at(n):%Y-%m-%d}</time></li>"
            for n in sorted(numbers, reverse=True)
        )
        return f"<html><body><ul>{''.join(lines)}</ul></body></html>"

    watch.over_feed("/list", kind="page")
    for number in range(8):
        watch.publish(f"/{number}", f"<p>{TITLES[number]}. Some words more.</p>", LIST)
    watch.publish("/list", rows(*range(8)), LIST)
    await polls(watch)
    assert watch.held() == 8
    watch.publish("/5", "gone", LIST, status=404)
    watch.publish("/list", rows(0, 1, 2, 3, 4, 6, 7), LIST)
    await polls(watch)
    assert gone(watch) == {TITLES[5]: Gone.PAGE}


async def test_many_that_are_deleted_at_once_are_all_marked_and_admins_hear_it_once(watch: Watch) -> None:
    """Their pages are asked for, a few with each poll, also while the feed stays as it is."""
    watch.over_feed()
    shows(watch, *range(12))
    await polls(watch)
    for number in range(4, 11):
        watch.publish(f"/{number}", "gone", LIST, status=404)
    kept = (0, 1, 2, 3, 11)
    watch.publish("/feed", rss(*(listing(watch, number) for number in kept)))
    await polls(watch)
    assert len(gone(watch)) == 5
    await polls(watch)
    assert gone(watch) == {TITLES[number]: Gone.PAGE for number in range(4, 11)}
    watch.restart()
    for _ in range(3):
        await polls(watch)
    assert watch.heard() == [("vanished", "northlight")]
    assert watch.events()[0].counts == {"missing": 7}
    watch.publish("/3", "gone", LIST, status=410)
    watch.publish("/feed", rss(*(listing(watch, number) for number in (0, 1, 2, 11))))
    await polls(watch)
    assert gone(watch)[TITLES[3]] is Gone.PAGE, "it is not blind from then on"


async def test_a_list_that_was_another_one_for_an_hour_marks_nobody(watch: Watch) -> None:
    """A broken answer that leaves half of the feed out; and the pages are all there."""
    watch.over_feed()
    for linked in (True, False):
        shows(watch, *range(8), linked=linked)
        await polls(watch)
        shows(watch, 0, 1, 2, 7, linked=linked)
        await polls(watch)
        shows(watch, *range(8), linked=linked)
        await polls(watch)
        await polls(watch)
        assert gone(watch) == {}


async def test_many_without_pages_are_marked_when_they_stay_away(watch: Watch) -> None:
    """At the next poll they are still not there: more will never be known of them."""
    watch.over_feed()
    shows(watch, *range(8), linked=False)
    await polls(watch)
    shows(watch, 0, 1, 2, 7, linked=False)
    await polls(watch)
    assert gone(watch) == {}
    await polls(watch)
    assert gone(watch) == {TITLES[number]: Gone.LIST for number in (3, 4, 5, 6)}


@pytest.mark.parametrize("linked", [True, False], ids=["with a page", "without"])
async def test_one_of_a_short_list_is_missed_too(watch: Watch, linked: bool) -> None:
    """There are never three older ones in a list of three: that it got shorter tells enough."""
    watch.over_feed()
    shows(watch, 0, 1, 2, linked=linked)
    await polls(watch)
    shows(watch, 0, 2, linked=linked)
    watch.publish("/1", "gone", LIST, status=404)
    await polls(watch)
    assert gone(watch) == {TITLES[1]: Gone.PAGE if linked else Gone.LIST}


async def test_a_page_that_gives_no_answer_is_asked_again(watch: Watch) -> None:
    """A server that is overloaded says nothing of whether the page is there."""
    watch.over_feed()
    shows(watch, *range(8))
    await polls(watch)
    shows(watch, 0, 1, 2, 3, 4, 6, 7)
    watch.publish("/5", "busy", LIST, status=503)
    await polls(watch)
    assert gone(watch) == {}
    watch.publish("/5", "gone", LIST, status=404)
    await polls(watch)
    assert gone(watch) == {TITLES[5]: Gone.PAGE}
