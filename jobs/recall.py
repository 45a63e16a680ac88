"""Remembers which statements there are and what tells them apart, so that not each new one asks anew."""

from bisect import insort
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from itertools import islice

from jobs.steps.link import Known, Shelf, Traits, read_traits
from jobs.undecided import said
from storage.database import Work
from storage.neighbours import COMPARED, case_window
from storage.queries import Placed
from storage.records import Statement
from storage.statement_rows import day_of

_MOST = 2_000
"""Statements that are remembered, the newest; with their traits some twenty kilobytes each."""


@dataclass(slots=True)
class Recall:
    """The newest statements by country, and the traits of those that were asked for.

    What other programs add is taken in with each transaction; when they edit, all is forgotten.
    """

    most: int = _MOST
    compared: int = COMPARED
    _edits: int = -1
    _places: dict[int, Placed] = field(default_factory=dict)
    """In ascending order of numbers, as are the lists by country."""
    _by_country: dict[str, list[Placed]] = field(default_factory=dict)
    shelf: Shelf = field(default_factory=Shelf)
    """What was read of them, by the marks of their events."""
    _more: bool = False
    """Whether the database holds older ones."""
    _days: tuple[date, date] = (date.max, date.min)
    """Between which all that is remembered lies, and perhaps some that is not any more."""

    def begin(self, work: Work) -> None:
        """To be called first in each transaction."""
        edits = work.statements.edits()
        if edits != self._edits:
            self.forget()
            self._edits = edits
        last = next(reversed(self._places), 0)
        newer = work.statements.neighbours.placed(last, self.most)
        if len(newer) == self.most:
            self._drop_all()
            self._more = True
        for placed in newer:
            self._place(placed)
        while len(self._places) > self.most:
            self._drop(next(iter(self._places)))
        if len(self.shelf) > 2 * self.most:  # older ones, that were asked for once
            self.shelf.clear()

    def forget(self) -> None:
        """Nothing is remembered: a transaction failed, and the numbers that it gave will be given anew."""
        self._edits, self._more = -1, False
        self._drop_all()

    def near(self, work: Work, statement: Statement, around: datetime, source_id: int) -> frozenset[int]:
        """The statements that a new one may belong to: within the memory of cases, the newest (`compared`).

        They share a country or the address, or rang and come from the same source: a correction may
        name no country at all. Their traits stand on the shelf.
        """
        found = {number for number, _ in work.statements.neighbours.tied(statement.url, around, source_id)}
        first = next(iter(self._places), 0)
        older = sum(number < first for number in found)
        since, until = case_window(around)
        all_of_them = since <= self._days[0] and self._days[1] <= until
        for country in statement.countries:
            known = self._by_country.get(country, ())
            if all_of_them:  # as a rule
                found.update([placed.number for placed in known[-self.compared :]])
                continue
            within = (placed.number for placed in reversed(known) if since <= placed.day <= until)
            found.update(islice(within, self.compared))
        if self._more and len(found) - older < self.compared:
            about = work.statements.neighbours.about(statement.countries, around, first)
            found |= {number for number, _ in about}
        if len(found) > self.compared:
            found = set(sorted(found, reverse=True)[: self.compared])
        self._read(work, self.shelf.unknown(found))
        return frozenset(found)

    def add(self, statement: Statement, traits: Traits, now: datetime) -> None:
        """A new statement was stored."""
        assert statement.case_id is not None  # noqa: S101 - `keep` gave it one
        placed = Placed(statement.id, statement.case_id, day_of(statement, now), _about(statement))
        self._place(placed)
        self.shelf.add(Known(placed.number, placed.case, traits))

    def edited(self, work: Work, statement: Statement) -> None:
        """This transaction has changed a statement; its case and its day stay."""
        self._edits = work.statements.edits()
        self.shelf.discard(statement.id)
        old = self._places.get(statement.id)
        if old is None:
            return
        for country in old.countries:
            self._by_country[country].remove(old)
        self._place(replace(old, countries=_about(statement)))

    def _read(self, work: Work, missing: Sequence[int]) -> None:
        """What is asked for and was never read, or was forgotten."""
        for statement in work.statements.many(missing) if missing else ():
            assert statement.case_id is not None  # noqa: S101 - what has none was not found
            self.shelf.add(Known(statement.id, statement.case_id, read_traits(said(work, statement))))

    def _place(self, placed: Placed) -> None:
        late = placed.number not in self._places and placed.number < next(reversed(self._places), 0)
        self._places[placed.number] = placed
        self._days = min(self._days[0], placed.day), max(self._days[1], placed.day)
        if late:  # one that was kept unread, and is understood only now
            self._places = dict(sorted(self._places.items()))
        for country in placed.countries:
            insort(self._by_country.setdefault(country, []), placed, key=lambda one: one.number)

    def _drop(self, number: int) -> None:
        placed = self._places.pop(number)
        self.shelf.discard(number)
        self._more = True
        for country in placed.countries:
            self._by_country[country].remove(placed)

    def _drop_all(self) -> None:
        self._places.clear()
        self._days = date.max, date.min
        self._by_country.clear()
        self.shelf.clear()


def _about(statement: Statement) -> tuple[str, ...]:
    return tuple(dict.fromkeys(statement.countries))
