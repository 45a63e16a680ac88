"""The index in FTS5 on SQLite and in tsvectors on PostgreSQL, fed by the same numbers of terms on both."""

import json
from abc import abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from storage.additions import Additions
from storage.answer import Row
from storage.compact import FOUND, is_compact
from storage.memory import Memory
from storage.question import Group, Way
from storage.search import WORDS, Index
from storage.shortlist import Ask
from storage.vocabulary import DOUBLE, PART, number_of, numbers_in, sign

_TABLES = ("statement_index", "statement_index_title")
"""On SQLite: of all terms, and of those in titles with the facts that filters ask for."""
_SEGMENTS, _SHARE = 8, 1_000
"""Segments of FTS5, each of at least a thousandth of its table, in more of which no term is looked for."""
_PORTION = 200
"""Pages that are merged in one transaction: it takes some hundredths of a second."""
_FOUND = ("statement_index_all(id)", "statement_index_title(id)")
_WIDE = (
    "array_to_tsvector(string_to_array(title || rest, NULL))",
    "array_to_tsvector(string_to_array(title || split_part(rest, E'\\x01', 4), NULL))",
)
"""On PostgreSQL: likewise, as it makes them of a number, or in older archives of the statement."""


def vectors(*, compact: bool) -> tuple[tuple[str, str], ...]:
    """On PostgreSQL: a table with what it makes a vector of, for all terms and for those in titles."""
    table, made = (FOUND, _FOUND) if compact else ("statement_index_words", _WIDE)
    return tuple((table, vector) for vector in made)


def holding(vector: tuple[str, str]) -> str:
    """The question for the numbers of all statements of which the vector matches what is asked."""
    return f"SELECT id FROM {vector[0]} WHERE {vector[1]} @@ CAST(%s AS tsquery)"  # noqa: S608 - names of our own


class _Asked(Index):
    """How a question is written: both engines join what they look for alike, with signs of their own."""

    _and: str
    _or: str
    _but: str
    _matching: tuple[str, ...]
    """What matches a question, as (its place among several, numbers): anywhere, in titles."""
    _among: str
    """How to ask for one of many numbers."""

    @staticmethod
    @abstractmethod
    def _one(step: Sequence[int]) -> str:
        """One of these terms."""

    @staticmethod
    @abstractmethod
    def _many(numbers: Sequence[int]) -> object:
        """Numbers as the driver takes them."""

    @staticmethod
    @abstractmethod
    def _listed(numbers: Any) -> Sequence[int]:  # noqa: ANN401 - what the driver gives
        """Numbers as it gives them, all in one value: a row for each costs more than finding them."""

    def said(self, groups: Iterable[Group], without: Sequence[Way] = ()) -> str:
        """All these groups, and none of those, as the engine reads it; "" for nothing."""
        asked = self._all_of([group for group in groups if group.ways])
        for way in without if asked else ():
            if len(way.steps) == 1:
                asked = f"({asked}){self._but}{self._one(way.steps[0])}"
        return asked

    def _all_of(self, groups: Sequence[Group]) -> str:
        return self._and.join(f"({self._or.join(map(self._way, ways_of(group)))})" for group in groups)

    def _way(self, way: Way) -> str:
        return self._and.join(map(self._one, way.asked or way.steps))

    def numbers(self, asks: Sequence[Ask]) -> list[list[int]]:
        """For each question the numbers of the statements that it matches, the newest first."""
        found: list[list[int]] = [[] for _ in asks]
        given = [(at, ask) for at, ask in enumerate(asks) if ask.said]
        if given:
            question = " UNION ALL ".join(self._matching[ask.in_title] for _, ask in given)
            values = tuple(value for at, ask in given for value in (at, ask.said, ask.most))
            for at, numbers in self._connection.exec_driver_sql(question, values).all():
                found[at] = sorted(self._listed(numbers), reverse=True)
        return found

    def rows(self, numbers: Sequence[int]) -> list[Row]:
        """The signed statements with these numbers, in no order."""
        return [
            Row(number, _day(day), *rest) for number, day, *rest in self._of("id, day, title, rest", numbers)
        ]

    def days(self, numbers: Sequence[int]) -> list[tuple[date, int]]:
        """The days that they are filed under, each with its number, in no order."""
        return [(_day(day), number) for number, day in self._of("id, day", numbers)]

    def _of(self, columns: str, numbers: Sequence[int]) -> Sequence[Sequence[Any]]:
        if not numbers:
            return []
        question = f"SELECT {columns} FROM statement_index_words WHERE id {self._among}"  # noqa: S608 - names of our own
        return self._connection.exec_driver_sql(question, (self._many(numbers),)).all()


class SqliteIndex(_Asked):
    """FTS5 (SQLite's full-text module), without a copy of what it indexes; terms go in by their numbers."""

    _matching = tuple(
        "SELECT ?, json_group_array(id) FROM "  # noqa: S608 - names of our own
        f"(SELECT rowid AS id FROM {table} WHERE {table} MATCH ? ORDER BY rowid DESC LIMIT ?)"
        for table in _TABLES
    )
    _among = "IN (SELECT value FROM json_each(?))"
    _and, _or, _but = " AND ", " OR ", " NOT "

    def merge(self, *, begun: bool) -> bool:
        """By FTS5's command "merge": a negative number begins to lay everything together (manual, 6.8)."""
        left = [self._merge(table, begun=begun) for table in _TABLES]
        return any(left)

    def _merge(self, table: str, *, begun: bool) -> bool:
        if not begun:
            question = f"SELECT count(*) FROM {table}_idx GROUP BY segid"  # noqa: S608 - names of our own
            pages = self._connection.exec_driver_sql(question).scalars().all()
            if sum(one * _SHARE >= sum(pages) for one in pages) <= _SEGMENTS:
                return False
        changes = "SELECT total_changes()"
        before: int = self._connection.exec_driver_sql(changes).scalar_one()
        said = f"INSERT INTO {table} ({table}, rank) VALUES ('merge', ?)"  # noqa: S608 - likewise
        self._connection.exec_driver_sql(said, (_PORTION if begun else -_PORTION,))
        after: int = self._connection.exec_driver_sql(changes).scalar_one()
        return after - before >= 2

    @staticmethod
    def _one(step: Sequence[int]) -> str:
        return f'"{step[0]}"' if len(step) == 1 else "(" + " OR ".join(f'"{number}"' for number in step) + ")"

    @staticmethod
    def _many(numbers: Sequence[int]) -> object:
        return json.dumps(numbers)

    @staticmethod
    def _listed(numbers: Any) -> Sequence[int]:  # noqa: ANN401 - what the driver gives
        found: list[int] = json.loads(numbers)
        return found

    def _put_in(self, rows: Sequence[Row], numbers: Mapping[str, int]) -> None:
        many = [(row.id, row.day.isoformat(), row.title, row.rest) for row in rows]
        self._connection.exec_driver_sql(
            "INSERT INTO statement_index_words (id, day, title, rest) VALUES (?, ?, ?, ?)", many
        )
        for table, parts in zip(_TABLES, for_fts5(rows, numbers), strict=True):
            self._connection.exec_driver_sql(f"INSERT INTO {table} (rowid, terms) VALUES (?, ?)", parts)  # noqa: S608 - names of our own

    def _take_out(self, key: int, title: str, rest: str) -> None:
        for table, parts in zip(_TABLES, for_fts5([Row(key, date.min, title, rest)]), strict=True):
            self._connection.exec_driver_sql(
                f"INSERT INTO {table} ({table}, rowid, terms) VALUES ('delete', ?, ?)",  # noqa: S608 - names of our own
                parts,
            )

    def _empty(self) -> None:
        for table in _TABLES:
            self._connection.exec_driver_sql(f"INSERT INTO {table} ({table}) VALUES ('delete-all')")  # noqa: S608 - names of our own


class PostgresIndex(_Asked):
    """GIN indexes over tsvectors that PostgreSQL makes of signed statements: their lexemes are the signs.

    They stand on the numbers alone, in older archives on the statements (`storage.compact`).
    """

    def __init__(self, connection: Connection, additions: Additions, memory: Memory) -> None:
        super().__init__(connection, additions, memory)
        # OFFSET 0 keeps the planner from walking all statements backwards, and making a vector of each.
        self._matching = tuple(
            f"SELECT %s, array_agg(id) FROM (SELECT id FROM ({holding(vector)} OFFSET 0) AS one "  # noqa: S608 - names of our own
            "ORDER BY id DESC LIMIT %s) AS few"
            for vector in vectors(compact=is_compact(connection, memory))
        )

    _among = "= ANY(%s)"
    _and, _or, _but = " & ", " | ", " & !"

    def merge(self, *, begun: bool) -> bool:
        """PostgreSQL's vacuum does that by itself."""
        del begun
        return False

    @staticmethod
    def _one(step: Sequence[int]) -> str:
        several = [" & ".join(_quoted(char) for char in sign(number)) for number in step]
        return f"({' | '.join(f'({one})' for one in several)})"

    @staticmethod
    def _many(numbers: Sequence[int]) -> object:
        return list(numbers)

    @staticmethod
    def _listed(numbers: Any) -> Sequence[int]:  # noqa: ANN401 - what the driver gives
        found: list[int] = numbers or []
        return found

    def _put_in(self, rows: Sequence[Row], numbers: Mapping[str, int]) -> None:
        del numbers  # it makes lexemes of the signs by itself
        self._connection.execute(sa.insert(WORDS), [row._asdict() for row in rows])

    def _take_out(self, key: int, title: str, rest: str) -> None:
        """The row is all there is."""

    def _empty(self) -> None:
        """The rows are all there is."""


def index_for(connection: Connection, additions: Additions, memory: Memory | None = None) -> Index:
    """The index of this connection's database; `memory` is of that database alone."""
    kind = SqliteIndex if connection.dialect.name == "sqlite" else PostgresIndex
    return kind(connection, additions, memory or Memory())


def ways_of(group: Group) -> list[Way]:
    """The ways, without those that ask for more than another one does: terms apart are enough."""
    kept: list[tuple[Way, list[frozenset[int]]]] = []
    for way in group.ways:
        steps = list(map(frozenset, way.asked or way.steps))
        if not any(_asks_less(other, steps) for _, other in kept):
            kept = [(one, other) for one, other in kept if not _asks_less(steps, other)]
            kept.append((way, steps))
    return [way for way, _ in kept]


def _asks_less(one: Sequence[frozenset[int]], other: Sequence[frozenset[int]]) -> bool:
    """Whether whatever holds the other holds this one."""
    return all(any(step >= narrow for narrow in other) for step in one)


def for_fts5(
    rows: Iterable[Row], numbers: Mapping[str, int] | None = None
) -> tuple[list[tuple[int, str]], ...]:
    """What goes into the tables of FTS5: of all terms, and of the title's and the facts; each once.

    The `numbers` of signs need not be told from them where they are known.
    """
    every: list[tuple[int, str]] = []
    titles: list[tuple[int, str]] = []
    said = _Said(zip(numbers, map(str, numbers.values()), strict=True) if numbers else ())
    for row in rows:
        for signs, into in (
            (row.title + row.rest, every),
            (row.title + row.rest.rpartition(PART)[2], titles),
        ):
            chars = set(signs)
            chars.discard(PART)
            if chars and max(chars) >= DOUBLE:
                into.append((row.id, " ".join(map(str, set(numbers_in(signs))))))
            else:
                into.append((row.id, " ".join(map(said.__getitem__, chars))))
    return every, titles


class _Said(dict[str, str]):
    """The numbers of signs of one character, as FTS5 is given them."""

    def __missing__(self, char: str) -> str:
        found = self[char] = str(number_of(char))
        return found


def _day(value: date | str) -> date:
    return date.fromisoformat(value) if isinstance(value, str) else value


def _quoted(char: str) -> str:
    return "'" + char.replace("\\", "\\\\").replace("'", "''") + "'"
