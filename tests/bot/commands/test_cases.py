"""What became of a case, as a timeline: /case."""

from dataclasses import replace
from datetime import timedelta

import pytest

from jobs.takedown import take_down
from storage.database import Database
from storage.records import Addressee, Assessment, Demand, Statement
from storage.words import CaseState, MsgType, Relation
from tests.bot.chat import Chat
from tests.builders import NOON, a_source, a_statement, kept

ASKED = {
    "addressees": (Addressee("China", "CN", 2),),
    "demands": (Demand("China", "halt the return"), Demand("China", "disclose where they are")),
}


def of_case(case: int) -> tuple[Statement, ...]:
    """A call, the same passed on, news with one new demand, and the end."""
    call = a_statement(title="Nine face return", case_id=case, issuers=("Northlight",), **ASKED)
    again = replace(call, title="Nine face return (passed on)", relation=Relation.DUPLICATE)
    more = (Demand("China", "halt the return"), Demand("China", "let a doctor see them"))
    ill = "Two of the nine refugees are ill, we hear."
    news = replace(call, title="Two of the nine are ill", text=ill, demands=more, relation=Relation.UPDATE)
    news = replace(news, published=NOON + timedelta(days=1))
    end = a_statement(
        title="Stop action: they are free",
        case_id=case,
        relation=Relation.UPDATE,
        alert=Assessment(msg_type=MsgType.CANCEL),
        published=NOON + timedelta(days=4),
    )
    return call, again, news, end


@pytest.fixture
def chat(database: Database) -> Chat:
    """A chat about one case of four statements."""
    with database.write() as work:
        case = work.cases.open("Nine face return", NOON)
        kept(work, *of_case(case), now=NOON + timedelta(days=5))
        work.cases.touch(case, CaseState.STOPPED, NOON + timedelta(days=4))
    return Chat(database)


def test_a_case_tells_what_happened_what_was_asked_and_how_it_stands(chat: Chat) -> None:
    """In order; what was asked before is not told as new."""
    read = chat.says("/case 1")
    assert read.startswith("Case 1 · stopped\n\nNine face return")
    assert "The issuer has called the action off. Nothing is asked any more." in read
    assert "Last news: 14 March 2026" in read
    steps = [
        "10 March 2026 · first said\n#1 Nine face return",
        "• “halt the return”\n• “disclose where they are”",
        "10 March 2026 · the same, passed on\n#2",
        "11 March 2026 · news\n#3 Two of the nine are ill",
        "Two of the nine refugees are ill, we hear.",
        "• “let a doctor see them”",
        "14 March 2026 · called off\n#4 Stop action",
    ]
    places = [read.index(step) for step in steps]
    assert places == sorted(places)
    assert read.count("“halt the return”") == 1
    assert "4 statements" in read
    assert "#4 · " in chat.presses("#4")


def test_a_statement_leads_to_its_case(chat: Chat) -> None:
    """By a button, and by a link from elsewhere."""
    chat.says("/statement 3")
    assert chat.presses("What became of it").startswith("Case 1 · stopped")
    assert chat.says("/start c1").startswith("Case 1 · stopped")


def test_a_long_case_is_read_in_pages(database: Database) -> None:
    """Back and on, and none twice."""
    with database.write() as work:
        case = work.cases.open("A long matter", NOON)
        kept(work, *(a_statement(title=f"Step {n} of it", case_id=case) for n in range(12)))
    chat = Chat(database)
    heard = chat.says("/case 1")
    while "Read on" in chat.offered:
        heard += chat.presses("Read on")
    assert all(heard.count(f"Step {number} of it") == 1 for number in range(12))
    assert "page 3 of 3" in chat.read
    assert "Case 1 has pages 1 to 3: /case 1 3" in chat.says("/case 1 9")


@pytest.mark.parametrize(
    ("line", "explained"),
    [
        ("/case", "Which case?"),
        ("/case nine", "“nine” is no number"),
        ("/case 77", "There is no case 77."),
        ("/case 1 0", "is one page"),
    ],
)
def test_what_cannot_be_shown_is_explained(chat: Chat, line: str, explained: str) -> None:
    """With a way on."""
    assert explained in chat.says(line)


def test_what_became_of_a_statement_stands_in_its_case(chat: Chat, database: Database) -> None:
    """Rewritten, and taken down: calmly, in its place."""
    with database.write() as work:
        found = work.statements.get(3)
        assert found is not None
        work.statements.change(replace(found, text="They are well."), work.sources.ensure(a_source()), NOON)
        take_down(work, 1, "someone is in hiding", NOON + timedelta(days=5))
    read = chat.says("/case 1")
    assert "first said\n#1 taken down" in read
    assert "rewritten at its source once" in read
    assert "someone is in hiding" not in read
    assert "#1" not in chat.offered


def test_without_a_number_the_cases_spoken_of_last_are_listed(chat: Chat) -> None:
    """Each is a tap away; /follow leads there, and from there a case is followed."""
    chat.says("/follow")
    read = chat.presses("Latest cases")
    assert read.startswith("Which case? These were spoken of last:")
    assert "Nine face return" in read
    opened = next(line for line in chat.offered.values() if line.startswith("/case "))
    chat.says(opened)
    assert "You follow case" in chat.presses("Follow")
