"""What statements said before their sources rewrote them."""

from collections.abc import Callable, Collection, Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from storage.compact import text_of
from storage.records import Version
from storage.tables.archive import statements, versions

MOST = 50
"""Versions kept of one statement. Past it the oldest but the very first go: a page may change each hour."""


class Versions:
    """Questions about former versions, and their changes."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def keep(self, statement_id: int, now: datetime, *, rewritten: bool) -> None:
        """Keeps what the statement says, as it is about to say something else.

        Not `rewritten` means that nobody edited it: more of it was read.
        """
        row = self._connection.execute(
            sa.select(*(statements.c[name] for name in ("title", "text", "packed", "url", "fetched"))).where(
                statements.c.id == statement_id
            )
        ).one()
        last = self._connection.execute(
            sa.select(versions.c.number, versions.c.until)
            .where(versions.c.statement_id == statement_id)
            .order_by(versions.c.number.desc())
            .limit(1)
        ).first()
        number = last.number + 1 if last else 1
        self._connection.execute(
            sa.insert(versions).values(
                statement_id=statement_id,
                number=number,
                title=row.title,
                text=text_of(row.text, row.packed),
                url=row.url,
                since=last.until if last else row.fetched,
                until=now,
                rewritten=rewritten,
            )
        )
        self._connection.execute(
            sa.delete(versions).where(
                versions.c.statement_id == statement_id,
                versions.c.number > 1,
                versions.c.number <= number - MOST + 1,
            )
        )

    def bring(self, statement_id: int, former: Sequence[Version]) -> None:
        """What a statement said before in another archive, with the numbers that it had there."""
        rows = [
            {
                "statement_id": statement_id,
                "number": one.number,
                "title": one.title,
                "text": one.text,
                "url": one.url,
                "since": one.since,
                "until": one.until,
                "rewritten": one.rewritten,
            }
            for one in former
        ]
        if rows:
            self._connection.execute(sa.insert(versions), rows)

    def of(self, statement_id: int) -> tuple[Version, ...]:
        """What a statement said before, the first version first."""
        question = (
            sa.select(versions).where(versions.c.statement_id == statement_id).order_by(versions.c.number)
        )
        return tuple(
            Version(row.number, row.title, row.text, row.url, row.since, row.until, row.rewritten)
            for row in self._connection.execute(question)
        )

    def rewritten(self, statement_ids: Collection[int]) -> dict[int, int]:
        """How often their sources rewrote these statements, of those that were."""
        question = (
            sa.select(versions.c.statement_id, sa.func.count())
            .where(versions.c.statement_id.in_(statement_ids), versions.c.rewritten)
            .group_by(versions.c.statement_id)
        )
        return {int(key): int(count) for key, count in self._connection.execute(question)}

    def count(self, statement_id: int) -> int:
        """How many former versions of a statement are kept."""
        question = (
            sa.select(sa.func.count()).select_from(versions).where(versions.c.statement_id == statement_id)
        )
        return int(self._connection.scalar(question) or 0)

    def rewrite(self, statement_id: int, clean: Callable[[Version], Version]) -> None:
        """Each of them is kept as `clean` leaves its title, its text and its address."""
        for one in map(clean, self.of(statement_id)):
            self._connection.execute(
                sa.update(versions)
                .where(versions.c.statement_id == statement_id, versions.c.number == one.number)
                .values(title=one.title, text=one.text, url=one.url)
            )

    def remove(self, statement_id: int) -> None:
        """None of them is kept any more."""
        self._connection.execute(sa.delete(versions).where(versions.c.statement_id == statement_id))
