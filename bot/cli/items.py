"""Reads the lines of ITEMS.jsonl, one at a time: an archive of years need not fit into the memory."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any, TypeGuard

import typer

from jobs.lines import FORMAT, Line, entry_fields, line_of
from jobs.steps.clean import line, plain
from jobs.steps.links import absolute
from storage.records import Entry, Source

_MOST_FAULTS = 20
_EXAMPLE = '{"id": "a1", "title": "...", "published": "2005-02-16"}'


class NoEntry(ValueError):
    """A line is no entry; the message says why, and what to do."""


def read_entries(file: Path) -> list[tuple[Entry, Source]]:
    """All entries of a JSONL file, each with its source; exit code 2 names every line that is none."""
    count_entries(file)
    return [(one.entry, one.source) if isinstance(one, Line) else one for one in entries_of(file)]


def count_entries(file: Path) -> int:
    """How many entries the file holds; exit code 2 names every line that is none, before anything is done."""
    faults: list[str] = []
    count = 0
    for number, read in _lines(file):
        if isinstance(read, str):
            faults.append(f"{file}:{number}: no entry: {read}")
        else:
            count += len(read)
    if faults:
        for fault in islice(faults, _MOST_FAULTS):
            typer.echo(fault, err=True)
        if len(faults) > _MOST_FAULTS:
            typer.echo(f"{file}: and {len(faults) - _MOST_FAULTS} more lines that are no entries", err=True)
        typer.echo(f"{file}: nothing of it was taken; mend these lines, and run it again", err=True)
        raise typer.Exit(2)
    return count


def entries_of(file: Path) -> Iterator[tuple[Entry, Source] | Line]:
    """The entries of a file, in order; lines that are none are passed over."""
    for _, read in _lines(file):
        if not isinstance(read, str):
            yield from read


def _lines(file: Path) -> Iterator[tuple[int, list[tuple[Entry, Source] | Line] | str]]:
    """Each line's number with its entries, or what is wrong with it.

    A line is an entry, or a group of them: {items: [...]}.
    """
    with file.open("rb") as lines:
        for number, raw in enumerate(lines, start=1):
            if not raw.strip():
                continue
            try:
                row = _row(raw.removeprefix(b"\xef\xbb\xbf") if number == 1 else raw)
                rows = row["items"] if isinstance(row.get("items"), list) else [row]
                yield number, [item_of(_object(one)) for one in rows]
            except NoEntry as error:
                yield number, str(error)


def _row(raw: bytes) -> dict[str, Any]:
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        at = error.start
        raise NoEntry(
            f"byte {at + 1} (0x{raw[at]:02x}) is not UTF-8: convert the file first, such as with "
            "`iconv -f ISO-8859-1 -t UTF-8 OLD > NEW` if it was written so"
        ) from None
    try:
        return _object(json.loads(text))
    except (ValueError, RecursionError) as error:
        if isinstance(error, NoEntry):
            raise
        where = f" at character {error.pos + 1}" if isinstance(error, json.JSONDecodeError) else ""
        raise NoEntry(f"not JSON{where}: write one object a line, such as {_EXAMPLE}") from None


def _object(value: object) -> dict[str, Any]:
    if isinstance(value, dict):
        return value
    raise NoEntry(f"{_sort(value)} where an object was expected, such as {_EXAMPLE}")


def item_of(row: dict[str, Any]) -> tuple[Entry, Source] | Line:
    """What a line holds: an entry to be read, or one that an export by Vigil tells whole. Raises NoEntry."""
    if "format" not in row:
        return entry_of(row)
    if row["format"] != FORMAT:
        raise NoEntry(
            f"its format is {str(row['format'])[:20]!r}, and this Vigil reads {FORMAT!r}: take a newer one, "
            "or take `format` out to have the words read anew"
        )
    try:
        stone = {"title": "", "id": "taken down", "published": None} if row.get("taken_down") else {}
        entry, source = entry_of(row | stone)
        entry = replace(entry, **entry_fields(row))
        source = replace(
            source,
            title=str(row.get("source_title") or ""),
            language=str(row.get("source_language") or ""),
            countries=tuple(str(one) for one in row.get("source_countries", ())),
        )
        return line_of(row, entry, source)
    except NoEntry:
        raise
    except (ValueError, TypeError, KeyError, AttributeError):
        raise NoEntry(
            "it says that Vigil wrote it, and was changed since: export it again, or take `format` out "
            "to have the words read anew"
        ) from None


def entry_of(row: dict[str, Any]) -> tuple[Entry, Source]:
    """An entry from {id, title, summary, link, published, lang?, source?}; raises NoEntry.

    Also from a line of `vigil export`, which tells more: organisation, attachments, date_only. What is no
    web address is no link, as in a feed.
    """
    name = _text(row, "source") or "import"
    attached = row.get("attachments")
    entry = Entry(
        uid=_id(row),
        title=line(_text(row, "title", needed=True)),
        url=absolute(_text(row, "link"), ""),
        text=plain(_text(row, "summary")),
        language=_text(row, "lang"),
        published=_moment(row),
        date_only=row.get("date_only") is True,
        enclosures=tuple(filter(None, (absolute(str(one), "") for one in attached)))
        if isinstance(attached, list)
        else (),
    )
    source = Source(name=name, url="", organisation="" if name == "import" else name)
    if row.get("organisation") is not None:
        source = replace(source, organisation=line(_text(row, "organisation")))
    return entry, source


def _id(row: dict[str, Any]) -> str:
    value = row.get("id")
    if _is_number(value) or (isinstance(value, str) and value):
        return _whole(value)
    if value is None or value == "":
        raise NoEntry(f"`id` is missing: give each entry one of its own, such as {_EXAMPLE}")
    raise NoEntry(f"`id` is {_sort(value)}: give a text or a number")


def _text(row: dict[str, Any], name: str, *, needed: bool = False) -> str:
    if needed and name not in row:
        raise NoEntry(f'`{name}` is missing: give a text, or "" where there is none')
    value = row.get(name)
    if value is None:
        return ""
    if isinstance(value, str) or _is_number(value):
        return _whole(value)
    raise NoEntry(f"`{name}` is {_sort(value)}: give a text")


def _moment(row: dict[str, Any]) -> datetime | None:
    published = row.get("published")
    if published is None or published == "":
        return None
    try:
        moment = datetime.fromisoformat(published)
    except (ValueError, TypeError):
        told = repr(published)[:40]
        raise NoEntry(f'`published` is {told}: write it as "2005-02-16" or "2005-02-16T09:00:00Z"') from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _is_number(value: object) -> TypeGuard[int | float]:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _sort(value: object) -> str:
    """What JSON calls a value."""
    names: tuple[tuple[type, str], ...] = (
        *((dict, "an object"), (list, "a list"), (str, "a text"), (bool, "true or false")),
        *((int, "a number"), (float, "a number")),
    )
    return next((name for sort, name in names if isinstance(value, sort)), "null")


def _whole(value: object) -> str:
    """The value as text that can be written: half a character, as broken software leaves it, cannot."""
    return str(value).encode("utf-8", "replace").decode("utf-8")
