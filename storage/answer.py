"""How a question is answered: what is listed for it is read, judged and put in order.

Both engines list the same statements, so both databases give the same answers in the same order.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Protocol

from storage import shortlist
from storage.calendar import Calendar
from storage.passage import Marks
from storage.queries import Query, Sort
from storage.question import Group, Question
from storage.ranking import LEAST_PART, Judged, Ranking
from storage.shortlist import MOST, READ, Listed, Shortlist

_JUDGED = 200
"""Statements that are judged at once."""
_FEW = 20
"""Where fewer than these hold all that was asked for, those that hold a part of it are looked at."""


@dataclass(frozen=True, slots=True)
class Found:
    """Numbers of statements, best first, and how many in all."""

    keys: tuple[int, ...] = ()
    total: int = 0
    is_least: bool = False
    whole: bool = True
    instead: tuple[tuple[str, str], ...] = ()
    marks: Marks = field(default_factory=Marks)


@dataclass(frozen=True, slots=True)
class Dated:
    """Statements by the days that they are filed under, in the order asked for, and how many in all."""

    keys: tuple[tuple[date, int], ...] = ()
    total: int = 0
    is_least: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """A statement as the index knows it: its title, and the rest, signed (`storage.vocabulary`)."""

    id: int
    day: date
    title: str
    rest: str


class Engine(shortlist.Engine, Protocol):
    """What an answer needs of an engine's index."""

    def rows(self, numbers: Sequence[int]) -> list[Row]:
        """The signed statements with these numbers, in no order."""

    def days(self, numbers: Sequence[int]) -> list[tuple[date, int]]:
        """The days that they are filed under, each with its number, in no order."""


@dataclass(frozen=True, slots=True)
class _Kept:
    """A statement with what it is worth."""

    row: Row
    judged: Judged


class Answer:
    """The answer to one question."""

    def __init__(self, engine: Engine, question: Question, query: Query, calendar: Calendar) -> None:
        self._engine = engine
        self._question = question
        self._query = query
        self._short = Shortlist(engine, question, query, calendar)
        self._ranking = Ranking(question)
        self._needed = [group for group in question.groups if group.needed]
        self._strict = [group for group in self._needed if group.strict]

    def dated(self, wanted: int) -> Dated:
        """What fits the filters alone, `wanted` of them or more where there are so many."""
        if not self._question.facts or self._is_impossible():
            return Dated()
        listed = self._short.whole(wanted)
        keys = self._by_day(listed.numbers)
        return Dated(tuple(keys), *self._counted(len(keys), listed))

    def found(self, limit: int, offset: int) -> Found:
        """What fits, best first, or by the days."""
        question = self._question
        is_empty = (self._query.words or self._query.phrases) and not self._needed
        if is_empty or self._is_impossible():
            return Found(instead=question.instead)
        listed = self._short.whole(max(_FEW, offset + limit))
        numbers, seen = self._ahead(listed)
        first = _JUDGED if self._query.sort is Sort.BEST else max(_JUDGED, offset + limit)
        head, tail = numbers[:first], numbers[first:]
        kept = [one for one in self._judged(self._rows(head, seen)) if one.judged.whole]
        whole = len(kept)
        total, is_least = self._counted(whole + len(tail), listed)
        if whole < _FEW and len(self._needed) > len(self._strict):
            kept += self._in_part(seen, {one.row.id for one in kept})
            whole = sum(one.judged.whole for one in kept)
            total, is_least, tail = len(kept), False, []
        keys = [one.row.id for one in self._in_order(kept)][offset : offset + limit]
        if len(keys) < limit:
            start = max(0, offset - len(kept))
            more = tail[start : start + limit - len(keys)]
            holding = {one.row.id for one in self._judged(self._rows(more, seen)) if one.judged.whole}
            keys += [number for number in more if number in holding]
        is_whole = whole > 0 and not question.unknown
        return Found(tuple(keys), total, is_least, is_whole, question.instead, Marks.of(question))

    def _is_impossible(self) -> bool:
        """Whether something is asked for, without which there is no answer, that nothing holds."""
        strict = (*self._strict, *self._question.facts)
        return not self._question.held.statements or any(not group.ways for group in strict)

    def _ahead(self, listed: Listed) -> tuple[list[int], dict[int, Row]]:
        """What holds all of the question, as far as is known, in the order in which it is judged.

        With what was read to know it.
        """
        numbers, seen = list(listed.numbers), dict[int, Row]()
        if not listed.is_sure:
            seen = self._rows(numbers, {})
            holding = [row for row in seen.values() if self._ranking.covers(row.title, row.rest)]
            of_title = {row.id: self._ranking.cover(row.title, "") for row in holding}
            numbers = sorted(of_title, key=lambda number: (of_title[number], number), reverse=True)
        if self._query.sort is not Sort.BEST:
            numbers = [number for _, number in self._by_day(numbers)]
        return numbers, seen

    def _in_part(self, seen: dict[int, Row], kept: Iterable[int]) -> list[_Kept]:
        """Statements that hold a part of the question, large enough to be shown."""
        listed = [number for number in self._short.in_part() if number not in kept]
        rows = self._rows(listed[:READ], seen)
        rows |= {number: row for number, row in seen.items() if number not in kept}
        cover = self._ranking.cover
        ordered = sorted(((cover(row.title, row.rest), row.id) for row in rows.values()), reverse=True)
        likely = {number: rows[number] for _, number in ordered[:_JUDGED]}
        return [one for one in self._judged(likely) if one.judged.whole or one.judged.part >= LEAST_PART]

    def _rows(self, numbers: Sequence[int], seen: dict[int, Row]) -> dict[int, Row]:
        """The statements with these numbers, those not read that were read before."""
        missing = [number for number in numbers if number not in seen]
        new = {row.id: row for row in self._engine.rows(missing)}
        return {number: row for number in numbers if (row := new.get(number) or seen.get(number))}

    def _judged(self, rows: dict[int, Row]) -> Iterator[_Kept]:
        for row in rows.values():
            if self._is_in_time(row.day):
                judged = self._ranking.judge(row.title, row.rest)
                if judged:
                    yield _Kept(row, judged)

    def _is_in_time(self, day: date) -> bool:
        since, before = self._query.since, self._query.before
        return not (since and day < since) and not (before and day >= before)

    def _by_day(self, numbers: Sequence[int]) -> list[tuple[date, int]]:
        days = (one for one in self._engine.days(numbers) if self._is_in_time(one[0]))
        return sorted(days, reverse=self._query.sort is not Sort.OLD)

    def _in_order(self, kept: Iterable[_Kept]) -> list[_Kept]:
        if self._query.sort is Sort.BEST:
            return sorted(
                kept, key=lambda one: (round(one.judged.score, 6), one.row.day, one.row.id), reverse=True
            )
        return sorted(kept, key=lambda one: (one.row.day, one.row.id), reverse=self._query.sort is Sort.NEW)

    def _counted(self, number: int, listed: Listed) -> tuple[int, bool]:
        """How many fit, and whether there are more than these."""
        groups = [*self._needed, *self._question.facts]
        if not listed.is_all and len(groups) == 1 and not self._question.without and _is_one(groups[0]):
            return min(groups[0].most, MOST), groups[0].most > MOST
        return number, not listed.is_all


def _is_one(group: Group) -> bool:
    """Whether the group is one term: then it is known how many hold it."""
    return len(group.ways) == 1 and [len(step) for step in group.ways[0].steps] == [1]
