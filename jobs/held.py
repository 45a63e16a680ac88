"""Inside a transaction: what an admin decides of an alert that is held."""

from datetime import datetime, tzinfo

from jobs import circle
from jobs.own_time import keep_quiet
from storage.database import Work
from storage.held import EXPIRED_HELD
from storage.records import Alert
from storage.words import MsgType


class NothingHeld(Exception):
    """Nothing is held of such an alert; the message says so to the admin."""


def release(work: Work, number: int, now: datetime, zone: tzinfo) -> int:
    """Sends it after all; returns to how many. `zone` is the clock of those who named none.

    What it would have done at once it does now: the end of a call takes back what waits of it. Who has muted
    its case since hears nothing, and who has quiet hours in the morning. Raises NothingHeld, also for what
    is over by now, which is then dropped.
    """
    alert = _alert(work, number)
    if alert.expires is not None and alert.expires < now:
        work.held.drop(number, EXPIRED_HELD)
        return 0
    if alert.msg_type is MsgType.CANCEL and alert.case_id is not None:
        work.deliveries.cancel_case(alert.case_id, before=alert.id, status=alert.status)
    count = work.held.release(number, now)
    if alert.msg_type is not MsgType.CANCEL and alert.case_id is not None:
        count -= work.stances.hush(alert.id, alert.case_id)
    keep_quiet(work, alert, now, zone)
    circle.amend(work, alert, now)
    return count


def drop(work: Work, number: int) -> int:
    """It is not sent; returns to how many not. Raises NothingHeld."""
    _alert(work, number)
    return work.held.drop(number)


def _alert(work: Work, number: int) -> Alert:
    if number not in {one.alert_id for one in work.held.waiting()}:
        raise NothingHeld(f"nothing is held of an alert {number}: `vigil admin held` lists what is")
    return work.alerts.many([number])[number]
