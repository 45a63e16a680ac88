"""vigil export FEEDS.opml, and the other half of vigil import: the sources as other programs list them."""

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import typer

from bot.cli.common import configuration, fail
from bot.cli.opened import added
from bot.config.written import NotWritten, append, as_table, name_for
from jobs.steps.links import bare
from jobs.steps.opml import Listed, NotOpml, read_opml, write_opml
from storage.database import StorageError, now_utc
from storage.records import Source


def listed(config: Path) -> tuple[bytes, int]:
    """What is watched as OPML, also what was added in a chat, and how much it is; passwords stay out."""
    settings = configuration(config)
    try:
        watched = (*settings.sources, *added(settings))
    except StorageError as error:
        watched = settings.sources
        typer.echo(f"without what may have been added in chats: {error}", err=True)
    return write_opml(watched, now_utc()), len(watched)


def take(file: Path, config: Path, *, add: bool) -> None:
    """The feeds of an OPML file as lines for the configuration, which is where sources are kept."""
    try:
        listed = read_opml(file.read_bytes())
    except (NotOpml, OSError) as error:
        fail(f"{file}: {error}", 2)
    watched = configuration(config).sources if add or config.is_file() else ()
    known = {bare(source.shown_url) for source in watched}
    fresh = list(_named((one for one in listed.sources if bare(one.shown_url) not in known), watched))
    said = _counted(listed, len(listed.sources) - len(fresh))
    if not add:
        if fresh:
            typer.echo("\n".join(map(as_table, fresh)))
        to_do = "put these lines into the configuration, or use --add" if fresh else "there is nothing to add"
        typer.echo(f"{said}: {to_do}", err=True)
        _ended(listed, file)
        return
    try:
        if fresh:
            append(config, fresh)
    except NotWritten as error:
        fail(f"{error.detail}\nNothing was written.")
    typer.echo(f"{len(fresh)} added to {config}; {said}")
    _ended(listed, file)


def _ended(listed: Listed, file: Path) -> None:
    """Ends with code 1 where the file is broken: whoever runs this in a script must hear of it."""
    if listed.broken:
        fail(f"{file}: not well-formed, so feeds may be missing: export it again where it comes from")


def _named(sources: Iterable[Source], watched: Iterable[Source]) -> Iterable[Source]:
    """Each with a name that no other has."""
    taken = {source.name for source in watched}
    for source in sources:
        free = source.name and source.name not in taken and not source.name.startswith(("env:", "file:"))
        name = source.name if free else name_for(source.url, taken)
        taken.add(name)
        yield replace(source, name=name)


def _counted(listed: Listed, known: int) -> str:
    """What the file lists, and what of it was left out."""
    told = [f"{len(listed.sources)} listed"]
    told += [f"{known} watched already"] if known else []
    told += [f"{listed.repeated} of them twice"] if listed.repeated else []
    told += [f"{listed.unusable} more without a web address"] if listed.unusable else []
    told += ["the file is not well-formed, so some may be missing"] if listed.broken else []
    return ", ".join(told)
