"""Rows that wait to be written together: one statement for many of a kind, each with its number already."""

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from itertools import count
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from storage.tables import metadata

_MOST = 1_000
"""Rows that wait at most: an import of years must not fill the memory."""
_BLOCK, _LARGEST_BLOCK = 16, 512
"""Numbers that PostgreSQL is asked for at a time: at first, and where a transaction goes on adding."""
_RANK = {table: rank for rank, table in enumerate(metadata.sorted_tables)}
"""Tables stand in the order in which rows come to be: what others refer to is written first."""

Row = Mapping[str, Any]


_ADDS_NOTHING = ("SELECT", "UPDATE", "DELETE")
_Value = TypeVar("_Value")


class Additions:
    """What one transaction adds. Whatever else it asks or changes comes after all that waits is written.

    So nobody sees rows that are not there yet, or misses any: only what is asked `beside` does, and adds
    itself what is `waiting`. The transaction's end writes the rest (`end`).
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._rows: dict[sa.Table, list[Row]] = {}
        self._after: dict[sa.Executable, list[Row]] = {}
        self._last: dict[Callable[[], None], None] = {}
        self._number = 0
        self._numbers: dict[sa.Table, Iterator[int]] = {}
        self._block: dict[sa.Table, int] = {}
        self._is_beside = False
        self._is_heard = False
        self._is_writing = False
        self._answers: dict[Hashable, tuple[tuple[str, ...], Any]] = {}
        self._is_alone = connection.dialect.name == "sqlite"
        self._remembers = self._is_alone and bool(connection.get_execution_options().get("vigil_write"))

    def add(self, table: sa.Table, row: Row) -> int:
        """Adds a row; returns the number that it has, as its `id`."""
        number = self._next(table)
        self.many(table, ({"id": number, **row},))
        return number

    def many(self, table: sa.Table, rows: Sequence[Row]) -> None:
        """Adds rows, which all have the same columns, as have all others of the table."""
        if rows:
            self._rows.setdefault(table, []).extend(rows)
            self._waits(len(rows))

    def after(self, change: sa.Executable, row: Row) -> None:
        """A change that is made once for each row given, when the tables are written."""
        self._after.setdefault(change, []).append(row)
        self._waits(1)

    def last(self, does: Callable[[], None]) -> None:
        """Done once, when the transaction ends: what is asked before does not see it."""
        self._last[does] = None

    def waiting(self, table: sa.Table) -> Sequence[Row]:
        """The rows of the table that are not written yet, in the order in which they came."""
        return self._rows.get(table, ())

    @contextmanager
    def beside(self) -> Iterator[None]:
        """What is asked meanwhile does not see what is waiting."""
        before, self._is_beside = self._is_beside, True
        try:
            yield
        finally:
            self._is_beside = before

    def once(self, key: Hashable, changed_by: tuple[str, ...], ask: Callable[[], _Value]) -> _Value:
        """What `ask` answers beside what is waiting; the second time, what it answered the first.

        It is asked anew after a change that holds one of the words `changed_by`, as the name of a table. On
        SQLite there is one writer; where others write meanwhile, on PostgreSQL, it is asked each time.
        """
        known = self._answers.get(key)
        if known is not None:
            return known[1]  # type: ignore[no-any-return]  # what was kept under this key
        with self.beside():
            found = ask()
        if self._remembers:
            self._hears()
            self._answers[key] = changed_by, found
        return found

    def write(self) -> None:
        """Writes all that waits."""
        rows, self._rows = self._rows, {}
        after, self._after = self._after, {}
        self._number = 0
        self._is_writing = True
        try:
            for table in sorted(rows, key=_RANK.__getitem__):
                self._connection.execute(_insert(table), rows[table])
            for change, given in after.items():
                self._connection.execute(change, given)
        finally:
            self._is_writing = False

    def end(self) -> None:
        """Writes all that waits, and does what comes last."""
        self.write()
        last, self._last = self._last, {}
        for does in last:
            does()

    def _hears(self) -> None:
        """From now on `_before` is told of each statement."""
        if not self._is_heard:
            sa.event.listen(self._connection, "before_cursor_execute", self._before)
            self._is_heard = True

    def _waits(self, number: int) -> None:
        self._hears()
        self._number += number
        if self._number >= _MOST:
            self.write()

    def _before(self, _connection: object, _cursor: object, statement: str, *_: object) -> None:
        if self._answers and not statement.startswith("SELECT"):
            old = [
                key for key, (words, _) in self._answers.items() if any(map(statement.__contains__, words))
            ]
            for key in old:
                del self._answers[key]
        if self._is_writing:
            return
        if self._number and not self._is_beside:
            self.write()
        if self._is_alone and not statement.startswith(_ADDS_NOTHING):
            self._numbers.clear()  # it may add rows by itself

    def _next(self, table: sa.Table) -> int:
        numbers = self._numbers.get(table)
        found = next(numbers, None) if numbers else None
        if found is None:
            with self.beside():
                numbers = self._numbers[table] = self._free(table)
            found = next(numbers)
        return found

    def _free(self, table: sa.Table) -> Iterator[int]:
        """Numbers that nobody else is given: on SQLite there is one writer, PostgreSQL counts for all."""
        if self._is_alone:
            last = self._connection.scalar(_last(table))
            return count(int(last or 0) + 1)
        size = self._block.get(table, _BLOCK)
        self._block[table] = min(2 * size, _LARGEST_BLOCK)
        return iter(self._connection.scalars(_reserved(table), {"block": size}).all())


@cache
def _insert(table: sa.Table) -> sa.Insert:
    return sa.insert(table)


@cache
def _last(table: sa.Table) -> sa.Select[int | None]:
    return sa.select(sa.func.max(table.c.id))


@cache
def _reserved(table: sa.Table) -> sa.Select[int]:
    sequence = sa.func.pg_get_serial_sequence(table.name, "id")
    each = sa.func.generate_series(1, sa.bindparam("block", type_=sa.Integer)).alias("each")
    return sa.select(sa.func.nextval(sequence, type_=sa.BigInteger)).select_from(each)
