"""Takes out what may not be kept for ever: who could not be reached, or wanted nothing, for a long time.

Two things may be very many: who is to be forgotten, and what the notification log keeps of what is long over.
Both are cut into ranges of ids, for several nodes to share (`jobs.spread`); one machine does them in turn.
"""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from itertools import groupby
from operator import itemgetter

import structlog

from jobs.notices import Admins
from jobs.spread import Part, Spread, parts
from storage.database import Database, Work, now_utc
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
"""Seconds that one run, or a part of it, spends on the log; the next one goes on."""
_PEOPLE, _ALERTS = 200, 1_000
"""Ids in a part. Alerts' have gaps on PostgreSQL: each transaction reserves some (`storage.additions`)."""
_PARTS = 200
"""Parts that are cut at most; what is left over is cut an hour later."""


@dataclass(frozen=True, slots=True)
class Pruner:
    """Forgets as /forget does: every row about them."""

    database: Database
    idle: timedelta = IDLE
    admins: Admins = Admins()  # noqa: RUF009 - it is frozen
    """Whom the configuration names: they are remembered."""
    told: timedelta = TOLD

    def prune(self, now: datetime) -> int:
        """All of it, one after the other; returns how many were forgotten."""
        self.tidy(now)
        gone = sum(self.forget(part, now) for part in self.absent(now))
        end = time.monotonic() + _WITHIN
        for part in self.past(now):
            self.drop(part, now, end)
        return gone

    def tidy(self, now: datetime) -> None:
        """All but who is forgotten and what of the log is dropped: it takes seconds, however much there is.

        What waited for an answer for days is not answered any more, and goes too.
        """
        with self.database.write() as work:
            work.rests.settle_down(now, *self._since(now))
            work.retention.settle_down(now)
            work.retention.drop_notices(now)
        with self.database.write() as work:
            work.updates.prune(now)
            work.staff.prune(now)
            work.pictures.prune(now)
            work.handovers.prune(now)
            work.looks.prune(now)
            work.nodes.prune(now)
            work.rereads.prune(now)
        self._forget_places(now)
        self.merge()

    def merge(self, pause: float = 0.05) -> None:
        """Lays the archive's index together where it has come apart: in small transactions, with pauses."""
        end, begun, more = time.monotonic() + _WITHIN, False, True
        while more and time.monotonic() < end:
            with self.database.write() as work:
                more = work.statements.merge_index(begun=begun)
            if more and not begun:
                log.info("index.merges")
            begun = True
            time.sleep(pause if more else 0.0)

    def absent(self, now: datetime) -> tuple[Part, ...]:
        """In which ranges of ids somebody is past the time of grace, or idle."""
        with self.database.read() as work:
            return parts(self._absent(work, now, None), _PEOPLE, _PARTS)

    def forget(self, part: Part, now: datetime) -> int:
        """Forgets those of them whom `absent` means; returns how many. Each by itself: nobody waits."""
        with self.database.read() as work:
            found = self._absent(work, now, part)
        for recipient in found:
            repeated(partial(self._forget, recipient, now))
        if found:
            log.info("recipients.pruned", recipients=len(found))
        return len(found)

    def past(self, now: datetime) -> tuple[Part, ...]:
        """In which ranges of ids there are alerts of which the log keeps what is long over."""
        with self.database.read() as work:
            return parts(work.retention.past(now - self.told), _ALERTS, _PARTS)

    def drop(self, part: Part, now: datetime, end: float | None = None) -> None:
        """Takes out of the log what is long over of these alerts: in small transactions, within a minute.

        `end`: by the monotonic clock, where the minute is that of several parts.
        """
        end, count = time.monotonic() + _WITHIN if end is None else end, 0
        with self.database.read() as work:
            past = work.retention.past(now - self.told, (part.first, part.last))
        for alert in past:
            while time.monotonic() < end:
                with self.database.write() as work:
                    dropped = work.retention.drop_ended(alert, _AT_ONCE)
                count += dropped
                if dropped < _AT_ONCE:
                    break
        if count:
            log.info("deliveries.pruned", deliveries=count)

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

    def _forget(self, recipient: int, now: datetime) -> None:
        with self.database.write() as work:
            if self._absent(work, now, Part(recipient, recipient)):  # they may have come back
                work.recipients.forget(recipient)

    def _absent(self, work: Work, now: datetime, part: Part | None) -> tuple[int, ...]:
        named = (*self.admins.addresses, *self.admins.rooms)
        between = None if part is None else (part.first, part.last)
        lost = work.absent.lost((now - GRACE).date(), named, between)
        return (*lost, *work.absent.idle(*self._since(now), named, between))

    def spread(self) -> tuple[Spread, ...]:
        """What several nodes share of it; beside it one of them does `tidy`."""

        def of(
            name: str, cut: Callable[[datetime], tuple[Part, ...]], do: Callable[[Part, datetime], object]
        ) -> Spread:
            return Spread(
                name,
                EVERY,
                lambda: asyncio.to_thread(cut, now_utc()),
                lambda part: asyncio.to_thread(do, part, now_utc()),
            )

        return of("forget", self.absent, self.forget), of("drop", self.past, self.drop)

    def _since(self, now: datetime) -> tuple[date, date]:
        """Who wanted nothing since is idle; and where few words are wanted."""
        return (now - self.idle).date(), (now - max(self.idle, DISCREET)).date()
