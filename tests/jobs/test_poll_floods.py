"""A source that brings more than anybody could read: all of it is kept, in pieces, and nothing is held up."""

from collections.abc import AsyncIterator, Sequence
from datetime import timedelta

import pytest

from jobs.keep import Kept, Outcome
from jobs.limits import Limits
from jobs.polled import Polled
from storage.database import Database
from storage.words import DeliveryState, SourceState
from tests.feeds import item, rss
from tests.jobs.watching import CALL, POST, Watch, a_watch


@pytest.fixture
async def watch(database: Database) -> AsyncIterator[Watch]:
    """A source that is known, with one ordinary post."""
    async with a_watch(database) as made:
        made.publish("/feed", rss(item(*POST, made.now - timedelta(days=9), "post")), etag='"old"')
        made.over_feed()
        await made.polls()
        made.later(hours=1)
        yield made


def floods(watch: Watch, many: int) -> None:
    """So many new items at once, and the oldest of them a call."""
    first = item(*CALL, watch.now - timedelta(minutes=many + 1), "call")
    rest = (item(f"Note {n}", f"Bread {n}.", watch.now - timedelta(minutes=n), f"n{n}") for n in range(many))
    watch.publish("/feed", rss(*rest, first), etag='"new"')


async def test_a_flood_is_kept_in_pieces_and_the_rest_comes_with_the_next_poll(
    watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No transaction takes more than fifty entries, and what one poll leaves is asked for soon."""
    monkeypatch.setattr("jobs.poll._MOST_NEW", 120)
    sizes: list[int] = []
    store = type(watch.poller)._store

    def counted(poller: object, outcomes: Sequence[Outcome]) -> tuple[Kept, ...]:
        sizes.append(sum(len(outcome.new) + len(outcome.edits) for outcome in outcomes))
        return store(poller, outcomes)  # type: ignore[arg-type]  # it is the poller

    monkeypatch.setattr(type(watch.poller), "_store", counted)
    watch.restart()
    floods(watch, 180)
    first = await watch.polls()
    assert (first.new, first.alerts, first.source.etag, watch.held()) == (120, (), "", 121)
    watch.restart()
    watch.later(minutes=2)
    assert await watch.polls_due() == ["northlight"]
    assert (watch.held(), watch.waiting()) == (182, 1)
    assert watch.source().etag == '"new"'
    assert max(sizes) <= 50
    watch.later(hours=1)
    assert (await watch.polls()).source.state is SourceState.UNCHANGED
    assert watch.asked() == ["", '"old"', "", '"new"']


async def test_a_flood_that_is_cut_short_goes_on_where_it_was(
    watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The disk is full after the first piece: what rang is told, and the rest comes when there is room."""
    store, calls = type(watch.poller)._store, [0]

    def failing(poller: object, outcomes: Sequence[Outcome]) -> tuple[Kept, ...]:
        calls[0] += any(outcome.new for outcome in outcomes)
        if calls[0] > 1 and outcomes[0].new:
            raise OSError("no space left on device")
        return store(poller, outcomes)  # type: ignore[arg-type]  # it is the poller

    floods(watch, 70)
    with monkeypatch.context() as patch:
        patch.setattr(type(watch.poller), "_store", failing)
        watch.restart()
        cut = await watch.polls()
    watch.restart()
    assert (cut.source.state, cut.new, len(cut.alerts)) == (SourceState.FAILING, 50, 1)
    assert watch.source().etag == '"old"'
    watch.later(hours=1)
    assert (await watch.polls()).new == 21
    assert (watch.held(), watch.waiting()) == (72, 1)


def states(watch: Watch, polled: Polled) -> list[DeliveryState]:
    """What becomes of what a poll rang for."""
    with watch.database.read() as work:
        return [one.state for alert, _ in polled.alerts for one in work.deliveries.of_alert(alert.id)]


async def test_a_hijacker_is_held_until_an_admin_looks_or_there_is_quiet(watch: Watch) -> None:
    """Another hour is no reason to believe again who rang too often in the last."""
    watch.limits = Limits(per_source_hour=2)
    watch.restart()
    towns = iter(("Shenyang", "Dandong", "Yanji", "Tumen", "Harbin", "Kunming", "Nanning", "Dalian", "Jilin"))

    async def rings() -> list[DeliveryState]:
        shown = [
            item(
                f"{number} people in {town} face imminent execution",
                f"{number} people held in {town}, China, face imminent execution within days. We call on "
                "China to halt the execution.",
                watch.now,
                town,
            )
            for number, town in zip(range(10, 13), towns, strict=False)
        ]
        watch.publish("/feed", rss(*shown))
        return states(watch, await watch.polls())

    queued, held = DeliveryState.QUEUED, DeliveryState.HELD
    assert await rings() == [queued, queued, held]
    watch.later(hours=2)
    assert await rings() == [held] * 3
    watch.later(hours=7)
    assert await rings() == [queued, queued, held]


@pytest.mark.parametrize("limits", [Limits(per_source_hour=2), Limits(per_hour=2)])
async def test_in_a_storm_people_hear_once_that_the_rest_is_being_looked_at(
    watch: Watch, limits: Limits
) -> None:
    """One line, however much is held, and nothing that is meant for admins; a later storm is another."""
    watch.limits = limits
    watch.restart()
    towns = iter(("Shenyang", "Dandong", "Yanji", "Tumen", "Harbin", "Kunming", "Nanning", "Dalian", "Jilin"))
    for hours in (0, 0, 24):
        watch.later(hours=hours, minutes=2)
        shown = [
            item(
                f"{number} people in {town} face imminent execution",
                f"{number} people held in {town}, China, face imminent execution within days. We call on "
                "China to halt the execution.",
                watch.now,
                town,
            )
            for number, town in zip(range(10, 13), towns, strict=False)
        ]
        watch.publish("/feed", rss(*shown))
        await watch.polls()
    with watch.database.read() as work:
        told = [
            (event.kind.value, len(work.deliveries.of_notice(notice.id)))
            for notice in watch.notices()
            for event in notice.events
        ]
    assert told == [("storm", 1), ("held", 1), ("storm", 1), ("held", 1)]


async def test_ordinary_posts_have_a_cap_of_their_own_and_hold_up_no_call(database: Database) -> None:
    """Who wants every kind at once is not sent sixty posts of one hour."""
    async with a_watch(database, wants_all=True) as watch:
        watch.publish("/feed", rss(item(*POST, watch.now - timedelta(days=9), "post")))
        watch.over_feed()
        await watch.polls()
        floods(watch, 15)
        watch.later(minutes=1)
        found = states(watch, await watch.polls())
        assert (found.count(DeliveryState.QUEUED), found.count(DeliveryState.HELD)) == (11, 5)
