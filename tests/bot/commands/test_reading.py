"""Reading one statement: the summary, then the text in pages."""

import pytest

from storage.database import Database
from tests.bot.chat import Chat
from tests.bot.commands.conftest import statements
from tests.builders import NOON, a_statement, kept


@pytest.fixture
def chat(archive: Database) -> Chat:
    """A private chat about the small archive."""
    return Chat(archive)


def test_the_summary_says_who_asks_what_of_whom(chat: Chat) -> None:
    """Everything that was understood, each under its label, and the dates told apart."""
    read = chat.says("/statement 1")
    for said in (
        "#1 · urgent appeal",
        "From: Northlight",
        "At risk: 9 people, of whom 1 child",
        "Reference: UA 12/26",
        "posted 10 March 2026 · fetched 10 March 2026, 12:00 UTC",
        "Asked of China:",
        "“halt the return”",
        "We call on China to halt it.",
    ):
        assert said in read


def test_counted_and_claimed_signatures_are_both_told(chat: Chat) -> None:
    """A list of three that calls itself four is not made to agree."""
    assert "3 organisations (counted); 4 organisations (as the text says)" in chat.says("/statement 2")


def test_the_text_is_paged_and_nothing_of_it_is_lost(chat: Chat) -> None:
    """Reading on to the end gives every word of the text."""
    read = chat.says("/statement 2")
    assert "page 1 of" in read
    heard = read
    while "Read on" in chat.offered:
        heard += " " + chat.presses("Read on")
    assert heard.count("The assembly met for three days.") == statements()[1].text.count("three days.")
    assert "Back" in chat.offered


@pytest.mark.parametrize("line", ["/statement 1", "/statement #1", "/statement_1", "#1", "!statement 1"])
def test_a_number_is_typed_in_many_ways(chat: Chat, line: str) -> None:
    """As it stands before a result, and as telephones make it a link."""
    assert chat.says(line).startswith("#1 ·")


@pytest.mark.parametrize(
    ("line", "explained"),
    [
        ("/statement", "Which one?"),
        ("/statement nine", "“nine” is no number"),
        ("/statement 999", "There is no statement #999."),
        ("/statement 2 99", "has pages 1 to"),
        ("/statement 2 0", "has pages 1 to"),
    ],
)
def test_what_cannot_be_shown_is_explained(chat: Chat, line: str, explained: str) -> None:
    """Never an error without a way on."""
    assert explained in chat.says(line)


@pytest.mark.parametrize("line", ["-1", "0", "99999999999999999999", "#4711", "2147483648"])
def test_a_number_that_nothing_has_is_said_to_be_so(archive: Database, line: str) -> None:
    """However odd the number: that there is no such statement or case, and nothing about numbers."""
    chat = Chat(archive)
    assert f"There is no statement #{line.removeprefix('#')}." in chat.says(f"/statement {line}")
    assert f"There is no case {line.removeprefix('#')}." in chat.says(f"/case {line}")


def test_a_pasted_link_or_imported_id_is_as_good_as_a_number(archive: Database) -> None:
    """Of a statement, and of the case that it belongs to; what nobody knows is said to be unknown."""
    with archive.write() as work:
        case = work.cases.open("The nine", NOON)
        (made,) = kept(
            work,
            a_statement(
                title="Imported", url="https://a.example/an_item?x=1", external_id="h_072", case_id=case
            ),
        )
    chat = Chat(archive)
    wide = str(made.id).translate({ord("0") + digit: 0xFF10 + digit for digit in range(10)})
    for named in ("https://a.example/an_item?x=1", "h_072", f"#{made.id}", wide):
        assert "Imported" in chat.says(f"/statement {named}")
    for named in ("https://a.example/an_item?x=1", "h_072", f"c{case}"):
        assert "The nine" in chat.says(f"/case {named}")
    for command in ("/statement", "/case", "/cite"):
        for named in ("x", "https://a.example/other"):
            assert f"\u201c{named}\u201d is no number, link or id that is known here." in chat.says(
                f"{command} {named}"
            )
