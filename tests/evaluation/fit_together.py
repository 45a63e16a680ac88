"""How judgements go together: what kind, urgency and stage of one text say of each other.

Not all that can be judged can be true: news on a case is an appeal's own, an appeal that is neither news
nor an end is urgent, what has ended is not. How often each goes with each is counted; the bases of all
sums are then moved until the judgement of held-out examples, taken together, is the best.

Among the examples there are more follow-ups and endings than feeds bring (`FEED`): each example counts as
much as its stage is common in feeds. Run with `fit`, in its virtual environment.
"""

import sys
from collections import Counter
from dataclasses import dataclass
from typing import Any

import numpy as np

APPEAL = "urgent_appeal"
FEED = {"alert": 0.88, "update": 0.06, "cancel": 0.06}
"""How common each stage is in what feeds bring."""
WEIGHT = 1.5
"""What the sum of urgency weighs beside those of kind and of stage."""
TRUST = 0.25
"""What the counts weigh: rare pairs are not impossible."""
OWED = 0.4
"""What speaks for an appeal where a text is urgent: whoever asked for appeals must not miss a plain one."""
READ_LATER = -1.0
"""What speaks against an appeal that is not urgent and no news: one that is read long after its day."""
MISS = 1.25
"""How much more a missed call counts than a false alarm (the beta of F-beta)."""
_STEPS = np.linspace(-1.5, 1.5, 13)
_GAIN = 0.0007


@dataclass(frozen=True)
class Sums:
    """The sums of each example: kinds and stages a column each, urgency one number."""

    kind: np.ndarray
    urgent: np.ndarray
    stage: np.ndarray


class Together:
    """Fits the moves of the bases, and the counts."""

    def __init__(self, kinds: list[str], stages: list[str], labels: dict[str, np.ndarray]) -> None:
        self.kinds, self.stages = kinds, stages
        self.appeal = kinds.index(APPEAL)
        self.kind = np.array([kinds.index(label) for label in labels["kind"]])
        self.urgent = labels["urgent"] == "True"
        self.stage = np.array([stages.index(label) for label in labels["stage"]])
        common = Counter(labels["stage"])
        self.counts = np.array([FEED[label] / common[label] * len(self.stage) for label in labels["stage"]])
        self.pairs = TRUST * self._pairs()
        self.pairs[1, 1, [stages.index(stage) for stage in ("alert", "update")]] += OWED
        self.pairs[1, 0, stages.index("alert")] = READ_LATER

    def _pairs(self) -> np.ndarray:
        """By how much an appeal or none, urgent or not, and a stage meet more often than by chance (log)."""
        met = np.zeros((2, 2, len(self.stages)))
        np.add.at(
            met, ((self.kind == self.appeal).astype(int), self.urgent.astype(int), self.stage), self.counts
        )
        total = met.sum()
        chance = (
            (met.sum((1, 2)) / total)[:, None, None]
            * (met.sum((0, 2)) / total)[None, :, None]
            * (met.sum((0, 1)) / total)[None, None, :]
        )
        return np.log((met + 0.5) / total) - np.log(chance)

    def moves(self, held: Sums) -> np.ndarray:
        """What to add to each base (kinds, urgency, stages) so that held-out examples are judged best."""
        moved = np.zeros(len(self.kinds) + 1 + len(self.stages))
        best = self._worth(held, moved)
        for _ in range(3):
            for place in range(len(moved)):
                for step in _STEPS:
                    tried = moved.copy()
                    tried[place] = step
                    reached = self._worth(held, tried)
                    if reached > best + _GAIN:
                        best, moved = reached, tried
        kind, stage, precision, recall = self._figures(held, moved)
        print(
            f"held out, as in feeds: kind macro-F1 {kind:.3f}, msg_type macro-F1 {stage:.3f}, "
            f"urgent precision {precision:.3f}, recall {recall:.3f}",
            file=sys.stderr,
        )
        return moved

    def _worth(self, held: Sums, moved: np.ndarray) -> float:
        kind, stage, precision, recall = self._figures(held, moved)
        both = (1 + MISS**2) * precision * recall / (MISS**2 * precision + recall + 1e-9)
        return kind + stage + both

    def _figures(self, held: Sums, moved: np.ndarray) -> tuple[float, float, float, float]:
        kind, urgent, stage = self._judged(held, moved)
        hit = self.counts[self.urgent & urgent].sum()
        return (
            self._f1(self.kind, kind, len(self.kinds)),
            self._f1(self.stage, stage, len(self.stages)),
            hit / max(self.counts[urgent].sum(), 1e-9),
            hit / self.counts[self.urgent].sum(),
        )

    def _judged(self, held: Sums, moved: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """As `jobs/steps/classify/scales.py` judges."""
        many = len(self.kinds)
        kinds = -np.log1p(np.exp(-(held.kind + moved[:many])))
        urgent = WEIGHT * (held.urgent + moved[many]) / 2
        stages = held.stage + moved[many + 1 :]
        others = kinds.copy()
        others[:, self.appeal] = -np.inf
        appeal = np.stack([others.max(1), kinds[:, self.appeal]], 1)
        sums = (
            appeal[:, :, None, None]
            + np.stack([-urgent, urgent], 1)[:, None, :, None]
            + stages[:, None, None, :]
            + self.pairs[None]
        )
        best = sums.reshape(len(kinds), -1).argmax(1)
        is_appeal, is_urgent, stage = np.unravel_index(best, self.pairs.shape)
        return np.where(is_appeal == 1, self.appeal, others.argmax(1)), is_urgent == 1, stage

    def _f1(self, owed: np.ndarray, given: np.ndarray, many: int) -> float:
        """Macro-F1, each example counted as it is common."""
        scores = []
        for place in range(many):
            both = self.counts[(owed == place) & (given == place)].sum()
            scores.append(2 * both / (self.counts[owed == place].sum() + self.counts[given == place].sum()))
        return float(np.mean(scores))

    def told(self) -> dict[str, dict[str, Any]]:
        """The counts as the table of weights has them: a row for an appeal or none, urgent or not."""
        return {
            f"{kind}, {urgent}": {stage: float(self.pairs[a, u, s]) for s, stage in enumerate(self.stages)}
            for a, kind in enumerate(("no appeal", "appeal"))
            for u, urgent in enumerate(("not urgent", "urgent"))
        }
