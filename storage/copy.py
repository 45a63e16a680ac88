"""Copies the rows of one database into another, of either kind, table by table.

Which tables there are is learnt from the migrations, up to the database's version, and not from
`storage.tables`: so what an older program left behind can be copied before it is migrated. The index
for searching holds nothing of its own; it is left out, and made anew from the statements where it is
wanted (`Statements.index_all`). What waits to be answered is of this hour, and no copy may keep it.
"""

import sqlite3
from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from storage.additions import Additions
from storage.columns import Moment, Prose
from storage.compact import fitted, is_wide, is_worded, tell_titles
from storage.engines import index_for
from storage.migrate import current_revision, newest_revision, upgrade
from storage.tables.archive import statements

_BATCH = 200
"""Rows held in memory at once: one of them may hold a long document, or two of them."""
_PATIENCE = "30s"
_INDEX = "statement_index"
_UPDATES = "updates"
_RECIPIENTS = "recipients"

_Rows = list[dict[str, Any]]


def tables_of(connection: Connection) -> list[sa.Table]:
    """The tables that our migrations made, as of the database's version; what others keep there is theirs.

    Each stands after those that it refers to.
    """
    revision = current_revision(connection)
    if revision is None:
        return []
    scratch = sa.create_engine("sqlite://")
    try:
        with scratch.connect() as made:
            upgrade(made, revision)
            return _found_in(made)
    finally:
        scratch.dispose()


def hold_still(connection: Connection, tables: Sequence[sa.Table]) -> None:
    """Before a long reading: until it ends nobody empties a table behind its back.

    To be called first in its transaction. On PostgreSQL TRUNCATE is seen by those who began earlier,
    too (manual, 13.6); SQLite's readers keep what they saw whatever happens.
    """
    _lock(connection, tables, "ACCESS SHARE")


def keep_out(connection: Connection, tables: Sequence[sa.Table]) -> None:
    """Until the transaction ends nobody else reads or writes; SQLite has one writer at a time anyway."""
    _lock(connection, tables, "ACCESS EXCLUSIVE")


def rows_in(
    source: Connection, target: Connection, tables: Sequence[sa.Table], without: Container[int] = ()
) -> dict[str, int]:
    """Copies every row; returns how many by table. The target has the same tables, without rows.

    `without`: recipients, by id, who are left out with every row about them, and what refers to those.
    """
    copied, wide = {}, is_wide(target)
    worded = is_worded(target) or target.dialect.name == "sqlite"
    left: dict[str, Container[int]] = {_RECIPIENTS: without}
    for table in tables:
        copied[table.name] = 0
        stays = _staying(table, left)
        gone = left.setdefault(table.name, set()) if _is_referred_to(table, tables) else None
        for batch in _batches(source, table):
            rows = [fitted(row, wide=wide, worded=worded) for row in batch if stays(row)]
            if isinstance(gone, set) and len(rows) < len(batch):
                gone.update(row["id"] for row in batch if not stays(row))
            if rows:
                target.execute(sa.insert(table), _storable(rows, target))
            copied[table.name] += len(rows)
    if wide and {"entries", "statements"} <= copied.keys():
        tell_titles(target)
    count_on(target, tables)
    return copied


def rows_out(connection: Connection, tables: Sequence[sa.Table]) -> None:
    """Takes every row out, those of the index too."""
    index_for(connection, Additions(connection)).clear()
    if connection.dialect.name == "postgresql":
        # At once, whatever refers to whatever; what was there leaves the disk with the commit.
        connection.execute(sa.text(f"TRUNCATE {', '.join(_quoted(connection, tables))}"))
        return
    for table in reversed(tables):
        connection.execute(sa.delete(table))


def into_file(source: Connection, file: Path) -> dict[str, int]:
    """Every row into a new SQLite file of the source's version; returns how many by table.

    Nothing waits for the disk: a file that was not finished is worth nothing. Nobody else may open it
    meanwhile: SQLite sets no locks, which on network drives would be at odds with one that the caller holds.
    """
    uri = f"{file.resolve().as_uri()}?nolock=1"
    engine = sa.create_engine(
        "sqlite://", creator=lambda: sqlite3.connect(uri, uri=True), hide_parameters=True
    )
    try:
        with engine.connect() as target:
            target.exec_driver_sql("PRAGMA journal_mode = MEMORY")
            target.exec_driver_sql("PRAGMA synchronous = OFF")
            upgrade(target, current_revision(source) or "head")
            copied = rows_in(source, target, _found_in(target))
            if current_revision(target) == newest_revision():
                index_for(target, Additions(target)).clear()  # it is empty, and that is all right
            target.commit()
    finally:
        engine.dispose()
    return copied


def holds_rows(connection: Connection, tables: Sequence[sa.Table]) -> bool:
    """Whether one of the tables holds anything."""
    return any(connection.execute(sa.select(table).limit(1)).first() for table in tables)


def same_history(earlier: Connection, later: Connection) -> bool:
    """Whether `later` is what became of `earlier`: it holds its newest statement, of the same fetch."""
    newest = earlier.execute(
        sa.select(statements.c.id, statements.c.fetched).order_by(statements.c.id.desc()).limit(1)
    ).first()
    if newest is None:
        return False
    found = later.scalar(sa.select(statements.c.fetched).where(statements.c.id == newest.id))
    return bool(found == newest.fetched)


def about_recipients(connection: Connection, tables: Sequence[sa.Table]) -> dict[str, _Rows]:
    """Everyone's rows, and what they alone are about: routes, but not deliveries (see `storage.aside`)."""
    return {
        table.name: [row for batch in _batches(connection, table) for row in batch]
        for table in tables
        if _is_about_recipients_alone(table)
    }


def join_recipients(
    connection: Connection,
    tables: Sequence[sa.Table],
    rows: Mapping[str, _Rows],
    same: Mapping[int, int],
) -> None:
    """Puts the rows that `about_recipients` gave in place of those about the same people, and adds the rest.

    `same`: under which id somebody is here already, by the id in the rows.
    """
    ids = dict(same)
    for table in tables:
        if table.name == _RECIPIENTS:
            for row in rows[table.name]:
                values = {name: value for name, value in row.items() if name != "id"}
                if row["id"] in same:
                    connection.execute(sa.update(table).where(table.c.id == same[row["id"]]).values(**values))
                else:
                    insert = sa.insert(table).values(**values).returning(table.c.id)
                    ids[row["id"]] = int(connection.execute(insert).scalar_one())
        elif table.name in rows:
            (about,) = (column for column in table.columns if _refers_to_recipient(column))
            if same:
                gone = sa.delete(table).where(about == sa.bindparam("gone"))
                connection.execute(gone, [{"gone": key} for key in same.values()])
            kept = [
                {name: value for name, value in row.items() if name != "id"}
                | {about.name: ids[row[about.name]]}
                for row in rows[table.name]
            ]
            if kept:
                connection.execute(sa.insert(table), kept)


def _is_about_recipients_alone(table: sa.Table) -> bool:
    others = {key.column.table.name for key in table.foreign_keys} - {_RECIPIENTS}
    return not others and any(_is_recipient(column) for column in table.columns)


def _staying(table: sa.Table, left: Mapping[str, Container[int]]) -> Callable[[dict[str, Any]], bool]:
    """Whether a row of the table is neither left out itself nor refers to what is."""
    about = [
        (column.name, left[key.column.table.name])
        for column in table.columns
        for key in column.foreign_keys
        if key.column.table.name in left
    ]
    if table.name == _RECIPIENTS:
        about.append(("id", left[_RECIPIENTS]))
    return lambda row: not any(row[name] in gone for name, gone in about)


def _is_referred_to(table: sa.Table, tables: Sequence[sa.Table]) -> bool:
    return any(key.column.table is table for one in tables for key in one.foreign_keys)


def _found_in(connection: Connection) -> list[sa.Table]:
    """The tables of a database that holds nothing but ours."""
    found = sa.MetaData()
    sa.event.listen(found, "column_reflect", _plain_type)
    found.reflect(connection, only=lambda name, _: not name.startswith((_INDEX, _UPDATES, "alembic_")))
    return found.sorted_tables


def _batches(connection: Connection, table: sa.Table) -> Iterator[_Rows]:
    """The table's rows; `yield_per` makes it a cursor on the server with PostgreSQL."""
    question = sa.select(table).order_by(*table.primary_key.columns)
    with connection.execute(question, execution_options={"yield_per": _BATCH}) as result:
        for part in result.mappings().partitions():
            yield [dict(row) for row in part]


def _storable(rows: _Rows, target: Connection) -> _Rows:
    """PostgreSQL takes no NUL in a text, SQLite does: one such character must not refuse a backup."""
    if target.dialect.name != "postgresql":
        return rows
    return [
        {name: value.replace("\x00", "") if isinstance(value, str) else value for name, value in row.items()}
        for row in rows
    ]


def count_on(connection: Connection, tables: Sequence[sa.Table]) -> None:
    """New rows get ids past those that came in.

    A sequence is never set back: that would outlive a transaction that fails, as rows do not.
    """
    if connection.dialect.name != "postgresql":
        return
    for table, name in zip(tables, _quoted(connection, tables), strict=True):
        counter = None
        if "id" in table.columns:
            counter = connection.scalar(sa.select(sa.func.pg_get_serial_sequence(name, "id")))
        if counter is not None:
            highest = sa.select(sa.func.coalesce(sa.func.max(table.c.id), 0)).scalar_subquery()
            further = sa.func.greatest(sa.func.nextval(counter), highest)
            connection.execute(sa.select(sa.func.setval(counter, further)))


def _lock(connection: Connection, tables: Sequence[sa.Table], mode: str) -> None:
    if connection.dialect.name == "postgresql" and tables:
        connection.execute(sa.text(f"SET LOCAL lock_timeout = '{_PATIENCE}'"))
        connection.execute(sa.text(f"LOCK TABLE {', '.join(_quoted(connection, tables))} IN {mode} MODE"))


def _quoted(connection: Connection, tables: Sequence[sa.Table]) -> list[str]:
    return [connection.dialect.identifier_preparer.format_table(table) for table in tables]


def _plain_type(_inspector: object, _table: sa.Table, column: dict[str, Any]) -> None:
    """A type that both kinds of database know, and times with their zone."""
    kind = column["type"].as_generic()
    if column["name"] == "text" and isinstance(kind, sa.Text):
        column["type"] = Prose(worded=False)  # of a database of any version, for a program of that
    elif isinstance(kind, sa.JSON):
        column["type"] = sa.JSON(none_as_null=True)  # nothing stays nothing, and is no "null" in writing
    else:
        column["type"] = Moment() if isinstance(kind, sa.DateTime) else kind


def _is_recipient(column: sa.Column[Any]) -> bool:
    return _refers_to_recipient(column) or (column.table.name == _RECIPIENTS and column.name == "id")


def _refers_to_recipient(column: sa.Column[Any]) -> bool:
    return any(key.column.table.name == _RECIPIENTS for key in column.foreign_keys)
