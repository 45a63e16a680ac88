"""Judges a whole document by its form and the harms it is about; a feed entry is judged by its cues."""

from dataclasses import replace

from jobs.steps.classify.gravity import document_certainty, document_severity, document_urgency
from jobs.steps.extract.form import Form, form_of
from jobs.steps.extract.harms import Harms, harms_of
from storage.records import Reason, Statement
from storage.words import Kind, MsgType, Urgency


def judge_document(statement: Statement, form: Form | None = None) -> Statement:
    """The classified statement of a document with kind, stage and CAP scales as its form and harms have it.

    What the form leaves open stays as the cues judged it; a document that asks something of somebody is
    no "other" unless its form says so. Reasons are added, not replaced.
    """
    form = form or form_of(statement.title, statement.text)
    harms = harms_of(statement.title, statement.text, (demand.quote for demand in statement.demands))
    kind = form.kind or _kind(statement, harms)
    msg_type = form.msg_type if form.kind else statement.alert.msg_type
    if kind is not Kind.URGENT_APPEAL:
        msg_type = MsgType.ALERT
    judged = replace(statement, kind=kind)
    if msg_type is MsgType.CANCEL:  # a closed case asks nothing any more; what it tells was asked before
        judged = replace(judged, deadline=None, demands=(), addressees=())
    urgency = document_urgency(judged, msg_type, harms, over=form.over)
    reasons = [*statement.alert.reasons]
    if form.kind:
        reasons.append(Reason(f"form {kind}", form.shown))
    if urgency is Urgency.IMMEDIATE and harms.now:
        reasons.append(Reason("asked at once", harms.now))
    urgent = _urgent(judged, msg_type, urgency)
    if urgent and urgency is Urgency.UNKNOWN:
        urgency = Urgency.IMMEDIATE  # what rings says so
    alert = replace(
        statement.alert,
        msg_type=msg_type,
        urgent=urgent,
        urgency=urgency,
        severity=document_severity(harms),
        certainty=document_certainty(judged, msg_type, harms),
        reasons=tuple(reasons),
    )
    return replace(judged, alert=alert)


def _kind(statement: Statement, harms: Harms) -> Kind:
    """What cues alone made of it: an appeal where it asks at once to prevent a harm to persons it counts."""
    ahead = bool(harms.extreme and harms.ahead and harms.now)
    if ahead and statement.persons_at_risk.count and statement.demands and statement.kind in _OPEN:
        return Kind.URGENT_APPEAL
    if statement.kind is Kind.OTHER and statement.demands:
        return Kind.STATEMENT
    return statement.kind


_OPEN = frozenset({Kind.STATEMENT, Kind.OTHER})


def _urgent(statement: Statement, msg_type: MsgType, urgency: Urgency) -> bool:
    """An appeal for persons in danger now is urgent whatever words it uses; what is over never is."""
    if msg_type is MsgType.CANCEL or urgency is Urgency.PAST:
        return False
    appeals = statement.kind is Kind.URGENT_APPEAL and urgency is Urgency.IMMEDIATE
    return statement.alert.urgent or (appeals and bool(statement.persons_at_risk.count))
