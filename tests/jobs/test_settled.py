"""What holds for a case: whose words wait for whom, and what a decision settles."""

from collections.abc import AsyncIterator
from datetime import UTC

import pytest

from jobs.held import card, drop, redact
from jobs.limits import USUAL
from jobs.steps.sensitive import MARK
from storage.database import Database
from storage.words import DeliveryState, Trust
from tests.feeds import item, rss
from tests.jobs.test_review import ANNA, assert_nowhere, only_held, publishes, states
from tests.jobs.test_undecided import the_statement
from tests.jobs.watching import Watch, a_watch

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
    async with a_watch(database) as made:
        made.over_feed()
        made.publish("/feed", rss())
        await made.polls()
        made.later(hours=1)
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
