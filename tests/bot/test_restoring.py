"""What `vigil restore` says and asks, in this process; what it does is in tests/jobs and tests/flow."""

import base64
from pathlib import Path

import pytest
import sqlalchemy as sa
from typer.testing import CliRunner

from bot.__main__ import command_line
from storage.database import Database
from storage.tables.people import recipients
from storage.vault import Vault
from tests.builders import NOON

SECRET = bytes(range(32))


@pytest.fixture
def folder(tmp_path: Path, migrated_file: Path) -> Path:
    """A new machine, with the key and a backup whose rows tell nothing of who has left."""
    (tmp_path / "old.db").write_bytes(migrated_file.read_bytes())
    old = Database(f"sqlite:///{tmp_path / 'old.db'}", Vault.from_secret(SECRET))
    with old.write() as work:
        for name in ("5", "6"):
            work.recipients.ensure("telegram", name, "en", NOON)
        work.connection.execute(sa.update(recipients).values(mark=None))
    old.back_up(tmp_path / "old.backup", NOON)
    old.close()
    (tmp_path / "vigil.key").write_text(base64.b64encode(SECRET).decode() + "\n", encoding="ascii")
    file = f'[vigil]\ndatabase = "sqlite:///{tmp_path / "new.db"}"\nkey_file = "{tmp_path / "vigil.key"}"\n'
    (tmp_path / "config.toml").write_text(file, encoding="utf-8")
    return tmp_path


def restored(folder: Path, *words: str) -> tuple[int, str]:
    """The exit code, and all that is said."""
    given = ["restore", str(folder / "old.backup"), "--config", str(folder / "config.toml"), *words]
    done = CliRunner().invoke(command_line("restore"), given)
    return done.exit_code, " ".join(done.output.split())


@pytest.mark.parametrize(
    ("word", "said", "left"),
    [
        ("out", "left out, as nothing tells who of them has left: 2. Tell people by other ways", 0),
        ("back", "Back, though nothing tells who of them used /forget after 2026-03-10 12:00:00 UTC: 2.", 2),
    ],
)
def test_a_backup_that_cannot_tell_who_left_is_refused_and_the_ways_are_named(
    folder: Path, word: str, said: str, left: int
) -> None:
    """With both ways on, and what each means for people; then the operator's word is done and told."""
    code, told = restored(folder)
    assert (code, "2 recipients have used /forget since: nothing was restored" in told) == (2, True)
    assert "--unnumbered out (they stay out, and have to /subscribe again)" in told
    code, told = restored(folder, "--unnumbered", word)
    assert (code, said in told) == (0, True), told
    assert f"Recipients in the database now: {left}." in told
