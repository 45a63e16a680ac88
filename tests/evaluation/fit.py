"""Fits the weights of `weigh`: logistic regressions by scikit-learn, run in a virtual environment of its own.

    python -m tests.evaluation.fit < EXAMPLES > WEIGHTS

EXAMPLES has a line for each labelled entry, {"names": {name: strength}, "count", "urgent", "kind", "stage"}
(`count`: as how many it counts); WEIGHTS
is {"base": {output: value}, "together": {pair: {stage: value}}, "weights": {name: {output: value}}}. Each
label is set against the others, and each name counts by how unevenly it is spread over them (Wang and Manning
2012, "Baselines and Bigrams"); urgency is fitted by the squared hinge, and stages are fitted all at once,
too, and the mean is taken. `fit_together` then moves the bases, and counts what goes with what.
"""

import json
import sys
from collections import Counter
from typing import Any

import numpy as np
import scipy.sparse as sp
from joblib import Parallel, delayed
from sklearn.feature_extraction import DictVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold
from sklearn.svm import LinearSVC

from tests.evaluation.fit_together import Sums, Together

STRENGTH = 0.2
"""Inverse of the regularisation (C); chosen on the development half."""
_EACH = {"stage": 0.1}
"""The same where each stage is set against the others."""
_TOLERANCE = 1e-3
HINGE = 0.01
"""The same for urgency."""
HINGE_SCALE = 4.5
"""The hinge's sums by this are as wide as a logistic regression's, beside which they are weighed."""
SEEN = 3
"""A name must stand in so many examples."""
PARTS = 5
_URGENT = "urgent"


class Scales:
    """One sum for each label: a base, and what every name adds to it."""

    def __init__(self, matrix: Any, labels: np.ndarray, counts: np.ndarray, key: str) -> None:
        self.labels = [_URGENT] if key == _URGENT else sorted(set(labels))
        self.weights, self.bases = _each(matrix, labels, counts, key, self.labels)
        if key == "stage":
            # Two ways of fitting err in different places: a mean of both is better than either.
            rows, bases = _at_once(matrix, labels, counts)
            self.weights, self.bases = (self.weights + rows) / 2, (self.bases + bases) / 2

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
    labels = {key: np.array([str(row[key]) for row in rows]) for key in (_URGENT, "kind", "stage")}
    counts = np.array([row["count"] for row in rows])
    with Parallel(n_jobs=-1) as several:
        fitted = several(delayed(Scales)(matrix, found, counts, key) for key, found in labels.items())
        scales = dict(zip(labels, fitted, strict=True))
        held = {key: _held_out(several, matrix, found, counts, key) for key, found in labels.items()}
    together = Together(scales["kind"].labels, scales["stage"].labels, labels)
    moved = together.moves(Sums(held["kind"], held[_URGENT][:, 0], held["stage"]))
    order = [scales[key] for key in ("kind", _URGENT, "stage")]
    bases = np.concatenate([one.bases for one in order]) + moved
    base = dict(zip([label for one in order for label in one.labels], bases.tolist(), strict=True))
    weights: dict[str, dict[str, float]] = {name: {} for name in names}
    for one in order:
        for label, values in zip(one.labels, one.weights, strict=True):
            for name, value in zip(names, values, strict=True):
                weights[name][label] = float(value) * strengths[name]
    json.dump({"base": base, "together": together.told(), "weights": weights}, sys.stdout)


def _each(  # all that is fitted to
    matrix: Any, labels: np.ndarray, counts: np.ndarray, key: str, wanted: list[str]
) -> tuple[np.ndarray, np.ndarray]:
    """Weights and bases of each label against all others; a name counts by how unevenly it is spread."""
    rows, bases = [], []
    for label in wanted:
        has = labels == ("True" if key == _URGENT else label)
        spread = _spread(matrix, has)
        if key == _URGENT:
            # What is far on its side pulls no more: fewer false alarms at the same recall.
            model, scale = LinearSVC(C=HINGE, max_iter=5000, tol=_TOLERANCE), HINGE_SCALE
        else:
            strength = _EACH.get(key, STRENGTH)
            model = LogisticRegression(C=strength, max_iter=5000, tol=_TOLERANCE, class_weight="balanced")
            scale = 1.0
        model.fit(matrix @ sp.diags(spread), has, sample_weight=counts)
        rows.append(model.coef_[0] * spread * scale)
        bases.append(float(model.intercept_[0]) * scale)
    return np.array(rows), np.array(bases)


def _at_once(matrix: Any, labels: np.ndarray, counts: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Weights and bases of all labels together."""
    model = LogisticRegression(C=STRENGTH, max_iter=5000, tol=_TOLERANCE, class_weight="balanced")
    model.fit(matrix, labels, sample_weight=counts)
    return model.coef_, model.intercept_


def _spread(matrix: Any, has: np.ndarray) -> np.ndarray:
    """How unevenly each name is spread: the size of its log-count ratio."""
    inside = 1 + np.asarray((matrix[has] > 0).sum(0)).ravel()
    outside = 1 + np.asarray((matrix[~has] > 0).sum(0)).ravel()
    return np.abs(np.log((inside / (has.sum() + 2)) / (outside / ((~has).sum() + 2))))


def _held_out(  # as in `Scales`
    several: Parallel, matrix: Any, labels: np.ndarray, counts: np.ndarray, key: str
) -> np.ndarray:
    """The sums of every example by weights that were fitted without it."""
    parts = list(StratifiedKFold(PARTS, shuffle=True, random_state=1).split(np.zeros(len(labels)), labels))
    fitted = several(delayed(Scales)(matrix[known], labels[known], counts[known], key) for known, _ in parts)
    held = np.zeros((len(labels), len(fitted[0].labels)))
    for (_, unknown), scales in zip(parts, fitted, strict=True):
        held[unknown] = scales.sums(matrix[unknown])
    return held


if __name__ == "__main__":
    main()
