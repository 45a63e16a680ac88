"""Looks behind an address for `vigil source add`: what can be watched there, and what would have rung."""

import asyncio
import tempfile
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path

from bot.cli.opened import if_there_is_one
from bot.config import Config
from bot.installation import fetcher, limits, scratch_database, workers
from jobs.discover import Discovered, Search, in_full
from jobs.hindsight import would_have_rung
from jobs.parser import Parser
from jobs.pauses import Pauses
from storage.database import now_utc
from storage.records import Alert


@dataclass(frozen=True, slots=True)
class Judged:
    """What was found, and what each of the usable candidates would have rung."""

    found: Discovered
    alerts: dict[str, tuple[Alert, ...]]
    languages: dict[str, str]
    """By address, the language that most of the items are in: feeds declare others."""


async def look_behind(settings: Config, address: str) -> Judged:
    """Everything that is asked of the outside, and what follows from it."""
    alerts, languages = {}, {}
    pauses = await asyncio.to_thread(_pauses, settings)
    async with fetcher(settings) as fetching, workers() as hands:
        parser = Parser(hands.run)
        try:
            found = await Search(fetching, parser, now_utc, pauses).behind(address)
            whole = await in_full(found, fetching, parser, now_utc(), pauses)
        finally:
            await asyncio.to_thread(_keep, settings, pauses)
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


def _pauses(settings: Config) -> Pauses:
    """Who asked to be left alone, also by another program."""
    pauses = Pauses()
    with if_there_is_one(settings) as database:
        if database:
            with database.read() as work:
                pauses.learn(work.sources.paused(now_utc()))
    return pauses


def _keep(settings: Config, pauses: Pauses) -> None:
    """Who asked for it just now: the polls must know it too."""
    if pauses.unwritten():
        with if_there_is_one(settings) as database:
            if database:
                with database.write() as work:
                    work.sources.pause(pauses.unwritten(), now_utc())
