"""Plays the main job once: poll the sample sites, ring, answer; then a chat, or a short tour."""

import logging
import sys
import tempfile
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.table import Table
from rich.text import Text

from bot import logs
from bot.demo.server import serving
from bot.desk import Desk
from bot.installation import scratch_database
from bot.speaking import AT_ONCE, always, delivering
from bot.speech import SOURCE_STATES, Speech, nearest
from bot.transports.console import ADDRESS, ConsoleTransport
from jobs.fetch import Fetcher
from jobs.poll import Polled, Poller
from storage.database import Database, now_utc
from storage.people import Route
from storage.records import Source
from storage.words import SourceKind

SAMPLES = (
    ("northlight", "northlight.rss", SourceKind.FEED, "Northlight Refugee Watch"),
    ("assembly", "conference.atom", SourceKind.FEED, "Assembly on Refugees from North Korea"),
    ("borderless", "borderless.html", SourceKind.PAGE, "Borderless Solidarity"),
)
TOUR = ("/latest", "/search camps", "/resolutions", "/demands china", "/help")


async def demo(language: str) -> int:
    """The demo in the language of the person's terminal; returns the exit code."""
    logs.set_up(least=logging.ERROR)
    console = Console()
    speech = Speech(nearest(language))
    console.print(
        Text(speech.t("Vigil demo: three invented sources on this machine, no network, no token."), "bold")
    )
    console.print()
    with tempfile.TemporaryDirectory(prefix="vigil-demo-") as folder:
        database = scratch_database(Path(folder))
        try:
            async with serving(now_utc()) as address:
                return await _play(database, address, console, speech)
        finally:
            database.close()


async def _play(database: Database, address: str, console: Console, speech: Speech) -> int:
    sources = [
        Source(name=name, url=f"{address}/{page}", kind=kind, title=title, organisation=title)
        for name, page, kind, title in SAMPLES
    ]
    transport = ConsoleTransport(Desk(database).answer, speech.language)
    with database.write() as work:
        watched = work.sources.configure(sources)
        reader = work.recipients.ensure(transport.name, ADDRESS, speech.language, now_utc())
        work.routes.add(reader.id, Route())
    ordered = tuple(sorted(watched, key=lambda one: [name for name, *_ in SAMPLES].index(one.name)))
    found = await _poll(database, ordered, console)
    _print(found, console, speech)
    async with delivering(database, always(transport, AT_ONCE)) as deliverer:
        rung = await deliverer.drain()
    if not rung:
        console.print(speech.t("No alert rang: that is a fault of this program. Please report it."))
        return 1
    console.print()
    if sys.stdin.isatty():
        console.print(
            speech.t(
                "You are in a chat with the bot now. Try {commands}; /quit ends it.", commands=", ".join(TOUR)
            )
        )
        await transport.chat()
    else:
        console.print(speech.t("A short tour of what people ask:"))
        for line in TOUR:
            await transport.say(line)
    return 0


async def _poll(database: Database, watched: tuple[Source, ...], console: Console) -> tuple[Polled, ...]:
    progress = Progress(
        TextColumn("{task.description}"), BarColumn(24), MofNCompleteColumn(), console=console, transient=True
    )
    async with Fetcher(allow_private=True) as fetcher:
        with progress:
            task = progress.add_task("", total=len(watched))
            poller = Poller(database, fetcher)
            found = []
            for source in watched:  # one after another: the same story each time
                found.append(await poller.one(source, now_utc()))
                progress.update(task, advance=1, description=source.title)
            return tuple(found)


def _print(found: tuple[Polled, ...], console: Console, speech: Speech) -> None:
    table = Table(box=None, pad_edge=False, header_style="dim")
    for title in (speech.t("source"), speech.t("state"), speech.t("new"), speech.t("rings")):
        table.add_column(title)
    for polled in found:
        table.add_row(
            polled.source.title,
            speech.t(SOURCE_STATES[polled.source.state]),
            str(polled.new),
            str(len(polled.alerts) or ""),
        )
    console.print(table)
    console.print()
