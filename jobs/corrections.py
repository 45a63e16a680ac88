"""Inside a transaction: takes back an appeal, to exactly those who were sent it, ahead of everything else."""

from dataclasses import replace
from datetime import datetime, timedelta

from jobs.appeals import cease
from jobs.desk import Refusal, Refused, Rules
from jobs.launch import store, tell
from jobs.staff import MACHINE, is_new
from jobs.steps import match
from jobs.takedown import take_down
from storage.appeals import Appeal
from storage.database import Work
from storage.endings import CORRECTED
from storage.records import Alert, Assessment, Statement, Wording
from storage.words import Act, AppealState, Cause, DeliveryState, EventKind, MsgType, Relation, Urgency

WORDINGS = (Cause.FALSE, Cause.OUTDATED, Cause.DETAILS, Cause.SAFETY)
_LIFE = timedelta(days=9)
_A_DAY = timedelta(days=1)
_NOT_SENT = {
    AppealState.DRAFT: Refusal.DRAFT,
    AppealState.SCHEDULED: Refusal.COOLING,
    AppealState.COOLING: Refusal.COOLING,
    AppealState.CORRECTED: Refusal.CORRECTED,
}
_TOLD = (DeliveryState.SENT, DeliveryState.UNCERTAIN, DeliveryState.SENDING)


def to_correct(work: Work, number: int) -> tuple[Appeal, Alert, int]:
    """The appeal, the alert it became, and how many have it or may have; Refused where nobody has."""
    appeal = work.appeals.get(number)
    if appeal is None:
        raise Refused(Refusal.UNKNOWN)
    if appeal.state in _NOT_SENT:
        raise Refused(_NOT_SENT[appeal.state])
    tally = work.appeals.tally(appeal.alert_id)
    told = sum(tally.get(state, 0) for state in _TOLD)
    if not told:
        raise Refused(Refusal.UNHEARD)
    return appeal, work.alerts.many([appeal.alert_id])[appeal.alert_id], told


Ending = tuple[Cause, tuple[Wording, ...]]
"""Why an appeal is taken back, and what the archive says in each of the appeal's languages, its own first."""


def corrected(alert: Alert, end: Ending, now: datetime) -> Alert:
    """The alert by which an appeal is taken back."""
    why, (first, *others) = end
    told = alert.statement
    statement = Statement(
        title=first.title,
        kind=told.kind,
        language=first.language,
        text=first.text,
        wordings=tuple(others),
        issuers=told.issuers,
        countries=told.countries,
        alert=Assessment(msg_type=MsgType.CANCEL, urgency=Urgency.PAST),
        published=now,
        source_name=told.source_name,
        relation=Relation.UPDATE,
    )
    return replace(
        alert,
        identifier=f"{alert.identifier}{CORRECTED}",
        statement=statement,
        sent=now,
        msg_type=MsgType.CANCEL,
        expires=now + _LIFE,
        references=(alert.identifier,),
        cause=why,
        id=0,
    )


def correct(work: Work, number: int, end: Ending, admin: str, rules: Rules, now: datetime) -> int:
    """Takes the appeal back; returns to how many that is told.

    What waits of it is cancelled. Taken down for somebody's safety, its words leave the archive as well.
    """
    work.appeals.locked(number)
    if is_new(work, admin, rules, now):
        raise Refused(Refusal.NOT_YET)
    appeal, alert, _ = to_correct(work, number)
    why, _ = end
    rung, _ = cease(work, appeal, now)
    if why is Cause.SAFETY:
        if alert.statement.taken_down is None:
            take_down(work, alert.statement.id, f"appeal {number} endangered somebody", now)
        work.pictures.drop(number)
    correction = store(work, corrected(alert, end, now))
    lane = match.lane(correction)
    told = work.appeals.queue_correction(
        correction.id, [one.id for one in rung], (lane, now), correction.status
    )
    if why is not Cause.SAFETY:
        work.told.amend(correction, now, statement_id=alert.statement.id)
    work.appeals.turn(number, AppealState.CORRECTED)
    work.audit.note(admin, Act.CORRECTED, number, now, told)
    notice = tell(work, EventKind.APPEAL_CORRECTED, number, rules, now, {"recipients": told})
    work.sendings.begin_correction(number, correction.id, notice, (told, rules.lasts(told)), now)
    return told


def take_down_later(work: Work, statement_id: int, admin: str, rules: Rules, now: datetime) -> int:
    """Takes down what admins took back before for another reason; returns how many messages have to go.

    Raises Refused for one too many of one admin within a day, and NotThere.
    """
    done = work.audit.count(admin, Act.TAKEN_DOWN, now - _A_DAY)
    if done >= rules.per_day and admin != work.staff.mark(*MACHINE):
        raise Refused(Refusal.ENOUGH)
    sent = take_down(work, statement_id, "it endangered somebody, and was taken back before", now).sent
    work.audit.note(admin, Act.TAKEN_DOWN, statement_id, now, sent)
    return sent
