"""Adds up what features and words weigh: urgent or not, which kind, which stage."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import exp, inf, log1p

from jobs.steps.classify.cues import HARMS
from jobs.steps.classify.features import Features
from jobs.steps.classify.grams import grams
from jobs.steps.classify.reasons import Reasons
from jobs.steps.classify.together import meetings
from jobs.steps.classify.weights import KINDS, OUTPUTS, STAGES, URGENT, Row, Weights, weights
from jobs.steps.lexicon.tokens import Tokens
from storage.records import Reason
from storage.words import Kind, MsgType


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the weights say of one text, and why."""

    kind: Kind
    urgent: bool
    msg_type: MsgType
    reasons: tuple[Reason, ...]


def judge(features: Features, tokens: Tokens, title_end: int) -> Verdict:
    """Kind, urgency and stage by the sums of all weights, taken together; a cancel is never urgent."""
    known = weights()
    threatens = _threatens(features)
    if threatens:
        features = replace(
            features, shown={name: at for name, at in features.shown.items() if name not in _OVER}
        )
    told = list(_told(features, known).items())
    found = grams(tokens, title_end, known.grams)
    names = [*(name for name, _ in told), *found]
    columns = list(
        zip(known.base, *(row for _, row in told), *map(known.of_gram.__getitem__, found), strict=True)
    )
    sums = list(map(sum, columns))
    kind, urgent, stage = _taken(
        dict(zip(OUTPUTS, sums, strict=True)), features, threatens=threatens, known=bool(found)
    )
    rows = [column[1:] for column in columns]
    why = Reasons(names, len(told), rows, features.shown, lambda name: tokens.evidence(*found[name]))
    return Verdict(Kind(kind), urgent, MsgType(stage), why.of(kind, stage, urgent=urgent))


def _told(features: Features, known: Weights) -> dict[str, Row]:
    """What each feature weighs: alone, and half of what it weighs beside each other one that it meets."""
    parts = {name: [row] for name in features.shown if (row := known.features.get(name))}
    for two in meetings(features.shown):
        half = known.halves.get(two)
        if half:
            for name in two:
                parts.setdefault(name, []).append(half)
    return {
        name: tuple(map(sum, zip(*rows, strict=True))) if len(rows) > 1 else rows[0]
        for name, rows in parts.items()
    }


def _taken(
    sums: Mapping[str, float], features: Features, *, threatens: bool, known: bool
) -> tuple[str, bool, str]:
    """The kind, urgency and stage that weigh most together; `known`: whether any of the words is."""
    kinds = [max(_NO_APPEALS, key=sums.__getitem__) if known else str(Kind.OTHER)]
    if known and not _GROUNDS.isdisjoint(features.shown):
        kinds.append(str(Kind.URGENT_APPEAL))
    pressing = sums[URGENT] > _PRESSING and not _labelled(features)
    stages = _NO_ENDS if pressing or threatens else STAGES
    if _ASKED.isdisjoint(features.shown):
        # Many calls tell what went before; what was not asked before has no news.
        sums = {**sums, MsgType.UPDATE: sums[MsgType.UPDATE] - _UNASKED}
    together = weights().together
    taken, most = (kinds[0], False, stages[0]), -inf
    for kind in kinds:
        plain = -log1p(exp(-sums[kind]))  # the logarithm of its probability, were it judged alone
        for urgent in (False, True):
            pairs = together[kind == Kind.URGENT_APPEAL, urgent]
            pressed = plain + _URGENCY * (sums[URGENT] if urgent else -sums[URGENT]) / 2
            for stage in stages if not urgent else _NO_ENDS:
                weight = pressed + sums[stage] + pairs[stage]
                if weight > most:
                    taken, most = (kind, urgent, stage), weight
    return taken


def _threatens(features: Features) -> bool:
    """Whether the title tells of a harm and when it falls, and nothing of how that ended.

    A call may begin with thanks for what readers did for others: that ends no action. What is over may be
    something else than the action, too, where readers are asked to act at once ("Case closed: hanging set for
    Sunday"): then it speaks neither for an end nor against a danger.
    """
    shown = features.shown.keys()
    if not shown >= _FEARED or any(map(shown.isdisjoint, (_SOON, _TITLED))):
        return False
    return shown.isdisjoint(_ENDED if shown.isdisjoint(_ASKING) else _OUTCOMES)


def _labelled(features: Features) -> bool:
    """Whether its first words say that the call is over ("STOP ACTION: ..."), or its title, and how it ended.

    What was feared is told of in such a title all the same.
    """
    shown = features.shown.keys()
    return "opens closed" in shown or shown >= {"title call over", "closed", "freed"}


_FEARED = frozenset({"harm near", "harm feared"})
_SOON = frozenset({"title now", "title ahead"})
_TITLED = frozenset(f"title {harm}" for harm in HARMS)
_ASKING = frozenset({"reader now", "demand now"})
_OUTCOMES = frozenset({"freed", "put_off", "worst", "title thanks", "correction", "drill"})
_OVER = frozenset(
    {"closed", "much closed", "call over"}
    | {f"{at} {told}" for at in ("title", "opens") for told in ("closed", "call over")}
)
"""What says of something that it is over; whoever is threatened has nothing of it."""
_ENDED = _OUTCOMES | {"title closed", "opens closed"}

_GROUNDS = frozenset({
    *HARMS, "now", "risk", "demand", "reader", "urgent_label", "freed", "bail", "rearrested", "stay_off",
    "put_off", "closed", "worst", "follow_up", "before", "yours", "carry_on", "course", "tidings", "moved",
    "flight", "silence", "fasting", "sickness", "gallows", "plea", "thanks", "contact", "going_on", "lately",
    "shut_out", "done", "hour", "ahead",
})  # fmt: skip
"""Without any of them a text is no appeal, whatever its words are like."""
_NO_APPEALS = tuple(name for name in KINDS if name != Kind.URGENT_APPEAL)
_NO_ENDS = tuple(name for name in STAGES if name != MsgType.CANCEL)
_URGENCY = 1.5
"""What the sum of urgency weighs beside the others (WEIGHT of `tests/evaluation/fit_together.py`)."""
_PRESSING = 1.0
"""From here on the words for danger outweigh whatever speaks for an end of it."""
_ASKED = frozenset({"follow_up", "before", "carry_on"})
"""Features that tell of an earlier call in so many words."""
_UNASKED = 0.5
"""By how much the other words must speak the louder for news on a call where none of these features does."""
