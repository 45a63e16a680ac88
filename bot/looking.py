"""Looks behind an address that is to be watched: what can be watched there, and what would have rung."""

import tempfile
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path

from bot.commands.looked import Judged
from bot.config import Config
from bot.config.book import Book
from bot.installation import fetcher, limits, scratch_database, workers
from jobs.discover import Search, in_full
from jobs.hindsight import would_have_rung
from jobs.parser import Parser
from jobs.pauses import Pauses
from storage.database import Database, now_utc


def looks(settings: Config, database: Database) -> Callable[[str], Awaitable[Judged]]:
    """What a running program looks with: whom its polls leave alone it leaves alone, too."""

    async def behind(address: str) -> Judged:
        pauses = Pauses()
        with database.read() as work:
            pauses.learn(work.sources.paused(now_utc()))
        try:
            return await look(settings, address, pauses)
        finally:
            if pauses.unwritten():
                with database.write() as work:
                    work.sources.pause(pauses.unwritten(), now_utc())

    return behind


def book(settings: Config) -> Book | None:
    """The sources of the configuration file, where there is one."""
    return Book(settings.file.absolute()) if settings.file else None


async def look(settings: Config, address: str, pauses: Pauses) -> Judged:
    """Everything that is asked of the outside, and what follows from it; nothing is kept."""
    alerts, languages = {}, {}
    async with fetcher(settings) as fetching, workers() as hands:
        parser = Parser(hands.run)
        found = await Search(fetching, parser, now_utc, pauses).behind(address)
        whole = await in_full(found, fetching, parser, now_utc(), pauses)
        for one in whole.usable:
            now = now_utc()
            source = replace(one.source, name="hindsight")
            read = await parser.understood(one.entries, source, now)
            spoken = Counter(item.statement.language for item in read)
            languages[one.source.url] = spoken.most_common(1)[0][0]
            with tempfile.TemporaryDirectory(prefix="vigil-") as folder:
                scratch = scratch_database(Path(folder))
                try:
                    alerts[one.source.url] = would_have_rung(scratch, source, read, limits(settings), now)
                finally:
                    scratch.close()
    return Judged(found, alerts, languages)
