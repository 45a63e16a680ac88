"""Writes the archive out, a line a statement: JSONL that `vigil import` reads, CSV for a table.

Only what sources published is in it, and what was read in that: no recipient, no route, no delivery.
"""

import csv
import io
import json
from collections.abc import Iterator, Sequence
from typing import Any

from storage.database import Work
from storage.records import Entry, Source, Statement

_AT_ONCE = 200
_COLUMNS = (
    *("number", "id", "title", "kind", "issuers", "written", "posted", "deadline", "language"),
    *("countries", "asked", "demands", "signatories", "symbols", "link", "source", "gone", "text"),
)
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_LONGEST_CELL = 32_000
"""Characters; spreadsheets take 32,767."""


def as_lines(work: Work) -> Iterator[bytes]:
    """An empty start, then one JSON object a line, the oldest number first.

    `id`, `title`, `summary`, `link`, `published`, `lang`, `source` are as `vigil import` takes them.
    """
    yield b""
    for statement, entry, source in _all(work):
        versions = work.statements.versions.of(statement.id)
        row = _told(statement, entry, source)
        if versions:
            row["versions"] = [
                {"title": one.title, "summary": one.text, "link": one.url, "until": one.until.isoformat()}
                for one in versions
            ]
        yield (json.dumps(row, ensure_ascii=False) + "\n").encode("utf-8", "replace")


def as_csv(work: Work) -> Iterator[bytes]:
    """The head of a table, then one row a statement; with the mark by which spreadsheets know UTF-8."""
    yield b"\xef\xbb\xbf" + _row(_COLUMNS)
    for statement, entry, source in _all(work):
        yield _row(_cells(statement, entry, source))


def _all(work: Work) -> Iterator[tuple[Statement, Entry, Source]]:
    last = 0
    sources: dict[str, Source] = {}
    while found := work.statements.after(last, _AT_ONCE):
        last = found[-1].id
        entries = work.entries.many([one.entry_id for one in found])
        for statement in found:
            name = statement.source_name
            source = sources.get(name) or work.sources.by_name(name)
            if source is not None:
                sources[name] = source
                yield statement, entries[statement.entry_id], source


def _told(statement: Statement, entry: Entry, source: Source) -> dict[str, Any]:
    row: dict[str, Any] = {
        "id": entry.uid,
        "title": entry.title,
        "summary": entry.text,
        "link": entry.url,
        "published": entry.published.isoformat() if entry.published else None,
        "lang": entry.language or statement.language,
        "source": source.name,
        "organisation": source.organisation,
        "number": statement.id,
        "kind": statement.kind,
        "issuers": statement.issuers,
        "date_written": _day(statement.date_written),
        "date_posted": _day(statement.date_posted),
        "deadline": _day(statement.deadline),
        "countries": statement.countries,
        "identifiers": statement.identifiers,
        "demands": [{"to": one.to, "quote": one.quote} for one in statement.demands],
        "case": statement.case_id,
    }
    if entry.date_only:
        row["date_only"] = True
    if entry.enclosures:
        row["attachments"] = entry.enclosures
    if statement.gone:
        row["gone"] = statement.gone.isoformat()
    return row


def _cells(statement: Statement, entry: Entry, source: Source) -> list[object]:
    signed = statement.signatories
    return [
        statement.id,
        entry.uid,
        statement.title,
        statement.kind,
        "; ".join(statement.issuers),
        _day(statement.date_written),
        _day(statement.date_posted),
        _day(statement.deadline),
        statement.language,
        " ".join(statement.countries),
        "; ".join(one.name for one in statement.addressees if one.demands),
        "\n".join(f"{one.to}: {one.quote}" for one in statement.demands),
        "; ".join(signed.names),
        "; ".join(statement.identifiers),
        statement.url,
        source.name,
        statement.gone.date().isoformat() if statement.gone else "",
        statement.text,
    ]


def _row(cells: Sequence[object]) -> bytes:
    made = io.StringIO()
    csv.writer(made).writerow([harmless(cell) for cell in cells])
    return made.getvalue().encode("utf-8", "replace")


def harmless(cell: object) -> object:
    """A cell that no spreadsheet takes for a formula: what begins like one gets an apostrophe before it.

    (OWASP, "CSV Injection".) Numbers of ours stay numbers.
    """
    if not isinstance(cell, str):
        return "" if cell is None else cell
    text = cell.replace("\x00", "")[:_LONGEST_CELL]
    return f"'{text}" if text.lstrip(" \u00a0\u3000\ufeff\u200b").startswith(_FORMULA) else text


def _day(day: object) -> str | None:
    return str(day) if day else None
