"""The same three requests in every layout that such texts have: `tests/data/shapes/layouts.toml`."""

import tomllib
from pathlib import Path
from typing import Any

import pytest

from jobs.steps import lexicon
from jobs.steps.document import Document
from jobs.steps.extract import extract
from storage.records import Demand

LAYOUTS = Path(__file__).parents[3] / "data" / "shapes" / "layouts.toml"
TABLE: dict[str, dict[str, Any]] = tomllib.loads(LAYOUTS.read_text(encoding="utf-8"))
ALL = [(language, name) for language, row in TABLE.items() for name in row["layouts"]]


@pytest.mark.parametrize(("language", "name"), ALL, ids=lambda part: part)
def test_a_layout_changes_nothing_in_what_is_asked_of_whom(language: str, name: str) -> None:
    """Headings, chapeaus, bullets, numbers, letters, clauses and prose ask the same of the same parties."""
    row = TABLE[language]
    wanted = {lexicon.country_of(party.split()[-1]) for party in row["parties"][: _asked(name)]}
    found = extract(Document(title="", text=row["layouts"][name], language=language)).demands
    told = sorted((_country(one), _core(one, row["core"])) for one in found)
    assert told == sorted((str(code), at) for code in wanted for at in range(len(row["core"])))


def _asked(name: str) -> int:
    return 2 if name.startswith("two_") else 1


def _country(demand: Demand) -> str:
    return next(iter(lexicon.countries_in(demand.to)), demand.to)


def _core(demand: Demand, cores: list[str]) -> int:
    """Which of the three a quote is: it holds its core and none of the others."""
    held = [at for at, core in enumerate(cores) if core.lower() in demand.quote.lower()]
    return held[0] if len(held) == 1 else -1
