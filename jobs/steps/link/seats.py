"""Tells places where something happens from capitals that stand for governments, and from regions."""

import re
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from functools import cache

from jobs.steps.lexicon.tokens import Tokens, fold
from jobs.steps.link.gazetteer import place_id
from jobs.steps.link.sounds import data

_ALPHABET = re.compile("[A-Za-z\u00c0-\u04ff]")


def scenes(tokens: Tokens, places: Mapping[str, tuple[int, int]]) -> frozenset[str]:
    """The places of a cut text but for capitals that stand for governments: "Riyadh may behead him".

    `places` are those of the text, each with its first and last token. A capital is a scene after a word
    for where or whither; in scripts without such words always.
    """
    return frozenset(
        place for place, (first, _) in places.items() if place not in _capitals() or _is_where(tokens, first)
    )


def elsewhere(one: AbstractSet[str], other: AbstractSet[str]) -> bool:
    """Whether two sets of scenes tell of two places: a town may lie in a region: these are not two."""
    if not (one and other) or one & other:
        return False
    first, second = one - _regions(), other - _regions()
    return bool(first) == bool(second)


def _is_where(tokens: Tokens, first: int) -> bool:
    if not _ALPHABET.match(tokens.text[tokens.starts[first]]):
        return True
    before = first - 1
    return (
        before >= 0
        and tokens.sentences[before] == tokens.sentences[first]
        and tokens.words[before] in _where_words()
    )


@cache
def _where_words() -> frozenset[str]:
    rows = data("names")["placed"]
    return frozenset(fold(word.strip()) for word in f"{rows['after']}, {rows['whither']}".split(","))


@cache
def _capitals() -> frozenset[str]:
    return _ids("capitals")


@cache
def _regions() -> frozenset[str]:
    return _ids("regions")


def _ids(group: str) -> frozenset[str]:
    return frozenset(
        place_id(country, name.strip())
        for country, line in data("seats")[group].items()
        for name in line.split(",")
    )
