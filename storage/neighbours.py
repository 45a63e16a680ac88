"""Which statements a new one may share its case with: those that the database finds near it."""

from collections.abc import Collection
from datetime import date, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from storage.additions import Additions
from storage.queries import Placed
from storage.statement_rows import UNDATED
from storage.tables.archive import statement_countries, statements
from storage.tables.log import alerts

COMPARED = 400
"""What one new statement is compared with at most: a flood must not make every poll slower."""
CASE_MEMORY = timedelta(days=1_000)
"""A case that has been silent for longer is opened anew; who knows better can link by hand."""


def _numbers(which: sa.ColumnElement[bool]) -> sa.Select[int, int]:
    return (
        sa.select(statements.c.id, statements.c.case_id)
        .where(
            which,
            statements.c.case_id.is_not(None),
            statements.c.day.between(sa.bindparam("since"), sa.bindparam("until")),
        )
        .order_by(statements.c.id.desc())
        .limit(COMPARED)
    )


_TIES = (
    statements.c.id.in_(sa.select(alerts.c.statement_id).where(alerts.c.source_id == sa.bindparam("source"))),
    statements.c.url == sa.bindparam("url"),
)
_TIED = _numbers(sa.or_(*_TIES))
_TIED_OR_RUNG = _numbers(sa.or_(*_TIES, statements.c.id.in_(sa.bindparam("rung", expanding=True))))
_ABOUT = _numbers(
    statements.c.id.in_(
        sa.select(statement_countries.c.statement_id).where(
            statement_countries.c.country.in_(sa.bindparam("countries", expanding=True)),
            statement_countries.c.statement_id < sa.bindparam("before"),
        )
    )
)


class Neighbours:
    """Questions about statements that have a case."""

    def __init__(self, connection: Connection, additions: Additions) -> None:
        self._connection = connection
        self._additions = additions

    def placed(self, after: int, limit: int) -> tuple[Placed, ...]:
        """The newest statements that have a case and a number above `after`, in ascending order."""
        newest = (
            sa.select(statements.c.id, statements.c.case_id, statements.c.day, statements.c.fetched)
            .where(statements.c.id > after, statements.c.case_id.is_not(None))
            .order_by(statements.c.id.desc())
            .limit(limit)
        )
        rows = self._connection.execute(newest).all()
        if not rows:
            return ()
        about: dict[int, list[str]] = {}
        question = sa.select(statement_countries.c.statement_id, statement_countries.c.country).where(
            statement_countries.c.statement_id >= rows[-1].id
        )
        for number, country in self._connection.execute(question):
            about.setdefault(number, []).append(country)
        return tuple(
            Placed(
                row.id,
                row.case_id,
                row.fetched.date() if row.day == UNDATED else row.day,
                tuple(about.get(row.id, ())),
            )
            for row in reversed(rows)
        )

    def tied(self, url: str, around: datetime, source_id: int) -> tuple[tuple[int, int], ...]:
        """The (number, case) of statements with this address, or that rang and come from this source."""
        since, until = case_window(around)
        added = {row["id"]: row for row in self._additions.waiting(statements)}
        rang = {
            row["statement_id"] for row in self._additions.waiting(alerts) if row["source_id"] == source_id
        }
        rung = sorted(rang - added.keys())  # what was written before has rung since
        given: dict[str, object] = {"source": source_id, "url": url or None, "since": since, "until": until}
        question = _TIED_OR_RUNG if rung else _TIED
        if rung:
            given["rung"] = rung
        with self._additions.beside():
            stored = [(int(number), int(case)) for number, case in self._connection.execute(question, given)]
        new = [
            (number, row["case_id"])
            for number, row in added.items()
            if (number in rang or (url and row["url"] == url))
            and row["case_id"] is not None
            and since <= row["day"] <= until
        ]
        return (*new, *stored)

    def about(self, countries: Collection[str], around: datetime, before: int) -> tuple[tuple[int, int], ...]:
        """The (number, case) of statements that share a country, and have a number below `before`."""
        since, until = case_window(around)
        given = {"countries": list(countries), "before": before, "since": since, "until": until}
        rows = self._connection.execute(_ABOUT, given)
        return tuple((int(number), int(case)) for number, case in rows)


def case_window(around: datetime) -> tuple[date, date]:
    """The days on which statements of one case may lie, for one that was published `around`."""
    return (around - CASE_MEMORY).date(), (around + CASE_MEMORY).date()
