"""Takes out what may not be kept for ever: those who could not be reached for a long time."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from storage.database import Database

log = structlog.get_logger()

EVERY = 3600.0
"""Seconds."""
GRACE = timedelta(days=30)
"""How long somebody who blocked or lost us is remembered, should they come back."""


@dataclass(frozen=True, slots=True)
class Pruner:
    """Forgets as /forget does: every row about them."""

    database: Database

    def prune(self, now: datetime) -> int:
        """Forgets who is past the time of grace; returns how many. Each by itself: nobody waits long.

        What waited for an answer for days is not answered any more, and goes too.
        """
        with self.database.write() as work:
            work.recipients.settle_down(now)
            work.deliveries.settle_down(now)
        with self.database.read() as work:
            lost = work.recipients.lost((now - GRACE).date())
        for recipient in lost:
            with self.database.write() as work:
                if recipient in work.recipients.lost((now - GRACE).date()):  # they may have come back
                    work.recipients.forget(recipient)
        with self.database.write() as work:
            work.updates.prune(now)
        if lost:
            log.info("recipients.pruned", recipients=len(lost))
        return len(lost)
