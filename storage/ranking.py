"""How well a statement answers a question: BM25 over title and text, by the same count on any database.

A statement comes as its signed title and text (`storage.vocabulary`). What is rare counts more than what is
common, a title more than a text, a word as it was typed more than another form of it, neighbours more than
words far apart, and all that was asked for more than a part of it.
"""

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from storage.question import Group, Question, Way
from storage.vocabulary import PART, sign

_TITLE = 4.0
_SATURATION, _LENGTH = 1.2, 0.4
_NEIGHBOURS = 0.35
_MOST_NEIGHBOURS = 3
_IDLE = 0.15
_TITLE_APART = 1.2
_AS_TYPED = 0.5
"""What the words as they were typed add, where they have other names: more than any of those is worth."""
LEAST_PART = 0.2
"""The share of what was asked for, by its rarity, that a statement has to hold to be shown."""

_Count = Callable[[str], int]


@dataclass(frozen=True, slots=True)
class Judged:
    """What a statement is worth: whether it holds all that is needed, and how well."""

    score: float
    whole: bool
    part: float
    """The share of the question that it holds."""


class Ranking:
    """Judges statements by one question."""

    def __init__(self, question: Question) -> None:
        self._average = max(question.held.average, 1.0)
        self._groups = [_Measured(group, question.held.statements) for group in question.groups]
        self._asked = [one for one in self._groups if one.needed]
        self._needed = sum(one.rarity for one in self._asked) or 1.0
        self._without = [_counter(way) for way in question.without]
        self._pairs = _neighbours(self._groups)

    def covers(self, title: str, rest: str) -> bool:
        """Whether a statement holds all that is needed and nothing that must not be: sooner than how well."""
        both = title + PART + rest
        return all(one.held(both) for one in self._asked) and not self._is_barred(title, rest)

    def cover(self, title: str, rest: str) -> float:
        """How much of what is needed a statement holds, by rarity; 0 where it would not be shown at all."""
        if self._is_barred(title, rest):
            return 0.0
        both = title + PART + rest
        found = 0.0
        for one in self._asked:
            held = one.held(both)
            if one.strict and not held:
                return 0.0
            found += held * one.rarity
        return found

    def judge(self, title: str, rest: str) -> Judged | None:
        """The statement's worth; None when it holds what must not be there, or lacks a phrase."""
        if self._is_barred(title, rest):
            return None
        damped = _SATURATION * (1 - _LENGTH + _LENGTH * (len(title) + len(rest)) / self._average)
        score, held, whole = 0.0, 0.0, True
        both = title + PART + rest
        for one in self._groups:
            worth = one.worth(title, rest, both, damped)
            if worth:
                score += worth * (1.0 if one.needed else _IDLE)
                held += one.rarity if one.needed else 0.0
            elif one.strict:
                return None
            elif one.needed:
                whole = False
        for rarity, stand_in in self._pairs:
            if stand_in(both):
                score += _NEIGHBOURS * rarity
        part = held / self._needed
        return Judged(score * (0.3 + 0.7 * part), whole, part)

    def _is_barred(self, title: str, rest: str) -> bool:
        return any(count(title) or count(rest) for count in self._without)


class _Measured:
    """A group with its rarity and the ways to count it."""

    def __init__(self, group: Group, statements: int) -> None:
        self.needed, self.strict = group.needed, group.strict
        self.rarity = rarity(group, statements)
        self.first = group.ways[0] if group.ways else None
        ways = sorted(group.ways, key=lambda way: -way.weight)
        self._typed = [
            _counter(way) for way in group.ways if way.weight == 1.0 and any(one.named for one in group.ways)
        ]
        self._ways = [
            (
                way.weight,
                _only(way),
                [[sign(number) for number in step] for step in way.steps],
                way.apart,
                _counter(way),
            )
            for way in ways
        ]

    def held(self, both: str) -> float:
        """The weight of the best way that a text meets; 0 without any."""
        for weight, only, signs, apart, count in self._ways:
            if only:
                if only in both:
                    return weight
            elif _stand_in(both, signs) and (apart or len(signs) == 1 or count(both)):
                return weight
        return 0.0

    def worth(self, title: str, rest: str, both: str, damped: float) -> float:
        """What the best way to meet the group adds."""
        best = 0.0
        for weight, only, signs, apart, count in self._ways:
            if weight <= best:
                break  # at its most, which is its weight, it would add less
            if not (only in both if only else _stand_in(both, signs)):
                continue
            in_title, in_rest = count(title), count(rest)
            if not (in_title or in_rest or apart):
                continue
            often = in_rest + (_TITLE_APART if apart else _TITLE) * in_title
            # What stands apart may stand partly in the title.
            best = max(best, weight * (often or 1.0) / ((often or 1.0) + damped))
        if any(count(both) for count in self._typed):
            best += _AS_TYPED
        return best * self.rarity * (1 + _SATURATION)


def _only(way: Way) -> str:
    """The sign of the way's one term, "" where it has several: most have one, which is met the soonest."""
    return sign(way.steps[0][0]) if [len(step) for step in way.steps] == [1] else ""


def _stand_in(text: str, signs: Sequence[Sequence[str]]) -> bool:
    """Whether one term of each step stands in the text."""
    for step in signs:
        for one in step:
            if one in text:
                break
        else:
            return False
    return True


def rarity(group: Group, statements: int) -> float:
    """How much it says of a statement that it holds the group: the inverse frequency of BM25."""
    return max(math.log(1 + (statements - group.held + 0.5) / (group.held + 0.5)), 0.05)


def _counter(way: Way) -> _Count:
    signs = [tuple(map(sign, step)) for step in way.steps]
    if len(signs) == 1:
        if len(signs[0]) == 1:
            only = signs[0][0]
            return lambda text: text.count(only)
        forms = signs[0]
        return lambda text: sum(map(text.count, forms))
    if way.apart:
        return lambda text: min(sum(map(text.count, step)) for step in signs)
    if all(len(step) == 1 for step in signs):
        row = "".join(step[0] for step in signs)
        return lambda text: text.count(row)
    pattern = _pattern(way)
    return lambda text: sum(1 for _ in pattern.finditer(text))


def _pattern(way: Way) -> re.Pattern[str]:
    return re.compile("".join(_any_of(step) for step in way.steps), re.DOTALL)


def _any_of(step: Sequence[int]) -> str:
    return f"(?:{'|'.join(re.escape(sign(number)) for number in step)})"


def _neighbours(groups: Sequence[_Measured]) -> list[tuple[float, Callable[[str], object]]]:
    """Words of the question that stand side by side in it: how much it is worth if they do in a text."""
    found = []
    for one, other in pairwise(groups):
        if one.first and other.first and not (one.first.apart or other.first.apart):
            steps = (*one.first.steps, *other.first.steps)
            found.append((min(one.rarity, other.rarity), _finder(Way(steps))))
    return sorted(found, key=lambda pair: -pair[0])[: _MOST_NEIGHBOURS * 2]


def _finder(way: Way) -> Callable[[str], object]:
    if all(len(step) == 1 for step in way.steps):
        row = "".join(sign(step[0]) for step in way.steps)
        return lambda text: row in text
    return _pattern(way).search
