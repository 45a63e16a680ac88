"""vigil export: the archive, or the list of sources, for other programs; nothing about people."""

import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, BinaryIO

import typer

from bot.cli import opml
from bot.cli.common import DEFAULT, ConfigFile, configuration, fail
from bot.installation import open_database
from jobs.archive import as_csv, as_lines, for_anybody
from storage.database import StorageError

_FORMATS = {".opml": "opml", ".xml": "opml", ".jsonl": "jsonl", ".csv": "csv"}


def export(
    file: Annotated[
        str,
        typer.Argument(
            metavar="FILE", help="ARCHIVE.jsonl, ARCHIVE.csv or FEEDS.opml; - prints OPML, or as --as says."
        ),
    ],
    config: ConfigFile = DEFAULT,
    force: Annotated[bool, typer.Option("--force", help="Overwrite a file of this name.")] = False,
    as_: Annotated[
        str, typer.Option("--as", help="jsonl, csv or opml, where the name does not say it.")
    ] = "",
    public: Annotated[
        bool,
        typer.Option(
            "--public", help="For anybody: nothing of what was taken down or withheld, no remarks of ours."
        ),
    ] = False,
) -> None:
    """Write the archive or the sources to a file. JSONL (for `vigil import`), CSV or OPML; nobody's data."""
    wanted = as_ or ("opml" if file == "-" else _FORMATS.get(Path(file).suffix.lower(), ""))
    if wanted not in _FORMATS.values():
        fail(f"{file}: give a name that ends in .opml, .jsonl or .csv, or say --as opml, jsonl or csv", 2)
    if file != "-" and Path(file).exists() and not force:
        fail(f"{file}: there is such a file already: give another name, or --force to overwrite it", 2)
    if public and wanted != "jsonl":
        fail(f"{file}: --public is for JSONL: give a name that ends in .jsonl, or say --as jsonl", 2)
    write, told = _writer(wanted, config, public=public)
    if file == "-":
        write(sys.stdout.buffer)
        sys.stdout.buffer.flush()
        return
    try:
        with _whole(Path(file)) as made:
            count = write(made)
    except OSError as error:
        fail(f"{file}: cannot be written ({error.strerror})")
    typer.echo(f"{file}: {count:,} {told}{'' if count == 1 else 's'}")


def _writer(wanted: str, config: Path, *, public: bool) -> tuple[Callable[[BinaryIO], int], str]:
    """What writes the wanted format, and what it counts."""
    if wanted == "opml":
        made, count = opml.listed(config)

        def write(into: BinaryIO) -> int:
            into.write(made)
            return count

        return write, "source"

    def write_archive(into: BinaryIO) -> int:
        try:
            database = open_database(configuration(config), watch=False)
        except StorageError as error:
            fail(str(error))
        try:
            with database.read() as work:
                count = 0
                for count, line in enumerate(_rows(wanted, public=public)(work)):  # noqa: B007 - the number of the last
                    into.write(line)
                if wanted == "csv":
                    typer.echo(
                        "a cell holds 32,000 characters: what is longer is cut, and named in column `cut`; "
                        "the JSONL export has all of it, versions too",
                        err=True,
                    )
                return count
        finally:
            database.close()

    return write_archive, "statement"


def _rows(wanted: str, *, public: bool) -> Callable[..., Iterator[bytes]]:
    if wanted == "csv":
        return as_csv
    return for_anybody if public else as_lines


@contextmanager
def _whole(path: Path) -> Iterator[BinaryIO]:
    """The file whole, in place of what it was, or not at all."""
    handle, name = tempfile.mkstemp(dir=path.absolute().parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as made:
            yield made
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
