"""Inside a transaction: what admins do with an appeal, from its first words to its being stopped.

Each of these notes in the audit who did it. What may not be done raises Refused and changes nothing.
"""

import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta

from jobs.desk import Refusal, Refused, Rules
from jobs.launch import Reached, alert_of, cool, reached, tell
from jobs.notices import notice_to
from jobs.staff import approvers, newcomers
from storage.appeals import Appeal, Draft
from storage.audit import NOBODY
from storage.database import Work
from storage.people import Event
from storage.records import Alert
from storage.words import Act, AppealState, CaseState, DeliveryState, EventKind, Urgency

_NO_DRAFT = {
    AppealState.SCHEDULED: Refusal.COOLING,
    AppealState.COOLING: Refusal.COOLING,
    AppealState.SENT: Refusal.SENT,
    AppealState.STOPPED: Refusal.STOPPED,
    AppealState.CORRECTED: Refusal.CORRECTED,
}
MOST_DRAFTS = 20
"""Of one admin: what waits to be finished is still looked through."""
A_DAY = timedelta(days=1)
SHORTEST_MARK = 8
"""Characters of the hash that have to be given."""


@dataclass(frozen=True, slots=True)
class Approved:
    """What an approval made of an appeal."""

    appeal: Appeal
    reached: Reached
    missing: int
    """How many more have to approve; 0 when it is about to be sent."""
    alone: bool
    """Whether nobody but its author stands for it."""
    due: datetime | None = None
    """When it goes out; None while somebody else has to approve it."""


@dataclass(frozen=True, slots=True)
class Halted:
    """What a stop made of an appeal."""

    tally: dict[DeliveryState, int]
    """How many deliveries are in each state; empty where none was queued yet."""
    cancelled: int = 0

    @property
    def got(self) -> int:
        """How many have it."""
        return self.tally.get(DeliveryState.SENT, 0)

    @property
    def perhaps(self) -> int:
        """How many may have it."""
        return self.tally.get(DeliveryState.UNCERTAIN, 0) + self.tally.get(DeliveryState.SENDING, 0)

    @property
    def never(self) -> int:
        """How many do not get it."""
        return self.tally.get(DeliveryState.CANCELLED, 0) + self.tally.get(DeliveryState.FAILED, 0)


def write(
    work: Work, admin: str, draft: Draft, now: datetime, *, drill: bool = False, shows: bytes = b""
) -> Appeal:
    """A new appeal, or a drill, which nobody gets before others have approved it.

    `shows` are the bytes of its picture, where it has one. Raises Refused where this admin has as many
    drafts as one may.
    """
    if len(work.appeals.drafts(admin)) >= MOST_DRAFTS:
        raise Refused(Refusal.FULL)
    made = work.appeals.add(admin, draft, now, drill=drill)
    _show(work, made.id, draft, shows)
    work.audit.note(admin, Act.WRITTEN, made.id, now)
    return made


def ask_others(work: Work, appeal: Appeal, rules: Rules, now: datetime) -> int | None:
    """Whoever may stand for these words beside their author hears that they wait; returns how many do.

    None where no second person is needed or nobody is ever told of anything, and where the author has written
    so much that day that nobody is told of more: a stolen phone would wake everybody.
    """
    assert appeal.draft is not None  # noqa: S101 - a draft has words
    written = work.audit.count(appeal.author, Act.WRITTEN, now - A_DAY)
    if rules.approvals < 2 or written > MOST_DRAFTS or not rules.admins.addresses:
        return None
    people = [one for mark, one in approvers(work, rules.admins, now).items() if mark != appeal.author]
    urgent = appeal.draft.urgency is Urgency.IMMEDIATE and not appeal.drill
    named = {"appeal": appeal.id, "drill": int(appeal.drill), "urgent": int(urgent)}
    counts = {name: count for name, count in named.items() if count}
    event = Event(EventKind.APPEAL_WAITS, now, title=str(appeal.id), counts=counts)
    return notice_to(work, event, people, rules.admins.language, now)


def known(work: Work, number: int) -> Appeal:
    """The appeal with this number; Refused where there is none."""
    found = work.appeals.get(number)
    if found is None:
        raise Refused(Refusal.UNKNOWN)
    return found


def draft_of(work: Work, number: int) -> Appeal:
    """The appeal with this number, whose words may still be changed until the transaction ends."""
    found = work.appeals.locked(number)
    if found is None:
        raise Refused(Refusal.UNKNOWN)
    if found.state in _NO_DRAFT:
        raise Refused(_NO_DRAFT[found.state])
    return found


def edit(work: Work, appeal: Appeal, admin: str, draft: Draft, now: datetime, shows: bytes = b"") -> Appeal:
    """It has other words, whose author is who wrote them; what was approved before is void.

    `shows` are the bytes of another picture, where it has another one now.
    """
    _show(work, appeal.id, draft, shows)
    made = work.appeals.rewrite(appeal.id, admin, draft, now)
    work.audit.note(admin, Act.EDITED, appeal.id, now)
    return made


def _show(work: Work, number: int, draft: Draft, shows: bytes) -> None:
    if draft.picture is None:
        work.pictures.drop(number)
    elif shows:
        work.pictures.keep(number, draft.picture, shows)


def drop(work: Work, number: int, admin: str, now: datetime) -> None:
    """The draft is not kept any more."""
    work.appeals.drop(draft_of(work, number).id)
    work.audit.note(admin, Act.DROPPED, number, now)


def approve(work: Work, number: int, mark: str, admin: str, rules: Rules, now: datetime) -> Approved:
    """One admin stands for the words that have this hash; with enough of them it is about to be sent.

    Whoever joined by a code only now does not count, nor as its author: with a phone of one owner somebody
    could have invited themselves.
    """
    appeal = draft_of(work, number)
    draft = appeal.draft
    assert draft is not None  # noqa: S101 - a draft has words
    given = mark.lower()
    if len(given) < SHORTEST_MARK or not hmac.compare_digest(appeal.digest[: len(given)], given):
        raise Refused(Refusal.STALE)
    if admin == appeal.author and rules.approvals > 1:
        raise Refused(Refusal.OWN)
    if admin in appeal.approved:
        raise Refused(Refusal.TWICE)
    if admin in newcomers(work, rules.admins, now):
        raise Refused(Refusal.NEW)
    _check(work, appeal, draft, admin, rules, now)
    found = reached(work, alert_of(number, draft, rules, now, appeal.status))
    if not found.all:
        raise Refused(Refusal.NOBODY)
    work.appeals.approve(number, admin)
    work.audit.note(admin, Act.APPROVED, number, now)
    lasts = rules.lasts(found.at_once, shows=draft.picture is not None)
    work.sendings.plan(number, found.at_once, lasts)
    standing = {appeal.author, *appeal.approved, admin}
    standing -= newcomers(work, rules.admins, now)
    standing -= {one.mark for one in work.staff.all() if one.is_suspended}
    missing = max(0, rules.approvals - len(standing))
    due = None if missing else _to_go(work, number, draft, found, rules, now)
    return Approved(appeal, found, missing, alone=len(standing) == 1, due=due)


def _check(work: Work, appeal: Appeal, draft: Draft, admin: str, rules: Rules, now: datetime) -> None:
    """Raises Refused for what cannot go out as it stands, or would be one too many on its day."""
    if draft.by is not None and draft.by < now.date():
        raise Refused(Refusal.OVER)
    if draft.at is not None and draft.at <= now:
        raise Refused(Refusal.PAST)
    if draft.text and not all(one.text for one in draft.wordings):
        raise Refused(Refusal.UNFINISHED)
    then = draft.at or now
    for person in dict.fromkeys((admin, appeal.author, *appeal.approved)):
        if work.appeals.stood_for(person, then, A_DAY, drill=appeal.drill) >= rules.per_day:
            raise Refused(Refusal.ENOUGH if person == admin else Refusal.ENOUGH_OF_OTHERS)


def _to_go(work: Work, number: int, draft: Draft, found: Reached, rules: Rules, now: datetime) -> datetime:
    """Enough stand for it: it cools off, or waits for its moment; returns when it goes out."""
    soonest = now + rules.cooling_off
    if draft.at is None or draft.at <= soonest:
        cool(work, number, found.all, soonest, rules, now)
        return soonest
    work.appeals.schedule(number, draft.at)
    work.audit.note(NOBODY, Act.SCHEDULED, number, now, found.all)
    tell(work, EventKind.APPEAL_SCHEDULED, number, rules, now, {"recipients": found.all})
    return draft.at


def stop(work: Work, number: int, admin: str, rules: Rules, now: datetime) -> Halted:
    """Halts it: what was about to be sent is a draft again, what waits is cancelled."""
    appeal = work.appeals.locked(number)
    if appeal is None:
        raise Refused(Refusal.UNKNOWN)
    if appeal.state in (AppealState.COOLING, AppealState.SCHEDULED):
        work.appeals.return_to_draft(number)
        halted = Halted({})
    elif appeal.state is AppealState.SENT:
        halted = halt(work, appeal, now)
        work.appeals.turn(number, AppealState.STOPPED)
    else:
        raise Refused(_NO_DRAFT.get(appeal.state, Refusal.DRAFT))
    work.audit.note(admin, Act.STOPPED, number, now, halted.cancelled)
    counts = {"got": halted.got, "perhaps": halted.perhaps, "never": halted.never}
    tell(work, EventKind.APPEAL_STOPPED, number, rules, now, counts if halted.tally else {})
    return halted


def halt(work: Work, appeal: Appeal, now: datetime) -> Halted:
    """Nothing of it leaves any more. Raises Refused where nothing waits."""
    waiting = (DeliveryState.QUEUED, DeliveryState.HELD, DeliveryState.SENDING)
    before = work.appeals.tally(appeal.alert_id)
    if not any(before.get(state) for state in waiting):
        raise Refused(Refusal.FINISHED)
    _, cancelled = cease(work, appeal, now)
    return Halted(work.appeals.tally(appeal.alert_id), cancelled)


def cease(work: Work, appeal: Appeal, now: datetime) -> tuple[tuple[Alert, ...], int]:
    """What waits of it is cancelled, and nobody is reminded of its date any more.

    Returns what was rung for it, the appeal itself first, and how many deliveries were cancelled.
    """
    first = work.alerts.many([appeal.alert_id])[appeal.alert_id]
    later = work.alerts.many(work.appeals.reminders(first.id, first.statement.id))
    rung = (first, *(later[key] for key in sorted(later)))
    cancelled = sum(work.appeals.halt(one.id, now) for one in rung)
    if first.case_id is not None and not work.alerts.also_carried(first.case_id, first.source.id):
        work.cases.touch(first.case_id, CaseState.STOPPED, now)
    return rung, cancelled
