"""What is copied from one kind of database to the other is the same, and is found again."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from storage.copy import keep_out, rows_in, rows_out, tables_of
from storage.database import Database
from storage.queries import Query
from storage.tables import metadata
from storage.vault import Vault
from storage.vocabulary import numbers_in
from tests.backends import Backend
from tests.builders import NOON, a_source, a_statement, an_entry
from tests.filled import fill
from tests.postgres import PostgresServer


@pytest.fixture
def other(database: Database, postgres: PostgresServer, migrated: str, tmp_path: Path) -> Iterator[Database]:
    """An empty database of the other kind than `database`."""
    if database.engine.dialect.name == "postgresql":
        made = Database(f"sqlite:///{tmp_path / 'other.db'}", database.vault)
    else:
        postgres.make("other", like=migrated)
        made = Database(postgres.url("other"), database.vault)
    made.prepare()
    yield made
    made.close()
    if made.engine.dialect.name == "postgresql":
        postgres.drop("other")


COPIED = [table for table in metadata.sorted_tables if table.name != "updates"]
"""What waits to be answered is of this hour: no copy keeps it."""


def everything(database: Database) -> dict[str, list[dict[str, Any]]]:
    """Every row of every table that is copied, as the program sees it."""
    with database.read() as work:
        return {
            table.name: [
                dict(row)
                for row in work.connection.execute(
                    sa.select(table).order_by(*table.primary_key.columns)
                ).mappings()
            ]
            for table in COPIED
        }


def carry(source: Database, target: Database) -> dict[str, int]:
    """All rows of the source in place of those of the target."""
    with source.read() as reading, target.write() as work:
        tables = tables_of(work.connection)
        rows_out(work.connection, tables)
        counts = rows_in(reading.connection, work.connection, tables)
        work.statements.index_all()
    return counts


def test_what_is_nothing_is_nothing_in_the_copy(database: Database, other: Database) -> None:
    """Where a column of ours holds JSON or nothing, the database itself knows which it is."""
    with database.write() as work:
        fill(work)
    carry(database, other)
    columns = [
        column
        for table in COPIED
        for column in table.columns
        if column.nullable and isinstance(column.type, sa.JSON)
    ]
    assert columns
    for made in (database, other):
        with made.read() as work:
            for column in columns:
                held = sa.select(sa.func.count()).select_from(column.table).where(column.is_not(None))
                assert work.connection.scalar(held) == 0, column


def _far_from_greenwich(database: Database) -> None:
    """A PostgreSQL that lives in another time zone than UTC, as many do."""
    if database.engine.dialect.name == "postgresql":
        with database.engine.begin() as connection:
            connection.execute(
                sa.text(f"ALTER DATABASE {database.engine.url.database} SET timezone TO 'Asia/Seoul'")
            )
        database.engine.dispose()


def found(database: Database, *words: str) -> list[str]:
    """The titles of what the archive answers to these words."""
    with database.read() as work:
        return [hit.statement.title for hit in work.statements.search(Query(words=words), 9).hits]


def test_every_row_survives_the_way_to_the_other_kind_and_back(database: Database, other: Database) -> None:
    """Times, dates, lists, truth and sealed bytes are what they were; and the way back changes nothing."""
    for one in (database, other):
        _far_from_greenwich(one)
    with database.write() as work:
        fill(work)
    before = everything(database)
    assert all(before.values()), "every table holds something, so that none is forgotten here"
    counts = carry(database, other)
    assert counts == {name: len(rows) for name, rows in before.items()}
    assert everything(other) == before
    carry(other, database)
    assert everything(database) == before


def test_every_table_that_the_program_knows_is_copied(database: Database) -> None:
    """What is learnt from the migrations is what `storage.tables` says, and nothing of the index."""
    with database.read() as work:
        read = {table.name: set(table.columns.keys()) for table in tables_of(work.connection)}
    assert read == {table.name: set(table.columns.keys()) for table in COPIED}


def test_what_was_copied_is_found_by_the_same_words(database: Database, other: Database) -> None:
    """The index is made anew from the statements: text, issuers, the source's name, symbols."""
    with database.write() as work:
        fill(work)
    carry(database, other)
    for words in (("강제북송",), ("북한인권시민연합",), ("Sudlicht",), ("A/RES/78/218",), ("refugees",)):
        assert found(other, *words) == found(database, *words) != [], words


def test_an_index_made_anew_is_the_index_that_grew(database: Database, other: Database) -> None:
    """There is one account of what is indexed: the two cannot drift apart."""
    with database.write() as work:
        fill(work)
    grown = _index(database)
    carry(database, other)
    carry(other, database)
    assert _index(database) == grown != []


def _index(database: Database) -> list[tuple[str, ...]]:
    """What is indexed of each statement, in words: their numbers may differ."""
    with database.read() as work:
        known = work.connection.execute(sa.text("SELECT id, term FROM statement_index_terms"))
        terms = {row.id: row.term for row in known}
        rows = work.connection.execute(
            sa.text("SELECT id, day, title, rest FROM statement_index_words ORDER BY id")
        )
        return [
            (str(row.id), str(row.day), *(terms[number] for number in numbers_in(row.title + row.rest)))
            for row in rows
        ]


def test_what_is_added_after_a_copy_gets_a_number_of_its_own(database: Database, other: Database) -> None:
    """PostgreSQL's sequences are past what came in, and what was there before is gone."""
    with other.write() as work:
        work.recipients.ensure("console", "somebody before", "en", NOON)
    with database.write() as work:
        fill(work)
    carry(database, other)
    with other.write() as work:
        new = work.recipients.ensure("telegram", "-1002", "en", NOON)
        assert sorted(work.recipients.traces().values()) == [1, 2, new.id]
        fresh = work.sources.ensure(a_source(name="third"))
        entry_id = work.entries.add(fresh.id, an_entry(), NOON)
        work.statements.add(a_statement(entry_id=entry_id), fresh, NOON)


def test_an_exchange_that_fails_leaves_what_was_and_its_numbers_usable(
    database: Database, other: Database
) -> None:
    """A sequence does not come back with the rows: it must not have been set too low."""
    with database.write() as work:
        fill(work)
    with other.write() as work:
        for number in range(9):
            work.recipients.ensure("telegram", f"-{number}", "en", NOON)
    before = everything(other)

    def half_done() -> None:
        with database.read() as reading, other.write() as work:
            tables = tables_of(work.connection)
            rows_out(work.connection, tables)
            rows_in(reading.connection, work.connection, tables)
            raise InterruptedError

    with pytest.raises(InterruptedError):
        half_done()
    assert everything(other) == before
    with other.write() as work:
        work.recipients.ensure("telegram", "-10", "en", NOON)


def test_who_is_left_out_is_left_out_of_every_table(database: Database, other: Database) -> None:
    """Neither a route nor a delivery of theirs comes along; the others' do."""
    with database.write() as work:
        one, kept = fill(work)
    with database.read() as reading, other.write() as work:
        tables = tables_of(work.connection)
        rows_out(work.connection, tables)
        rows_in(reading.connection, work.connection, tables, {one.id})
    rows = everything(other)
    assert [row["id"] for row in rows["recipients"]] == [kept.id]
    assert {row["recipient_id"] for name in ("routes", "deliveries") for row in rows[name]} == {kept.id}


def test_who_reads_everything_is_not_robbed_of_it_halfway(database: Database) -> None:
    """A restore in the middle of a backup must not leave the backup's second half empty."""
    with database.write() as work:
        fill(work)

    def empty_it() -> None:
        with database.write() as work:
            tables = tables_of(work.connection)
            keep_out(work.connection, tables)
            rows_out(work.connection, tables)

    with ThreadPoolExecutor(1) as pool:
        with database._standing_still() as connection:
            connection.scalar(sa.text("SELECT version_num FROM alembic_version"))  # here it began to look
            emptying = pool.submit(empty_it)
            wait([emptying], timeout=1)
            assert connection.scalar(sa.text("SELECT count(*) FROM deliveries")) == 4
        emptying.result(timeout=30)
    assert everything(database)["deliveries"] == []


def test_what_others_keep_in_the_same_database_is_left_alone(database: Database) -> None:
    """PostgreSQL is shared at times: a table that no migration of ours made is neither read nor emptied."""
    with database.engine.begin() as connection:
        connection.execute(sa.text("CREATE TABLE accounts (id INTEGER)"))
        connection.execute(sa.text("INSERT INTO accounts VALUES (7)"))
    with database.write() as work:
        tables = tables_of(work.connection)
        assert "accounts" not in {table.name for table in tables}
        rows_out(work.connection, tables)
        assert work.connection.scalar(sa.text("SELECT id FROM accounts")) == 7


texts = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=40)
moments = st.datetimes(datetime(1970, 1, 2), datetime(2200, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - zone beside it


@settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(texts, texts, st.lists(texts, max_size=4), st.none() | moments)
def test_any_text_and_time_survives(
    database: Database,
    other: Database,
    title: str,
    text: str,
    enclosures: list[str],
    published: datetime | None,
) -> None:
    """Quotes, emoji, nothing at all, the first and the last year."""
    with database.write() as work:
        rows_out(work.connection, tables_of(work.connection))
        source = work.sources.ensure(a_source())
        entry = an_entry(title=title, text=text, enclosures=tuple(enclosures), published=published)
        work.entries.add(source.id, entry, NOON)
    carry(database, other)
    assert everything(other) == everything(database)


def test_a_nul_does_not_refuse_a_whole_backup(vault: Vault, database: Database, tmp_path: Path) -> None:
    """SQLite keeps such a character, PostgreSQL has no place for it: it is dropped on the way."""
    lite = Database(f"sqlite:///{tmp_path / 'lite.db'}", vault)
    lite.prepare()
    with lite.write() as work:
        work.sources.ensure(a_source(detail="a\x00b"))
    carry(lite, database)
    lite.close()
    with database.read() as work:
        (source,) = [work.sources.by_name("northlight")]
    assert source is not None
    assert source.detail.replace("\x00", "") == "ab"


def test_a_scratch_copy_can_be_opened_as_a_database(
    database: Database, backend: Backend, tmp_path: Path
) -> None:
    """For a rehearsal: the tables of SQLite, every row, the same key."""
    del backend
    with database.write() as work:
        fill(work)
    database.copy_to(tmp_path / "scratch.db")
    scratch = Database(f"sqlite:///{tmp_path / 'scratch.db'}", database.vault)
    scratch.prepare()
    assert everything(scratch) == everything(database)
    scratch.close()


def test_nothing_is_made_of_a_database_without_tables(backend: Backend, vault: Vault, tmp_path: Path) -> None:
    """The rehearsal of a first run starts from nothing."""
    empty = Database(backend.url, vault)
    assert empty.copy_to(tmp_path / "scratch.db") == {}
    assert not (tmp_path / "scratch.db").exists()
    empty.close()
