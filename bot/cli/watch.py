"""vigil poll: asks the sources once, and says what rings."""

import asyncio
import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.table import Table
from rich.text import Text

from bot.cli.common import DEFAULT, ConfigFile, configuration, fail, moment, readers
from bot.cli.rehearsal import opened
from bot.config import Config
from bot.installation import admins, fetcher, limits, workers
from bot.speech import SOURCE_STATES, Speech
from jobs.parser import Parser
from jobs.poll import Polled, Poller
from jobs.polled import by_the_clock
from storage.database import Database, StorageError, now_utc
from storage.records import Alert, Source
from storage.words import SourceState

ANSWERED = (SourceState.OK, SourceState.UNCHANGED)
"""The states of a source that answered as it should."""


def poll(
    config: ConfigFile = DEFAULT,
    source: Annotated[str | None, typer.Option(help="Only the source of this name, due or not.")] = None,
    as_of: Annotated[str | None, typer.Option(help="As if it were this time (ISO 8601).")] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would be alerted; write nothing.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Poll what is due once, queue what follows, and print a table.

    With --as-of what is published is judged as of that time; sources were asked now all the same.
    """
    settings = configuration(config)
    began = now_utc()
    now = moment(as_of) or began
    try:
        with opened(settings, rehearse=dry_run) as database:
            found = asyncio.run(poll_once(settings, database, now, source, quiet=as_json))
            if as_of and not dry_run:
                with database.write() as work:
                    known = work.sources.many([one.source.id for one in found]).values()
                    work.sources.save_polled(
                        [(one, by_the_clock(one, now, began, now_utc())) for one in known]
                    )
            with database.read() as work:
                held = {one.alert_id: one.why for one in work.held.waiting()}
    except StorageError as error:
        fail(str(error))
    if as_json:
        typer.echo(json.dumps(_as_json(found, held), ensure_ascii=False))
    else:
        _print(found, held, dry_run=dry_run)


async def poll_once(
    settings: Config,
    database: Database,
    now: datetime,
    name: str | None,
    *,
    quiet: bool,
) -> tuple[Polled, ...]:
    """Polls the source of this name, or what is due; by name."""
    with database.read() as work:
        chosen = work.sources.all() if name else work.sources.due(now)
    if name:
        chosen = tuple(one for one in chosen if one.name == name)
        if not chosen:
            known = ", ".join(sorted(source.name for source in settings.sources)) or "none"
            fail(f'--source: there is no source "{name}": configured are {known}', 2)
    progress = Progress(
        TextColumn("polling"), BarColumn(24), MofNCompleteColumn(), TextColumn("{task.description}"),
        console=Console(stderr=True), transient=True, disable=quiet,
    )  # fmt: skip
    async with fetcher(settings) as fetching, workers() as hands:
        parser, told = Parser(hands.run), admins(settings)
        poller = Poller(database, fetching, limits(settings), parser=parser, admins=told)
        with progress:
            task = progress.add_task("", total=len(chosen))
            found = await poller.all(
                chosen, now, lambda polled: progress.update(task, advance=1, description=polled.source.name)
            )
    return tuple(sorted(found, key=lambda polled: polled.source.name))


def _as_json(found: tuple[Polled, ...], held: Mapping[int, str]) -> dict[str, object]:
    """`held` says of alerts, by number, why they wait until an admin has looked."""
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
                "held": held.get(alert.id, ""),
            }
            for alert, recipients in _rung(found)
        ],
    }


def _plain_state(source: Source) -> str:
    """The state as the contract has it: a source that answered as it should is "ok"."""
    return "ok" if source.state in ANSWERED else str(source.state)


def _rung(found: tuple[Polled, ...]) -> Iterator[tuple[Alert, int]]:
    for polled in found:
        yield from polled.alerts


def _print(found: tuple[Polled, ...], held: Mapping[int, str], *, dry_run: bool) -> None:
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
        if one.silent_since and one.newest:
            remarks.append(f"nothing new since {one.newest:%Y-%m-%d}, which is unusual for it")
        remarks += [f"{len(polled.notes)} with a remark, such as: {polled.notes[0]}"] if polled.notes else []
        style = "" if one.state in ANSWERED else "yellow"
        state = Text(speech.t(SOURCE_STATES[one.state]), style)
        table.add_row(Text(one.name), state, str(polled.new), Text("; ".join(remarks)))
    console.print(table)
    rung = list(_rung(found))
    console.print()
    if not rung:
        console.print("Nothing to alert." if not dry_run else "Nothing would be alerted.")
    for alert, recipients in rung:
        word = "Would alert" if dry_run else "Alerted"
        line = f"{word}: {alert.statement.alert.urgency} {alert.msg_type}, {readers(recipients)}"
        console.print(Text(line, "bold"))
        if why := held.get(alert.id):
            console.print(Text(f"  held: {why}", "yellow"))
        console.print(Text(f"  {alert.statement.title}"))
        console.print(Text(f"  {alert.statement.url}", "dim"))
    if dry_run:
        console.print("Dry run: nothing was written.")
