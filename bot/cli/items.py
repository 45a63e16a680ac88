"""Reads entries from a file: ITEMS.jsonl, as `vigil explain` and `vigil import` take it."""

import json
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any

import typer

from jobs.steps.clean import line, plain
from storage.records import Entry, Source


def read_entries(file: Path) -> list[tuple[Entry, Source]]:
    """The entries of a JSONL file, each with its source; exit code 2 names every line that is none.

    A line is an entry, or a group of them: {items: [...]}.
    """
    found: list[tuple[Entry, Source]] = []
    faults: list[str] = []
    with file.open(encoding="utf-8-sig", errors="replace") as lines:
        for number, text in enumerate(lines, start=1):
            if not text.strip():
                continue
            try:
                row = json.loads(text)
                found += map(entry_of, row["items"] if isinstance(row.get("items"), list) else [row])
            except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
                faults.append(f"{file}:{number}: no entry: {error}: give an object with id, title, published")
    if faults:
        for fault in islice(faults, 20):
            typer.echo(fault, err=True)
        raise typer.Exit(2)
    return found


def entry_of(row: dict[str, Any]) -> tuple[Entry, Source]:
    """An entry from {id, title, summary, link, published, lang?, source?}; raises ValueError or KeyError."""
    published = row.get("published")
    moment = datetime.fromisoformat(published) if published else None
    if moment and moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    name = _whole(row.get("source") or "import")
    entry = Entry(
        uid=_whole(row["id"]),
        title=line(_whole(row["title"] or "")),
        url=str(row.get("link") or ""),
        text=plain(_whole(row.get("summary") or "")),
        language=str(row.get("lang") or ""),
        published=moment,
    )
    return entry, Source(name=name, url="", organisation="" if name == "import" else name)


def _whole(value: object) -> str:
    """The value as text that can be written: half a character, as broken software leaves it, cannot."""
    return str(value).encode("utf-8", "replace").decode("utf-8")
