"""What hubs were asked for is kept: found by a token that nobody can read there, and due in time."""

from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from jobs.steps import websub
from storage.database import Database, Work
from storage.records import Source
from storage.remembered import Subscription
from storage.words import SubscriptionState as State
from tests.backends import Backend
from tests.builders import NOON, a_source

BASE = "https://vigil.example"
TOKEN, SECRET = "token-that-nobody-can-guess", "secret-that-nobody-else-has"


def watched(work: Work, **given: object) -> Source:
    """A watched source whose answer named a hub."""
    (source,) = work.sources.configure([a_source()])
    named = replace(source, **{"hub": "https://hub.example/", "topic": source.url} | given)  # type: ignore[arg-type]
    work.sources.save(named)
    return named


def wanted(source: Source, **given: object) -> Subscription:
    """What its hub has yet to be asked for."""
    return replace(websub.wanted(source, BASE, TOKEN, SECRET, NOON), **given)  # type: ignore[arg-type]


def test_a_subscription_comes_back_as_it_was_put(database: Database) -> None:
    """By its token, with everything that became of it."""
    with database.write() as work:
        made = wanted(watched(work))
        number = work.subscriptions.add(made)
        asked, _ = websub.step(replace(made, id=number), NOON, 0.5)
        assert asked is not None
        work.subscriptions.save(replace(asked, detail="HTTP 503", lease_until=NOON))
    with database.read() as work:
        expected = replace(asked, detail="HTTP 503", lease_until=NOON)
        assert work.subscriptions.by_token(TOKEN) == expected
        assert work.subscriptions.by_token(TOKEN.upper()) is None
        assert work.subscriptions.all() == (expected,)


def test_no_token_and_no_secret_lie_on_the_disk(database: Database, backend: Backend) -> None:
    """Who steals the database can neither push in a hub's name nor read where it would have to."""
    with database.write() as work:
        work.subscriptions.add(wanted(watched(work)))
    found = b"".join(file.read_bytes() for file in backend.files())
    assert b"hub.example" in found
    assert TOKEN.encode() not in found
    assert SECRET.encode() not in found


def test_two_subscriptions_never_share_a_token(database: Database) -> None:
    """The database itself refuses it."""
    with database.write() as work:
        source = watched(work)
        work.subscriptions.add(wanted(source))
    with pytest.raises(sa.exc.IntegrityError), database.write() as work:
        work.subscriptions.add(wanted(source))


def test_a_source_that_names_a_hub_lacks_a_subscription_until_it_has_one(database: Database) -> None:
    """One that is being left does not count; a denied one does, or it would be asked for again at once."""
    with database.write() as work:
        source = watched(work)
        assert work.subscriptions.lacking() == (source.id,)
        number = work.subscriptions.add(wanted(source))
        assert work.subscriptions.lacking() == ()
        work.subscriptions.save(wanted(source, id=number, state=State.DENIED))
        assert work.subscriptions.lacking() == ()
        work.subscriptions.save(wanted(source, id=number, state=State.LEAVING))
        assert work.subscriptions.lacking() == (source.id,)
        work.subscriptions.remove(number)
        assert work.subscriptions.all() == ()


@pytest.mark.parametrize(
    "change", ["another hub", "another topic", "no hub", "not watched", "another address"]
)
def test_what_its_source_names_no_more_is_unwanted(database: Database, change: str) -> None:
    """And what is being left already is not found again."""
    with database.write() as work:
        source = watched(work)
        number = work.subscriptions.add(wanted(source))
        assert work.subscriptions.unwanted() == ()
        match change:
            case "another hub":
                watched(work, hub="https://other.example/")
            case "another topic":
                watched(work, topic="https://northlight.example/other")
            case "no hub":
                watched(work, hub="", topic="")
            case "not watched":
                work.sources.configure([])
            case _:
                work.sources.configure([a_source(url="http://127.0.0.1/other")])
        (found,) = work.subscriptions.unwanted()
        assert found.id == number
        work.subscriptions.save(websub.leaving(found, NOON))
        assert work.subscriptions.unwanted() == ()


def test_there_is_nothing_to_do_until_something_is_due(database: Database) -> None:
    """The cheap question, which is asked every few seconds, misses none of the reasons."""
    with database.write() as work:
        known = work.subscriptions
        assert not known.unsettled(BASE, NOON)
        source = watched(work)
        assert known.unsettled(BASE, NOON), "a hub was named"
        later = NOON + timedelta(hours=1)
        known.add(wanted(source, state=State.ACTIVE, due=later))
        assert not known.unsettled(BASE, NOON)
        assert known.unsettled(BASE, later), "its time has come"
        assert [one.due for one in known.due(later, 9)] == [later]
        assert known.unsettled("https://new.example", NOON), "we have moved"
        assert len(known.elsewhere("https://new.example")) == 1
        work.sources.configure([])
        assert known.unsettled(BASE, NOON), "nobody watches the source any more"


def test_the_longest_overdue_goes_first_and_only_so_many(database: Database) -> None:
    """After an outage all hubs are due at once."""
    with database.write() as work:
        source = watched(work)
        for number in range(5):
            due = NOON - timedelta(minutes=number)
            work.subscriptions.add(wanted(source, token=f"token {number}", due=due))
        assert [one.token for one in work.subscriptions.due(NOON, 2)] == ["token 4", "token 3"]


def test_a_push_leaves_alone_what_only_an_answer_tells(database: Database) -> None:
    """Validators, state and due time stay; a source is due by a moment, or sooner if it was."""
    with database.write() as work:
        source = watched(work, etag='"1"', next_due=NOON + timedelta(minutes=10))
        stale = replace(source, etag="", next_due=None, newest=NOON, habit=60)
        work.sources.save_pushed([stale])
        (found,) = work.sources.all()
        assert found == replace(source, newest=NOON, habit=60)
        work.sources.due_by(source.id, NOON + timedelta(minutes=20))
        assert work.sources.all()[0].next_due == NOON + timedelta(minutes=10)
        work.sources.due_by(source.id, NOON)
        assert work.sources.all()[0].next_due == NOON
