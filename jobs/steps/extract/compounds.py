"""Knows nouns that look like a verb at the beginning of a sentence: "Aid workers who visited them"."""

import re

_COMPOUNDS = frozenset({"aid", "press", "state", "guard", "support", "rescue", "care", "help", "work"})
_PEOPLE = re.compile(
    r"\w+\s+(?:workers?|staff|agenc(?:y|ies)|groups?|organi[sz]ations?|officials?|officers?|members?|teams?|crews?|"
    r"conference|release|media|convoys?)\b"
)


def names_people(word: str, text: str) -> bool:
    """Whether a text that begins with `word` names people or a thing by it, and commands nothing."""
    return word in _COMPOUNDS and _PEOPLE.match(text[:80]) is not None
