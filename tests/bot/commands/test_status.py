"""/status: whether the watch is kept."""

from dataclasses import replace

from storage.database import Database
from storage.words import SourceState
from tests.bot.chat import Chat
from tests.builders import NOON, a_source


def test_a_watch_without_sources_says_so(chat: Chat) -> None:
    """An empty set-up is no reason to feel safe."""
    assert "Nothing is watched yet." in chat.says("/status")


def test_a_source_in_trouble_is_named_first_with_its_state_in_words(database: Database) -> None:
    """Who reads it knows which source is silent, since when, and why."""
    with database.write() as work:
        good, ill = work.sources.configure([a_source(name="a-good"), a_source(name="b-ill")])
        work.sources.save(replace(good, state=SourceState.OK, last_success=NOON))
        work.sources.save(replace(ill, state=SourceState.NOT_A_FEED, detail="200 text/plain"))
    read = Chat(database).says("/status")
    assert "2 sources are watched. 1 does not answer as it should." in read
    assert read.index("b-ill · does not answer with a feed · no success yet · 200 text/plain") < read.index(
        "a-good"
    )
    assert "a-good · answers · last success 10 March 2026, 12:00 UTC" in read


def test_what_is_held_is_counted(archive: Database) -> None:
    """Numbers only: nobody's address, nobody's words."""
    read = Chat(archive).says("/status")
    assert "Statements: 3" in read
    assert "Waiting to be sent: 0" in read
    assert "Newest fetched: 10 March 2026, 12:00 UTC" in read
