"""An import takes everything once, in order, whatever happens to it; on both databases."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError

from jobs import intake as intake_module
from jobs.intake import Intake, Item, Taken, read_ahead
from jobs.parser import Parser
from jobs.steps.understand import Understand, Understood, understand_entry
from jobs.takedown import take_down
from storage.database import Database
from storage.queries import Query, Sort
from storage.records import Entry, Source
from storage.words import Kind
from tests.builders import NOON, a_source, a_statement, an_entry
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


async def test_what_was_put_off_is_read_ahead_and_kept_in_order(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Others are being read while one batch is stored; what fails meanwhile loses nothing that is stored."""
    given = items(9)
    await intake(database, deferred=True).take(batched(given))
    monkeypatch.setattr(intake_module, "BATCH", 2)
    under_way, most, order = 0, 0, list[str]()

    class Watched(Parser):
        async def understood(
            self, entries: Sequence[Entry], source: Source, now: datetime, one: Understand = understand_entry
        ) -> tuple[Understood, ...]:
            nonlocal under_way, most
            under_way += 1
            most = max(most, under_way)
            await asyncio.sleep(0.05 if entries[0].uid == "e0" else 0)  # the first is read the slowest
            order.append(entries[0].uid)
            found = await super().understood(entries, source, now, one)
            under_way -= 1
            if entries[0].uid == "e6" and fails:
                raise RuntimeError("the power is gone")
            return found

    fails = True
    with pytest.raises(RuntimeError):
        await Intake(database, Watched(), lambda: NOON).understand_rest()
    assert most > 1
    assert order.index("e0") > order.index("e2")
    with database.read() as work:
        read = [one.case_id for one in work.statements.after(0, 99)]
        assert all(read[:6])
        assert not any(read[6:])
        assert sorted(one or 0 for one in read[:6]) == read[:6], "cases come in the order of entries"
    fails = False
    assert await Intake(database, Watched(), lambda: NOON).understand_rest() == 3


async def test_what_is_read_ahead_comes_in_order_and_is_bounded() -> None:
    """However quickly each is read; who stops asking leaves nothing under way."""
    begun, under_way, most = list[int](), 0, 0

    async def given() -> AsyncIterator[int]:
        for number in range(9):
            yield number

    async def read(number: int) -> int:
        nonlocal under_way, most
        begun.append(number)
        under_way += 1
        most = max(most, under_way)
        try:
            await asyncio.sleep(0.001 * (9 - number))
        finally:
            under_way -= 1
        return number

    assert [number async for number in read_ahead(given(), read, 3)] == list(range(9))
    assert most == 3
    begun.clear()
    async with aclosing(read_ahead(given(), read, 3)) as found:
        async for number in found:
            if number == 1:
                break
    assert under_way == 0
    assert len(begun) <= 4


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


async def test_another_text_under_a_known_id_is_counted(database: Database) -> None:
    """It is not taken, since an id stands for one item; and whoever imports hears of it."""
    given = items(3)
    await intake(database).take(batched(given))
    other = [(replace(entry, text="Quite other words."), source) for entry, source in given[:2]]
    assert await intake(database).take(batched([*other, given[2]])) == Taken(0, 3, differing=2)
    new = [(replace(given[0][0], uid="new", text=text), given[0][1]) for text in ("One.", "One!", "Two.")]
    assert await intake(database).take(batched(new)) == Taken(1, 2, differing=1)


async def test_what_has_no_date_is_no_news_of_today(database: Database) -> None:
    """Behind all that has one, and since no day; what is dated far ahead stands where it was met."""
    (first, source), *_ = items(1)
    first = replace(first, text="Words about the river and those who cross it.")
    given = [
        (replace(first, uid="none", title="Undated", published=None), source),
        (replace(first, uid="2199", title="Ahead", published=NOON.replace(year=2199)), source),
        (replace(first, uid="dated", title="Dated", published=NOON - timedelta(days=9)), source),
    ]
    await intake(database).take(batched(given))
    with database.write() as work:
        late = a_statement(title="Later", published=NOON + timedelta(days=30))
        entry = an_entry(uid="later")
        of = work.sources.ensure(source)
        number = work.entries.add(of.id, entry, NOON + timedelta(days=30))
        work.statements.add(replace(late, entry_id=number), of, NOON + timedelta(days=30))

    def titles(**asked: Any) -> list[str]:
        with database.read() as work:
            return [hit.statement.title for hit in work.statements.search(Query(**asked), 9).hits]

    assert titles() == ["Later", "Ahead", "Dated", "Undated"]
    assert "Undated" not in titles(since=date(1970, 1, 1))
    assert titles(words=("river",), sort=Sort.NEW)[-1] == "Undated"
