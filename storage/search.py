"""The archive's index: FTS5 on SQLite, tsvector on PostgreSQL, fed by the same terms on both.

A question is answered in two rounds: what holds all of its words, then what holds the beginnings
of some of them, so that a plural, a misspelt ending or one word too many still finds something.
"""

import re
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import TSQUERY, TSVECTOR
from sqlalchemy.engine import Connection

from storage.additions import Additions
from storage.queries import Query
from storage.records import Statement
from storage.tables import statements
from storage.terms import fold, question_terms, terms

_TITLE_WEIGHT = 4.0
_MOST_TERMS = 40
_MOST_RANKED = 1000
_SNIPPET = 160
_PREFIX = 5
_INTO_FTS5 = sa.text("INSERT INTO statement_index (rowid, title, body) VALUES (:id, :title, :body)")
_INTO_TSVECTOR = sa.text(
    "INSERT INTO statement_index (id, words) VALUES (:id, "
    "setweight(CAST(:title AS tsvector), 'A') || setweight(CAST(:body AS tsvector), 'D'))"
)


@dataclass(frozen=True, slots=True)
class Found:
    """Numbers of statements with their rank (higher is better), best first, and how many in all."""

    total: int
    keys: tuple[tuple[int, float], ...]


@dataclass(frozen=True, slots=True)
class Wanted:
    """A question in terms: groups of neighbours that must stand together, and what must not be there."""

    groups: tuple[tuple[str, ...], ...]
    without: tuple[tuple[str, ...], ...]


class Index(ABC):
    """The index of one connection's database. Its changes belong to the open transaction."""

    def __init__(self, connection: Connection, additions: Additions) -> None:
        self._connection = connection
        self._additions = additions

    @abstractmethod
    def add(self, key: int, title: str, body: str) -> None:
        """Indexes a statement."""

    @abstractmethod
    def remove(self, key: int) -> None:
        """The statement can no longer be found by its words."""

    @abstractmethod
    def clear(self) -> None:
        """Nothing can be found by its words any more."""

    @abstractmethod
    def ranked(self, wanted: Wanted, *, loose: bool) -> sa.Select[tuple[int, float]]:
        """A question for (id, rank): all groups, or with `loose` the beginning of any of their terms."""

    def find(self, query: Query, filters: Iterable[sa.ColumnElement[bool]], limit: int, offset: int) -> Found:
        """The statements that fit, best first."""
        wanted = wanted_of(query)
        if not wanted.groups:
            return Found(0, ())
        conditions = tuple(filters)
        exact = self._round(self.ranked(wanted, loose=False), conditions)
        seen = {key for key, _ in exact}
        more = [row for row in self._round(self.ranked(wanted, loose=True), conditions) if row[0] not in seen]
        rows = exact if len(exact) > offset + limit else exact + more
        return Found(len(exact) + len(more), tuple(rows[offset : offset + limit]))

    def snippet(self, statement: Statement, query: Query) -> tuple[tuple[str, bool], ...]:
        """The passage of the text that holds most of the question's words, with the words marked."""
        looked_for = [fold(word) for word in (*query.words, *query.phrases)]
        return passage(statement.text or statement.title, looked_for)

    def _round(
        self, ranked: sa.Select[tuple[int, float]], filters: Sequence[sa.ColumnElement[bool]]
    ) -> list[tuple[int, float]]:
        part = ranked.subquery()
        question = (
            sa.select(part.c.id, part.c.rank)
            .join(statements, statements.c.id == part.c.id)
            .where(*filters)
            .order_by(part.c.rank.desc(), statements.c.day.desc(), part.c.id.desc())
            .limit(_MOST_RANKED)
        )
        return [(int(key), float(rank)) for key, rank in self._connection.execute(question)]


class SqliteIndex(Index):
    """FTS5 (SQLite's full-text module), ranked by its bm25."""

    def add(self, key: int, title: str, body: str) -> None:
        """Indexes a statement."""
        row = {"id": key, "title": " ".join(terms(title)), "body": " ".join(terms(body))}
        self._additions.after(_INTO_FTS5, row)

    def remove(self, key: int) -> None:
        """The statement can no longer be found by its words."""
        self._connection.execute(sa.text("DELETE FROM statement_index WHERE rowid = :id"), {"id": key})

    def clear(self) -> None:
        """Nothing can be found by its words any more."""
        self._connection.execute(sa.text("DELETE FROM statement_index"))

    def ranked(self, wanted: Wanted, *, loose: bool) -> sa.Select[tuple[int, float]]:
        """A question for (id, rank); every term is quoted, so that no term can be syntax."""
        if loose:
            starts = {term[:_PREFIX] if term.isascii() else term for group in wanted.groups for term in group}
            match = " OR ".join(f'"{start}"*' for start in sorted(starts))
        else:
            match = " AND ".join(f'"{" ".join(group)}"' for group in wanted.groups)
        for group in wanted.without:
            match = f'({match}) NOT "{" ".join(group)}"'
        rank = sa.literal_column(f"-bm25(statement_index, {_TITLE_WEIGHT}, 1.0)", sa.Float)
        return (
            sa.select(sa.literal_column("rowid", sa.Integer).label("id"), rank.label("rank"))
            .select_from(sa.text("statement_index"))
            .where(sa.text("statement_index MATCH :match").bindparams(match=match))
        )


class PostgresIndex(Index):
    """A tsvector column with a GIN index, ranked by ts_rank_cd."""

    def add(self, key: int, title: str, body: str) -> None:
        """Indexes a statement; the terms are given with their positions, no dictionary touches them."""
        row = {"id": key, "title": _vector(terms(title)), "body": _vector(terms(body))}
        self._additions.after(_INTO_TSVECTOR, row)

    def remove(self, key: int) -> None:
        """The statement can no longer be found by its words."""
        self._connection.execute(sa.text("DELETE FROM statement_index WHERE id = :id"), {"id": key})

    def clear(self) -> None:
        """Nothing can be found by its words any more."""
        self._connection.execute(sa.text("TRUNCATE statement_index"))

    def ranked(self, wanted: Wanted, *, loose: bool) -> sa.Select[tuple[int, float]]:
        """A question for (id, rank); terms hold letters and digits only, so none can be syntax."""
        if loose:
            starts = {term[:_PREFIX] if term.isascii() else term for group in wanted.groups for term in group}
            match = " | ".join(f"'{start}':*" for start in sorted(starts))
        else:
            match = " & ".join(
                "(" + " <-> ".join(f"'{term}'" for term in group) + ")" for group in wanted.groups
            )
        for group in wanted.without:
            match = f"({match}) & !(" + " <-> ".join(f"'{term}'" for term in group) + ")"
        index = sa.table("statement_index", sa.column("id", sa.Integer), sa.column("words", TSVECTOR))
        asked = sa.cast(sa.literal(match), TSQUERY)
        rank = sa.type_coerce(sa.func.ts_rank_cd(index.c.words, asked, 1), sa.Float).label("rank")
        return sa.select(index.c.id, rank).where(index.c.words.bool_op("@@")(asked))


def index_for(connection: Connection, additions: Additions) -> Index:
    """The index of this connection's database."""
    kind = SqliteIndex if connection.dialect.name == "sqlite" else PostgresIndex
    return kind(connection, additions)


def wanted_of(query: Query) -> Wanted:
    """The question in terms; a word of several terms (강제북송, A/RES/78/218) keeps them together."""
    groups = [tuple(question_terms(word)) for word in query.words]
    groups += [tuple(terms(phrase)) for phrase in query.phrases]
    without = [tuple(question_terms(word)) for word in query.without]
    kept = [group for group in dict.fromkeys(groups) if group]
    return Wanted(
        tuple(_bounded(kept)), tuple(group for group in dict.fromkeys(without) if group)[:_MOST_TERMS]
    )


def _bounded(groups: list[tuple[str, ...]]) -> Iterator[tuple[str, ...]]:
    """As many groups as hold 40 terms together: a question's cost has a bound."""
    room = _MOST_TERMS
    for group in groups:
        if room <= 0:
            return
        yield group[:room]
        room -= len(group)


def passage(text: str, words: Sequence[str]) -> tuple[tuple[str, bool], ...]:
    """Around 160 characters of `text` where the (folded) words stand closest, in marked pieces."""
    lowered = text.lower()
    places = sorted(
        (place.start(), place.end())
        for word in words
        if word
        for place in list(re.finditer(re.escape(word.lower()), lowered))[:50]
    )
    if len(lowered) != len(text) or not places:
        cut = " ".join(text[:_SNIPPET].rstrip().split("\n"))
        return ((cut + ("…" if len(text) > _SNIPPET else ""), False),)
    best = max(places, key=lambda start: sum(start[0] <= s < start[0] + _SNIPPET for s, _ in places))
    begin = max(0, best[0] - 40)
    begin = begin if begin == 0 else text.find(" ", begin, best[0]) + 1 or begin
    end = min(len(text), begin + _SNIPPET)
    pieces: list[tuple[str, bool]] = [("…", False)] if begin else []
    at = begin
    for start, stop in places:
        if at <= start and stop <= end:
            pieces += [(text[at:start], False), (text[start:stop], True)]
            at = stop
    pieces.append((text[at:end] + ("…" if end < len(text) else ""), False))
    return tuple((" ".join(part.split("\n")), hit) for part, hit in pieces if part)


def _vector(found: Sequence[str]) -> str:
    """A tsvector literal; PostgreSQL keeps positions up to 16,383 and 256 of one term."""
    places: dict[str, list[int]] = {}
    for position, term in enumerate(found[:16_000], start=1):
        places.setdefault(term, []).append(position)
    return " ".join(f"'{term}':{','.join(map(str, at[:255]))}" for term, at in places.items())
