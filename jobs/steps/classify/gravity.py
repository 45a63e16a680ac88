"""CAP urgency, severity and certainty of a statement, after its cues and its verdict."""

from datetime import date, timedelta

from jobs.steps.classify.cues import HARMS, Cues
from jobs.steps.classify.scales import Verdict
from jobs.steps.extract.harms import Harms
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


def document_urgency(statement: Statement, msg_type: MsgType, harms: Harms, *, over: bool) -> Urgency:
    """The urgency of a whole document, by the first rule that fits.

    Past: the case is closed, or it reports on an event that is `over`. Immediate: persons who are named or
    counted are in danger and what is asked is asked at once. Expected: an action is asked by a date within
    45 days of its writing. Future: something is asked. Unknown: nothing is.
    """
    if msg_type is MsgType.CANCEL or (over and statement.kind is Kind.EVENT):
        return Urgency.PAST
    harmed = bool(harms.extreme or harms.severe)
    if harms.now and harmed and (statement.persons_at_risk.count or statement.kind is Kind.URGENT_APPEAL):
        return Urgency.IMMEDIATE
    written = statement.date_written or statement.date_posted
    deadlines = [d for d in (statement.deadline, *(x.deadline for x in statement.demands)) if d is not None]
    if written and any(timedelta(0) <= day - written <= _EXPECTED for day in deadlines):
        return Urgency.EXPECTED
    return Urgency.FUTURE if statement.demands or statement.addressees else Urgency.UNKNOWN


def document_severity(harms: Harms) -> Severity:
    """The gravest harm that the document is about."""
    if harms.extreme:
        return Severity.EXTREME
    if harms.severe:
        return Severity.SEVERE
    return Severity.MODERATE if harms.moderate else Severity.UNKNOWN


def document_certainty(statement: Statement, msg_type: MsgType, harms: Harms) -> Certainty:
    """Unlikely where danger is over, Likely where the gravest harm is ahead, Observed where it goes on."""
    if msg_type is MsgType.CANCEL:
        return Certainty.UNLIKELY
    if not (harms.extreme or harms.severe or harms.moderate):
        return Certainty.UNKNOWN
    ahead = (
        harms.ahead
        and (harms.extreme or harms.severe)
        and (statement.persons_at_risk.count or statement.alert.urgent)
    )
    return Certainty.LIKELY if ahead else Certainty.OBSERVED
