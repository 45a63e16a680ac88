"""Statements: the documents understood, kept whole and found again."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from storage.additions import Additions
from storage.asked import Asked
from storage.compact import TOLD, Packed
from storage.likeness import Trace
from storage.looked_up import LookedUp
from storage.neighbours import Neighbours
from storage.parties import Parties
from storage.queries import Hits, Query
from storage.records import Entry, Reason, Source, Statement, Version
from storage.search import Index
from storage.statement_rows import (
    dated,
    day_of,
    demands_of,
    document_of,
    dropped,
    reading_of,
    row_of,
    statement_of,
    voices_of,
)
from storage.tables.archive import demands, statement_countries, statements
from storage.tables.log import alerts
from storage.tables.program import meta
from storage.tables.watch import entries, sources
from storage.takedowns import Takedowns
from storage.values import count_up
from storage.versions import Versions
from storage.words import Gone, Relation

_EDITS = "statement_edits"
_BESIDE = 20
_INDEXED = 200
"""How many statements are held in memory while the index is filled."""


_WHOLE = (
    sa.select(statements, sources.c.name.label("source_name"))
    .join(entries, entries.c.id == statements.c.entry_id)
    .join(sources, sources.c.id == entries.c.source_id)
    .order_by(statements.c.id)
)
_THESE = _WHOLE.where(statements.c.id.in_(sa.bindparam("ids", expanding=True)))

_HOLD = sa.select(statements.c.id).where(statements.c.id == sa.bindparam("id")).with_for_update()
"""Nobody else changes the statement until the transaction ends, nor lets its entry take its title from it."""
_ARCHIVED = sa.not_(statements.c.drill)


class Statements:
    """Questions about statements, and their changes. The index changes with them."""

    def __init__(
        self, connection: Connection, additions: Additions, index: Index, trace: Trace, packed: Packed
    ) -> None:
        self._connection = connection
        self._packed = packed
        self._additions = additions
        self._index = index
        self.parties = Parties(connection, additions)
        self.versions = Versions(connection)
        self.takedowns = Takedowns(connection, additions, trace)
        self.neighbours = Neighbours(connection, additions)
        self.asked = Asked(connection)
        self._looked_up = LookedUp(connection, index, self.many)
        self.past = False
        """Whether what is added in this transaction was said at some time: without a date it is no news."""

    def add(
        self,
        statement: Statement,
        source: Source,
        fetched: datetime,
        *,
        deferred: bool = False,
        drill: bool = False,
    ) -> int:
        """Keeps a statement and indexes it; returns its id. `deferred`: it is to be understood later.

        A `drill` is no part of the archive: it is read by its number, and neither listed nor found.
        """
        row = self._packed(row_of(statement, source)) | {
            "fetched": fetched,
            "day": day_of(statement, fetched, past=self.past),
        }
        row |= {"deferred": deferred, "drill": drill}
        key = self._additions.add(statements, row)
        if drill:
            return key
        self._add_parts(key, statement)
        self.parties.add(key, statement, source.organisation, dated(statement))
        self._index.add(document_of(key, statement, source.organisation, row["voices"], row["day"]))
        return key

    def change(
        self, statement: Statement, source: Source, now: datetime | None = None, *, rewritten: bool = True
    ) -> None:
        """The statement with this number says something else now: its source edited it, `now`.

        What it said is kept as a version; without `now` its words are the same. Not `rewritten` where
        nobody edited it and more of it was read.
        """
        self._connection.execute(_HOLD, {"id": statement.id})
        before = self.get(statement.id) if now is not None and rewritten else None
        if before is not None and now is not None:
            statement = replace(statement, dropped=dropped(before, statement, now.date()))
        row = self._packed(row_of(statement, source))
        if now is not None:
            self.versions.keep(statement.id, now, rewritten=rewritten)
        self._leave_title(statement.id, statement.title)
        kept = ("entry_id", "case_id", "relation", "external_id")  # whose it is does not change
        values = {name: value for name, value in row.items() if name not in kept}
        self._connection.execute(
            sa.update(statements).where(statements.c.id == statement.id).values(**values)
        )
        for table in (statement_countries, demands):
            self._connection.execute(sa.delete(table).where(table.c.statement_id == statement.id))
        self.parties.remove(statement.id)
        self._count_edit()
        self._add_parts(statement.id, statement)
        self.parties.add(statement.id, statement, source.organisation, dated(statement))
        self._index.remove(statement.id)
        day = self._connection.scalars(
            sa.select(statements.c.day).where(statements.c.id == statement.id)
        ).one()
        self._index.add(document_of(statement.id, statement, source.organisation, row["voices"], day))

    def _leave_title(self, number: int, new: str) -> None:
        """The entry keeps the title that was published, where its statement had it and gets another."""
        before = sa.select(statements.c.title).where(
            statements.c.entry_id == entries.c.id, statements.c.id == number
        )
        of = sa.select(statements.c.entry_id).where(statements.c.id == number, statements.c.title != new)
        self._connection.execute(
            sa.update(entries)
            .where(entries.c.id.in_(of), entries.c.title == TOLD)
            .values(title=before.scalar_subquery())
        )

    def place(self, statement: Statement, source: Source) -> None:
        """One that was kept unread is understood now, and has a case."""
        self.change(statement, source)
        values = {"case_id": statement.case_id, "relation": statement.relation, "deferred": False}
        self._connection.execute(
            sa.update(statements).where(statements.c.id == statement.id).values(**values)
        )

    def deferred(self, after: int, limit: int) -> tuple[Statement, ...]:
        """Those kept unread whose number is above `after`, in ascending order."""
        question = (
            sa.select(statements.c.id)
            .where(statements.c.deferred, statements.c.id > after)
            .order_by(statements.c.id)
            .limit(limit)
        )
        return self.many(self._connection.scalars(question).all())

    def at(self, url: str) -> int | None:
        """The number of the newest statement at this address, with or without a last slash."""
        bare = url.partition("#")[0].rstrip("/")
        forms = [f"{scheme}{rest}" for scheme in ("https://", "http://") for rest in _ends(bare)]
        found: int | None = self._connection.scalar(
            sa.select(sa.func.max(statements.c.id)).where(statements.c.url.in_([url, *forms]), _ARCHIVED)
        )
        return found

    def known_as(self, external_id: str) -> int | None:
        """The number of the newest statement that was imported under this id."""
        found: int | None = self._connection.scalar(
            sa.select(sa.func.max(statements.c.id)).where(
                statements.c.external_id == external_id, statements.c.taken_down.is_(None)
            )
        )
        return found

    def is_drill(self, number: int) -> bool:
        """Whether it was made for a drill, and stands beside the archive."""
        question = sa.select(statements.c.id).where(statements.c.id == number, statements.c.drill)
        return self._connection.scalar(question) is not None

    def is_deferred(self, number: int) -> bool:
        """Whether it was kept unread and not understood yet."""
        return bool(
            self._connection.scalar(sa.select(statements.c.deferred).where(statements.c.id == number))
        )

    def bring(
        self, statement: Statement, source: Source, versions: Sequence[Version], *, deferred: bool = False
    ) -> int:
        """Keeps a statement of another archive as it stood there, with its versions; returns its number."""
        assert statement.fetched is not None  # noqa: S101 - it comes from an archive
        key = self.add(statement, source, statement.fetched, deferred=deferred)
        self.versions.bring(key, versions)
        values = {"gone": statement.gone, "gone_as": statement.gone_as, "taken_down": statement.taken_down}
        if any(values.values()):
            self._connection.execute(sa.update(statements).where(statements.c.id == key).values(**values))
        if statement.taken_down:
            self.parties.remove(key)
            self._index.remove(key)
        return key

    def after(self, number: int, limit: int, *, stones: bool = False) -> tuple[Statement, ...]:
        """Statements whose number is above this one, ascending; with `stones` also those taken down."""
        standing = sa.true() if stones else statements.c.taken_down.is_(None)
        question = (
            sa.select(statements.c.id)
            .where(statements.c.id > number, standing, _ARCHIVED)
            .order_by(statements.c.id)
            .limit(limit)
        )
        return self.many(self._connection.scalars(question).all())

    def of_case(self, case_id: int, limit: int | None = None, offset: int = 0) -> tuple[Statement, ...]:
        """The statements of a case, the oldest first: all of them, or a page."""
        if limit is None:
            return self._load(statements.c.case_id == case_id)
        order = (statements.c.day, statements.c.published.asc().nulls_last(), statements.c.id)
        question = sa.select(statements.c.id).where(statements.c.case_id == case_id).order_by(*order)
        return self.many(self._connection.scalars(question.limit(limit).offset(offset)).all())

    def count_of_case(self, case_id: int) -> int:
        """How many statements a case has."""
        question = sa.select(sa.func.count()).select_from(statements).where(statements.c.case_id == case_id)
        return int(self._connection.scalar(question) or 0)

    def move(self, statement: Statement, case_id: int, relation: Relation, link: tuple[Reason, ...]) -> None:
        """The statement, and what rang for it, belongs to another case; `link` says why."""
        reading = reading_of(replace(statement, link=link))
        values = {"case_id": case_id, "relation": relation, "reading": reading}
        self._connection.execute(
            sa.update(statements).where(statements.c.id == statement.id).values(**values)
        )
        self._connection.execute(
            sa.update(alerts).where(alerts.c.statement_id == statement.id).values(case_id=case_id)
        )
        self._count_edit()

    def beside(self, statement: Statement) -> tuple[Statement, ...]:
        """Others of the same case, or with the same address, that were not taken down; a few of them."""
        same = [statements.c.case_id == statement.case_id] if statement.case_id else []
        same += [statements.c.url == statement.url] if statement.url else []
        if not same:
            return ()
        question = (
            sa.select(statements.c.id)
            .where(
                sa.or_(*same), statements.c.id != statement.id, statements.c.taken_down.is_(None), _ARCHIVED
            )
            .order_by(statements.c.id)
            .limit(_BESIDE)
        )
        return self.many(self._connection.scalars(question).all())

    def mark_gone(self, entry_id: int, gone: Gone | None, now: datetime) -> None:
        """Its source does not show it any more, or with None shows it again."""
        values = {"gone": now if gone else None, "gone_as": gone}
        self._connection.execute(
            sa.update(statements).where(statements.c.entry_id == entry_id).values(**values)
        )

    def take_down(self, statement: Statement, entry: Entry, now: datetime, why: str) -> int:
        """Nothing it said is kept or found any more; returns how many deliveries were cancelled."""
        before = [one.text for one in self.versions.of(statement.id)]
        cancelled = self.takedowns.erase(statement.id, entry, now, why, before)
        if statement.case_id:
            self.takedowns.rename_case(statement.case_id, statement.title)
        self.parties.remove(statement.id)
        self.versions.remove(statement.id)
        self._index.remove(statement.id)
        self._count_edit()
        return cancelled

    def merge_index(self, *, begun: bool = False) -> bool:
        """A portion of what keeps look-ups quick; whether there is more to do, `begun` then."""
        return self._index.merge(begun=begun)

    def are_indexed(self) -> bool:
        """Whether the index was made by the rules that this program knows."""
        return self._index.is_current()

    def index_all(self) -> int:
        """Makes the index anew of every statement there is; returns how many."""
        self._index.clear()
        names = (sources.c.name, sources.c.title, sources.c.organisation)
        question = (
            sa.select(statements.c.id, statements.c.voices, statements.c.day, *names)
            .join(entries, entries.c.id == statements.c.entry_id)
            .join(sources, sources.c.id == entries.c.source_id)
            .where(statements.c.id > sa.bindparam("after"), statements.c.taken_down.is_(None), _ARCHIVED)
            .order_by(statements.c.id)
            .limit(_INDEXED)
        )
        number, after = 0, 0
        while rows := self._connection.execute(question, {"after": after}).all():
            after = rows[-1].id
            found = {statement.id: statement for statement in self.many([row.id for row in rows])}
            for row in rows:
                voices = voices_of(found[row.id], row.name, row.title, row.organisation)
                if voices != row.voices:  # as an earlier version spelt them
                    self._connection.execute(
                        sa.update(statements).where(statements.c.id == row.id).values(voices=voices)
                    )
                self._index.add(document_of(row.id, found[row.id], row.organisation, voices, row.day))
            number += len(rows)
        return number

    def get(self, statement_id: int) -> Statement | None:
        """The statement with this number."""
        found = self.many([statement_id])
        return found[0] if found else None

    def many(self, ids: Sequence[int]) -> tuple[Statement, ...]:
        """The statements with these numbers, in this order; unknown numbers are left out."""
        if not ids:
            return ()
        by_id = {statement.id: statement for statement in self._read(_THESE, {"ids": ids})}
        return tuple(by_id[key] for key in ids if key in by_id)

    def latest(self, query: Query, limit: int, offset: int = 0) -> Hits:
        """What fits the query's filters, newest first; its words are not looked at."""
        return self._looked_up.latest(query, limit, offset)

    def search(self, query: Query, limit: int, offset: int = 0) -> Hits:
        """What fits the query, best first; without words the newest first."""
        return self._looked_up.search(query, limit, offset)

    def is_voice(self, name: str) -> bool:
        """Whether a source, an organisation or an issuer has a name that holds these words."""
        return self._index.is_held("from", name)

    def edits(self) -> int:
        """A number that changes whenever a known statement is changed."""
        counted = self._connection.scalar(sa.select(meta.c.value).where(meta.c.name == _EDITS))
        return int(counted or 0)

    def _count_edit(self) -> None:
        count_up(self._connection, _EDITS)

    def countries(self) -> tuple[str, ...]:
        """The countries that statements are about, the most frequent first."""
        question = (
            sa.select(statement_countries.c.country)
            .group_by(statement_countries.c.country)
            .order_by(sa.func.count().desc(), statement_countries.c.country)
        )
        return tuple(self._connection.scalars(question))

    def _add_parts(self, key: int, statement: Statement) -> None:
        countries = [
            {"statement_id": key, "country": country, "position": position}
            for position, country in enumerate(dict.fromkeys(statement.countries))
        ]
        self._additions.many(statement_countries, countries)
        of = {addressee.name: addressee.country for addressee in statement.addressees}
        asked = [
            {
                "statement_id": key,
                "position": position,
                "addressee": demand.to,
                "country": of.get(demand.to),
                "quote": demand.quote,
                "verb": demand.verb,
                "condition": demand.condition,
                "deadline": demand.deadline,
            }
            for position, demand in enumerate(statement.demands)
        ]
        self._additions.many(demands, asked)

    def _load(self, where: sa.ColumnElement[bool]) -> tuple[Statement, ...]:
        return self._read(_WHOLE.where(where), {})

    def _read(self, question: sa.Select[Any], given: Mapping[str, object]) -> tuple[Statement, ...]:
        rows = self._connection.execute(question, given).mappings().all()
        parts = demands_of(self._connection, [row["id"] for row in rows])
        return tuple(statement_of(row, parts.get(row["id"], ())) for row in rows)


def _ends(address: str) -> tuple[str, str]:
    """An address without its scheme, and the same with a last slash."""
    rest = address.partition("://")[2]
    return rest, f"{rest}/"
