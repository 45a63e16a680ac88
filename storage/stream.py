"""Streams the rows of an SQLite database into PostgreSQL, table by table, and compares them afterwards.

Each batch is one COPY, and commits together with the word how far it came: killed at any instant, the next
run goes on behind it. Indexes and references are taken away before and made again after (manual, 14.4,
"Populating a Database"); how, is written down first.
"""

import json
import sqlite3
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import psycopg
import sqlalchemy as sa
from psycopg import sql

from storage.compact import FOUND, SAYS, TOLD, may_word, served
from storage.lines import SETTINGS, Tally, liner
from storage.tables import metadata
from storage.tables.program import meta
from storage.tables.watch import entries

BATCH = 20_000
"""Rows between two commits."""
_PIECE = 500
"""Rows in memory at once: one of them may hold a long document."""
_TELL_EVERY = 5.0
_PREFIX = "move "
"""How the names in `meta` begin under which the move keeps what it has to remember."""
_OURS = "name <> 'move' AND name NOT LIKE 'move %'"
_LATER = f"{_PREFIX}later"
_MEMORY = "256MB"

_INDEX = sa.MetaData()
_WORDS = sa.Table(
    "statement_index_words",
    _INDEX,
    sa.Column("id", sa.BigInteger, primary_key=True),
    sa.Column("day", sa.Date),
    sa.Column("title", sa.Text),
    sa.Column("rest", sa.Text),
)
_TERMS = sa.Table(
    "statement_index_terms",
    _INDEX,
    sa.Column("id", sa.BigInteger, primary_key=True),
    sa.Column("term", sa.Text),
    sa.Column("held", sa.BigInteger),
)
_KEYS = sa.Table(
    "statement_index_keys",
    _INDEX,
    sa.Column("key", sa.Text, primary_key=True),
    sa.Column("term", sa.BigInteger, primary_key=True),
)
TABLES: tuple[sa.Table, ...] = (*metadata.sorted_tables, _TERMS, _KEYS, _WORDS)
"""All that moves. Both databases keep the index for searching in the same words (`storage.vocabulary`)."""
FILLED_BY_A_START = (meta, _TERMS, _KEYS, _WORDS)
"""Tables that hold rows as soon as there are tables."""

# What was made by a constraint comes and goes with it; primary keys stay, so that no row comes twice.
_INDEXES = """
    SELECT pg_get_indexdef(indexrelid), 'DROP INDEX ' || indexrelid::regclass FROM pg_index
    WHERE indrelid = ANY(%s::regclass[])
    AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid AND contype IN ('p', 'u', 'x'))
    ORDER BY indexrelid
"""
_CONSTRAINTS = """
    SELECT format('ALTER TABLE %%s ADD CONSTRAINT %%I %%s', conrelid::regclass, conname,
                  pg_get_constraintdef(oid)),
           format('ALTER TABLE %%s DROP CONSTRAINT %%I', conrelid::regclass, conname) FROM pg_constraint
    WHERE conrelid = ANY(%s::regclass[]) AND contype IN ('f', 'u') ORDER BY contype DESC, oid
"""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a step has come: so many rows of a table, or indexes, in so many seconds."""

    step: str
    """"copied", "indexed" or "compared"."""
    table: str
    rows: int
    seconds: float
    ended: bool


class Different(Exception):
    """What arrived is not what left; the message says where."""


@dataclass(slots=True)
class _State:
    """How far a table has come."""

    tally: Tally = field(default_factory=Tally)
    last: list[Any] = field(default_factory=list)
    """The key of the last row that is over."""
    ended: bool = False


_TITLE = (  # as `Entries.add` keeps it
    f"CASE WHEN text = '{TOLD}' AND title = (SELECT min(title) FROM statements "  # noqa: S608 - a sign of our own
    f"WHERE entry_id = entries.id HAVING count(*) = 1) THEN '{TOLD}' ELSE title END"
)


@dataclass(frozen=True)
class Stream:
    """From one connection to the other; the target's commits are made here, the source is only read."""

    source: sqlite3.Connection
    target: "psycopg.Connection[Any]"
    tell: Callable[[Progress], None] = lambda _: None

    def begin(self) -> None:
        """Empties the target, takes indexes and references away; not committed: the caller sets the mark."""
        names = [table.name for table in TABLES]
        if self._is_compact:
            names.append(FOUND)  # it is filled by itself
        self._say(sql.SQL("TRUNCATE {}").format(sql.SQL(", ").join(map(sql.Identifier, names))))
        later, now = [], []
        for question in (_INDEXES, _CONSTRAINTS):
            found = self.target.execute(question, (names,)).fetchall()
            later += [made for made, _ in found]
            now += [dropped for _, dropped in found]
        for words in reversed(now):  # references go before what they refer to
            self._say(sql.SQL(words))
        self._remember(_LATER, later)

    def copy(self) -> int:
        """Every row that is not there yet; returns how many came over now."""
        # Undone by a crash of PostgreSQL are at most whole batches, each with the word that it was there.
        self._say(sql.SQL("SET synchronous_commit = off"))
        return sum(self._copy(table) for table in TABLES)

    def index(self) -> None:
        """Makes the indexes and references again, each in a transaction of its own."""
        self._say(sql.SQL(f"SET maintenance_work_mem = '{_MEMORY}'"))
        later: list[str] = self._remembered(_LATER) or []
        began, number = time.monotonic(), len(later)
        while later:
            self._say(sql.SQL(later.pop(0)))
            self._remember(_LATER, later)
            self.target.commit()
            self.tell(Progress("indexed", "", number - len(later), time.monotonic() - began, ended=not later))

    def compare(self) -> dict[str, Tally]:
        """Reads every row back; returns how many there are by table, and the sums of their hashes.

        Raises Different where one is not what it was.
        """
        self._say(sql.SQL(SETTINGS))
        found = {}
        for table in TABLES:
            began, left = time.monotonic(), self._state(table).tally
            where = sql.SQL(f"WHERE {_OURS}" if table is meta else "")
            question = sql.SQL("COPY (SELECT {} FROM {} {}) TO STDOUT").format(
                _columns(table), _name(table), where
            )
            arrived = Tally()
            with self.target.cursor().copy(question) as answer:
                arrived.add(bytes(line) for line in answer)
            if arrived != left or left.rows != self._held(table):
                raise Different(
                    f"{table.name}: {left.rows} rows left, with the sum {left}; {arrived.rows} arrived, with "
                    f"the sum {arrived}"
                )
            found[table.name] = arrived
            self.tell(Progress("compared", table.name, arrived.rows, time.monotonic() - began, ended=True))
        return found

    def end(self) -> None:
        """Forgets how far everything came. Not committed: the caller takes the mark away."""
        self._say(sql.SQL("SET synchronous_commit = on"))
        self.target.execute("DELETE FROM meta WHERE name LIKE %s", (f"{_PREFIX}%",))

    def _copy(self, table: sa.Table) -> int:
        state = self._state(table)
        before, began = state.tally.rows, time.monotonic()
        told, places = began, _key_places(table)
        question = sql.SQL("COPY {} ({}) FROM STDIN").format(_name(table), _columns(table))
        line, pieces = self._liner(table), self._pieces(table, state.last)
        while not state.ended:
            came = 0
            with self.target.cursor().copy(question) as copy:
                while came < BATCH:
                    piece = next(pieces, None)
                    if piece is None:
                        state.ended = True
                        break
                    lines = [line(row) for row in piece]
                    copy.write(b"".join(lines))
                    state.tally.add(lines)
                    state.last = [piece[-1][place] for place in places]
                    came += len(piece)
            self._keep(table, state)
            if state.ended or time.monotonic() - told > _TELL_EVERY:
                told = time.monotonic()
                rows = state.tally.rows
                self.tell(Progress("copied", table.name, rows, told - began, ended=state.ended))
        return state.tally.rows - before

    def _liner(self, table: sa.Table) -> Callable[[tuple[Any, ...]], bytes]:
        (said,) = self.target.execute(SAYS).fetchone() or ("",)
        return liner(table, compact=self._is_compact, worded=may_word(served(said)))

    def _pieces(self, table: sa.Table, last: Sequence[Any]) -> Iterator[list[tuple[Any, ...]]]:
        """The rows behind this key, by their keys, as SQLite keeps them."""
        key = ", ".join(f'"{column.name}"' for column in table.primary_key.columns)
        where = [_OURS] if table is meta else []
        if last:
            where.append(f"({key}) > ({', '.join('?' * len(last))})")
        asked = ", ".join(self._asked(column) for column in table.columns)
        question = f'SELECT {asked} FROM "{table.name}"'  # noqa: S608 - names of our own
        question += f" WHERE {' AND '.join(where)}" if where else ""
        found = self.source.execute(f"{question} ORDER BY {key}", last)
        while piece := found.fetchmany(_PIECE):
            yield piece

    def _asked(self, column: sa.Column[Any]) -> str:
        """How a column is asked for: a title that its statement has as well is not kept twice."""
        return _TITLE if self._is_compact and column is entries.c.title else f'"{column.name}"'

    @cached_property
    def _is_compact(self) -> bool:
        """Whether the target keeps its archive in little room."""
        return self.target.execute("SELECT to_regclass(%s)", (FOUND,)).fetchone() != (None,)

    def _held(self, table: sa.Table) -> int:
        """How many rows the source holds."""
        where = f" WHERE {_OURS}" if table is meta else ""
        question = f'SELECT count(*) FROM "{table.name}"{where}'  # noqa: S608 - names of our own
        return int(self.source.execute(question).fetchone()[0])

    def _keep(self, table: sa.Table, state: _State) -> None:
        """What came over, and the word how far that is: together, or not at all."""
        tally = state.tally
        self._remember(_PREFIX + table.name, [tally.rows, str(tally), state.last, state.ended])
        self.target.commit()

    def _state(self, table: sa.Table) -> _State:
        found = self._remembered(_PREFIX + table.name)
        if found is None:
            return _State()
        rows, total, last, ended = found
        return _State(Tally(rows, int(total, 16)), last, ended)

    def _remember(self, name: str, value: object) -> None:
        self.target.execute(
            "INSERT INTO meta (name, value) VALUES (%s, %s) "
            "ON CONFLICT (name) DO UPDATE SET value = excluded.value",
            (name, json.dumps(value)),
        )

    def _remembered(self, name: str) -> Any:  # noqa: ANN401 - what was remembered under that name
        row = self.target.execute("SELECT value FROM meta WHERE name = %s", (name,)).fetchone()
        return None if row is None else json.loads(row[0])

    def _say(self, words: sql.SQL | sql.Composed) -> None:
        self.target.execute(words)


def _key_places(table: sa.Table) -> list[int]:
    names = [column.name for column in table.columns]
    return [names.index(column.name) for column in table.primary_key.columns]


def _name(table: sa.Table) -> sql.Identifier:
    return sql.Identifier(table.name)


def _columns(table: sa.Table) -> sql.Composed:
    return sql.SQL(", ").join(sql.Identifier(column.name) for column in table.columns)
