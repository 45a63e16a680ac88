"""Fits the weights by which two statements are one case to the development groups.

    .venv/bin/python -m tests.evaluation.fit_cases

Prints `name = value` for each sign of jobs/steps/link/weights.toml, by logistic regression on all pairs of
entries that may be alike (look-alikes five times as heavy as others), and below how many true pairs reach 1.0
and how many look-alikes do. Takes a minute; the result is rounded and evened out by hand.
"""

import math
from collections.abc import Iterator
from itertools import combinations

from bot.cli.items import entry_of
from jobs.steps.link import Traits
from jobs.steps.link.compare import weighed
from jobs.steps.understand import understand_all
from storage.database import now_utc
from tests.evaluation import cases

_ROUNDS = 1_500
_STEP = 0.03
_HEAVY = {"same": 1.0, "look-alike": 5.0, "other": 0.5}
_SCALE = 2.0
"""What the regression gives is halved, so that 1.0 is where a pair is as likely one case as two."""


def main() -> None:
    """Read, fit, print."""
    pairs = list(_pairs())
    names = sorted({name for _, strengths in pairs for name in strengths})
    weights = _fitted(pairs, names)
    for name in names:
        value = 1 + weights[name] / _SCALE if name == "start" else weights[name] / _SCALE
        print(f'"{name}" = {value:.2f}')
    for label in _HEAVY:
        scores = [_score(weights, strengths) for kind, strengths in pairs if kind == label]
        print(f"{label}: {sum(score >= 0 for score in scores)} of {len(scores)} together")


def _pairs() -> Iterator[tuple[str, dict[str, float]]]:
    """What each pair is, and its signs; those that are decided without weighing are left out."""
    read = [
        (group["group"], group["relation"], _traits(item))
        for group in cases.groups("dev")
        for item in group["items"]
    ]
    for (group, relation, one), (other_group, _, two) in combinations(read, 2):
        old, new = sorted((one, two), key=lambda traits: traits.moment)
        signs = weighed(new, old)
        if signs is None:
            continue
        label = "other" if group != other_group else "look-alike" if "look" in relation else "same"
        strengths = {"start": 1.0}
        for sign in signs:
            strengths[sign.name] = strengths.get(sign.name, 0.0) + sign.strength
        yield label, strengths


def _traits(item: dict[str, object]) -> Traits:
    entry, source = entry_of(item)
    return understand_all([entry], source, now_utc())[0].traits


def _fitted(pairs: list[tuple[str, dict[str, float]]], names: list[str]) -> dict[str, float]:
    """Gradient descent with momentum on the weighted logarithmic loss."""
    weights = dict.fromkeys(names, 0.0)
    speed = dict.fromkeys(names, 0.0)
    total = sum(_HEAVY[label] for label, _ in pairs)
    for _ in range(_ROUNDS):
        slope = dict.fromkeys(names, 0.0)
        for label, strengths in pairs:
            likely = 1 / (1 + math.exp(-max(-30.0, min(30.0, _score(weights, strengths)))))
            error = _HEAVY[label] * (likely - (label == "same")) / total
            for name, strength in strengths.items():
                slope[name] += error * strength
        for name in names:
            speed[name] = 0.9 * speed[name] - _STEP * 30 * (slope[name] + 0.002 * weights[name])
            weights[name] += speed[name]
    return weights


def _score(weights: dict[str, float], strengths: dict[str, float]) -> float:
    return sum(weights[name] * strength for name, strength in strengths.items())


if __name__ == "__main__":
    main()
