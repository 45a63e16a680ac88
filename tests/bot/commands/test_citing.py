"""A citation to pass on: /cite."""

import pytest

from storage.database import Database
from tests.bot.chat import Chat


@pytest.fixture
def chat(archive: Database) -> Chat:
    """A private chat about the small archive."""
    return Chat(archive)


def test_a_citation_has_title_issuer_dates_and_link(chat: Chat) -> None:
    """As plain text, and the dates say what they are."""
    assert chat.says("/cite 2") == (
        "“Resolution of the Second Assembly”\n"
        "Second Assembly · resolution · written 16 February 2005 · posted 1 March 2005\n"
        "https://assembly.example/2005"
    )
    assert chat.presses("Full text").startswith("#2")


def test_every_result_leads_to_its_citation(chat: Chat) -> None:
    """Through the statement, and at once where there is one alone."""
    chat.says("/statement 3")
    assert chat.presses("Cite") == (
        "“강제 북송을 멈추라”\n사람들 · statement · posted 2 May 2020\nhttps://saram.example/3"
    )
    chat.says("/demands 2005 China")
    assert chat.presses("Cite").startswith("“Resolution of the Second Assembly”")


def test_a_citation_in_korean(archive: Database) -> None:
    """In the reader's language but for what the source itself says."""
    assert Chat(archive, language="ko").says("/cite 2") == (
        "“Resolution of the Second Assembly”\n"
        "Second Assembly · 결의안 · 작성 2005년 2월 16일 · 게시 2005년 3월 1일\n"
        "https://assembly.example/2005"
    )


@pytest.mark.parametrize(
    ("line", "explained"), [("/cite", "/cite 12"), ("/cite x", "no number"), ("/cite 99", "no statement #99")]
)
def test_what_cannot_be_cited_is_explained(chat: Chat, line: str, explained: str) -> None:
    """With an example."""
    assert explained in chat.says(line)
