"""What is remembered of statements, against what the database says when it is asked anew."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import count

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jobs.recall import Recall
from jobs.steps.link import Known, read_traits
from storage.database import Database, Work
from storage.neighbours import CASE_MEMORY
from storage.queries import Query
from storage.records import Source, Statement
from storage.tables.log import alerts
from storage.words import Relation
from tests.builders import NOON, a_source, a_statement, an_alert, an_entry

COUNTRIES = ("CN", "KP", "MM", "BY")
URLS = ("", "https://northlight.example/a", "https://northlight.example/b")
SOURCES = ("northlight", "southlight")
MEMORY = CASE_MEMORY.days
_eras = count(1)
_uids = count(1)


@dataclass(frozen=True)
class Happening:
    """What a transaction does, and by whom: to a statement, or to a known one."""

    verb: str
    title: str
    countries: tuple[str, ...]
    url: str
    day: int
    source: str
    rings: bool
    which: int

    def said(self, era: datetime) -> Statement:
        """The statement that it brings."""
        moment = era + timedelta(days=self.day)
        return a_statement(title=self.title, countries=self.countries, url=self.url, published=moment)


HAPPENINGS = st.lists(
    st.builds(
        Happening,
        verb=st.sampled_from(("add", "add", "add", "other adds", "edit", "other edits", "fail", "restart")),
        title=st.sampled_from(("Nine held in Shenyang", "Two freed", "A report")),
        countries=st.sampled_from(((), ("CN",), ("CN", "KP"), ("KP", "KP"), ("MM",), ("BY", "CN"))),
        url=st.sampled_from(URLS),
        day=st.sampled_from((0, 1, MEMORY - 1, MEMORY, MEMORY + 1, 2 * MEMORY)),
        source=st.sampled_from(SOURCES),
        rings=st.booleans(),
        which=st.integers(0, 5),
    ),
    min_size=1,
    max_size=10,
)


class Failed(Exception):
    """The transaction that ends before its commit."""


def _end(one: Happening) -> None:
    if one.verb == "fail":
        raise Failed


@dataclass
class Memory:
    """One database, a program that remembers, and others that do not."""

    database: Database
    recall: Recall
    era: datetime
    mine: list[int] = field(default_factory=list)
    """The statements of this example."""

    def happens(self, one: Happening) -> None:
        """One transaction, committed or not; the program that remembers asks before and after each change."""
        if one.verb == "restart":
            self.recall = Recall(self.recall.most, self.recall.compared)
            return
        number = None
        try:
            with self.database.write() as work:
                work.cases.lock()
                if not one.verb.startswith("other"):
                    self.recall.begin(work)
                    self.agrees(work, one)
                number = self._change(work, one)
                if not one.verb.startswith("other"):
                    self.agrees(work, one)
                _end(one)
        except Failed:
            self.recall.forget()
        else:
            self.mine += [number] if number and number not in self.mine else []

    def agrees(self, work: Work, one: Happening) -> None:
        """What is remembered is what there is."""
        around = one.said(self.era).published
        assert around is not None
        for source in SOURCES:
            stored = work.sources.ensure(a_source(name=source))
            found = self.recall.near(work, one.said(self.era), around, stored.id)
            known = {number: self.recall.shelf[number] for number in found}
            assert known == anew(work, one.said(self.era), around, stored, self.recall.compared)

    def _change(self, work: Work, one: Happening) -> int | None:
        edits = "edit" in one.verb or (one.verb == "fail" and one.rings and bool(self.mine))
        return self._edit(work, one) if edits else self._add(work, one)

    def _add(self, work: Work, one: Happening) -> int:
        said, source = one.said(self.era), work.sources.ensure(a_source(name=one.source))
        moment = said.published or NOON
        entry = an_entry(uid=str(next(_uids)), title=said.title, url=said.url, text=said.text)
        said = replace(
            said,
            entry_id=work.entries.add(source.id, entry, moment),
            case_id=work.cases.open(said.title, moment),
            relation=Relation.NEW,
            source_name=source.name,
        )
        said = replace(said, id=work.statements.add(said, source, moment))
        if not one.verb.startswith("other"):
            self.recall.add(said, read_traits(said), moment)
        if one.rings:
            alert = an_alert(identifier=f"vigil-{said.id}-{next(_uids)}", statement=said, source=source)
            work.alerts.add(replace(alert, case_id=said.case_id))
        return said.id

    def _edit(self, work: Work, one: Happening) -> int | None:
        if not self.mine:
            return None
        before = work.statements.get(self.mine[one.which % len(self.mine)])
        assert before is not None
        after = replace(before, title=one.title, countries=one.countries, url=one.url)
        work.statements.change(after, work.sources.ensure(a_source(name=before.source_name)))
        if not one.verb.startswith("other"):
            self.recall.edited(work, after)
        return after.id


def anew(work: Work, new: Statement, around: datetime, source: Source, most: int) -> dict[int, Known]:
    """What `near` promises, from everything that the database holds."""
    rang = set(
        work.connection.scalars(sa.select(alerts.c.statement_id).where(alerts.c.source_id == source.id))
    )
    years = Query(since=(around - 3 * CASE_MEMORY).date(), before=(around + 3 * CASE_MEMORY).date())
    held = [hit.statement for hit in work.statements.latest(years, 10_000).hits]
    near = [
        one
        for one in held
        if one.published
        and abs(one.published.date() - around.date()) <= CASE_MEMORY
        and (set(one.countries) & set(new.countries) or (new.url and one.url == new.url) or one.id in rang)
    ]
    near.sort(key=lambda one: one.id, reverse=True)
    return {one.id: Known(one.id, one.case_id or 0, read_traits(one)) for one in near[:most]}


@given(HAPPENINGS, st.sampled_from((2, 5, 1_000)), st.sampled_from((1, 3, 400)))
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_is_remembered_is_what_the_database_would_say(
    database: Database, happenings: list[Happening], most: int, compared: int
) -> None:
    """Under new statements, edits, failed transactions, restarts, and what other programs do meanwhile."""
    # Each example has years of its own, so that none sees another's statements.
    memory = Memory(database, Recall(most, compared), NOON + 6 * CASE_MEMORY * next(_eras))
    for one in happenings:
        memory.happens(one)


def a_happening(verb: str, **given: object) -> Happening:
    """A statement about China."""
    plain = Happening(verb, "Nine held in Shenyang", ("CN",), "", 0, "northlight", rings=False, which=0)
    return replace(plain, **given)  # type: ignore[arg-type]  # tests name fields


def test_an_older_statement_is_no_reason_to_overlook_one_in_between(database: Database) -> None:
    """What rang long ago is found by its source; what came since, and is remembered no longer, is too."""
    memory = Memory(database, Recall(most=2, compared=3), NOON)
    for rings in (True, True, False, False, False):
        memory.happens(a_happening("add", rings=rings))
    memory.happens(a_happening("add"))


@pytest.mark.parametrize("verb", ["fail", "other adds"])
def test_a_number_that_is_given_anew_names_the_new_statement(database: Database, verb: str) -> None:
    """A rolled back statement leaves no trace, though SQLite gives its number to the next."""
    memory = Memory(database, Recall(), NOON)
    memory.happens(a_happening("fail", countries=("MM",), title="Two freed"))
    memory.happens(a_happening(verb))
    memory.happens(a_happening("add", countries=("CN", "MM")))


def test_what_is_remembered_is_not_asked_for_again(database: Database) -> None:
    """Of a known neighbourhood neither texts nor countries are read anew: that is what it is for."""
    memory = Memory(database, Recall(), NOON)
    for _ in range(3):
        memory.happens(a_happening("add"))
    asked: list[str] = []
    sa.event.listen(database.engine, "before_cursor_execute", lambda *given: asked.append(given[2]))
    with database.write() as work:
        memory.recall.begin(work)
        assert len(memory.recall.near(work, a_statement(countries=("CN",)), NOON, 1)) == 3
    assert [line for line in asked if "statement_countries" in line or "statements.text" in line] == []


def test_it_forgets_what_is_old(database: Database) -> None:
    """A service that runs for years does not grow with its archive."""
    memory = Memory(database, Recall(most=3), NOON)
    for _ in range(9):
        memory.happens(a_happening("add"))
    with database.write() as work:
        memory.recall.begin(work)
        assert len(memory.recall._places) == 3
        assert len(memory.recall.shelf) <= 6


def test_what_another_program_edits_is_read_anew(database: Database) -> None:
    """A second `vigil poll` beside the service changes what a statement is about, and what it says."""
    memory = Memory(database, Recall(), NOON)
    memory.happens(a_happening("add"))
    memory.happens(a_happening("add"))
    memory.happens(a_happening("other edits", countries=("MM",), title="Two freed"))
    memory.happens(a_happening("add", countries=("MM",)))
    memory.happens(a_happening("add", countries=("CN",)))
