"""What holds for a case: whose words wait for whom, and what a decision settles."""

from collections.abc import AsyncIterator
from datetime import UTC

import pytest

from jobs.held import card, drop, redact, release
from jobs.limits import USUAL
from jobs.relink import join
from jobs.steps.sensitive import MARK
from jobs.unanswered import REMIND_AFTER, Unanswered
from storage.database import Database
from storage.words import DeliveryState, Trust
from tests.builders import a_statement, kept
from tests.feeds import item, rss
from tests.jobs.test_review import ANNA, MINOR, TITLE, assert_nowhere, only_held, publishes, states
from tests.jobs.test_undecided import LATER, are_sent, the_statement
from tests.jobs.watching import Watch, a_watch_of_news

NAMED = "Lawyer Nasrin Karimi faces execution in Iran within days"
NAMED_TEXT = (
    "Nasrin Karimi, a lawyer held in Evin prison in Tehran, Iran, faces execution within days. "
    "We call on the Iranian authorities to halt the execution of Nasrin Karimi at once."
)
AGAIN = "Urgent: Nasrin Karimi arrested again in Iran, faces execution"
AGAIN_TEXT = (
    "Nasrin Karimi, a lawyer, was arrested again yesterday in Tehran, Iran, and taken to Evin prison, and "
    "faces execution within days. We call on the Iranian authorities to halt her execution at once."
)


@pytest.fixture
async def watch(database: Database) -> AsyncIterator[Watch]:
    """A feed whose past is known; one reader wants what is urgent."""
    async with a_watch_of_news(database) as made:
        yield made


async def relays(watch: Watch, title: str = NAMED, text: str = NAMED_TEXT) -> int:
    """Somebody who is no organisation says it first, and is held; returns the alert's number."""
    watch.over_feed("/other", "relay", trust=Trust.RELAY)
    watch.publish("/other", rss())
    await watch.polls("relay")
    watch.publish("/other", rss(item(title, text, watch.now, "c")))
    await watch.polls("relay")
    return only_held(watch)


@pytest.mark.parametrize(("title", "text"), [(NAMED, NAMED_TEXT), (AGAIN, AGAIN_TEXT)])
@pytest.mark.parametrize("decided", [None, drop, redact])
async def test_what_is_relayed_holds_up_no_organisations_own_call(
    watch: Watch, decided: object, title: str, text: str
) -> None:
    """It names whom it may name: whatever waits, or was decided, of another's word."""
    number = await relays(watch)
    with watch.database.write() as work:
        if decided is drop:
            drop(work, number, ANNA, watch.now)
        elif decided is redact:
            redact(work, card(work, number, USUAL), ANNA, watch.now, UTC)
    watch.later(hours=5)
    await publishes(watch, text, "own", title)
    told = the_statement(watch)
    assert (told.source_name, told.title, told.text) == ("northlight", title, text)
    if decided is not redact or title == AGAIN:  # else its readers have it already
        assert states(watch)[-1] is DeliveryState.QUEUED


async def test_what_another_relays_later_is_kept_without_the_name(watch: Watch) -> None:
    """For it the name is as grave as for the first who relayed it."""
    number = await relays(watch)
    with watch.database.write() as work:
        redact(work, card(work, number, USUAL), ANNA, watch.now, UTC)
    watch.later(hours=5)
    watch.publish("/other", rss(item(AGAIN, AGAIN_TEXT, watch.now, "more")))
    await watch.polls("relay")
    assert MARK in the_statement(watch).title
    assert_nowhere(watch, "Karimi")


async def test_a_statement_that_rings_for_nobody_tells_nothing_that_waits(watch: Watch) -> None:
    """It is too old to ring, and stands in the archive beside the call that waits; nor when it is edited."""
    await publishes(watch)
    then = watch.now
    watch.later(days=5)
    for more in ("More.", "More of it."):
        watch.publish("/feed", rss(item(f"{TITLE} again", f"{MINOR} {more}", then, "old")))
        watch.later(minutes=30)
        await watch.polls()
        with watch.database.read() as work:
            assert len(work.statements.of_case(the_statement(watch).case_id or 0)) == 2
        assert_nowhere(watch, "Ryu Sol")
    with watch.database.write() as work:
        assert release(work, only_held(watch), ANNA, watch.now, UTC) == 1


async def test_what_an_admin_joins_to_a_case_loses_what_waits_of_it(watch: Watch) -> None:
    """As what is withheld of it."""
    await publishes(watch)
    with watch.database.write() as work:
        case = work.alerts.many([only_held(watch)])[only_held(watch)].case_id
        assert case
        (choir,) = kept(work, a_statement(title="A choir", text="Ryu Sol sings."), source=watch.source())
        join(work, choir.id, case, watch.now)
    assert_nowhere(watch, "Ryu Sol")


async def test_what_is_kept_for_who_cannot_be_reached_is_hidden_and_told_of_on_their_return(
    watch: Watch,
) -> None:
    """Nobody need look before; nobody reads it before either."""
    with watch.database.write() as work:
        reader = work.recipients.find("console", "terminal")
        assert reader
        work.recipients.suspend(reader.id, watch.now)
    watch.restart()
    await publishes(watch)
    assert_nowhere(watch, "Ryu Sol")
    assert not watch.events()
    unanswered = Unanswered(watch.database, watch.admins)
    later = watch.now + 2 * REMIND_AFTER
    assert unanswered.remind(later) == 0
    with watch.database.write() as work:
        work.recipients.ensure("console", "terminal", "en", later)
    assert unanswered.remind(later) == 1
    with watch.database.write() as work:
        assert release(work, only_held(watch), ANNA, later, UTC) == 1


async def test_what_nobody_asked_for_is_hidden_as_well(watch: Watch) -> None:
    """It stands in the archive, and nobody has looked at it."""
    with watch.database.write() as work:
        reader = work.recipients.find("console", "terminal")
        assert reader
        work.routes.clear(reader.id)
    watch.restart()
    await publishes(watch)
    assert not states(watch)
    assert_nowhere(watch, "Ryu Sol")


LAST = (
    "The nine North Korean refugees from Shenyang have reached the Tumen bridge; Ryu Sol collapsed. They "
    "will be handed over within the hour and risk execution. Call the ministry in Beijing now to stop it."
)


@pytest.mark.parametrize("first", [None, drop, redact])
async def test_what_was_let_of_a_case_holds_up_nothing_else_of_it(watch: Watch, first: object) -> None:
    """Somebody has decided, whatever became of an older statement; who withholds the words later prevails."""
    await publishes(watch)
    older = only_held(watch)
    watch.later(hours=2)
    await publishes(watch, LATER, "more", "Update: the nine are on their way")
    with watch.database.read() as work:
        newer = max(one.alert_id for one in work.held.waiting())
    with watch.database.write() as work:
        release(work, newer, ANNA, watch.now, UTC)
        if first is drop:
            drop(work, older, ANNA, watch.now)
        elif first is redact:
            redact(work, card(work, older, USUAL), ANNA, watch.now, UTC)
    watch.later(hours=20)
    await publishes(watch, LAST, "last", "Last minute: the nine at the bridge")
    assert states(watch)[-1] is DeliveryState.QUEUED
    assert (MARK in the_statement(watch).text) is (first is redact)


async def test_an_edit_takes_nothing_out_that_was_told_already(watch: Watch) -> None:
    """It names the village again, and rings for nothing: everybody has read it; what is new goes."""
    told = (
        "Families in the village of Long Ping in North Korea face imminent attack tonight. They would be "
        "killed. We call on North Korea to halt the attack on the village of Long Ping at once."
    )
    await publishes(watch, told, title="Families face imminent attack")
    are_sent(watch)
    watch.later(hours=1)
    more = f"{told} Many are in hiding in the village of Long Ping."
    await publishes(
        watch,
        f"{more} Others are in hiding in the village of Ban Mai.",
        "call",
        "Families face imminent attack",
    )
    assert the_statement(watch).text == f"{more} Others are in hiding in the {MARK}."
