"""Reads the lines of ITEMS.jsonl, one at a time: an archive of years need not fit into the memory."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any

import typer

from jobs.steps.clean import line, plain
from storage.records import Entry, Source

_MOST_FAULTS = 20


def read_entries(file: Path) -> list[tuple[Entry, Source]]:
    """All entries of a JSONL file, each with its source; exit code 2 names every line that is none."""
    count_entries(file)
    return list(entries_of(file))


def count_entries(file: Path) -> int:
    """How many entries the file holds; exit code 2 names every line that is none, before anything is done."""
    faults: list[str] = []
    count = 0
    for number, read in _lines(file):
        if isinstance(read, str):
            faults.append(f"{file}:{number}: no entry: {read}: give an object with id, title, published")
        else:
            count += len(read)
    if faults:
        for fault in islice(faults, _MOST_FAULTS):
            typer.echo(fault, err=True)
        if len(faults) > _MOST_FAULTS:
            typer.echo(f"{file}: and {len(faults) - _MOST_FAULTS} more lines that are no entries", err=True)
        raise typer.Exit(2)
    return count


def entries_of(file: Path) -> Iterator[tuple[Entry, Source]]:
    """The entries of a file, in order; lines that are none are passed over."""
    for _, read in _lines(file):
        if not isinstance(read, str):
            yield from read


def _lines(file: Path) -> Iterator[tuple[int, list[tuple[Entry, Source]] | str]]:
    """Each line's number with its entries, or what is wrong with it.

    A line is an entry, or a group of them: {items: [...]}.
    """
    with file.open(encoding="utf-8-sig", errors="replace") as lines:
        for number, text in enumerate(lines, start=1):
            if not text.strip():
                continue
            try:
                row = json.loads(text)
                rows = row["items"] if isinstance(row.get("items"), list) else [row]
                yield number, [entry_of(one) for one in rows]
            except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
                yield number, str(error)


def entry_of(row: dict[str, Any]) -> tuple[Entry, Source]:
    """An entry from {id, title, summary, link, published, lang?, source?}; raises ValueError or KeyError.

    Also from a line of `vigil export`, which tells more: organisation, attachments, date_only.
    """
    published = row.get("published")
    moment = datetime.fromisoformat(published) if published else None
    if moment and moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    name = _whole(row.get("source") or "import")
    organisation = row.get("organisation")
    attached = row.get("attachments")
    entry = Entry(
        uid=_whole(row["id"]),
        title=line(_whole(row["title"] or "")),
        url=str(row.get("link") or ""),
        text=plain(_whole(row.get("summary") or "")),
        language=str(row.get("lang") or ""),
        published=moment,
        date_only=row.get("date_only") is True,
        enclosures=tuple(str(one) for one in attached) if isinstance(attached, list) else (),
    )
    source = Source(name=name, url="", organisation="" if name == "import" else name)
    if isinstance(organisation, str):
        source = replace(source, organisation=line(_whole(organisation)))
    return entry, source


def _whole(value: object) -> str:
    """The value as text that can be written: half a character, as broken software leaves it, cannot."""
    return str(value).encode("utf-8", "replace").decode("utf-8")
