"""Reminds once of the date that a call names: on the morning before, on the clock of whoever was told."""

import asyncio
import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta, tzinfo

import structlog

from jobs.own_time import keep_quiet
from jobs.steps.clock import next_at, zone_of
from storage.database import Database, Work
from storage.records import Alert
from storage.reminders import Near
from storage.words import Cause, MsgType

log = structlog.get_logger()

EVERY = 300.0
"""Seconds."""
_HOUR = 9 * 60
_LANE = 2
_JUST_TOLD = timedelta(hours=12)
"""Who was told so shortly before needs no reminder."""
_FIRST_END = timedelta(hours=14)
"""By so much the day ends earlier in the far east than in UTC: nobody is reminded of what is over there."""


@dataclass(frozen=True, slots=True)
class Reminder:
    """Queues what is due to be reminded of. `zone` is the clock of those who named none."""

    database: Database
    zone: tzinfo
    wake: Callable[[], None] = lambda: None

    async def remind(self, now: datetime) -> int:
        """Queues the reminders that are due by now; returns for how many recipients."""
        queued = await asyncio.to_thread(self._remind, now)
        if queued:
            self.wake()
        return queued

    def _remind(self, now: datetime) -> int:
        near = timedelta(days=1)
        with self.database.read() as work:
            found = work.reminders.near(now.date() - near, now.date() + 2 * near)
        queued = 0
        for one in found:
            with self.database.write() as work:
                queued += self._of_case(work, one, now)
        return queued

    def _of_case(self, work: Work, near: Near, now: datetime) -> int:
        over = datetime.combine(near.deadline + timedelta(days=1), time(), UTC) - _FIRST_END
        if now >= over or near not in work.reminders.near(near.deadline, near.deadline):
            return 0
        if not work.held.was_told(near.alert_id):  # an admin has not looked yet, or decided against it
            return 0
        name = _identifier(near)
        known = work.alerts.numbered(name)
        wanted = [
            (key, transport, now)
            for zone, due in self._mornings(work, near, now)
            for key, transport in work.reminders.lacking(near.case_id, known, zone, due - _JUST_TOLD)
        ]
        if not wanted:
            return 0
        number = known or work.alerts.add(self._alert(work, near, name, now, over))
        work.deliveries.queue(number, wanted, _LANE)
        keep_quiet(work, work.alerts.many([number])[number], now, self.zone)
        log.info("remind.queued", case=near.case_id, recipients=len(wanted))
        return len(wanted)

    def _mornings(self, work: Work, near: Near, now: datetime) -> list[tuple[str, datetime]]:
        """The clocks on which the morning before the day has come, and when it did."""
        eve = datetime.combine(near.deadline - timedelta(days=2), time(12))
        found = []
        for name in work.reminders.zones():
            zone = zone_of(name) or self.zone
            due = next_at(_HOUR, zone, eve.replace(tzinfo=zone))
            if due <= now:
                found.append((name, due))
        return found

    def _alert(self, work: Work, near: Near, name: str, now: datetime, over: datetime) -> Alert:
        told = work.alerts.many([near.alert_id])[near.alert_id]
        return replace(
            told,
            identifier=name,
            sent=now,
            msg_type=MsgType.UPDATE,
            expires=over,
            references=(*told.references, told.identifier),
            cause=Cause.REMINDER,
            changes=(),
            id=0,
        )


def _identifier(near: Near) -> str:
    """One for each day that a case names: put off, it is reminded of anew."""
    parts = f"reminder\x00{near.case_id}\x00{near.deadline.isoformat()}"
    return f"vigil-{hashlib.sha256(parts.encode()).hexdigest()[:24]}"
