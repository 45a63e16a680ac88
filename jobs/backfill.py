"""Reads a feed backwards through its pages, as far as it has any."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import datetime

from jobs.fetch import Fetched, Fetcher, FetchError, retry_after
from jobs.linked import Linked
from jobs.parser import Parser
from jobs.pauses import Pauses
from jobs.steps.edits import marked
from jobs.steps.older import older
from jobs.steps.parsed import NotAFeed
from jobs.turns import Turns
from storage.database import Database
from storage.records import Entry, Source

_THE_END = (404, 410)
"""How software answers for a page beyond its last."""
_LONGEST_PAUSE = 120.0
_TRIES = 3


class Stopped(Exception):
    """The feed could not be read any further; what was read until there is taken. The message says why."""


@dataclass(slots=True)
class Backfill:
    """The pages of one feed, the newest first. `pause` in seconds is kept between two requests."""

    database: Database
    fetcher: Fetcher
    parser: Parser
    source: Source
    now: Callable[[], datetime]
    pauses: Pauses = field(default_factory=Pauses)
    """Those that are stored are learnt at the first page; those that it is asked for are stored."""
    pause: float = 1.0
    pages: int = 0
    """How many were read."""
    unpaged: bool = False
    """Whether its only page named no earlier one, and was not made by software that is known to have some."""

    async def batches(self, most: int) -> AsyncIterator[Sequence[tuple[Entry, Source]]]:
        """The entries of up to `most` pages, a batch for each; those that are new with their linked pages.

        Ends where the feed names no earlier page, says that there is none, or shows the same again.
        Raises Stopped.
        """
        await asyncio.to_thread(self._learn_pauses)
        url, seen, shown = self.source.asked, set[str](), set[str]()
        while url and url not in seen and self.pages < most:
            seen.add(url)
            if self.pages:
                await asyncio.sleep(self.pause)
            answer = await self._page(url)
            if answer is None:
                return
            entries = await self._entries(answer)
            fresh = {entry.uid for entry in entries} - shown
            if not fresh:
                return  # a software that knows no pages shows the first one again
            shown |= fresh
            self.pages += 1
            yield [(entry, self.source) for entry in await self._whole(entries)]
            url = older(answer.body, url)
            self.unpaged = not url and self.pages == 1

    async def _page(self, url: str) -> Fetched | None:
        """The answer, None for the end; a server that asks us to wait is waited for, within reason."""
        turn = Turns(self.pauses, nullcontext(), self.now).at
        for attempt in range(_TRIES):
            try:
                answer = await self.fetcher.get(url, pinned=True, in_clear=self.source.in_clear, turn=turn)
            except FetchError as error:
                raise Stopped(f"page {self.pages + 1}: {error.detail}") from error
            if answer.status == 200:
                return answer
            if answer.status in _THE_END and self.pages:
                return None
            wish = retry_after(answer.headers, self.now())
            if answer.status not in (429, 503) or attempt == _TRIES - 1 or (wish or 0) > _LONGEST_PAUSE:
                break
            await asyncio.sleep(wish or 10.0)
        self.pauses.obey(answer.status, wish, self.now(), url, answer.final_url)
        await asyncio.to_thread(self._store_pauses)
        raise Stopped(f"page {self.pages + 1}: HTTP {answer.status}")

    async def _entries(self, answer: Fetched) -> tuple[Entry, ...]:
        source = self.source
        try:
            parsed = await self.parser.listed(
                answer.body, answer.headers, answer.final_url, source, self.now()
            )
        except NotAFeed as error:
            raise Stopped(f"page {self.pages + 1}: {error.detail}") from error
        return tuple(marked(entry, source) for entry in parsed.entries)

    async def _whole(self, entries: Sequence[Entry]) -> Sequence[Entry]:
        """The entries; what is not known yet, and shown in part only, with the text of its page."""
        known = await asyncio.to_thread(self._known, entries)
        fresh = [entry for entry in entries if entry.uid not in known]
        linked = Linked(self.fetcher, self.pauses, self.parser, self.source.asked, self.source.in_clear)
        read = {entry.uid: entry for entry in await linked.read(fresh, self.now(), len(fresh))}
        await asyncio.to_thread(self._store_pauses)
        return [read.get(entry.uid, entry) for entry in entries]

    def _known(self, entries: Sequence[Entry]) -> set[str]:
        with self.database.read() as work:
            stored = work.sources.by_name(self.source.name)
            known = work.entries.known(stored.id, [entry.uid for entry in entries]) if stored else set()
            return known | work.statements.takedowns.withheld(self.source.name, entries)

    def _learn_pauses(self) -> None:
        with self.database.read() as work:
            self.pauses.learn(work.pauses.paused(self.now()))

    def _store_pauses(self) -> None:
        """So that every program keeps to what this one was asked for."""
        wanted = self.pauses.unwritten()
        if wanted:
            with self.database.write() as work:
                work.pauses.pause(wanted, self.now())
            self.pauses.written(wanted)
