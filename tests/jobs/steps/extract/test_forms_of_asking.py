"""One set of demands in every form that a text may give it: the reading must not depend on the form.

`asking` has the forms of every language; `eastern` the marks, headings and turns of Korean, Japanese,
Chinese and Arabic.
"""

from typing import Any

import pytest

from jobs.steps.document import Document
from jobs.steps.extract import extract
from tests.jobs.steps.extract.test_shapes import rows


@pytest.mark.parametrize(
    "row", [*rows("asking"), *rows("eastern")], ids=lambda row: f"{row['language']}-{row['form']}"
)
def test_the_same_is_asked_in_every_form(row: dict[str, Any]) -> None:
    """As many demands as there are, each of the party that is asked, whatever form the text has."""
    said = [(one.to, one.quote) for one in extract(Document(title="", text=row["text"])).demands]
    missed = [
        (party, act)
        for party, act in row["demands"]
        if not any(to.startswith(party) and _within(act, quote) for to, quote in said)
    ]
    assert not missed, said
    assert len(said) == len(row["demands"]), said


def _within(act: str, quote: str) -> bool:
    """Whether the words of an act stand in a quote in their order: an adverb may stand among them."""
    at = 0
    for word in act.split():
        found = quote.find(word, at)
        if found < 0:
            return False
        at = found + len(word)
    return True


@pytest.mark.parametrize("row", rows("unasked"))
def test_what_others_asked_and_what_we_pledge_is_no_demand(row: dict[str, Any]) -> None:
    """Requests of the past or of others, pledges, and what is expressly not asked, ask for nothing."""
    assert [one.quote for one in extract(Document(title="", text=row["text"])).demands] == []
