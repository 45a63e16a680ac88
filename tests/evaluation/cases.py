"""Groups of entries: what is one event, what a later stage of it, and what only looks alike."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from bot.cli.explain import case_rows
from bot.cli.items import entry_of
from tests.evaluation.entries import EXAMPLES
from tests.evaluation.figures import Figure, f1, resampled, share


@dataclass(frozen=True, slots=True)
class Pair:
    """Two entries of a group, and how Vigil read the later one: "" where it holds them apart."""

    group: str
    wanted: str
    said: str
    titles: tuple[str, str]
    language: str
    """The language of both, or "several"."""


def groups(half: str) -> list[dict[str, Any]]:
    """The labelled groups of a half: "dev" or "test"."""
    text = (EXAMPLES / f"cases_{half}.jsonl").read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines() if line.strip()]


def pairs(labelled: Sequence[dict[str, Any]]) -> list[Pair]:
    """Every pair inside a group, all groups read in one stream as `vigil explain --cases` reads them."""
    entries = [entry_of(item) for group in labelled for item in group["items"]]
    said = {row["id"]: row for row in case_rows(entries, None)}
    return [
        _pair(group, one, other, said) for group in labelled for one, other in combinations(group["items"], 2)
    ]


def figures(found: Sequence[Pair]) -> list[Figure]:
    """Duplicate F1, updates that joined their case as updates, look-alikes that were held apart."""
    updates = [pair for pair in found if pair.wanted == "update"]
    alike = [pair for pair in found if pair.wanted == "unrelated_lookalike"]
    return [
        resampled("duplicate F1", found, _duplicate_f1),
        share("update accuracy", sum(pair.said == "update" for pair in updates), len(updates)),
        share("look-alike accuracy", sum(not pair.said for pair in alike), len(alike)),
    ]


def misses(found: Sequence[Pair]) -> Iterator[str]:
    """Each wrong pair in a line."""
    for pair in found:
        if pair.said != ("" if pair.wanted == "unrelated_lookalike" else pair.wanted):
            titles = " / ".join(title[:60] for title in pair.titles)
            yield f"{pair.wanted} {pair.group} read as {pair.said or 'apart'} | {titles}"


def _pair(group: dict[str, Any], one: dict[str, Any], other: dict[str, Any], said: dict[str, Any]) -> Pair:
    first, second = sorted((said[one["id"]], said[other["id"]]), key=lambda row: row["order"])
    relation = str(second["relation"]) if first["case"] == second["case"] else ""
    languages = {one.get("lang", ""), other.get("lang", "")}
    language = languages.pop() if len(languages) == 1 else "several"
    return Pair(group["group"], group["relation"], relation, (one["title"], other["title"]), language)


def _duplicate_f1(found: Sequence[Pair]) -> float:
    hits = sum(pair.wanted == pair.said == "duplicate" for pair in found)
    wrong = sum(pair.said == "duplicate" != pair.wanted for pair in found)
    missed = sum(pair.wanted == "duplicate" != pair.said for pair in found)
    return f1(hits, wrong, missed)
