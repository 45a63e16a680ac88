"""One transaction holds together; one sender at a time; the wrong key is refused."""

from dataclasses import replace
from pathlib import Path

import pytest

from storage.database import Database, StorageError
from storage.migrate import current_revision, downgrade, newest_revision, upgrade
from storage.vault import Vault, WrongKey
from tests.builders import NOON, a_source, an_entry


def test_a_transaction_that_fails_leaves_nothing(database: Database) -> None:
    """Killed between entry and statement, the next poll finds neither."""

    def half_done() -> None:
        with database.write() as work:
            source = work.sources.ensure(a_source())
            work.entries.add(source.id, an_entry(), NOON)
            raise InterruptedError

    with pytest.raises(InterruptedError):
        half_done()
    with database.read() as work:
        assert work.sources.by_name("northlight") is None


def test_another_key_is_refused_at_the_door(database: Database) -> None:
    """A mistaken key file must not mix two keys in one database."""
    other = Database(str(database.engine.url), Vault.from_secret(bytes(32)))
    with pytest.raises(WrongKey, match="does not belong"):
        other.prepare()
    other.close()


def test_only_one_process_sends(database: Database) -> None:
    """A second sender on one account is told so, until the first one ends."""
    with database.sender_lock("telegram") as first:
        assert first
        with database.sender_lock("telegram") as second:
            assert not second
        with database.sender_lock("console") as other:
            assert other
    with database.sender_lock("telegram") as again:
        assert again


def test_migrations_go_up_and_down(database: Database) -> None:
    """The way back leaves nothing, and the way up works again."""
    with database.engine.connect() as connection:
        downgrade(connection, "base")
        assert current_revision(connection) is None
        upgrade(connection)
        assert current_revision(connection) == newest_revision()


@pytest.mark.parametrize("url", ["mysql://x/y", "nonsense", ""])
def test_an_unknown_database_is_refused_in_words(url: str, vault: Vault) -> None:
    """The operator reads what is supported, not a traceback."""
    with pytest.raises(StorageError):
        Database(url, vault)


def test_a_folder_that_does_not_exist_is_told(tmp_path: Path, vault: Vault) -> None:
    """The error names the trouble."""
    with pytest.raises(StorageError, match="cannot be opened"):
        Database(f"sqlite:///{tmp_path / 'no' / 'vigil.db'}", vault).prepare()


def test_sources_keep_their_memory_when_the_configuration_is_read_again(database: Database) -> None:
    """A restart causes no unconditional request; a new address starts anew."""
    with database.write() as work:
        (source,) = work.sources.configure([a_source()])
        work.sources.save(replace(source, etag='"a"', next_due=NOON))
        (same,) = work.sources.configure([a_source(every=60)])
        assert (same.etag, same.next_due, same.every) == ('"a"', NOON, 60)
        (moved,) = work.sources.configure([a_source(url="http://127.0.0.1/new")])
        assert (moved.etag, moved.next_due) == ("", None)
        assert work.sources.configure([]) == ()
        assert work.sources.due(NOON) == ()
