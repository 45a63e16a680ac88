"""What ordinary statements, letters, petitions and motions ask, of whom: `tests/data/shapes/asked.toml`."""

import tomllib
from pathlib import Path
from typing import Any

import pytest

from jobs.steps.document import Document
from jobs.steps.extract import extract

ASKED = Path(__file__).parents[3] / "data" / "shapes" / "asked.toml"
TABLE: dict[str, list[dict[str, Any]]] = tomllib.loads(ASKED.read_text(encoding="utf-8"))
ALL = [(language, row) for language, rows in TABLE.items() for row in rows]


@pytest.mark.parametrize(
    ("language", "row"), ALL, ids=lambda part: part if isinstance(part, str) else part["name"]
)
def test_an_ordinary_text_asks_what_it_says_of_whom_it_names(language: str, row: dict[str, Any]) -> None:
    """Each thing asked is found with its party, and nothing besides."""
    found = extract(Document(title="", text=row["text"], language=language)).demands
    open_still = [(one.to.casefold(), one.quote.casefold().replace("'", "’")) for one in found]
    for asked in row["asked"]:
        party, _, what = asked.casefold().partition(": ")
        held = next((one for one in open_still if party in one[0] and what in one[1]), None)
        assert held, f"{asked} is not among {open_still}"
        open_still.remove(held)
    assert open_still == []
