"""Which statements are worth reading for an answer: chosen by their numbers alone.

Where few hold the rarest part of a question, they are all listed, whatever else they hold. Otherwise the index
is asked for the newest that hold all of it, in the newest months first, and for those that hold it in their
title. What an engine has to look at is bounded by how often terms are held, which the vocabulary knows.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Protocol

from storage.calendar import Calendar
from storage.queries import Query, Sort
from storage.question import Group, Question, Way
from storage.ranking import rarity

MOST = 2_000
"""Statements that are listed at most: more than these are not counted."""
READ = 600
"""Statements that are read for one answer."""
_TITLES = 100
"""Statements that hold the question in their title, at most."""
_EFFORT = 15_000
"""Places of the index that are looked at, about, before enough is found: some ten milliseconds."""
_TITLE_WINDOW = 10_000
"""Where more statements hold the rarest part, so many of the newest months are asked for titles."""
_WIDER = 8
_BASE = 3_000
"""Statements that hold a part of the question and are listed for it, at most."""
_PARTS = 12
"""Parts of a question that count where nothing holds the whole."""
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


@dataclass(frozen=True, slots=True)
class Listed:
    """Statements that the index holds for an answer."""

    numbers: tuple[int, ...] = ()
    is_sure: bool = True
    """Whether they hold all that is needed, as far as the index can tell; else they may."""
    is_all: bool = True
    """Whether there are no others that do."""


class Shortlist:
    """The statements that may answer one question."""

    def __init__(
        self,
        engine: Engine,
        question: Question,
        query: Query,
        calendar: Calendar,
    ) -> None:
        self._engine = engine
        self._question = question
        self._query = query
        self._calendar = calendar
        self._needed = [group for group in question.groups if group.needed]
        self._strict = [group for group in self._needed if group.strict]
        self._facts = list(question.facts)

    def whole(self, wanted: int) -> Listed:
        """Statements that hold all that is needed, `wanted` of them or more where there are so many."""
        groups = self._in_order([*self._needed, *self._facts])
        if not groups:
            return Listed()
        if self._needed and groups[0].most <= READ:
            said = self._said([groups[0], *(group for group in self._facts if group is not groups[0])])
            (numbers,) = self._engine.numbers([Ask(said, READ)])
            return Listed(tuple(numbers), is_sure=False)
        return self._sure(groups, wanted)

    def in_part(self) -> list[int]:
        """Statements that hold a part of what is needed, those with the most and rarest parts first."""
        must = [*self._strict, *self._facts]
        faces = self._base(self._faces, must)
        asks = [Ask(self._said([face.group, *must]), _BASE) for face in faces]
        held: dict[int, dict[int, float]] = {}
        for face, numbers in zip(faces, self._engine.numbers(asks), strict=True):
            for number in numbers:
                parts = held.setdefault(number, {})
                parts[face.at] = max(parts.get(face.at, 0.0), face.worth)
        ordered = sorted(((sum(parts.values()), number) for number, parts in held.items()), reverse=True)
        return [number for _, number in ordered]

    def _sure(self, groups: Sequence[Group], wanted: int) -> Listed:
        cost = max(1, sum(_width(group) for group in groups[1:]))
        size = max(READ // 2, _EFFORT // cost)
        listed: dict[int, None] = {}
        while True:
            window = self._window(groups[0], size)
            asks = [Ask(self._said([*window, *groups]), MOST)]
            if not listed and self._needed and self._query.sort is Sort.BEST:
                of_title = [*self._window(groups[0], _TITLE_WINDOW), *groups]
                asks.append(Ask(self._said(of_title), _TITLES, in_title=True))
            found = self._engine.numbers(asks)
            for numbers in reversed(found):  # those with the question in their title first
                listed.update(dict.fromkeys(numbers))
            if not window or len(found[0]) >= wanted:
                return Listed(tuple(listed), is_all=not window and len(found[0]) < MOST)
            size *= _WIDER

    def _said(self, groups: Iterable[Group]) -> str:
        return self._engine.said(groups, self._question.without)

    def _in_order(self, groups: Sequence[Group]) -> list[Group]:
        """The rarest first, then those that rule out the most for the least that they cost to look at."""
        if not groups:
            return []
        statements = self._question.held.statements
        rarest = min(groups, key=lambda group: group.most)
        others = (group for group in groups if group is not rarest)
        cost = {id(group): _width(group) / max(1 - group.held / statements, 0.01) for group in groups}
        return [rarest, *sorted(others, key=lambda group: cost[id(group)])]

    def _window(self, rarest: Group, size: int) -> list[Group]:
        """The newest months, or the oldest, of which `size` statements hold the rarest group."""
        if rarest.most <= size:
            return []
        statements = self._question.held.statements
        number = 0
        months = self._calendar.between(self._query.since, self._query.before)
        months = months if self._query.sort is Sort.OLD else months[::-1]
        for at, month in enumerate(months):
            number += month.held
            if number * min(rarest.most, statements) >= size * statements:
                return [Group((Way((self._calendar.spans(months[: at + 1]),), held=number),), number)]
        return []

    @cached_property
    def _faces(self) -> list["_Face"]:
        """The parts of the question, the rarest first, each by its good ways and by the others."""
        free = sorted((group for group in self._needed if not group.strict), key=lambda group: group.held)
        faces: list[_Face] = []
        for at, group in enumerate(free[:_PARTS]):
            worth = rarity(group, self._question.held.statements)
            strong = tuple(way for way in group.ways if way.weight >= _STRONG)
            weak = tuple(way for way in group.ways if way.weight < _STRONG)
            faces += [
                _Face(at, replace(group, ways=ways), worth * max(way.weight for way in ways))
                for ways in (strong, weak)
                if ways
            ]
        return sorted(faces, key=lambda face: face.group.most)

    def _base(self, faces: Sequence["_Face"], must: list[Group]) -> list["_Face"]:
        """The parts that are rare enough to be listed; else the rarest, in the newest months."""
        bound = min((group.most for group in must), default=self._question.held.statements)
        base, number = [], 0
        for face in faces:
            number += min(face.group.most, bound)
            if number > _BASE:
                break
            base.append(face)
        if not base and faces:
            must += self._window(min((faces[0].group, *must), key=lambda group: group.most), READ)
            base = [faces[0]]
        return base


@dataclass(frozen=True, slots=True)
class _Face:
    """A part of the question, met in ways of about the same weight."""

    at: int
    group: Group
    worth: float


def _width(group: Group) -> int:
    """In how many places an engine looks whether one statement meets the group."""
    return sum(len(step) for way in group.ways for step in way.steps)
