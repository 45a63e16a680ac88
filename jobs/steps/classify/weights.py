"""Reads what features and grams weigh: `lexicon/weights.toml` and `lexicon/words.tsv`.

Both hold, for each name, what it adds to each judgement. `weights.toml` has the features, which stand
for the phrases of the cue tables; `words.tsv` has single words, learnt from examples, in hundredths.
`python -m tests.evaluation.weigh` writes both. A line of either may be changed by hand.
"""

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
    grams: Learnt[Row]
    together: dict[tuple[bool, bool], dict[str, float]]
    """How well a stage goes with (an appeal, urgent); what is impossible weighs far below zero."""


@cache
def weights() -> Weights:
    """The tables as they are shipped, read once."""
    told = dict(table("weights"))
    pairs = told.pop("together")
    told = {name: _row(line) for name, line in told.items()}
    grams: dict[str, Row] = {}
    with resources.files(lexicon).joinpath("words.tsv").open(encoding="utf-8") as lines:
        places = [OUTPUTS.index(name) for name in next(lines).rstrip("\n").split("\t")[1:]]
        for line in lines:  # one by one: all at once they would take more memory than what is kept
            name, *numbers = line.rstrip("\n").split("\t")
            row = [0.0] * len(OUTPUTS)
            for place, number in zip(places, numbers, strict=True):
                row[place] = _hundredths(int(number or 0))
            grams[name] = tuple(row)
    base = told.pop("base")
    halves = {
        (one, other): tuple(weight / 2 for weight in told.pop(name))
        for name in tuple(told)
        for one, between, other in [name.partition(MET)]
        if between
    }
    return Weights(base, told, halves, learnt(grams), {_pair(name): row for name, row in pairs.items()})


@cache
def _hundredths(number: int) -> float:
    """One object for each: the table has a hundred thousand numbers, of which few differ."""
    return number / 100


def _pair(name: str) -> tuple[bool, bool]:
    appeal, urgent = name.split(", ")
    return appeal == "appeal", urgent == URGENT


def _row(line: dict[str, float]) -> Row:
    return tuple(float(line.get(name, 0.0)) for name in OUTPUTS)
