"""One transaction holds together; one sender at a time; the wrong key is refused."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta, timezone
from pathlib import Path
from threading import Event, Thread
from time import sleep

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

from storage.database import Database, StorageError, Unusable
from storage.migrate import current_revision, downgrade, newest_revision, revisions, upgrade
from storage.tables import metadata
from storage.vault import Vault, WrongKey
from tests.backends import Backend
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


def test_another_key_is_refused_at_the_door(backend: Backend, database: Database) -> None:
    """A mistaken key file must not mix two keys in one database."""
    assert database.vault.trace("x") != Vault.from_secret(bytes(32)).trace("x")
    other = Database(backend.url, Vault.from_secret(bytes(32)))
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


def test_only_one_program_sends_even_from_another_process(database: Database, backend: Backend) -> None:
    """The lock is the database's, not the process's: another opening of it sees it held."""
    other = Database(backend.url, database.vault)
    with database.sender_lock("telegram") as first, other.sender_lock("telegram") as second:
        assert (bool(first), bool(second)) == (True, False)
    other.close()


def test_a_lock_is_given_back_by_one_thread_at_a_time(shared: Database) -> None:
    """Whoever asks in another thread whether it is held still uses the same session: they are waited for."""
    begun, at_once, most = Event(), 0, 0

    def before(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        nonlocal at_once, most
        if "pg_advisory_unlock" in statement or "pg_locks" in statement:
            at_once += 1
            most = max(most, at_once)
            begun.set()
            sleep(0.1)

    def after(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        nonlocal at_once
        at_once -= "pg_advisory_unlock" in statement or "pg_locks" in statement

    sa.event.listen(shared.engine, "before_cursor_execute", before)
    sa.event.listen(shared.engine, "after_cursor_execute", after)
    with shared.sender_lock("telegram") as hold:

        def asks() -> None:
            while hold.is_held():
                pass

        asking = [Thread(target=asks) for _ in range(3)]
        for one in asking:
            one.start()
        assert begun.wait(5)
    for one in asking:
        one.join()
    assert most == 1
    assert not hold.is_held()
    with shared.sender_lock("telegram") as again:
        assert again


def test_a_database_in_memory_has_one_sender_by_nature(vault: Vault) -> None:
    """Nobody else can open it, and nothing is left on the disk."""
    own = Database("sqlite://", vault)
    with own.sender_lock("telegram") as alone:
        assert alone
    own.close()


def test_a_time_without_a_zone_is_refused(database: Database) -> None:
    """Whose noon it was would be a guess; times come back in UTC, whatever zone they were told in."""
    seoul = timezone(timedelta(hours=9))
    with database.write() as work:
        (source,) = work.sources.configure([a_source()])
        work.sources.save(replace(source, last_polled=NOON.astimezone(seoul)))
        (found,) = work.sources.all()
        assert found.last_polled == NOON
        assert found.last_polled.utcoffset() == timedelta()
        with pytest.raises(sa.exc.StatementError, match="without a zone"):
            work.sources.save(replace(source, last_polled=NOON.replace(tzinfo=None)))


def test_migrations_go_up_and_down(database: Database) -> None:
    """The way back leaves nothing of ours, and the way up works again."""
    with database.engine.connect() as connection:
        downgrade(connection, "base")
        assert current_revision(connection) is None
        left = set(sa.inspect(connection).get_table_names()) - {"alembic_version"}
        assert left == set()
        upgrade(connection)
        assert current_revision(connection) == newest_revision()


def test_every_migration_can_be_taken_back_alone(database: Database) -> None:
    """Each version goes one step down and up again, so that an upgrade that disappoints can be undone."""
    with database.engine.connect() as connection:
        for revision in reversed(revisions()):
            downgrade(connection, "-1")
            assert current_revision(connection) != revision
            upgrade(connection, revision)
            assert current_revision(connection) == revision
            downgrade(connection, "-1")


def test_the_migrations_make_the_tables_that_the_program_knows(database: Database) -> None:
    """Migrations and `storage.tables` are two accounts of one thing, and they agree."""
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"include_name": _ours})
        assert compare_metadata(context, metadata) == []


def _ours(name: str | None, kind: str, _parents: object) -> bool:
    """The index for searching and the queue are made by hand, and no tables of the metadata."""
    return not (kind == "table" and (name or "").startswith(("statement_index", "procrastinate_")))


def test_two_programs_at_a_first_start_make_the_tables_once(backend: Backend, vault: Vault) -> None:
    """`vigil run` and `vigil poll` started in the same second both find a usable database."""
    both = [Database(backend.url, vault) for _ in range(4)]
    with ThreadPoolExecutor(len(both)) as pool:
        list(pool.map(lambda one: one.prepare(), both))
    with both[0].read() as work:
        assert work.sources.all() == ()
    for one in both:
        one.close()


@pytest.mark.parametrize(
    ("version", "migrate", "remedy"),
    [
        ("0001", False, "make a backup, then run `vigil migrate`"),
        ("9999", False, "newer than this program: use the program"),
        ("9999", True, "newer than this program: use the program"),
    ],
)
def test_a_database_of_another_version_is_not_touched(
    database: Database, backend: Backend, version: str, migrate: bool, remedy: str
) -> None:
    """An old program on newer tables, or the reverse, says what to do before it does anything."""
    with database.engine.begin() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = :version"), {"version": version})
        if backend.name == "postgresql":  # nor does it say that it serves older programs as well
            connection.exec_driver_sql("COMMENT ON TABLE alembic_version IS NULL")
    other = Database(backend.url, database.vault)
    with pytest.raises(Unusable, match=remedy):
        other.prepare(migrate=migrate)
    other.close()


@pytest.mark.parametrize(
    "url", ["mysql://x/y", "nonsense", "", "postgresql://vigil:ge-hei-m", "postgresql://h:x/v"]
)
def test_an_unknown_database_is_refused_in_words(url: str, vault: Vault) -> None:
    """The operator reads what is wrong, not a traceback, and not what may be the end of a password."""
    with pytest.raises(Unusable) as caught:
        Database(url, vault)
    assert "ge-hei-m" not in str(caught.value)


def test_a_folder_that_does_not_exist_is_told(tmp_path: Path, vault: Vault) -> None:
    """The error names the trouble, and the place, which SQLite does not."""
    with pytest.raises(StorageError, match=r"cannot be opened: .*no/vigil\.db has to be a file in a folder"):
        Database(f"sqlite:///{tmp_path / 'no' / 'vigil.db'}", vault).prepare()


def test_a_file_that_is_no_database_is_named_with_what_to_do(tmp_path: Path, vault: Vault) -> None:
    """SQLite says only that it is none."""
    path = tmp_path / "vigil.db"
    path.write_text("notes of somebody\n" * 100, encoding="utf-8")
    with pytest.raises(StorageError, match=r"vigil\.db is something else, or damaged: mend `database`"):
        Database(f"sqlite:///{path}", vault).prepare()


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


def test_of_two_pauses_the_longer_counts_and_what_has_passed_is_dropped(database: Database) -> None:
    """A second answer that asks for less takes nothing back."""
    soon, late = NOON + timedelta(minutes=5), NOON + timedelta(hours=5)
    with database.write() as work:
        work.pauses.pause({"ngo.example": late, "other.example": soon}, NOON)
        work.pauses.pause({"ngo.example": soon}, NOON)
    with database.write() as work:
        assert work.pauses.paused(NOON) == {"ngo.example": late, "other.example": soon}
        work.pauses.pause({}, soon)
        assert work.pauses.paused(NOON) == {"ngo.example": late}


def test_an_error_does_not_tell_what_was_asked_for(database: Database) -> None:
    """It ends in the log, with its traceback: a search of somebody's own words would stand there."""
    with database.read() as work, pytest.raises(sa.exc.DBAPIError) as failed:
        work.connection.execute(sa.text("SELECT :words FROM nowhere"), {"words": "hidden shelter"})
    assert "nowhere" in str(failed.value)
    assert "hidden shelter" not in str(failed.value)
