"""Fits the weights of `weigh`: logistic regressions by scikit-learn, run in a virtual environment of its own.

    python tests/evaluation/fit.py < EXAMPLES > WEIGHTS

EXAMPLES has a line for each labelled entry, {"names": {name: strength}, "urgent", "kind", "stage"};
WEIGHTS is {"base": {output: value}, "weights": {name: {output: value}}}. For urgency and for kinds each
name counts by how unevenly it is spread over the labels (Wang and Manning 2012, "Baselines and Bigrams").
The bases are moved so that the F1 of held-out parts of the examples is the highest: rare kinds count as
much as common ones.
"""

import json
import sys
from collections import Counter
from typing import Any

import numpy as np
import scipy.sparse as sp
from sklearn.feature_extraction import DictVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score, precision_recall_curve
from sklearn.model_selection import StratifiedKFold

STRENGTH = 0.2
"""Inverse of the regularisation (C); chosen on the development half."""
SEEN = 2
"""A name must stand in so many examples."""
PARTS = 6
MISS = 1.25
"""How much more a missed call counts than a false alarm where the limit is set (the beta of F-beta)."""
_URGENT = "urgent"


class Scales:
    """One sum for each label: a base, and what every name adds to it."""

    def __init__(self, matrix: Any, labels: np.ndarray, key: str) -> None:
        self.labels = [_URGENT] if key == _URGENT else sorted(set(labels))
        rows, bases = [], []
        if key == "stage":
            model = LogisticRegression(C=STRENGTH, max_iter=5000, class_weight="balanced")
            model.fit(matrix, labels)
            rows, bases = list(model.coef_), list(model.intercept_)
        for label in () if rows else self.labels:
            has = labels == ("True" if key == _URGENT else label)
            spread = _spread(matrix, has)
            weight = None if key == _URGENT else "balanced"
            model = LogisticRegression(C=STRENGTH, max_iter=5000, class_weight=weight)
            model.fit(matrix @ sp.diags(spread), has)
            rows.append(model.coef_[0] * spread)
            bases.append(float(model.intercept_[0]))
        self.weights, self.bases = np.array(rows), np.array(bases)

    def sums(self, matrix: Any) -> np.ndarray:
        """The sums of each example, a column a label."""
        return np.asarray(matrix @ self.weights.T) + self.bases


def main() -> None:
    """Fit all outputs and print their weights."""
    rows = [json.loads(line) for line in sys.stdin]
    seen = Counter(name for row in rows for name in row["names"])
    chosen = [{name: value for name, value in row["names"].items() if seen[name] >= SEEN} for row in rows]
    strengths = {name: value for row in chosen for name, value in row.items()}
    vectors = DictVectorizer()
    matrix = vectors.fit_transform(chosen).tocsr()
    names = vectors.get_feature_names_out()
    base: dict[str, float] = {}
    weights: dict[str, dict[str, float]] = {name: {} for name in names}
    for key in (_URGENT, "kind", "stage"):
        labels = np.array([str(row[key]) for row in rows])
        held = _held_out(matrix, labels, key)
        scales = Scales(matrix, labels, key)
        moved = (
            -_limit(labels == "True", held[:, 0]) if key == _URGENT else _shifts(labels, held, scales.labels)
        )
        base |= dict(zip(scales.labels, (scales.bases + moved).tolist(), strict=True))
        for label, values in zip(scales.labels, scales.weights, strict=True):
            for name, value in zip(names, values, strict=True):
                weights[name][label] = float(value) * strengths[name]
    json.dump({"base": base, "weights": weights}, sys.stdout)


def _spread(matrix: Any, has: np.ndarray) -> np.ndarray:
    """How unevenly each name is spread: the size of its log-count ratio."""
    inside = 1 + np.asarray((matrix[has] > 0).sum(0)).ravel()
    outside = 1 + np.asarray((matrix[~has] > 0).sum(0)).ravel()
    return np.abs(np.log((inside / (has.sum() + 2)) / (outside / ((~has).sum() + 2))))


def _held_out(matrix: Any, labels: np.ndarray, key: str) -> np.ndarray:
    """The sums of every example by weights that were fitted without it."""
    parts = StratifiedKFold(PARTS, shuffle=True, random_state=1)
    columns = 1 if key == _URGENT else len(set(labels))
    held = np.zeros((len(labels), columns))
    for known, unknown in parts.split(np.zeros(len(labels)), labels):
        held[unknown] = Scales(matrix[known], labels[known], key).sums(matrix[unknown])
    return held


def _limit(owed: np.ndarray, held: np.ndarray) -> float:
    """Where recall and precision of held-out examples are best together."""
    precision, recall, limits = precision_recall_curve(owed, held)
    both = (1 + MISS**2) * precision * recall / (MISS**2 * precision + recall + 1e-9)
    best = int(both[:-1].argmax())
    print(f"urgent, held out: precision {precision[best]:.3f}, recall {recall[best]:.3f}", file=sys.stderr)
    return float(limits[best])


def _shifts(labels: np.ndarray, held: np.ndarray, classes: list[str]) -> np.ndarray:
    """What to add to each class so that the macro-F1 of held-out examples is the highest."""
    shifts = np.zeros(len(classes))
    order = np.array(classes)

    def score(moved: np.ndarray) -> float:
        return float(f1_score(labels, order[(held + moved).argmax(1)], average="macro"))

    best = score(shifts)
    for _ in range(3):
        for place in range(len(classes)):
            for step in np.linspace(-1.0, 1.0, 21):
                tried = shifts.copy()
                tried[place] = step
                reached = score(tried)
                if reached > best + 0.001:
                    best, shifts = reached, tried
    print(f"{len(classes)} classes, held out: macro-F1 {best:.3f}", file=sys.stderr)
    return shifts


if __name__ == "__main__":
    main()
