"""An admin has the last word on what is one case, on both databases."""

from dataclasses import replace

import pytest

from jobs.filing import keep
from jobs.recall import Recall
from jobs.relink import Unknown, join, part
from jobs.steps.understand import of_source
from storage.database import Database
from storage.records import Statement
from storage.words import Relation
from tests.builders import NOON, a_source, a_statement, an_alert, an_entry

TITLE = "Iran: Kaveh Darvishi to be hanged"


def two_of_one_case(database: Database) -> tuple[Statement, Statement]:
    """A call and its repetition by another source, as polls keep them; the second one rang."""
    recall, stored = Recall(), []
    for name in ("north", "south"):
        with database.write() as work:
            recall.begin(work)
            source = work.sources.ensure(a_source(name=f"{name} of relink"))
            entry = an_entry(uid="relink", title=TITLE)
            said = a_statement(title=TITLE, text=f"{TITLE}. The {name} says so.", countries=("IR",))
            statement = keep(work, source, of_source(entry, said, source), NOON, recall)
            rung = an_alert(identifier=f"vigil-relink-{statement.id}", statement=statement, source=source)
            work.alerts.add(replace(rung, case_id=statement.case_id))
            stored.append(statement)
    return stored[0], stored[1]


def test_a_link_tells_why_and_is_undone(database: Database) -> None:
    """Why it joined is kept with it; parted, it and what rang for it are a case of their own."""
    first, second = two_of_one_case(database)
    assert second.case_id == first.case_id
    assert second.case_id is not None
    with database.read() as work:
        kept = work.statements.of_case(second.case_id)
    assert [one.id for one in kept if one.id in {first.id, second.id}] == [first.id, second.id]
    assert ("full name", "kaveh darvishi") in [(one.rule, one.evidence) for one in kept[-1].link]
    with database.write() as work:
        case = part(work, second.id, NOON)
    with database.read() as work:
        moved = work.statements.get(second.id)
        assert moved is not None
        assert (moved.case_id, moved.relation) == (case, Relation.NEW)
        assert moved.link[0].rule == "parted by an admin"
        assert [name for _, name in work.alerts.of_case(case)] == [f"vigil-relink-{second.id}"]


def test_what_was_parted_can_be_joined(database: Database) -> None:
    """Back into its case, as an update; and the program that remembers sees it."""
    first, second = two_of_one_case(database)
    assert first.case_id is not None
    with database.write() as work:
        part(work, second.id, NOON)
    recall = Recall()
    with database.write() as work:
        recall.begin(work)
        join(work, second.id, first.case_id, NOON)
    with database.write() as work:
        recall.begin(work)
        assert second.id in recall.near(work, a_statement(countries=("IR",)), NOON, 1)
        assert recall.shelf[second.id].case == first.case_id


def test_numbers_that_are_none_are_told(database: Database) -> None:
    """An admin who mistypes hears which number is wrong, and nothing is changed."""
    first, second = two_of_one_case(database)
    with database.write() as work:
        with pytest.raises(Unknown, match="no statement 999999"):
            part(work, 999_999, NOON)
        with pytest.raises(Unknown, match="no case 999999"):
            join(work, first.id, 999_999, NOON)
        with pytest.raises(Unknown, match="already"):
            join(work, first.id, first.case_id or 0, NOON)
        part(work, second.id, NOON)
        with pytest.raises(Unknown, match="only one"):
            part(work, second.id, NOON)
