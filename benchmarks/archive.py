"""The archive: how fast statements go in, how much room they take, and how long look-ups take.

A part of the statements is stored by the program, which is timed; the rest are copies of them with numbers
of their own, made by the database, so that a million are there within minutes. Look-ups are asked one after
the other, each beside the bare question to the engine for the words as they were typed.
"""

import gc
import json
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from benchmarks.corpus import statements as made
from bot.commands import words
from bot.speech import Speech
from jobs.filing import keep
from jobs.prune import Pruner
from jobs.recall import Recall
from jobs.steps.understand import of_source, understand_entry
from storage.answer import Row
from storage.bounds import in_time
from storage.compact import FOUND, is_compact
from storage.database import Database, Work, now_utc
from storage.engines import for_fts5, holding, vectors
from storage.records import Entry, Source, Statement
from storage.search import WORDS
from storage.tables import metadata
from storage.tables.archive import cases, demands, statement_countries, statement_parties, statements
from storage.tables.watch import entries
from storage.terms import terms
from storage.vault import Vault
from storage.vocabulary import sign
from tests.postgres import a_postgres_server

BASE = 5_000
"""Statements that the program itself stores; the others are their copies."""
_UNDERSTOOD = 300
_BATCH = 200
_ROUNDS = 2
_PATIENCE = 60.0
_QUESTIONS = Path(__file__).parents[1] / "tests" / "data" / "eval" / "queries_dev.jsonl"
_COMMON = (
    *(
        "human rights",
        "prison",
        "North Korea refugees China",
        "people",
        "execution today",
        "death penalty Iran",
    ),
    *(
        "강제 북송",
        "난민",
        "北朝鮮 人権",
        "中国 死刑",
        "права человека",
        "droits de l'homme",
        "derechos humanos",
    ),
    *("country:KP prison camp", "kind:resolution Council", '"human rights"', '"prison camp" -execution'),
    *("letter to the president", "what did the Council say about refugees in 2014?", "sort:new execution"),
)
_COPIED = (entries, cases, statements, statement_countries, statement_parties, demands)
_INDEX = ("statement_index_words", "statement_index_terms", "statement_index_keys", FOUND)
_SOURCE = Source(name="nkhr", url="", organisation="NKHR")


@dataclass(frozen=True, slots=True)
class Shelf:
    """What was measured of one database."""

    kind: str
    number: int
    stored: float
    """Statements a second, without understanding."""
    understood: float
    """Likewise with it, on one core."""
    room: float
    """Bytes on the disk to bytes of text."""
    ours: Sequence[float]
    bare: Sequence[float]
    """Seconds of each look-up, and of the engine alone, in the same order."""
    spent: Sequence[float]
    """Seconds of this process's processor for each look-up: on SQLite all there is."""


def measure(folder: Path, number: int) -> Iterator[Shelf]:
    """The same on both kinds of database, made for it."""
    yield measured(f"sqlite:///{folder / 'archive.db'}", number)
    with a_postgres_server() as server:
        server.make("archive")
        yield measured(server.url("archive"), number)


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which this share of them lies."""
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


def measured(url: str, number: int) -> Shelf:
    """One database: filled, where it is empty, and asked."""
    database = Database(url, Vault.from_secret(bytes(32)))
    database.prepare()
    given = list(made(min(BASE, number)))
    text = sum(len((one.title + one.text).encode()) for _, one in given) / len(given)
    with database.read() as work:
        number_held = work.counts().statements
    stored = understood = 0.0
    if not number_held:
        understood = _timed(lambda: _understand(database, list(made(_UNDERSTOOD, seed=2))), _UNDERSTOOD)
        stored = _timed(lambda: _store(database, given), len(given))
        _multiply(database, max(1, number // len(given)))
        with database.read() as work:
            number_held = work.counts().statements
    room = _room(database) / (text * number_held)
    ours, bare, spent = _asked(database)
    kind = database.engine.dialect.name
    database.close()
    return Shelf(kind, number_held, stored, understood, room, ours, bare, spent)


def _multiply(database: Database, copies: int) -> None:
    """Everything is there so many times; what PostgreSQL indexes by itself it indexes at the end."""
    is_postgresql = database.engine.dialect.name == "postgresql"
    with database.write() as work:
        highest = [work.connection.scalar(sa.select(sa.func.max(one.c.id))) for one in _COPIED[:3]]
        last = max(int(one or 0) for one in highest)
        indexes = []
        if is_postgresql:
            question = "SELECT indexname, indexdef FROM pg_indexes WHERE indexdef LIKE '%USING gin%'"
            indexes = [tuple(row) for row in work.connection.execute(sa.text(question))]
            for name, _ in indexes:
                work.connection.execute(sa.text(f"DROP INDEX {name}"))
    for copy in range(1, copies):
        with database.write() as work:
            _copy(work, copy * last, last)
    with database.write() as work:
        more = sa.text("UPDATE statement_index_terms SET held = held * :by WHERE term <> '#rules'")
        work.connection.execute(more, {"by": copies})
        if is_postgresql:
            for _, made_by in indexes:
                work.connection.exec_driver_sql(made_by.replace("%", "%%"))
    if is_postgresql:
        with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(sa.text("VACUUM ANALYZE"))
    else:
        Pruner(database).merge(pause=0.0)  # as the service does every hour, where there is something to do


def _timed(work: Callable[[], None], number: int) -> float:
    start = time.perf_counter()
    work()
    return number / (time.perf_counter() - start)


def _store(database: Database, given: Sequence[tuple[Entry, Statement]]) -> None:
    now = now_utc()
    for start in range(0, len(given), _BATCH):
        with database.write() as work:
            work.cases.lock()
            source = work.sources.ensure(_SOURCE)
            for entry, statement in given[start : start + _BATCH]:
                number = work.entries.add(source.id, entry, now, told=True, titled=True)
                case = work.cases.open(statement.title, now)
                work.statements.add(replace(statement, entry_id=number, case_id=case), source, now)


def _understand(database: Database, given: Sequence[tuple[Entry, Statement]]) -> None:
    """As `vigil import` does: each entry is read, and compared with what is known."""
    now, recall = now_utc(), Recall()
    for start in range(0, len(given), _BATCH):
        part = [entry for entry, _ in given[start : start + _BATCH]]
        read = [of_source(one, understand_entry(one, _SOURCE, now), _SOURCE) for one in part]
        with database.write() as work:
            work.cases.lock()
            recall.begin(work)
            source = work.sources.ensure(replace(_SOURCE, name="import"))
            for one in read:
                keep(work, source, one, now, recall)


def _copy(work: Work, shift: int, base: int) -> None:
    """Once more everything whose number is not above `base`, under other numbers."""
    for table in _COPIED:
        columns = [_shifted(column, shift) for column in table.columns]
        first = table.c.get("statement_id", table.c.get("id"))
        assert first is not None
        question = sa.select(*columns).where(first <= base)
        work.connection.execute(sa.insert(table).from_select([c.name for c in table.columns], question))
    columns = [_shifted(column, shift) for column in WORDS.c]
    question = sa.select(*columns).where(WORDS.c.id <= base)
    work.connection.execute(sa.insert(WORDS).from_select([column.name for column in WORDS.c], question))
    if work.connection.dialect.name == "sqlite":
        _into_fts5(work.connection, shift, base)


def _into_fts5(connection: Connection, shift: int, base: int) -> None:
    """What FTS5 is given of a statement is made once, and given again with another number."""
    tables = ("statement_index", "statement_index_title")
    if not connection.scalar(sa.text("SELECT count(*) FROM temp.sqlite_master WHERE name = 'given'")):
        connection.execute(sa.text("CREATE TEMP TABLE given (id INTEGER PRIMARY KEY, every, titles)"))
        found = connection.execute(sa.select(WORDS).where(WORDS.c.id <= base)).all()
        parts = zip(*for_fts5([Row(*row) for row in found]), strict=True)
        rows = [(number, every, titles) for (number, every), (_, titles) in parts]
        connection.exec_driver_sql("INSERT INTO given VALUES (?, ?, ?)", rows)
    for table, column in zip(tables, ("every", "titles"), strict=True):
        into = f"INSERT INTO {table} (rowid, terms) SELECT id + ?, {column} FROM given"  # noqa: S608 - names of our own
        connection.exec_driver_sql(into, (shift,))


def _shifted(column: sa.ColumnClause[Any], shift: int) -> sa.ColumnElement[Any]:
    if column.name in ("id", "statement_id", "entry_id", "case_id"):
        return column + shift
    if column.name == "uid":
        return sa.literal(f"{shift}-") + column
    return column


def _room(database: Database) -> int:
    file = database.engine.url.database
    if database.engine.dialect.name == "sqlite" and file:
        with database.engine.connect() as connection:
            connection.execute(sa.text("PRAGMA wal_checkpoint(TRUNCATE)"))
        return Path(file).stat().st_size
    with database.engine.connect() as connection:
        mine = [*metadata.tables, *_INDEX]
        sizes = (
            connection.scalar(sa.text(f"SELECT pg_total_relation_size(to_regclass('{one}'))")) for one in mine
        )
        return sum(int(size or 0) for size in sizes)


def _asked(database: Database) -> tuple[list[float], list[float], list[float]]:
    """Seconds of each look-up, of the engine alone, and of our processor; the first round warms up."""
    speech = Speech("en")
    lines = [json.loads(line)["query"] for line in _QUESTIONS.read_text(encoding="utf-8").splitlines()]
    ours: list[float] = []
    bare: list[float] = []
    spent: list[float] = []
    gc.collect()
    gc.freeze()  # as the service does (`bot.app`)
    for turn in range(_ROUNDS):
        asking = Database(database.engine.url.render_as_string(hide_password=False), database.vault)
        with asking.read() as work:  # what was read of questions is forgotten, what the disk gave is not
            for line in (*lines, *_COMMON, *_COMMON):
                start, before = time.perf_counter(), time.process_time()
                wanted = words.looked_for(words.read(line, words.SEARCH, speech, now_utc().date()))
                work.statements.search(words.query_of(wanted), 5)
                took, cost = time.perf_counter() - start, time.process_time() - before
                question, asked = _bare_question(work, wanted)
                with in_time(work.connection, _PATIENCE):
                    start = time.perf_counter()
                    work.connection.exec_driver_sql(question, (asked,)).all()
                    alone = time.perf_counter() - start
                # What takes a whole processor at real-time priority is held back for 50 ms of each second.
                time.sleep((took + alone) / 10)
                if turn:
                    ours.append(took)
                    bare.append(alone)
                    spent.append(cost)
        asking.close()
    return ours, bare, spent


def _bare_question(work: Work, wanted: words.Wanted) -> tuple[str, str]:
    """All statements that hold all the words, from the engine's index, and nothing else: ids alone."""
    typed = [term for word in (*wanted.words, *wanted.phrases) for term in terms(word)]
    known = work.connection.execute(
        sa.text("SELECT id FROM statement_index_terms WHERE term IN :terms").bindparams(
            sa.bindparam("terms", typed or [""], expanding=True)
        )
    )
    numbers = [int(row.id) for row in known]
    if work.connection.dialect.name == "sqlite":
        asked = " AND ".join(f'"{number}"' for number in numbers) or '"0"'
        return "SELECT rowid FROM statement_index WHERE statement_index MATCH ?", asked
    chars = [char.replace("\\", "\\\\").replace("'", "''") for n in numbers for char in sign(n)]
    asked = " & ".join(f"'{char}'" for char in chars) or "'none'"
    return holding(vectors(compact=is_compact(work.connection))[0]), asked


def told(shelf: Shelf) -> str:
    """The figures of one database, in lines."""
    p95, alone = percentile(shelf.ours, 0.95), percentile(shelf.bare, 0.95)
    return (
        f"\n{shelf.kind}, {shelf.number:,} statements\n"
        f"  stored              {shelf.stored:,.0f}/s without understanding, reach >= 500;"
        f" {shelf.understood:,.0f}/s with it, reach >= 200\n"
        f"  on the disk         {shelf.room:.2f} times the text, reach <= 2.5\n"
        f"  a look-up           median {statistics.median(shelf.ours) * 1000:.0f} ms, p95 {p95 * 1000:.0f} ms"
        f" (reach <= 60 on SQLite); {p95 / alone:.2f} times the bare index query's p95 of"
        f" {alone * 1000:.0f} ms, reach <= 1.5\n"
        f"  of a processor      median {statistics.median(shelf.spent) * 1000:.0f} ms,"
        f" p95 {percentile(shelf.spent, 0.95) * 1000:.0f} ms a look-up"
    )
