"""By what the name of an organisation or a person is known again: one key for all of its spellings."""

import re

from storage.terms import fold

LONGEST = 300
"""Characters of a name that are kept."""
_WORD = re.compile(r"\w+")
_BRACKETED = re.compile(r"[(（\[]\s*([A-Z][A-Za-z0-9&.\-]{1,11})\s*[)）\]]")
IDLE = frozenset({
    "the", "a", "an", "of", "for", "and", "in", "on", "to", "la", "le", "les", "de", "du", "des", "et",
    "el", "los", "las", "y", "der", "die", "das", "und",
})  # fmt: skip
"""Words that nobody can be told by, and that no acronym takes a letter from."""
_CAPITALS = 2


def party_key(name: str) -> str:
    """The key of a name: without case, accents, punctuation, articles and an acronym in brackets.

    "" for what holds no letter and no digit.
    """
    bare = _BRACKETED.sub(_acronym_only, name)
    words = _words(bare) or _words(name)
    told = [word for word in words if word not in IDLE] or words
    return " ".join(told)[:LONGEST]


def acronym(name: str) -> str:
    """The letters that a name goes by: those in its brackets, else the initials of its words; or ""."""
    given = _BRACKETED.search(name)
    if given and _is_acronym(given[1]):
        return fold(given[1].replace(".", ""))
    words = [word for word in _WORD.findall(name) if fold(word) not in IDLE and len(word) > 1]
    initials = "".join(word[0] for word in words if word[0].isupper())
    return fold(initials) if len(initials) > _CAPITALS else ""


def _words(text: str) -> list[str]:
    # An apostrophe is no joint: "Citizens' Alliance", "People’s".
    return _WORD.findall(re.sub(r"['’`´]", "", fold(text)))


def _acronym_only(found: re.Match[str]) -> str:
    return " " if _is_acronym(found[1]) else found[0]


def _is_acronym(text: str) -> bool:
    return sum(char.isupper() for char in text) >= _CAPITALS
