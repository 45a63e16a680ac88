"""Reads an Arabic noun phrase as one or more parties."""

import re

from jobs.steps.extract.arabic_words import EDGE, LED, heads_name, vocabulary
from jobs.steps.extract.printed_countries import printed_names


def names_in(name: str) -> list[str]:
    """The parties named side by side, each as it would stand alone."""
    words = [word for word in name.strip(EDGE).split() if word.strip(EDGE)]
    if words and words[0] in {"من", "إلى", "على", "ل", "ب"}:
        words = words[1:]
    parts: list[list[str]] = [[]]
    for word in words:
        plain = word.strip(EDGE)
        bare = re.sub(r"^و(?:إلى|على|من)?(?=\w{3})", "", plain)
        if plain in {"وإلى", "وعلى", "ومن"}:
            parts.append([])
            continue
        if parts[-1] and bare != plain and _beside(parts[-1], bare) and plain not in vocabulary("heads"):
            parts.append([bare])
        elif plain:
            parts[-1].append(plain)
    return [clean for part in parts if (clean := _clean(part))]


def _beside(before: list[str], bare: str) -> bool:
    """Whether "and X" names another party: not the second half of a ministry's field, nor "men and women"."""
    named = bare in vocabulary("firm_heads") or bare in printed_names()
    return named and _alone(before[-1])[:6] != bare[:6]


def _clean(words: list[str]) -> str:
    """A name without titles of honour, clitics and what only leads in."""
    kept = [word for word in words if word not in vocabulary("courtesies")]
    while len(kept) > 1 and _leads_in(kept[0], kept[1]):
        kept = kept[1:]
    if kept:
        kept[0] = _alone(kept[0])
    return " ".join(kept)


def _leads_in(word: str, following: str) -> bool:
    """Whether a word is an adverb or a title of honour: "دولة" is a state but before "رئيس"."""
    if word == "دولة":
        return heads_name(following) and not following.startswith("ال")
    return word in vocabulary("adverbs") | vocabulary("honours")


def _alone(word: str) -> str:
    """A word without the preposition that is written with it."""
    if word.startswith("لل") and len(word) > LED:
        return f"ال{word[2:]}"
    clitic = word[0] in "بل" and (word[1:3] == "ال" or word[1:] in vocabulary("heads"))
    return word[1:] if clitic and word not in vocabulary("heads") else word
