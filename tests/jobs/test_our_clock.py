"""A wrong clock is told once, and once when it is right: under it calls are silent that nobody misses."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs.notices import Admins
from jobs.our_clock import OurClock
from jobs.steps.our_clock import WRONG, wrong_by
from storage.database import Database
from storage.words import EventKind
from tests.builders import NOON
from tests.feeds import item, rss
from tests.jobs.watching import POST, a_watch

ADMINS = Admins((("telegram", "7"),))
LENGTHS = st.timedeltas(timedelta(days=-400), timedelta(days=400))


def headers(at: datetime) -> dict[str, str]:
    """Of a server whose clock shows this."""
    return {"date": f"{at:%a, %d %b %Y %H:%M:%S} GMT"}


def told(database: Database) -> list[EventKind]:
    """What admins were told, in order."""
    with database.read() as work:
        return [event.kind for notice in reversed(work.notices.latest(20)) for event in notice.events]


@pytest.mark.parametrize("ahead", [timedelta(hours=-2), timedelta(minutes=11), timedelta(days=365)])
def test_a_wrong_clock_is_told_once_and_once_when_it_is_right(database: Database, ahead: timedelta) -> None:
    """Ahead or behind; over looks and restarts; with what it shows and what the others show."""
    for look in range(3):
        clock = OurClock(database, ADMINS)
        for host in ("a.example", "b.example", "c.example"):
            clock.heard(host, headers(NOON - ahead), NOON)
        clock.look(NOON + timedelta(minutes=5 * look))
    assert told(database) == [EventKind.CLOCK]
    with database.read() as work:
        ((event,),) = (notice.events for notice in work.notices.latest(5))
    assert event.counts == {"seconds": round(ahead.total_seconds()), "servers": 3}
    for _ in range(2):
        for host in ("a.example", "b.example"):
            clock.heard(host, headers(NOON), NOON)
        clock.look(NOON)
    assert told(database) == [EventKind.CLOCK, EventKind.CLOCK_RIGHT]


def test_each_machine_has_its_own_word_about_its_clock(database: Database) -> None:
    """One is three hours behind, one is right: whoever is wrong is named, and told of once."""
    right, wrong = (OurClock(database, ADMINS, machine=name) for name in ("seoul", "lima"))
    for look in range(4):
        at = NOON + timedelta(minutes=5 * look)
        behind = at - timedelta(hours=3) if look < 3 else at
        for host in ("a.example", "b.example", "c.example"):
            right.heard(host, headers(at), at)
            wrong.heard(host, headers(at), behind)
        wrong.look(behind)
        right.look(at)
    with database.read() as work:
        found = [(event.kind, event.title) for one in work.notices.latest(20) for event in one.events]
    assert found == [(EventKind.CLOCK_RIGHT, "lima"), (EventKind.CLOCK, "lima")]


def test_one_server_that_is_odd_accuses_nobody(database: Database) -> None:
    """Nor does one alone, however often it answers; nor servers that tell no time."""
    clock = OurClock(database, ADMINS)
    for _ in range(3):
        clock.heard("odd.example", headers(NOON + timedelta(hours=3)), NOON)
        clock.look(NOON)
    clock.heard("odd.example", headers(NOON + timedelta(hours=3)), NOON)
    clock.heard("a.example", headers(NOON), NOON)
    clock.heard("b.example", headers(NOON), NOON)
    clock.look(NOON)
    clock.heard("silent.example", {}, NOON)
    clock.heard("broken.example", {"date": "yesterday"}, NOON)
    clock.look(NOON)
    assert told(database) == []


def test_that_few_answer_does_not_make_a_wrong_clock_right(database: Database) -> None:
    """The network is gone as well: what admins believe stays."""
    clock = OurClock(database, ADMINS)
    for host in ("a.example", "b.example"):
        clock.heard(host, headers(NOON + timedelta(hours=3)), NOON)
    clock.look(NOON)
    clock.heard("a.example", headers(NOON), NOON)
    clock.look(NOON)
    clock.look(NOON)
    assert told(database) == [EventKind.CLOCK]


async def test_polls_tell_the_clock_what_the_servers_say(database: Database) -> None:
    """The host, its own Date, and when the answer came."""
    heard: list[tuple[str, bool]] = []
    async with a_watch(database) as watch:
        watch.site.publish("/feed", rss(item(*POST, watch.now, "dinner")))
        watch.over_feed()
        note = lambda host, given, _now: heard.append((host, "date" in given))  # noqa: E731 - one line
        watch.poller = replace(watch.poller, dated=note)
        await watch.polls()
    assert heard == [("127.0.0.1", True)]


@given(ahead=st.lists(LENGTHS, max_size=9), odd=LENGTHS)
def test_whatever_servers_say_most_of_them_have_to(ahead: list[timedelta], odd: timedelta) -> None:
    """A verdict is never smaller than what is tolerated, and one more odd server makes none by itself."""
    wrong = wrong_by(ahead)
    assert wrong is None or abs(wrong) > WRONG
    assert wrong_by([*[timedelta(seconds=1)] * 2, odd]) is None
