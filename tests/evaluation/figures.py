"""Figures with the bounds that go with so few examples."""

import math
import random
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

_Z = 1.96
"""Of the 95 % interval."""
_RESAMPLES = 300

_Row = TypeVar("_Row")


@dataclass(frozen=True, slots=True)
class Figure:
    """A measure between 0 and 1 with its 95 % bounds, and of how many examples it comes."""

    name: str
    value: float
    low: float
    high: float
    of: int

    def __str__(self) -> str:
        """One line: name, value, bounds, number of examples."""
        return f"{self.name:<22}{self.value:6.3f}   {self.low:.2f}-{self.high:.2f}   of {self.of}"


def share(name: str, hits: int, of: int) -> Figure:
    """A share with Wilson's bounds (E. B. Wilson, 1927); of nothing it is 1, within 0 and 1."""
    if not of:
        return Figure(name, 1.0, 0.0, 1.0, 0)
    part, extra = hits / of, _Z**2 / of
    middle = (part + extra / 2) / (1 + extra)
    half = _Z / (1 + extra) * math.sqrt(part * (1 - part) / of + extra / (4 * of))
    return Figure(name, part, max(0.0, middle - half), min(1.0, middle + half), of)


def resampled(name: str, rows: Sequence[_Row], measure: Callable[[Sequence[_Row]], float]) -> Figure:
    """Any measure of rows, with percentile bootstrap bounds; the same rows give the same bounds."""
    if not rows:
        return Figure(name, 1.0, 0.0, 1.0, 0)
    luck = random.Random(1)  # noqa: S311 - a figure must not change from run to run
    values = sorted(measure(luck.choices(rows, k=len(rows))) for _ in range(_RESAMPLES))
    cut = round(_RESAMPLES * 0.025)
    return Figure(name, measure(rows), values[cut], values[-1 - cut], len(rows))


def f1(hits: int, wrong: int, missed: int) -> float:
    """The harmonic mean of precision and recall; 1 where there was nothing to find and nothing found."""
    return 2 * hits / (2 * hits + wrong + missed) if hits + wrong + missed else 1.0


def macro_f1(pairs: Sequence[tuple[str, str]]) -> float:
    """The mean F1 over the labels that occur, of (label, answer) pairs."""
    counts = Counter(pairs)
    labels = sorted({label for label, _ in counts})
    scores = []
    for label in labels:
        wrong = sum(n for (told, said), n in counts.items() if said == label != told)
        missed = sum(n for (told, said), n in counts.items() if told == label != said)
        scores.append(f1(counts[label, label], wrong, missed))
    return sum(scores) / len(scores) if scores else 1.0
