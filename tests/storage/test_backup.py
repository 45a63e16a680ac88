"""A backup is one file, whole or not there, readable by its owner, and says what it is."""

import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from storage import migrate
from storage.backup import NoBackup, is_backup, reading
from storage.copy import tables_of
from storage.database import Database, StorageError
from storage.vault import Vault
from tests.backends import Backend, SqliteBackend
from tests.builders import NOON
from tests.filled import fill

NEXT = """
import sqlalchemy as sa
from alembic import op

revision = "9999"
down_revision = "{newest}"


def upgrade():
    op.add_column("recipients", sa.Column("pronoun", sa.String(), nullable=False, server_default="they"))


def downgrade():
    op.drop_column("recipients", "pronoun")
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where backups are kept."""
    made = tmp_path / "backups"
    made.mkdir()
    return made


@pytest.fixture
def next_version(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """From here on the program is the next version, with one more migration."""
    root = tmp_path / "next"
    shutil.copytree(Path(migrate.__file__).parent / "migrations", root / "migrations")
    (root / "migrations" / "versions" / "9999_pronoun.py").write_text(
        NEXT.format(newest=migrate.newest_revision()), encoding="utf-8"
    )
    with monkeypatch.context() as patch:
        patch.setattr(migrate, "files", lambda _: root)
        yield


def test_a_backup_is_one_file_that_only_its_owner_reads(database: Database, folder: Path) -> None:
    """Nothing unfinished is left beside it, and it is counted."""
    with database.write() as work:
        fill(work)
    file = folder / "vigil.backup"
    written = database.back_up(file, NOON)
    assert [path.name for path in folder.iterdir()] == ["vigil.backup"]
    assert file.stat().st_mode & 0o777 == 0o600
    assert (written.rows["deliveries"], written.size) == (4, file.stat().st_size)
    with reading(file) as saved:
        assert saved.taken == NOON
        assert saved.opened_by(database.vault)
        assert not saved.opened_by(Vault.from_secret(bytes(32)))


def test_a_thief_of_a_backup_reads_neither_addresses_nor_words(database: Database, folder: Path) -> None:
    """What is sealed in the database is sealed in its backup; the key is not in it."""
    with database.write() as work:
        fill(work)
        work.recipients.ensure("telegram", "987654321987", "en", NOON)
    database.back_up(folder / "vigil.backup", NOON)
    held = (folder / "vigil.backup").read_bytes()
    assert "Südlicht".encode() in held, "what is not secret is found"
    for secret in ("987654321987", "수용소"):
        assert secret.encode() not in held
    assert bytes(range(32)) not in held


def test_a_backup_that_fails_leaves_the_earlier_one(database: Database, folder: Path) -> None:
    """What is no good is never put in place of what is."""
    database.back_up(folder / "vigil.backup", NOON)
    before = (folder / "vigil.backup").read_bytes()
    with database.engine.begin() as connection:
        connection.execute(sa.text("ALTER TABLE deliveries RENAME COLUMN detail TO gone"))
    with pytest.raises(StorageError, match="cannot be copied"):
        database.back_up(folder / "vigil.backup", NOON)
    assert (folder / "vigil.backup").read_bytes() == before
    assert [path.name for path in folder.iterdir()] == ["vigil.backup"]


def test_a_backup_is_not_taken_for_a_database(database: Database, folder: Path) -> None:
    """Run from it, Vigil would send once more what was sent since."""
    database.back_up(folder / "vigil.backup", NOON)
    opened = Database(f"sqlite:///{folder / 'vigil.backup'}", database.vault)
    with pytest.raises(StorageError, match="`vigil restore`"):
        opened.prepare()
    opened.close()


def test_an_empty_database_is_not_backed_up(backend: Backend, vault: Vault, folder: Path) -> None:
    """A mistaken address in the configuration must not look like a backup for months."""
    empty = Database(backend.url, vault)
    with pytest.raises(StorageError, match="nothing to back up"):
        empty.back_up(folder / "vigil.backup", NOON)
    assert list(folder.iterdir()) == []
    empty.close()


def _say(file: Path, words: str) -> None:
    with closing(sqlite3.connect(file)) as opened:
        opened.execute(words)
        opened.commit()


def _cut(file: Path) -> None:
    """As a full disk leaves a file that was copied."""
    file.write_bytes(file.read_bytes()[:20_000])


def _scratch(file: Path) -> None:
    """As an old disk leaves it: one page holds something else."""
    content = bytearray(file.read_bytes())
    content[8192:12288] = b"\xa5" * 4096
    file.write_bytes(content)


@pytest.mark.parametrize(
    ("harm", "told"),
    [
        (lambda file: file.unlink(), "there is no such file"),
        (lambda file: file.write_bytes(b""), "this is no backup of Vigil"),
        (lambda file: file.write_text("[vigil]", encoding="utf-8"), "this is no backup of Vigil"),
        (_cut, "the backup is damaged"),
        (_scratch, "the backup is damaged"),
        (lambda file: _say(file, "UPDATE alembic_version SET version_num = '9999'"), "by a newer Vigil"),
    ],
    ids=["missing", "empty", "another file", "cut off", "scratched", "newer"],
)
def test_what_cannot_be_restored_is_told_before_anything_is_touched(
    vault: Vault, tmp_path: Path, folder: Path, harm: Callable[[Path], object], told: str
) -> None:
    """Each with what to do instead."""
    database = Database(SqliteBackend(tmp_path).url, vault)
    database.prepare()
    with database.write() as work:
        fill(work)
    database.back_up(folder / "vigil.backup", NOON)
    database.close()
    harm(folder / "vigil.backup")
    with pytest.raises(NoBackup, match=told), reading(folder / "vigil.backup"):
        pass


def test_the_file_of_a_database_is_no_backup(vault: Vault, tmp_path: Path) -> None:
    """It may be half of one, with the rest in its journal; the sentence says how to make one of it."""
    database = Database(SqliteBackend(tmp_path).url, vault)
    database.prepare()
    database.close()
    assert not is_backup(tmp_path / "vigil.db")
    with (
        pytest.raises(NoBackup, match="with `database` pointing at the copy"),
        reading(tmp_path / "vigil.db"),
    ):
        pass


def test_a_backup_of_an_older_version_is_migrated_on_a_copy(
    database: Database, folder: Path, request: pytest.FixtureRequest
) -> None:
    """The file itself stays as it was, for the version that it belongs to."""
    with database.write() as work:
        fill(work)
    database.back_up(folder / "vigil.backup", NOON)
    before = (folder / "vigil.backup").read_bytes()
    request.getfixturevalue("next_version")
    with reading(folder / "vigil.backup") as saved:
        (recipients,) = [table for table in tables_of(saved.connection) if table.name == "recipients"]
        assert set(saved.connection.scalars(sa.select(recipients.c.pronoun))) == {"they"}
        assert saved.taken == NOON
    assert (folder / "vigil.backup").read_bytes() == before


def test_a_database_of_an_older_version_can_be_backed_up(
    database: Database, folder: Path, request: pytest.FixtureRequest
) -> None:
    """As the program asks before `vigil migrate`: the new program makes the backup of the old tables."""
    with database.write() as work:
        fill(work)
    older = migrate.newest_revision()
    request.getfixturevalue("next_version")
    with pytest.raises(StorageError, match="make a backup, then run `vigil migrate`"):
        database.prepare()
    database.back_up(folder / "vigil.backup", NOON + timedelta(hours=1))
    with closing(sqlite3.connect(folder / "vigil.backup")) as made:
        assert made.execute("SELECT version_num FROM alembic_version").fetchall() == [(older,)]
        assert made.execute("SELECT count(*) FROM recipients").fetchall() == [(2,)]


def test_a_database_of_a_newer_version_is_not_backed_up_in_part(database: Database, folder: Path) -> None:
    """What this program does not know it would leave out."""
    with database.engine.begin() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(StorageError, match="newer than this program"):
        database.back_up(folder / "vigil.backup", NOON)
