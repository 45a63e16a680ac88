"""vigil import: takes what was said before into the archive, without alerting."""

import asyncio
import os
import stat
import time
from collections import Counter
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Coroutine, Iterator, Sequence
from contextlib import aclosing, contextmanager
from dataclasses import dataclass, field, replace
from enum import Enum, auto
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from bot.cli import opml
from bot.cli.common import DEFAULT, ConfigFile, configuration, fail
from bot.cli.items import count_entries, entries_of
from bot.config import Config
from bot.config.written import name_for
from bot.installation import fetcher, open_database, workers
from jobs.backfill import Backfill, Stopped
from jobs.intake import BATCH, Intake, Taken, read_ahead
from jobs.lines import Line
from jobs.parser import Parser
from jobs.steps.files import TYPES, file_key, read_file
from jobs.steps.links import bare
from jobs.steps.understand import Understood
from jobs.steps.unreadable import Unreadable
from jobs.workers import Unfinished
from storage.database import Database, StorageError, now_utc
from storage.records import Entry, Source

_ADDRESS = ("http://", "https://")
_LISTS = (".opml", ".xml")
_EVERY = 10.0
"""Seconds between two lines of progress, where nobody watches a terminal."""


@dataclass(frozen=True, slots=True)
class _Wish:
    """What `vigil import` was asked for."""

    source: str = "import"
    pages: int = 10
    defer: bool = False


_READERS = 6
"""Processes that read, at most: what more of them read, one that stores does not keep up with."""


class _Outcome(Enum):
    """What became of a file."""

    READ = auto()
    KNOWN = auto()
    AGAIN = auto()
    """Another one with the same bytes is being read: once that is stored, it is known, or not."""


@dataclass(frozen=True, slots=True)
class _Paper:
    """A file of a folder, as far as it was read."""

    file: Path
    inside: str
    outcome: _Outcome | str
    """Or why it cannot be read."""
    key: str = ""
    """Of its bytes, where nobody else may read the same until it is stored."""
    items: tuple[Understood, ...] = ()
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class _Folder:
    """Reads the files of a folder, several at once."""

    settings: Config
    intake: Intake
    source: Source
    under_way: set[str] = field(default_factory=set)

    async def read(self, given: tuple[Path, str]) -> _Paper:
        """The items of one file, where it is not known and can be read."""
        file, inside = given
        try:
            body = await asyncio.to_thread(_body, file, self.settings.fetch.max_bytes)
        except OSError as error:
            return _Paper(file, inside, f"{file}: cannot be read ({error.strerror})")
        except Unreadable as error:
            return _Paper(file, inside, f"{file}: {error.detail}")
        key = file_key(body)
        if key in self.under_way:
            return _Paper(file, inside, _Outcome.AGAIN, body=body)
        self.under_way.add(key)
        return await self.reread(_Paper(file, inside, _Outcome.READ, key, body=body))

    async def reread(self, paper: _Paper) -> _Paper:
        """Likewise of one whose bytes are there, once those that came before it are stored."""
        key = file_key(paper.body)
        if await asyncio.to_thread(_holds, self.intake.database, self.source, key):
            return replace(paper, outcome=_Outcome.KNOWN, body=b"")
        kind = TYPES[paper.file.suffix.lower()]
        try:
            read = await self.intake.parser.run(
                read_file, paper.body, kind, self.source, now_utc(), paper.inside
            )
        except (Unreadable, Unfinished) as error:
            return replace(paper, outcome=f"{paper.file}: {error.detail}", body=b"")
        return replace(paper, outcome=_Outcome.READ, items=read, body=b"")


def import_(  # noqa: PLR0913, PLR0917 - options of a command
    what: Annotated[
        str | None,
        typer.Argument(
            metavar="ITEMS.jsonl|FEEDS.opml|FOLDER|FILE|URL",
            help="Entries, feeds, documents (PDF, HTML, text), or a feed to read backwards.",
        ),
    ] = None,
    config: ConfigFile = DEFAULT,
    add: Annotated[
        bool, typer.Option("--add", help="Feeds: put them into the configuration, not on the screen.")
    ] = False,
    source: Annotated[
        str, typer.Option(help="Documents: the name of the source that they are filed under.")
    ] = "import",
    pages: Annotated[int, typer.Option(min=1, max=100_000, help="A feed: how many of its pages.")] = 10,
    defer: Annotated[
        bool, typer.Option("--defer", help="Entries: keep the words now, understand them later.")
    ] = False,
    understand: Annotated[
        bool, typer.Option("--understand", help="Understand what was imported with --defer.")
    ] = False,
) -> None:
    """Take entries, documents or a feed's past into the archive. Nothing rings; an OPML's feeds are listed.

    May be interrupted and run again: nothing is taken twice, and nothing is lost.
    """
    if what is None:
        if not understand:
            fail("say what to import: entries, feeds, a folder, the address of a feed; or --understand", 2)
        _run(config, lambda _, intake: _rest(intake))
        return
    path = Path(what)
    if what.startswith(_ADDRESS):
        wish = _Wish(source, pages, defer)
        _run(config, lambda settings, intake: _from_feed(what, settings, intake, wish), named=False)
    elif not path.exists():
        fail(f"{what}: there is no such file", 2)
    elif path.is_dir() or path.suffix.lower() in TYPES:
        files = _documents(path)
        if not files:
            fail(f"{path}: there is no document in it: {', '.join(sorted(TYPES))}", 2)
        folder = path if path.is_dir() else path.resolve().parent
        papers = [(file, str(file.relative_to(folder))) for file in files]
        _run(config, lambda settings, intake: _from_folder(papers, settings, intake, source), named=False)
    elif path.suffix.lower() in _LISTS:
        opml.take(path, config, add=add)
        return
    else:
        if add:
            fail("--add is for lists of feeds: give FEEDS.opml", 2)
        total = count_entries(path)
        _run(config, lambda _, intake: _from_lines(path, intake, total), deferred=defer)
    if understand:
        _run(config, lambda _, intake: _rest(intake))


def _run(
    config: Path,
    act: Callable[[Config, Intake], Coroutine[None, None, None]],
    *,
    named: bool = True,
    deferred: bool = False,
) -> None:
    settings = configuration(config)
    try:
        database = open_database(settings, watch=False)
    except StorageError as error:
        fail(str(error))

    async def work() -> None:
        async with workers(_readers()) as hands:
            intake = Intake(database, Parser(hands.run), now_utc, deferred=deferred, named=named)
            await act(settings, intake)

    try:
        asyncio.run(work())
    finally:
        database.close()


async def _from_lines(file: Path, intake: Intake, total: int) -> None:
    with _shown(intake, total):
        done = await intake.take(_batches(entries_of(file)))
    typer.echo(f"{done.taken} taken, {done.known} known already{_withheld(done)}")
    if done.differing:
        typer.echo(
            f"{done.differing} of the known ones say something else here, and were not taken: an id stands "
            "for one item. Give what is another item an id of its own",
            err=True,
        )
    if intake.deferred and done.taken:
        typer.echo("their words can be found now; `vigil import --understand` reads what they say", err=True)


async def _rest(intake: Intake) -> None:
    with _shown(intake, None):
        count = await intake.understand_rest()
    typer.echo(f"{count} understood")


async def _from_feed(url: str, settings: Config, intake: Intake, wish: _Wish) -> None:
    source = _source_at(url, settings, wish.source)
    stopped = ""
    async with fetcher(settings) as fetching:
        backfill = Backfill(intake.database, fetching, intake.parser, source, now_utc)

        async def batches() -> AsyncIterator[Sequence[tuple[Entry, Source]]]:
            nonlocal stopped
            try:
                async for batch in backfill.batches(wish.pages):
                    yield batch
            except Stopped as error:
                stopped = str(error)

        with _shown(intake, None):
            done = await intake.take(batches())
    pages = f"{backfill.pages} page{'' if backfill.pages == 1 else 's'}"
    typer.echo(
        f"{done.taken} taken, {done.known} known already{_withheld(done)}, from {pages} of {source.name}"
    )
    if backfill.unpaged:
        typer.echo(
            "older pages were not looked for: the feed names none, nor the software that made it", err=True
        )
    if stopped:
        fail(f"{stopped}; what was read until there is kept: run it again to go on")


def _withheld(done: Taken) -> str:
    """What is said of those that are not to come here again."""
    return f", {done.withheld} held back (taken down here, or much like it)" if done.withheld else ""


def _source_at(url: str, settings: Config, name: str) -> Source:
    """The configured source of this address, so that its polls know the entries; else one of its own."""
    for source in settings.sources:
        if bare(source.url) == bare(url):
            return source
    taken = {source.name for source in settings.sources}
    return Source(name=name if name != "import" else name_for(url, taken), url=url)


def _documents(path: Path) -> list[Path]:
    """The files to be read: one, or all of a folder, by name."""
    if path.is_file():
        return [path.resolve()]  # a link that somebody named is meant
    found = (Path(folder, name) for folder, _, names in os.walk(path) for name in names)
    return sorted(one for one in found if one.suffix.lower() in TYPES and _is_own(one))


def _is_own(file: Path) -> bool:
    """Whether it is a file itself: a link may lead out of the folder, to what nobody meant to publish."""
    return stat.S_ISREG(file.lstat().st_mode)


async def _from_folder(files: list[tuple[Path, str]], settings: Config, intake: Intake, name: str) -> None:
    own = Source(name, "", organisation="" if name == "import" else name)
    source = next((one for one in settings.sources if one.name == name), own)
    folder, done = _Folder(settings, intake, source), Taken()
    outcomes, faults = Counter[_Outcome](), list[str]()
    with _shown(intake, len(files)) as step:
        async with aclosing(read_ahead(_each(files), folder.read, _readers())) as found:
            async for one in found:
                paper = await folder.reread(one) if one.outcome is _Outcome.AGAIN else one
                # One transaction a file: it is taken whole, or again the next time.
                done = await intake.take_read([(source, item) for item in paper.items], done)
                folder.under_way.discard(paper.key)
                if isinstance(paper.outcome, str):
                    faults.append(paper.outcome)
                else:
                    outcomes[paper.outcome] += 1
                step(1)
    read, known = outcomes[_Outcome.READ], outcomes[_Outcome.KNOWN]
    count = f"{read} file{'' if read == 1 else 's'}"
    before = f", {known} files known already" if known else ""
    typer.echo(f"{done.taken} taken from {count}{before}{_withheld(done)}")
    for fault in faults:
        typer.echo(fault, err=True)
    if faults and not (read or known):
        raise typer.Exit(1)


async def _each(files: Sequence[tuple[Path, str]]) -> AsyncGenerator[tuple[Path, str], None]:
    for one in files:
        yield one


def _readers() -> int:
    """How many processes are to read: one for each core that we may use, and two at least."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(2, min(cores, _READERS))


def _body(file: Path, most: int) -> bytes:
    handle = os.open(file, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    with os.fdopen(handle, "rb") as opened:
        if os.fstat(handle).st_size > most:
            raise Unreadable("larger than `max_bytes` under [fetch]")
        return opened.read(most)


def _holds(database: Database, source: Source, key: str) -> bool:
    with database.read() as work:
        stored = work.sources.by_name(source.name)
        return bool(stored and work.entries.known(stored.id, [f"{key}#1"]))


async def _batches(
    entries: Iterator[tuple[Entry, Source] | Line],
) -> AsyncIterator[Sequence[tuple[Entry, Source] | Line]]:
    """A hundred at a time, so that nothing holds more than a few hundred."""
    batch: list[tuple[Entry, Source] | Line] = []
    for one in entries:
        batch.append(one)
        if len(batch) >= BATCH:
            yield batch
            batch = []
            await asyncio.sleep(0)
    if batch:
        yield batch


@contextmanager
def _shown(intake: Intake, total: int | None) -> Iterator[Callable[[int], None]]:
    """Tells on standard error how far it is: a bar on a terminal, else a line now and then."""
    console = Console(stderr=True)
    columns = (TextColumn("importing"), BarColumn(24), MofNCompleteColumn(), TimeRemainingColumn())
    progress = Progress(*columns, console=console, transient=True, disable=not console.is_terminal)
    task = progress.add_task("", total=total)
    told = time.monotonic()

    def tell(done: Taken) -> None:
        nonlocal told
        count = done.taken + done.known
        progress.update(task, completed=count)
        if not console.is_terminal and time.monotonic() - told > _EVERY:
            told = time.monotonic()
            typer.echo(f"{count:,} of {total:,}" if total else f"{count:,}", err=True)

    if total is None or intake.named:
        intake.told = tell
    with progress:
        yield lambda step: progress.advance(task, step)
