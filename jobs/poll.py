"""Asks sources what is new, reads it, keeps it whole and queues what rings."""

import asyncio
import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from random import Random

import structlog

from jobs.fetch import Fetched, Fetcher, FetchError
from jobs.limits import Limits
from jobs.look import items, trouble
from jobs.ring import keep, ring
from jobs.steps.parse import NotAFeed
from jobs.steps.read import read_document
from jobs.steps.understand import understand_entry
from jobs.steps.unreadable import Unreadable
from storage.database import Database
from storage.records import Alert, Entry, Source, Statement
from storage.words import Relation, SourceState

log = structlog.get_logger()

_IN_FLIGHT = 20
_LINKED_PAGES = 30
"""How many linked pages one poll reads: the rest of a long archive keeps its excerpts."""
_DARK_AFTER = 5
_LONGEST_PAUSE = timedelta(hours=6)
_EARLIEST = datetime(1970, 1, 2, tzinfo=UTC)
_LATEST = datetime(2200, 1, 1, tzinfo=UTC)
_jitter = Random()  # noqa: S311 - spreads due times, protects nothing


@dataclass(frozen=True, slots=True)
class Polled:
    """What one poll of one source came to."""

    source: Source
    new: int = 0
    notes: tuple[str, ...] = ()
    """Entries with a remark for an admin, such as a link that leads nowhere."""
    alerts: tuple[tuple[Alert, int], ...] = ()
    """What rang, each with the number of its recipients."""


@dataclass(frozen=True, slots=True)
class Poller:
    """Polls sources with one fetcher into one database.

    `wake` is called when something was queued, `beat` whenever `due` has looked what is due;
    `understand` says what one entry says.
    """

    database: Database
    fetcher: Fetcher
    limits: Limits = field(default_factory=Limits)
    wake: Callable[[], None] = lambda: None
    beat: Callable[[], None] = lambda: None
    understand: Callable[[Entry, Source, datetime], Statement] = understand_entry
    _busy: set[int] = field(default_factory=set)

    async def due(self, now: datetime) -> tuple[Polled, ...]:
        """Polls every watched source whose time has come and that is not being polled already.

        May be called again before it has returned: a slow source holds up nobody.
        """
        found = await asyncio.to_thread(self._due, now)
        self.beat()
        chosen = [source for source in found if source.id not in self._busy]
        self._busy.update(source.id for source in chosen)
        try:
            return await self.all(chosen, now, lambda polled: self._busy.discard(polled.source.id))
        finally:
            self._busy.difference_update(source.id for source in chosen)

    async def all(
        self,
        sources: Iterable[Source],
        now: datetime,
        done: Callable[[Polled], None] = lambda _: None,
    ) -> tuple[Polled, ...]:
        """Polls these sources, twenty at a time; one that fails does not hold up the others."""
        gate = asyncio.Semaphore(_IN_FLIGHT)

        async def one(source: Source) -> Polled:
            async with gate:
                polled = await self.one(source, now)
            done(polled)
            return polled

        return tuple(await asyncio.gather(*(one(source) for source in sources)))

    async def one(self, source: Source, now: datetime) -> Polled:
        """Polls one source; whatever goes wrong ends in a named state of the source."""
        try:
            answer = await self.fetcher.get(source.url, etag=source.etag, last_modified=source.last_modified)
            polled = await self._answered(source, answer, now)
        except FetchError as error:
            polled = await self._missed(source, SourceState.FAILING, str(error.detail), now)
        except NotAFeed as error:
            polled = await self._missed(source, SourceState.NOT_A_FEED, str(error.detail), now)
        except Exception as error:
            # An unforeseen fault with one source must neither stop the others nor pass in silence.
            log.exception("poll.failed", source=source.name)
            polled = await self._fault(source, error, now)
        log.info("poll.done", source=source.name, state=polled.source.state, new=polled.new)
        if any(recipients for _, recipients in polled.alerts):
            self.wake()
        return polled

    async def _answered(self, source: Source, answer: Fetched, now: datetime) -> Polled:
        if answer.status == 304:
            return await self._unchanged(source, answer, now)
        bad = trouble(answer, now)
        if bad:
            return await self._missed(source, bad.state, bad.detail, now, bad.pause)
        if source.body_hash == _hash(answer.body):
            return await self._unchanged(source, answer, now)
        parsed = await asyncio.to_thread(items, source, answer, now)
        fresh = await asyncio.to_thread(self._fresh, source, parsed.entries)
        read = await self._read_linked(fresh, now)
        statements = await asyncio.to_thread(self._understand, read, source, now)
        state = SourceState.DEGRADED if parsed.degraded else SourceState.OK
        after = replace(_succeeded(source, answer, now), state=state, detail=parsed.degraded)
        first_poll = source.last_success is None
        return await asyncio.to_thread(self._store, after, statements, now, first_poll=first_poll)

    async def _fault(self, source: Source, error: Exception, now: datetime) -> Polled:
        """The fault as the source's state; where not even that can be written, as the answer alone."""
        detail = f"fault in Vigil: {error!r}"[:200]
        try:
            return await self._missed(source, SourceState.FAILING, detail, now)
        except Exception:
            log.exception("poll.state_not_written", source=source.name)
            return Polled(replace(source, state=SourceState.FAILING, detail=detail))

    async def _unchanged(self, source: Source, answer: Fetched, now: datetime) -> Polled:
        # Also a 304, or a 200 with the same body, may bring new validators: keep them.
        was = source.state in (SourceState.OK, SourceState.DEGRADED, SourceState.UNCHANGED)
        state = SourceState.DEGRADED if source.state is SourceState.DEGRADED else SourceState.UNCHANGED
        after = replace(_succeeded(source, answer, now), state=state, detail=source.detail if was else "")
        if answer.status == 304:
            after = replace(after, body_hash=source.body_hash)
        return await asyncio.to_thread(self._store, after, (), now)

    async def _missed(
        self, source: Source, state: SourceState, detail: str, now: datetime, pause: float | None = None
    ) -> Polled:
        """The source did not answer as it should: it is asked again later, and later each time."""
        failures = source.failures + 1
        wait = min(timedelta(seconds=source.every) * 2 ** min(failures - 1, 10), _LONGEST_PAUSE)
        wait *= _jitter.uniform(0.8, 1.0)
        wait = max(wait, timedelta(seconds=min(pause or 0, 86400)), timedelta(seconds=source.every) * 0.8)
        if state is SourceState.FAILING and failures >= _DARK_AFTER:
            state = SourceState.DARK
        after = replace(
            source,
            state=state,
            detail=detail,
            failures=failures,
            last_polled=now,
            next_due=now + wait,
        )
        return await asyncio.to_thread(self._store, after, (), now)

    async def _read_linked(self, entries: Sequence[Entry], now: datetime) -> tuple[Entry, ...]:
        """The entries, those that show only a beginning with the text of the page they link to."""
        cut = [entry.uid for entry in entries if (entry.excerpt and entry.url) or entry.enclosures]
        chosen = set(cut[:_LINKED_PAGES])
        return tuple(
            await asyncio.gather(
                *(self._linked(entry, now) if entry.uid in chosen else _same(entry) for entry in entries)
            )
        )

    async def _linked(self, entry: Entry, now: datetime) -> Entry:
        del now
        notes = []
        for url in filter(None, (entry.url, *entry.enclosures[:1])):
            try:
                answer = await self.fetcher.get(url)
                if answer.status != 200:
                    notes.append(f"the link leads nowhere: HTTP {answer.status} from {url}")
                    continue
                content = answer.headers.get("content-type", "")
                document = await asyncio.to_thread(read_document, answer.body, content, answer.final_url)
            except (FetchError, Unreadable) as error:
                notes.append(f"the linked page could not be read: {error.detail}")
                continue
            if len(document.text) <= len(entry.text):
                continue
            return replace(
                entry,
                title=_whole_title(entry.title, document.title),
                text=document.text,
                excerpt=False,
                note="; ".join(notes),
            )
        return replace(entry, note="; ".join(notes))

    def _due(self, now: datetime) -> tuple[Source, ...]:
        with self.database.read() as work:
            return work.sources.due(now)

    def _fresh(self, source: Source, entries: Sequence[Entry]) -> tuple[Entry, ...]:
        with self.database.read() as work:
            known = work.entries.known(source.id, [entry.uid for entry in entries])
        return tuple(entry for entry in entries if entry.uid not in known)

    def _understand(
        self, entries: Iterable[Entry], source: Source, now: datetime
    ) -> tuple[tuple[Entry, Statement], ...]:
        return tuple(self._understood(entry, source, now) for entry in entries)

    def _understood(self, entry: Entry, source: Source, now: datetime) -> tuple[Entry, Statement]:
        """The entry with what it says; one that cannot be read is kept with a note, and the rest goes on."""
        if entry.published and not _EARLIEST <= entry.published <= _LATEST:
            # Year 1 and year 9999 are what software writes for "no date"; neither may ring.
            note = f"impossible date {entry.published.date().isoformat()}"
            entry = replace(entry, published=_EARLIEST, note=note)
        try:
            return entry, self.understand(entry, source, now)
        except Exception as error:
            log.exception("entry.not_understood", source=source.name)
            noted = replace(entry, note=f"could not be understood: {error!r}"[:200])
            plain = Statement(title=entry.title, url=entry.url, text=entry.text, published=entry.published)
            return noted, replace(plain, language=entry.language, countries=source.countries)

    def _store(
        self,
        source: Source,
        read: Sequence[tuple[Entry, Statement]],
        now: datetime,
        *,
        first_poll: bool = False,
    ) -> Polled:
        """One transaction: the source's validators with all that the answer brought, or nothing."""
        alerts = []
        with self.database.write() as work:
            if read:
                work.cases.lock()  # first: what another poller stores meanwhile must be seen below
            known = work.entries.known(source.id, [entry.uid for entry, _ in read])
            new = [(entry, statement) for entry, statement in read if entry.uid not in known]
            for entry, understood in sorted(new, key=lambda pair: pair[0].published or now):
                statement = keep(work, source, entry, understood, now)
                if not self.limits.fresh(entry, now, first_poll=first_poll):
                    continue
                if entry.published is None and statement.relation is Relation.DUPLICATE:
                    continue  # without a date, a known text under a new id is no news
                rung = ring(work, source, entry, statement, now, self.limits)
                if rung:
                    alerts.append(rung)
            work.sources.save(source)
        notes = tuple(entry.note for entry, _ in new if entry.note)
        return Polled(source, len(new), notes, tuple(alerts))


def _succeeded(source: Source, answer: Fetched, now: datetime) -> Source:
    # `every` is an upper bound of freshness: jitter only shortens it.
    wait = timedelta(seconds=source.every * _jitter.uniform(0.9, 1.0))
    return replace(
        source,
        etag=answer.headers.get("etag", source.etag if answer.status == 304 else ""),
        last_modified=answer.headers.get(
            "last-modified", source.last_modified if answer.status == 304 else ""
        ),
        body_hash=_hash(answer.body),
        failures=0,
        last_polled=now,
        last_success=now,
        next_due=now + wait,
    )


def _whole_title(shown: str, found: str) -> str:
    """The page's title where the list cut it off; else the list's own."""
    start = shown.rstrip("…. ")
    return found if start != shown and found.startswith(start) else shown


async def _same(entry: Entry) -> Entry:
    return entry


def _hash(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()
