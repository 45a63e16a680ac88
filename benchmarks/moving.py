"""How fast everything moves to PostgreSQL: people with their wishes, statements with their index."""

import random
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa

from benchmarks import town
from storage.database import Database, now_utc
from storage.moving import Progress, move
from storage.tables.archive import statements
from storage.tables.watch import entries
from storage.vault import Vault
from tests.builders import a_source, a_statement, an_entry
from tests.postgres import a_postgres_server

_TEXT = "Nine refugees are held in a border town and face imminent return within days. " * 25
_WORDS = 20_000
"""Terms that a statement's are drawn from, the common ones more often."""
_LENGTH = 150
_AT_ONCE = 5_000


def measure(folder: Path, people: int, number: int) -> None:
    """Fills the one, moves it, and prints rows a second, for each step and for the whole."""
    old = Database(f"sqlite:///{folder / 'vigil.db'}", Vault.from_secret(bytes(32)))
    old.prepare()
    town.settle(old, people)
    _archive(old, number)
    spent: dict[str, float] = {}

    def tell(progress: Progress) -> None:
        if progress.ended:
            spent[progress.step] = spent.get(progress.step, 0.0) + progress.seconds
            if progress.rows >= _AT_ONCE:
                rate = progress.rows / progress.seconds
                print(
                    f"  {progress.step:<9} {progress.table:<24} {progress.rows:>10,} {rate:>10,.0f} a second"
                )

    with _federation() as new:
        began = time.perf_counter()
        rows = move(old, new, now_utc(), (), tell).rows
        took = time.perf_counter() - began
    steps = ", ".join(f"{step} in {seconds:.0f} s" for step, seconds in spent.items())
    print(f"{rows:,} rows in {took:.0f} s ({rows / took:,.0f} a second, reach 20,000): {steps}")
    old.close()


@contextmanager
def _federation() -> Iterator[Database]:
    """A server as its operator has it, which waits for the disk at each commit."""
    with a_postgres_server() as server:
        with server.connect("postgres") as connection:
            for setting in ("fsync", "synchronous_commit", "full_page_writes"):
                connection.execute(f"ALTER SYSTEM SET {setting} = on".encode())
            connection.execute("SELECT pg_reload_conf()")
        server.make("federation", like="template1")
        made = Database(server.url("federation"), Vault.from_secret(bytes(32)))
        yield made
        made.close()


def _archive(old: Database, number: int) -> None:
    """Statements of two kilobytes, with their index of some hundred terms each."""
    drawn = random.Random(1)  # noqa: S311 - the same each time
    now = now_utc()
    with old.write() as work:
        source = work.sources.ensure(a_source())
        entry_id = work.entries.add(source.id, an_entry(text=_TEXT), now)
        work.statements.add(a_statement(entry_id=entry_id, text=_TEXT), source, now)
    with old.engine.connect() as connection:
        entry = dict(connection.execute(sa.select(entries)).mappings().one())
        statement = dict(connection.execute(sa.select(statements)).mappings().one())
    for start in range(2, number + 2, _AT_ONCE):
        some = range(start, min(start + _AT_ONCE, number + 2))
        with old.engine.begin() as connection:
            connection.execute(sa.insert(entries), [entry | {"id": one, "uid": str(one)} for one in some])
            rows = [statement | {"id": one, "entry_id": one, "external_id": str(one)} for one in some]
            connection.execute(sa.insert(statements), rows)
            words = [(one, str(now.date()), _signs(drawn, 8), _signs(drawn, _LENGTH)) for one in some]
            connection.exec_driver_sql(
                "INSERT INTO statement_index_words (id, day, title, rest) VALUES (?, ?, ?, ?)", words
            )


def _signs(drawn: random.Random, number: int) -> str:
    """So many terms by their signs; those with low numbers are common."""
    return "".join(chr(0x4E00 + int(_WORDS * drawn.random() ** 3)) for _ in range(number))
