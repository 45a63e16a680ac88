"""What was committed outlives a power cut; what was deleted does not outlive its deletion."""

import os
from concurrent.futures import ThreadPoolExecutor, wait
from pathlib import Path

import pytest
import sqlalchemy as sa

from storage.copy import keep_out, rows_out, tables_of
from storage.database import Database
from storage.tables import recipients
from storage.vault import Vault
from tests.backends import Backend
from tests.builders import ADDRESS, NOON, a_reader, a_route


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
