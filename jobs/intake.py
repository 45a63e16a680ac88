"""Takes entries into the archive without ringing: many, in order, and each once however often it is tried.

entries -> batches -> known? -> understand, in workers, some batches at a time -> store, batch by batch
"""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, AsyncIterable, Awaitable, Callable, Collection, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TypeVar

from jobs.filing import keep, place
from jobs.lines import Line
from jobs.parser import Parser
from jobs.recall import Recall
from jobs.steps.edits import words
from jobs.steps.understand import Understood, as_it_stands, possible
from storage.database import Database, Work
from storage.records import Entry, Source, Statement

BATCH = 200
"""Entries that are stored together: killed, an import loses no more than the reading of these."""
_IN_FLIGHT = 4
"""Batches that are read at once, but the one that is stored: enough for some workers, and for our memory."""
_PIECE = 10
"""Entries that one job of a worker reads."""

Item = tuple[Entry, Source]
"""What is to be read; or a `Line` of an export, in which all has been read."""
Late = tuple[Statement, Entry, Source]
"""What was taken in unread, and is to be read now."""
Key = tuple[str, str]
"""The name of a source, and a uid of it."""
_Given = TypeVar("_Given")
_Found = TypeVar("_Found")


async def read_ahead(
    given: AsyncIterable[_Given], read: Callable[[_Given], Awaitable[_Found]], most: int
) -> AsyncGenerator[_Found, None]:
    """What is read of each, in their order; so many at most are read at once, also while one is stored."""
    waiting: deque[asyncio.Future[_Found]] = deque()
    try:
        async for one in given:
            waiting.append(asyncio.ensure_future(read(one)))
            if len(waiting) >= most:
                yield await waiting.popleft()
        while waiting:
            yield await waiting.popleft()
    finally:
        for task in waiting:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)


@dataclass(frozen=True, slots=True)
class Taken:
    """What came of an import so far."""

    taken: int = 0
    known: int = 0
    withheld: int = 0
    """Were taken down here, or resemble what was."""
    differing: int = 0
    """Of the known ones those that say something else here: the words that came are not taken."""


@dataclass(frozen=True, slots=True)
class Read:
    """A batch on its way: what is read of it, and how many were known already."""

    items: tuple[tuple[Source, Understood | Line], ...] = ()
    known: int = 0
    withheld: int = 0
    differing: int = 0


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
    _cases: dict[int, int] = field(default_factory=dict)
    """The numbers that the cases of an export have here."""

    async def take(self, batches: AsyncIterable[Sequence[Item | Line]]) -> Taken:
        """Takes batches of entries, each with its source, in order."""
        done = Taken()
        async with aclosing(read_ahead(batches, self._read, _IN_FLIGHT)) as found:
            async for read in found:
                done = await self._kept(read, done)
        return done

    async def take_read(self, items: Sequence[tuple[Source, Understood]], done: Taken) -> Taken:
        """Takes what was read elsewhere."""
        return await self._kept(Read(tuple(items)), done)

    async def understand_rest(self) -> int:
        """Understands what was taken in unread, the oldest first; returns how many."""
        count = 0
        async with aclosing(read_ahead(self._rest(), self._read_late, _IN_FLIGHT)) as found:
            async for read in found:
                await asyncio.to_thread(self._place, read)
                count += len(read)
                self.told(Taken(count))
        return count

    async def _rest(self) -> AsyncGenerator[Sequence[Late], None]:
        last = 0
        while rest := await asyncio.to_thread(self._deferred, last):
            last = max(statement.id for statement, _, _ in rest)
            yield rest

    async def _read_late(self, rest: Sequence[Late]) -> Sequence[tuple[Statement, Source, Understood]]:
        read = await self._understood([(entry, source) for _, entry, source in rest])
        return [(one[0], source, found) for one, (source, found) in zip(rest, read, strict=True)]

    async def _read(self, batch: Sequence[Item | Line]) -> Read:
        whole = [(one.source, one) for one in batch if isinstance(one, Line)]
        items = [one for one in batch if not isinstance(one, Line)]
        fresh, withheld, differing = await asyncio.to_thread(self._fresh, items)
        known = len(items) - len(fresh) - withheld
        if self.deferred:
            read = [(source, as_it_stands(possible(entry), source)) for entry, source in fresh]
        else:
            read = await self._understood(fresh)
        return Read((*whole, *read), known, withheld, differing)

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

    def _fresh(self, batch: Sequence[Item]) -> tuple[tuple[Item, ...], int, int]:
        """What of it is not known yet: only that is read.

        And how many are not to come here again, and how many known ones say something else.
        """
        with self.database.read() as work:
            known, withheld = _known(work, [(source, entry) for entry, source in batch])
            others = _differing(work, batch, known) if self.named else 0
        fresh: dict[Key, Item] = {}
        for entry, source in batch:
            key = (source.name, entry.uid)
            if key not in known | withheld and fresh.setdefault(key, (entry, source))[0] is not entry:
                others += _says(fresh[key][0]) != _says(entry)
        away = sum((source.name, entry.uid) in withheld for entry, source in batch)
        return tuple(fresh.values()), away, others

    async def _kept(self, read: Read, done: Taken) -> Taken:
        taken, withheld = await asyncio.to_thread(self._store, read) if read.items else (0, 0)
        known = read.known + len(read.items) - taken - withheld
        away = done.withheld + read.withheld + withheld
        done = Taken(done.taken + taken, done.known + known, away, done.differing + read.differing)
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
                work.statements.past = True
                if not self.deferred:
                    self._recall.begin(work)
                known, withheld = _known(work, [(source, one.entry) for source, one in read.items])
                known |= withheld
                sources: dict[str, Source] = {}
                for source, one in read.items:
                    key = (source.name, one.entry.uid)
                    if key in known:
                        self._meet(work, source, one)
                        continue
                    known.add(key)
                    stored = sources.get(source.name) or work.sources.ensure(source)
                    sources[source.name] = stored
                    if isinstance(one, Line):
                        self._bring(work, stored, one, now)
                    else:
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

    def _bring(self, work: Work, source: Source, line: Line, now: datetime) -> None:
        """A line of an export, as it stood there; in the case that the others of its case have here."""
        self._recall.forget()
        case = None
        if line.case:
            case = self._cases.get(line.case.id) or work.cases.bring(line.case, now)
            self._cases[line.case.id] = case
        fetched = line.statement.fetched or now
        told, titled = line.statement.text == line.entry.text, line.statement.title == line.entry.title
        entry_id = work.entries.add(source.id, line.entry, fetched, told=told, titled=titled)
        statement = replace(line.statement, entry_id=entry_id, case_id=case, fetched=fetched)
        number = work.statements.bring(statement, source, line.versions, deferred=line.deferred)
        work.statements.takedowns.withhold([line.withheld], number)
        cut = work.redactions.opened(line.redacted) if line.redacted else None
        if cut and cut.words:
            work.redactions.keep(number, cut)

    def _meet(self, work: Work, source: Source, one: Understood | Line) -> None:
        """One of an export that is here already: others of its case join it."""
        if not isinstance(one, Line) or one.case is None or one.case.id in self._cases:
            return
        stored = work.sources.by_name(source.name)
        entry = work.entries.by_uid(stored.id, [one.entry.uid]).get(one.entry.uid) if stored else None
        number = work.entries.statement_of(entry.id) if entry else None
        statement = work.statements.get(number) if number else None
        if statement and statement.case_id:
            self._cases[one.case.id] = statement.case_id

    def _deferred(self, after: int) -> list[Late]:
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


def _differing(work: Work, batch: Sequence[Item], known: Collection[Key]) -> int:
    """How many of the known ones of a batch say something else here."""
    of: dict[str, dict[str, Entry]] = {}
    for entry, source in batch:
        if (source.name, entry.uid) in known:
            of.setdefault(source.name, {})[entry.uid] = entry
    count = 0
    for name, given in of.items():
        stored = work.sources.by_name(name)
        here = work.entries.by_uid(stored.id, given.keys()) if stored else {}
        count += sum(_says(entry) != _says(given[uid]) for uid, entry in here.items())
    return count


def _says(entry: Entry) -> tuple[str, str]:
    return words(entry.title), words(entry.text)


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
