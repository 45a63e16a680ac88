"""The index in FTS5 on SQLite and in tsvectors on PostgreSQL, fed by the same numbers of terms on both."""

from abc import abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from datetime import date

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from storage.additions import Additions
from storage.question import Group, Way
from storage.search import WORDS, Index, Row
from storage.vocabulary import numbers_in, sign

_TABLES = ("statement_index", "statement_index_title")
"""On SQLite: of all terms, and of those in titles."""
_IN_FTS5 = "SELECT rowid AS id FROM {0} WHERE {0} MATCH :asked ORDER BY rowid DESC"
_IN_VECTORS = "SELECT id FROM statement_index_words WHERE {} @@ CAST(:asked AS tsquery) ORDER BY id DESC"
_VECTOR = "array_to_tsvector(string_to_array(title || rest, NULL))"
_TITLE_VECTOR = "array_to_tsvector(string_to_array(title, NULL))"


class _Asked(Index):
    """How a question is written: both engines join what they look for alike, with signs of their own."""

    _and: str
    _or: str
    _but: str

    @staticmethod
    @abstractmethod
    def _one(step: Sequence[int]) -> str:
        """One of these terms."""

    def _said(self, groups: Sequence[Group], without: Sequence[Way]) -> str:
        asked = self._and.join(
            f"({self._or.join(self._and.join(map(self._one, way.steps)) for way in _ways(group))})"
            for group in groups
            if group.ways
        )
        for way in without if asked else ():
            if len(way.steps) == 1:
                asked = f"({asked}){self._but}{self._one(way.steps[0])}"
        return asked

    def _any(self, several: Sequence[str]) -> str:
        return self._or.join(f"({one})" for one in several)


class SqliteIndex(_Asked):
    """FTS5 (SQLite's full-text module), without a copy of what it indexes; terms go in by their numbers."""

    matching = (_IN_FTS5.format("statement_index"), _IN_FTS5.format("statement_index_title"))
    _and, _or, _but = " AND ", " OR ", " NOT "

    @staticmethod
    def _one(step: Sequence[int]) -> str:
        return f'"{step[0]}"' if len(step) == 1 else "(" + " OR ".join(f'"{number}"' for number in step) + ")"

    def _put_in(self, rows: Sequence[Row]) -> None:
        many = [(row.id, row.day.isoformat(), row.title, row.rest) for row in rows]
        self._connection.exec_driver_sql(
            "INSERT INTO statement_index_words (id, day, title, rest) VALUES (?, ?, ?, ?)", many
        )
        for table, parts in zip(_TABLES, _for_fts5(rows), strict=True):
            self._connection.exec_driver_sql(f"INSERT INTO {table} (rowid, terms) VALUES (?, ?)", parts)  # noqa: S608

    def _take_out(self, key: int, title: str, rest: str) -> None:
        for table, parts in zip(_TABLES, _for_fts5([Row(key, date.min, title, rest)]), strict=True):
            self._connection.exec_driver_sql(
                f"INSERT INTO {table} ({table}, rowid, terms) VALUES ('delete', ?, ?)",  # noqa: S608
                parts,
            )

    def _empty(self) -> None:
        for table in _TABLES:
            self._connection.exec_driver_sql(f"INSERT INTO {table} ({table}) VALUES ('delete-all')")  # noqa: S608


class PostgresIndex(_Asked):
    """GIN indexes over tsvectors that PostgreSQL makes of signed statements: their lexemes are the signs."""

    matching = (_IN_VECTORS.format(_VECTOR), _IN_VECTORS.format(_TITLE_VECTOR))
    _and, _or, _but = " & ", " | ", " & !"

    @staticmethod
    def _one(step: Sequence[int]) -> str:
        several = [" & ".join(_quoted(char) for char in sign(number)) for number in step]
        return f"({' | '.join(f'({one})' for one in several)})"

    def _put_in(self, rows: Sequence[Row]) -> None:
        self._connection.execute(sa.insert(WORDS), [asdict(row) for row in rows])

    def _take_out(self, key: int, title: str, rest: str) -> None:
        """The row is all there is."""

    def _empty(self) -> None:
        """The rows are all there is."""


def index_for(connection: Connection, additions: Additions) -> Index:
    """The index of this connection's database."""
    kind = SqliteIndex if connection.dialect.name == "sqlite" else PostgresIndex
    return kind(connection, additions)


def _ways(group: Group) -> Iterator[Way]:
    """The ways, without those that ask for more than another one does: terms apart are enough."""
    seen: set[tuple[tuple[int, ...], ...]] = set()
    for way in group.ways:
        if way.steps not in seen:
            seen.add(way.steps)
            yield way


def _for_fts5(rows: Iterable[Row]) -> tuple[list[tuple[int, str]], ...]:
    """What goes into the tables of FTS5: of all terms, and of the title's; each once."""
    every, titles = [], []
    for row in rows:
        of_title = set(numbers_in(row.title))
        every.append((row.id, " ".join(map(str, of_title.union(numbers_in(row.rest))))))
        titles.append((row.id, " ".join(map(str, of_title))))
    return every, titles


def _quoted(char: str) -> str:
    return "'" + char.replace("\\", "\\\\").replace("'", "''") + "'"
