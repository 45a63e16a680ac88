"""A poller as `vigil run` wires it, over a database of its own, with readers who wait for what rings."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import sqlalchemy as sa

from bot.app import settle
from bot.installation import workers
from jobs.fetch import Fetcher
from jobs.parser import Parser
from jobs.poll import Poller
from storage.database import Database, now_utc
from storage.people import Route
from storage.records import Source
from storage.vault import Vault
from storage.words import Kind

IN_FLIGHT = 20


@dataclass(frozen=True, slots=True)
class Watch:
    """A poller and its database."""

    database: Database
    poller: Poller

    async def round(self, sources: tuple[Source, ...]) -> int:
        """Polls these; returns how many new entries were kept, durable."""
        polled = await self.poller.all(sources, now_utc())
        assert not any(one.source.failures for one in polled), polled[0].source.detail
        return sum(one.new for one in polled)

    def over(self, urls: list[str], **known: str) -> tuple[Source, ...]:
        """From now on these are watched; `known` are their validators."""
        with self.database.write() as work:
            work.sources.configure([Source(name=f"s{n}", url=url) for n, url in enumerate(urls)])
            for source in work.sources.all() if known else ():
                work.sources.save(replace(source, **known))  # type: ignore[arg-type]  # names of texts
        return self.sources()

    def sources(self) -> tuple[Source, ...]:
        """The sources as they are stored now."""
        with self.database.read() as work:
            return work.sources.all()


@asynccontextmanager
async def watching(folder: Path) -> AsyncIterator[Watch]:
    """A new one. What it commits is on the disk when the commit returns."""
    database = Database(f"sqlite:///{folder / 'vigil.db'}", Vault.from_secret(bytes(32)))
    database.prepare()
    with database.write() as work:
        full = 2
        assert work.connection.scalar(sa.text("PRAGMA synchronous")) == full
        for number, route in enumerate((Route(), Route(countries=("KP",)), Route(kinds=tuple(Kind)))):
            reader = work.recipients.ensure("console", f"reader-{number}", "en", now_utc())
            work.routes.add(reader.id, route)
    try:
        async with Fetcher(allow_private=True) as fetcher, workers() as hands:
            settle()
            yield Watch(database, Poller(database, fetcher, parser=Parser(hands.run)))
    finally:
        database.close()
