"""What was committed outlives a power cut; what was deleted does not outlive its deletion."""

import os
import random
import sqlite3
import time
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import closing, suppress
from pathlib import Path

import pytest
import sqlalchemy as sa

from storage.copy import keep_out, rows_out, tables_of
from storage.database import Database, StorageError
from storage.tables import metadata
from storage.tables.people import recipients
from storage.tables.program import meta
from storage.vault import Vault
from tests.backends import Backend, PostgresBackend
from tests.builders import ADDRESS, NOON, a_reader, a_route
from tests.flow import hammer


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_what_was_forgotten_is_not_left_in_free_pages(backend: Backend, vault: Vault) -> None:
    """Not even enciphered: who finds the disk and the key later finds nobody who used /forget."""
    (sealed,) = _sealed_of_one_reader(backend, vault)
    core = bytes(sealed)[8:-8]  # SQLite writes over the first bytes of a freed cell in any case
    assert any(core in file.read_bytes() for file in backend.files()), "while it is kept it is found"
    database = Database(backend.url, vault)
    with database.write() as work:
        known = work.recipients.find("telegram", ADDRESS)
        assert known is not None
        work.recipients.forget(known.id)
    database.close()
    for file in backend.files():
        assert core not in file.read_bytes(), file.name


def _sealed_of_one_reader(backend: Backend, vault: Vault) -> list[bytes]:
    database = Database(backend.url, vault)
    database.prepare()
    with database.write() as work:
        a_reader(work, a_route(keywords=("hidden shelter",)))
        found = list(work.connection.scalars(sa.select(recipients.c.address_sealed)))
    database.close()
    return found


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_every_commit_waits_for_the_disk(database: Database, backend: Backend) -> None:
    """In WAL mode only FULL (2) does that (sqlite.org, pragma synchronous); NORMAL may lose the last commits.

    That would be an alert sent a second time, or a wish that was confirmed and is not there.
    """
    del backend
    for opened in (database.write, database.read):
        with opened() as work:
            assert work.connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
            assert work.connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_a_backup_is_on_the_disk_before_it_takes_its_name(
    database: Database, backend: Backend, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After a power cut the name leads to the old backup or to the new one, and that is whole."""
    del backend
    folder = tmp_path / "backups"
    folder.mkdir()
    target = folder / "vigil.backup"
    synced: list[tuple[int, bool]] = []
    to_disk = os.fsync

    def fsync(descriptor: int) -> None:
        to_disk(descriptor)
        synced.append((os.fstat(descriptor).st_ino, target.exists()))

    monkeypatch.setattr(os, "fsync", fsync)
    database.back_up(target, NOON)
    assert (target.stat().st_ino, False) in synced
    assert synced[-1] == (folder.stat().st_ino, True)


def test_who_subscribes_during_an_exchange_waits_and_is_not_lost(database: Database) -> None:
    """Between the look at who is known and the emptying of the tables nobody gets in unseen."""

    def subscribe() -> None:
        with database.write() as work:
            a_reader(work, address="2")

    with ThreadPoolExecutor(1) as pool:
        with database.write() as work:
            tables = tables_of(work.connection)
            keep_out(work.connection, tables)
            assert work.recipients.traces() == {}
            subscribing = pool.submit(subscribe)
            wait([subscribing], timeout=1)
            assert not subscribing.done()
            rows_out(work.connection, tables)
        subscribing.result(timeout=30)
    with database.read() as work:
        assert work.recipients.find("telegram", "2") is not None


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_after_a_power_cut_a_whole_state_is_found(
    database: Database, backend: Backend, tmp_path: Path
) -> None:
    """Wherever the journal ends, or what its last sector holds: some transactions, each of them whole.

    What the disk had taken before is all there: a commit that was told has outlived it.
    """
    chance, told = random.Random(11), 0  # noqa: S311 - to be repeated, not secret
    file = min(backend.files())
    journal = Path(f"{file}-wal")
    with database.write() as work:
        hammer.prepare(work)
    for stroke in range(1, 13):
        before = journal.stat().st_size
        with database.write() as work:
            hammer.strike(work, stroke, words=5)
        after = journal.stat().st_size
        for end in (after, chance.randrange(before, after + 1), chance.randrange(after)):
            copy = tmp_path / f"cut-{told}.db"
            told += 1
            copy.write_bytes(file.read_bytes())
            kept = journal.read_bytes()[:end]
            spoiled = chance.random() < 0.5 and end < after
            Path(f"{copy}-wal").write_bytes(kept[:-512] + bytes(512) if spoiled else kept)
            found = _strokes(copy)
            assert found <= stroke
            assert found == stroke or end < after
            assert found >= stroke - 1 or end < before


def _strokes(file: Path) -> int:
    """How many were committed, by a database that is whole."""
    with closing(sqlite3.connect(file)) as opened:
        assert opened.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        try:
            (count,) = opened.execute("SELECT value FROM meta WHERE name = 'strokes'").fetchone() or ("0",)
        except sqlite3.OperationalError:  # not even the tables are there yet
            return 0
        if count != "0":
            for table in hammer.COUNTED:
                (held,) = opened.execute(f"SELECT count(*) FROM {table}").fetchone()  # noqa: S608
                assert held == int(count), table
        return int(count)


@pytest.mark.parametrize("backend", ["postgresql"], indirect=True)
def test_after_a_crash_of_postgresql_every_commit_that_was_told_is_there(
    database: Database, backend: Backend
) -> None:
    """The server dies amid a transaction, and recovers from its journal: that one is gone, whole."""
    assert isinstance(backend, PostgresBackend)
    backend.server.writes_what_is_committed()
    with database.write() as work:
        hammer.prepare(work)
    for stroke in range(1, 6):
        with database.write() as work:
            hammer.strike(work, stroke, words=5)
    with suppress(Exception), database.write() as work:
        hammer.strike(work, 6, words=5)
        with suppress(Exception):
            backend.server.crash()
    for attempt in range(100):
        try:
            with database.read() as work:
                count = work.connection.scalar(sa.select(meta.c.value).where(meta.c.name == "strokes"))
                held = {
                    name: work.connection.scalar(
                        sa.select(sa.func.count()).select_from(metadata.tables[name])
                    )
                    for name in hammer.COUNTED
                }
            break
        except (sa.exc.SQLAlchemyError, StorageError):
            assert attempt < 99
            time.sleep(0.1)
    assert (count, set(held.values())) == ("5", {5})


@pytest.mark.parametrize("backend", ["postgresql"], indirect=True)
@pytest.mark.parametrize("usual", ["on", "off"])
def test_after_a_power_cut_at_postgresql_every_commit_that_was_told_is_there(
    backend: Backend, vault: Vault, usual: str
) -> None:
    """No page that was changed had reached the disk, and the journal ends where the server had synced it.

    Also where the server is told not to wait for the disk: each of our sessions asks it to.
    """
    assert isinstance(backend, PostgresBackend)
    with backend.server.connect("postgres") as connection:
        connection.execute(f"ALTER DATABASE {backend.database} SET synchronous_commit = {usual}")
    database = Database(backend.url, vault)
    database.prepare()
    with database.write() as work:
        hammer.prepare(work)
        assert work.connection.scalar(sa.text("SHOW synchronous_commit")) == "on"
    folder = backend.server.copied()
    for stroke in range(1, 6):
        with database.write() as work:
            hammer.strike(work, stroke, words=5)
    with suppress(_Cut), database.write() as work:
        hammer.strike(work, 6, words=5)
        with backend.server.after_a_power_cut(folder, backend.database) as found:
            (count,) = found.execute("SELECT value FROM meta WHERE name = 'strokes'").fetchone() or ("",)
            held = [found.execute(f"SELECT count(*) FROM {name}").fetchone() for name in hammer.COUNTED]  # noqa: S608
        raise _Cut
    database.close()
    assert (count, held) == ("5", [(5,)] * len(hammer.COUNTED))


class _Cut(Exception):
    """The power is cut."""
