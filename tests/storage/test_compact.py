"""Long texts are kept in little room, and nothing of them is left behind: alike on both databases."""

from dataclasses import replace
from datetime import timedelta

import sqlalchemy as sa

from storage.compact import FOUND, is_compact
from storage.database import Database
from storage.packing import unpack
from storage.queries import Query
from storage.tables.archive import statements
from storage.tables.watch import entries
from tests.builders import NOON, a_source, a_statement, an_entry

LONG = "Nine people were sent back over the river at night. " * 20
OTHER = "Of the nine three were seen in a camp. " * 20


def test_a_long_text_takes_little_room_and_goes_whole(database: Database) -> None:
    """It is read as it was published, edited, kept as a version, and taken down without a trace."""
    with database.write() as work:
        source = work.sources.ensure(a_source())
        entry = an_entry(title=a_statement().title, text=LONG)
        at = work.entries.add(source.id, entry, NOON, told=True, titled=True)
        number = work.statements.add(replace(a_statement(text=LONG), entry_id=at), source, NOON)
    with database.read() as work:
        row = work.connection.execute(
            sa.select(statements.c.packed, sa.cast(statements.c.text, sa.LargeBinary))
        ).one()
        assert len(row[0] or row[1]) < len(LONG) / 4
        statement, again = work.statements.get(number), work.entries.get(at)
        assert statement is not None
        assert again is not None
        assert (statement.text, again.text) == (LONG, LONG)
        assert again.title == work.entries.newest(1, 5)[0].title == statement.title
    with database.write() as work:
        work.statements.change(
            replace(statement, title="Three were seen", text=OTHER), source, NOON + timedelta(hours=1)
        )
    with database.write() as work:
        (version,) = work.statements.versions.of(number)
        changed, published = work.statements.get(number), work.entries.get(at)
        assert changed is not None
        assert published is not None
        assert (changed.text, version.text) == (OTHER, LONG)
        assert (changed.title, published.title) == ("Three were seen", statement.title), "as it was published"
        work.statements.take_down(changed, published, NOON, "safety")
    with database.read() as work:
        values = [
            *work.connection.execute(sa.select(statements)).one(),
            *work.connection.execute(sa.select(entries)).one(),
        ]
        packed = [unpack(value) for value in values if isinstance(value, bytes)]
        assert not any("nine" in str(value).casefold() for value in (*values, *packed))


def test_the_numbers_of_what_is_found_come_and_go_with_it(database: Database) -> None:
    """On PostgreSQL they are rows beside the signed statements, which it keeps in step by itself."""
    with database.write() as work:
        source = work.sources.ensure(a_source())
        for uid in ("1", "2"):
            at = work.entries.add(source.id, an_entry(uid=uid), NOON)
            work.statements.add(replace(a_statement(title=f"River {uid}"), entry_id=at), source, NOON)
    with database.write() as work:
        assert work.statements.search(Query(words=("river",)), 5).total == 2
        one, other = work.statements.many([1, 2])
        entry = work.entries.get(one.entry_id)
        assert entry is not None
        work.statements.take_down(one, entry, NOON, "safety")
    with database.read() as work:
        assert [hit.statement.id for hit in work.statements.search(Query(words=("river",)), 5).hits] == [
            other.id
        ]
        if is_compact(work.connection):
            assert work.connection.scalars(sa.select(sa.column("id")).select_from(sa.table(FOUND))).all() == [
                other.id
            ]
