"""Asks for the pages behind recent entries again, and tells which of them their publisher has edited.

A few with each poll that brought nothing new, and of one host, and of all, no more than is little: what is
new comes first. A page that is as it was costs a question and the date of the next.
"""

import asyncio
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from random import Random

import structlog

from jobs.fetch import Fetcher
from jobs.keep import Edit
from jobs.linked import Linked
from jobs.pauses import Pauses, host_of
from jobs.readings import Readings
from jobs.steps.document import Document
from jobs.steps.edits import merged, own_words
from jobs.steps.rereading import is_edited, is_same, is_shared, looked, titles, without
from jobs.vanished import Standing
from storage.database import Database
from storage.records import Entry, Source
from storage.remembered import Reread
from storage.words import Gone

log = structlog.get_logger()

_IN_A_POLL = 5
_OF_A_HOST = 10
"""Pages within a minute, for all its sources together."""
_IN_ALL = 300
"""The same for all hosts."""
_PATIENCE = 20.0
"""Seconds for the pages of one poll."""
_BESIDE = 60
"""The newest entries of a source: their titles are no part of another's page."""
_NOT_THERE = 2
"""So many answers in a row that there is no page (404, 410) speak for themselves."""
_luck = Random().random  # noqa: S311 - spreads due times, protects nothing


@dataclass(frozen=True, slots=True)
class Looked:
    """What came of it: edits, the pages as they are known now, and what is gone at its source or back."""

    edits: tuple[Edit, ...] = ()
    rereads: tuple[Reread, ...] = ()
    gone: tuple[int, ...] = ()
    back: tuple[int, ...] = ()

    def added_to(self, standing: Standing) -> Standing:
        """With what else was found about known entries."""
        if not (self.gone or self.back):
            return standing
        gone = tuple((number, Gone.PAGE) for number in self.gone)
        return replace(standing, gone=(*standing.gone, *gone), back=(*standing.back, *self.back))


NOTHING = Looked()
_OVERDUE = timedelta(minutes=30)


def is_overdue(source: Source, now: datetime) -> bool:
    """Whether pages have waited for long: a source that has news whenever it is asked never had the time."""
    return source.reread_due is not None and now - source.reread_due > _OVERDUE


@dataclass(slots=True)
class _Minute:
    """How many pages were asked for in the minute that goes on."""

    number: int = 0
    hosts: Counter[str] = field(default_factory=Counter)

    def takes(self, host: str, now: datetime) -> bool:
        """Whether one more is little; counts it if so."""
        number = int(now.timestamp() // 60)
        if number != self.number:
            self.number = number
            self.hosts.clear()
        if self.hosts[host] >= _OF_A_HOST or self.hosts.total() >= _IN_ALL:
            return False
        self.hosts[host] += 1
        return True


@dataclass(frozen=True, slots=True)
class _Due:
    """What is due of one source: the pages, the entries before them, and the newest entries beside these."""

    rereads: tuple[Reread, ...]
    entries: Mapping[int, Entry]
    newest: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Rereading:
    """Looks at pages again with one fetcher."""

    database: Database
    fetcher: Fetcher
    pauses: Pauses
    readings: Readings
    _minute: _Minute = field(default_factory=_Minute)

    async def look(self, source: Source, now: datetime) -> Looked:
        """What the pages behind a source's entries say now, of those whose time has come."""
        if source.reread_due is None or source.reread_due > now:
            return NOTHING
        due = await asyncio.to_thread(self._due, source, now)
        shared = [one for one in due.rereads if is_shared(due.entries[one.entry_id], due.newest)]
        chosen = [
            one
            for one in due.rereads
            if one not in shared and self._minute.takes(host_of(due.entries[one.entry_id].url), now)
        ]
        found = [Looked(rereads=(replace(one, due=None),)) for one in shared]
        found += await self._all(source, chosen, due, now)
        return Looked(
            tuple(edit for one in found for edit in one.edits),
            tuple(reread for one in found for reread in one.rereads),
            tuple(number for one in found for number in one.gone),
            tuple(number for one in found for number in one.back),
        )

    async def _all(self, source: Source, chosen: Iterable[Reread], due: _Due, now: datetime) -> list[Looked]:
        """Each of these; what takes too long comes with its next time."""
        linked = Linked(self.fetcher, self.pauses, self.readings.parser, source.asked, source.in_clear)
        tasks = {asyncio.create_task(self._safely(source, one, due, linked, now)): one for one in chosen}
        if not tasks:
            return []
        try:
            done, slow = await asyncio.wait(tasks, timeout=_PATIENCE)
        finally:
            for task in tasks:
                task.cancel()
        await asyncio.gather(*slow, return_exceptions=True)
        found = [task.result() for task in done]
        return [*found, *(Looked(rereads=(looked(tasks[task], now, _luck()),)) for task in slow)]

    async def _safely(
        self, source: Source, known: Reread, due: _Due, linked: Linked, now: datetime
    ) -> Looked:
        try:
            return await self._one(source, known, due, linked, now)
        except Exception as error:  # noqa: BLE001 - what is new of the source must not suffer for it
            _tell(source, error)
            return Looked(rereads=(looked(known, now, _luck()),))

    async def _one(self, source: Source, known: Reread, due: _Due, linked: Linked, now: datetime) -> Looked:
        entry = due.entries[known.entry_id]
        page, seen = await linked.again(entry.url, known, now)
        after = looked(seen, now, _luck())
        if seen.missed >= _NOT_THERE:
            first = known.missed < _NOT_THERE
            return Looked(rereads=(after,), gone=(entry.id,) if first else ())
        back = (entry.id,) if known.missed >= _NOT_THERE and not seen.missed else ()
        if page is None:
            return Looked(rereads=(after,), back=back)
        other = titles(entry, due.newest)
        page = await asyncio.to_thread(_own, entry, page, other)
        if page is None:
            # A notice, a login or a front page stands in its place: what is known of it is not of this.
            return Looked(rereads=(looked(known, now, _luck()),))
        whole = await linked.whole(_as_shown(entry), page, now, after)
        if whole is None:
            return Looked(rereads=(looked(known, now, _luck()),))
        new, after = whole
        if not await asyncio.to_thread(is_edited, entry.text, new.text, other):
            return Looked(rereads=(after,), back=back)
        edits = await self.readings.edits([(entry, merged(entry, new))], source, now)
        log.info("entry.edited_behind", source=source.name, url=entry.url)
        return Looked(tuple(replace(edit, reread=True) for edit in edits), (after,), back=back)

    def _due(self, source: Source, now: datetime) -> _Due:
        with self.database.read() as work:
            rereads = work.rereads.due(source.id, now, _IN_A_POLL)
            known = work.entries.many([one.entry_id for one in rereads])
            newest = work.entries.newest(source.id, _BESIDE)
        return _Due(rereads, known, newest)


def _tell(source: Source, error: Exception) -> None:
    """What it quotes stays out of the log where the source's address has a password."""
    quotable = error if source.url == source.shown_url else None
    log.error("reread.failed", source=source.name, error=type(error).__name__, exc_info=quotable)


def _own(entry: Entry, page: Document, other: Collection[str]) -> Document | None:
    """What the page says of the entry; None where it is another page by now."""
    page = without(page, other)
    return page if page.text and is_same(entry, page) else None


def _as_shown(entry: Entry) -> Entry:
    """The entry as its source shows it, as far as that is known: what was read behind it is read anew."""
    return entry if entry.excerpt else replace(entry, text=own_words(entry), excerpt=True)
