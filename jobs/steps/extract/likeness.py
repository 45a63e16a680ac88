"""Tells whether two demands are one and the same in other words, and two names one party."""

import re
from collections.abc import Sequence
from dataclasses import replace

from jobs.steps.extract.data import table, words
from storage.records import Demand


def _stems(quote: str) -> set[str]:
    return {
        re.sub(r"(?:ing|ed|ly|es|s|ion|ment)$", "", word)[:5]
        for word in re.findall(r"[^\W\d_]{3,}", quote.lower())
        if word not in words("senses.toml", "small")
    }


def _sense(word: str) -> str:
    for name, members in table("senses.toml")["senses"].items():
        if word in str(members).split():
            return str(name)
    return word


def _verbs(demand: Demand) -> set[str]:
    head = re.findall(r"[a-z]+", demand.quote.lower())[:4]
    shared = {head[i + 1] for i, word in enumerate(head[:-1]) if word == "and"}
    return {_sense(demand.verb)} | {_sense(word) for word in shared}


def same_verb(one: Demand, other: Demand) -> bool:
    """Whether the two ask for the same kind of act."""
    return bool(_verbs(one) & _verbs(other))


def same_demand(one: Demand, other: Demand) -> bool:
    """True where the verbs mean the same and most of the shorter one's object is in the longer one's."""
    if one.quote == other.quote:
        return True
    if not _verbs(one) & _verbs(other):
        return False
    left, right = _stems(one.quote) - {one.verb[:5]}, _stems(other.quote) - {other.verb[:5]}
    if not left or not right:
        return True
    shared = len(left & right)
    return shared >= 0.5 * min(len(left), len(right)) and shared >= min(2, len(left), len(right))


def alike(one: Demand, other: Demand) -> bool:
    """True where one verb has nearly the same words with it: a request said again in its own passage."""
    left, right = _stems(one.quote), _stems(other.quote)
    return one.verb == other.verb and len(left & right) >= _ALIKE * max(1, min(len(left), len(right)))


_ALIKE = 0.7


def once(found: Sequence[Demand], titled: int) -> list[Demand]:
    """Without those of the first `titled` that the text makes again of the same party with the same word."""
    body = {(demand.to, demand.verb[:4]) for demand in found[titled:]}
    return [*(one for one in found[:titled] if (one.to, one.verb[:4]) not in body), *found[titled:]]


def in_full(found: Sequence[Demand]) -> list[Demand]:
    """The demands with "the authorities" alone read as the authorities that are named in full elsewhere."""
    named = list(dict.fromkeys(demand.to for demand in found))
    return [
        demand
        if " " in demand.to
        else next((replace(demand, to=name) for name in named if name.startswith(f"{demand.to} ")), demand)
        for demand in found
    ]
