"""Reads feeds, pages and documents where they can do no harm: in workers, or in a thread for a short run."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from jobs.steps.discover import Lead, named, usual
from jobs.steps.document import Document
from jobs.steps.edits import marked
from jobs.steps.parsed import NotAFeed, Parsed
from jobs.steps.read import read_document
from jobs.steps.shown import Shown, parse_answer, read_answer
from jobs.steps.understand import Understand, Understood, not_understood, understand_all, understand_entry
from jobs.steps.unreadable import Unreadable
from jobs.workers import Run, Unfinished
from storage.records import Entry, Source

PRELOAD = (read_answer.__module__, read_document.__module__, understand_all.__module__)
"""What workers for a Parser should import before their first job."""
_AT_ONCE = 20
"""Entries that one job understands: far fewer than take as long as a worker may."""


@dataclass(frozen=True, slots=True)
class Parser:
    """The steps that read what strangers wrote. `run` is where: `Workers.run`, or in a thread."""

    run: Run = asyncio.to_thread

    async def listed(
        self, body: bytes, headers: Mapping[str, str], url: str, source: Source, now: datetime
    ) -> Parsed:
        """As parse_answer. Raises NotAFeed, also for what takes too long."""
        try:
            return await self.run(parse_answer, body, dict(headers), url, source, now)
        except Unfinished as error:
            raise NotAFeed(f"{len(body):,} bytes: {error.detail}") from error

    async def shown(  # as the step has it
        self,
        body: bytes,
        headers: Mapping[str, str],
        url: str,
        source: Source,
        now: datetime,
        one: Understand = understand_entry,
    ) -> Shown:
        """As read_answer. Where that takes too long the items alone, to be understood one by one."""
        try:
            return await self.run(read_answer, body, dict(headers), url, source, now, one)
        except Unfinished:
            parsed = await self.listed(body, headers, url, source, now)
        entries = await asyncio.to_thread(lambda: tuple(marked(entry, source) for entry in parsed.entries))
        return Shown(replace(parsed, entries=entries))

    async def document(self, body: bytes, content_type: str, url: str) -> Document:
        """As read_document. Raises Unreadable, also for what takes too long."""
        try:
            return await self.run(read_document, body, content_type, url)
        except Unfinished as error:
            raise Unreadable(f"{len(body):,} bytes: {error.detail}") from error

    async def leads(
        self, body: bytes, headers: Mapping[str, str], url: str
    ) -> tuple[tuple[Lead, ...], tuple[Lead, ...]]:
        """What a page says of its feeds, and where its software has them; nothing for what takes too long."""
        try:
            told = await self.run(named, body, dict(headers), url)
            return told, await self.run(usual, body, dict(headers), url)
        except Unfinished:
            return (), ()

    async def understood(
        self, entries: Sequence[Entry], source: Source, now: datetime, one: Understand = understand_entry
    ) -> tuple[Understood, ...]:
        """As understand_all. An entry that takes too long is noted as not understood, and it alone."""
        found: list[Understood] = []
        for at in range(0, len(entries), _AT_ONCE):
            found += await self._understood(entries[at : at + _AT_ONCE], source, now, one)
        return tuple(found)

    async def _understood(
        self, entries: Sequence[Entry], source: Source, now: datetime, one: Understand
    ) -> Sequence[Understood]:
        try:
            return await self.run(understand_all, entries, source, now, one)
        except Unfinished as error:
            if len(entries) == 1:
                return [not_understood(entries[0], source, error.detail)]
        alone = [await self._understood([entry], source, now, one) for entry in entries]
        return [one for found in alone for one in found]
