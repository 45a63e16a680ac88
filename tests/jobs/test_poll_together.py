"""Two programs that watch the same source: what one of them has stored, the slower one leaves as it is."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import fields
from datetime import timedelta

import pytest

from jobs.keep import Outcome
from jobs.poll import Polled, Poller
from storage.database import Database
from storage.records import Source
from storage.words import SourceState
from tests.builders import NOON
from tests.feeds import item, rss
from tests.jobs.watching import CALL, POST, Watch, a_watch

BEFORE = NOON - timedelta(minutes=5)


@pytest.fixture
async def watch(database: Database) -> AsyncIterator[Watch]:
    """A source that is known, with one ordinary post."""
    async with a_watch(database) as made:
        made.over_feed()
        made.publish("/feed", rss(item(*POST, BEFORE, "post")))
        await made.polls()
        yield made


class Overtaken(Poller):
    """A poller that is held up between its look at what is new and its commit."""

    meanwhile: Callable[[], Awaitable[Polled]]

    async def _kept(self, source: Source, outcome: Outcome) -> Polled:
        await self.meanwhile()
        return await Poller._kept(self, source, outcome)


def overtaken(watch: Watch, meanwhile: Callable[[], Awaitable[Polled]]) -> Poller:
    """A poller like the watch's own, while whose first poll `meanwhile` happens."""
    given = {one.name: getattr(watch.poller, one.name) for one in fields(Poller) if one.init}
    slow = Overtaken(**given)
    object.__setattr__(slow, "meanwhile", meanwhile)  # it is frozen
    return slow


async def test_of_two_that_find_the_same_call_one_keeps_it_and_it_rings_once(watch: Watch) -> None:
    """To the slower one it is no fault of the source, and no news."""
    watch.publish("/feed", rss(item(*CALL, BEFORE, "call"), item(*POST, BEFORE, "post")))
    slow = await overtaken(watch, watch.polls).one(watch.source(), watch.now)
    assert (slow.source.state, slow.new, slow.alerts) == (SourceState.OK, 0, ())
    assert watch.source().state is SourceState.OK
    assert (watch.held(), watch.waiting()) == (2, 1)


async def test_an_older_edit_does_not_undo_a_newer_one(watch: Watch) -> None:
    """The slower one saw what stood there before; what stands there now was stored meanwhile."""

    def edited(price: str) -> None:
        text = POST[1].replace("thirty", price)
        watch.publish("/feed", rss(item(POST[0], f"{text} Please note the new price.", BEFORE, "post")))

    async def quicker() -> Polled:
        edited("fifty")
        return await watch.polls()

    edited("forty")
    await overtaken(watch, quicker).one(watch.source(), watch.now)
    (statement,) = watch.statements().values()
    assert "fifty euros" in statement.text


async def test_an_edit_that_was_overtaken_is_asked_for_again(watch: Watch) -> None:
    """What the slower one saw was the later edit: its validators must not say that it is kept."""

    def edited(price: str) -> None:
        text = f"{POST[1].replace('thirty', price)} Please note the new price."
        watch.publish("/feed", rss(item(POST[0], text, BEFORE, "post")), etag=f'"{price}"')

    async def quicker() -> Polled:
        edited("forty")
        polled = await watch.polls()
        edited("fifty")
        return polled

    edited("fifty")
    await overtaken(watch, quicker).one(watch.source(), watch.now)
    watch.later(hours=1)
    await watch.polls()
    (statement,) = watch.statements().values()
    assert "fifty euros" in statement.text


async def test_two_that_look_at_the_same_page_again_are_in_nobodys_way(watch: Watch) -> None:
    """What the quicker one knows of it, the slower one knows too: no fault of the source, and one edit."""

    def says(text: str) -> None:
        words = f"<main><h1>A note</h1><p>{text}</p></main>"
        watch.publish("/note", words, "text/html")

    says("Bread and tea were served. " * 20)
    note = item("A note", "It begins […]", BEFORE, "note", f"{watch.site.url}/note")
    watch.publish("/feed", rss(note, item(*POST, BEFORE, "post")), etag='"v"')
    await watch.polls()
    for text in ("Bread and tea were served. " * 20, f"Bread and tea were served. {CALL[1]}"):
        says(text)
        watch.later(hours=6)
        slow = await overtaken(watch, watch.polls).one(watch.source(), watch.now)
        assert (slow.source.state, slow.alerts) == (SourceState.UNCHANGED, ())
    both = overtaken(watch, watch.polls), watch.poller
    await asyncio.gather(*(poller.one(watch.source(), watch.now + timedelta(days=2)) for poller in both))
    assert watch.source().state is SourceState.UNCHANGED
    assert watch.waiting() == 1
    with watch.database.read() as work:
        assert work.statements.versions.count(watch.statements()["A note"].id) == 1
