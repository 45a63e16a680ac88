"""Long documents: demands, addressees, counts and fields against their truth (tests/data/long)."""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from bot.cli.explain import as_statement
from jobs.steps.anything import read_any
from storage.database import now_utc
from tests.evaluation.figures import Figure, resampled
from tests.evaluation.matching import Labelled, paired, same_demand, same_party, same_title

DOCUMENTS = Path(__file__).parents[1] / "data" / "long"
MEASURES = ("demand F1", "addressee F1", "counts", "fields", "item F1", "item kind")
_SIGNED = (
    *("organisations", "persons", "countries"),
    *("claimed_organisations", "claimed_persons", "claimed_countries"),
)
_FIELDS = ("kind", "date_written", "date_posted", "deadline", "msg_type", "urgency", "severity", "certainty")


@dataclass(slots=True)
class Read:
    """A document with what it reached, measure by measure, and what was amiss."""

    name: str
    language: str
    reached: dict[str, float] = field(default_factory=dict)
    amiss: list[str] = field(default_factory=list)


def read(half: str) -> list[Read]:
    """Every document of a half ("dev" or "test"), as `vigil explain FILE --json` reads it."""
    return [scored(path) for path in sorted((DOCUMENTS / half).glob("*.truth.json"))]


def scored(truth: Path) -> Read:
    """One document against its truth file; the text stands beside it."""
    wanted = json.loads(truth.read_text(encoding="utf-8"))
    text = truth.with_name(truth.name.replace(".truth.json", ".txt"))
    now = now_utc()
    said = [as_statement(one) for one in read_any(text.read_bytes(), "text/plain", "", now, None)]
    found = Read(text.stem, wanted.get("language") or "")
    whole = _listing(found, wanted, said) if wanted["kind"] == "listing" else _single(said)
    _asked(found, wanted, whole)
    if wanted["kind"] != "listing":
        _facts(found, wanted, whole)
    elif wanted.get("urgent_item"):
        item = wanted["urgent_item"]
        _facts(found, item, max(said, key=partial(same_title, item), default={}))
    return found


def figures(found: Sequence[Read]) -> list[Figure]:
    """The mean of each measure over the documents that have it."""
    return [
        resampled(name, [one.reached[name] for one in found if name in one.reached], _mean)
        for name in MEASURES
    ]


def misses(found: Sequence[Read]) -> Iterator[str]:
    """What was amiss, document by document."""
    for one in found:
        yield f"{one.name}: " + ", ".join(f"{name} {value:.2f}" for name, value in one.reached.items())
        yield from (f"  {remark}" for remark in one.amiss)


def _single(said: list[Labelled]) -> Labelled:
    return max(said, key=lambda one: len(one["demands"]) + len(one["signatories"]["names"]), default={})


def _listing(found: Read, wanted: Labelled, said: list[Labelled]) -> Labelled:
    """Scores the items; gives what all of them ask together."""
    _pair(found, "item F1", wanted["items"], said, same_title)
    kinds = [
        item["kind"] == max(said, key=partial(same_title, item), default={}).get("kind")
        for item in wanted["items"]
    ]
    found.reached["item kind"] = _mean(kinds)
    parties = {(one["country"], one["name"]): one for item in said for one in item["addressees"]}
    return {"demands": [one for item in said for one in item["demands"]], "addressees": [*parties.values()]}


def _asked(found: Read, wanted: Labelled, said: Labelled) -> None:
    named, heard = (
        {one["name"]: one.get("country") for one in side.get("addressees") or []} for side in (wanted, said)
    )
    alike = partial(same_demand, wanted=named, heard=heard)
    _pair(found, "demand F1", wanted.get("demands") or [], said.get("demands") or [], alike)
    _pair(found, "addressee F1", wanted.get("addressees") or [], said.get("addressees") or [], same_party)


def _facts(found: Read, wanted: Labelled, said: Labelled) -> None:
    signed, risk = said.get("signatories") or {}, said.get("persons_at_risk") or {}
    counts = [(key, _of(wanted, "signatories", key), signed.get(key) or 0) for key in _SIGNED]
    counts += [(key, _of(wanted, "persons_at_risk", key), risk.get(key)) for key in ("count", "minors")]
    alert = said.get("alert") or {}
    fields = [(key, wanted.get(key), alert.get(key, said.get(key))) for key in _FIELDS]
    given = [row for row in counts if row[1] is not None]
    told = [row for row in fields if row[1]]
    for name, part in (("counts", given), ("fields", told)):
        if part:
            found.reached[name] = _mean([want == got for _, want, got in part])
        found.amiss += [f"{key} is {want}, read as {got}" for key, want, got in part if want != got]


def _pair(
    found: Read,
    name: str,
    labels: list[Labelled],
    said: list[Labelled],
    alike: Callable[[Labelled, Labelled], float],
) -> None:
    found.reached[name], remarks = paired(labels, said, alike)
    found.amiss += remarks


def _of(wanted: Labelled, part: str, key: str) -> Any:
    return (wanted.get(part) or {}).get(key)


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else 1.0
