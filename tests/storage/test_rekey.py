"""A database is put under another key: with it all is as it was, with the one before nothing opens."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa

from storage.database import Database, Work
from storage.keyring import Keyring
from storage.rekey import SEALED
from storage.tables import metadata
from storage.tables.program import meta
from storage.vault import Vault, WrongKey
from tests.backends import Backend
from tests.builders import ADDRESS, NOON
from tests.filled import fill

NEXT = Vault.from_secret(b"n" * 32)
LAST = Vault.from_secret(b"l" * 32)


def _filled(work: Work) -> None:
    """Rows of each sort that is sealed, and of each that nobody can hash anew."""
    fill(work)
    work.updates.add('{"text": "hello"}', NOON)
    work.requests.begin("telegram", "7", NOON)


def _told(work: Work) -> tuple[object, ...]:
    """All of it, as a reader with the key has it."""
    one = work.recipients.find("console", "terminal")
    assert one is not None
    return (
        one,
        len(work.recipients.traces()),
        work.routes.of(one.id),
        work.updates.waiting(NOON),
        work.identities.get("@vigil:example.org"),
        work.subscriptions.by_token("other token"),
        work.redactions.all(),
        work.appeals.newest(),
        work.audit.broken(),
        work.audit.admin("telegram", ADDRESS),
        work.requests.known("telegram", "7"),
        [one.reference for one in work.deliveries.many(range(1, 20))],
        work.staff.all(),
    )


def test_under_the_next_key_all_is_as_it_was(database: Database, backend: Backend) -> None:
    """Addresses, words, tokens; and what only its hash is kept of is known again, after a second key too."""
    with database.write() as work:
        _filled(work)
    with database.read() as work:
        before = _told(work)
    count = database.change_key(NEXT)
    assert count > len(SEALED)
    then = Database(backend.url, NEXT)
    then.prepare()
    with then.read() as work:
        assert _told(work) == before
    assert then.change_key(LAST) == count
    then.close()
    last = Database(backend.url, LAST)
    with last.read() as work:
        assert _told(work) == before
    last.close()


def test_the_key_before_opens_nothing_and_finds_nobody(database: Database, vault: Vault) -> None:
    """Not one sealed text, and no hash is as it was: numbers of chats could be tried against it."""
    with database.write() as work:
        _filled(work)
        old = {one.column: list(work.connection.scalars(sa.select(one.column))) for one in SEALED}
        found = [column for one in SEALED for column, _ in one.traces]
        traces = {trace: set(work.connection.scalars(sa.select(trace))) for trace in found}
    database.change_key(NEXT)
    with database.engine.connect() as connection:
        for one in SEALED:
            texts = [text for text in connection.scalars(sa.select(one.column)) if text]
            assert texts
            assert not set(texts) & {text for text in old[one.column] if text}
            for text in texts:
                with pytest.raises(WrongKey):
                    vault.open(text, one.purpose)
                assert NEXT.open(text, one.purpose)
            for column, _ in one.traces:
                same = set(connection.scalars(sa.select(column))) & traces[column]
                assert not same - {None}, "of who is suspended nothing is kept that could be found"


def test_no_sealed_column_is_left_out() -> None:
    """Whoever adds one names it in `rekey`."""
    named = {
        column
        for table in metadata.sorted_tables
        for column in table.columns
        if column.name.endswith("sealed")
    }
    assert named == {one.column for one in SEALED}


def test_a_program_at_work_takes_up_the_next_key(database: Database, backend: Backend, vault: Vault) -> None:
    """It asks for its key anew when it meets the other one, and goes on; who it knew it knows."""
    keys = [vault]
    at_work = Database(backend.url, vault, lambda: reversed(keys))
    with at_work.write() as work:
        one = work.recipients.ensure("telegram", ADDRESS, "en", NOON)
    keys.append(NEXT)
    database.change_key(NEXT)
    with at_work.write() as work:
        assert work.recipients.ensure("telegram", ADDRESS, "en", NOON) == one
        work.recipients.ensure("telegram", "another", "en", NOON)
    assert at_work.vault.check() == NEXT.check()
    with database.engine.connect() as connection:
        assert connection.scalar(sa.select(sa.func.count()).select_from(metadata.tables["recipients"])) == 2
    at_work.close()


def test_a_program_without_the_next_key_adds_nothing(
    database: Database, backend: Backend, vault: Vault
) -> None:
    """Rather no answer than a row under a key that opens nothing."""
    without = Database(backend.url, vault)
    database.change_key(NEXT)
    touches: tuple[Callable[[Work], object], ...] = (
        lambda work: work.recipients.ensure("telegram", ADDRESS, "en", NOON),
        lambda work: work.updates.add("{}", NOON),
        lambda work: work.requests.begin("telegram", "1", NOON),
    )
    for touch in touches:
        with pytest.raises(WrongKey, match="does not belong"), without.write() as work:
            touch(work)
    with without.read() as work:
        assert work.counts().statements == 0  # what is not sealed can be read
    without.close()


def test_what_fails_halfway_changes_nothing(database: Database, vault: Vault) -> None:
    """One text that the key does not open: all stays under the key that opens the rest."""
    with database.write() as work:
        _filled(work)
        broken = sa.update(metadata.tables["appeals"]).values(words_sealed=LAST.seal("{}", "appeal"))
        work.connection.execute(broken)
    with pytest.raises(WrongKey):
        database.change_key(NEXT)
    with database.read() as work:
        assert work.recipients.find("console", "terminal")
        known = work.connection.scalar(sa.select(meta.c.value).where(meta.c.name == "key_check"))
    assert known == vault.check()


def test_a_damaged_heirloom_is_another_key() -> None:
    """It is told in the same words, and never a wrong hash made from it."""
    for damaged in ("?", "", LAST.heirloom()):
        with pytest.raises(WrongKey):
            NEXT.heir(damaged)
    assert NEXT.heir_of(LAST).mark("a") == LAST.mark("a") != NEXT.mark("a")
    assert NEXT.heir(NEXT.heir_of(LAST).heirloom()).mark("a") == LAST.mark("a")
    assert "'" not in repr(NEXT)


def test_a_look_that_began_before_the_exchange_ends_under_the_key_before(
    database: Database, backend: Backend, vault: Vault
) -> None:
    """Another thread has met the next key meanwhile; this one sees the database of its own moment."""
    at_work = Database(backend.url, vault, lambda: [NEXT])
    with at_work.write() as work:
        work.recipients.ensure("telegram", ADDRESS, "en", NOON)
    with at_work.read() as early:
        early.counts()
        database.change_key(NEXT)
        with at_work.read() as later:
            assert later.recipients.find("telegram", ADDRESS)
        assert early.recipients.find("telegram", ADDRESS)
    at_work.close()


def test_threads_that_meet_the_next_key_at_once_make_the_same_marks(database: Database, vault: Vault) -> None:
    """Whoever comes second finds key and heirloom together, or neither."""
    database.change_key(NEXT)
    looking = threading.Barrier(2)

    def renewed() -> list[Vault]:
        time.sleep(0.05)
        return [NEXT]

    ring = Keyring(vault, renewed)

    def look() -> str:
        with database.engine.connect() as connection:
            looking.wait()
            return ring.fitting(connection).mark("a")

    with ThreadPoolExecutor(2) as threads:
        found = [one.result() for one in (threads.submit(look), threads.submit(look))]
    assert {*found, ring.mark("a")} == {vault.mark("a")}


def test_without_the_key_nothing_that_waits_counts_as_damaged(
    database: Database, backend: Backend, vault: Vault
) -> None:
    """Else whoever lacks it would throw away what people wrote."""
    with database.write() as work:
        work.updates.add('{"text": "/forget"}', NOON)
    database.change_key(NEXT)
    without = Database(backend.url, vault)
    with pytest.raises(WrongKey), without.read() as work:
        work.updates.waiting(NOON)
    without.close()
