"""Says why a text was judged so, for a person: what weighed most, with the words that show it."""

from collections.abc import Iterable, Sequence
from functools import cache

from jobs.steps.classify.weights import OUTPUTS, URGENT, Weighed
from jobs.steps.lexicon.tables import table
from storage.records import Reason
from storage.words import MsgType

_FEATURES = 4
_WORDS = 2
"""Reasons told for one judgement, at most: features of the tables, and single words."""
_LEAST = 0.15
"""What weighs less is no reason."""


def reasons(found: Sequence[Weighed], kind: str, stage: str, *, urgent: bool) -> tuple[Reason, ...]:
    """The reasons of one verdict, the weightiest first: for urgency, then kind, then stage."""
    judged = [("urgent" if urgent else "not urgent", URGENT, 1 if urgent else -1), (f"kind {kind}", kind, 1)]
    if stage != MsgType.ALERT:
        judged.append((stage, stage, 1))
    told: list[Reason] = []
    for rule, output, sign in judged:
        told += _of(found, rule, OUTPUTS.index(output), sign)
    return tuple(told)


def _of(found: Iterable[Weighed], rule: str, place: int, sign: int) -> list[Reason]:
    weighed = sorted(
        ((sign * one.row[place], one) for one in found if sign * one.row[place] >= _LEAST),
        key=lambda pair: -pair[0],
    )
    features = [one for _, one in weighed if not one.learnt][:_FEATURES]
    shown = {one.words for one in features}
    words = [one for _, one in weighed if one.learnt and one.words not in shown and _speaks(one.words)]
    told = [Reason(f"{rule}: {described(one.name)}", one.words) for one in features]
    return told + [Reason(f"{rule}: wording", one.words) for one in words[:_WORDS]]


@cache
def described(name: str) -> str:
    """What a feature means, in words: "execution near" is "execution, and soon"."""
    told = table("reasons")
    where, what = "", name
    for prefix in ("title", "much", "opens"):
        if name.startswith(f"{prefix} "):
            where, what = told["where"][prefix], name.removeprefix(f"{prefix} ")
    if what in told["groups"]:
        return f"{told['groups'][what]}{where}"
    # "harm dated, feared" ends in "dated, feared", and not in "feared"
    for suffix in sorted(told["beside"], key=len, reverse=True):
        if what.endswith(f" {suffix}"):
            group = what.removesuffix(f" {suffix}")
            return f"{told['groups'].get(group, group)}{told['beside'][suffix]}{where}"
    return f"{what}{where}"


def _speaks(words: str) -> bool:
    """Whether words say anything to a person: not "of the", not a number alone."""
    return any(len(word) > 3 and not word.isdecimal() for word in words.split()) or any(
        char > "\u3000" for char in words
    )
