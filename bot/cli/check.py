"""vigil check: what is wrong, and how to mend it."""

import asyncio
import logging
from datetime import timedelta
from typing import Annotated

import typer
from rich.console import Console

from bot.cli.common import DEFAULT, ConfigFile, configuration, fail
from bot.cli.rehearsal import opened
from bot.cli.watch import ANSWERED, poll_once
from bot.config import Config
from bot.transports.telegram_check import check_bot
from storage.database import StorageError, now_utc

_LATE = timedelta(minutes=10)


def check(
    config: ConfigFile = DEFAULT,
    alive: Annotated[
        bool, typer.Option("--alive", help="Only whether the service keeps its watch (for health checks).")
    ] = False,
) -> None:
    """Look at configuration, database and sources: what is wrong, and how to mend it."""
    settings = configuration(config, least=logging.ERROR)
    if alive:
        _alive(settings)
        return
    console = Console()
    console.print("configuration  fine", highlight=False)
    try:
        with opened(settings, rehearse=False) as database:
            console.print("database       fine", highlight=False)
            with opened(settings, rehearse=True) as copy:
                found = asyncio.run(poll_once(settings, copy, now_utc(), None, quiet=True, every=True))
            del database
    except StorageError as error:
        fail(str(error))
    bad = [polled for polled in found if polled.source.state not in ANSWERED]
    for polled in found:
        one = polled.source
        word = "fine" if one.state in ANSWERED else f"{one.state}: {one.detail}"
        console.print(f"source         {one.name}: {word}", highlight=False, markup=False)
    if not settings.sources:
        console.print("source         none: add [[sources]] to the configuration", markup=False)
    for table in settings.later:
        console.print(f"{table}         configured, but this version does not speak it yet", markup=False)
    known = True
    if settings.telegram:
        known, word = asyncio.run(check_bot(settings.telegram))
        console.print(f"telegram       {word}", markup=False, highlight=False)
    else:
        console.print("telegram       not configured: alerts reach only the console", markup=False)
    raise typer.Exit(1 if bad or not known else 0)


def _alive(settings: Config) -> None:
    """Exit code 0 while no source is overdue by more than ten minutes, else 1 and which ones are."""
    if not settings.sources:
        fail("there is no source to watch: add [[sources]] to the configuration")
    try:
        with opened(settings, rehearse=False) as database, database.read() as work:
            late = work.sources.due(now_utc() - _LATE)
    except StorageError as error:
        fail(str(error))
    if late:
        fail("overdue: " + ", ".join(source.name for source in late) + ": is `vigil run` running?")
    typer.echo("the watch is kept")
