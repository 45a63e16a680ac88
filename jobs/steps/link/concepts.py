"""Finds what a text is about by words that translate: a pregnant woman, a guesthouse, a hunger strike."""

from jobs.steps.lexicon.tokens import Tokens
from jobs.steps.link.signs import signs_in


def concepts_in(tokens: Tokens) -> frozenset[str]:
    """The names of the concepts that a cut text of any language holds."""
    return frozenset(signs_in(tokens, "concept"))
