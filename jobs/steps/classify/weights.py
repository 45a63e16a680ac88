"""Reads what features and grams weigh: `lexicon/weights.toml` and `lexicon/words.tsv`.

Both hold, for each name, what it adds to each judgement. `weights.toml` has the features, which stand
for the phrases of the cue tables; `words.tsv` has single words, learnt from examples, in hundredths.
`python -m tests.evaluation.weigh` writes both. A line of either may be changed by hand.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib import resources

from jobs.steps import lexicon
from jobs.steps.classify.grams import Learnt, learnt
from jobs.steps.classify.together import MET
from jobs.steps.lexicon.tables import table
from storage.words import Kind, MsgType

URGENT = "urgent"
KINDS = tuple(str(kind) for kind in Kind)
STAGES = tuple(str(stage) for stage in MsgType)
OUTPUTS = (URGENT, *KINDS, *STAGES)
"""What is judged: each has a sum of its own. Those are taken that weigh most together."""

Row = tuple[float, ...]
"""A weight for each of OUTPUTS."""


@dataclass(frozen=True, slots=True)
class Weights:
    """Everything that adds to a judgement, by name."""

    base: Row
    features: dict[str, Row]
    halves: dict[tuple[str, str], Row]
    """Half of what two features weigh that meet, for each of them (`together.meetings`)."""
    grams: Learnt
    of_gram: "OfGrams"
    together: dict[tuple[bool, bool], dict[str, float]]
    """How well a stage goes with (an appeal, urgent); what is impossible weighs far below zero."""


class OfGrams(dict[str, Row]):
    """The weights of each gram, read from its line when it is first met: few of them ever are."""

    def __init__(self, head: str, lines: Iterable[str]) -> None:
        """`head` names the columns behind tabs, and each line a gram and its numbers, in hundredths."""
        super().__init__()
        self._places = [OUTPUTS.index(name) for name in head.rstrip("\n").split("\t")[1:]]
        self.lines = dict(line.split("\t", 1) for line in lines)

    def __missing__(self, name: str) -> Row:
        row = [0.0] * len(OUTPUTS)
        for place, number in zip(self._places, self.lines[name].rstrip("\n").split("\t"), strict=True):
            row[place] = int(number or 0) / 100
        self[name] = tuple(row)
        return self[name]


@cache
def weights() -> Weights:
    """The tables as they are shipped, read once."""
    told = dict(table("weights"))
    pairs = told.pop("together")
    told = {name: _row(line) for name, line in told.items()}
    with resources.files(lexicon).joinpath("words.tsv").open(encoding="utf-8") as lines:
        of_grams = OfGrams(next(lines), lines)
    base = told.pop("base")
    halves = {
        (one, other): tuple(weight / 2 for weight in told.pop(name))
        for name in tuple(told)
        for one, between, other in [name.partition(MET)]
        if between
    }
    together = {_pair(name): row for name, row in pairs.items()}
    return Weights(base, told, halves, learnt(of_grams.lines), of_grams, together)


def _pair(name: str) -> tuple[bool, bool]:
    appeal, urgent = name.split(", ")
    return appeal == "appeal", urgent == URGENT


def _row(line: dict[str, float]) -> Row:
    return tuple(float(line.get(name, 0.0)) for name in OUTPUTS)
