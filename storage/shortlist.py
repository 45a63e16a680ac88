"""Which statements are worth reading for an answer: chosen by their numbers alone.

First come those that hold the rarest part of the question, the newest of them where they are many, and
those that hold all of it in their title: what else they hold is told by reading them, for little. Only where
few of these answer, the index is asked for all that hold everything, some months after others; and where few
do, for those that hold rare parts. What an engine looks at is bounded by how often terms are held, which the
vocabulary knows.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from heapq import nlargest
from typing import Protocol

from storage.calendar import Calendar
from storage.queries import Query, Sort
from storage.question import Group, Question, Way
from storage.ranking import rarity
from storage.vocabulary import Term

MOST = 2_000
"""Statements that are listed at once: more than these are not counted."""
LISTED = 20_000
"""Statements of some months that are listed at most."""
READ = 300
"""Statements that are read at once."""
_NARROW = 10_000
"""Statements with the rarest part that take less to look through than those of some months do."""
_TITLES = 100
"""Statements that hold the question in their title, at most."""
_COMMON = 20_000
"""Where more statements hold a part, those with it in their title are too many to be told by that."""
_BASE = 1_000
"""Statements that hold a part of the question and are listed for it, at most."""
_PARTS = 12
"""Parts of a question that count where nothing holds the whole."""
_IN_TITLE = 1.5
"""How much more a part is worth in a title, to be looked at."""
_STRONG = 0.75
"""Ways to meet a group whose weight is less are told apart from the better ones."""


@dataclass(frozen=True, slots=True)
class Ask:
    """One question to an engine: the newest `most` statements that it matches."""

    said: str
    most: int
    in_title: bool = False


class Engine(Protocol):
    """What the shortlist needs of an engine's index."""

    def said(self, groups: Iterable[Group], without: Sequence[Way] = ()) -> str:
        """All these groups, and none of those, as the engine reads it; "" for nothing."""

    def numbers(self, asks: Sequence[Ask]) -> list[list[int]]:
        """For each question the numbers of the statements that it matches, the newest first."""

    def days(self, numbers: Sequence[int]) -> list[tuple[date, int]]:
        """The days that they are filed under, each with its number, in no order."""


@dataclass(frozen=True, slots=True)
class Listed:
    """Statements that may answer, those that hold the question in their title first."""

    numbers: tuple[int, ...] = ()
    is_all: bool = True
    """Whether there are no others that do."""


class Shortlist:
    """The statements that may answer one question."""

    def __init__(self, engine: Engine, question: Question, query: Query, calendar: Calendar) -> None:
        self._engine = engine
        self._question = question
        self._query = query
        self._calendar = calendar
        self._needed = [group for group in question.groups if group.needed]
        self._strict = [group for group in self._needed if group.strict]
        self._facts = list(question.facts)
        self._groups = self._in_order([*self._needed, *self._facts])

    def likely(self) -> Listed:
        """Statements that hold the rarest part of the question and pass its filters."""
        if not self._groups:
            return Listed()
        rarest = self._groups[0]
        is_few = (
            rarest.most <= MOST
        )  # then it takes less to tell the newest of all than to look through months
        window = [] if is_few else self._window(rarest, READ)
        rest = [group for group in self._facts if group is not rarest]
        asks = [Ask(self._said([*window, rarest, *rest]), MOST if is_few else READ)]
        if rarest.most > READ:
            groups = [_at_its_best(group) for group in self._groups]
            asks.append(Ask(self._said([*self._window_of_titles(rarest), *groups]), _TITLES, in_title=True))
        found = self._engine.numbers(asks)
        is_all = len(found[0]) <= READ if is_few else not window and len(found[0]) < READ
        if len(found[0]) > READ:
            found[0] = self._newest(found[0])
        listed = dict.fromkeys(number for numbers in reversed(found) for number in numbers)
        return Listed(tuple(listed), is_all=is_all)

    def holding(self, wanted: int, share: float = 0.0) -> Iterator[Listed]:
        """Statements that hold all that is needed, in parts: all at once where they are few, else by months.

        The months that are wanted first come first, at each step twice as many. Where it is known which share
        of those with the rarest part fit, about `wanted` are in the first. A part that is not `is_all` holds
        more than are listed. Ways to meet a group that cost much and are worth little are left out.
        """
        groups = [_at_little_cost(group) for group in self._groups]
        if not groups:
            return
        if not share or (groups[0].most <= _NARROW and share * groups[0].most < MOST):
            (numbers,) = self._engine.numbers([Ask(self._said(groups), MOST)])
            if len(numbers) < MOST:
                yield Listed(tuple(numbers))
                return
        for window in self._windows(groups[0], max(READ, round(wanted / share)) if share else MOST):
            (numbers,) = self._engine.numbers([Ask(self._said([window, *groups]), LISTED)])
            yield Listed(tuple(numbers), is_all=len(numbers) < LISTED)

    @cached_property
    def is_exact(self) -> bool:
        """Whether what an engine finds holds all that is needed: it knows no order of words, and no days."""
        query, groups = self._query, map(_at_little_cost, self._needed)
        is_apart = all(len(way.steps) == 1 or way.apart for group in groups for way in group.ways)
        days = [day for day in (query.since, query.before) if day]
        is_barred = all(len(way.steps) == 1 for way in self._question.without)
        return is_apart and is_barred and all(day.day == 1 for day in days)

    def in_part(self) -> list[int]:
        """Statements that hold a part of what is needed, those with the most and rarest parts first.

        Whoever holds a rare part anywhere, and whoever holds any in the title.
        """
        must = [*self._strict, *self._facts]
        base, within = self._base(must)
        asked = [(face, 1.0, Ask(self._said([face.group, *within]), _BASE)) for face in base]
        asked += [
            (face, _IN_TITLE, Ask(self._said([face.group, *must]), _BASE, in_title=True))
            for face in self._faces[:_PARTS]
            if face.group.most <= _COMMON
        ]
        asks = [ask for _, _, ask in asked]
        if self._strict:  # who holds the phrase, and nothing else of the question
            asks.append(Ask(self._said(must), MOST))
        each = list(dict.fromkeys(asks))  # words that name one thing together ask for the same
        numbers_of = dict(zip(each, self._engine.numbers(each), strict=True))
        found = [numbers_of[ask] for ask in asks]
        others = found[len(asked) :]
        held = [
            (face.at, face.worth * more, numbers)
            for (face, more, _), numbers in zip(asked, found, strict=False)
        ]
        return _most_held([*held, *((-1, 0.0, numbers) for numbers in others)])[:MOST]

    def _newest(self, numbers: Sequence[int]) -> list[int]:
        """The newest of these statements that are read at once, by the days."""
        return [number for _, number in nlargest(READ, self._engine.days(numbers))]

    def _said(self, groups: Iterable[Group]) -> str:
        return self._engine.said(groups, self._question.without)

    def _in_order(self, groups: Sequence[Group]) -> list[Group]:
        """The rarest first, then those that rule out the most for the least that they cost to look at."""
        if not groups:
            return []
        statements = max(1, self._question.held.statements)
        rarest = min(groups, key=lambda group: group.most)
        others = (group for group in groups if group is not rarest)
        cost = {id(group): _width(group) / max(1 - group.held / statements, 0.01) for group in groups}
        return [rarest, *sorted(others, key=lambda group: cost[id(group)])]

    def _window(self, rarest: Group, size: int) -> list[Group]:
        """The newest months, or the oldest, of which `size` statements hold the rarest group; [] for all."""
        if rarest.most <= size:
            return []
        window = next(self._windows(rarest, size), None)
        return [window] if window and window.held < sum(month.held for month in self._months) else []

    def _windows(self, rarest: Group, size: int) -> Iterator[Group]:
        """All months, so many at a time that `size` statements of them hold the rarest group; then twice."""
        statements = self._question.held.statements
        first, number = 0, 0
        for at, month in enumerate(self._months, start=1):
            number += month.held
            if number * min(rarest.most, statements) >= size * statements or at == len(self._months):
                ids = self._calendar.spans(self._months[first:at])
                yield Group((Way((ids,), held=number),), number)
                first, number, size = at, 0, 2 * size

    @cached_property
    def _months(self) -> list[Term]:
        """The months that are asked for, those first that are wanted first."""
        months = self._calendar.between(self._query.since, self._query.before)
        return months if self._query.sort is Sort.OLD else months[::-1]

    def _window_of_titles(self, rarest: Group) -> list[Group]:
        """A common word stands in many titles; several together do not."""
        return self._window(rarest, _COMMON // 2) if len(self._groups) == 1 else []

    @cached_property
    def _faces(self) -> list["_Face"]:
        """The parts of the question, the rarest first, each by its good ways and by the others."""
        free = sorted((group for group in self._needed if not group.strict), key=lambda group: group.held)
        faces: list[_Face] = []
        for at, group in enumerate(free):
            worth = rarity(group, self._question.held.statements)
            strong = tuple(way for way in group.ways if way.weight >= _STRONG)
            weak = tuple(way for way in group.ways if way.weight < _STRONG)
            faces += [
                _Face(at, replace(group, ways=ways), worth * max(way.weight for way in ways))
                for ways in (strong, weak)
                if ways
            ]
        return sorted(faces, key=lambda face: face.group.most)

    def _base(self, must: list[Group]) -> tuple[list["_Face"], list[Group]]:
        """The parts that are rare enough to be listed; else the rarest, in the newest months."""
        bound = min((group.most for group in must), default=self._question.held.statements)
        base, number = [], 0
        for face in self._faces:
            number += min(face.group.most, bound)
            if number > _BASE:
                break
            base.append(face)
        if base or not self._faces:
            return base, must
        first = self._faces[0]
        return [first], [*self._window(min((first.group, *must), key=lambda group: group.most), READ), *must]


@dataclass(frozen=True, slots=True)
class _Face:
    """A part of the question, met in ways of about the same weight."""

    at: int
    group: Group
    worth: float


def _at_its_best(group: Group) -> Group:
    """The group in its good ways, where it has any: a title says it in so many words."""
    ways = tuple(way for way in group.ways if way.weight >= _STRONG)
    return replace(group, ways=ways or group.ways)


def _at_little_cost(group: Group) -> Group:
    """The group without other names of several words that are shared with other groups."""
    ways = tuple(way for way in group.ways if way.weight >= _STRONG or len(way.steps) == 1)
    return replace(group, ways=ways or group.ways)


def _most_held(held: Iterable[tuple[int, float, Sequence[int]]]) -> list[int]:
    """Numbers that parts of the question were found with, those that are worth the most together first.

    Of each part what is worth most counts.
    """
    best: dict[int, dict[int, float]] = {}
    for part, worth, numbers in sorted(held, key=lambda one: one[1]):
        best.setdefault(part, {}).update(dict.fromkeys(numbers, worth))
    sums: dict[int, float] = {}
    for of_part in best.values():
        for number, worth in of_part.items():
            sums[number] = sums.get(number, 0.0) + worth
    return sorted(sums, key=lambda number: (sums[number], number), reverse=True)


def _width(group: Group) -> int:
    """In how many places an engine looks whether one statement meets the group."""
    return sum(len(step) for way in group.ways for step in way.steps)
