"""Whole documents of every family, each with what a careful reader takes from it."""

import json
from pathlib import Path
from typing import Any

import pytest

from jobs.steps.document import Document
from jobs.steps.extract import extract, split
from storage.records import Statement

DOCUMENTS = sorted((Path(__file__).parents[3] / "data" / "documents").glob("*.txt"))


def as_expected(statement: Statement) -> dict[str, Any]:
    """The part of a statement that the expectation files spell out; what is absent is left out."""
    signed, risk = statement.signatories, statement.persons_at_risk
    numbers = (
        "organisations",
        "persons",
        "countries",
        "claimed_organisations",
        "claimed_persons",
        "claimed_countries",
    )
    told: dict[str, Any] = {
        "title": statement.title,
        "language": statement.language,
        "date_written": statement.date_written and statement.date_written.isoformat(),
        "date_posted": statement.date_posted and statement.date_posted.isoformat(),
        "deadline": statement.deadline and statement.deadline.isoformat(),
        "demands": [
            [demand.to, demand.quote, *([demand.condition] if demand.condition else [])]
            for demand in statement.demands
        ],
        "addressees": [[party.name, party.country, party.demands] for party in statement.addressees],
        "signatories": {name: value for name in numbers if (value := getattr(signed, name)) is not None}
        if signed.organisations or signed.persons
        else None,
        "persons_at_risk": [risk.count, risk.minors] if risk.count is not None else None,
        "identifiers": list(statement.identifiers),
        "instruments": list(statement.instruments),
    }
    return {key: value for key, value in told.items() if value}


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.stem)
def test_a_document_is_read_as_a_careful_reader_would(path: Path) -> None:
    """Items, dates, demands, parties, signatures, persons and codes come out as the file beside it says."""
    document = Document(title="", text=path.read_text(encoding="utf-8"))
    expected = json.loads(path.with_suffix(".expected.json").read_text(encoding="utf-8"))
    assert [as_expected(extract(part)) for part in split(document)] == expected


def test_there_are_documents_of_many_families() -> None:
    """The folder is found and holds at least a dozen documents."""
    assert len(DOCUMENTS) >= 12
