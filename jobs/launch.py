"""Sends an approved appeal: it becomes a statement with an alert, queued for everybody whom it reaches.

All of it is one transaction. Killed before its commit, the next start does it; killed after it, the
deliveries wait. An appeal whose moment passed long ago does not go out: what was right then may not be now.
One that is to go out at a named moment is announced once more before it, and can be stopped until then.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from math import ceil

import structlog

from jobs.desk import Rules
from jobs.limits import Limits
from jobs.notices import notice_at_once
from jobs.own_time import fit
from jobs.ring import Audience, Occasion, timing
from jobs.steps import match
from jobs.steps.clock import over_everywhere
from storage.appeals import Appeal, Draft
from storage.audit import NOBODY
from storage.database import Database, Work
from storage.fitting import Rank
from storage.odds import repeated
from storage.people import Event
from storage.records import DESK, Addressee, Alert, Assessment, Entry, Statement
from storage.words import Act, AppealState, EventKind, Kind, Status, Urgency

log = structlog.get_logger()

EVERY = 0.5
"""Seconds between two looks for an appeal whose cooling-off is over."""
_AHEAD = timedelta(seconds=2)
"""So much before its cooling-off has to begin one is looked for, so that it leaves at its moment."""
_LATE = timedelta(hours=1)
"""So long after its moment an appeal still goes out; later it is approved anew."""
_LIFE = timedelta(days=9)


@dataclass(frozen=True, slots=True)
class Reached:
    """How many an appeal reaches: at once, and with their next digest."""

    at_once: int
    later: int
    spread: dict[tuple[str, str], int] = field(default_factory=dict)
    """How many by transport, and by the language that they are spoken to in."""

    @property
    def all(self) -> int:
        """All together."""
        return self.at_once + self.later


def alert_of(number: int, draft: Draft, rules: Rules, now: datetime, status: Status = Status.ACTUAL) -> Alert:
    """The alert that the words of this appeal make, as it would be told at `now`; nothing is stored."""
    urgent = draft.urgency is Urgency.IMMEDIATE
    statement = Statement(
        title=draft.headline,
        kind=Kind.CAMPAIGN,
        language=draft.language,
        url=draft.url,
        text=draft.text,
        issuers=(rules.organisation,) if rules.organisation else (),
        deadline=draft.by,
        addressees=(Addressee(draft.to),) if draft.to else (),
        countries=draft.countries,
        alert=Assessment(urgent=urgent, urgency=draft.urgency),
        published=now,
        source_name=DESK.name,
        wordings=draft.wordings,
        picture=draft.picture,
    )
    expires = now + _LIFE
    if draft.by:
        expires = min(expires, over_everywhere(draft.by))
    return Alert(f"vigil-appeal-{number}", statement, DESK, now, status=status, expires=expires)


def reached(work: Work, alert: Alert) -> Reached:
    """How many it would reach now."""
    aim = Audience(work).aim(alert)
    counted = work.matching.counted(aim)
    at_once = counted.get(Rank.AT_ONCE, 0)
    return Reached(at_once, sum(counted.values()) - at_once, work.matching.spread(aim))


def store(work: Work, alert: Alert) -> Alert:
    """The alert with its statement in the archive, in the case that the alert names, else in its own.

    A drill is kept beside the archive: nobody finds it there, and no statement is ever compared with it.
    """
    statement, now, drill = alert.statement, alert.sent, alert.status is not Status.ACTUAL
    source = work.sources.ensure(DESK)
    entry = Entry(
        uid=alert.identifier,
        title=statement.title,
        url=statement.url,
        text=statement.text,
        language=statement.language,
        published=now,
    )
    case = alert.case_id or work.cases.open(statement.title, now)
    entry_id = work.entries.add(source.id, entry, now)
    statement = replace(statement, case_id=None if drill else case, entry_id=entry_id, fetched=now)
    statement = replace(statement, id=work.statements.add(statement, source, now, drill=drill))
    alert = replace(alert, statement=statement, source=source, case_id=case)
    return replace(alert, id=work.alerts.add(alert, now, now))


def launch(work: Work, appeal: Appeal, rules: Rules, limits: Limits, now: datetime) -> int:
    """Queues an appeal that is about to be sent; returns for how many, 0 if it is a draft again."""
    assert appeal.draft is not None  # noqa: S101 - until it is sent it has words
    alert = alert_of(appeal.id, appeal.draft, rules, now, appeal.status)
    audience = Audience(work)
    aim = audience.aim(alert)
    reach = work.matching.reach(aim)
    if is_late(appeal, now) or not reach.anyone:
        hand_back(work, appeal.id, rules, now)
        return 0
    alert = store(work, alert)
    turns = timing(alert, Occasion(now, limits, audience))
    count = work.matching.queue(alert.id, aim, reach, turns)
    work.kept.queue(alert, aim, (match.lane(alert), now))
    fit(work, alert, turns, now, limits.zone)
    work.appeals.sent(appeal.id, alert.id, count)
    work.audit.note(NOBODY, Act.SENT, appeal.id, now, count)
    notice = tell(work, EventKind.APPEAL_SENDING, appeal.id, rules, now, {"recipients": count})
    work.sendings.begin(appeal.id, alert.id, notice, now)
    return count


def is_late(appeal: Appeal, leaves: datetime) -> bool:
    """Whether, when it leaves, its moment passed long ago, or the day by which it asks for something."""
    assert appeal.draft is not None  # noqa: S101 - until it is sent it has words
    assert appeal.due is not None  # noqa: S101 - it waits for that moment
    over = appeal.draft.by is not None and appeal.draft.by < leaves.date()
    return over or leaves - (appeal.draft.at or appeal.due) > _LATE


def cool(work: Work, number: int, recipients: int, due: datetime, rules: Rules, now: datetime) -> None:
    """From now on it goes out by itself, at `due`; all admins hear it, and any of them may stop it."""
    work.appeals.cool(number, due)
    work.audit.note(NOBODY, Act.COOLING, number, now, recipients)
    counts = {"recipients": recipients, "seconds": ceil((due - now).total_seconds())}
    tell(work, EventKind.APPEAL_COOLING, number, rules, now, counts)


def announce(work: Work, appeal: Appeal, rules: Rules, now: datetime) -> None:
    """The moment of an appeal is near: it cools off like any other, and goes out when that is over.

    One whose moment passed while nobody was at work cools off now, unless that is too long ago.
    """
    assert appeal.draft is not None  # noqa: S101 - until it is sent it has words
    assert appeal.due is not None  # noqa: S101 - it waits for that moment
    found = reached(work, alert_of(appeal.id, appeal.draft, rules, now, appeal.status))
    leaves = max(appeal.due, now + rules.cooling_off)
    if is_late(appeal, leaves) or not found.all:
        hand_back(work, appeal.id, rules, now)
    else:
        cool(work, appeal.id, found.all, leaves, rules, now)


def hand_back(work: Work, number: int, rules: Rules, now: datetime) -> None:
    """What was to go out is a draft again, and all admins hear it."""
    work.appeals.return_to_draft(number)
    work.audit.note(NOBODY, Act.RETURNED, number, now)
    tell(work, EventKind.APPEAL_RETURNED, number, rules, now)


def tell(
    work: Work,
    kind: EventKind,
    number: int,
    rules: Rules,
    now: datetime,
    counts: dict[str, int] | None = None,
) -> int | None:
    """All admins hear at once what became of an appeal, or a drill. None of its words is in it.

    Returns the number of the notice, None where nobody is told.
    """
    appeal = work.appeals.get(number)
    named = {"appeal": number} | ({"drill": 1} if appeal and appeal.drill else {})
    due, zone = (appeal.due, appeal.draft.zone) if appeal and appeal.draft else (None, "")
    event = Event(kind, now, title=str(number), detail=zone, next_due=due, counts=named | (counts or {}))
    return notice_at_once(work, event, rules.admins, now)


@dataclass(frozen=True, slots=True)
class Launcher:
    """Announces the appeals whose moment is near, and sends those whose cooling-off is over."""

    database: Database
    rules: Rules
    limits: Limits
    wake: Callable[[], None] = lambda: None

    async def due(self, now: datetime) -> int:
        """Queues what is due by now; returns how many appeals that were."""
        count = await asyncio.to_thread(self._due, now)
        if count:
            self.wake()
        return count

    def _due(self, now: datetime) -> int:
        soon = now + self.rules.cooling_off + _AHEAD
        with self.database.read() as work:
            coming, found = work.appeals.coming(soon), work.appeals.due(now)
        for number in coming:
            repeated(partial(self._announce, number, soon, now))
        for number in found:
            repeated(partial(self._launch, number, now))
        return len(found)

    def _announce(self, number: int, soon: datetime, now: datetime) -> None:
        with self.database.write() as work:
            appeal = work.appeals.locked(number)
            if appeal and appeal.state is AppealState.SCHEDULED and appeal.due and appeal.due <= soon:
                announce(work, appeal, self.rules, now)

    def _launch(self, number: int, now: datetime) -> None:
        with self.database.write() as work:
            appeal = work.appeals.locked(number)
            # Another program may have sent it meanwhile, or somebody stopped it.
            if appeal and appeal.state is AppealState.COOLING and appeal.due and appeal.due <= now:
                queued = launch(work, appeal, self.rules, self.limits, now)
                log.warning("appeal.launched", appeal=number, recipients=queued)
