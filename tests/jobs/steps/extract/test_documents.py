"""Whole documents of every family, each with what a careful reader takes from it in the file beside it.

`NAME.expected.json` is what is true, read by hand: a list of items, each with the fields that the text
gives; what is absent must be absent. Codes, treaties and countries are sets. Where the extractor does
not get there yet, `KNOWN_SHORTFALLS` says so; an entry whose fault is mended must be struck off.
"""

import json
from pathlib import Path
from typing import Any

import pytest

from jobs.steps.document import Document
from jobs.steps.extract import extract, split
from storage.records import Statement
from tests.data import pairs

PAIRS = pairs(Path(__file__).parents[3] / "data" / "documents")
KNOWN_SHORTFALLS = {
    "board_previews 1 date_written": "the day of a rally is taken for that of the writing",
    "conference_declaration 1 demands": "“the Governments of India and of Nepal” are cut short",
    "conference_declaration 1 addressees": "the same",
    "conference_declaration 1 countries": "Cambodia is only thanked; Japan and Indonesia are asked",
    "event_report 1 demands": "“the Minister” is not joined to the Ministry of Unification beside it",
    "event_report 1 addressees": "the same",
    "event_report 1 countries": "a single speaker's wish for Japan counts",
    "japanese_statement 1 issuers": "the name at the foot of a Japanese statement is not read",
    "korean_statement 1 issuers": "the name at the foot of a Korean statement is not read",
    "joint_letter 1 countries": "the seats of signatories count",
    "news_release 1 countries": "the place of a dateline counts",
    "observatory_appeal 1 issuers": "a joint body is read as the first of those it consists of",
    "observatory_appeal 1 countries": "the place of a dateline counts",
    "sign_on_statement 1 countries": "the seats of signatories count",
}
"""Document, number of its item, field: what is the matter."""

_NUMBERS = (
    *("organisations", "persons", "countries"),
    *("claimed_organisations", "claimed_persons", "claimed_countries"),
)
_SETS = ("countries", "identifiers", "instruments")


def as_expected(statement: Statement) -> dict[str, Any]:
    """The part of a statement that the expectation files spell out; what is absent is left out."""
    signed, risk = statement.signatories, statement.persons_at_risk
    told: dict[str, Any] = {
        "title": statement.title,
        "language": statement.language,
        "issuers": list(statement.issuers),
        "date_written": statement.date_written and statement.date_written.isoformat(),
        "date_posted": statement.date_posted and statement.date_posted.isoformat(),
        "deadline": statement.deadline and statement.deadline.isoformat(),
        "demands": [
            [demand.to, demand.quote, *([demand.condition] if demand.condition else [])]
            for demand in statement.demands
        ],
        "addressees": [[party.name, party.country, party.demands] for party in statement.addressees],
        "signatories": {name: value for name in _NUMBERS if (value := getattr(signed, name)) is not None}
        if signed.organisations or signed.persons
        else None,
        "persons_at_risk": [risk.count, risk.minors] if risk.count is not None else None,
        **{name: sorted(getattr(statement, name)) for name in _SETS},
    }
    return {key: value for key, value in told.items() if value}


def truth_of(document: Path) -> list[dict[str, Any]]:
    """What the file beside the document says, its sets in the order of the alphabet."""
    items: list[dict[str, Any]] = json.loads(PAIRS[document].read_text(encoding="utf-8"))
    return [item | {name: sorted(item[name]) for name in _SETS if name in item} for item in items]


@pytest.mark.parametrize("document", PAIRS, ids=lambda path: path.stem)
def test_a_document_is_read_as_a_careful_reader_would(document: Path) -> None:
    """Items, dates, parties, demands, signatures, persons and codes come out as the file beside it says."""
    parts = split(Document(title="", text=document.read_text(encoding="utf-8")))
    items = [as_expected(extract(part)) for part in parts]
    for number, (read, true) in enumerate(zip(items, truth_of(document), strict=True), start=1):
        place = f"{document.stem} {number} "
        falls_short = {key.removeprefix(place) for key in KNOWN_SHORTFALLS if key.startswith(place)}
        mended = {name for name in falls_short if read.get(name) == true.get(name)}
        assert mended == set(), f"strike off the list of shortfalls: {place}{mended}"
        assert {name: value for name, value in read.items() if name not in falls_short} == {
            name: value for name, value in true.items() if name not in falls_short
        }


def test_every_known_shortfall_is_of_a_document_that_there_is() -> None:
    """The list cannot outlive its documents."""
    items = {f"{path.stem} {number}" for path in PAIRS for number in range(1, len(truth_of(path)) + 1)}
    assert {key.rpartition(" ")[0] for key in KNOWN_SHORTFALLS} <= items


def test_there_are_documents_of_many_families() -> None:
    """The folder is found and holds at least a dozen documents."""
    assert len(PAIRS) >= 12
