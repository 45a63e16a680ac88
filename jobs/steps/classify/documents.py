"""Judges a whole document by its form and the harms it is about; a feed entry is judged by its cues."""

import re
from dataclasses import replace

from jobs.steps.classify.gravity import document_certainty, document_severity, document_urgency
from jobs.steps.extract.form import Form, form_of
from jobs.steps.extract.harms import Harms, harms_of
from storage.records import Demand, Reason, Statement
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
    if msg_type is MsgType.CANCEL:
        judged = _closed(judged)
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


def _closed(statement: Statement) -> Statement:
    """A closed case: nothing is to be done by a date; what it tells was asked earlier is asked no more."""
    flat = " ".join(statement.text.split())
    asked = tuple(one for one in statement.demands if _still_asked(one, flat))
    counted = {one.to for one in statement.demands}
    parties = tuple(
        replace(one, demands=count) if count else one
        for one in statement.addressees
        if (count := sum(demand.to == one.name for demand in asked)) or one.name not in counted
    )
    return replace(statement, deadline=None, demands=asked, addressees=parties)


def _still_asked(demand: Demand, flat: str) -> bool:
    """Whether a closed case asks this now, and of others than those who wrote for it."""
    at = flat.find(demand.quote)
    start = max(flat.rfind(stop, 0, max(at, 0)) for stop in (". ", "! ", "? ", "。"))
    end = flat.find("。", at)
    said = flat[start + 1 : at] + (flat[at + len(demand.quote) : end] if end > at else "")
    return not (_READERS.search(demand.to) or _ASKED_THEN.search(said))


_READERS = re.compile(r"network|\breaders?\b|\bred\b|réseau|lect(?:or|eur)|сет[ьи]\b|читател", re.IGNORECASE)
_ASKED_THEN = re.compile(
    r"\b(?:asked|urged|called (?:up)?on|requested|appealed|demanded|insisted)\b|"
    r"\bto urge (?:him|her|it|them)\b|\bhad\b[^.]{0,80}\bto (?:demand|ask|request|urge)\b|"
    r"求め(?:た|ました|てき)|要請し(?:た|ました)|曾|요청했|촉구했|요구했",
    re.IGNORECASE,
)


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
