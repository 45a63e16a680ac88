"""Adds up the weights of the features that hold: urgent or not, which kind, which stage."""

from dataclasses import dataclass

from jobs.steps.classify.features import Features
from jobs.steps.lexicon.tables import table
from storage.records import Reason
from storage.words import Kind, MsgType

_SHOWN = 4
"""Reasons told for one judgement."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the weights say of one text, and why."""

    kind: Kind
    urgent: bool
    msg_type: MsgType
    reasons: tuple[Reason, ...]


def judge(features: Features) -> Verdict:
    """Kind, urgency and stage by the sums of the weights in `weights.toml`.

    A follow-up is never urgent by its outcome alone and a cancel never at all; a kind is the one
    with the highest sum, `statement` where two are equal.
    """
    weights = table("weights")
    stages = {name: _sum(weights["msg_type"][name], features) for name in ("update", "cancel")}
    stage = max(stages, key=lambda name: stages[name])
    msg_type = MsgType(stage) if stages[stage] > 0 else MsgType.ALERT
    if msg_type is MsgType.CANCEL and _ENDS.isdisjoint(features.shown):
        # A release told in passing ends no action; a false correction would overtake everything.
        msg_type = MsgType.ALERT
    urgent = _sum(weights["urgent"], features) > 0 and msg_type is not MsgType.CANCEL
    sums = {kind: _sum(weights["kind"][kind], features) for kind in _KINDS}
    if urgent:
        for name, more in weights["when_urgent"].items():
            sums[name] += more
    kind = max(_KINDS, key=lambda name: sums[name])
    reasons = [
        *_reasons("urgent" if urgent else "not urgent", weights["urgent"], features, positive=urgent),
        *_reasons(f"kind {kind}", weights["kind"][kind], features, positive=True),
    ]
    if msg_type is not MsgType.ALERT:
        reasons += _reasons(stage, weights["msg_type"][stage], features, positive=True)
    return Verdict(Kind(kind), urgent, msg_type, tuple(reasons))


_ENDS = frozenset({"closed", "title freed"})
"""Without one of these features nothing is called off."""

_KINDS = ("statement", *(str(kind) for kind in Kind if kind is not Kind.STATEMENT))


def _sum(row: dict[str, float], features: Features) -> float:
    return row.get("base", 0.0) + sum(row.get(name, 0.0) for name in features.shown)


def _reasons(rule: str, row: dict[str, float], features: Features, *, positive: bool) -> list[Reason]:
    """The features that weighed most for a judgement, with their words."""
    sign = 1 if positive else -1
    weighed = [(sign * row.get(name, 0.0), name) for name in features.shown]
    best = sorted((pair for pair in weighed if pair[0] > 0), reverse=True)[:_SHOWN]
    return [Reason(f"{rule}: {name}", features.shown[name]) for _, name in best]
