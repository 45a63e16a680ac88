"""A database is looked over: what is wrong with it is found, and nothing is changed."""

import sqlite3
import stat
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa

from storage.database import Database, StorageError
from storage.health import examine
from storage.vault import Vault


def test_a_sound_database_says_what_it_holds(database: Database) -> None:
    """Version, key and counts."""
    found = examine(database)
    assert found.version == found.needed != ""
    assert (found.damage, found.key_fits) == ((), True)
    assert found.counts is not None
    assert found.counts.statements == 0


def test_another_key_is_noticed(database: Database) -> None:
    """With it nobody who subscribed could be reached."""
    other = Database(database.engine.url.render_as_string(hide_password=False), Vault.from_secret(b"x" * 32))
    assert not examine(other).key_fits
    other.close()


def test_another_version_is_told_and_not_looked_into(database: Database) -> None:
    """Its tables may be others; and an older one is told from one that is yet to come."""
    for version, known in (("0001", True), ("9999", False)):
        with database.write() as work:
            work.connection.execute(sa.text("UPDATE alembic_version SET version_num = :to"), {"to": version})
        found = examine(database)
        assert (found.version, found.known, found.counts) == (version, known, None)


def sqlite_file(folder: Path, vault: Vault) -> Path:
    """A database of Vigil with enough in it to fill pages."""
    made = Database(f"sqlite:///{folder / 'x.db'}", vault)
    made.prepare()
    with made.write() as work:
        for number in range(2000):
            work.connection.exec_driver_sql("INSERT INTO meta VALUES (?, ?)", (f"n{number}", "v" * 100))
    made.close()
    return folder / "x.db"


def test_a_damaged_file_is_found_out(tmp_path: Path, vault: Vault) -> None:
    """A page overwritten with nothing is not passed over."""
    path = sqlite_file(tmp_path, vault)
    content = bytearray(path.read_bytes())
    middle = len(content) // 2 // 4096 * 4096
    content[middle : middle + 4096] = b"\x5a" * 4096
    path.write_bytes(content)
    database = Database(f"sqlite:///{path}", vault)
    assert examine(database).damage
    database.close()


def test_what_is_no_database_is_told(tmp_path: Path, vault: Vault) -> None:
    """In one line."""
    (tmp_path / "x.db").write_text("a letter, not a database, and long enough to be read as one" * 20)
    database = Database(f"sqlite:///{tmp_path / 'x.db'}", vault)
    with pytest.raises(StorageError, match=r"^file is not a database$"):
        examine(database)
    database.close()


def test_nobody_else_may_read_a_new_database(tmp_path: Path, vault: Vault) -> None:
    """Nor the files that SQLite keeps beside it; a mode that somebody set is left as it is."""
    made = Database(f"sqlite:///{tmp_path / 'new.db'}", vault)
    made.prepare()
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()}
    assert modes["new.db"] == 0o600
    assert set(modes.values()) == {0o600}
    made.close()
    (tmp_path / "new.db").chmod(0o640)
    made = Database(f"sqlite:///{tmp_path / 'new.db'}", vault)
    made.prepare()
    made.close()
    assert stat.S_IMODE((tmp_path / "new.db").stat().st_mode) == 0o640
    with closing(sqlite3.connect(tmp_path / "new.db")) as connection:
        assert connection.execute("SELECT count(*) FROM sources").fetchone() == (0,)
