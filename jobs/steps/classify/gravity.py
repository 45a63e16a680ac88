"""CAP urgency, severity and certainty of a statement, after its cues and its verdict."""

from datetime import date, timedelta

from jobs.steps.classify.cues import HARMS, Cues
from jobs.steps.classify.scales import Verdict
from storage.records import Statement
from storage.words import Certainty, Kind, MsgType, Severity, Urgency

_EXPECTED = timedelta(days=45)
"""An action asked for by a date within this time is Expected."""

_EXTREME = frozenset({"execution", "torture", "disappearance", "attack", "return"})
_SEVERE = frozenset({"custody", "health", "eviction"})


def urgency_of(statement: Statement, cues: Cues, verdict: Verdict, today: date) -> Urgency:
    """CAP 1.2 section 3.2.2: Past for what is over, Immediate for what is urgent, Expected before a deadline.

    A resolution or letter with a deadline within 45 days of its writing is Expected; other open
    demands are Future; a text that asks nothing is Unknown.
    """
    if verdict.msg_type is MsgType.CANCEL or (
        verdict.kind is Kind.EVENT and "recap" in cues.found and not verdict.urgent
    ):
        return Urgency.PAST
    if verdict.urgent:
        return Urgency.IMMEDIATE
    written = statement.date_written or today
    deadlines = [d for d in (statement.deadline, *(x.deadline for x in statement.demands)) if d is not None]
    if any(timedelta(0) <= d - written <= _EXPECTED for d in deadlines):
        return Urgency.EXPECTED
    if statement.demands or "demand" in cues.found or "reader" in cues.found:
        return Urgency.FUTURE
    return Urgency.UNKNOWN


def severity_of(cues: Cues) -> Severity:
    """The worst harm that the text speaks of."""
    seen = {harm for harm in HARMS if harm in cues.found}
    if seen & _EXTREME:
        return Severity.EXTREME
    if seen & _SEVERE:
        return Severity.SEVERE
    return Severity.MODERATE if "harassment" in cues.found else Severity.UNKNOWN


def certainty_of(cues: Cues, verdict: Verdict) -> Certainty:
    """Whether the gravest harm has happened, is to be expected, is feared, or is over."""
    if verdict.msg_type is MsgType.CANCEL:
        return Certainty.UNLIKELY
    if not any(harm in cues.found for harm in HARMS):
        return Certainty.UNKNOWN
    if verdict.urgent:
        return Certainty.LIKELY
    return Certainty.OBSERVED
