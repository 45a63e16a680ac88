"""Asks sources what is new, reads it, keeps it whole and queues what rings."""

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial

import structlog
from sqlalchemy.exc import SQLAlchemyError

from jobs.batch import Batches
from jobs.behind import Behind, Pages, is_waiting
from jobs.fetch import Elsewhere, Fetched, Fetcher, FetchError, LeftAlone, TimedOut, Unreachable
from jobs.keep import NOBODY, Kept, Outcome, keep_all, pieces
from jobs.limits import Limits
from jobs.look import Trouble, trouble
from jobs.notices import Admins
from jobs.parser import Parser
from jobs.pauses import Pauses, host_of
from jobs.polled import Polled, tell, waiting
from jobs.readings import Readings
from jobs.recall import Recall
from jobs.rereading import NOTHING, Rereading, is_overdue
from jobs.sifting import Sifting
from jobs.steps.parsed import NotAFeed
from jobs.steps.shown import Shown
from jobs.steps.understand import Understand, understand_entry
from jobs.turns import Turns, apart
from jobs.vanished import Vanished
from jobs.verdict import digest_of, fault, missed, soon, succeeded, unfinished
from jobs.wishes import Wishes
from storage.database import Database
from storage.odds import repeated
from storage.records import Entry, Source
from storage.words import SourceState

__all__ = ["Polled", "Poller"]

log = structlog.get_logger()

_GIVE_BACK_AGAIN = (0.5, 1.0, 2.0)
"""Seconds after each of which what was not asked is given back once more."""
_IN_FLIGHT = 20
_AT_HAND = 100
"""How many sources may be between their turn and their commit: what they brought is in memory."""
_MOST_NEW = 500
"""How many new entries one poll takes: the rest comes with the next, which is due at once."""


@dataclass(frozen=True, slots=True)
class Poller:
    """Polls sources with one fetcher into one database. `wake` is called when something was queued."""

    database: Database
    fetcher: Fetcher
    limits: Limits = field(default_factory=Limits)
    wake: Callable[[], None] = lambda: None
    beat: Callable[[], None] = lambda: None
    parser: Parser = field(default_factory=Parser)
    understand: Understand = understand_entry
    admins: Admins = NOBODY
    """Who hears of sources in trouble."""
    noticed: Callable[[Polled, float], None] = lambda _polled, _seconds: None
    """Called with every poll that was made and how long it took."""
    dated: Callable[[str, Mapping[str, str], datetime], None] = lambda _host, _headers, _now: None
    """Called with the host and the headers of every answer, and when it came."""
    _busy: set[int] = field(default_factory=set)
    _pauses: Pauses = field(default_factory=Pauses)
    _recall: Recall = field(default_factory=Recall)
    _wishes: Wishes = field(default_factory=Wishes)
    _batches: Batches[Outcome, Kept] = field(init=False, repr=False)
    _vanished: Vanished = field(init=False, repr=False)
    _sifting: Sifting = field(init=False, repr=False)
    _readings: Readings = field(init=False, repr=False)
    _behind: Behind = field(init=False, repr=False)
    _rereading: Rereading = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """One writer for all that the polls bring."""
        object.__setattr__(self, "_batches", Batches(self._store, lambda outcome: outcome.weight))
        object.__setattr__(self, "_vanished", Vanished(self.fetcher, self._pauses))
        object.__setattr__(self, "_sifting", Sifting(self.database, self._vanished))
        readings = Readings(self.parser, self.understand)
        behind = Behind(self.database, self.fetcher, self._pauses, readings, self.limits)
        object.__setattr__(self, "_readings", readings)
        object.__setattr__(self, "_behind", behind)
        again = Rereading(self.database, self.fetcher, self._pauses, readings)
        object.__setattr__(self, "_rereading", again)

    async def due(self, now: datetime) -> tuple[Polled, ...]:
        """Polls every watched source whose time has come and that is not being polled already.

        May be called again before it has returned: a slow source holds up nobody.
        """
        found = await asyncio.to_thread(self.ready, now)
        self.beat()
        chosen = [source for source in found if source.id not in self._busy]
        self._busy.update(source.id for source in chosen)
        try:
            return await self.all(chosen, now, lambda polled: self._busy.discard(polled.source.id))
        finally:
            self._busy.difference_update(source.id for source in chosen)

    async def batch(self, ids: Sequence[int], until: datetime, now: datetime) -> tuple[Polled, ...]:
        """Polls the sources with these ids that are given to us until then; others have the rest by now."""
        found = await asyncio.to_thread(self._given, ids, until)
        try:
            return await self.all(found, now)
        finally:  # what was not asked after all can be given to others
            await asyncio.shield(self._gives_back(ids, until))

    async def all(
        self,
        sources: Iterable[Source],
        now: datetime,
        done: Callable[[Polled], None] = lambda _: None,
    ) -> tuple[Polled, ...]:
        """Polls these sources, twenty at a time; one that fails does not hold up the others."""
        asking = asyncio.Semaphore(_IN_FLIGHT)
        began = asyncio.get_running_loop().time()
        found: dict[int, Polled] = {}
        turns = iter(apart(list(enumerate(sources))))

        async def some() -> None:
            for number, source in turns:  # shared: whoever is free takes the next
                found[number] = await self._one(source, now, began, asking)
                done(found[number])

        await asyncio.to_thread(self._learn_pauses, now)
        await asyncio.gather(*(some() for _ in range(_AT_HAND)))
        return tuple(found[number] for number in sorted(found))

    async def one(self, source: Source, now: datetime) -> Polled:
        """Polls one source; whatever goes wrong ends in a named state of the source."""
        return await self._one(source, now, asyncio.get_running_loop().time(), nullcontext())

    async def pushed(self, source: Source, answer: Fetched, now: datetime) -> tuple[Polled, bool]:
        """What a hub delivered: what is new in it, and whether it changes what is known.

        A push may be late, repeated, or a part of the feed: so it neither edits entries nor touches what
        only the source's own answers tell. Raises NotAFeed, and what writing it raised.
        """
        shown = await self.parser.shown(
            answer.body, answer.headers, answer.final_url, source, now, self.understand
        )
        fresh, changed = await asyncio.to_thread(self._sifting.shown_in, source, shown.parsed, answer.body)
        pages: Pages = {}
        read = await self._behind.new(source, fresh, now, pages, first_poll=source.last_success is None)
        new = await self._readings.understood(read, source, now, shown.understood)
        brought = pieces(Outcome(source, source, now, new=new, pushed=True, pages=pages))
        polled = _polled([await self._batches.add(piece) for piece in brought])
        if any(recipients for _, recipients in polled.alerts):
            self.wake()
        return polled, bool(changed)

    async def _one(
        self, source: Source, now: datetime, began: float, asking: AbstractAsyncContextManager[None]
    ) -> Polled:
        clock = asyncio.get_running_loop().time

        def moment() -> datetime:
            """The round may have begun long ago, and a pause counts from its answer."""
            return now + timedelta(seconds=clock() - began)

        turns = Turns(self._pauses, asking, moment)
        with self._batches.expected():
            try:
                outcome = await self._ask(source, turns)
            except LeftAlone as error:
                return waiting(source, error.until)
        polled = await self._kept(source, outcome)
        self.noticed(polled, clock() - (turns.began or clock()))
        tell(source, polled)
        if any(recipients for _, recipients in polled.alerts):
            self.wake()
        return polled

    async def _ask(self, source: Source, turns: Turns) -> Outcome:
        """What came of asking it; raises LeftAlone where it was not asked at all."""
        now = turns.now
        try:
            answer = await self.fetcher.get(
                source.asked,
                etag=source.etag,
                last_modified=source.last_modified,
                pinned=True,
                in_clear=source.in_clear,
                turn=turns.at,
            )
            self.dated(host_of(answer.final_url), answer.headers, now())
            outcome = await self._answered(source, answer, now())
            return replace(outcome, understood=now())
        except LeftAlone as error:
            if turns.began is None:
                raise
            # It was asked, and leads to a place that is not: to be asked each minute would be no better.
            pause = (error.until - now()).total_seconds()
            return missed(source, SourceState.THROTTLED, str(error.detail), now(), pause)
        except Elsewhere as error:
            return missed(source, SourceState.MOVED, str(error.detail), now())
        except FetchError as error:
            silent = isinstance(error, Unreachable | TimedOut)
            since = (source.unreached_since or now()) if silent else None
            return missed(source, SourceState.FAILING, str(error.detail), now(), unreached=since)
        except NotAFeed as error:
            return missed(source, SourceState.NOT_A_FEED, str(error.detail), now())
        except Exception as error:  # noqa: BLE001 - it is logged by `_fault`
            # An unforeseen fault with one source must neither stop the others nor pass in silence.
            return fault(source, error, now())

    async def _answered(self, source: Source, answer: Fetched, now: datetime) -> Outcome:
        bad = trouble(answer, now)
        if bad:
            return self._refused(source, answer, bad, now)
        if answer.status == 304 and not (source.etag or source.last_modified):
            return missed(source, SourceState.FAILING, "HTTP 304, though nothing was known of it", now)
        digest = source.body_hash if answer.status == 304 else digest_of(answer.body)
        if digest == source.body_hash:
            # Also a 304, or a 200 with the same body, may bring new validators: keep them.
            degraded = source.detail if source.state is SourceState.DEGRADED else ""
            state = SourceState.DEGRADED if degraded else SourceState.UNCHANGED
            after = succeeded(source, answer, digest, now, state=state, detail=degraded)
            pages: Pages = {}
            edits, more = await self._behind.late(source, now, pages)
            again = NOTHING if edits or more else await self._rereading.look(source, now)
            return Outcome(
                source,
                soon(after, now) if more else after,
                now,
                edits=(*edits, *again.edits),
                standing=again.added_to(await self._vanished.found_later(source, now)),
                pages=pages,
                rereads=again.rereads,
            )
        shown = await self.parser.shown(
            answer.body, answer.headers, answer.final_url, source, now, self.understand
        )
        parsed = shown.parsed
        state = SourceState.DEGRADED if parsed.degraded else SourceState.OK
        after = succeeded(source, answer, digest, now, state=state, detail=parsed.degraded)
        after = replace(after, marks=parsed.marks)
        return await self._changed(source, after, shown, answer.body, now)

    async def _changed(
        self, source: Source, after: Source, shown: Shown, body: bytes, now: datetime
    ) -> Outcome:
        """What is new in an answer, what was edited in it, and what was taken out of it."""
        fresh, changed, missing = await asyncio.to_thread(self._sifting.compared, source, shown.parsed, body)
        first = source.last_success is None
        if not first and max(len(fresh), len(changed)) > _MOST_NEW:
            # The past that a first poll finds is no news, and has to be told from what comes later.
            fresh, changed, after = _newest(fresh, now), changed[:_MOST_NEW], unfinished(source, after, now)
        pages: Pages = {}
        read = await self._behind.new(source, fresh, now, pages, first_poll=first)
        edited = await self._behind.edited(source, changed, now, pages)
        late, more = await self._behind.late(source, now, pages, but={old.id for old, _ in changed})
        pressing = read or edited or late or more
        again = NOTHING if pressing else await self._rereading.look(source, now)
        standing = await self._vanished.found(source, missing, now, {old.id for old, _ in changed})
        asks_soon = more or is_waiting(read) or (pressing and is_overdue(source, now))
        return Outcome(
            source,
            soon(after, now) if asks_soon else after,
            now,
            new=await self._readings.understood(read, source, now, shown.understood),
            edits=(*await self._readings.edits(edited, source, now), *late, *again.edits),
            standing=again.added_to(standing),
            first_poll=first,
            pages=pages,
            rereads=again.rereads,
        )

    def _refused(self, source: Source, answer: Fetched, bad: Trouble, now: datetime) -> Outcome:
        """429 speaks for the whole host, 503 for the one address; both are kept to by every program."""
        outcome = missed(source, bad.state, bad.detail, now, bad.pause)
        if answer.status == 429:
            # What the server asked for, and not how patient this one source is: others share the host.
            self._pauses.obey(429, bad.pause, now, source.asked, answer.final_url)
        elif bad.pause:
            self._pauses.impose(source.asked, outcome.source.next_due or now, host=False)
        return outcome

    async def _kept(self, source: Source, outcome: Outcome) -> Polled:
        """The outcome stored; where that fails, the fault as the source's state, or as the answer alone."""
        kept: list[Kept] = []
        try:
            for piece in pieces(outcome):
                if any(one.overtaken for one in kept):
                    piece = replace(piece, source=unfinished(source, piece.source, piece.now))  # noqa: PLW2901 - the rest of it
                kept.append(await self._batches.add(piece))
            return _polled(kept)
        except Exception as error:  # noqa: BLE001 - as above
            failed = fault(source, error, outcome.now)
        try:
            return _polled([*kept, await self._batches.add(failed)])
        except Exception:  # noqa: BLE001 - as above
            log.warning("poll.state_not_written", source=source.name)
            return _polled([*kept, Kept(failed.source)])

    def ready(self, now: datetime) -> tuple[Source, ...]:
        """The sources whose time has come, but for those that want to be left alone."""
        self._learn_pauses(now)
        with self.database.read() as work:
            found = work.sources.due(now)
        return tuple(one for one in found if not self._pauses.until(one.asked, now))

    def _given(self, ids: Sequence[int], until: datetime) -> tuple[Source, ...]:
        with self.database.read() as work:
            return work.sources.given(ids, until)

    async def _gives_back(self, ids: Sequence[int], until: datetime) -> None:
        """Again for some seconds while the database is away: else nobody would ask them for minutes."""
        for pause in _GIVE_BACK_AGAIN:
            try:
                return await asyncio.to_thread(self._give_back, ids, until)
            except SQLAlchemyError as error:
                log.warning("poll.not_given_back", again_in=pause, error=type(error).__name__)
            await asyncio.sleep(pause)
        return await asyncio.to_thread(self._give_back, ids, until)

    def _give_back(self, ids: Sequence[int], until: datetime) -> None:
        with self.database.write() as work:
            work.sources.take_back(ids, until)

    def _learn_pauses(self, now: datetime) -> None:
        self._pauses.forget(now)
        with self.database.read() as work:
            self._pauses.learn(work.pauses.paused(now))

    def _store(self, outcomes: Sequence[Outcome]) -> tuple[Kept, ...]:
        """One transaction: the validators of several sources with all that their answers brought."""
        return repeated(partial(self._store_once, outcomes))

    def _store_once(self, outcomes: Sequence[Outcome]) -> tuple[Kept, ...]:
        pauses = self._pauses.unwritten()
        try:
            with self.database.write() as work:
                kept = keep_all(work, outcomes, self.limits, self._recall, self.admins, self._wishes)
                if pauses:
                    work.pauses.pause(pauses, outcomes[0].now)
        except BaseException:
            self._recall.forget()
            raise
        self._pauses.written(pauses)
        return kept


def _newest(entries: Sequence[Entry], now: datetime) -> tuple[Entry, ...]:
    """As many as one poll takes, in their order: those that may ring are among the newest."""
    newest = sorted(entries, key=lambda entry: entry.published or now, reverse=True)[:_MOST_NEW]
    chosen = {entry.uid for entry in newest}
    return tuple(entry for entry in entries if entry.uid in chosen)


def _polled(kept: Sequence[Kept]) -> Polled:
    """What all the pieces of one poll came to."""
    return Polled(
        kept[-1].source,
        sum(one.new for one in kept),
        tuple(note for one in kept for note in one.notes),
        tuple(alert for one in kept for alert in one.alerts),
    )
