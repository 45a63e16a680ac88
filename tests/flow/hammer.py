"""A program that writes without a pause: `python -m tests.flow.hammer DATABASE KEYFILE`.

Each transaction adds an entry, a statement, an alert and a delivery, and counts itself. Whoever reads
one state of everything finds as many of each as were counted.
"""

import sys
from datetime import timedelta
from pathlib import Path

import sqlalchemy as sa

from storage.database import Database, Work
from storage.tables.program import meta
from storage.vault import Vault, read_or_make_key
from tests.builders import NOON, a_source, a_statement, an_alert, an_entry

COUNTED = ("entries", "statements", "alerts", "deliveries")


def prepare(work: Work) -> None:
    """A recipient, and the count at nothing."""
    work.recipients.ensure("telegram", "1", "en", NOON)
    work.connection.execute(sa.insert(meta).values(name="strokes", value="0"))


def strike(work: Work, number: int, *, words: int = 50) -> None:
    """One of everything."""
    source = work.sources.ensure(a_source())
    entry_id = work.entries.add(source.id, an_entry(uid=str(number)), NOON)
    made = a_statement(entry_id=entry_id, title=f"Call {number}", text=f"Halt the return {number}. " * words)
    statement = work.statements.get(work.statements.add(made, source, NOON))
    alert = an_alert(identifier=f"vigil-{number}", statement=statement, source=source)
    work.deliveries.queue(work.alerts.add(alert), [(1, "telegram", NOON + timedelta(days=99))], 1)
    work.connection.execute(sa.update(meta).where(meta.c.name == "strokes").values(value=str(number)))


def main(url: str, key_file: Path) -> None:
    """Until it is killed."""
    database = Database(url, Vault.from_secret(read_or_make_key(key_file)))
    number = 0
    while True:
        number += 1
        with database.write() as work:
            strike(work, number)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
