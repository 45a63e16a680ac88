"""What a source rewrites stays, on both databases."""

from dataclasses import replace
from datetime import timedelta

from storage.database import Database
from storage.records import Version
from storage.versions import MOST
from tests.builders import NOON, a_source, a_statement, kept


def rewritten(database: Database, times: int) -> int:
    """A statement that its source has rewritten so often, once an hour; its number."""
    with database.write() as work:
        (first,) = kept(work, a_statement(text="said 0"))
    for number in range(1, times + 1):
        with database.write() as work:
            source = work.sources.ensure(a_source())
            at = NOON + timedelta(hours=number)
            work.statements.change(replace(first, text=f"said {number}"), source, at)
    return first.id


def versions(database: Database, statement: int) -> tuple[Version, ...]:
    """What is kept of a statement."""
    with database.read() as work:
        return work.statements.versions.of(statement)


def test_every_version_is_kept_with_its_time(database: Database) -> None:
    """Each from when it was first read until it was found rewritten; the newest is the statement itself."""
    number = rewritten(database, 2)
    first, second = versions(database, number)
    assert (first.text, first.since, first.until) == ("said 0", NOON, NOON + timedelta(hours=1))
    assert (second.text, second.since, second.until) == ("said 1", first.until, NOON + timedelta(hours=2))
    assert first.rewritten
    with database.read() as work:
        now = work.statements.get(number)
    assert now is not None
    assert now.text == "said 2"


def test_a_change_of_the_address_alone_is_no_version(database: Database) -> None:
    """Nobody is told of a rewriting where not a word was changed."""
    number = rewritten(database, 0)
    with database.write() as work:
        found = work.statements.get(number)
        assert found is not None
        work.statements.change(
            replace(found, url="https://northlight.example/new"), work.sources.ensure(a_source())
        )
    assert versions(database, number) == ()


def test_a_page_that_changes_every_hour_does_not_fill_the_disk(database: Database) -> None:
    """The first and the latest stay, and the gap shows in their numbers."""
    found = versions(database, rewritten(database, MOST + 3))
    assert len(found) == MOST
    assert [one.number for one in found[:2]] == [1, 5]
    assert found[0].text == "said 0"
    assert found[-1].text == f"said {MOST + 2}"
