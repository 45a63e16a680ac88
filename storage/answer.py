"""How a question is answered: what is listed for it is read, judged and put in order.

Both engines list the same statements, so both databases give the same answers in the same order.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from heapq import nlargest
from typing import NamedTuple, Protocol

from storage import shortlist
from storage.calendar import Calendar
from storage.passage import Marks
from storage.queries import Query, Sort
from storage.question import Group, Question
from storage.ranking import LEAST_PART, Judged, Ranking
from storage.shortlist import MOST, READ, Shortlist

_JUDGED = 150
"""Statements that are judged at once."""
_ENOUGH = 60
"""Where more than these hold all that was asked for, it is enough to judge the newest of them."""
_FEW = 20
"""Where fewer than these hold all that was asked for, those that hold a part of it are looked at."""
MOST_READ = 20_000
"""Statements that are looked through at most for a phrase, or for what stands in the days of a month."""
_AT_ONCE = 1_000


@dataclass(frozen=True, slots=True)
class Found:
    """Numbers of statements, best first, and how many in all."""

    keys: tuple[int, ...] = ()
    total: int = 0
    is_least: bool = False
    whole: bool = True
    unread: int = 0
    """Where others may fit that nobody looked through: how many were."""
    instead: tuple[tuple[str, str], ...] = ()
    marks: Marks = field(default_factory=Marks)
    parts: frozenset[int] = frozenset()
    """Those that hold only a part of what was asked for."""


@dataclass(frozen=True, slots=True)
class Dated:
    """Statements by the days that they are filed under, in the order asked for, and how many in all."""

    keys: tuple[tuple[date, int], ...] = ()
    total: int = 0
    is_least: bool = False


class Row(NamedTuple):
    """A statement as the index knows it: its title, and the rest, signed (`storage.vocabulary`)."""

    id: int
    day: date
    title: str
    rest: str


class Called(Protocol):
    """Which statements are by, or to, whom the filters name (`storage.addressed`)."""

    @property
    def is_told_by_words(self) -> bool:
        """Whether the index tells it all."""

    def among(self, numbers: Collection[int]) -> set[int]:
        """Those of these statements."""


class Engine(shortlist.Engine, Protocol):
    """What an answer needs of an engine's index."""

    def rows(self, numbers: Sequence[int]) -> list[Row]:
        """The signed statements with these numbers, in no order."""


@dataclass(frozen=True, slots=True)
class _Kept:
    """A statement with what it is worth."""

    row: Row
    judged: Judged


class Answer:
    """The answer to one question."""

    def __init__(
        self, engine: Engine, question: Question, query: Query, calendar: Calendar, called: Called
    ) -> None:
        self._engine = engine
        self._called = called
        self._question = question
        self._query = query
        self._short = Shortlist(engine, question, query, calendar)
        self._ranking = Ranking(question)
        self._seen: dict[int, Row] = {}
        self._needed = [group for group in question.groups if group.needed]
        self._strict = [group for group in self._needed if group.strict]
        self._looked_at, self._is_cut = 0, False

    def dated(self, wanted: int) -> Dated:
        """What fits the filters alone, more than `wanted` of them where there are so many."""
        keys: list[tuple[date, int]] = []
        if not self._question.facts or self._is_impossible():
            return Dated()
        parts = self._short.holding(READ, 1.0)
        while len(keys) <= wanted:
            part = next(parts, None)
            if part is None:
                return Dated(tuple(keys), *self._counted(len(keys), is_all=not self._is_cut))
            self._is_cut |= not part.is_all
            keys += self._by_day(self._by_name(part.numbers))
        return Dated(tuple(keys), *self._counted(len(keys), is_all=False))

    def found(self, limit: int, offset: int) -> Found:
        """What fits, best first, or by the days."""
        question = self._question
        parts = frozenset[int]()
        is_empty = (self._query.words or self._query.phrases) and not self._needed
        if is_empty or self._is_impossible():
            return Found(instead=question.instead)
        best, rest, is_all = self._holding(offset + limit)
        whole = len(best) + len(rest)
        total, is_least = self._counted(whole, is_all=is_all)
        if whole < _FEW and len(self._needed) > len(self._strict):
            kept = list(self._judged(self._rows([*best, *rest])))
            kept += self._in_part({one.row.id for one in kept})
            whole = sum(one.judged.whole for one in kept)
            parts = frozenset(one.row.id for one in kept if not one.judged.whole)
            total, is_least = len(kept), False
            keys = self._in_order(kept)
        elif self._query.sort is Sort.BEST:
            keys = [*self._in_order(self._judged(self._rows(best))), *rest]
        else:
            keys = [number for _, number in self._by_day([*best, *rest])]
        return Found(
            tuple(keys[offset : offset + limit]),
            total,
            is_least,
            whole=whole > 0 and not question.unknown,
            unread=self._looked_at if self._is_cut else 0,
            instead=question.instead,
            marks=Marks.of(question),
            parts=parts,
        )

    def _holding(self, wanted: int) -> tuple[list[int], list[int], bool]:
        """What holds all of the question: what is judged, what comes after it, and whether that is all.

        More than `wanted`, where there are so many; the same ones in front whatever is wanted.
        """
        best, rest, share, is_all = list[int](), list[int](), 1.0, False
        if self._query.sort is Sort.BEST:
            likely = self._short.likely()
            best, is_all = self._covering(likely.numbers), likely.is_all
            share = len(best) / len(likely.numbers) if len(best) >= _FEW else 0.0
        parts = iter(()) if is_all else self._short.holding(2 * _ENOUGH, share)
        known = set(best)

        def is_enough() -> bool:
            return len(best) >= _ENOUGH and len(best) + len(rest) > wanted

        while not is_enough():
            part = next(parts, None)
            if part is None:
                is_all = not self._is_cut
                break
            new = [number for number in part.numbers if number not in known]
            known.update(new)
            self._is_cut |= not part.is_all
            for chunk in self._fitting(new):
                (best if len(best) < _ENOUGH else rest).extend(chunk)
            if self._looked_at >= MOST_READ and not is_enough():
                self._is_cut = True
                break
        return best[:_JUDGED], [*best[_JUDGED:], *rest], is_all

    def _fitting(self, numbers: Sequence[int]) -> Iterator[list[int]]:
        """Those that hold all that is needed, some at a time; what an engine knows is not read."""
        if self._short.is_exact and self._called.is_told_by_words:
            yield self._covering(numbers[:_JUDGED])
            yield list(numbers[_JUDGED:])
            return
        numbers = numbers[: max(0, MOST_READ - self._looked_at)]
        for start in range(0, len(numbers), _AT_ONCE):
            chunk = numbers[start : start + _AT_ONCE]
            self._looked_at += len(chunk)
            yield self._covering(chunk)

    def _covering(self, numbers: Sequence[int]) -> list[int]:
        """Those that seem to hold all that is needed, those with more of it in the title first."""
        rows = self._rows(numbers).values()
        worth = {
            row.id: self._ranking.cover(row.title, "")
            for row in rows
            if self._is_in_time(row.day) and self._ranking.covers(row.title, row.rest)
        }
        return sorted(self._by_name(worth.keys()), key=lambda number: (worth[number], number), reverse=True)

    def _by_name(self, numbers: Collection[int]) -> Collection[int]:
        """Those of these statements that are by, or to, whom the filters name."""
        return numbers if self._called.is_told_by_words else self._called.among(numbers)

    def _is_impossible(self) -> bool:
        """Whether something is asked for, without which there is no answer, that nothing holds."""
        strict = (*self._strict, *self._question.facts)
        return not self._question.held.statements or any(not group.ways for group in strict)

    def _in_part(self, kept: Collection[int]) -> list[_Kept]:
        """Statements that hold a part of the question, large enough to be shown."""
        listed = self._short.in_part()
        cover, worth = self._ranking.cover, dict[int, float]()
        while listed and len(worth) < _FEW:  # a phrase may be rare though its words are not
            self._rows(listed[:READ])
            del listed[:READ]
            rows = (row for row in self._seen.values() if row.id not in kept and row.id not in worth)
            worth |= {row.id: part for row in rows if (part := cover(row.title, row.rest))}
        likely = nlargest(_JUDGED, worth, key=lambda number: (worth[number], number))
        judged = self._judged({number: self._seen[number] for number in self._by_name(likely)})
        return [one for one in judged if one.judged.whole or one.judged.part >= LEAST_PART]

    def _rows(self, numbers: Sequence[int]) -> dict[int, Row]:
        """The statements with these numbers; each is read once."""
        self._seen.update(
            (row.id, row) for row in self._engine.rows([one for one in numbers if one not in self._seen])
        )
        return {number: self._seen[number] for number in numbers if number in self._seen}

    def _judged(self, rows: dict[int, Row]) -> Iterator[_Kept]:
        for row in rows.values():
            if self._is_in_time(row.day):
                judged = self._ranking.judge(row.title, row.rest)
                if judged:
                    yield _Kept(row, judged)

    def _is_in_time(self, day: date) -> bool:
        since, before = self._query.since, self._query.before
        return not (since and day < since) and not (before and day >= before)

    def _by_day(self, numbers: Collection[int]) -> list[tuple[date, int]]:
        days = (one for one in self._engine.days(list(numbers)) if self._is_in_time(one[0]))
        return sorted(days, reverse=self._query.sort is not Sort.OLD)

    def _in_order(self, kept: Iterable[_Kept]) -> list[int]:
        if self._query.sort is Sort.BEST:
            order = sorted(
                kept, key=lambda one: (round(one.judged.score, 6), one.row.day, one.row.id), reverse=True
            )
        else:
            order = sorted(
                kept, key=lambda one: (one.row.day, one.row.id), reverse=self._query.sort is Sort.NEW
            )
        return [one.row.id for one in order]

    def _counted(self, number: int, *, is_all: bool) -> tuple[int, bool]:
        """How many fit, and whether there are more than these."""
        groups = [*self._needed, *self._question.facts]
        if not is_all and len(groups) == 1 and not self._question.without and _is_one(groups[0]):
            return min(groups[0].most, MOST), groups[0].most > MOST
        return min(number, MOST), number > MOST or not is_all


def _is_one(group: Group) -> bool:
    """Whether the group is one term: then it is known how many hold it."""
    return len(group.ways) == 1 and [len(step) for step in group.ways[0].steps] == [1]
