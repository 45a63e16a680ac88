"""How to act on a call: what it asks of whom, where letters go, and its letter; all in its own words."""

import pytest

from storage.database import Database
from storage.records import Addressee, Demand
from tests.bot.chat import Chat, published
from tests.builders import a_source, a_statement
from tests.jobs.steps.extract.test_ways import CALL, LETTER


@pytest.fixture
def call(database: Database) -> int:
    """A call with addresses and a model letter."""
    text = f"{CALL}\nSAMPLE LETTER\n\n{LETTER}\n"
    asked = Demand("Northland", "let the two teachers go")
    made = a_statement(
        text=text, url="https://northlight.example/1", demands=(asked,), addressees=(Addressee("Northland"),)
    )
    return published(database, a_source(), made)[0]


def test_all_that_one_needs_to_write(chat: Chat, call: int) -> None:
    """Who is asked for what, where letters go, the letter itself; and what writing may cost."""
    read = chat.says(f"/act {call}")
    assert "Asked of Northland:\n\n• “let the two teachers go”" in read
    assert "Fax: +999 12 555 01 44" in read
    assert LETTER.splitlines()[2] in read
    assert "learns who you are" in read
    assert chat.presses("Full text").startswith(f"#{call}")
    assert chat.says(f"/start a{call}").startswith(read), "a link from elsewhere leads there, too"


def test_what_is_not_given_is_said(chat: Chat, database: Database) -> None:
    """Nothing is guessed; the source is a link away."""
    asked = (Demand("China", "halt the return"),)
    one, other = published(
        database,
        a_source(),
        a_statement(text="Short.", demands=asked),
        a_statement(text="News.", title="Other"),
    )
    assert "no address and no model letter" in chat.says(f"/act {one}")
    assert "neither who is asked nor for what" in chat.says(f"/act {other}")
    assert "There is no statement #99." in chat.says("/act 99")
    assert "/act 12" in chat.says("/act")
