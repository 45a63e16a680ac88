"""Adds up what features and words weigh: urgent or not, which kind, which stage."""

from dataclasses import dataclass

from jobs.steps.classify.cues import HARMS
from jobs.steps.classify.features import Features
from jobs.steps.classify.grams import grams
from jobs.steps.classify.reasons import Reasons
from jobs.steps.classify.weights import KINDS, OUTPUTS, STAGES, URGENT, weights
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


def judge(features: Features, tokens: Tokens, title_end: int) -> Verdict:
    """Kind, urgency and stage by the sums of all weights; a cancel is never urgent."""
    known = weights()
    told = [(name, row) for name in features.shown if (row := known.features.get(name))]
    found = grams(tokens, title_end, known.grams)
    names = [*(name for name, _ in told), *found]
    columns = list(
        zip(known.base, *(row for _, row in told), *map(known.grams.known.__getitem__, found), strict=True)
    )
    sums = list(map(sum, columns))
    kinds = KINDS if _GROUNDS.intersection(features.shown) else _WITHOUT_GROUNDS
    kind = max(kinds, key=lambda name: sums[_PLACE[name]]) if found else str(Kind.OTHER)
    stage = max(STAGES, key=lambda name: sums[_PLACE[name]])
    pressing = sums[_PLACE[URGENT]] > _PRESSING
    if stage == MsgType.CANCEL and (pressing or _ENDS.isdisjoint(features.shown)):
        # A release denied, or told in passing, ends no action: a false correction overtakes everything.
        stage = max(set(STAGES) - {str(MsgType.CANCEL)}, key=lambda name: sums[_PLACE[name]])
    urgent = sums[_PLACE[URGENT]] > 0 and stage != MsgType.CANCEL
    rows = [column[1:] for column in columns]
    why = Reasons(names, len(told), rows, features.shown, lambda name: tokens.evidence(*found[name]))
    return Verdict(Kind(kind), urgent, MsgType(stage), why.of(kind, stage, urgent=urgent))


_GROUNDS = frozenset({
    *HARMS, "now", "risk", "demand", "reader", "urgent_label", "freed", "rearrested", "stay_off", "put_off",
    "closed", "worst", "follow_up", "moved", "flight", "silence", "fasting", "sickness", "gallows", "plea",
    "thanks", "contact", "going_on", "done", "hour", "ahead",
})  # fmt: skip
"""Without any of them a text is no appeal, whatever its words are like."""
_WITHOUT_GROUNDS = tuple(name for name in KINDS if name != Kind.URGENT_APPEAL)
_PRESSING = 1.0
"""From here on the words for danger outweigh whatever speaks for an end of it."""
_ENDS = frozenset({"closed", "freed", "thanks", "put_off", "worst", "follow_up"})
"""Without one of these features nothing is called off: something must be told to have ended."""
