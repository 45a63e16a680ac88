"""An import takes everything once, in order, whatever happens to it; on both databases."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy.exc import IntegrityError

from jobs.intake import Intake, Item, Taken
from jobs.parser import Parser
from jobs.takedown import take_down
from storage.database import Database
from storage.queries import Query
from storage.words import Kind
from tests.builders import NOON, a_source, an_entry
from tests.jobs.watching import CALL


def items(count: int, source: str = "imported") -> list[Item]:
    """So many entries of one source, an hour apart."""
    of = a_source(name=source, url="", organisation=source)
    return [
        (an_entry(uid=f"e{n}", title=f"Entry {n}", published=NOON + timedelta(hours=n)), of)
        for n in range(count)
    ]


async def batched(given: Sequence[Item], size: int = 7) -> AsyncIterator[Sequence[Item]]:
    """The same a few at a time."""
    for start in range(0, len(given), size):
        yield given[start : start + size]


def intake(database: Database, *, deferred: bool = False) -> Intake:
    """An import that reads in a thread."""
    return Intake(database, Parser(), lambda: NOON, deferred=deferred)


def held(database: Database) -> list[str]:
    """The titles of everything, in the order in which it was kept."""
    with database.read() as work:
        return [one.title for one in work.statements.after(0, 1000)]


async def test_everything_is_taken_once_and_in_order(database: Database) -> None:
    """Twice in one file, or in a second run: known already."""
    given = items(30)
    first = await intake(database).take(batched([*given, *given[:5]]))
    assert (first.taken, first.known) == (30, 5)
    again = await intake(database).take(batched(given))
    assert (again.taken, again.known) == (0, 30)
    assert held(database) == [entry.title for entry, _ in given]


async def test_two_sources_may_have_the_same_ids(database: Database) -> None:
    """An id is its source's own."""
    mixed = [pair for both in zip(items(6, "north"), items(6, "south"), strict=True) for pair in both]
    assert await intake(database).take(batched(mixed)) == Taken(12, 0)


async def test_one_batch_that_fails_loses_only_itself(database: Database) -> None:
    """What was taken before stays, and the next run takes the rest."""
    given = items(30)
    broken = [*given[:20], (replace(given[20][0], title=None), given[20][1]), *given[21:]]  # type: ignore[arg-type]
    with pytest.raises((TypeError, AttributeError, IntegrityError)):
        await intake(database, deferred=True).take(batched(broken, 10))
    assert len(held(database)) == 20
    assert await intake(database, deferred=True).take(batched(given, 10)) == Taken(10, 20)


async def test_what_was_put_off_is_found_at_once_and_understood_later(database: Database) -> None:
    """Words first; kind, urgency and case when there is time, and cases as if it had come at once."""
    call = an_entry(uid="call", title=CALL[0], text=CALL[1])
    again = replace(call, uid="again", published=NOON + timedelta(hours=1))
    given = [(one, a_source(name="north", url="")) for one in (call, again)]
    assert await intake(database, deferred=True).take(batched(given)) == Taken(2, 0)
    with database.read() as work:
        (hit, _) = work.statements.search(Query(words=("shenyang",)), 5).hits
        assert (hit.statement.kind, hit.statement.case_id) == (Kind.OTHER, None)
    assert await intake(database).understand_rest() == 2
    assert await intake(database).understand_rest() == 0
    with database.read() as work:
        first, second = work.statements.after(0, 9)
        assert first.kind is Kind.URGENT_APPEAL
        assert first.alert.urgent
        assert first.case_id is not None
        assert second.case_id == first.case_id
        assert (first.external_id, first.countries[0]) == ("call", "KP")
        assert work.statements.search(Query(words=("shenyang",)), 5).total == 2
        assert work.statements.versions.of(first.id) == ()
    assert len(held(database)) == 2


async def test_what_was_taken_down_is_not_imported_again(database: Database) -> None:
    """Under its own name or another."""
    given = items(3)
    text = "Somebody hides near the river, and must not be found by anyone at all. " * 3
    given[1] = (replace(given[1][0], text=text), given[1][1])
    await intake(database).take(batched(given))
    with database.write() as work:
        number = next(one.id for one in work.statements.after(0, 9) if one.title == "Entry 1")
        take_down(work, number, "why", NOON)
    renamed = (replace(given[1][0], uid="other"), given[1][1])
    assert await intake(database).take(batched([*given, renamed])) == Taken(0, 2, 2)
    assert held(database) == ["Entry 0", "Entry 2"]
