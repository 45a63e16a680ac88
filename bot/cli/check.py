"""vigil check: what is wrong, and how to mend it."""

import asyncio
import logging
from contextlib import nullcontext
from datetime import timedelta
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from bot.checks.everything import check_everything
from bot.checks.finding import Finding, Grade
from bot.cli.common import DEFAULT, ConfigFile, configuration, fail
from bot.cli.rehearsal import opened
from bot.config import Config
from storage.database import StorageError, now_utc

_LATE = timedelta(minutes=10)
_WIDEST_NAME = 28
_MARKS = {Grade.FINE: ("✓", "green"), Grade.NOTE: ("·", "yellow"), Grade.WRONG: ("✗", "bold red")}


def check(
    config: ConfigFile = DEFAULT,
    alive: Annotated[
        bool, typer.Option("--alive", help="Only whether the service keeps its watch (for health checks).")
    ] = False,
) -> None:
    """Say what is wrong with this installation, and how to mend it."""
    settings = configuration(config, least=logging.ERROR)
    if alive:
        _alive(settings)
        return
    waiting = Console(stderr=True)
    with waiting.status("looking, and asking the sources") if waiting.is_terminal else nullcontext():
        found = asyncio.run(check_everything(settings, now_utc))
    _print(found, Console(highlight=False))
    raise typer.Exit(1 if any(one.grade is Grade.WRONG for one in found) else 0)


def _print(found: list[Finding], console: Console) -> None:
    """What, in which state, and below it the remedy; one sentence at the end."""
    table = Table(box=None, show_header=False, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold", max_width=_WIDEST_NAME)
    table.add_column(overflow="fold")
    for one in found:
        mark, style = _MARKS[one.grade]
        state = Text(one.state)
        if one.remedy:
            state.append(f"\n→ {one.remedy}", "bold" if one.grade is Grade.WRONG else "dim")
        table.add_row(Text(mark, style), Text(one.what), state)
    console.print(table)
    count = sum(one.grade is Grade.WRONG for one in found)
    told = "Nothing is wrong." if not count else f"{count} thing{' is' if count == 1 else 's are'} wrong."
    console.print()
    console.print(Text(told, "bold green" if not count else "bold red"))


def _alive(settings: Config) -> None:
    """Exit code 0 while no source is overdue by more than ten minutes, else 1 and which ones are."""
    try:
        with opened(settings, rehearse=False) as database, database.read() as work:
            count, late = work.sources.count(), work.sources.due(now_utc() - _LATE)
    except StorageError as error:
        fail(str(error))
    if not count:
        fail("there is no source to watch: `vigil source add https://site/` finds what can be watched there")
    if late:
        fail("overdue: " + ", ".join(source.name for source in late) + ": is `vigil run` running?")
    typer.echo("the watch is kept")
