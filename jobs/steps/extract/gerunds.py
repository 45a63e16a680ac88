"""Reads items that say in gerunds what is to be done, as under "including by:"."""

import re

from jobs.steps.extract.phrases import Phrase, phrase
from jobs.steps.extract.verbs import EDGE, base_verb


def gerund_phrases(text: str) -> list[Phrase]:
    """The phrases of an item that says in gerunds what is to be done: "Providing A and removing B"."""
    first = text.split(maxsplit=1)
    if not first or not gerund(first[0]):
        return []
    starts = [
        0,
        *(cut.end() for cut in _AND_GERUND.finditer(text) if gerund(text[cut.end() :].split(maxsplit=1)[0])),
    ]
    pieces = (text[start:end] for start, end in zip(starts, [*starts[1:], len(text)], strict=True))
    return [one for piece in pieces if (one := phrase(piece)) and len(piece.split()) > 1]


_AND_GERUND = re.compile(r"(?:[,;]\s+(?:and\s+)?|\sand\s+)(?=\w{2,20}ing\s)")


def gerund(word: str) -> bool:
    """Whether a word is the "-ing" form of a verb that a demand may begin with."""
    stem = word.strip(EDGE).lower()[:-3]
    if len(stem) < 2 or not word.strip(EDGE).lower().endswith("ing"):
        return False
    return base_verb(stem) or base_verb(f"{stem}e") or (stem[-1] == stem[-2] and base_verb(stem[:-1]))


def third_person(text: str) -> bool:
    """Whether a line begins with what something does: "Establishes a commission"."""
    word = text.split(maxsplit=1)[0].strip(EDGE).lower() if text.split() else ""
    stems = (word[:-1], word[:-2], f"{word[:-3]}y") if word.endswith("s") and len(word) > 4 else ()
    return any(base_verb(stem) for stem in stems)
