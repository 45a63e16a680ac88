"""Who may call off a call, and how many within an hour."""

from collections.abc import AsyncIterator

import pytest

from jobs import held
from jobs.poll import Polled
from jobs.review import concerns_of
from storage.database import Database
from storage.records import Alert
from storage.words import CaseState, Concern, DeliveryState, Trust
from tests.bot.chat import Chat
from tests.feeds import item, rss
from tests.jobs.watching import CALL, Watch, a_watch

WAITS, HELD, CANCELLED = DeliveryState.QUEUED, DeliveryState.HELD, DeliveryState.CANCELLED
STOP = (
    "Stop action: nine North Korean refugees released",
    "The nine North Korean refugees held in Shenyang, China, have been released. No further action.",
)
TOWNS = ("Shenyang", "Dandong", "Yanji", "Tumen", "Harbin")


@pytest.fixture
async def watch(database: Database) -> AsyncIterator[Watch]:
    """A watch over Northlight, and an empty feed beside it that a test configures."""
    async with a_watch(database) as made:
        made.over_feed("/a", "northlight")
        made.publish("/b", rss())
        yield made


async def called_and_ended(watch: Watch) -> tuple[Alert, Alert]:
    """Northlight calls, and the other says that it is over."""
    watch.publish("/a", rss(item(*CALL, watch.now, "1")))
    await watch.polls("other")
    ((call, _),) = (await watch.polls()).alerts
    watch.later(minutes=30)
    watch.publish("/b", rss(item(*STOP, watch.now, "2")))
    ((end, _),) = (await watch.polls("other")).alerts
    return call, end


def states(watch: Watch, *alerts: Alert) -> list[list[DeliveryState]]:
    """How the deliveries of each alert stand."""
    with watch.database.read() as work:
        return [[one.state for one in work.deliveries.of_alert(alert.id)] for alert in alerts]


def case_state(watch: Watch, alert: Alert) -> CaseState:
    """How the alert's case stands."""
    with watch.database.read() as work:
        found = work.cases.get(alert.case_id or 0)
    assert found is not None
    return found.state


@pytest.mark.parametrize("trust", list(Trust))
async def test_nobody_takes_back_anothers_call(watch: Watch, trust: Trust) -> None:
    """However trusted: it may be wrong, or hijacked. An admin looks first, and the call still goes out."""
    watch.over_feed("/b", "other", organisation="Other", trust=trust)
    call, end = await called_and_ended(watch)
    assert states(watch, call, end) == [[WAITS], [HELD]]
    assert [kind for kind, _ in watch.heard()] == ["review"]
    assert case_state(watch, call) is CaseState.UPDATED
    with watch.database.write() as work:
        held.release(work, end.id, "admin", watch.now, watch.limits.zone)
    assert states(watch, call)[0] == [CANCELLED]
    assert case_state(watch, call) is CaseState.STOPPED


async def test_an_organisation_takes_back_its_own_call_in_another_feed(watch: Watch) -> None:
    """As by its feed in another language; admins hear that it was called off."""
    watch.over_feed("/b", "other")
    call, end = await called_and_ended(watch)
    (ended,) = states(watch, call)
    assert ended == [CANCELLED]
    assert HELD not in states(watch, end)[0]
    assert case_state(watch, call) is CaseState.STOPPED
    assert watch.heard() == [("called_off", "other")]


async def test_what_is_on_trial_ends_nobody_elses_call(watch: Watch) -> None:
    """Though it claims to speak for the same organisation: that is what anybody could write."""
    watch.over_feed("/b", "other")
    with watch.database.write() as work:
        work.sources.put_on_trial(watch.source("other").id, watch.now)
    call, end = await called_and_ended(watch)
    assert states(watch, call, end) == [[WAITS], [HELD]]
    assert case_state(watch, call) is CaseState.UPDATED
    with watch.database.read() as work:
        (waiting,) = work.held.waiting()
    assert concerns_of(waiting.why) == (Concern.TRIAL,)


async def test_who_repeated_a_call_does_not_own_it(watch: Watch) -> None:
    """One that carried the call as well could otherwise make it its own, and then end it."""
    watch.over_feed("/b", "other", organisation="Other")
    watch.publish("/a", rss(item(*CALL, watch.now, "1")))
    await watch.polls("other")
    await watch.polls()
    news = (CALL[0], f"{CALL[1]} Other has visited the nine. They are in cell 7, and one of them is ill.")
    watch.later(minutes=10)
    watch.publish("/b", rss(item(*news, watch.now, "2")))
    await watch.polls("other")
    watch.later(minutes=10)
    watch.publish("/b", rss(item(*STOP, watch.now, "3"), item(*news, watch.now, "2")))
    for alert, _ in (await watch.polls("other")).alerts:
        assert set(*states(watch, alert)) <= {HELD}
    with watch.database.read() as work:
        assert CANCELLED not in {one.state for one in work.deliveries.of_alert(1)}


async def test_a_hijacked_source_does_not_end_all_its_calls(watch: Watch) -> None:
    """Past three within an hour an admin looks first, and so for hours while nobody does; nothing is lost."""
    assert await ended(watch, TOWNS) == [False, False, False, True, True]
    assert watch.heard().count(("called_off", "northlight")) == 3
    assert watch.heard().count(("review", "northlight")) == 2


async def ended(watch: Watch, towns: tuple[str, ...]) -> list[bool]:
    """Northlight calls for people in each town, and then says that all are free; which of that waits."""
    watch.publish("/a", rss())
    await watch.polls()
    watch.later(hours=1)
    calls = []
    for number, town in enumerate(towns):
        title = f"{number + 10} people in {town} face imminent execution"
        text = f"{number + 10} people held in {town}, China, face imminent execution within days."
        calls.append((title, f"{text} Northlight calls on China to halt the execution."))
    watch.publish("/a", rss(*(item(*call, watch.now, f"c{n}") for n, call in enumerate(calls))))
    assert len((await watch.polls()).alerts) == len(towns)
    watch.later(hours=2)
    over = "Stop action. No further action is needed: the {} who faced imminent execution have been released."
    ends = [
        item(f"STOP ACTION: {title}", over.format(text.split(" face")[0]), watch.now, f"e{n}")
        for n, (title, text) in enumerate(calls)
    ]
    watch.publish("/a", rss(*ends))
    polled: Polled = await watch.polls()
    assert len(polled.alerts) == len(towns)
    return [HELD in states(watch, alert)[0] for alert, _ in polled.alerts]


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
async def test_the_case_tells_an_end_that_waits_apart_from_one_that_holds(watch: Watch) -> None:
    """Before an admin has looked nobody reads that it is called off."""
    watch.over_feed("/b", "other", organisation="Other")
    call, end = await called_and_ended(watch)
    reader = Chat(watch.database, address="reader")
    said = "says that it is over; nobody here has confirmed that"
    told = reader.says(f"/case {call.case_id}")
    assert said in told
    assert "called off" not in told
    with watch.database.write() as work:
        held.release(work, end.id, "admin", watch.now, watch.limits.zone)
    told = reader.says(f"/case {call.case_id}")
    assert said not in told
    assert "called off" in told
