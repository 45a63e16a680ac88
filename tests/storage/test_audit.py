"""The audit holds what admins did, and shows whether anybody has touched it since."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from storage.audit import NOBODY
from storage.database import Database, Work
from storage.tables.desk import audit
from storage.words import Act
from tests.bot.chat import Chat
from tests.builders import ADDRESS, NOON


def _three(work: Work) -> None:
    admin = work.audit.admin("telegram", ADDRESS)
    work.audit.note(admin, Act.WRITTEN, 1, NOON + timedelta(microseconds=5))
    work.audit.note(admin, Act.APPROVED, 1, NOON + timedelta(seconds=9))
    work.audit.note(NOBODY, Act.SENT, 1, NOON + timedelta(minutes=1), 4812)


def test_what_was_done_is_read_in_order_and_names_nobody(database: Database) -> None:
    """To the second; who it was, only whoever has the key and the address can tell."""
    with database.write() as work:
        _three(work)
        found = list(work.audit.all())
        assert [(one.id, one.act, one.people) for one in found] == [
            (1, Act.WRITTEN, 0),
            (2, Act.APPROVED, 0),
            (3, Act.SENT, 4812),
        ]
        assert found[0].at == NOON
        assert found[0].admin == found[1].admin == work.audit.admin("telegram", ADDRESS)
        assert found[0].admin != work.audit.admin("console", ADDRESS)
        assert ADDRESS not in repr(found)
        assert work.audit.broken() is None


@pytest.mark.parametrize(
    ("line", "values"),
    [
        (1, {"admin": "f" * 64}),
        (2, {"act": "dropped"}),
        (2, {"at": NOON}),
        (3, {"people": 9}),
        (3, {"matter": 2}),
    ],
)
def test_a_line_that_was_altered_is_named(database: Database, line: int, values: dict[str, object]) -> None:
    """Whichever of its values it was."""
    with database.write() as work:
        _three(work)
    with database.write() as work:
        work.connection.execute(sa.update(audit).where(audit.c.id == line).values(**values))
    with database.read() as work:
        assert work.audit.broken() == line


def test_a_line_that_was_taken_out_is_missed(database: Database) -> None:
    """Also when those behind it were numbered anew."""
    with database.write() as work:
        _three(work)
        work.connection.execute(sa.delete(audit).where(audit.c.id == 2))
        assert work.audit.broken() == 2
        work.connection.execute(sa.update(audit).where(audit.c.id == 3).values(id=2))
        assert work.audit.broken() == 2


def test_an_empty_audit_is_whole(database: Database) -> None:
    """Nothing was done, and nothing is missing."""
    with database.read() as work:
        assert work.audit.broken() is None


def test_what_a_newer_program_noted_is_told_by_its_own_word_and_the_chain_holds(database: Database) -> None:
    """Two versions share one database during an upgrade: the older one's /audit is read all the same."""
    with database.write() as work:
        work.audit.note("a" * 64, "juggled", 7, NOON)  # type: ignore[arg-type]
        work.audit.note("a" * 64, Act.WRITTEN, 8, NOON)
        assert [one.act for one in work.audit.all()] == ["juggled", Act.WRITTEN]
        assert work.audit.broken() is None
    told = Chat(database, admin=True).says("/audit")
    assert "juggled 7, as a newer version of Vigil noted it" in told
    assert "wrote appeal 8" in told
