"""What waits to be answered is kept in order, says nothing to a thief, and is gone when it has served."""

from datetime import timedelta
from pathlib import Path

import sqlalchemy as sa

from storage.database import Database
from storage.tables.program import updates
from tests.backends import Backend
from tests.builders import NOON

WORDS = '{"update_id": 1, "message": {"text": "/subscribe a-name-nobody-may-know"}}'


def test_what_was_kept_waits_in_order_until_it_is_removed(database: Database) -> None:
    """Also for another program that begins later."""
    with database.write() as work:
        first, second = work.updates.add("first", NOON), work.updates.add("second", NOON)
    with database.read() as work:
        assert work.updates.waiting(NOON) == ((first, "first"), (second, "second"))
    with database.write() as work:
        work.updates.remove([first])
    with database.read() as work:
        assert work.updates.waiting(NOON) == ((second, "second"),)


def test_nothing_of_it_can_be_read_on_the_disk(database: Database, backend: Backend) -> None:
    """Neither words nor addresses, nor the hour at which somebody was online."""
    with database.write() as work:
        work.updates.add(WORDS, NOON)
        (row,) = work.connection.execute(sa.select(updates)).mappings()
        assert dict(row).keys() == {"id", "sealed", "day"}
    database.close()
    for file in backend.files():
        assert b"a-name-nobody-may-know" not in file.read_bytes(), file


def test_what_waited_for_days_is_not_answered_any_more(database: Database) -> None:
    """Whoever asked has asked again, or given up."""
    with database.write() as work:
        work.updates.add("old", NOON - timedelta(days=3))
        new = work.updates.add("new", NOON)
    with database.write() as work:
        assert work.updates.waiting(NOON) == ((new, "new"),)
        work.updates.prune(NOON)
        assert work.connection.scalar(sa.select(sa.func.count()).select_from(updates)) == 1


def test_no_copy_keeps_it(database: Database, tmp_path: Path) -> None:
    """A backup outlives the answer."""
    with database.write() as work:
        work.updates.add("waits", NOON)
    assert "updates" not in database.copy_to(tmp_path / "copy")


def test_what_cannot_be_read_any_more_holds_up_nothing(database: Database) -> None:
    """It is told apart, so that it can be taken out; what came before and after it is there."""
    with database.write() as work:
        first, spoilt, last = (work.updates.add(word, NOON) for word in ("first", "spoilt", "last"))
        damaged = sa.update(updates).where(updates.c.id == spoilt).values(sealed=b"\x01nothing of ours")
        work.connection.execute(damaged)
    with database.read() as work:
        assert work.updates.waiting(NOON) == ((first, "first"), (spoilt, None), (last, "last"))
