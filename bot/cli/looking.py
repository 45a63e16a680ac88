"""Looks behind an address for `vigil source add`: what can be watched there, and what would have rung."""

import asyncio

from bot.cli.opened import if_there_is_one
from bot.config import Config
from bot.installation import fetcher, limits, workers
from jobs.discover import Search
from jobs.looking import Judged, judged
from jobs.parser import Parser
from jobs.pauses import Pauses
from storage.database import now_utc


async def look_behind(settings: Config, address: str) -> Judged:
    """Everything that is asked of the outside, and what follows from it."""
    pauses = await asyncio.to_thread(_pauses, settings)
    async with fetcher(settings) as fetching, workers() as hands:
        parser = Parser(hands.run)
        try:
            search = Search(fetching, parser, now_utc, pauses)
            return await judged(await search.behind(address), search, limits(settings))
        finally:
            await asyncio.to_thread(_keep, settings, pauses)


def _pauses(settings: Config) -> Pauses:
    """Who asked to be left alone, also by another program."""
    pauses = Pauses()
    with if_there_is_one(settings) as database:
        if database:
            with database.read() as work:
                pauses.learn(work.pauses.paused(now_utc()))
    return pauses


def _keep(settings: Config, pauses: Pauses) -> None:
    """Who asked for it just now: the polls must know it too."""
    if pauses.unwritten():
        with if_there_is_one(settings) as database:
            if database:
                with database.write() as work:
                    work.pauses.pause(pauses.unwritten(), now_utc())
