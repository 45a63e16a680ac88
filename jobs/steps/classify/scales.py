"""Adds up what features and words weigh: urgent or not, which kind, which stage."""

from collections.abc import Iterator
from dataclasses import dataclass

from jobs.steps.classify.features import Features
from jobs.steps.classify.reasons import reasons
from jobs.steps.classify.weights import KINDS, OUTPUTS, STAGES, URGENT, Weighed, weights
from jobs.steps.lexicon.tokens import Tokens
from storage.records import Reason
from storage.words import Kind, MsgType

_PLACE = {name: place for place, name in enumerate(OUTPUTS)}


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the weights say of one text, and why."""

    kind: Kind
    urgent: bool
    msg_type: MsgType
    reasons: tuple[Reason, ...]


def judge(features: Features, grams: dict[str, tuple[int, int]], tokens: Tokens) -> Verdict:
    """Kind, urgency and stage by the sums of all weights; a cancel is never urgent."""
    found = list(_weighed(features, grams, tokens))
    sums = list(weights().base)
    for one in found:
        for place, value in enumerate(one.row):
            sums[place] += value
    kind = max(KINDS, key=lambda name: sums[_PLACE[name]])
    stage = max(STAGES, key=lambda name: sums[_PLACE[name]])
    if stage == MsgType.CANCEL and _ENDS.isdisjoint(features.shown):
        # A release told in passing ends no action; a false correction would overtake everything.
        stage = max(set(STAGES) - {str(MsgType.CANCEL)}, key=lambda name: sums[_PLACE[name]])
    urgent = sums[_PLACE[URGENT]] > 0 and stage != MsgType.CANCEL
    return Verdict(Kind(kind), urgent, MsgType(stage), reasons(found, kind, stage, urgent=urgent))


_ENDS = frozenset({"closed", "freed", "thanks"})
"""Without one of these features nothing is called off."""


def _weighed(features: Features, grams: dict[str, tuple[int, int]], tokens: Tokens) -> Iterator[Weighed]:
    known = weights()
    for name, words in features.shown.items():
        row = known.features.get(name)
        if row is not None:
            yield Weighed(name, words, row)
    for name in grams.keys() & known.grams.keys():
        yield Weighed(name, tokens.evidence(*grams[name]), known.grams[name], learnt=True)
