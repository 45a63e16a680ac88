"""Old and new programs work on one database while nodes are exchanged: tables expand, and contract later."""

import threading
import time
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from storage import migrate, preparing
from storage.compact import SINCE, WORDED, is_compact, is_worded
from storage.copy import into_file, rows_in, rows_out, tables_of
from storage.database import Database, StorageError, Unusable
from storage.migrate import LONG, SERVES, newest_revision, revisions, serves, upgrade
from storage.people import Event, Notice
from storage.queries import Query
from storage.tables import metadata
from storage.tables.archive import statements
from storage.tables.log import notices
from storage.vault import Vault
from storage.words import EventKind
from tests.backends import Backend
from tests.builders import NOON, a_source, a_statement, an_entry, kept
from tests.filled import fill

BEFORE = "0030"
"""The first version on PostgreSQL with several nodes: every step since only adds to its tables."""


@dataclass(frozen=True, slots=True)
class Found:
    """A column as the database has it."""

    kind: str
    nullable: bool
    has_default: bool


Schema = dict[str, dict[str, Found]]


def seen(engine: sa.Engine) -> Schema:
    """Every table with its columns; the queue's own are its authors' matter."""
    inspector = sa.inspect(engine)
    return {
        table: {
            one["name"]: Found(
                str(one["type"]), bool(one["nullable"]), one["default"] is not None or one["name"] == "id"
            )
            for one in inspector.get_columns(table)
        }
        for table in inspector.get_table_names()
        if not table.startswith(("procrastinate_", "statement_index")) and table != "alembic_version"
    }


def breaks(before: Schema, after: Schema) -> list[str]:
    """What of a step would break the program of the version before, at work on it or adding a row."""
    found = [f"{table} is gone" for table in before.keys() - after.keys()]
    for table in before.keys() & after.keys():
        old, new = before[table], after[table]
        found += [f"{table}.{name} is gone" for name in old.keys() - new.keys()]
        found += [
            f"{table}.{name} must be given, and an old program does not know it"
            for name in new.keys() - old.keys()
            if not new[name].nullable and not new[name].has_default
        ]
        for name in old.keys() & new.keys():
            if old[name].nullable and not new[name].nullable:
                found.append(f"{table}.{name} must be given now, and an old program leaves it out")
            if old[name].kind != new[name].kind:
                found.append(f"{table}.{name} was {old[name].kind} and is {new[name].kind}")
    return sorted(found)


@contextmanager
def at(backend: Backend, revision: str) -> Iterator[sa.Engine]:
    """A database at this version."""
    made = Database(backend.url, Vault.from_secret(bytes(32)))
    with made.engine.connect().execution_options(vigil_write=True) as connection:
        upgrade(connection, revision)
    yield made.engine
    made.close()


def later() -> tuple[str, ...]:
    """The versions after the oldest one whose program is served."""
    return revisions()[revisions().index(BEFORE) + 1 :]


def test_no_step_breaks_the_program_of_before(backend: Backend) -> None:
    """Nothing is dropped, renamed, narrowed or demanded, by any step.

    And on PostgreSQL none goes through a long table. A step waits three seconds for its locks, and holds them
    to its end.
    """
    with at(backend, BEFORE) as engine:
        before, held = seen(engine), _held(engine)
        for revision in later():
            with engine.connect().execution_options(vigil_write=True) as connection:
                upgrade(connection, revision)
            after = seen(engine)
            assert breaks(before, after) == [], revision
            assert _held(engine) == held or engine.dialect.name == "sqlite", revision
            before = after


def _held(engine: sa.Engine) -> dict[str, object]:
    """What cannot be had of a table without going through it."""
    inspector = sa.inspect(engine)
    return {
        table: (
            sorted(str(one["name"]) for one in inspector.get_indexes(table)),
            sorted(str(one["name"]) for one in inspector.get_unique_constraints(table)),
            sorted(str(one["name"]) for one in inspector.get_check_constraints(table)),
            sorted(str(one["name"]) for one in inspector.get_foreign_keys(table)),
        )
        for table in LONG
    }


def test_what_long_tables_lack_of_indexes_is_made_while_others_write(shared: Database) -> None:
    """Also what was interrupted; who writes meanwhile does not wait, and the next run finds nothing to do."""
    with shared.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("DROP INDEX ix_deliveries_held")
        broken = "UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'ix_entries_shown'::regclass"
        connection.exec_driver_sql(broken)
    made: list[str] = []

    def hear(_connection: object, _cursor: object, words: str, *_: object) -> None:
        made.extend(words.split()[:5] if "CONCURRENTLY" in words else ())

    sa.event.listen(shared.engine, "before_cursor_execute", hear)
    shared.prepare(migrate=True)
    assert {word for word in made if word.startswith("ix_")} == {"ix_deliveries_held", "ix_entries_shown"}
    with shared.engine.connect() as connection:
        question = (
            "SELECT bool_and(indisvalid), count(*) FROM pg_index WHERE indrelid = 'deliveries'::regclass"
        )
        valid, number = connection.exec_driver_sql(question).one()
    assert valid
    assert number == len(metadata.tables["deliveries"].indexes) + 3, "and those of its constraints"
    made.clear()
    shared.prepare(migrate=True)
    assert not made


def test_a_step_that_breaks_something_is_found() -> None:
    """Else the rule would be a hope."""
    text, must, usual = Found("TEXT", True, False), Found("TEXT", False, False), Found("TEXT", False, True)
    before: Schema = {"t": {"a": text, "b": text, "c": must}, "gone": {}}
    after: Schema = {"t": {"a": must, "c": Found("INTEGER", False, False), "new": must, "fine": usual}}
    assert breaks(before, after) == [
        "gone is gone",
        "t.a must be given now, and an old program leaves it out",
        "t.b is gone",
        "t.c was TEXT and is INTEGER",
        "t.new must be given, and an old program does not know it",
    ]
    assert breaks(before, before) == []


def test_what_an_old_program_writes_is_read_by_both(backend: Backend) -> None:
    """Rows of every table, with the columns that it knows alone, on tables of the newest version."""
    with at(backend, BEFORE) as engine:
        old = sa.MetaData()
        old.reflect(engine, only=list(seen(engine)))
        with engine.connect().execution_options(vigil_write=True) as connection:
            upgrade(connection)
    full = Database(backend.url, Vault.from_secret(bytes(32)))
    full.prepare()
    with full.write() as work:
        fill(work)
    kept: dict[str, list[dict[str, Any]]] = {}
    with full.engine.begin() as connection:
        for table in reversed(metadata.sorted_tables):
            if table.name not in old.tables:
                connection.execute(sa.delete(table))
        for table in reversed(old.sorted_tables):
            rows = [dict(row) for row in connection.execute(sa.select(table)).mappings()]
            kept[table.name] = rows
            connection.execute(sa.delete(table))
        for table in old.sorted_tables:
            if kept[table.name]:
                connection.execute(sa.insert(table), kept[table.name])
            assert [dict(row) for row in connection.execute(sa.select(table)).mappings()] == kept[table.name]
    with full.read() as work:
        counts = {
            table.name: work.connection.scalar(sa.select(sa.func.count()).select_from(table))
            for table in metadata.sorted_tables
            if table.name in kept
        }
        assert {name for name, count in counts.items() if not count} <= {
            "senders",
            "nodes",
            "pauses",
            "updates",
        }
        (reader, *_) = work.recipients.many(range(1, 99)).values()
        assert reader.sender == reader.transport, "whom an old program added belongs to the first account"
    full.close()


def test_an_old_program_starts_on_tables_that_serve_it(shared: Database) -> None:
    """A node that is started anew in the middle of an upgrade; what serves it not it refuses as ever."""
    with shared.engine.begin() as connection:
        assert serves(connection) == max(SERVES, WORDED)
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(StorageError, match="newer than this program"):
        shared.prepare(migrate=True)
    shared.prepare()
    with shared.engine.begin() as connection:
        connection.exec_driver_sql("COMMENT ON TABLE alembic_version IS 'serves 9998'")
    with pytest.raises(Unusable, match="newer than this program"):
        shared.prepare()


def test_an_archive_that_holds_something_is_not_packed(shared: Database, tmp_path: Path) -> None:
    """Programs of before go on reading it, and everything is found; the way back gives every text back.

    So does a copy of a compact archive that is brought into it: nothing packed outlives what they take down.
    """
    long = a_statement(text="Nine were sent back over the river. " * 30)
    with shared.write() as work:
        source = work.sources.ensure(a_source())
        entry = an_entry(uid="told", title=long.title, text=long.text)
        entry_id = work.entries.add(source.id, entry, NOON, told=True, titled=True)
        number = work.statements.add(replace(long, entry_id=entry_id), source, NOON)
        assert is_compact(work.connection)
    with shared.read() as work:
        into_file(work.connection, tmp_path / "copy.db")
    told = sa.text(
        "SELECT statements.text, entries.title FROM statements JOIN entries ON entry_id = entries.id"
    )
    with shared.engine.connect().execution_options(vigil_write=True) as connection:
        migrate.downgrade(connection, "0050")
        assert connection.execute(told).all() == [(long.text, long.title)]
        connection.rollback()
        upgrade(connection)
        assert serves(connection) == SERVES
    again = Database(shared.engine.url.render_as_string(hide_password=False), shared.vault)
    again.prepare()
    with again.write() as work:
        assert not is_compact(work.connection)
        (other,) = kept(work, a_statement(text=long.text, title="Ten"))
        assert set(work.connection.scalars(sa.select(statements.c.packed))) == {None}
    with again.read() as work:
        found = work.statements.search(Query(words=("river",)), 5).hits
        assert {hit.statement.id for hit in found} == {number, other.id}
    copy = sa.create_engine(f"sqlite:///{tmp_path / 'copy.db'}")
    with copy.connect() as reading, again.write() as work:
        tables = tables_of(work.connection)
        rows_out(work.connection, tables)
        rows_in(reading, work.connection, tables)
        assert work.connection.execute(told).all() == [(long.text, long.title)]
        assert set(work.connection.scalars(sa.select(statements.c.packed))) == {None}
    copy.dispose()
    again.close()


def test_an_archive_of_before_words_is_packed_as_it_was(shared: Database, tmp_path: Path) -> None:
    """Programs since 0051 go on reading it, until it is taken over; also a copy of one with words."""
    long = a_statement(text="Nine were sent back over the river. " * 30)
    with shared.write() as work:
        (number,) = (one.id for one in kept(work, long))
        assert is_worded(work.connection)
    with shared.read() as work:
        into_file(work.connection, tmp_path / "copy.db")

    def packed() -> list[str]:
        """As a program of before reads it."""
        with shared.engine.connect() as connection:
            values = connection.scalars(sa.select(statements.c.packed).order_by(statements.c.id))
            return [zlib.decompress(value).decode() for value in values if value is not None]

    with pytest.raises(zlib.error):
        packed()
    with shared.engine.connect().execution_options(vigil_write=True) as connection:
        migrate.downgrade(connection, "0053")
        upgrade(connection)
        assert serves(connection) == max(SERVES, SINCE)
    assert packed() == [long.text]
    again = Database(shared.engine.url.render_as_string(hide_password=False), shared.vault)
    again.prepare()
    with again.write() as work:
        assert (is_compact(work.connection), is_worded(work.connection)) == (True, False)
        kept(work, a_statement(text=long.text, title="Ten"))
        changed = work.statements.many([number])[0]
        work.statements.change(replace(changed, text=long.text + "Ten."), a_source(), NOON)
    assert packed() == [long.text + "Ten.", long.text]
    copy = sa.create_engine(f"sqlite:///{tmp_path / 'copy.db'}")
    with copy.connect() as reading, again.write() as work:
        tables = tables_of(work.connection)
        rows_out(work.connection, tables)
        rows_in(reading, work.connection, tables)
    assert packed() == [long.text]
    copy.dispose()
    again.close()


def test_the_way_back_before_words_gives_every_text_back(database: Database) -> None:
    """To programs that know nothing of them: those of statements, and on SQLite of entries and versions."""
    text = "Nine were sent back over the river. "
    with database.write() as work:
        numbers = [one.id for one in kept(work, *(a_statement(text=text * n, title=str(n)) for n in (2, 30)))]
        first = work.statements.many(numbers)[1]
        work.statements.change(replace(first, text=text * 40), a_source(), NOON)
    with database.engine.connect().execution_options(vigil_write=True) as connection:
        migrate.downgrade(connection, "0053")
        if database.engine.dialect.name == "sqlite":
            rows = [*connection.scalars(sa.text("SELECT text FROM statements ORDER BY id"))]
        else:
            found = connection.execute(sa.text("SELECT text, packed FROM statements ORDER BY id"))
            rows = [row.packed or row.text for row in found]
        rows += connection.scalars(sa.text("SELECT text FROM versions"))
    told = [zlib.decompress(one).decode() if isinstance(one, bytes) else one for one in rows]
    assert told == [text * 2, text * 40, text * 30]


def test_a_notice_of_a_kind_of_tomorrow_is_passed_over(database: Database) -> None:
    """A newer node made it: what is looked at in the midst of a poll is what is known here."""
    with database.write() as work:
        known, newer = (work.notices.add(Notice((Event(EventKind.STAFF, NOON),), NOON)) for _ in range(2))
        of_tomorrow = [{"kind": "of tomorrow", "at": NOON.isoformat()}]
        change = sa.update(notices).where(notices.c.id == newer).values(events=of_tomorrow)
        work.connection.execute(change)
        assert [one.id for one in work.notices.latest(9)] == [known]
        assert work.notices.open(NOON, timedelta(hours=1)) is None


def test_a_migration_waits_for_a_table_in_short_turns(
    shared: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Behind a lock that it waits for everybody would wait: it lets them pass, and tries again.

    Whoever had to wait until the reader ends would wait for ever here, and be told so by the server.
    """
    monkeypatch.setattr(migrate, "_WITHIN", "150ms")
    monkeypatch.setattr(preparing, "_LOCKED", (0.1,) * 100)
    with shared.engine.connect().execution_options(vigil_write=True) as connection:
        migrate.downgrade(connection, BEFORE)
    with shared.engine.connect() as reader:
        reader.exec_driver_sql("SELECT count(*) FROM recipients")  # and its transaction goes on
        migrating = threading.Thread(target=lambda: shared.prepare(migrate=True))
        migrating.start()
        end = time.monotonic() + 0.8
        while time.monotonic() < end:
            with shared.engine.connect() as other:
                other.exec_driver_sql("SET LOCAL statement_timeout = '15s'")
                other.exec_driver_sql("SELECT count(*) FROM recipients")
        assert migrating.is_alive()
        reader.rollback()
        migrating.join(20)
    assert not migrating.is_alive()
    with shared.engine.connect() as connection:
        assert migrate.current_revision(connection) == newest_revision()


def test_a_migration_that_never_has_its_turn_says_so(
    shared: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing was changed; what to do is said."""
    monkeypatch.setattr(migrate, "_WITHIN", "50ms")
    monkeypatch.setattr(preparing, "_LOCKED", (0.01,))
    with shared.engine.connect().execution_options(vigil_write=True) as connection:
        migrate.downgrade(connection, BEFORE)
    with shared.engine.connect() as reader:
        reader.exec_driver_sql("SELECT count(*) FROM recipients")
        with pytest.raises(StorageError, match="others hold its tables: run this again"):
            shared.prepare(migrate=True)
    with shared.engine.connect() as connection:
        assert migrate.current_revision(connection) == BEFORE
