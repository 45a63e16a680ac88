"""vigil poll and check: the commands that look at sources."""

import asyncio
import json
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.table import Table
from rich.text import Text

from bot import logs
from bot.app import fetcher, limits, open_database
from bot.cli.common import DEFAULT, ConfigFile, configuration, fail, moment
from bot.config import Config
from bot.speech import SOURCE_STATES, Speech
from bot.transports.telegram_check import check_bot
from jobs.poll import Polled, Poller
from storage.database import Database, StorageError, now_utc
from storage.records import Alert, Source
from storage.words import SourceState

_LATE = timedelta(minutes=10)
_ANSWERED = (SourceState.OK, SourceState.UNCHANGED)


def poll(
    config: ConfigFile = DEFAULT,
    source: Annotated[str | None, typer.Option(help="Only the source of this name, due or not.")] = None,
    as_of: Annotated[str | None, typer.Option(help="As if it were this time (ISO 8601).")] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would be alerted; write nothing.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Poll what is due once, queue what follows, and print a table."""
    logs.set_up(30)
    settings = configuration(config)
    now = moment(as_of) or now_utc()
    try:
        with _database(settings, rehearse=dry_run) as database:
            found = asyncio.run(_poll(settings, database, now, source, quiet=as_json))
    except StorageError as error:
        fail(str(error))
    if as_json:
        typer.echo(json.dumps(_as_json(found), ensure_ascii=False))
    else:
        _print(found, dry_run=dry_run)


def check(
    config: ConfigFile = DEFAULT,
    alive: Annotated[
        bool, typer.Option("--alive", help="Only whether the service keeps its watch (for health checks).")
    ] = False,
) -> None:
    """Look at configuration, database and sources: what is wrong, and how to mend it."""
    logs.set_up(40)
    settings = configuration(config)
    if alive:
        _alive(settings)
        return
    console = Console()
    console.print("configuration  fine", highlight=False)
    try:
        with _database(settings, rehearse=False) as database:
            console.print("database       fine", highlight=False)
            with _database(settings, rehearse=True) as copy:
                found = asyncio.run(_poll(settings, copy, now_utc(), None, quiet=True, every=True))
            del database
    except StorageError as error:
        fail(str(error))
    bad = [polled for polled in found if polled.source.state not in _ANSWERED]
    for polled in found:
        one = polled.source
        word = "fine" if one.state in _ANSWERED else f"{one.state}: {one.detail}"
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
        with _database(settings, rehearse=False) as database, database.read() as work:
            late = work.sources.due(now_utc() - _LATE)
    except StorageError as error:
        fail(str(error))
    if late:
        fail("overdue: " + ", ".join(source.name for source in late) + ": is `vigil run` running?")
    typer.echo("the watch is kept")


@contextmanager
def _database(settings: Config, *, rehearse: bool) -> Iterator[Database]:
    """The database; for a rehearsal a copy of it, so that nothing is written and nobody is held up."""
    if not rehearse:
        database = open_database(settings)
        try:
            yield database
        finally:
            database.close()
        return
    if not settings.database.startswith("sqlite:///"):
        fail("--dry-run works on SQLite only so far: point `database` at an SQLite file for the rehearsal", 2)
    with tempfile.TemporaryDirectory(prefix="vigil-") as folder:
        original = Path(settings.database.removeprefix("sqlite:///"))
        copy = Path(folder) / "rehearsal.db"
        key = Path(folder) / "rehearsal.key"
        try:
            if original.is_file():
                _copy(original, copy)
            if settings.key_file.is_file():
                shutil.copy(settings.key_file, key)
        except (sqlite3.Error, OSError) as error:
            raise StorageError(f"{original}: cannot be copied for a rehearsal: {error}") from error
        database = open_database(replace(settings, database=f"sqlite:///{copy}", key_file=key))
        try:
            yield database
        finally:
            database.close()


def _copy(original: Path, copy: Path) -> None:
    """A consistent copy, also while others write (SQLite's backup interface)."""
    source = sqlite3.connect(f"{original.resolve().as_uri()}?mode=ro", uri=True)
    target = sqlite3.connect(copy)
    try:
        source.backup(target)
    finally:
        target.close()
        source.close()


async def _poll(
    settings: Config,
    database: Database,
    now: datetime,
    name: str | None,
    *,
    quiet: bool,
    every: bool = False,
) -> tuple[Polled, ...]:
    with database.read() as work:
        chosen = work.sources.all() if every or name else work.sources.due(now)
    if name:
        chosen = tuple(one for one in chosen if one.name == name)
        if not chosen:
            known = ", ".join(sorted(source.name for source in settings.sources)) or "none"
            fail(f'--source: there is no source "{name}": configured are {known}', 2)
    progress = Progress(
        TextColumn("polling"), BarColumn(24), MofNCompleteColumn(), TextColumn("{task.description}"),
        console=Console(stderr=True), transient=True, disable=quiet,
    )  # fmt: skip
    async with fetcher(settings) as fetching:
        poller = Poller(database, fetching, limits(settings))
        with progress:
            task = progress.add_task("", total=len(chosen))
            found = await poller.all(
                chosen, now, lambda polled: progress.update(task, advance=1, description=polled.source.name)
            )
    return tuple(sorted(found, key=lambda polled: polled.source.name))


def _as_json(found: tuple[Polled, ...]) -> dict[str, object]:
    return {
        "sources": [
            {"name": p.source.name, "state": _plain_state(p.source), "new": p.new, "detail": p.source.detail}
            for p in found
        ],
        "alerts": [
            {
                "title": alert.statement.title,
                "url": alert.statement.url,
                "msg_type": alert.msg_type,
                "urgency": alert.statement.alert.urgency,
                "recipients": recipients,
            }
            for alert, recipients in _rung(found)
        ],
    }


def _plain_state(source: Source) -> str:
    """The state as the contract has it: a source that answered as it should is "ok"."""
    return "ok" if source.state in _ANSWERED else str(source.state)


def _rung(found: tuple[Polled, ...]) -> Iterator[tuple[Alert, int]]:
    for polled in found:
        yield from polled.alerts


def _print(found: tuple[Polled, ...], *, dry_run: bool) -> None:
    console = Console()
    if not found:
        console.print("No source is due. Name one with --source to poll it anyway.")
        return
    speech = Speech("en")
    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in ("source", "state", "new", "remarks"):
        table.add_column(title, justify="right" if title == "new" else "left", overflow="fold")
    for polled in found:
        one = polled.source
        remarks = [one.detail] if one.detail else []
        remarks += [f"{len(polled.notes)} with a remark, such as: {polled.notes[0]}"] if polled.notes else []
        style = "" if one.state in _ANSWERED else "yellow"
        state = Text(speech.t(SOURCE_STATES[one.state]), style)
        table.add_row(Text(one.name), state, str(polled.new), Text("; ".join(remarks)))
    console.print(table)
    rung = list(_rung(found))
    console.print()
    if not rung:
        console.print("Nothing to alert." if not dry_run else "Nothing would be alerted.")
    for alert, recipients in rung:
        word = "Would alert" if dry_run else "Alerted"
        line = f"{word}: {alert.statement.alert.urgency} {alert.msg_type}, {recipients} recipients"
        console.print(Text(line, "bold"))
        console.print(Text(f"  {alert.statement.title}"))
        console.print(Text(f"  {alert.statement.url}", "dim"))
    if dry_run:
        console.print("Dry run: nothing was written.")
