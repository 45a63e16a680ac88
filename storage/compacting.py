"""Takes an archive of before over into little room (`storage.compact`), in small steps, while others go on.

Nothing is noted of how far it came: each step finds what it has left to do by looking, so whatever ends it,
the same call goes on. On SQLite there is but one: texts are packed where they stand. So is
one that was compact before texts were packed with words (`storage.packing`).
"""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

import sqlalchemy as sa
from sqlalchemy.engine import Connection
from sqlalchemy.exc import SQLAlchemyError

from storage import locks
from storage.compact import (
    ASKED_AGAIN_AFTER,
    FOUND,
    TOLD,
    WORDED,
    is_compact,
    is_worded,
    say_whom_it_serves,
    serves,
)
from storage.connecting import StorageError, Unusable, reason
from storage.database import Database
from storage.migrate import is_locked
from storage.odds import repeated
from storage.packing import LEAST, packed_anew
from storage.packing import WORDED as HEAD

PORTION = 500
"""Statements in one transaction."""
_NUMBERS = 20_000
_VACUUM_SHARE, _VACUUM_LEAST = 20, 2_000
"""After a twentieth of all statements their room is made free for the next: else a table grows by half."""
_PATIENCE = 3.0
_PAUSES = (0.5, 1.0, 2.0, 4.0, 8.0, 16.0)
_AT_WORK = timedelta(minutes=2)
"""A node that was seen within this time is at work."""
_MADE = "statement_index_made"
"""The table of numbers until it holds all of them; then it is `FOUND`, by which every program asks."""
_VECTORS = {
    "all": "array_to_tsvector(string_to_array(title || rest, NULL))",
    "title": "array_to_tsvector(string_to_array(title || split_part(rest, E'\\x01', 4), NULL))",
}


@dataclass(frozen=True, slots=True)
class Portion:
    """How far a step has come."""

    step: str
    """"numbered", "indexed", "exchanged", "packed" or "titled"."""
    rows: int
    """So far; of "indexed" and "exchanged" steps."""
    ended: bool = False


@dataclass(frozen=True, slots=True)
class Compacted:
    """What was done, and the room that statements, entries and the index take, in bytes."""

    numbered: int
    packed: int
    titled: int
    before: int
    after: int


Tell = Callable[[Portion], None]


def compact(database: Database, now: datetime, version: str, tell: Tell = lambda _: None) -> Compacted:
    """Takes the archive over; what is done already is left. `version` is this program's, as nodes tell it.

    Raises Unusable where programs of another version are at work, StorageError where it broke off.
    """
    try:
        with locks.if_free(database.engine, "compact") as alone:
            if not alone:
                raise StorageError(f"another program does it already: {database.lock_holder('compact')}")
            if not database.is_shared:
                return _Sqlite(database, tell).taken()
            began = time.monotonic()

            def look() -> None:
                _check_nodes(database, now + timedelta(seconds=time.monotonic() - began), version)

            look()
            return _PostgreSQL(database, tell, look).taken()
    except SQLAlchemyError as error:
        raise StorageError(
            f"it broke off: {reason(error)}: mend that and run the same command again, it goes on"
        ) from error


def _check_nodes(database: Database, now: datetime, version: str) -> None:
    with database.read() as work:
        others = [
            one.node for one in work.nodes.all(now) if one.ago < _AT_WORK and one.node.version != version
        ]
    if others:
        places = ", ".join(f"{node.place} ({node.version})" for node in others)
        raise Unusable(
            f"nodes of another version are at work: {places}: they would find nothing; exchange them first"
        )


@dataclass(frozen=True, slots=True)
class _Sqlite:
    """On SQLite texts are packed as they are written, by programs that know how, and how well."""

    database: Database
    tell: Tell

    def taken(self) -> Compacted:
        before = self._room()
        packed = 0
        for table in ("statements", "entries", "versions"):
            last = 0
            while found := self._pack(table, last):
                last = found[-1]
                packed += len(found)
                self.tell(Portion("packed", packed))
        self.tell(Portion("packed", packed, ended=True))
        return Compacted(0, packed, 0, before, self._room())

    def _pack(self, table: str, last: int) -> list[int]:
        """The rows of the next portion that were looked at."""
        with self.database.write() as work:
            question = (
                f"SELECT rowid, text FROM {table} WHERE rowid > ? AND CASE typeof(text) "  # noqa: S608 - names of our own
                "WHEN 'text' THEN length(text) >= ? ELSE substr(text, 1, 2) <> ? END ORDER BY rowid LIMIT ?"
            )
            rows = work.connection.exec_driver_sql(question, (last, LEAST, HEAD, PORTION)).all()
            packed = [(packed_anew(text), row) for row, text in rows]
            if any(text for text, _ in packed):
                change = f"UPDATE {table} SET text = ? WHERE rowid = ?"  # noqa: S608 - likewise
                work.connection.exec_driver_sql(change, [one for one in packed if one[0]])
        return [int(row) for row, _ in rows]

    def _room(self) -> int:
        with self.database.engine.connect() as connection:
            return int(
                connection.exec_driver_sql(
                    "SELECT (page_count - freelist_count) * page_size FROM pragma_page_count, "
                    "pragma_freelist_count, pragma_page_size"
                ).scalar_one()
            )


@dataclass(frozen=True, slots=True)
class _PostgreSQL:
    """The numbers, their indexes, the exchange, and then the texts and titles."""

    database: Database
    tell: Tell
    look: Callable[[], None]
    """Raises Unusable where somebody is at work who would find nothing after the exchange."""

    def taken(self) -> Compacted:
        before = self._room()
        numbered = 0
        with self.database.read() as work:
            is_wide = not is_compact(work.connection)
        if is_wide:
            self._in_turn(_begin)
            numbered = self._number()
            self._index()
            self.look()
            self._in_turn(_exchange)
            self.tell(Portion("exchanged", numbered, ended=True))
        self._let_go()
        self.look()
        self._in_turn(_word)
        packed = self._through("packed", "statements", _pack)
        titled = self._through("titled", "entries", _title)
        return Compacted(numbered, packed, titled, before, self._room())

    def _number(self) -> int:
        """Every signed statement's number; what comes or goes meanwhile the triggers see to."""
        last = number = 0
        while True:
            with self.database.write() as work:
                locks.until_commit(work.connection, "index")  # nothing is taken out between look and note
                given = {"last": last, "most": _NUMBERS}
                found = work.connection.execute(_NEXT, given).all()
            if not found:
                self.tell(Portion("numbered", number, ended=True))
                return number
            last = max(row.id for row in found)
            number += len(found)
            self.tell(Portion("numbered", number))

    def _index(self) -> None:
        for at, name in enumerate(_VECTORS, start=1):
            index = f"ix_{FOUND}_{name}"
            with self._plain() as connection:
                valid = connection.execute(_VALID, {"name": index}).scalar()
                if valid is False:  # it was broken off
                    connection.exec_driver_sql(f"DROP INDEX CONCURRENTLY IF EXISTS {index}")
                if not valid:
                    connection.exec_driver_sql(
                        f"CREATE INDEX CONCURRENTLY {index} ON {_MADE} USING gin (statement_index_{name}(id))"
                    )
            self.tell(Portion("indexed", at, ended=at == len(_VECTORS)))

    def _let_go(self) -> None:
        """The indexes that programs ask which have not noticed the exchange: where there are any, later."""
        with self._plain() as connection:
            there = [
                name for name in _WIDE if connection.execute(_VALID, {"name": name}).scalar() is not None
            ]
            if there and connection.execute(_OTHERS, {"ours": f"vigil-{locks.place()}"}).scalar():
                time.sleep(ASKED_AGAIN_AFTER + _PATIENCE)
            for name in there:
                connection.exec_driver_sql(f"DROP INDEX CONCURRENTLY IF EXISTS {name}")

    def _through(
        self, step: str, table: str, does: Callable[[Connection, int], tuple[Sequence[int], int]]
    ) -> int:
        """A step on all statements, a portion in a transaction; returns how many rows it changed."""
        last = changed = vacuumed = 0
        with self.database.read() as work:
            every = max(_VACUUM_LEAST, work.counts().statements // _VACUUM_SHARE)
        while True:
            seen, more = repeated(partial(self._portion, does, last))
            if not seen:
                break
            last = seen[-1]
            changed += more
            self.tell(Portion(step, changed))
            if changed - vacuumed >= every:
                vacuumed = changed
                self._vacuum(table)
        if changed:
            self._vacuum(f"ANALYZE {table}")
        self.tell(Portion(step, changed, ended=True))
        return changed

    def _portion(
        self, does: Callable[[Connection, int], tuple[Sequence[int], int]], last: int
    ) -> tuple[Sequence[int], int]:
        with self.database.write() as work:
            return does(work.connection, last)

    def _vacuum(self, what: str) -> None:
        with self._plain() as connection:
            connection.exec_driver_sql(f"VACUUM {what}")

    @contextmanager
    def _plain(self) -> Iterator[Connection]:
        """A session in which each statement is a transaction of its own."""
        with self.database.engine.connect() as connection:
            plain = connection.execution_options(isolation_level="AUTOCOMMIT")
            plain.exec_driver_sql(_LOOKS_FOR_US)
            yield plain

    def _in_turn(self, does: Callable[[Connection], None]) -> None:
        """A step that wants a table for itself: it waits shortly, lets everybody pass, and tries again."""
        for pause in (*_PAUSES, None):
            try:
                with self.database.write() as work:
                    work.connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{_PATIENCE}s'")
                    does(work.connection)
                    return
            except SQLAlchemyError as error:
                if not is_locked(error) or pause is None:
                    raise
            time.sleep(pause)

    def _room(self) -> int:
        with self.database.engine.connect() as connection:
            return int(connection.execute(_ROOM).scalar_one())


def _begin(connection: Connection) -> None:
    """The table of numbers, what makes vectors of them, and what keeps it in step, as of migration 0051."""
    if connection.exec_driver_sql(f"SELECT to_regclass('{_MADE}')").scalar():
        return
    schema = connection.scalar(sa.text("SELECT quote_ident(current_schema())"))
    connection.exec_driver_sql(f"CREATE TABLE {_MADE} (id BIGINT CONSTRAINT pk_{FOUND} PRIMARY KEY)")
    for name, vector in _VECTORS.items():
        told = f"SELECT {vector} FROM {schema}.statement_index_words WHERE id = number"  # noqa: S608 - names of our own
        connection.exec_driver_sql(
            f"CREATE FUNCTION statement_index_{name}(number BIGINT) RETURNS TSVECTOR "
            f"LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$ {told} $$"
        )
    _keep_in_step(connection, str(schema), _MADE)
    for event, rows in (("INSERT", "NEW"), ("DELETE", "OLD")):
        name = f"statement_index_{event.lower()}"
        connection.exec_driver_sql(
            f"CREATE TRIGGER {name} AFTER {event} ON statement_index_words "
            f"REFERENCING {rows} TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION {name}()"
        )


def _keep_in_step(connection: Connection, schema: str, table: str) -> None:
    for event, does in (
        ("insert", f"INSERT INTO {schema}.{table} SELECT id FROM changed ORDER BY id"),  # noqa: S608 - names of our own
        ("delete", f"DELETE FROM {schema}.{table} AS found USING changed WHERE found.id = changed.id"),  # noqa: S608 - likewise
    ):
        connection.exec_driver_sql(
            f"CREATE OR REPLACE FUNCTION statement_index_{event}() RETURNS TRIGGER LANGUAGE plpgsql "
            f"AS $$ BEGIN {does}; RETURN NULL; END $$"
        )


def _exchange(connection: Connection) -> None:
    """From now on whoever asks anew asks the numbers, and programs that cannot are refused."""
    locks.until_commit(connection, "index")
    schema = connection.scalar(sa.text("SELECT quote_ident(current_schema())"))
    connection.exec_driver_sql(f"ALTER TABLE {_MADE} RENAME TO {FOUND}")
    _keep_in_step(connection, str(schema), FOUND)
    say_whom_it_serves(connection)


def _word(connection: Connection) -> None:
    """From now on texts may be packed with words. A program that asks later writes them as before."""
    if not is_worded(connection):
        say_whom_it_serves(connection, max(WORDED, serves(connection)))


def _pack(connection: Connection, last: int) -> tuple[Sequence[int], int]:
    """Packs the texts of the next statements; gives those that were looked at, and how many it changed."""
    given = {"last": last, "most": PORTION, "least": LEAST, "head": HEAD}
    rows = connection.execute(_LONG, given).all()
    packed = [(row.id, found) for row in rows if (found := packed_anew(row.packed or row.text))]
    if packed:
        numbers, texts = zip(*packed, strict=True)
        connection.execute(_PACKED, {"numbers": list(numbers), "texts": list(texts)})
    return [row.id for row in rows], len(packed)


def _title(connection: Connection, last: int) -> tuple[Sequence[int], int]:
    """Lets entries take their titles from their statements, where these have the very same."""
    rows = connection.execute(_TITLES, {"last": last, "most": 10 * PORTION, "told": TOLD}).all()
    same = [row.entry_id for row in rows if row.is_same]
    if same:  # who is changing one of them waits for us, or we for them; then it is looked at anew
        connection.execute(_HOLD, {"numbers": [row.id for row in rows if row.is_same]})
        changed = connection.execute(_TITLED, {"numbers": same, "told": TOLD}).rowcount
    return [row.id for row in rows], changed if same else 0


_LOOKS_FOR_US = (
    "SELECT set_config(name, '1s', false) FROM pg_settings WHERE name = 'client_connection_check_interval'"
)
"""Else what we asked for goes on for minutes when we are killed, and in the way of whoever goes on.

The server knows it since PostgreSQL 14.
"""
_WIDE = tuple(f"ix_statement_index_words_{name}" for name in _VECTORS)
_OTHERS = sa.text(
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
    "AND application_name LIKE 'vigil-%' AND application_name <> :ours"
)
_NEXT = sa.text(
    f"INSERT INTO {_MADE} SELECT id FROM statement_index_words AS one WHERE id > :last "  # noqa: S608 - names of our own
    f"AND NOT EXISTS (SELECT FROM {_MADE} AS there WHERE there.id = one.id) "
    "ORDER BY id LIMIT :most RETURNING id"
)
_VALID = sa.text("SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass(:name)")
_LONG = sa.text(
    "SELECT id, text, packed FROM statements WHERE id > :last AND CASE WHEN packed IS NULL "
    "THEN length(text) >= :least ELSE substr(packed, 1, 2) <> :head END ORDER BY id LIMIT :most FOR UPDATE"
)
_PACKED = sa.text(
    "UPDATE statements SET text = '', packed = given.packed FROM "
    "unnest(CAST(:numbers AS bigint[]), CAST(:texts AS bytea[])) AS given (number, packed) "
    "WHERE id = given.number"
)
_TITLES = sa.text(
    "SELECT statements.id, entry_id, (entries.text = :told AND entries.title = statements.title) AS is_same "
    "FROM statements JOIN entries ON entries.id = entry_id WHERE statements.id > :last "
    "ORDER BY statements.id LIMIT :most"
)
_HOLD = sa.text("SELECT id FROM statements WHERE id = ANY(:numbers) ORDER BY id FOR UPDATE")
_TITLED = sa.text(
    "UPDATE entries SET title = :told WHERE id = ANY(:numbers) AND text = :told AND title = "
    "(SELECT min(title) FROM statements WHERE entry_id = entries.id HAVING count(*) = 1)"
)
_ROOM = sa.text(
    "SELECT coalesce(sum(pg_total_relation_size(to_regclass(name))), 0) FROM unnest(ARRAY["  # noqa: S608 - likewise
    f"'statements', 'entries', 'statement_index_words', '{_MADE}', '{FOUND}']) AS name"
)
