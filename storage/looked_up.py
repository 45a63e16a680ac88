"""What a question finds among the statements: by the index, and in which order within a day."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from storage.queries import Hit, Hits, Query, Sort
from storage.records import Statement
from storage.search import Index
from storage.tables.archive import statements


class LookedUp:
    """Answers questions; `many` reads the statements with some numbers, in their order."""

    def __init__(
        self, connection: Connection, index: Index, many: Callable[[Sequence[int]], Sequence[Statement]]
    ) -> None:
        self._connection = connection
        self._index = index
        self._many = many

    def latest(self, query: Query, limit: int, offset: int) -> Hits:
        """What fits the query's filters, newest first; its words are not looked at."""
        return self._listed(replace(query, words=(), phrases=(), without=(), sort=Sort.NEW), limit, offset)

    def search(self, query: Query, limit: int, offset: int) -> Hits:
        """What fits the query, best first; without words the newest first."""
        if not (query.words or query.phrases or query.without):
            return self._listed(query, limit, offset)
        found = self._index.find(query, limit, offset)
        by_id = {statement.id: statement for statement in self._many(found.keys)}
        hits = tuple(
            Hit(by_id[key], self._index.snippet(by_id[key], found.marks), key in found.parts)
            for key in found.keys
            if key in by_id
        )
        return Hits(found.total, hits, found.is_least, found.whole, found.instead, found.unread)

    def _listed(self, query: Query, limit: int, offset: int) -> Hits:
        """What fits the filters, by the days: the index knows which, the table in what order within a day."""
        is_old = query.sort is Sort.OLD
        if query == Query(sort=query.sort):
            question = _ordered(sa.select(statements.c.id), is_old=is_old)
            question = question.where(statements.c.taken_down.is_(None), sa.not_(statements.c.drill))
            question = question.limit(limit).offset(offset)
            return Hits(self._index.size(), self._hits(self._connection.scalars(question).all()))
        found = self._index.dated(query, offset + limit)
        page = found.keys[offset : offset + limit]
        if not page:
            return Hits(found.total, is_least=found.is_least)
        days = sorted((page[0][0], page[-1][0]))
        near = [(at, key) for at, (day, key) in enumerate(found.keys) if days[0] <= day <= days[1]]
        start = offset - near[0][0]
        question = _ordered(
            sa.select(statements.c.id).where(statements.c.id.in_([key for _, key in near])), is_old=is_old
        )
        ids = self._connection.scalars(question).all()[start : start + limit]
        return Hits(found.total, self._hits(ids), found.is_least)

    def _hits(self, ids: Sequence[int]) -> tuple[Hit, ...]:
        return tuple(Hit(statement) for statement in self._many(ids))


def _ordered(question: sa.Select[int], *, is_old: bool) -> sa.Select[int]:
    """By the days, and within one by the time of publication: the newest first, or the oldest."""
    if is_old:
        return question.order_by(statements.c.day, statements.c.published.asc().nulls_last(), statements.c.id)
    return question.order_by(
        statements.c.day.desc(), statements.c.published.desc().nulls_last(), statements.c.id.desc()
    )
