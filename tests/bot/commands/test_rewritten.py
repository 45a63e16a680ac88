"""Nothing vanishes: what was rewritten, deleted or taken down, as a person sees it."""

from dataclasses import replace
from datetime import timedelta

import pytest

from jobs.takedown import take_down
from storage.database import Database
from storage.words import Gone
from tests.bot.chat import Chat, published
from tests.builders import NOON, a_source, a_statement

FIRST = "Nine refugees face return. We call on China to halt it at once. They were seen on Monday."
SECOND = "Nine refugees face return. We call on China to stop it at once. They were seen on Monday."
THIRD = "Eleven refugees face return. We call on China to stop it at once."


@pytest.fixture
def chat(database: Database) -> Chat:
    """A chat about a statement that was rewritten twice, an hour and two hours after it was read."""
    published(database, a_source(), a_statement(text=FIRST, url="https://northlight.example/nine"))
    for hours, text in ((1, SECOND), (2, THIRD)):
        with database.write() as work:
            found = work.statements.get(1)
            assert found is not None
            title = "Eleven refugees face return" if hours == 2 else found.title
            changed = replace(found, text=text, title=title)
            work.statements.change(changed, work.sources.ensure(a_source()), NOON + timedelta(hours=hours))
    return Chat(database)


def test_a_rewritten_statement_says_so_and_shows_what_changed(chat: Chat) -> None:
    """The newest change first, each with its times, in words."""
    assert "rewritten at its source 2 times" in chat.says("/statement 1")
    read = chat.presses("What changed")
    assert "said something else on 10 March 2026, 14:00 UTC" in read
    assert "The title was “Nine refugees face return”, and is “Eleven refugees face return”." in read
    assert "Before: “Nine refugees face return" in read
    assert "Now: “Eleven refugees face return" in read
    assert "Taken out: “… China to stop it at once. They were seen on Monday.”" in read
    assert "Change 1 of 2" in read
    read = chat.presses("Earlier")
    assert "Before: “… return. We call on China to halt it at once. They were seen …”" in read
    assert "Now: “… return. We call on China to stop it at once. They were seen …”" in read
    assert chat.presses("Later").count("Change 1 of 2") == 1
    assert "Eleven refugees face return." in chat.presses("Full text")


def test_a_former_version_can_be_read_in_full(chat: Chat) -> None:
    """By a button of each change, and by its number; it says until when it said so."""
    chat.says("/statement 1 versions 2")
    read = chat.presses("What it said before")
    assert "#1 · former version 1" in read
    assert "until 10 March 2026, 13:00 UTC" in read
    assert FIRST in read
    assert SECOND in chat.says("/statement 1 version 2")
    assert "Change 2 of 2" in Chat(chat.database).says("/statement 1 versions 2")
    assert "these versions are kept: 1 and 2" in chat.says("/statement 1 version 7")


def test_a_long_former_version_has_pages(database: Database) -> None:
    """Nothing of it is cut."""
    long = "\n\n".join(f"Paragraph {n} of the first version. " * 9 for n in range(30))
    published(database, a_source(), a_statement(text=long))
    with database.write() as work:
        found = work.statements.get(1)
        assert found is not None
        work.statements.change(replace(found, text=THIRD), work.sources.ensure(a_source()), NOON)
    chat = Chat(database)
    read = chat.says("/statement 1 version 1")
    while "Read on" in chat.offered:
        read += chat.presses("Read on")
    assert all(f"Paragraph {n} of" in read for n in range(30))


def test_a_list_and_a_citation_say_what_became_of_it(chat: Chat) -> None:
    """Rewritten, and gone: in every list, and where it is passed on."""
    with chat.database.write() as work:
        found = work.statements.get(1)
        assert found is not None
        work.statements.mark_gone(found.entry_id, Gone.LIST, NOON)
    for line in ("/latest", "/search refugees"):
        assert "gone at its source, rewritten" in chat.says(line)
    assert "rewritten at its source 2 times" in chat.says("/cite 1")


@pytest.mark.parametrize("line", ["/statement 1 versions 9", "/statement 1 versions x"])
def test_a_change_that_is_none_is_explained(chat: Chat, line: str) -> None:
    """With an example that works."""
    assert "/statement 1 versions" in chat.says(line)


def test_one_that_was_never_rewritten_says_so(archive: Database) -> None:
    """And offers no button for it."""
    chat = Chat(archive)
    chat.says("/statement 1")
    assert "What changed" not in chat.offered
    assert "Nothing was changed in it" in chat.says("/statement 1 versions")


def test_what_was_only_read_later_is_not_called_rewritten(archive: Database) -> None:
    """The page behind it could be read at last: nobody edited anything."""
    with archive.write() as work:
        found = work.statements.get(1)
        assert found is not None
        more = replace(found, text=f"{found.text} And more stood on the page.")
        work.statements.change(more, work.sources.ensure(a_source()), NOON, rewritten=False)
    chat = Chat(archive)
    assert "rewritten" not in chat.says("/statement 1")
    read = chat.presses("What changed")
    assert "Not rewritten" in read
    assert "Added: “… " in read
    assert "And more stood on the page." in read


@pytest.mark.parametrize(
    ("known", "said"),
    [
        (Gone.PAGE, "not at its source any more: found so on 10 March 2026, its page is not there"),
        (Gone.LIST, "not listed by its source any more: found so on 10 March 2026"),
    ],
)
def test_what_is_gone_at_its_source_is_kept_and_says_what_is_known(
    archive: Database, known: Gone, said: str
) -> None:
    """In the statement and in its citation; the text is as it was."""
    with archive.write() as work:
        found = work.statements.get(1)
        assert found is not None
        work.statements.mark_gone(found.entry_id, known, NOON)
    chat = Chat(archive)
    assert said in chat.says("/statement 1")
    assert "We call on China to halt it." in chat.read
    assert said in chat.says("/cite 1")


def test_what_was_taken_down_leaves_a_stone(archive: Database) -> None:
    """Calmly, everywhere it may be asked for, and nothing of it in any list."""
    with archive.write() as work:
        take_down(work, 1, "someone is in hiding", NOON)
    chat = Chat(archive)
    for line in ("/statement 1", "/cite 1", "/statement 1 versions", "#1", "/start s1"):
        read = chat.says(line)
        assert read.startswith("#1 · taken down")
        assert "This urgent appeal was taken down on 10 March 2026, for somebody's safety." in read
        assert "hiding" not in read
    for line in ("/latest", "/search refugees", "/demands China", "/orgs"):
        assert "Nine refugees" not in chat.says(line)
        assert "Northlight" not in chat.read


def test_a_demand_that_a_later_version_dropped_is_told_to_be_so(archive: Database) -> None:
    """In /demands and /statement, with its words and the day; also where nothing is asked any more."""
    chat = Chat(archive)
    for left in (("disclose where they are",), ()):
        with archive.write() as work:
            one = work.statements.get(1)
            assert one is not None
            asked = tuple(demand for demand in one.demands if demand.quote in left)
            source = work.sources.by_name(one.source_name)
            assert source is not None
            work.statements.change(replace(one, text="Quite other words.", demands=asked), source, NOON)
        for line in ("/demands China 2026", "/statement 1"):
            read = chat.says(line)
            assert "No longer in it, since its source rewrote it:" in read
            assert "\u201chalt the return\u201d (of China, until" in read
    assert "disclose where they are" in chat.says("/demands Vietnam")
