"""A move from SQLite to PostgreSQL brings every row as it was, and goes on after any kill."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from itertools import count
from pathlib import Path
from shutil import copyfile
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.dialects import sqlite

from jobs.restore import restore
from storage import moving, stream
from storage.backup import reading
from storage.columns import Prose
from storage.compact import TOLD, fitted, is_compact, is_worded, text_of
from storage.database import Database, StorageError, Unusable
from storage.lines import SETTINGS, Tally, liner
from storage.moving import InUse, Moved, Progress, Refused, move, stay
from storage.packing import pack
from storage.queries import Query
from storage.stream import TABLES, Stream
from storage.tables import metadata
from storage.tables.archive import statements
from storage.tables.watch import entries, sources
from storage.vault import Vault
from tests.builders import NOON, a_source, a_statement, an_entry
from tests.filled import fill
from tests.postgres import PostgresServer

_numbers = count(1)


@pytest.fixture
def old(migrated_file: Path, vault: Vault, tmp_path: Path) -> Iterator[Database]:
    """A volunteer's database, in which every table holds something."""
    copyfile(migrated_file, tmp_path / "vigil.db")
    made = Database(f"sqlite:///{tmp_path / 'vigil.db'}", vault)
    made.prepare()
    with made.write() as work:
        fill(work)
        source = work.sources.ensure(a_source())
        long = a_statement(title="A letter", text="Nine were sent back over the river. " * 30)
        entry = an_entry(uid="told", title=long.title, text=long.text)
        at = work.entries.add(source.id, entry, NOON, told=True, titled=True)
        work.statements.add(replace(long, entry_id=at), source, NOON)
        work.updates.add('{"update_id": 1}', NOON)
    yield made
    made.close()


@pytest.fixture
def new(postgres: PostgresServer, vault: Vault) -> Iterator[Database]:
    """An empty database on a real server, as its operator makes it."""
    name = f"moved_{next(_numbers)}"
    postgres.make(name, like="template1")
    made = Database(postgres.url(name), vault)
    yield made
    made.close()
    postgres.drop(name)


def moved(old: Database, new: Database) -> Moved:
    """The move, with the service stopped."""
    return move(old, new, NOON, ("console", "telegram"))


def everything(database: Database) -> dict[str, list[dict[str, Any]]]:
    """Every row of every table, as the program sees it, but for what a move leaves behind."""
    found = {}
    with database.engine.connect() as connection:
        for table in metadata.sorted_tables:
            rows = connection.execute(sa.select(table).order_by(*table.primary_key.columns)).mappings()
            found[table.name] = [fitted(dict(row), wide=True, worded=False) for row in rows]
    titles = {row["entry_id"]: row["title"] for row in found["statements"]}
    for row in found["entries"]:
        row["title"] = titles[row["id"]] if row["title"] == TOLD else row["title"]
    found["meta"] = [row for row in found["meta"] if "move" not in row["name"]]
    return found


def found(database: Database, *words: str) -> list[str]:
    """The titles of what the archive answers to these words."""
    with database.read() as work:
        return [hit.statement.title for hit in work.statements.search(Query(words=words), 9).hits]


def test_every_row_arrives_as_it_was_and_is_found_by_the_same_words(old: Database, new: Database) -> None:
    """Times, sealed bytes, long texts, what waits to be answered, and the index as it grew."""
    before = everything(old)
    assert all(before.values()), "every table holds something, so that none is forgotten here"
    words = ("강제북송",), ("북한인권시민연합",), ("Sudlicht",), ("A/RES/78/218",), ("refugees",)
    answers = [found(old, *one) for one in words]
    result = moved(old, new)
    assert {name: result.tables[name].rows for name in before} == {k: len(v) for k, v in before.items()}
    assert everything(new) == before
    new.prepare()
    assert [found(new, *one) for one in words] == answers
    assert all(answers)


def test_what_moves_arrives_in_little_room(old: Database, new: Database) -> None:
    """Long texts arrive packed, and what an entry has of its statement is not kept twice; nor is a NUL."""
    long = "Three were seen\x00 in a camp. " * 30
    with old.write() as work:
        (number, *_) = work.connection.scalars(sa.select(statements.c.id).order_by(statements.c.id))
        changed = sa.update(statements).where(statements.c.id == number).values(text=long)
        work.connection.execute(changed)
    moved(old, new)
    new.prepare()
    with new.read() as work:
        assert is_compact(work.connection)
        rows = work.connection.execute(sa.select(statements)).mappings().all()
        texts = {row["id"]: text_of(row["text"], row["packed"]) for row in rows}
        assert texts[number] == long.replace("\x00", "")
        assert is_worded(work.connection)
        assert all(row["packed"] == pack(texts[row["id"]], worded=True) for row in rows)
        told = work.connection.execute(sa.select(entries).where(entries.c.uid == "told")).mappings().one()
        assert (told["title"], told["text"]) == (TOLD, TOLD)
        entry = work.entries.get(told["id"])
        assert entry is not None
        assert (entry.title, entry.text[:4]) == ("A letter", "Nine")


def test_every_table_of_a_database_moves(old: Database) -> None:
    """Whatever a migration adds comes along, or this says so."""
    with old.engine.connect() as connection:
        held = set(sa.inspect(connection).get_table_names())
    beside = {"alembic_version"} | {name for name in held if name.startswith("statement_index")}
    assert held - beside == {table.name for table in metadata.sorted_tables}
    assert {table.name for table in TABLES} - held == set()
    for table in TABLES:
        assert liner(table)([None] * len(table.columns)).endswith(b"\\N\n"), "each sort of column has a line"
        assert table.primary_key.columns, f"{table.name}: without a key a move cannot go on where it stood"


def test_the_new_database_has_every_index_and_reference_that_a_fresh_one_has(
    old: Database, new: Database, postgres: PostgresServer, migrated: str
) -> None:
    """They are taken away while rows stream in; and new rows get numbers of their own."""
    moved(old, new)
    assert _structure(new) == _structure_of(postgres, migrated)
    new.prepare()
    with new.write() as work:
        source = work.sources.ensure(a_source(name="third"))
        assert source.id == 3
        work.recipients.ensure("telegram", "-1002", "en", NOON)


def _structure(database: Database) -> list[tuple[str, ...]]:
    return _structure_of_address(database.engine)


def _structure_of(postgres: PostgresServer, name: str) -> list[tuple[str, ...]]:
    engine = sa.create_engine(postgres.url(name).replace("postgresql://", "postgresql+psycopg://"))
    try:
        return _structure_of_address(engine)
    finally:
        engine.dispose()


def _structure_of_address(engine: sa.Engine) -> list[tuple[str, ...]]:
    with engine.connect() as connection:
        indexes = "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public' ORDER BY 1"
        constraints = (
            "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint "
            "WHERE connamespace = 'public'::regnamespace ORDER BY 1, 2"
        )
        return [tuple(row) for said in (indexes, constraints) for row in connection.execute(sa.text(said))]


class _Killed(BaseException):
    """The power is gone."""


def _dies_after(steps: int, seen: dict[str, int] | None = None) -> Callable[[Progress], None]:
    left, rows = iter(range(steps)), {} if seen is None else seen

    def tell(progress: Progress) -> None:
        if progress.step == "copied":
            assert progress.rows >= rows.get(progress.table, 0), "it did not begin anew"
            rows[progress.table] = progress.rows
        if next(left, None) is None:
            raise _Killed

    return tell


def test_interrupted_again_and_again_it_goes_on_and_nothing_comes_twice(
    old: Database, new: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between batches of one row, between indexes, in the comparison; and nobody can open either side."""
    before = everything(old)
    monkeypatch.setattr(stream, "BATCH", 1)
    monkeypatch.setattr(stream, "_PIECE", 1)
    monkeypatch.setattr(stream, "_TELL_EVERY", -1)
    seen: dict[str, int] = {}
    for steps in count(3, 9):
        try:
            move(old, new, NOON, (), _dies_after(steps, seen))
        except _Killed:
            with pytest.raises(Unusable, match=r"is being moved to .*: it goes on where it stood"):
                old.prepare()
            with pytest.raises(Unusable, match=r"what is moved here from .* has not all arrived"):
                new.prepare()
        else:
            break
    assert steps > 60, "it was interrupted in earnest"
    assert everything(new) == before
    new.prepare()


def test_a_new_database_that_is_complete_is_not_filled_again(
    old: Database, new: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed after the new one was ready and before the old one was told: the same command ends it."""
    finish = moving._finish

    def and_die(*given: Any) -> None:
        finish(*given)
        raise _Killed

    monkeypatch.setattr(moving, "_finish", and_die)
    with pytest.raises(_Killed):
        moved(old, new)
    monkeypatch.undo()
    new.prepare()
    with new.write() as work:
        work.recipients.ensure("telegram", "7", "en", NOON)
    for _ in range(2):  # and a third time does no harm
        assert moved(old, new) == Moved({}, 0)
        with pytest.raises(Unusable, match=r"was moved to postgresql://postgres@/moved_\d+ on 2026"):
            old.prepare()
    with new.read() as work:
        assert work.recipients.find("telegram", "7")


def test_what_was_moved_can_be_taken_up_again(old: Database, new: Database) -> None:
    """An operator who changes their mind is told how, and what that may cost."""
    moved(old, new)
    with pytest.raises(Unusable, match=r"`vigil migrate --stay` takes this one up again"):
        old.prepare()
    assert stay(old)
    assert not stay(old), "once is enough"
    old.prepare()
    with pytest.raises(Refused, match="the target is not empty"):
        moved(old, new)


def test_a_backup_of_what_was_moved_can_be_restored(
    old: Database, new: Database, tmp_path: Path, vault: Vault
) -> None:
    """The mark says that another database is in use; what is restored is the one in use."""
    moved(old, new)
    old.back_up(tmp_path / "moved.backup", NOON)
    fresh = Database(f"sqlite:///{tmp_path / 'fresh.db'}", vault)
    fresh.prepare()
    with reading(tmp_path / "moved.backup") as saved:
        restore(fresh, saved, NOON, ())
    fresh.close()
    fresh.prepare()
    fresh.close()


def test_what_is_half_moved_can_be_begun_anew(
    old: Database, new: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The old one was taken up again and has more rows since: nothing of the first try is left."""
    monkeypatch.setattr(stream, "_TELL_EVERY", -1)
    with pytest.raises(_Killed):
        move(old, new, NOON, (), _dies_after(20))
    with pytest.raises(Refused, match="has not all arrived"):
        stay(new)
    stay(old)
    old.prepare()
    with old.write() as work:
        work.connection.execute(sa.update(sources).values(title="another"))
    before = everything(old)
    moved(old, new)
    assert everything(new) == before


def test_what_arrives_otherwise_than_it_left_is_told(
    old: Database, new: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The comparison reads what PostgreSQL holds: a byte that differs stops the move."""
    index = Stream.index

    def meddles(self: Stream) -> None:
        index(self)
        self.target.execute("UPDATE entries SET title = title || '.' WHERE id = 1")

    monkeypatch.setattr(Stream, "index", meddles)
    with pytest.raises(Refused, match=r"entries: \d+ rows left, with the sum \w+; \d+ arrived"):
        moved(old, new)
    with pytest.raises(Unusable, match="has not all arrived"):
        new.prepare()


def test_what_is_lost_or_comes_twice_changes_the_sum() -> None:
    """The order does not count, for the two databases sort differently; every line does."""
    lines = [b"1\tone\n", b"2\ttwo\n", b"3\tthree\n"]
    sums = []
    for some in (lines, lines[::-1], lines[:2], [*lines, lines[0]], [b"1\ttwo\n", b"2\tone\n", lines[2]]):
        tally = Tally()
        tally.add(some)
        sums.append(tally)
    assert sums[0] == sums[1]
    assert all(one != sums[0] for one in sums[2:])


@pytest.mark.parametrize("name", ["console", "telegram"])
@pytest.mark.parametrize("which", ["old", "new"])
def test_a_running_service_is_not_moved_away_under_its_feet(
    old: Database, new: Database, name: str, which: str
) -> None:
    """On either side; what to do is told, and nothing has changed."""
    with (old if which == "old" else new).sender_lock(name), pytest.raises(InUse, match="stop the service"):
        moved(old, new)
    old.prepare()


def test_a_target_that_holds_something_is_left_alone(old: Database, new: Database) -> None:
    """Somebody's subscribers are not overwritten; the old database can still be used."""
    new.prepare()
    with new.write() as work:
        work.recipients.ensure("telegram", "1", "en", NOON)
    with pytest.raises(Refused, match="its table recipients holds rows: give an empty database"):
        moved(old, new)
    with new.read() as work:
        assert work.recipients.find("telegram", "1")
    assert stay(old)


def test_a_target_with_tables_of_somebody_else_is_left_alone(old: Database, new: Database) -> None:
    """One of them has the name of one of ours."""
    with new.engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE sources (river TEXT)")
    with pytest.raises(Refused, match="the target holds something else"):
        moved(old, new)
    with new.engine.connect() as connection:
        assert sa.inspect(connection).get_table_names() == ["sources"]


def test_tables_that_a_first_start_has_made_do_no_harm(old: Database, new: Database) -> None:
    """Whoever looked whether the new database can be reached has made them."""
    new.prepare()
    before = everything(old)
    moved(old, new)
    assert everything(new) == before


@pytest.mark.parametrize(
    ("version", "remedy"),
    [("0001", "run `vigil migrate` on it, then move"), ("9999", "use the program that it was made with")],
)
def test_a_source_at_another_version_is_refused(
    old: Database, new: Database, version: str, remedy: str
) -> None:
    """Its tables are not those that this program knows."""
    with old.engine.begin() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = :found"), {"found": version})
    with pytest.raises(Refused, match=remedy):
        moved(old, new)


def test_only_from_sqlite_to_postgresql(old: Database, new: Database, tmp_path: Path, vault: Vault) -> None:
    """The other way has its own command, which the message names; a backup has one as well."""
    with pytest.raises(Refused, match="`vigil backup` and `vigil restore` bring everything"):
        moved(new, old)
    old.back_up(tmp_path / "made.backup", NOON)
    with pytest.raises(Refused, match="the source is a backup, which `vigil restore` brings"):
        moved(Database(f"sqlite:///{tmp_path / 'made.backup'}", vault), new)


def test_a_source_without_tables_is_refused(new: Database, tmp_path: Path, vault: Vault) -> None:
    """There is nothing to move."""
    with pytest.raises(Refused, match="there is nothing to move"):
        moved(Database(f"sqlite:///{tmp_path / 'none.db'}", vault), new)


def test_what_postgresql_does_not_take_is_told_and_can_be_mended(old: Database, new: Database) -> None:
    """SQLite keeps a number of any length."""
    with old.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE sources SET failures = 99999999999 WHERE id = 1")
    with pytest.raises(StorageError, match=r"out of range.*mend that and run the same command again"):
        moved(old, new)
    stay(old)
    with old.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE sources SET failures = 9 WHERE id = 1")
    before = everything(old)
    moved(old, new)
    assert everything(new) == before


texts = st.text(st.characters(codec="utf-8"), max_size=40)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(texts, st.binary(max_size=20), st.none() | st.dates(), st.booleans())
def test_a_line_is_what_postgresql_writes(
    postgres: PostgresServer, text: str, data: bytes, day: date | None, truth: bool
) -> None:
    """Any text but its NULs, any bytes: the line that goes in is the line that comes out."""
    table = sa.Table(
        "given",
        sa.MetaData(),
        *(sa.Column(name, kind) for name, kind in (("a", sa.Text), ("b", sa.LargeBinary), ("c", sa.Date))),
        *(sa.Column(name, kind) for name, kind in (("d", sa.Boolean), ("e", sa.JSON), ("f", Prose))),
    )
    packed = Prose().process_bind_param(text * 20, sqlite.dialect())
    line = liner(table)((text, data, day.isoformat() if day else None, truth, json.dumps([text]), packed))
    with postgres.connect("postgres") as connection:
        for words in SETTINGS.split("; "):
            connection.execute(words.encode())
        connection.execute("CREATE TEMP TABLE given (a TEXT, b BYTEA, c DATE, d BOOLEAN, e JSON, f TEXT)")
        with connection.cursor().copy("COPY given FROM STDIN") as copy:
            copy.write(line)
        with connection.cursor().copy("COPY given TO STDOUT") as answer:
            assert b"".join(bytes(one) for one in answer) == line
        row = connection.execute("SELECT * FROM given").fetchone()
    bare = text.replace("\x00", "")
    assert row == (bare, data, day, truth, [text], bare * 20)
