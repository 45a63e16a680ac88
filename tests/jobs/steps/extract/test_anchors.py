"""The cheap test before a dear search never says no where the search would find something."""

import re
from typing import Any

import pytest

from jobs.steps.extract.anchors import anchor
from jobs.steps.extract.data import anchors, may_hold, pattern, table

FILES = ("dates.toml", "signatories.toml", "listing.toml")


@pytest.mark.parametrize(
    ("expression", "text"),
    [
        (r"organi[sz]ations?", "an Organisation"),
        (r"(?:서명|연명)\s?단체", "연명 단체"),
        (r"a{2}b?c", "aac"),
        (r"c\.c\.", "c.c."),
        (r"[^\]]{0,3}x", "x"),
        (r"one|two", "two"),
    ],
)
def test_an_anchor_stands_in_whatever_the_expression_finds(expression: str, text: str) -> None:
    """Groups, classes, quantifiers and alternatives leave only what is certain."""
    assert re.search(expression, text, re.IGNORECASE)
    assert anchor(expression) in text.lower()


def test_every_expression_of_the_tables_that_is_plain_is_let_through() -> None:
    """A row without signs of an expression is its own anchor, so a text that holds it may match."""
    for file in FILES:
        for key, rows in plain_rows(file):
            for row in rows:
                assert may_hold(file, key, f"before {row.lower()} after")
                assert pattern(file, key).search(f"before {row} after"), (file, key, row)


def plain_rows(file: str) -> list[tuple[str, list[str]]]:
    """Lists of a table, each with its rows that are words alone."""
    listed: list[tuple[str, Any]] = [(k, v) for k, v in table(file).items() if isinstance(v, list)]
    return [
        (key, [row for row in rows if isinstance(row, str) and re.fullmatch(r"[\w ]+", row)])
        for key, rows in listed
        if key != "months" and anchors(file, key)
    ]
