"""Takes entries into the archive without ringing: many, in order, and each once however often it is tried.

entries -> batches -> known? -> understand, in workers, some batches at a time -> store, batch by batch
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterable, Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from jobs.parser import Parser
from jobs.recall import Recall
from jobs.ring import keep, place
from jobs.steps.understand import Understood, as_it_stands, possible
from storage.database import Database, Work
from storage.records import Entry, Source, Statement

BATCH = 200
"""Entries that are stored together: killed, an import loses no more than the reading of these."""
_IN_FLIGHT = 4
"""Batches that are read while one is stored: enough for two workers, and for their memory."""
_PIECE = 10
"""Entries that one job of a worker reads."""

Item = tuple[Entry, Source]


@dataclass(frozen=True, slots=True)
class Taken:
    """What came of an import so far."""

    taken: int = 0
    known: int = 0
    withheld: int = 0
    """Were taken down here, or resemble what was."""


@dataclass(frozen=True, slots=True)
class Read:
    """A batch on its way: what is read of it, and how many were known already."""

    items: tuple[tuple[Source, Understood], ...] = ()
    known: int = 0
    withheld: int = 0


@dataclass(slots=True)
class Intake:
    """One import. `deferred`: the words are kept and found now, and understood by `understand_rest` later."""

    database: Database
    parser: Parser
    now: Callable[[], datetime]
    deferred: bool = False
    named: bool = True
    """Whether the ids of what comes are what people know it by."""
    told: Callable[[Taken], None] = lambda _taken: None
    """Called after each batch."""
    _recall: Recall = field(default_factory=Recall)

    async def take(self, batches: AsyncIterable[Sequence[Item]]) -> Taken:
        """Takes batches of entries, each with its source, in order."""
        done = Taken()
        waiting: deque[asyncio.Task[Read]] = deque()
        try:
            async for batch in batches:
                waiting.append(asyncio.create_task(self._read(tuple(batch))))
                if len(waiting) >= _IN_FLIGHT:
                    done = await self._kept(await waiting.popleft(), done)
            while waiting:
                done = await self._kept(await waiting.popleft(), done)
        finally:
            for task in waiting:
                task.cancel()
            await asyncio.gather(*waiting, return_exceptions=True)
        return done

    async def take_read(self, items: Sequence[tuple[Source, Understood]], done: Taken) -> Taken:
        """Takes what was read elsewhere."""
        return await self._kept(Read(tuple(items)), done)

    async def understand_rest(self) -> int:
        """Understands what was taken in unread, the oldest first; returns how many."""
        count, last = 0, 0
        while True:
            rest = await asyncio.to_thread(self._deferred, last)
            if not rest:
                return count
            last = max(statement.id for statement, _, _ in rest)
            items = [(entry, source) for _, entry, source in rest]
            read = await self._understood(items)
            found = [
                (one[0], source, understood) for one, (source, understood) in zip(rest, read, strict=True)
            ]
            await asyncio.to_thread(self._place, found)
            count += len(rest)
            self.told(Taken(count))

    async def _read(self, batch: tuple[Item, ...]) -> Read:
        fresh, withheld = await asyncio.to_thread(self._fresh, batch)
        known = len(batch) - len(fresh) - withheld
        if self.deferred:
            read = [(source, as_it_stands(possible(entry), source)) for entry, source in fresh]
        else:
            read = await self._understood(fresh)
        return Read(tuple(read), known, withheld)

    async def _understood(self, items: Sequence[Item]) -> list[tuple[Source, Understood]]:
        """What the entries say, in their order; those of one source that stand together go together."""
        pieces: list[tuple[Source, list[Entry]]] = []
        for entry, source in items:
            if pieces and pieces[-1][0] == source and len(pieces[-1][1]) < _PIECE:
                pieces[-1][1].append(entry)
            else:
                pieces.append((source, [entry]))
        read = await asyncio.gather(
            *(self.parser.understood(entries, source, self.now()) for source, entries in pieces)
        )
        return [(source, one) for (source, _), found in zip(pieces, read, strict=True) for one in found]

    def _fresh(self, batch: tuple[Item, ...]) -> tuple[tuple[Item, ...], int]:
        """What of it is not known yet: only that is read; and how many are not to come here again."""
        with self.database.read() as work:
            known, withheld = _known(work, [(source, entry) for entry, source in batch])
        fresh: dict[tuple[str, str], Item] = {}
        for entry, source in batch:
            if (source.name, entry.uid) not in known | withheld:
                fresh.setdefault((source.name, entry.uid), (entry, source))
        return tuple(fresh.values()), sum((source.name, entry.uid) in withheld for entry, source in batch)

    async def _kept(self, read: Read, done: Taken) -> Taken:
        taken, withheld = await asyncio.to_thread(self._store, read) if read.items else (0, 0)
        known = read.known + len(read.items) - taken - withheld
        done = Taken(done.taken + taken, done.known + known, done.withheld + read.withheld + withheld)
        self.told(done)
        return done

    def _store(self, read: Read) -> tuple[int, int]:
        """One transaction: what is known by now is left out, also what an earlier batch has brought.

        Returns how many were taken, and how many are not to come here again.
        """
        now, taken = self.now(), 0
        try:
            with self.database.write() as work:
                work.cases.lock()
                if not self.deferred:
                    self._recall.begin(work)
                known, withheld = _known(work, [(source, one.entry) for source, one in read.items])
                known |= withheld
                sources: dict[str, Source] = {}
                for source, one in read.items:
                    key = (source.name, one.entry.uid)
                    if key in known:
                        continue
                    known.add(key)
                    stored = sources.get(source.name) or work.sources.ensure(source)
                    sources[source.name] = stored
                    self._add(work, stored, one, now)
                    taken += 1
        except BaseException:
            self._recall.forget()
            raise
        return taken, len(withheld)

    def _add(self, work: Work, source: Source, one: Understood, now: datetime) -> None:
        known_by = one.entry.uid if self.named else ""
        one = replace(one, statement=replace(one.statement, external_id=known_by))
        if not self.deferred:
            keep(work, source, one, now, self._recall)
            return
        entry_id = work.entries.add(source.id, one.entry, now)
        work.statements.add(replace(one.statement, entry_id=entry_id), source, now, deferred=True)

    def _deferred(self, after: int) -> list[tuple[Statement, Entry, Source]]:
        with self.database.read() as work:
            found = []
            for statement in work.statements.deferred(after, BATCH):
                entry = work.entries.get(statement.entry_id)
                source = work.sources.by_name(statement.source_name)
                if entry and source:
                    found.append((statement, entry, source))
            return found

    def _place(self, found: Sequence[tuple[Statement, Source, Understood]]) -> None:
        now = self.now()
        try:
            with self.database.write() as work:
                work.cases.lock()
                self._recall.begin(work)
                for before, source, one in found:
                    place(work, source, before, one, now, self._recall)
        except BaseException:
            self._recall.forget()
            raise


Key = tuple[str, str]
"""The name of a source, and a uid of it."""


def _known(work: Work, items: Sequence[tuple[Source, Entry]]) -> tuple[set[Key], set[Key]]:
    """Those that are here, and those that are not to come here again: taken down, or much like it."""
    of: dict[str, list[Entry]] = {}
    for source, entry in items:
        of.setdefault(source.name, []).append(entry)
    found: set[Key] = set()
    withheld: set[Key] = set()
    for name, entries in of.items():
        stored = work.sources.by_name(name)
        uids = work.entries.known(stored.id, [entry.uid for entry in entries]) if stored else set()
        found.update((name, uid) for uid in uids)
        rest = [entry for entry in entries if entry.uid not in uids]
        away = work.statements.takedowns.withheld(name, rest)
        away |= work.statements.takedowns.resembling([one for one in rest if one.uid not in away]).keys()
        withheld.update((name, uid) for uid in away)
    return found, withheld
