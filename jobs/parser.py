"""Reads feeds, pages and documents where they can do no harm: in workers, or in a thread for a short run."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from jobs.steps.document import Document
from jobs.steps.pages import parse_page
from jobs.steps.parse import parse_feed
from jobs.steps.parsed import NotAFeed, Parsed
from jobs.steps.read import read_document
from jobs.steps.unreadable import Unreadable
from jobs.workers import Run, Unfinished

PRELOAD = (parse_feed.__module__, parse_page.__module__, read_document.__module__)
"""What workers for a Parser should import before their first job."""


@dataclass(frozen=True, slots=True)
class Parser:
    """The steps that read what strangers wrote. `run` is where: `Workers.run`, or in a thread."""

    run: Run = asyncio.to_thread

    async def feed(
        self, body: bytes, headers: Mapping[str, str], url: str, now: datetime, known: bytes = b""
    ) -> Parsed:
        """As parse_feed. Raises NotAFeed, also for what takes too long."""
        try:
            return await self.run(parse_feed, body, dict(headers), url, now, known)
        except Unfinished as error:
            raise NotAFeed(f"{len(body):,} bytes: {error.detail}") from error

    async def page(
        self, body: bytes, headers: Mapping[str, str], url: str, selectors: Mapping[str, str], now: datetime
    ) -> Parsed:
        """As parse_page. Raises NotAFeed, also for what takes too long."""
        try:
            return await self.run(parse_page, body, dict(headers), url, dict(selectors), now)
        except Unfinished as error:
            raise NotAFeed(f"{len(body):,} bytes: {error.detail}") from error

    async def document(self, body: bytes, content_type: str, url: str) -> Document:
        """As read_document. Raises Unreadable, also for what takes too long."""
        try:
            return await self.run(read_document, body, content_type, url)
        except Unfinished as error:
            raise Unreadable(f"{len(body):,} bytes: {error.detail}") from error
