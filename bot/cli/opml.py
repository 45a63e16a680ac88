"""vigil export FEEDS.opml, and the other half of vigil import: the sources as other programs list them."""

import os
import sys
import tempfile
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from bot.cli.common import DEFAULT, ConfigFile, configuration, fail
from bot.config.written import NotWritten, append, as_table, name_for
from jobs.steps.links import bare
from jobs.steps.opml import Listed, NotOpml, read_opml, write_opml
from storage.database import now_utc
from storage.records import Source

_SUFFIXES = (".opml", ".xml")


def export(
    file: Annotated[str, typer.Argument(help="The OPML file to write, or - for standard output.")],
    config: ConfigFile = DEFAULT,
    force: Annotated[bool, typer.Option("--force", help="Overwrite a file of this name.")] = False,
) -> None:
    """Write the configured sources as OPML, for feed readers and for another Vigil; passwords stay out."""
    settings = configuration(config)
    made = write_opml(settings.sources, now_utc())
    if file == "-":
        sys.stdout.buffer.write(made)
        sys.stdout.buffer.flush()
        return
    path = Path(file)
    if path.suffix.lower() not in _SUFFIXES:
        fail(f"{file}: give a name that ends in .opml, or -; for everything else there is `vigil backup`", 2)
    if path.exists() and not force:
        fail(f"{file}: there is such a file already: give another name, or --force to overwrite it", 2)
    try:
        _write(path, made)
    except OSError as error:
        fail(f"{file}: cannot be written ({error.strerror})")
    count = len(settings.sources)
    typer.echo(f"{file}: {count} source{'' if count == 1 else 's'}")


def take(file: Path, config: Path, *, add: bool) -> None:
    """The feeds of an OPML file as lines for the configuration, which is where sources are kept."""
    try:
        listed = read_opml(file.read_bytes())
    except (NotOpml, OSError) as error:
        fail(f"{file}: {error}", 2)
    watched = configuration(config).sources if add else ()
    known = {bare(source.shown_url) for source in watched}
    fresh = list(_named((one for one in listed.sources if bare(one.shown_url) not in known), watched))
    if not add:
        typer.echo("\n".join(map(as_table, fresh)))
        typer.echo(f"{_counted(listed, 0)}: put these lines into the configuration, or use --add", err=True)
        return
    try:
        if fresh:
            append(config, fresh)
    except NotWritten as error:
        fail(f"{error.detail}\nNothing was written.")
    typer.echo(f"{len(fresh)} added to {config}; {_counted(listed, len(listed.sources) - len(fresh))}")


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


def _write(path: Path, content: bytes) -> None:
    """The file whole, in place of what it was, or not at all."""
    handle, name = tempfile.mkstemp(dir=path.absolute().parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as made:
            made.write(content)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
