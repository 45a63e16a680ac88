"""/status: whether the watch is kept."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.commands.answer import answer
from bot.commands.request import Request
from storage.database import Database
from storage.moments import OFFLINE_SINCE
from storage.words import DeskRole, SourceState
from tests.bot.chat import Chat
from tests.builders import NOON, a_source


@pytest.fixture
def troubled(database: Database) -> Database:
    """One source that is well, one that is silent, one that answers with something else."""
    with database.write() as work:
        good, ill, mute = work.sources.configure(
            [a_source(name="a-good"), a_source(name="b-ill"), a_source(name="c-mute")]
        )
        later = NOON + timedelta(minutes=10)
        work.sources.save(replace(good, state=SourceState.OK, last_success=NOON, next_due=later, newest=NOON))
        work.sources.save(
            replace(ill, state=SourceState.NOT_A_FEED, detail="200 text/plain", since=NOON, next_due=later)
        )
        long_ago = NOON - timedelta(days=90)
        work.sources.save(
            replace(mute, state=SourceState.UNCHANGED, last_success=NOON, newest=long_ago, silent_since=NOON)
        )
    return database


def test_a_watch_without_sources_says_so(chat: Chat) -> None:
    """An empty set-up is no reason to feel safe."""
    assert "Nothing is watched yet." in chat.says("/status")


def test_a_person_reads_a_calm_line(troubled: Database) -> None:
    """How many are watched, how many have trouble, and the newest item; no list that worries or helps."""
    read = Chat(troubled).says("/status")
    assert "3 sources are watched. 1 does not answer as it should." in read
    assert "Newest item: 10 March 2026, 12:00 UTC" in read
    assert "b-ill" not in read
    assert "Waiting" not in read


def test_an_admin_reads_which_source_is_in_trouble_and_why(troubled: Database) -> None:
    """State, since when, what it answered, last success, next try; then who is silent; not the others."""
    read = Chat(troubled, admin=True).says("/status")
    assert (
        "b-ill · does not answer with a feed · since 10 March 2026, 12:00 UTC · 200 text/plain · "
        "no success yet · next 10 March 2026, 12:10 UTC"
    ) in read
    assert "1 shows nothing new, for longer than is its habit." in read
    assert "c-mute · answers, nothing new · nothing new since 10 December 2025, 12:00 UTC" in read
    assert read.index("b-ill") < read.index("c-mute")
    assert "a-good" not in read


def test_no_address_shows_what_lets_its_holder_in(database: Database) -> None:
    """Chats are kept by others: a password or a token in a source's address stays in the configuration."""
    url = "https://watcher:hunter22@northlight.example/feed?lang=ko&api_key=s3cret"
    with database.write() as work:
        (source,) = work.sources.configure([a_source(name="closed", url=url)])
        work.sources.save(replace(source, state=SourceState.DARK, detail="HTTP 401"))
    request = Request("/status", "console", "chat-1", NOON, "en", role=DeskRole.OWNER)
    with database.read() as work:
        shown = repr(answer(request, work))
    assert "https://northlight.example/feed?lang=ko&api_key=…" in shown
    assert "hunter22" not in shown
    assert "s3cret" not in shown


def test_an_admin_can_see_every_source(troubled: Database) -> None:
    """Those that are well too, after the others."""
    chat = Chat(troubled, admin=True)
    chat.says("/status")
    read = chat.presses("Every source")
    assert "a-good · answers · last success 10 March 2026, 12:00 UTC · next 10 March 2026, 12:10 UTC" in read
    assert read.index("c-mute") < read.index("a-good")
    assert "a-good" not in chat.presses("In trouble")


def test_a_long_list_has_pages(database: Database) -> None:
    """Every source in trouble can be reached with a button, none stands on two pages."""
    names = [f"s{number:02}" for number in range(23)]
    with database.write() as work:
        for source in work.sources.configure([a_source(name=name) for name in names]):
            work.sources.save(replace(source, state=SourceState.DARK, detail="HTTP 500"))
    chat = Chat(database, admin=True)
    pages = [chat.says("/status"), chat.presses("Next"), chat.presses("Next")]
    assert [sum(name in page for name in names) for page in pages] == [10, 10, 3]
    assert all(sum(name in page for page in pages) == 1 for name in names)
    assert "page 3 of 3" in pages[2]
    assert "Next" not in chat.offered
    assert "The pages go from 1 to 3: /status 3" in chat.says("/status 9")


def test_trouble_of_our_own_network_is_said_first(troubled: Database) -> None:
    """Nobody looks for the fault with the sources."""
    with troubled.write() as work:
        work.moments.put(OFFLINE_SINCE, NOON)
    assert "No source can be reached since 10 March 2026, 12:00 UTC" in Chat(troubled).says("/status")


def test_what_is_held_is_counted(archive: Database) -> None:
    """Numbers only: nobody's address, nobody's words."""
    read = Chat(archive, admin=True).says("/status")
    assert "Statements: 3" in read
    assert "Waiting to be sent: 0" in read
    assert "Newest fetched: 10 March 2026, 12:00 UTC" in read
