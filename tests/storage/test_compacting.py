"""An archive from before is taken over into little room while others go on, whatever interrupts it."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import count
from time import monotonic, sleep

import pytest
import sqlalchemy as sa

from storage import compacting, migrate
from storage.compact import ASKED_AGAIN_AFTER, FOUND, SINCE, TOLD, WORDED, is_compact, is_worded
from storage.compacting import Portion, compact
from storage.database import Database, StorageError, Unusable, Work
from storage.migrate import serves, upgrade
from storage.nodes import Node
from storage.packing import is_worded as is_packed_with_words
from storage.packing import pack
from storage.queries import Query
from storage.tables.archive import statements, versions
from storage.tables.watch import entries
from tests.builders import NOON, a_source, a_statement, an_entry

LONG = "Nine people were sent back over the river at night. " * 20


@pytest.fixture
def old(shared: Database) -> Iterator[Database]:
    """On PostgreSQL, with what was said before; opened by the program of today."""
    yield from _begun_at(shared, "0050")


@pytest.fixture(params=["0050", "0053"])
def older(shared: Database, request: pytest.FixtureRequest) -> Iterator[Database]:
    """Likewise; or from after numbers, and before words."""
    yield from _begun_at(shared, request.param)


def _begun_at(shared: Database, version: str) -> Iterator[Database]:
    _fill(shared)
    with shared.engine.connect().execution_options(vigil_write=True) as connection:
        migrate.downgrade(connection, version)
        upgrade(connection)
    made = Database(shared.engine.url.render_as_string(hide_password=False), shared.vault)
    made.prepare()
    with made.read() as work:
        assert is_compact(work.connection) == (version > SINCE)
        assert not is_worded(work.connection)
    yield made
    made.close()


def _fill(database: Database) -> None:
    with database.write() as work:
        for uid in map(str, range(8)):
            _say(work, uid)


def _say(work: Work, uid: str) -> None:
    source = work.sources.ensure(a_source())
    said = a_statement(title=f"River {uid}", text=f"{LONG}{uid}")
    entry = an_entry(uid=uid, title=said.title, text=said.text)
    at = work.entries.add(source.id, entry, NOON, told=True, titled=True)
    work.statements.add(replace(said, entry_id=at), source, NOON)


def said(database: Database) -> list[tuple[int, str, str, str, str]]:
    """What is read and found of every statement, and of its entry."""
    with database.read() as work:
        found = work.statements.search(Query(words=("river",)), 99)
        assert found.total == len(found.hits)
        read = sorted((hit.statement for hit in found.hits), key=lambda one: one.id)
        told = [(one, work.entries.get(one.entry_id)) for one in read]
        return [
            (one.id, one.title, one.text, entry.title, entry.text) for one, entry in told if entry is not None
        ]


_STRUCTURE = (
    sa.text("SELECT indexname, indexdef FROM pg_indexes WHERE tablename LIKE 'statement_index%' ORDER BY 1"),
    sa.text(
        "SELECT proname, prosrc, provolatile FROM pg_proc WHERE proname LIKE 'statement_index%' ORDER BY 1"
    ),
    sa.text(
        "SELECT tgname, pg_get_triggerdef(oid) FROM pg_trigger WHERE tgname LIKE 'statement_index%' "
        "ORDER BY 1"
    ),
)


class _Killed(BaseException):
    """The power is gone."""


def _dies_after(steps: int) -> Callable[[Portion], None]:
    left = iter(range(steps))

    def tell(_: Portion) -> None:
        if next(left, None) is None:
            raise _Killed

    return tell


def test_it_goes_on_whatever_interrupts_it_and_nobody_notices(
    older: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who reads and writes between all steps finds everything; what is written then comes too."""
    monkeypatch.setattr(compacting, "PORTION", 1)
    monkeypatch.setattr(compacting, "_NUMBERS", 1)
    monkeypatch.setattr(compacting, "_VACUUM_LEAST", 4)
    before = said(older)
    for steps in count(1, 2):
        try:
            compact(older, NOON, "1", _dies_after(steps))
        except _Killed:
            pass
        else:
            break
        assert said(older) == before
        if steps % 4 == 1:
            with older.write() as work:
                _say(work, f"later {steps}")
        if steps % 4 == 3:  # the oldest is taken down
            with older.write() as work:
                one = work.statements.many([before[0][0]])[0]
                entry = work.entries.get(one.entry_id)
                assert entry is not None
                work.statements.take_down(one, entry, NOON, "safety")
        before = said(older)
    assert steps > 4, "it was interrupted in earnest"
    assert said(older) == before
    with older.read() as work:
        assert is_compact(work.connection)
        assert serves(work.connection) == max(migrate.SERVES, WORDED)
        rows = work.connection.execute(sa.select(statements).where(statements.c.taken_down.is_(None)))
        assert all(is_packed_with_words(row.packed) and not row.text for row in rows)
        titles = set(work.connection.scalars(sa.select(entries.c.title).where(entries.c.text == TOLD)))
        assert titles == {TOLD}
        numbers = sorted(work.connection.scalars(sa.text("SELECT id FROM statement_index_found")))
        assert numbers == [row[0] for row in before]
    assert compact(older, NOON, "1").packed == 0, "nothing is left to do"


def test_what_is_taken_over_is_what_is_begun_so(older: Database) -> None:
    """Tables, indexes, functions and triggers are the same, and the way back gives every text back."""
    before = said(older)
    compact(older, NOON, "1")
    with older.engine.connect().execution_options(vigil_write=True) as connection:
        made = [connection.execute(one).all() for one in _STRUCTURE]
        migrate.downgrade(connection, "0050")
        assert set(connection.scalars(sa.text("SELECT text FROM statements"))) == {row[2] for row in before}
        connection.execute(sa.text("TRUNCATE statements, statement_index_words CASCADE"))
        upgrade(connection)
        assert [connection.execute(one).all() for one in _STRUCTURE] == made


def test_the_way_back_is_open_in_the_midst_of_it(old: Database) -> None:
    """What was half made is gone, and everything is found as before."""
    before = said(old)
    with pytest.raises(_Killed):
        compact(old, NOON, "1", _dies_after(2))
    with old.engine.connect().execution_options(vigil_write=True) as connection:
        migrate.downgrade(connection, "0050")
        left = "SELECT count(*) FROM pg_class WHERE relname LIKE 'statement_index_made%'"
        assert connection.scalar(sa.text(left)) == 0
        upgrade(connection)
    assert said(old) == before


def test_a_running_program_notices_that_its_archive_was_taken_over(
    old: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It asks the wide indexes for a while, which stay for as long; then the numbers."""
    now = [0.0]
    monkeypatch.setattr("storage.compact.time.monotonic", lambda: now[0])
    slept: list[float] = []

    def sleep(seconds: float) -> None:
        with old.engine.connect() as connection:
            wide = "SELECT to_regclass('ix_statement_index_words_all') IS NOT NULL"
            assert connection.scalar(sa.text(wide))
        slept.append(seconds)
        now[0] += seconds

    url = old.engine.url.update_query_dict({"application_name": "vigil-elsewhere:1"})
    running = Database(url.render_as_string(hide_password=False), old.vault)
    before = said(running)
    monkeypatch.setattr("storage.compacting.time.sleep", sleep)
    compact(old, NOON, "1")
    assert sum(slept) > ASKED_AGAIN_AFTER
    asked: list[str] = []
    sa.event.listen(running.engine, "before_cursor_execute", lambda *given: asked.append(given[2]))
    assert said(running) == before
    assert any(f"FROM {FOUND}" in question for question in asked)
    running.close()


def test_what_was_asked_of_the_server_ends_with_who_asked(old: Database) -> None:
    """Killed while an index is made: the next one neither waits for it nor meets it, and goes on."""
    with pytest.raises(_Killed):
        compact(old, NOON, "1", _dies_after(2))
    making = sa.text(
        "SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'CREATE INDEX CONCURRENTLY%' "
        "AND state = 'active'"
    )
    url = old.engine.url.render_as_string(hide_password=False)

    def is_making() -> bool:
        with old.engine.connect() as looking:
            return bool(looking.scalar(making))

    with old.engine.connect() as writer:
        writer.exec_driver_sql("LOCK TABLE statement_index_made IN ROW EXCLUSIVE MODE")  # as who adds to it
        program = subprocess.Popen([sys.executable, "-c", _COMPACTS, url])  # noqa: S603 - ours
        try:
            _until(is_making)
        finally:
            program.kill()
            program.wait()
        _until(lambda: not is_making())
    before = said(old)
    assert compact(old, NOON, "1").packed == 8
    assert said(old) == before


_COMPACTS = """
import sys
from storage.compacting import compact
from storage.database import Database, now_utc
from storage.vault import Vault

compact(Database(sys.argv[1], Vault.from_secret(bytes(32))), now_utc(), "1")
"""


def _until(is_so: Callable[[], bool]) -> None:
    end = monotonic() + 30
    while not is_so():
        assert monotonic() < end
        sleep(0.05)


def test_nobody_is_left_behind_who_would_find_nothing(old: Database) -> None:
    """A node of another version at work, or another program that does the same, and it is not begun."""
    node = Node("a", "there:1", "0", ("poll",))
    with old.write() as work:
        work.nodes.come_round(node, NOON)
    with pytest.raises(Unusable, match=r"there:1 \(0\).*exchange them first"):
        compact(old, NOON, "1")
    with old.sender_lock("compact"), pytest.raises(StorageError, match="another program does it"):
        compact(old, NOON, "0")
    with old.read() as work:
        assert not is_compact(work.connection)
    assert compact(old, NOON, "0").packed == 8


def test_a_node_of_before_that_comes_meanwhile_keeps_the_wide_archive(old: Database) -> None:
    """The numbers may take hours: who looks first looks again before the exchange, and loses no work."""
    node = Node("a", "there:1", "0", ("poll",))

    def comes(portion: Portion) -> None:
        if portion.step == "indexed" and portion.ended:
            with old.write() as work:
                work.nodes.come_round(node, NOON)

    before = said(old)
    with pytest.raises(Unusable, match=r"there:1 \(0\).*exchange them first"):
        compact(old, NOON, "1", comes)
    with old.read() as work:
        assert not is_compact(work.connection)
    assert said(old) == before
    assert compact(old, NOON, "0").packed == 8


def test_a_running_program_notices_that_an_archive_of_before_came_back(
    old: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A copy of the server from before is put back under it: it finds all, and keeps it."""
    now = [monotonic()]
    monkeypatch.setattr("storage.compact.time.monotonic", lambda: now[0])
    before = said(old)
    compact(old, NOON, "1")
    now[0] += 2 * ASKED_AGAIN_AFTER
    assert said(old) == before
    with old.engine.connect().execution_options(vigil_write=True) as connection:
        migrate.downgrade(connection, "0050")
        upgrade(connection)
    now[0] += 2 * ASKED_AGAIN_AFTER
    assert said(old) == before
    with old.write() as work:
        _say(work, "later")
    with old.read() as work:
        assert not is_compact(work.connection)
        assert work.connection.scalars(sa.select(statements.c.packed).distinct()).all() == [None]
    assert len(said(old)) == len(before) + 1


def test_texts_from_before_are_packed_on_both(database: Database) -> None:
    """On SQLite those of entries and versions as well; they are read as they were."""
    _fill(database)
    with database.write() as work:
        one = work.statements.many([1])[0]
        work.statements.change(replace(one, text=f"{LONG} It was said again."), a_source(), NOON)
    before = said(database)
    if database.engine.dialect.name == "sqlite":
        with database.write() as work:
            for table in (statements, versions):
                for row in work.connection.execute(sa.select(table)).mappings().all():
                    name = "id" if table is statements else "statement_id"
                    change = f"UPDATE {table.name} SET text = ? WHERE {name} = ?"  # noqa: S608 - names of our own
                    plain = pack(row["text"], worded=False) if row[name] % 2 else row["text"]
                    work.connection.exec_driver_sql(change, (plain, row[name]))
        assert compact(database, NOON, "1").packed == 9
    assert compact(database, NOON, "1").packed == 0
    assert said(database) == before
