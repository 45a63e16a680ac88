"""Rows that wait to be written together: nobody can tell that they wait."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import partial

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from storage.database import Database, Work
from storage.due import DIGESTS
from storage.fitting import Aim, Rank
from storage.people import Route
from storage.records import Source, Statement
from storage.tables.watch import entries, sources
from storage.words import CaseState, Concern, Kind, Status
from tests.builders import CALM, NOON, URGENT, a_reader, a_source, a_statement, an_alert, an_entry

URLS = ("", "https://northlight.example/a", "https://northlight.example/b")
SINCE = NOON - timedelta(hours=1)
TO_ALL = Aim(Status.ACTUAL, True, Kind.URGENT_APPEAL, ("en",), (), ())
OF_NOBODY = replace(TO_ALL, urgent=False)


class Undone(Exception):
    """Ends an example's transaction without a trace."""


def _undone(database: Database, does: Callable[[Work], None]) -> None:
    def run() -> None:
        with database.write() as work:
            does(work)
            raise Undone

    with pytest.raises(Undone):
        run()


@dataclass
class Transaction:
    """One that adds this and that; what it answers while rows wait is what it answers afterwards."""

    work: Work
    source: Source
    readers: list[int]
    cases: list[int] = field(default_factory=list)
    said: list[Statement] = field(default_factory=list)
    count: int = 0

    def adds(self, which: int, *, old_case: bool, urgent: bool, rings: bool, late: bool, lane: int) -> None:
        """An entry with all that may come of it; what rings `late` is the first."""
        work, self.count = self.work, self.count + 1
        source = self.source
        entry = an_entry(uid=str(self.count), url=URLS[which % 3])
        if not (old_case and self.cases):
            self.cases.append(work.cases.open("A case", NOON))
        case = self.cases[which % len(self.cases)]
        if old_case:
            work.cases.touch(case, CaseState.UPDATED, NOON + timedelta(minutes=self.count))
        said = a_statement(
            entry_id=work.entries.add(source.id, entry, NOON),
            case_id=case,
            url=entry.url,
            alert=URGENT if urgent else CALM,
        )
        said = replace(said, id=work.statements.add(said, source, NOON))
        self.said.append(said)
        said = self.said[0] if late else said
        if rings:
            case = said.case_id or case
            alert = an_alert(identifier=f"vigil-{self.count}", statement=said, source=source, case_id=case)
            reader = self.readers[which % len(self.readers)]
            work.deliveries.queue(work.alerts.add(alert), [(reader, "telegram", NOON)], lane)

    def answers(self, first: int = 0) -> list[object]:
        """What a poll asks while it adds, from the question of this number on: one may write what waits."""
        work, source = self.work, self.source.id
        asks: list[Callable[[], object]] = [
            lambda: work.entries.known(source, [str(number) for number in range(12)]),
            lambda: work.alerts.rung_since(source, SINCE, SINCE),
            *(partial(self.tied, url) for url in URLS),
            *(partial(work.alerts.others_reached, most, SINCE, DIGESTS) for most in range(1, 4)),
            *(partial(work.alerts.of_case, case) for case in self.cases),
            *(partial(self.reached, replace(OF_NOBODY, follows=case)) for case in self.cases[-2:]),
            *(partial(self.reached, replace(TO_ALL, unheard=case)) for case in self.cases[-2:]),
            *(partial(work.redactions.of_case, case, frozenset(Concern)) for case in self.cases[-1:]),
        ]
        order = [(first + at) % len(asks) for at in range(len(asks))]
        found = {number: asks[number]() for number in order}
        return [found[number] for number in sorted(found)]

    def tied(self, url: str) -> list[tuple[int, int]]:
        """What this address or the source ties to a statement; what rang may be told twice."""
        return sorted(set(self.work.statements.neighbours.tied(url, NOON, self.source.id)))

    def reached(self, aim: Aim) -> list[tuple[tuple[int, str], Rank]]:
        """Whom the aim reaches."""
        return sorted((self.work.matching.reach(aim).few or {}).items())


STEPS = st.lists(
    st.fixed_dictionaries(
        {"which": st.integers(0, 5), "first": st.integers(0, 20), "lane": st.sampled_from((1, 4))}
        | {name: st.booleans() for name in ("old_case", "urgent", "rings", "late")}
    ),
    min_size=1,
    max_size=8,
)


@given(STEPS, st.sets(st.integers(0, 8)))
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_waits_counts_in_every_answer(
    database: Database, steps: list[dict[str, int]], written: set[int]
) -> None:
    """Whatever of it is written, and whatever is not: a known item is not new, a rung case has rung."""

    def example(work: Work) -> None:
        readers = [a_reader(work, Route(), address=str(number)).id for number in range(3)]
        one = Transaction(work, work.sources.ensure(a_source()), readers)
        for number, step in enumerate(map(dict, steps)):
            first = step.pop("first")
            one.adds(**step)  # type: ignore[arg-type]  # booleans are numbers
            waiting = one.answers(first)
            if number in written:
                work.entries._additions.write()
            assert one.answers() == waiting
        work.entries._additions.write()
        assert one.answers() == waiting

    _undone(database, example)


def test_rows_of_a_kind_are_written_with_one_statement(database: Database) -> None:
    """That is what it is for; and others refer only to what stands by then."""
    asked: list[str] = []
    with database.write() as work:
        source = work.sources.ensure(a_source())
        sa.event.listen(work.connection, "before_cursor_execute", lambda *given: asked.append(given[2]))
        for number in range(5):
            entry = work.entries.add(source.id, an_entry(uid=str(number)), NOON)
            case = work.cases.open("A case", NOON)
            work.statements.add(a_statement(entry_id=entry, case_id=case), source, NOON)
    assert sum(line.startswith("INSERT INTO entries") for line in asked) == 1
    assert sum(line.startswith("INSERT INTO statements") for line in asked) == 1
    with database.read() as work:
        assert len(work.statements.of_case(case)) == 1


def test_what_is_asked_once_is_asked_anew_after_a_change(database: Database) -> None:
    """It is as this transaction has left it; and where others write as well, it is asked each time."""
    asked: list[int] = []
    with database.write() as work:
        additions = work.entries._additions

        def ask() -> int:
            asked.append(1)
            return len(asked)

        first = [additions.once("this", ("entries",), ask) for _ in range(3)]
        source = work.sources.ensure(a_source())
        same = additions.once("this", ("entries",), ask)
        work.entries.add(source.id, an_entry(), NOON)
        work.connection.scalar(sa.select(sa.func.count()).select_from(entries))
        assert additions.once("this", ("entries",), ask) == len(asked) > same
    is_alone = database.engine.dialect.name == "sqlite"
    assert [*first, same] == ([1] * 4 if is_alone else [1, 2, 3, 4])


def test_any_other_question_sees_them_too(database: Database) -> None:
    """Also one that knows nothing of what waits, and one in the database's own words."""
    with database.write() as work:
        source = work.sources.ensure(a_source())
        work.entries.add(source.id, an_entry(), NOON)
        assert work.connection.scalar(sa.select(sa.func.count()).select_from(entries)) == 1
        work.entries.add(source.id, an_entry(uid="2"), NOON)
        assert work.connection.exec_driver_sql("SELECT count(*) FROM entries").scalar() == 2


def test_numbers_go_on_from_what_others_have_added(database: Database) -> None:
    """By a statement of its own in between, or in a transaction before: no number is given twice."""
    numbers = []
    for uid in ("a", "b"):
        with database.write() as work:
            source = work.sources.ensure(a_source())
            numbers.append(work.entries.add(source.id, an_entry(uid=f"{uid}1"), NOON))
            row = work.connection.execute(sa.select(entries)).mappings().all()[-1]
            own = {name: value for name, value in row.items() if name != "id"} | {"uid": f"{uid}2"}
            numbers += work.connection.scalars(sa.insert(entries).returning(entries.c.id), own)
            numbers.append(work.entries.add(source.id, an_entry(uid=f"{uid}3"), NOON))
    assert len(set(numbers)) == 6
    with database.read() as work:
        assert set(work.connection.scalars(sa.select(entries.c.id))) == set(numbers)


def test_a_transaction_that_fails_leaves_nothing(database: Database) -> None:
    """Neither what was written nor what still waited."""

    def some(work: Work) -> None:
        source = work.sources.ensure(a_source())
        work.entries.add(source.id, an_entry(), NOON)
        work.connection.execute(sa.select(sources.c.id)).all()
        work.entries.add(source.id, an_entry(uid="2"), NOON)

    _undone(database, some)
    with database.read() as work:
        assert work.entries.known(1, ["1", "2"]) == set()


def test_an_item_that_is_known_is_refused_by_the_database_itself(database: Database) -> None:
    """The transaction fails as a whole: what came with it is not kept by halves."""
    with database.write() as work:
        source = work.sources.ensure(a_source())
        work.entries.add(source.id, an_entry(), NOON)

    def both() -> None:
        with database.write() as work:
            work.entries.add(source.id, an_entry(uid="2"), NOON)
            work.entries.add(source.id, an_entry(), NOON)

    with pytest.raises(sa.exc.IntegrityError):
        both()
    with database.read() as work:
        assert work.entries.known(source.id, ["1", "2"]) == {"1"}
