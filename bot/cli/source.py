"""vigil source add, list: finds what can be watched behind an address, and shows what is."""

import asyncio
import json
import sys
from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from bot.cli.common import DEFAULT, ConfigFile, configuration, fail
from bot.cli.looking import look_behind
from bot.cli.opened import added, if_there_is_one
from bot.config import Config
from bot.config.written import NotWritten, append, as_table, name_for
from bot.speech import SOURCE_STATES, Speech
from jobs.discover import Candidate, Discovered
from jobs.looking import Judged
from jobs.steps.discover import Road
from jobs.steps.links import bare
from storage.database import StorageError, now_utc
from storage.records import Alert, Source
from storage.urls import without_credentials
from storage.words import SourceKind, SourceState

app = typer.Typer(
    help="Sources: what is watched. Finds the feeds behind an address; lists what is configured.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

_MOST_SHOWN = 10
_WEEK = timedelta(days=7)
_ROADS = {
    Road.ITSELF: "the address itself",
    Road.HEAD: "named in the head of the page",
    Road.LINK: "linked on the page",
    Road.USUAL: "found at a usual place",
}


@app.command("add")
def add(
    url: Annotated[str, typer.Argument(metavar="URL", help="A feed, or any page of the site.")],
    config: ConfigFile = DEFAULT,
    name: Annotated[
        str | None, typer.Option(help="What to call it; else it is named after its host.")
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Add the best that is found, without asking.")] = False,
) -> None:
    """Find the feeds behind an address, and add those that are wanted. What they hold is shown before."""
    settings = configuration(config)
    try:
        in_chats = added(settings)
    except StorageError as error:
        fail(str(error))
    known = replace(settings, sources=(*settings.sources, *in_chats))
    address = url if "://" in url else f"https://{url}"
    _check(address, name, known)
    console = Console(highlight=False)
    waiting = Console(stderr=True)
    with waiting.status(f"looking at {_host(address)}") if waiting.is_terminal else nullcontext():
        try:
            judged = asyncio.run(look_behind(settings, address))
        except StorageError as error:
            fail(str(error))
    found = judged.found
    if found.candidates:
        _show(judged, known, console)
    if not found.usable:
        fail(_nothing(found, address))
    chosen = _chosen(found.usable, known, yes=yes)
    if chosen:
        _add(chosen, name, known, config, console)


@app.command("list")
def list_(
    config: ConfigFile = DEFAULT,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Show what is watched, and how it answers. Where it is kept, when it is asked next, what it brought."""
    settings = configuration(config)
    now = now_utc()
    try:
        known = _known(settings, now)
    except StorageError as error:
        fail(str(error))
    if as_json:
        typer.echo(json.dumps({"sources": [_as_json(*one) for one in known]}, ensure_ascii=False))
        return
    console = Console(highlight=False)
    if not known:
        console.print("No source is configured: `vigil source add URL` finds the feeds behind an address.")
        return
    speech = Speech("en")
    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in ("name", "from", "state", "last success", "next due", "newest item", "in a week"):
        table.add_column(title, justify="right" if title == "in a week" else "left", overflow="fold")
    for source, week in known:
        well = source.state in (SourceState.OK, SourceState.UNCHANGED)
        state = Text(speech.t(SOURCE_STATES[source.state]), "" if well else "yellow")
        moments = (source.last_success, source.next_due, source.newest)
        origin = "chat" if source.added else "file, changed in a chat" if source.chosen else "file"
        origin += ", on trial" if source.on_trial else ""
        table.add_row(Text(source.name), origin, state, *map(_minute, moments), str(week))
    console.print(table)


def _check(address: str, name: str | None, settings: Config) -> None:
    """Exit code 2 for what needs no question to be refused."""
    try:
        parts = urlsplit(address)
        good = parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        good = False
    if not good:
        fail(
            f"{without_credentials(address)}: this is no web address: give one such as https://example.org/",
            2,
        )
    if name is not None and (not name.strip() or name.startswith(("env:", "file:"))):
        fail("--name: give a short word, such as nkhr", 2)
    if name in {source.name for source in settings.sources}:
        fail(f'--name: there is a source "{name}" already: give another name', 2)


def _nothing(found: Discovered, address: str) -> str:
    shown = without_credentials(address)
    if found.trouble and not found.candidates:
        asked = f", and no feed at {found.asked - 1} usual places" if found.asked > 1 else ""
        online = "" if found.trouble.startswith("HTTP ") else ", and that this machine is online"
        return (
            f"{shown}: nothing was found: {found.trouble}{asked}. See that the address opens in a "
            f"browser{online}; any page of the site will do"
        )
    return (
        f"{shown}: nothing that can be watched was found at {found.asked} addresses. Look for the feed's own "
        'address in a browser; or add it by hand with kind = "page" and say under [sources.selectors] where '
        "its items stand"
    )


def _configured(candidate: Candidate, settings: Config) -> Source | None:
    """The source that watches this address already."""
    here = bare(candidate.source.shown_url)
    return next((source for source in settings.sources if bare(source.shown_url) == here), None)


def _chosen(usable: Sequence[Candidate], settings: Config, *, yes: bool) -> list[Candidate]:
    """What is to be added: the best, or what the person says."""
    fresh = [one for one in usable if _configured(one, settings) is None]
    if not fresh or (yes and fresh[0] is not usable[0]):
        typer.echo("Nothing was added: it is watched already.")
        return []
    if yes or len(usable) == 1:
        return fresh[:1]
    if not sys.stdin.isatty():
        fail(
            "several can be added: call `vigil source add` with the address of the one you want, or --yes", 2
        )
    return _asked(usable, fresh)


def _asked(usable: Sequence[Candidate], fresh: Sequence[Candidate]) -> list[Candidate]:
    first = usable.index(fresh[0]) + 1
    while True:
        said = typer.prompt("Which to add? (numbers, or 0 for none)", default=str(first))
        words = said.replace(",", " ").split()
        numbers = [int(word) for word in words if word.isascii() and word.isdigit()]
        if numbers == [0]:
            return []
        if len(numbers) == len(words) > 0 and all(1 <= number <= len(usable) for number in numbers):
            wanted = [usable[number - 1] for number in dict.fromkeys(numbers)]
            return [one for one in wanted if one in fresh]
        typer.echo(f"Give numbers from 1 to {len(usable)}, or 0 for none.")


def _add(
    chosen: Sequence[Candidate], name: str | None, settings: Config, file: Path, console: Console
) -> None:
    taken = {source.name for source in settings.sources}
    new: list[Source] = []
    for one in chosen:
        called = name if name and not new else name_for(one.source.url, taken)
        taken.add(called)
        kept = Source(called, one.source.url, one.source.kind, one.source.title)
        new.append(kept)
    try:
        append(file, new)
    except NotWritten as error:
        lines = "\n".join(as_table(replace(one, url=one.shown_url)) for one in new)
        fail(f"{error.detail}\n\nNothing was written. These are the lines to add by hand:\n\n{lines}")
    for source in new:
        console.print(Text(f"\nAdded to {file}:", "bold green"))
        console.print(Text(as_table(replace(source, url=source.shown_url)).rstrip()))
    console.print(
        Text("\nIt is watched from the next start. You may add `organisation` and `countries` by hand.")
    )


def _show(judged: Judged, settings: Config, console: Console) -> None:
    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    for title in ("", "what", "format", "language", "items", "newest", "text"):
        table.add_column(title, justify="right" if title == "items" else "left", overflow="fold")
    for number, one in enumerate(judged.found.candidates, start=1):
        state = _state(one, settings)
        what = Text.assemble(
            (f"{one.source.title}\n" if one.source.title else "", "bold"),
            (f"{one.source.shown_url}\n", ""),
            (_ROADS[one.lead.road], "dim"),
            (f"\n{state}" if state else "", "yellow"),
        )
        shown = str(number) if one.usable else "–"
        if not one.format:
            table.add_row(shown, what)
            continue
        newest = _day(one.newest) if one.entries else ""
        language = judged.languages.get(one.source.url, "")
        table.add_row(shown, what, one.format, language, str(len(one.entries)), newest, _extent(one))
    console.print(table)
    for number, one in enumerate(judged.found.usable, start=1):
        _show_alerts(number, one, judged.alerts[one.source.url], console)


def _state(one: Candidate, settings: Config) -> str:
    """What is to be known about a candidate besides what it holds."""
    source, said = one.source, []
    if source.state is not SourceState.OK:
        said.append(f"{SOURCE_STATES[source.state]}: {source.detail}")
    elif not one.entries:
        said.append("a feed without items")
    if one.same_as:
        said.append(f"the same items as {one.same_as}")
    elif one.entries and not one.usable:
        said.append("what readers wrote, not the organisation")
    same = _configured(one, settings)
    if same:
        kept = "added in a chat" if same.added else "configured already"
        said.append(f'{kept}, as "{same.name}"')
    if one.lead.road is Road.ITSELF and source.kind is SourceKind.PAGE and one.entries:
        said.append("there is no feed: the page itself can be watched")
    return "; ".join(said)


def _show_alerts(number: int, one: Candidate, alerts: Sequence[Alert], console: Console) -> None:
    count = len(one.entries)
    items = f"its {count} items" if count > 1 else "its one item"
    console.print()
    if not alerts:
        console.print(Text(f"{number}: of {items} none would have alerted."))
        return
    had = f"had {'they' if count > 1 else 'it'} been read at once"
    console.print(Text(f"{number}: of {items} {len(alerts)} would have alerted, {had}:", "bold"))
    for alert in list(reversed(alerts))[:_MOST_SHOWN]:
        statement = alert.statement
        line = f"  {_day(statement.published)}  {statement.alert.urgency} {alert.msg_type}  {statement.title}"
        console.print(Text(line))
    if len(alerts) > _MOST_SHOWN:
        console.print(Text(f"  and {len(alerts) - _MOST_SHOWN} earlier ones"))


def _extent(one: Candidate) -> str:
    """Whether the whole text is there, or Vigil has to read the linked pages too."""
    if not one.excerpts:
        return "in full"
    return "excerpts" if one.excerpts == len(one.entries) else f"{one.excerpts} excerpts"


def _known(settings: Config, now: datetime) -> list[tuple[Source, int]]:
    """Each watched source as the database knows it, and how many items it brought within a week."""
    with if_there_is_one(settings) as database:
        if database is None:
            return [(source, 0) for source in settings.sources]
        with database.read() as work:
            found = [(source, work.sources.by_name(source.name)) for source in settings.sources]
            weeks = work.entries.brought(now - _WEEK, now)
            found += [(one, one) for one in work.sources.all() if one.added]
    return [
        (kept, weeks.get(kept.id, 0)) if kept and kept.url == source.url else (source, 0)
        for source, kept in found
    ]


def _as_json(source: Source, week: int) -> dict[str, Any]:
    return {
        "name": source.name,
        "from": "chat" if source.added else "file",
        "on_trial": source.on_trial is not None,
        "url": source.shown_url,
        "kind": source.kind,
        "title": source.title,
        "state": source.state,
        "detail": source.detail,
        "last_success": source.last_success and source.last_success.isoformat(),
        "next_due": source.next_due and source.next_due.isoformat(),
        "newest": source.newest and source.newest.isoformat(),
        "new_in_week": week,
    }


def _minute(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%d %H:%M}" if moment else "–"


def _day(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%d}" if moment else "undated"


def _host(address: str) -> str:
    return urlsplit(address).hostname or ""
