"""Says why a text was judged so, for a person: what weighed most, with the words that show it."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from jobs.steps.classify.weights import OUTPUTS, URGENT, Row
from jobs.steps.lexicon.tables import table
from storage.records import Reason
from storage.words import MsgType

_FEATURES = 4
_WORDS = 2
"""Reasons told for one judgement, at most: features of the tables, and single words."""
_LEAST = 0.15
"""What weighs less is no reason."""


_Rows = Sequence[tuple[str, Row]]


@dataclass(frozen=True, slots=True)
class Reasons:
    """What was weighed: features with the words that `shown` has of them, and words that `quoted` tells."""

    features: _Rows
    learnt: _Rows
    shown: Mapping[str, str]
    quoted: Callable[[str], str]

    def of(self, kind: str, stage: str, *, urgent: bool) -> tuple[Reason, ...]:
        """The reasons of one verdict, the weightiest first: for urgency, then kind, then stage."""
        rule, sign = ("urgent", 1) if urgent else ("not urgent", -1)
        judged = [(rule, URGENT, sign), (f"kind {kind}", kind, 1)]
        if stage != MsgType.ALERT:
            judged.append((stage, stage, 1))
        return tuple(
            reason for rule, output, sign in judged for reason in self._of(rule, OUTPUTS.index(output), sign)
        )

    def _of(self, rule: str, place: int, sign: int) -> Iterator[Reason]:
        told = set()
        for name in _weightiest(self.features, place, sign)[:_FEATURES]:
            told.add(self.shown[name])
            yield Reason(f"{rule}: {described(name)}", self.shown[name])
        room = _WORDS
        for name in _weightiest(self.learnt, place, sign):
            words = self.quoted(name)
            if room and words not in told and _speaks(words):
                room -= 1
                yield Reason(f"{rule}: wording", words)
            if not room:
                return


def _weightiest(rows: _Rows, place: int, sign: int) -> list[str]:
    weighed = [(sign * row[place], name) for name, row in rows if sign * row[place] >= _LEAST]
    return [name for _, name in sorted(weighed, key=lambda pair: -pair[0])]


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
