"""The shapes in which pages print what is read from them: one line of `tests/data/shapes` for each.

`persons`: who is in danger, in eight languages; `signatures`: lists of who signed; `pages`: listings;
`requests`: sentences that ask, each with whom and for what.
"""

import json
from pathlib import Path
from typing import Any

import pytest

from jobs.steps.document import Document
from jobs.steps.extract import extract, split
from jobs.steps.extract.blocks import blocks
from jobs.steps.extract.persons import persons_at_risk
from jobs.steps.extract.signatories import signatories

SHAPES = Path(__file__).parents[3] / "data" / "shapes"


def rows(name: str) -> list[dict[str, Any]]:
    """The lines of one file."""
    return [json.loads(line) for line in (SHAPES / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()]


@pytest.mark.parametrize("row", rows("persons"), ids=lambda row: row["text"][:40])
def test_whoever_is_in_danger_is_counted(row: dict[str, Any]) -> None:
    """Estimates, the freed and those of other years are left out; parts and sums of groups are read."""
    found = persons_at_risk("", blocks(row["text"]), row["language"])
    assert (found.count, found.minors) == (row["count"], row["minors"])


@pytest.mark.parametrize("row", rows("signatures"), ids=lambda row: row["text"][:40])
def test_a_list_of_signatories_is_read_in_every_common_shape(row: dict[str, Any]) -> None:
    """Tables, rows, countries and regions as headings, offices under names."""
    signed = signatories(blocks(row["text"]))
    assert (signed.organisations, signed.persons, signed.countries) == (
        row["organisations"],
        row["persons"],
        row["countries"],
    )


@pytest.mark.parametrize(
    "row", [row for row in rows("signatures") if "claimed" in row], ids=lambda row: row["text"][:40]
)
def test_what_a_text_claims_of_its_signatories_is_read_beside_the_list(row: dict[str, Any]) -> None:
    """So many organisations, persons, countries, in words or figures, whatever is printed below."""
    signed = signatories(blocks(row["text"]))
    told = (signed.claimed_organisations, signed.claimed_persons, signed.claimed_countries)
    assert [said for said, claim in zip(told, row["claimed"], strict=True) if claim] == [
        claim for claim in row["claimed"] if claim
    ]


@pytest.mark.parametrize("row", rows("pages"), ids=lambda row: row["text"][:40])
def test_a_page_of_dated_titles_is_a_listing(row: dict[str, Any]) -> None:
    """Rows, and dates beneath, above, before or behind a title: an item each, with its date."""
    parts = split(Document(title="", text=row["text"]))
    assert len(parts) == row["items"]
    assert sum(part.posted is not None for part in parts) >= row["items"] - 1


@pytest.mark.parametrize("row", rows("requests"), ids=lambda row: row["text"][-40:])
def test_a_request_is_read_with_whom_it_asks(row: dict[str, Any]) -> None:
    """Operative paragraphs and what "we" ask, in many turns of phrase."""
    found = extract(Document(title="", text=row["text"])).demands
    assert [[demand.to, demand.quote] for demand in found] == row["demands"]


def test_rows_at_the_foot_of_a_text_are_no_listing() -> None:
    """A statement stays one where its board shows other posts beneath it."""
    text = "Statement\n\n" + "We call on China to release them. " * 60
    rows_below = "\n\n12 | Other post | staff | 2020-01-02\n11 | Another post | staff | 2020-01-01\n"
    assert len(split(Document(title="", text=text + rows_below))) == 1


def test_a_letter_with_headings_is_one_text() -> None:
    """Whom a letter turns to under headings makes no items of it."""
    asked = "We urge you to release the nine, and to let them go home to their families, who wait for them. "
    part = f"To the Government of Chad\n\n{asked * 3}\n\n"
    text = f"News\n\nOpen letter\n\n{part * 3}Yours faithfully,\n\nLake Watch"
    assert len(split(Document(title="", text=text))) == 1
