"""Inside a transaction: lets an alert come when it fits the clock of whoever it is for.

Digests come at a person's own hour. What would come at once in quiet hours is held, and comes as one digest
at their end, but for two things. What is Extreme and Immediate wakes those who allow it, and they do unless
they said otherwise. The end of a call is never held, and makes no sound then: whoever wakes by night and
reads the call must not act on what is over. See docs/decisions/0021-quiet-hours.md.
"""

from datetime import datetime, timedelta, tzinfo

from jobs.steps.clock import next_at, quiet_until, zone_of
from storage.database import Work
from storage.matching import Timing
from storage.own_time import Clock
from storage.people import Recipient
from storage.records import Alert
from storage.words import Digest, MsgType, Severity, Status, Urgency

USUAL_HOUR = 8 * 60
"""When digests come where nothing else was said: minutes after midnight."""
_MONDAY = 0
_OF_A_DAY = timedelta(hours=25)
"""No longer it is to the next daily digest, also where a clock is set back."""


def wakes(alert: Alert) -> bool:
    """Whether it may break quiet hours: somebody's life, now, and no drill."""
    judged = alert.statement.alert
    if alert.status is not Status.ACTUAL:
        return False
    return judged.urgency is Urgency.IMMEDIATE and judged.severity is Severity.EXTREME


def fit(work: Work, alert: Alert, timing: Timing, now: datetime, zone: tzinfo) -> None:
    """Puts off and holds what is queued of the alert. `zone` is the clock of those who named none."""
    if not alert.statement.alert.urgent:  # which is for nobody's digest
        _put_off(work, alert, timing, now, zone)
    keep_quiet(work, alert, now, zone)


def keep_quiet(work: Work, alert: Alert, now: datetime, zone: tzinfo) -> None:
    """Holds what is queued of the alert for those who have quiet hours now."""
    if alert.msg_type is MsgType.CANCEL:
        return
    until, may_wake = dict[Clock, datetime](), wakes(alert)
    for clock in work.own_time.clocks():
        at = _quiet_until(clock, zone_of(clock.zone) or zone, now)
        if at and not (clock.wakes and may_wake):
            until[clock] = at
    work.own_time.hold(alert.id, until)


def reschedule(work: Work, recipient: Recipient, now: datetime, zone: tzinfo) -> int:
    """What waits for a digest comes with the next one as it is now, or at once where none is wanted.

    What was for a week's digest stays so, as far as there are both. Returns how much comes at another time.
    """
    rhythms = {route.digest for route in work.routes.of(recipient.id) if route.kinds}
    hour = USUAL_HOUR if recipient.digest_at is None else recipient.digest_at
    theirs = zone_of(recipient.zone) or zone
    daily, weekly = next_at(hour, theirs, now), next_at(hour, theirs, now, weekday=_MONDAY)
    moved = 0
    for usual in work.own_time.digests(recipient.id, now):
        if rhythms == {Digest.NONE}:
            at = now
        elif Digest.WEEKLY in rhythms and (Digest.DAILY not in rhythms or usual - now > _OF_A_DAY):
            at = weekly
        else:
            at = daily
        if at != usual:
            moved += work.own_time.move(recipient.id, now, usual, at)
    return moved


def is_quiet_for(recipient: Recipient, now: datetime, zone: tzinfo) -> bool:
    """Whether it is quiet now where the recipient is."""
    if recipient.quiet is None:
        return False
    return quiet_until(*recipient.quiet, zone_of(recipient.zone) or zone, now) is not None


def _put_off(work: Work, alert: Alert, timing: Timing, now: datetime, zone: tzinfo) -> None:
    daily, weekly = dict[Clock, datetime](), dict[Clock, datetime]()
    for clock in work.own_time.clocks():
        hour = USUAL_HOUR if clock.digest_at is None else clock.digest_at
        theirs = zone_of(clock.zone) or zone
        daily[clock] = next_at(hour, theirs, now)
        weekly[clock] = next_at(hour, theirs, now, weekday=_MONDAY)
    if timing.weekly.at == timing.daily.at:  # on the eve of a Monday both come with the next one
        work.own_time.put_off(alert.id, timing.daily.at, daily)
        return
    # The week's first: a person's daily hour may be the usual moment of the week's.
    work.own_time.put_off(alert.id, timing.weekly.at, weekly)
    work.own_time.put_off(alert.id, timing.daily.at, daily)


def _quiet_until(clock: Clock, zone: tzinfo, now: datetime) -> datetime | None:
    if clock.quiet_from is None or clock.quiet_until is None:
        return None
    return quiet_until(clock.quiet_from, clock.quiet_until, zone, now)
