"""Fits the weights of kind, urgency and stage to the development half, and writes the two tables.

    make weigh

`lexicon/weights.toml` gets the features of the cue tables, `lexicon/words.tsv` single words. What the
program computes of a text is computed by the program itself; only the fitting (`fit`) stands outside.
"""

import argparse
import json
import subprocess
import sys
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from jobs.steps.classify.cues import find_cues
from jobs.steps.classify.features import features_of
from jobs.steps.classify.grams import grams
from jobs.steps.classify.together import meetings, met
from jobs.steps.classify.weights import OUTPUTS
from jobs.steps.lexicon.languages import detect_language
from jobs.steps.lexicon.tokens import cut
from tests.evaluation.entries import rows

TABLES = Path(__file__).parents[2] / "jobs" / "steps" / "lexicon"
WORD = 1.0
"""How strongly a word stands beside a feature, which is 1."""
MEETING = 0.5
"""And two features that meet."""
_STRONG = {
    "harm dated": 2.0, "harm dated, feared": 2.0, "harm set": 2.0,
    "harm near": 1.5, "harm feared": 1.5, "forbear": 1.5, "title forbear": 1.5,
}  # fmt: skip
"""What is rare among the examples and decides: it is held back less."""
_FLOORS = {
    ("harm dated", "urgent"): 1.0,
    ("harm dated, feared", "urgent"): 0.8,
    ("harm set", "urgent"): 2.0,
    ("opens follow_up", "update"): 2.5,
    ("opens closed", "cancel"): 1.2,
    ("rearrested", "urgent"): 0.8,
    ("stay_off", "urgent"): 0.8,
}
"""What holds by definition weighs so much at least: a harm that has its day, a formal label."""
_CEILINGS = {
    ("long past", "urgent"): -2.5,
    ("rearrested", "cancel"): -1.5,
    ("stay_off", "cancel"): -1.5,
    ("drill", "urgent"): -9.0,
}
"""And so little at the most."""
_GRAM = "\t"
"""Marks the names of grams among all names; no gram holds one."""
_AS_FEEDS = ("h30-", "p32-", "n32-", "n32b-", "q33-")
_PLAIN = 3
"""How much an example counts that is as plain and as full of what went before as feeds' own."""
_LEAST_FEATURE, _LEAST_WORD = 0.05, 0.10
"""A row without any larger weight is left out."""

_HEAD = """\
# What each feature adds to each judgement; features.py says when one holds, cues_*.toml by which words.
# The kind, urgency and stage (alert, update, cancel) are taken that weigh most together; what goes with
# what stands in [together].
# Fitted to tests/data/eval/dev.jsonl by `make weigh`, together with words.tsv. May be changed by hand.
"""


def main() -> None:
    """Fit, and write the tables."""
    asked = argparse.ArgumentParser(prog="make weigh", description=__doc__)
    asked.add_argument("--python", default=sys.executable, help="an interpreter that has scikit-learn")
    given = asked.parse_args()
    examples = "\n".join(json.dumps(one) for one in _examples(rows("dev")))
    fitted = subprocess.run(  # noqa: S603 - our own module
        [given.python, "-m", "tests.evaluation.fit"],
        input=examples,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    write(json.loads(fitted.stdout))


def write(found: dict[str, Any]) -> None:
    """Write the two tables out of what `fit` printed."""
    features = {name: row for name, row in found["weights"].items() if not name.startswith(_GRAM)}
    for limits, chosen in ((_FLOORS, max), (_CEILINGS, min)):
        for (name, output), value in limits.items():
            row = features.setdefault(name, dict.fromkeys(OUTPUTS, 0.0))
            row[output] = chosen(row[output], value)
    words = {name[1:]: row for name, row in found["weights"].items() if name.startswith(_GRAM)}
    pairs = [f'"{name}" = {_line(row, 0)}' for name, row in found["together"].items()]
    lines = [_HEAD, f"base = {_line(found['base'], 0)}", *_features(features), "", "[together]", *pairs]
    (TABLES / "weights.toml").write_text("\n".join(lines) + "\n", encoding="utf-8")
    (TABLES / "words.tsv").write_text("\n".join(_words(words)) + "\n", encoding="utf-8")


def _examples(labelled: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Every labelled entry as what the program sees in it."""
    for row in labelled:
        text = f"{row['title']}\n{row['summary'] or row['title']}"
        language = detect_language(text, row["lang"])
        tokens, end = cut(text), len(row["title"])
        day = datetime.fromisoformat(row["published"]).date()
        shown = features_of(find_cues(tokens, end, language), day, language).shown
        names = {name: _STRONG.get(name, 1.0) for name in shown}
        names |= {met(*two): MEETING for two in meetings(shown)}
        names |= {f"{_GRAM}{name}": WORD for name in grams(tokens, end)}
        told = {"urgent": row["urgent"], "kind": row["kind"], "stage": row["msg_type"]}
        yield {"names": names, "count": _PLAIN if row["id"].startswith(_AS_FEEDS) else 1, **told}


def _features(found: dict[str, dict[str, float]]) -> Iterator[str]:
    for name in sorted(found):
        if max(abs(value) for value in found[name].values()) >= _LEAST_FEATURE:
            yield f'"{name}" = {_line(found[name], 0.02)}'


def _line(row: dict[str, float], least: float) -> str:
    told = [f"{name} = {row[name]:.2f}" for name in OUTPUTS if abs(row.get(name, 0)) >= max(least, 0.005)]
    return "{ " + ", ".join(told) + " }"


def _words(found: dict[str, dict[str, float]]) -> Iterator[str]:
    yield "\t".join(("gram", *OUTPUTS))
    for name in sorted(found):
        numbers = [round(found[name][output] * 100) for output in OUTPUTS]
        if max(map(abs, numbers)) >= _LEAST_WORD * 100:
            yield "\t".join((name, *(str(number) if number else "" for number in numbers)))


if __name__ == "__main__":
    main()
