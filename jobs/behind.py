"""What stands behind the entries of one source: which linked pages one poll reads, and which a later one."""

import asyncio
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from operator import itemgetter

from jobs.fetch import Fetcher
from jobs.keep import Edit
from jobs.limits import Limits
from jobs.linked import Linked, later
from jobs.pauses import Pauses
from jobs.readings import Readings
from jobs.steps.edits import merged
from storage.database import Database, Work
from storage.records import Entry, Source
from storage.remembered import Reread

Pages = dict[str, Reread]
"""Is filled with the pages that were read, by the uids of their entries."""
_PAGES = 30
"""How many linked pages one poll reads of what is new; what of the rest may ring is read with the next."""
_AGAIN = 5
"""How many for entries that are known: a list that changes with every look must not cost more."""


@dataclass(frozen=True, slots=True)
class Behind:
    """Reads what is behind the entries that polls bring."""

    database: Database
    fetcher: Fetcher
    pauses: Pauses
    readings: Readings
    limits: Limits

    async def new(
        self, source: Source, entries: Sequence[Entry], now: datetime, pages: Pages, *, first_poll: bool
    ) -> tuple[Entry, ...]:
        """New entries with what their pages say; of those too many to read now, what may ring waits."""

        def waits(entry: Entry) -> Entry:
            fresh = self.limits.fresh(entry, now, first_poll=first_poll)
            return replace(entry, again_at=now) if fresh else entry

        return await self._linked(source, pages).read(entries, now, _PAGES, waits)

    async def edited(
        self, source: Source, changed: Sequence[tuple[Entry, Entry]], now: datetime, pages: Pages
    ) -> list[tuple[Entry, Entry]]:
        """Entries as they were known and as they are now, for those that their source shows otherwise."""
        showing = await self._linked(source, pages).read(
            [new for _, new in changed], now, _AGAIN, lambda entry: later(entry, now)
        )
        found = {entry.uid: entry for entry in showing}
        return [(old, merged(old, found[new.uid])) for old, new in changed]

    async def late(
        self, source: Source, now: datetime, pages: Pages, but: Collection[int] = ()
    ) -> tuple[tuple[Edit, ...], bool]:
        """What could not be read before and whose time has come, `but` these; and whether more is due."""
        if source.unread_due is None or source.unread_due > now:
            return (), False
        found = await asyncio.to_thread(self._unread, source, now)
        never = [entry for entry in found if not entry.tries]
        again = [entry for entry in found if entry.tries][:_AGAIN]
        unread = [entry for entry in (*never, *again) if entry.id not in but]
        read = await self._linked(source, pages).read(unread, now, _PAGES)
        pairs = list(zip(unread, read, strict=True))
        return await self.readings.edits(pairs, source, now, late=True), len(never) == _PAGES

    def _linked(self, source: Source, pages: Pages) -> Linked:
        parser, home = self.readings.parser, source.asked
        return Linked(self.fetcher, self.pauses, parser, home, source.in_clear, pages=pages)

    def _unread(self, source: Source, now: datetime) -> tuple[Entry, ...]:
        with self.database.read() as work:
            return work.entries.unread(source.id, now, _PAGES)


def is_waiting(entries: Iterable[Entry]) -> bool:
    """Whether one of these was left for the next poll."""
    return any(entry.again_at and not entry.tries for entry in entries)


def touched(work: Work, source: Source, entries: Sequence[Entry], shown: Mapping[str, str]) -> list[Entry]:
    """Excerpts that say what they said, and that their source calls updated: the page may say something else.

    `shown` is the digest of each known uid. As many as one poll reads, the latest first: the rest are as
    touched at the next.
    """
    dated = {
        entry.uid: (entry.updated, entry)
        for entry in entries
        if entry.excerpt and entry.updated and shown.get(entry.uid) == entry.shown
    }
    if not dated:
        return []
    known = work.entries.updated(source.id, dated)
    found = [one for uid, one in dated.items() if (known.get(uid) or one[1].published or one[0]) < one[0]]
    return [entry for _, entry in sorted(found, key=itemgetter(0), reverse=True)[:_AGAIN]]
