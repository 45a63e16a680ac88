"""The key, the database and the room for it: what is wrong is told with the remedy, and nothing is made."""

import base64
import multiprocessing
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit

import psycopg
import pytest

from bot.checks.everything import check_store
from bot.checks.finding import Finding, Grade
from bot.checks.store import check_key, sqlite_file
from bot.config import Config
from storage.database import Database
from storage.vault import Vault, parse_key, read_or_make_key
from tests.backends import Backend

OTHER_KEY = base64.b64encode(b"x" * 32).decode()


@pytest.fixture
def config(tmp_path: Path) -> Config:
    """An installation whose files are still to be made."""
    return Config(database=f"sqlite:///{tmp_path / 'vigil.db'}", key_file=tmp_path / "vigil.key")


@pytest.fixture
def used(config: Config) -> Config:
    """The same after its first run."""
    database = Database(config.database, Vault.from_secret(read_or_make_key(config.key_file)))
    database.prepare()
    database.close()
    return config


def told(config: Config) -> dict[str, Finding]:
    """The gravest finding about each thing."""
    order = (Grade.FINE, Grade.NOTE, Grade.WRONG)
    return {one.what: one for one in sorted(check_store(config), key=lambda one: order.index(one.grade))}


def test_before_the_first_run_nothing_is_wrong_and_nothing_is_made(config: Config) -> None:
    """The check only looks."""
    found = told(config)
    assert {name: one.grade for name, one in found.items()} == {
        "key": Grade.NOTE,
        "database": Grade.NOTE,
        "disk": Grade.FINE,
    }
    assert not list(config.key_file.parent.iterdir())


def test_a_sound_installation_is_fine(used: Config) -> None:
    """Every part says why."""
    found = told(used)
    assert {one.grade for one in found.values()} == {Grade.FINE}
    assert "0 waiting to be sent" in found["database"].state


def test_a_key_that_others_can_read_is_wrong(used: Config) -> None:
    """With the command that mends it; unless systemd keeps it, where the mode means something else."""
    used.key_file.chmod(0o640)
    found = told(used)["key"]
    assert (found.grade, found.remedy) == (Grade.WRONG, f"chmod 600 {used.key_file}")
    folder = {"CREDENTIALS_DIRECTORY": str(used.key_file.parent)}
    assert check_key(used, used=True, environ=folder).grade is Grade.FINE


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
def test_a_key_of_somebody_else_is_wrong(used: Config) -> None:
    """The service could read it as little as we may."""
    os.chown(used.key_file, 12345, 12345)
    found = told(used)["key"]
    assert found.grade is Grade.WRONG
    assert "user 12345" in found.state


def test_a_key_that_is_gone_is_wrong_only_where_it_was_used(used: Config) -> None:
    """Before the first run it is still to be made."""
    used.key_file.unlink()
    found = told(used)
    assert found["key"].grade is Grade.WRONG
    assert "copy you kept" in found["key"].remedy
    assert found["database"].grade is Grade.FINE


@pytest.mark.parametrize("text", ["", "not base64!", "c2hvcnQ="])
def test_what_is_no_key_is_wrong(used: Config, text: str) -> None:
    """A truncated copy is noticed before anybody needs it."""
    used.key_file.write_text(text, encoding="ascii")
    assert told(used)["key"].grade is Grade.WRONG


def test_a_key_of_another_database_is_wrong(used: Config) -> None:
    """Both files are sound, and do not belong together."""
    used.key_file.write_text(OTHER_KEY, encoding="ascii")
    assert parse_key(OTHER_KEY)
    assert "another key" in told(used)["database"].state


def test_a_database_that_everybody_can_read_is_told(used: Config) -> None:
    """Beside its key twice as much."""
    file = sqlite_file(used)
    assert file is not None
    file.chmod(0o644)
    found = told(used)["database"]
    assert (found.grade, found.remedy) == (Grade.WRONG, f"chmod o= {file}*")
    assert "beside its key" in found.state


def test_a_damaged_database_does_not_hide_the_key(used: Config) -> None:
    """Each is told for itself."""
    file = sqlite_file(used)
    assert file is not None
    content = bytearray(file.read_bytes())
    content[8192:] = b"\x5a" * (len(content) - 8192)
    file.write_bytes(content)
    used.key_file.chmod(0o644)
    found = told(used)
    assert (found["database"].grade, found["key"].grade) == (Grade.WRONG, Grade.WRONG)


def test_another_file_in_the_place_of_the_database_is_left_as_it_is(config: Config) -> None:
    """A mistyped path must not end in the advice to take rights from a file of the system's."""
    file = sqlite_file(config)
    assert file is not None
    file.write_text("root:x:0:0\n" * 100, encoding="ascii")
    file.chmod(0o644)
    found = [one for one in check_store(config) if one.what == "database"]
    assert [(one.grade, "this is another file" in one.remedy) for one in found] == [(Grade.WRONG, True)]
    found = [
        one
        for one in check_store(replace(config, database=f"sqlite:///{file.parent}"))
        if one.what == "database"
    ]
    assert [(one.grade, one.state) for one in found] == [(Grade.WRONG, f"{file.parent} is a folder")]


def test_a_key_that_is_a_folder_is_a_mistake_in_the_configuration(config: Config) -> None:
    """No other user could read it either."""
    found = told(replace(config, key_file=config.key_file.parent))["key"]
    assert (found.grade, found.remedy) == (Grade.WRONG, "mend `key_file`")


def test_another_version_names_the_command(used: Config) -> None:
    """First the backup, then the step that cannot be taken back."""
    database = Database(used.database, Vault.from_secret(b"x" * 32))
    with database.write() as work:
        work.connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0001'")
    database.close()
    assert told(used)["database"].remedy == "`vigil backup`, then `vigil migrate`"


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("sqlite:////nowhere/at/all/vigil.db", "there is no folder /nowhere/at/all"),
        ("postgresql://vigil:geheim@127.0.0.1:1/vigil", "PostgreSQL: "),
    ],
)
def test_a_database_out_of_reach_is_wrong(tmp_path: Path, url: str, said: str) -> None:
    """In one line, and without the password."""
    found = told(Config(database=url, key_file=tmp_path / "vigil.key"))["database"]
    assert found.grade is Grade.WRONG
    assert said in found.state
    assert "\n" not in found.state
    assert "geheim" not in found.state


def test_a_newer_database_does_not_ask_for_a_migration(used: Config) -> None:
    """An older program must not be told to change what it does not know."""
    database = Database(used.database, Vault.from_secret(b"x" * 32))
    with database.write() as work:
        work.connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    database.close()
    found = told(used)["database"]
    assert (found.grade, found.remedy) == (Grade.WRONG, "use that version of Vigil, or a newer one")
    assert "made by a newer Vigil (version 9999" in found.state


def test_a_key_without_a_folder_to_be_made_in_is_wrong(config: Config) -> None:
    """The first run would fail over it."""
    found = told(replace(config, key_file=config.key_file.parent / "keys" / "vigil.key"))["key"]
    assert found.grade is Grade.WRONG
    assert found.state == f"there is no folder {config.key_file.parent / 'keys'} to make it in"
    assert "`key_file`" in found.remedy


def test_a_key_that_cannot_be_made_is_wrong() -> None:
    """Neither can the service make it, as it has the same rights."""
    with TemporaryDirectory() as folder:
        Path(folder).chmod(0o555)
        found = as_nobody(Config(key_file=Path(folder) / "vigil.key"))
    assert found.grade is Grade.WRONG
    assert f"cannot make it in {folder}" in found.state
    assert "rights of the folder" in found.remedy


def as_nobody(config: Config) -> Finding:
    """What is said of the key to somebody who, unlike root, is bound by the rights of files."""
    rights = (os.setuid, (65534,)) if os.geteuid() == 0 else (None, ())
    with multiprocessing.get_context("fork").Pool(1, *rights) as pool:
        return pool.apply(check_key, (config,), {"used": False})


@contextmanager
def a_role(backend: Backend, words: str, *, used: bool = True) -> Iterator[Config]:
    """A configuration that logs in to PostgreSQL as a role with these rights."""
    if used:
        database = Database(backend.url, Vault.from_secret(bytes(range(32))))
        database.prepare()
        database.close()
    role = f"reader_{urlsplit(backend.url).path[1:]}"
    with psycopg.connect(backend.url, autocommit=True) as owner:
        owner.execute(f"CREATE ROLE {role} LOGIN")
        try:
            for one in words.format(role=role).split(";"):
                owner.execute(one)
            url = backend.url.replace("postgres@", f"{role}@", 1)
            with TemporaryDirectory() as folder:
                yield Config(database=url, key_file=Path(folder) / "vigil.key")
        finally:
            owner.execute(f"DROP OWNED BY {role}")
            owner.execute(f"DROP ROLE {role}")


EVERYTHING = "; ".join(
    f"GRANT ALL ON ALL {what} IN SCHEMA public TO {{role}}" for what in ("TABLES", "SEQUENCES")
)


@pytest.mark.parametrize("backend", ["postgresql"], indirect=True)
@pytest.mark.parametrize(
    ("rights", "why", "remedy"),
    [
        ("SELECT 1", "has not all rights on alembic_version, alerts and others", "log in as the role"),
        ("GRANT SELECT ON ALL TABLES IN SCHEMA public TO {role}", "has not all rights on", "grant this one"),
        (f"{EVERYTHING}; REVOKE DELETE ON routes FROM {{role}}", "has not all rights on routes", "grant"),
        (
            f"{EVERYTHING}; REVOKE USAGE, UPDATE ON SEQUENCE alerts_id_seq FROM {{role}}",
            "has not all rights on alerts",
            "sequences",
        ),
        (
            f"{EVERYTHING}; ALTER ROLE {{role}} SET default_transaction_read_only = on",
            "read only",
            "default_transaction_read_only = off",
        ),
    ],
    ids=["nothing", "reads", "all but one", "no sequence", "read only"],
)
def test_a_role_that_cannot_write_is_told(backend: Backend, rights: str, why: str, remedy: str) -> None:
    """It reads well enough for a check, and would fail with the first alert."""
    with a_role(backend, rights) as config:
        found = told(config)["database"]
    assert found.grade is Grade.WRONG
    assert found.state.startswith("PostgreSQL cannot be written to: ")
    assert why in found.state
    assert remedy in found.remedy


@pytest.mark.parametrize("backend", ["postgresql"], indirect=True)
def test_a_role_that_can_write_is_fine_though_it_owns_nothing(backend: Backend) -> None:
    """A careful operator has one role for migrations and one for the service."""
    with a_role(backend, EVERYTHING) as config:
        assert told(config)["database"].grade is Grade.FINE


@pytest.mark.parametrize("backend", ["postgresql"], indirect=True)
def test_an_empty_database_without_the_right_to_make_tables_is_told(backend: Backend) -> None:
    """As PostgreSQL 15 and later leave it to whoever is not the owner."""
    with a_role(backend, "SELECT 1", used=False) as config:
        found = told(config)["database"]
    assert (found.grade, "may not make tables in it" in found.state) == (Grade.WRONG, True)
    assert "GRANT CREATE ON SCHEMA public" in found.remedy
