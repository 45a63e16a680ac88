"""Inside a transaction: what an admin decides of an alert that is held."""

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, tzinfo

from jobs import circle, unanswered, undecided
from jobs.limits import Policy
from jobs.notices import Admins, announce_at_once
from jobs.own_time import keep_quiet
from jobs.review import concerns_of, endangering
from jobs.steps.sensitive import Black, Sensitive
from jobs.unanswered import REMIND_AFTER
from jobs.withhold import withhold, withhold_known
from storage.database import Work
from storage.held import EXPIRED_HELD, HeldAlert
from storage.people import Event
from storage.records import Alert
from storage.words import Act, CaseState, Concern, EventKind, MsgType


class NothingHeld(Exception):
    """Nothing is held of such an alert; the message says so to the admin."""


_MARK = 8
"""Characters of the digest by which a decision names the words that were read."""


@dataclass(frozen=True, slots=True)
class Card:
    """One alert that waits for an admin."""

    alert: Alert
    """As its source has it; its readers do not see `parts` before somebody has decided."""
    held: HeldAlert
    concerns: tuple[Concern, ...]
    """() where it is held for another reason, which `held.why` says."""
    parts: tuple[Sensitive, ...]
    """What would be withheld."""

    @property
    def mark(self) -> str:
        """Other words of the alert, or other ones found in them, have another mark."""
        told = self.alert.statement
        parts = (told.title, told.text, *(part.words for part in self.parts))
        return hashlib.sha256("\x1f".join(parts).encode("utf-8", "replace")).hexdigest()[:_MARK]


def card(work: Work, number: int, policy: Policy) -> Card:
    """The alert that is held under this number. Raises NothingHeld."""
    held = next((one for one in work.held.waiting() if one.alert_id == number), None)
    if held is None:
        raise NothingHeld(f"nothing is held of an alert {number}: `vigil admin held` lists what is")
    stored = work.alerts.many([number])[number]
    alert, open_ones = undecided.whole(work, stored), undecided.of(work, stored.statement)
    # Whatever it is held for, what may endanger somebody is shown, and can be taken out.
    looked_for = {*policy.of(alert.source.trust), *concerns_of(held.why)}
    found = (*(open_ones.parts if open_ones else ()), *endangering(work, alert.statement, looked_for))
    parts = tuple({(one.concern, one.words): one for one in found}.values())
    return Card(alert, held, concerns_of(held.why), parts)


def without_parts(found: Card) -> Alert:
    """The alert as it would be sent without what may endanger somebody."""
    black = Black(one.words for one in found.parts)
    clean = replace(black.statement(found.alert.statement), withheld=True)
    return replace(found.alert, statement=clean, changes=black.changes(found.alert.changes))


def release(work: Work, number: int, admin: str, now: datetime, zone: tzinfo) -> int:
    """Sends it as it is; returns to how many. `zone` is the clock of those who named none.

    What it would have done at once it does now: the end of a call takes back what waits of it. Who has muted
    its case since hears nothing, and who has quiet hours in the morning. Raises NothingHeld, also for what
    is over by now, which is then dropped.
    """
    alert = _alert(work, number)
    if _is_over(work, alert, admin, now):
        return 0
    _let(work, alert)
    count = _let_go(work, work.alerts.many([number])[number], now, zone)
    work.audit.note(admin, Act.RELEASED, number, now, count)
    return count


def redact(work: Work, found: Card, admin: str, now: datetime, zone: tzinfo) -> int:
    """Sends it without what may endanger somebody; returns to how many.

    The words leave the archive too, with its former versions, and are kept out of what its source says later.
    """
    number = found.alert.id
    if not found.parts:
        raise NothingHeld(f"nothing in alert {number} was found that would be withheld")
    alert = _alert(work, number)
    if _is_over(work, alert, admin, now):
        return 0
    said = undecided.whole(work, alert).statement
    withhold(work, said, alert.source, found.parts, now)
    _withhold_before(work, alert, now)
    count = _let_go(work, work.alerts.many([number])[number], now, zone)
    work.audit.note(admin, Act.REDACTED, number, now, count)
    return count


def drop(work: Work, number: int, admin: str, now: datetime) -> int:
    """It is not sent; returns to how many not. Raises NothingHeld."""
    _alert(work, number)
    count = work.held.drop(number)
    work.audit.note(admin, Act.REFUSED, number, now, count)
    return count


def keep(work: Work, number: int, admin: str, now: datetime, remind_after: timedelta = REMIND_AFTER) -> int:
    """Somebody looked at it, and it goes on waiting; returns for how many. Raises NothingHeld.

    The next reminder does not come: it is not unanswered. But it is not forgotten, either. `remind_after`:
    when the first comes (`jobs.unanswered`).
    """
    unanswered.skip(work, _alert(work, number), now, remind_after)
    count = next(one.recipients for one in work.held.waiting() if one.alert_id == number)
    work.audit.note(admin, Act.KEPT, number, now, count)
    return count


def ask(work: Work, found: Card, asker: tuple[str, str], admins: Admins, now: datetime) -> int:
    """Asks all other admins to look at it; returns how many there are."""
    title = found.alert.source.organisation or found.alert.source.title or found.alert.source.name
    event = Event(
        EventKind.REVIEW_ASKED,
        now,
        source=found.alert.source.name,
        title=title,
        detail=found.held.why,
        since=found.alert.sent,
        counts={"alert": found.alert.id, "recipients": found.held.recipients},
    )
    return announce_at_once(work, event, admins, now, but=asker)


def _withhold_before(work: Work, alert: Alert, now: datetime) -> None:
    """What was told of its case before loses these words too: in the archive, and as it stands in chats."""
    if alert.case_id is None:
        return
    for one in work.statements.of_case(alert.case_id):
        source = work.sources.by_name(one.source_name)
        if one.id == alert.statement.id or one.taken_down or source is None:
            continue
        withhold_known(work, one, source, now)


def _is_over(work: Work, alert: Alert, admin: str, now: datetime) -> bool:
    """Whether it expired while it waited; then it is dropped, whatever was decided."""
    if alert.expires is None or alert.expires >= now:
        return False
    work.audit.note(admin, Act.EXPIRED, alert.id, now, work.held.drop(alert.id, EXPIRED_HELD))
    return True


def _let(work: Work, alert: Alert) -> None:
    """What was undecided is shown, and holds up nothing else of its case."""
    statement = alert.statement
    open_ones = undecided.of(work, statement)
    if open_ones is None:
        return
    undecided.show(work, statement, alert.source)
    whole = f"{open_ones.statement.title}\n{open_ones.statement.text}"
    work.redactions.let(
        statement.id, [one.words for one in open_ones.parts if Black((one.words,)).holds(whole)]
    )


def _let_go(work: Work, alert: Alert, now: datetime, zone: tzinfo) -> int:
    if alert.msg_type is MsgType.CANCEL and alert.case_id is not None:
        work.deliveries.cancel_case(alert.case_id, before=alert.id, status=alert.status)
        work.cases.touch(alert.case_id, CaseState.STOPPED, now)
    if alert.msg_type is MsgType.ALERT and alert.case_id is not None:
        work.held.spare(alert.id, alert.case_id)
    count = work.held.release(alert.id, now)
    if alert.msg_type is not MsgType.CANCEL and alert.case_id is not None:
        count -= work.stances.hush(alert.id, alert.case_id)
    keep_quiet(work, alert, now, zone)
    circle.amend(work, alert, now)
    return count


def _alert(work: Work, number: int) -> Alert:
    """The alert, which nobody else decides on, and no poll edits, before the transaction ends."""
    work.cases.lock()
    if number not in {one.alert_id for one in work.held.waiting()}:
        raise NothingHeld(f"nothing is held of an alert {number}: `vigil admin held` lists what is")
    return work.alerts.many([number])[number]
