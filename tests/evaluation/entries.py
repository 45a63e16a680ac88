"""Feed entries: kind, urgent, stage and countries against their labels (tests/data/eval/LABELS.md)."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.cli.explain import entry_rows
from bot.cli.items import entry_of
from tests.evaluation.figures import Figure, macro_f1, resampled, share

EXAMPLES = Path(__file__).parents[1] / "data" / "eval"


@dataclass(frozen=True, slots=True)
class Judged:
    """A labelled entry and what Vigil says of it."""

    label: dict[str, Any]
    said: dict[str, Any]


def rows(half: str) -> list[dict[str, Any]]:
    """The labelled entries of a half: "dev" or "test"."""
    text = (EXAMPLES / f"{half}.jsonl").read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines() if line.strip()]


def judged(labels: Sequence[dict[str, Any]]) -> list[Judged]:
    """Each entry as `vigil explain ITEMS.jsonl --json` reads it."""
    said = entry_rows([entry_of(label) for label in labels], None)
    return [Judged(label, answer) for label, answer in zip(labels, said, strict=True)]


def figures(found: Sequence[Judged]) -> list[Figure]:
    """What is reached, measure by measure."""
    rung = [one for one in found if one.said["urgent"]]
    owed = [one for one in found if one.label["urgent"]]
    both = [one for one in rung if one.label["urgent"]]
    overlaps = [_overlap(one) for one in found]
    hits = sum(_hit(one) for one in found)
    return [
        share("urgent precision", len(both), len(rung)),
        share("urgent recall", len(both), len(owed)),
        resampled("kind macro-F1", [_pair(one, "kind") for one in found], macro_f1),
        resampled("msg_type macro-F1", [_pair(one, "msg_type") for one in found], macro_f1),
        share("country hit", hits, len(found)),
        resampled("country jaccard", overlaps, lambda some: sum(some) / len(some)),
    ]


def misses(found: Sequence[Judged]) -> Iterator[str]:
    """Each wrong judgement in a line."""
    for one in found:
        head = f"{one.label['id']} {one.label['lang']} {one.label['title'][:80]}"
        if one.said["urgent"] != one.label["urgent"]:
            word = "false alarm" if one.said["urgent"] else "missed"
            why = "; ".join(f"{reason['rule']} ({reason['evidence']})" for reason in one.said["reasons"][:6])
            yield f"{word}: {head} | {why}"
        for key in ("kind", "msg_type"):
            if str(one.said[key]) != one.label[key]:
                yield f"{key}: {head} | {one.label[key]} read as {one.said[key]}"
        if not _hit(one):
            yield f"countries: {head} | {one.label['countries']} read as {one.said['countries']}"


def _pair(one: Judged, key: str) -> tuple[str, str]:
    return one.label[key], str(one.said[key])


def _hit(one: Judged) -> bool:
    label, said = set(one.label["countries"]), set(one.said["countries"])
    return bool(label & said) or not (label or said)


def _overlap(one: Judged) -> float:
    label, said = set(one.label["countries"]), set(one.said["countries"])
    return len(label & said) / len(label | said) if label | said else 1.0
