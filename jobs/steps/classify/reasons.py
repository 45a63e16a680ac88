"""Says why a text was judged so, for a person: what weighed most, with the words that show it."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from jobs.steps.classify.weights import OUTPUTS, URGENT
from jobs.steps.lexicon.tables import table
from storage.records import Reason
from storage.words import MsgType

_FEATURES = 4
_WORDS = 2
"""Reasons told for one judgement, at most: features of the tables, and single words."""
_LEAST = 0.15
"""What weighs less is no reason."""


@dataclass(frozen=True, slots=True)
class Reasons:
    """What was weighed: features, of which `shown` has the words, then grams, which `quoted` tells."""

    names: Sequence[str]
    features: int
    """How many of them, the first, are features."""
    columns: Sequence[Sequence[float]]
    """For each of OUTPUTS the weights, in the order of the names."""
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
        weightiest = self._weightiest(place, sign)
        told = set()
        for at in [at for at in weightiest if at < self.features][:_FEATURES]:
            name = self.names[at]
            told.add(self.shown[name])
            yield Reason(f"{rule}: {described(name)}", self.shown[name])
        room = _WORDS
        for at in weightiest:
            words = self.quoted(self.names[at]) if at >= self.features else ""
            if room and words not in told and _speaks(words):
                room -= 1
                yield Reason(f"{rule}: wording", words)
            if not room:
                return

    def _weightiest(self, place: int, sign: int) -> list[int]:
        """The numbers of the names that weigh enough to be a reason, the weightiest first."""
        column = self.columns[place]
        if sign > 0:
            enough = [(weight, at) for at, weight in enumerate(column) if weight >= _LEAST]
        else:
            enough = [(-weight, at) for at, weight in enumerate(column) if weight <= -_LEAST]
        return [at for _, at in sorted(enough, key=lambda pair: -pair[0])]


@cache
def described(name: str) -> str:
    """What a feature means, in words: "execution near" is "execution, and soon"."""
    told = table("reasons")
    where, what = "", name
    for prefix in ("title", "much", "text opens", "opens"):
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
