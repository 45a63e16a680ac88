"""Writes the archive out, a line a statement: JSONL that `vigil import` reads, CSV for a table.

Only what sources published is in it, and what was read in that: no recipient, no route, no delivery.
"""

import csv
import hashlib
import io
import json
from collections.abc import Iterator, Sequence
from dataclasses import replace

from jobs.lines import Line, row_of_line
from jobs.withhold import cut_of
from storage.database import Work
from storage.records import Entry, Source, Statement
from storage.urls import without_secrets

_AT_ONCE = 200
_COLUMNS = (
    *("number", "id", "title", "kind", "issuers", "written", "posted", "deadline", "language"),
    *("countries", "asked", "demands", "signatories", "symbols", "link", "source", "gone", "cut", "text"),
)
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_LONGEST_CELL = 32_000
"""Characters; spreadsheets take 32,767."""


def as_lines(work: Work) -> Iterator[bytes]:
    """An empty start, then one JSON object a line (`jobs.lines`), the oldest number first."""
    yield b""
    for statement, entry, source in _all(work, stones=True):
        versions = work.statements.versions.of(statement.id)
        case = work.cases.get(statement.case_id) if statement.case_id else None
        deferred = work.statements.is_deferred(statement.id) if case is None else False
        withheld = work.statements.takedowns.of(statement.id) if statement.taken_down else ()
        cut = cut_of(work, statement)
        redacted = work.redactions.seal(cut) if cut.words else b""
        row = row_of_line(Line(entry, source, statement, versions, case, deferred, withheld, redacted))
        yield (json.dumps(row, ensure_ascii=False) + "\n").encode("utf-8", "replace")


def for_anybody(work: Work) -> Iterator[bytes]:
    """As `as_lines`, of what anybody may read alone.

    Nothing of what was taken down or withheld, not even that it was; no remarks of ours, no versions, and no
    address that opens a door to whoever holds it.
    """
    yield b""
    for statement, entry, source in _all(work):
        bare = Entry(
            uid=hashlib.sha256(f"{source.name}\0{entry.uid}".encode()).hexdigest()[:24],
            title=statement.title,
            url=without_secrets(statement.url),
            text=statement.text,
            published=entry.published,
            language=entry.language,
            enclosures=tuple(map(without_secrets, entry.enclosures)),
        )
        shown = replace(statement, url=bare.url, fetched=None, gone=None, link=())
        row = row_of_line(Line(bare, source, shown))
        yield (json.dumps(row, ensure_ascii=False) + "\n").encode("utf-8", "replace")


def as_csv(work: Work) -> Iterator[bytes]:
    """The head of a table, then one row a statement; with the mark by which spreadsheets know UTF-8.

    What a cell cannot hold is cut, and column `cut` says of which and how long it is; JSONL has all of it.
    """
    yield b"\xef\xbb\xbf" + _row(_COLUMNS)
    for statement, entry, source in _all(work):
        yield _row(_cells(statement, entry, source))


def _all(work: Work, *, stones: bool = False) -> Iterator[tuple[Statement, Entry, Source]]:
    """Every statement; with `stones` those too that were taken down."""
    last = 0
    sources: dict[str, Source] = {}
    while found := work.statements.after(last, _AT_ONCE, stones=stones):
        last = found[-1].id
        entries = work.entries.many([one.entry_id for one in found])
        for statement in found:
            name = statement.source_name
            source = sources.get(name) or work.sources.by_name(name)
            if source is not None:
                sources[name] = source
                yield statement, entries[statement.entry_id], source


def _cells(statement: Statement, entry: Entry, source: Source) -> list[object]:
    signed = statement.signatories
    told = [
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
        "",
        statement.text,
    ]
    cells: dict[str, object] = dict(zip(_COLUMNS, told, strict=True))
    cells["cut"] = "; ".join(
        f"{name}: {len(cell)} characters"
        for name, cell in cells.items()
        if isinstance(cell, str) and len(cell) > _LONGEST_CELL
    )
    return list(cells.values())


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
    text = cell.replace("\x00", "")
    if len(text) > _LONGEST_CELL:
        text = f"{text[: _LONGEST_CELL - 1]}…"
    return f"'{text}" if text.lstrip(" \u00a0\u3000\ufeff\u200b").startswith(_FORMULA) else text


def _day(day: object) -> str | None:
    return str(day) if day else None
