"""Tells which of several places a shared name means, by what else the text says.

The table is `namesakes` in `countries.toml`: of each name its spellings (`words`), by which letters of
the text (`spelt`) or which other words (`beside`) a country is meant, in order, and what holds where
none stands (`otherwise`; "" where the name alone says nothing).
"""

from functools import cache
from typing import Any

from jobs.steps.lexicon.phrases import Phrases
from jobs.steps.lexicon.tables import listed, table
from jobs.steps.lexicon.tokens import Tokens

GROUP = "namesakes"


def namesakes() -> list[tuple[str, str]]:
    """Every spelling of a shared name, with the key of its row."""
    return [(phrase, key) for key, row in _rows().items() for phrase in listed(row["words"])]


def meant(key: str, evidence: str, tokens: Tokens) -> tuple[str, str]:
    """The country (alpha-2; "" where it cannot be told) and the group of a shared name.

    `evidence` is the name as the text writes it: a vowel sign or a doubling may decide.
    """
    row = _rows()[key]
    group: str = row["group"]
    for code, letters in row.get("spelt", {}).items():
        if any(part in evidence for part in listed(letters)):
            return code, group
    for code, words in _beside(key):
        if words.find(tokens):
            return code, group
    return row["otherwise"], group


def _rows() -> dict[str, dict[str, Any]]:
    return table("countries")["namesakes"]  # type: ignore[no-any-return]  # as the table is written


@cache
def _beside(key: str) -> tuple[tuple[str, Phrases[bool]], ...]:
    rows = _rows()[key]["beside"]
    return tuple((code, Phrases((phrase, True) for phrase in listed(line))) for code, line in rows.items())
