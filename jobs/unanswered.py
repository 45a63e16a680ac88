"""Reminds admins of calls that are held and that nobody has looked at: later, and later again."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from jobs.notices import Admins, announce
from storage.database import Database, Work
from storage.held import HeldAlert
from storage.people import Event
from storage.records import Alert
from storage.words import EventKind

log = structlog.get_logger()

EVERY = 30.0
"""Seconds between two looks at what is held."""
REMIND_AFTER = timedelta(minutes=15)
_GROWS = 4
"""Each reminder comes so many times later than the one before."""
_MOST = 4


@dataclass(frozen=True, slots=True)
class Unanswered:
    """Looks at what is held. After `after`, and after 4, 16 and 64 times as long, admins are told again."""

    database: Database
    admins: Admins
    after: timedelta = REMIND_AFTER
    wake: Callable[[], None] = lambda: None

    def remind(self, now: datetime) -> int:
        """Returns of how many alerts admins were reminded."""
        with self.database.read() as work:
            if not self._due(work, now):
                return 0
        with self.database.write() as work:
            due = self._due(work, now)
            for one, passed in due:
                _tell(work, one, self.admins, now)
                work.held.remind(one.alert_id, passed)
        for one, passed in due:
            log.warning("alert.unanswered", alert=one.alert_id, reminded=passed, why=one.why)
        if due:
            self.wake()
        return len(due)

    def _due(self, work: Work, now: datetime) -> list[tuple[HeldAlert, int]]:
        """What has waited so long that it is told of again, and how many of the times for that passed."""
        waiting = work.held.waiting()
        alerts = work.alerts.many([one.alert_id for one in waiting])
        found = []
        for one in waiting:
            passed = _passed(now - alerts[one.alert_id].sent, self.after)
            if passed > work.held.reminders(one.alert_id):
                found.append((one, passed))
        return found


def skip(work: Work, alert: Alert, now: datetime, after: timedelta) -> None:
    """Somebody has looked at it: the next reminder of it does not come, unless it is the last.

    However often, and however many look at it meanwhile.
    """
    known, next_one = work.held.reminders(alert.id), _passed(now - alert.sent, after) + 1
    work.held.remind(alert.id, max(known, min(next_one, _MOST - 1)))


def _passed(waited: timedelta, after: timedelta) -> int:
    """How many of the times for a reminder are over by then."""
    return sum(waited >= after * _GROWS**power for power in range(_MOST))


def _tell(work: Work, one: HeldAlert, admins: Admins, now: datetime) -> None:
    alert = work.alerts.many([one.alert_id])[one.alert_id]
    title = alert.source.organisation or alert.source.title or alert.source.name
    event = Event(
        EventKind.REVIEW_WAITS,
        now,
        source=alert.source.name,
        title=title,
        detail=one.why,
        since=alert.sent,
        counts={"alert": alert.id, "recipients": one.recipients},
    )
    announce(work, [event], admins, now)
