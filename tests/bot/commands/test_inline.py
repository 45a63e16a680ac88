"""Citations for words that are typed in any chat."""

from bot.commands.inline import Offers, offers
from bot.render.html import plain_text
from jobs.takedown import take_down
from storage.database import Database
from tests.bot.chat import published
from tests.builders import NOON, a_source, a_statement


def offered(database: Database, typed: str, offset: str = "", language: str = "en") -> Offers:
    """What is offered for these words."""
    with database.read() as work:
        return offers(typed, offset, language, work, NOON)


def titles(found: Offers) -> list[str]:
    """Their titles."""
    return [offer.title for offer in found.offers]


def test_words_and_filters_are_those_of_a_search(archive: Database) -> None:
    """What is inserted is the citation that /cite gives."""
    (offer,) = offered(archive, "2005 camps").offers
    assert offer.title == "Resolution of the Second Assembly"
    assert offer.about == "Second Assembly · resolution · written 16 February 2005 · posted 1 March 2005"
    assert plain_text(offer.message) == (
        "“Resolution of the Second Assembly”\n"
        "Second Assembly · resolution · written 16 February 2005 · posted 1 March 2005\n"
        "https://assembly.example/2005"
    )
    assert titles(offered(archive, "kind:resolution")) == ["Resolution of the Second Assembly"]
    assert "결의안" in offered(archive, "camps", language="ko").offers[0].about


def test_before_a_word_is_typed_the_latest_is_offered(archive: Database) -> None:
    """And for half a filter nothing yet; a mistake is no error."""
    assert titles(offered(archive, ""))[0] == "Nine refugees face return"
    for typed in ("kind:res", "since:", 'x"' * 400, "zebra"):
        assert offered(archive, typed).offers == ()


def test_a_year_that_dates_nothing_is_looked_for_in_the_words(database: Database) -> None:
    """A page of 2005 that was posted in 2026."""
    published(database, a_source(), a_statement(title="What was said in 2005", text="In 2005 it was said."))
    assert titles(offered(database, "2005 said")) == ["What was said in 2005"]


def test_more_comes_page_by_page(database: Database) -> None:
    """Until there is no more; an offset of somebody's own making is harmless."""
    published(database, a_source(), *(a_statement(title=f"Post {number} end") for number in range(23)))
    seen: list[str] = []
    offset = ""
    while True:
        found = offered(database, "", offset)
        seen += titles(found)
        offset = found.following
        if not offset:
            break
    assert sorted(seen) == sorted(f"Post {number} end" for number in range(23))
    assert offered(database, "", "99").offers == ()
    assert offered(database, "", "nonsense").offers == ()


def test_what_was_taken_down_is_not_offered(archive: Database) -> None:
    """Neither by its words nor among the latest."""
    with archive.write() as work:
        take_down(work, 1, "why", NOON)
    assert "Nine refugees face return" not in titles(offered(archive, ""))
    assert "Nine refugees face return" not in titles(offered(archive, "refugees face return"))


def test_a_part_is_no_citation_beside_the_whole(archive: Database) -> None:
    """Who cites sees a title: what lacks a word is left out where something has all, else marked."""
    assert titles(offered(archive, "2005 prison camps")) == ["Resolution of the Second Assembly"]
    assert titles(offered(archive, "refugees return")) == ["Nine refugees face return"]
    (offer,) = offered(archive, "camps zzyzx").offers
    assert offer.about.startswith("holds a part of it: Second Assembly")
