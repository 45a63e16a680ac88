"""Inside a transaction: takes back what was rung of a source, by the word of those who run this watch.

A source was taken over, or a call was understood wrongly: whoever was sent it, and nobody else, hears so
ahead of everything. It is our word and not the source's, so it stands in the archive as such.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from jobs.corrections import Ending, corrected
from jobs.desk import Refusal, Refused, Rules
from jobs.launch import store
from jobs.notices import notice_at_once
from jobs.staff import MACHINE, is_new
from jobs.steps import match
from jobs.takedown import take_down
from storage.database import Work
from storage.people import Event
from storage.records import DESK, Alert
from storage.words import (
    Act,
    CaseState,
    Cause,
    DeliveryState,
    EventKind,
    MsgType,
    SourceKind,
    Status,
)

_A_DAY = timedelta(days=1)
_LATELY = timedelta(days=9)
"""So long readers may still act on what they were sent."""
_TOLD = (DeliveryState.SENT, DeliveryState.UNCERTAIN, DeliveryState.SENDING)
_WAITING = (DeliveryState.QUEUED, DeliveryState.HELD)


@dataclass(frozen=True, slots=True)
class Rung:
    """What was rung of one statement."""

    alerts: tuple[Alert, ...]
    """The first of them, then what reminded of it, or told of its edits; without what was taken back."""
    told: int
    """How many messages of these stand in chats, or may."""
    waiting: int = 0
    """How many more are about to, or wait for an admin."""
    again: bool = False
    """Whether it was taken back before, and these are what an admin let go since."""
    leaves: bool = True
    """Whether any of it stands in a chat or is about to, without being held."""

    @property
    def first(self) -> Alert:
        """By which it goes."""
        return self.alerts[0]


def lately(work: Work, most: int, now: datetime) -> tuple[Rung, ...]:
    """What was rung of sources and may be taken back, the newest first."""
    found = work.alerts.rung_lately(now - _LATELY, most)
    return tuple(_rung(work, one) for one in found)


def to_retract(work: Work, number: int) -> Rung:
    """What stands under the number of an alert; Refused where nobody has it, or it is taken back."""
    alert = work.alerts.many([number]).get(number)
    if alert is None or alert.source.kind is SourceKind.DESK or alert.status is not Status.ACTUAL:
        raise Refused(Refusal.UNKNOWN)
    if alert.msg_type is MsgType.CANCEL:
        raise Refused(Refusal.AN_END)
    found = _rung(work, alert.statement.id)
    if not found.alerts or (found.again and not found.leaves):
        raise Refused(Refusal.CORRECTED)
    if not found.told and not found.waiting:
        raise Refused(Refusal.UNHEARD)
    return found


def retracted(found: Rung, end: Ending, rules: Rules, now: datetime) -> Alert:
    """The alert by which it is taken back: as our own word."""
    issuers = (rules.organisation,) if rules.organisation else ()
    ours = replace(found.first.statement, issuers=issuers, source_name=DESK.name)
    call = replace(found.first, statement=ours, source=DESK, also=(), changes=())
    return replace(corrected(call, end, now), references=tuple(one.identifier for one in found.alerts))


def retract(work: Work, number: int, end: Ending, admin: str, rules: Rules, now: datetime) -> int:
    """Takes it back; returns to how many that is told.

    What waits of it is cancelled. Where nothing else rang on its case, that is at its end; else the rest of
    the case goes on, and what takes this back stands by itself. Taken down for safety, its words leave the
    archive.
    """
    work.cases.lock()  # nobody else takes it back, and no poll rings on its case, meanwhile
    _within_limits(work, admin, rules, now)
    found = to_retract(work, number)
    why, _ = end
    first, statement = found.first, found.first.statement
    for one in found.alerts:
        work.appeals.halt(one.id, now)
    correction = retracted(found, end, rules, now)
    ends = first.case_id is not None and not _goes_on(work, first.case_id, statement.id)
    if why is Cause.SAFETY and statement.taken_down is None:
        take_down(work, statement.id, f"alert {first.id} endangered somebody", now)
    correction = store(work, correction if ends else replace(correction, case_id=None))
    if ends and first.case_id is not None:
        work.cases.touch(first.case_id, CaseState.WITHDRAWN, now)
    rung = [one.id for one in found.alerts]
    told = work.appeals.queue_correction(correction.id, rung, (match.lane(correction), now))
    if why is not Cause.SAFETY:
        work.told.amend(replace(correction, case_id=first.case_id), now, statement_id=statement.id)
    work.audit.note(admin, Act.RETRACTED, first.id, now, told)
    counts = {"recipients": told, "statement": correction.statement.id}
    title = first.source.organisation or first.source.title or first.source.name
    event = Event(EventKind.CALL_CORRECTED, now, source=first.source.name, title=title, counts=counts)
    notice = notice_at_once(work, event, rules.admins, now)
    work.sendings.begin_retraction(correction.id, notice, (told, rules.lasts(told)), now)
    return told


def _within_limits(work: Work, admin: str, rules: Rules, now: datetime) -> None:
    """Raises Refused for one too many: a lost phone would tell everybody that what is true is not.

    Nor would a second one help that it let in. Whoever is at the terminal of the machine is bound by nothing.
    """
    if admin == work.staff.mark(*MACHINE):
        return
    if is_new(work, admin, rules, now):
        raise Refused(Refusal.NOT_YET)
    if work.audit.count(admin, Act.RETRACTED, now - _A_DAY) >= rules.per_day:
        raise Refused(Refusal.ENOUGH)


def _rung(work: Work, statement_id: int) -> Rung:
    before = work.alerts.corrected_by(statement_id)
    ids = [one for one in work.alerts.on_statement(statement_id) if one > before]
    alerts = work.alerts.many(ids)
    told, waiting, queued = (
        sum(_tallied(work, one, states) for one in ids)
        for states in (_TOLD, _WAITING, (DeliveryState.QUEUED,))
    )
    return Rung(tuple(alerts[one] for one in ids), told, waiting, before > 0, told + queued > 0)


def _goes_on(work: Work, case_id: int, but: int) -> bool:
    """Whether a call of another statement stands on the case, which somebody got or is about to."""
    calls = [one for one in work.alerts.on_case(case_id) if one.msg_type is not MsgType.CANCEL]
    others = {one.statement.id for one in calls} - {but}
    others -= work.alerts.taken_back(list(others))
    heard = (*_TOLD, DeliveryState.QUEUED)
    return any(one.statement.id in others and _tallied(work, one.id, heard) for one in calls)


def _tallied(work: Work, alert_id: int, states: Iterable[DeliveryState]) -> int:
    tally = work.appeals.tally(alert_id)
    return sum(tally.get(state, 0) for state in states)
