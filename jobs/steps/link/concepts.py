"""Finds what a text is about by words that translate: a pregnant woman, a guesthouse, a hunger strike."""

from functools import cache

from jobs.steps.lexicon.phrases import Phrases
from jobs.steps.lexicon.tokens import Tokens
from jobs.steps.link.sounds import data


def concepts_in(tokens: Tokens) -> frozenset[str]:
    """The names of the concepts that a cut text of any language holds."""
    return frozenset(hit.value for hit in _phrases().find(tokens))


@cache
def _phrases() -> Phrases[str]:
    rows = data("concepts")
    return Phrases(
        (phrase.strip(), name.replace("_", " "))
        for group in rows.values()
        for name, line in group.items()
        for phrase in line.split("/")
        if phrase.strip()
    )
