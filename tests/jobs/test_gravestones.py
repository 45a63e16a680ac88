"""Who has left is known outside the database, too: to a restore, and to nobody else."""

import hmac
from datetime import timedelta
from pathlib import Path

import pytest

from jobs.gravestones import Gravestones, add, read
from storage.database import Database
from storage.vault import Vault
from tests.builders import ADDRESS, NOON, a_reader


def test_each_is_written_once_and_outlives_the_database(database: Database, tmp_path: Path) -> None:
    """For the owner's eyes, with the day alone; a node that comes later writes all of them, too."""
    file = tmp_path / "vigil.forgotten"
    stones = Gravestones(database, file)
    assert (stones.keep(NOON), file.exists()) == (0, False)
    for _ in range(2):
        with database.write() as work:
            work.recipients.forget(a_reader(work).id)
        assert (stones.keep(NOON + timedelta(minutes=3)), stones.keep(NOON)) == (1, 0)
    assert len(read(file)) == 2
    assert Gravestones(database, tmp_path / "other").keep(NOON) == 2
    assert read(tmp_path / "other") == read(file)
    found = file.stat()
    assert (found.st_mode & 0o777, found.st_mtime % 86_400) == (0o600, 0)
    file.unlink()
    assert stones.keep(NOON) == 2, "who removed it by mistake has it again"


def test_whoever_has_the_file_and_the_key_can_test_no_address(database: Database, tmp_path: Path) -> None:
    """Whether somebody was here and left is nothing that it tells: what it was made with is gone."""
    with database.write() as work:
        one = a_reader(work)
        known = repr(list(work.connection.exec_driver_sql("SELECT * FROM recipients"))).encode()
        work.recipients.forget(one.id)
    file = tmp_path / "vigil.forgotten"
    Gravestones(database, file).keep(NOON)
    (told,) = read(file)
    secret = bytes(range(32))
    tried = {
        Vault.from_secret(secret).trace(kind, "telegram", ADDRESS)
        for kind in ("recipient", "chat", "forgotten")
    }
    tried |= {
        hmac.new(secret, f"{ADDRESS}{more}".encode(), "sha256").hexdigest() for more in ("", "forgotten")
    }
    assert told not in tried
    assert told.encode() not in known
    with database.read() as work:
        assert work.recipients.traces() == {}


def test_what_a_power_cut_cut_short_is_written_again(tmp_path: Path) -> None:
    """The line that was begun is none."""
    file = tmp_path / "vigil.forgotten"
    add(file, ["ab" * 32], NOON)
    file.write_bytes(file.read_bytes() + b"cd" * 20)
    add(file, ["cd" * 32], NOON)
    assert read(file) == {"ab" * 32, "cd" * 32}


def test_a_file_that_cannot_be_written_is_told_once(
    database: Database, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """And does not keep the program from its work."""
    with database.write() as work:
        work.recipients.forget(a_reader(work).id)
    stones = Gravestones(database, tmp_path / "nowhere" / "vigil.forgotten")
    assert [stones.keep(NOON) for _ in range(3)] == [0, 0, 0]
    assert capsys.readouterr().out.count("forgotten.not_written") == 1
    (tmp_path / "nowhere").mkdir()
    assert stones.keep(NOON) == 1
