"""Words around names, and a name without what is glued to it: particles, articles, titles."""

import re
from bisect import bisect_left
from functools import cache

from jobs.steps.lexicon.tokens import Tokens, fold
from jobs.steps.link.sounds import data

ARABIC = re.compile("[\u0620-\u06ff]{3,}")


def without_particle(word: str) -> str:
    """A word of Hangul without the particle at its end."""
    for particle in particles():
        if word.endswith(particle) and len(word) - len(particle) >= 2:
            return word[: -len(particle)]
    return word


def place_of(tokens: Tokens, start: int) -> int:
    """The token that begins at or after a character."""
    return bisect_left(tokens.starts, start)


def bare_arabic(word: str) -> str:
    """A word of Arabic without the article."""
    for article in ("وال", "بال", "ال", "لل"):
        if word.startswith(article) and len(word) > len(article) + 2:
            return word[len(article) :]
    return word


@cache
def listed(group: str, language: str) -> tuple[str, ...]:
    """The words of a group of the table `names.toml` in a language."""
    return tuple(word.strip() for word in data("names")[group][language].split(","))


@cache
def folded_list(group: str, language: str) -> frozenset[str]:
    """The same, folded as a text is."""
    return frozenset(map(fold, listed(group, language)))


@cache
def common_names() -> frozenset[str]:
    """Names that thousands bear, folded."""
    line = data("names")["common"]["all"].replace("\n", " ")
    return frozenset(fold(name.strip()) for name in line.split(","))


@cache
def particles() -> tuple[str, ...]:
    """The particles of Korean, the longest first."""
    return tuple(sorted(listed("particles", "ko"), key=len, reverse=True))
