"""The same words after a call was called off: arrested again, or the old call once more."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from storage.database import Database
from storage.records import Alert
from storage.words import DeliveryState, EventKind, MsgType, Trust
from tests.feed_places import Raw
from tests.feeds import item, rss
from tests.jobs.watching import CALL, POST, Watch, a_watch

STOP = (
    "Stop action: nine North Korean refugees released",
    "The nine North Korean refugees held in Shenyang, China, have been released. No further action.",
)


@pytest.fixture
async def watch(database: Database) -> AsyncIterator[Watch]:
    """A call by northlight that it called off an hour later; another source is watched besides."""
    async with a_watch(database) as made:
        for path, name in (("/a", "northlight"), ("/b", "other")):
            made.publish(path, rss(item(*POST, made.now - timedelta(days=9), "0")))
            made.over_feed(
                path, name, organisation=name, trust=Trust.RELAY if name == "other" else Trust.OFFICIAL
            )
            await made.polls(name)
        await says(made, "northlight", CALL, "call")
        made.later(hours=1)
        await says(made, "northlight", STOP, "stop")
        made.later(hours=1)
        yield made


async def says(watch: Watch, name: str, what: tuple[str, str], uid: str, ago: float = 0.0) -> Alert | None:
    """The source publishes this, and is polled; what it rang for."""
    path = "/a" if name == "northlight" else "/b"
    shown = item(*what, watch.now - timedelta(hours=ago), uid, f"{watch.site.url}/{uid}")
    place = watch.site.places[path]
    assert isinstance(place, Raw)
    watch.publish(path, place.body.decode().replace("</channel>", f"{shown}</channel>"))
    found = (await watch.polls(name)).alerts
    return found[0][0] if found else None


def states(watch: Watch, alert: Alert) -> list[DeliveryState]:
    """What becomes of it for its readers."""
    with watch.database.read() as work:
        return [one.state for one in work.deliveries.of_alert(alert.id)]


async def test_arrested_again_in_the_same_words_rings_as_an_update(watch: Watch) -> None:
    """Who heard that they were free must hear that they are not."""
    alert = await says(watch, "northlight", CALL, "again")
    assert alert is not None
    assert alert.msg_type is MsgType.UPDATE
    assert states(watch, alert) == [DeliveryState.QUEUED]
    assert await says(watch, "northlight", CALL, "once more") is None, "the same again is no news"


async def test_a_late_relay_of_the_old_call_waits_for_an_admin(watch: Watch) -> None:
    """It may be the old call, and it may be news: who never heard of it must not be misled."""
    alert = await says(watch, "other", CALL, "relayed")
    assert alert is not None
    assert set(states(watch, alert)) == {DeliveryState.HELD}
    (event,) = (one for one in watch.events() if one.kind is EventKind.REVIEW)
    assert "called off" in event.detail


async def test_the_old_call_found_late_rings_for_nobody(watch: Watch) -> None:
    """Published before the end, and seen after it: even by the organisation itself, an admin looks first."""
    alert = await says(watch, "northlight", CALL, "old", ago=1.5)
    assert alert is None or set(states(watch, alert)) <= {DeliveryState.HELD}


async def test_an_end_that_waits_for_an_admin_ends_nothing(database: Database) -> None:
    """Somebody else says that it is over: who passes the call on does not ring for it again meanwhile."""
    async with a_watch(database) as watch:
        for path, name in (("/a", "northlight"), ("/b", "other")):
            watch.publish(path, rss(item(*POST, watch.now - timedelta(days=9), "0")))
            watch.over_feed(path, name, organisation=name)
            await watch.polls(name)
        call = await says(watch, "northlight", CALL, "call")
        watch.later(hours=1)
        end = await says(watch, "other", STOP, "stop")
        assert call is not None
        assert end is not None
        assert states(watch, end) == [DeliveryState.HELD]
        watch.later(hours=1)
        assert await says(watch, "other", CALL, "passed on") is None
        with database.read() as work:
            assert [one.id for one in work.alerts.heard_on_case(call.case_id or 0)] == [call.id]
            assert len(work.alerts.on_case(call.case_id or 0)) == 2
