"""Takes out what may not be kept for ever: who could not be reached, or wanted nothing, for a long time."""

import time
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from itertools import groupby
from operator import itemgetter

import structlog

from jobs.notices import Admins
from storage.database import Database, Work
from storage.moments import PLACES_FORGOTTEN
from storage.odds import repeated

log = structlog.get_logger()

EVERY = 3600.0
"""Seconds."""
GRACE = timedelta(days=30)
"""How long somebody who blocked or lost us is remembered, should they come back."""
IDLE = timedelta(days=90)
"""How long somebody is remembered who wants nothing any more: of a call they were told they hear the end."""

DISCREET = timedelta(days=365)
"""How long at least, where few words are wanted: once forgotten, they would be told in full."""


TOLD = timedelta(days=400)
"""How long it is known who was told what, after its case has rested: until then they hear of its end."""
_AT_ONCE = 5_000
"""Rows of the notification log that a transaction takes out: so long others wait at most for one of them."""
_WITHIN = 60.0
"""Seconds that one run spends on the log; the next one goes on."""


@dataclass(frozen=True, slots=True)
class Pruner:
    """Forgets as /forget does: every row about them."""

    database: Database
    idle: timedelta = IDLE
    admins: Admins = Admins()  # noqa: RUF009 - it is frozen
    """Whom the configuration names: they are remembered."""
    told: timedelta = TOLD

    def prune(self, now: datetime) -> int:
        """Forgets who is past the time of grace, or idle; returns how many. Each by itself: nobody waits.

        What waited for an answer for days is not answered any more, and goes too.
        """
        with self.database.write() as work:
            work.rests.settle_down(now, *self._since(now))
            work.retention.settle_down(now)
            work.retention.drop_notices(now)
        with self.database.read() as work:
            past = self._past(work, now)
        for recipient in past:
            repeated(partial(self._forget, recipient, now))
        with self.database.write() as work:
            work.updates.prune(now)
            work.staff.prune(now)
            work.pictures.prune(now)
            work.handovers.prune(now)
            work.looks.prune(now)
            work.nodes.prune(now)
            work.rereads.prune(now)
        if past:
            log.info("recipients.pruned", recipients=len(past))
        self._forget_places(now)
        self._prune_log(now)
        return len(past)

    def _forget_places(self, now: datetime) -> None:
        """Each alert once, when its messages have become too old: the log is far too long to look again."""
        end = time.monotonic() + _WITHIN
        with self.database.read() as work:
            aged = work.retention.aged(work.moments.get(PLACES_FORGOTTEN), now)
        for sent, some in groupby(aged, itemgetter(1)):
            for alert, _ in some:
                last: int | None = 0
                while last is not None:
                    if time.monotonic() >= end:
                        return
                    with self.database.write() as work:
                        last = work.retention.forget_places(alert, last, _AT_ONCE)
            with self.database.write() as work:
                work.moments.put(PLACES_FORGOTTEN, sent)

    def _prune_log(self, now: datetime) -> None:
        """In small transactions, and not for longer than a minute, however much has gathered."""
        end, count = time.monotonic() + _WITHIN, 0
        with self.database.read() as work:
            past = work.retention.past(now - self.told)
        for alert in past:
            while time.monotonic() < end:
                with self.database.write() as work:
                    dropped = work.retention.drop_ended(alert, _AT_ONCE)
                count += dropped
                if dropped < _AT_ONCE:
                    break
        if count:
            log.info("deliveries.pruned", deliveries=count)

    def _forget(self, recipient: int, now: datetime) -> None:
        with self.database.write() as work:
            if recipient in self._past(work, now):  # they may have come back
                work.recipients.forget(recipient)

    def _past(self, work: Work, now: datetime) -> tuple[int, ...]:
        named = (*self.admins.addresses, *self.admins.rooms)
        lost = work.absent.lost((now - GRACE).date(), named)
        return (*lost, *work.absent.idle(*self._since(now), named))

    def _since(self, now: datetime) -> tuple[date, date]:
        """Who wanted nothing since is idle; and where few words are wanted."""
        return (now - self.idle).date(), (now - max(self.idle, DISCREET)).date()
