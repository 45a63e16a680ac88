"""Fits the weights of `weigh`: logistic regressions by scikit-learn, run in a virtual environment of its own.

    python tests/evaluation/fit.py < EXAMPLES > WEIGHTS

EXAMPLES has a line for each labelled entry, {"names": {name: strength}, "urgent", "kind", "stage"};
WEIGHTS is {"base": {output: value}, "weights": {name: {output: value}}}. The bases are moved so that
the F1 of held-out parts of the examples is the highest: rare kinds count as much as common ones.
"""

import json
import sys
from collections import Counter

import numpy as np
from sklearn.feature_extraction import DictVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score, precision_recall_curve
from sklearn.model_selection import StratifiedKFold, cross_val_predict

STRENGTH = 0.2
"""Inverse of the regularisation (C); chosen by cross-validation on the development half."""
SEEN = 2
"""A name must stand in so many examples."""
PARTS = 8


def main() -> None:
    """Fit all outputs and print their weights."""
    rows = [json.loads(line) for line in sys.stdin]
    seen = Counter(name for row in rows for name in row["names"])
    chosen = [{name: value for name, value in row["names"].items() if seen[name] >= SEEN} for row in rows]
    vectors = DictVectorizer()
    matrix = vectors.fit_transform(chosen)
    names = vectors.get_feature_names_out()
    strengths = {name: value for row in chosen for name, value in row.items()}
    base: dict[str, float] = {}
    weights: dict[str, dict[str, float]] = {name: {} for name in names}
    for key, balanced in (("urgent", False), ("kind", True), ("stage", True)):
        labels = np.array([str(row[key]) for row in rows])
        model = LogisticRegression(C=STRENGTH, max_iter=5000, class_weight="balanced" if balanced else None)
        parts = StratifiedKFold(PARTS, shuffle=True, random_state=1)
        held = cross_val_predict(model, matrix, labels, cv=parts, method="decision_function")
        model.fit(matrix, labels)
        if key == "urgent":
            moved = {"urgent": float(model.intercept_[0]) - _threshold(labels == "True", held)}
            rows_of = {"urgent": model.coef_[0]}
        else:
            shifts = _shifts(labels, held, list(model.classes_))
            moved = {
                name: float(value) + shift
                for name, value, shift in zip(model.classes_, model.intercept_, shifts, strict=True)
            }
            rows_of = dict(zip(model.classes_, model.coef_, strict=True))
        base |= moved
        for output, values in rows_of.items():
            for name, value in zip(names, values, strict=True):
                weights[name][str(output)] = float(value) * strengths[name]
    json.dump({"base": base, "weights": weights}, sys.stdout)


def _threshold(owed: np.ndarray, held: np.ndarray) -> float:
    """Where recall and precision of held-out examples are best together; a miss weighs a little more."""
    precision, recall, limits = precision_recall_curve(owed, held)
    beta = 1.25
    both = (1 + beta**2) * precision * recall / (beta**2 * precision + recall + 1e-9)
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
