"""Inside a transaction: lets an alert come when it fits the clock of whoever it is for.

Digests come at a person's own hour. What would come at once in quiet hours is held, and comes as one digest
at their end, but for two things. What is Extreme and Immediate wakes those who allow it, and they do unless
they said otherwise. The end of a call is never held, and makes no sound then: whoever wakes by night and
reads the call must not act on what is over. See docs/decisions/0021-quiet-hours.md.
"""

from datetime import datetime, tzinfo

from jobs.steps.clock import next_at, quiet_until, zone_of
from storage.database import Work
from storage.matching import Timing
from storage.own_time import Clock
from storage.people import Recipient
from storage.records import Alert
from storage.words import MsgType, Severity, Status, Urgency

USUAL_HOUR = 8 * 60
"""When digests come where nothing else was said: minutes after midnight."""
_MONDAY = 0


def wakes(alert: Alert) -> bool:
    """Whether it may break quiet hours: somebody's life, now, and no drill."""
    judged = alert.statement.alert
    if alert.status is not Status.ACTUAL:
        return False
    return judged.urgency is Urgency.IMMEDIATE and judged.severity is Severity.EXTREME


def fit(work: Work, alert: Alert, timing: Timing, now: datetime, zone: tzinfo) -> None:
    """Puts off and holds what is queued of the alert. `zone` is the clock of those who named none."""
    for clock in work.own_time.clocks():
        _put_off(work, alert, timing, now, clock, zone_of(clock.zone) or zone)
    keep_quiet(work, alert, now, zone)


def keep_quiet(work: Work, alert: Alert, now: datetime, zone: tzinfo) -> None:
    """Holds what is queued of the alert for those who have quiet hours now."""
    if alert.msg_type is MsgType.CANCEL:
        return
    for clock in work.own_time.clocks():
        until = _quiet_until(clock, zone_of(clock.zone) or zone, now)
        if until and not (clock.wakes and wakes(alert)):
            work.own_time.hold(alert.id, clock, until)


def is_quiet_for(recipient: Recipient, now: datetime, zone: tzinfo) -> bool:
    """Whether it is quiet now where the recipient is."""
    if recipient.quiet is None:
        return False
    return quiet_until(*recipient.quiet, zone_of(recipient.zone) or zone, now) is not None


def _put_off(work: Work, alert: Alert, timing: Timing, now: datetime, clock: Clock, zone: tzinfo) -> None:
    hour = USUAL_HOUR if clock.digest_at is None else clock.digest_at
    daily, weekly = timing.daily.at, timing.weekly.at
    work.own_time.put_off(alert.id, clock, daily, next_at(hour, zone, now))
    if weekly != daily:  # on the eve of a Monday both come with the next one
        work.own_time.put_off(alert.id, clock, weekly, next_at(hour, zone, now, weekday=_MONDAY))


def _quiet_until(clock: Clock, zone: tzinfo, now: datetime) -> datetime | None:
    if clock.quiet_from is None or clock.quiet_until is None:
        return None
    return quiet_until(clock.quiet_from, clock.quiet_until, zone, now)
