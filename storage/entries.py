"""Entries: the items as their sources published them."""

from collections.abc import Collection, Iterator, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any, NamedTuple, TypeVar

import sqlalchemy as sa
from sqlalchemy.engine import Connection, RowMapping

from storage.additions import Additions
from storage.compact import TOLD, text_of
from storage.records import Entry
from storage.tables.archive import statements
from storage.tables.watch import entries

_AT_ONCE = 500
"""SQLite takes a limited number of values in a question."""
_MOST_ALIKE = 1_000
"""Entries that may be one of a few hundred others: of one title and link there may be any number."""


_CAME = sa.func.coalesce(entries.c.published, entries.c.fetched, type_=entries.c.fetched.type)
_OF_SOURCES = entries.c.source_id.in_(sa.bindparam("sources", expanding=True))
_THESE = (
    entries.c.source_id == sa.bindparam("source"),
    entries.c.uid.in_(sa.bindparam("uids", expanding=True)),
)
_SHOWN = sa.select(entries.c.uid, entries.c.shown).where(*_THESE)
_UPDATED = sa.select(entries.c.uid, entries.c.updated).where(*_THESE)


_NEXT_UNREAD = (
    sa.select(entries.c.source_id, sa.func.min(entries.c.again_at))
    .where(_OF_SOURCES, entries.c.again_at.is_not(None))
    .group_by(entries.c.source_id)
)
_RANKED = (
    sa.select(
        entries.c.source_id,
        _CAME.label("moment"),
        sa.func.row_number().over(partition_by=entries.c.source_id, order_by=_CAME.desc()).label("place"),
    )
    .where(_OF_SOURCES, sa.bindparam("now", type_=entries.c.fetched.type) >= _CAME)
    .subquery()
)
_MOMENTS = (
    sa.select(_RANKED.c.source_id, _RANKED.c.moment)
    .where(_RANKED.c.place <= sa.bindparam("most"))
    .order_by(_RANKED.c.source_id, _RANKED.c.place)
)


_OF_ONE = entries.c.source_id == sa.bindparam("source")
_NEWEST_SHOWN = ("id", "uid", "title", "url", "published", "fetched")
_TITLE = sa.case((entries.c.title == TOLD, statements.c.title), else_=entries.c.title)
_NEWEST = (
    sa.select(*(_TITLE.label(name) if name == "title" else entries.c[name] for name in _NEWEST_SHOWN))
    .join(statements, statements.c.entry_id == entries.c.id)
    .where(_OF_ONE, statements.c.taken_down.is_(None))
    .order_by(_CAME.desc(), entries.c.id.desc())
    .limit(sa.bindparam("most"))
)
_LISTED = (
    sa.select(*(entries.c[name] for name in ("id", "uid", "url", "published", "fetched")), statements.c.gone)
    .join(statements, statements.c.entry_id == entries.c.id)
    .where(_OF_ONE, statements.c.taken_down.is_(None))
    .order_by(_CAME.desc(), entries.c.id.desc())
    .limit(sa.bindparam("most"))
)
_ALIKE = {
    column.name: sa.select(entries)
    .where(_OF_ONE, column.in_(sa.bindparam("wanted", expanding=True)))
    .order_by(entries.c.id.desc())
    .limit(_MOST_ALIKE)
    for column in (entries.c.shown, entries.c.fingerprint)
}
_IS_ALIKE = {
    column.name: sa.select(entries.c.id)
    .where(_OF_ONE, column.in_(sa.bindparam("wanted", expanding=True)))
    .limit(1)
    for column in (entries.c.shown, entries.c.fingerprint)
}


_Value = TypeVar("_Value")


class Item(NamedTuple):
    """Of an entry what is looked for in a list."""

    id: int
    uid: str
    url: str
    published: datetime | None
    fetched: datetime | None
    gone: datetime | None
    """When it was found gone."""


class Entries:
    """Questions about entries, and their changes."""

    def __init__(self, connection: Connection, additions: Additions, *, compact: bool = False) -> None:
        self._connection = connection
        self._compact = compact
        self._additions = additions

    def known(self, source_id: int, uids: Collection[str]) -> set[str]:
        """Which of these uids the source has published before."""
        with self._additions.beside():
            stored = self.shown(source_id, uids)
        added = {row["uid"] for row in self._additions.waiting(entries) if row["source_id"] == source_id}
        return stored.keys() | (added & set(uids))

    def shown(self, source_id: int, uids: Collection[str]) -> dict[str, str]:
        """The digest of what the source showed last, for those of these uids that it has published."""
        found: dict[str, str] = {}
        for part in _parts(uids):
            rows = self._connection.execute(_SHOWN, {"source": source_id, "uids": part})
            found.update((row.uid, row.shown) for row in rows)
        return found

    def updated(self, source_id: int, uids: Collection[str]) -> dict[str, datetime | None]:
        """When their source called them updated last, for those of these uids that it has published."""
        found: dict[str, datetime | None] = {}
        for part in _parts(uids):
            rows = self._connection.execute(_UPDATED, {"source": source_id, "uids": part})
            found.update((row.uid, row.updated) for row in rows)
        return found

    def by_uid(self, source_id: int, uids: Collection[str]) -> dict[str, Entry]:
        """The source's entries with these uids."""
        return {
            entry.uid: entry
            for part in _parts(uids)
            for entry in self._select(entries.c.source_id == source_id, entries.c.uid.in_(part))
        }

    def alike(self, source_id: int, looked_for: Collection[Entry]) -> tuple[Entry, ...]:
        """The source's entries that share words or title and link with one of these: the newest, in order."""
        found: dict[int, Entry] = {}
        for name, question in _ALIKE.items():
            wanted = {getattr(entry, name) for entry in looked_for} - {""}
            for part in _parts(wanted):
                if not self._connection.scalar(_IS_ALIKE[name], {"source": source_id, "wanted": part}):
                    continue  # as a rule: a whole entry takes longer to ask for
                same = self._read(question, {"source": source_id, "wanted": part})
                found |= {entry.id: entry for entry in same}
        return tuple(found[key] for key in sorted(found, reverse=True))

    def unread(self, source_id: int, now: datetime, limit: int) -> tuple[Entry, ...]:
        """Entries whose linked page is to be tried again now: the least tried first, then the newest."""
        return self._select(
            entries.c.source_id == source_id,
            entries.c.again_at <= now,
            order=(entries.c.tries, entries.c.id.desc()),
            limit=limit,
        )

    def next_unread(self, sources: Collection[int]) -> dict[int, datetime]:
        """When a linked page of each of these sources, where one waits, is to be tried again next."""
        rows = self._connection.execute(_NEXT_UNREAD, {"sources": list(sources)})
        return {row[0]: row[1] for row in rows}

    def moments(self, sources: Collection[int], now: datetime, limit: int) -> dict[int, list[datetime]]:
        """When these sources' latest entries came, newest first: as published, or if undated as fetched."""
        found: dict[int, list[datetime]] = {}
        given = {"sources": list(sources), "now": now, "most": limit}
        for source, moment in self._connection.execute(_MOMENTS, given):
            found.setdefault(source, []).append(moment)
        return found

    def brought(self, since: datetime, until: datetime) -> dict[int, int]:
        """How many entries each source has published in that time, undated ones by when they were fetched."""
        question = (
            sa.select(entries.c.source_id, sa.func.count())
            .where(since < _CAME, until >= _CAME)
            .group_by(entries.c.source_id)
        )
        return {row[0]: row[1] for row in self._connection.execute(question)}

    def newest(self, source_id: int, limit: int) -> tuple[Entry, ...]:
        """The source's newest entries, without their texts."""
        rows = self._connection.execute(_NEWEST, {"source": source_id, "most": limit})
        return tuple(Entry(**dict(zip(_NEWEST_SHOWN, row, strict=True))) for row in rows)

    def items(self, source_id: int, limit: int) -> tuple[Item, ...]:
        """The same, as they are looked for in a list."""
        rows = self._connection.execute(_LISTED, {"source": source_id, "most": limit})
        return tuple(map(Item._make, rows))

    def first_fetched(self, source_id: int) -> datetime | None:
        """When the source was first read."""
        question = sa.select(sa.func.min(entries.c.fetched)).where(entries.c.source_id == source_id)
        found: datetime | None = self._connection.scalar(question)
        return found

    def get(self, entry_id: int) -> Entry | None:
        """The entry with this number."""
        found = self._select(entries.c.id == entry_id)
        return found[0] if found else None

    def many(self, ids: Collection[int]) -> dict[int, Entry]:
        """The entries with these numbers."""
        return {entry.id: entry for entry in self._select(entries.c.id.in_(ids))}

    def statement_of(self, entry_id: int) -> int | None:
        """The number of the statement that the entry holds."""
        found: int | None = self._connection.scalar(
            sa.select(statements.c.id).where(statements.c.entry_id == entry_id)
        )
        return found

    def add(
        self, source_id: int, entry: Entry, fetched: datetime, *, told: bool = False, titled: bool = False
    ) -> int:
        """Keeps an entry; returns its id. For a uid that is known the transaction raises IntegrityError.

        `told`: its statement, which is to be added as well, has the same text; it is not kept twice.
        `titled`: likewise of its title.
        """
        row = _row(entry) | {"source_id": source_id, "fetched": fetched}
        if told and entry.text:
            row["text"] = TOLD
            if titled and self._compact:
                row["title"] = TOLD
        return self._additions.add(entries, row)

    def save(self, entry: Entry) -> None:
        """Keeps what has changed about an entry that has an id; when it was first fetched stays."""
        self._connection.execute(sa.update(entries).where(entries.c.id == entry.id).values(**_row(entry)))

    def _select(
        self,
        *where: sa.ColumnElement[bool],
        order: tuple[sa.ColumnElement[object], ...] = (),
        limit: int | None = None,
    ) -> tuple[Entry, ...]:
        return self._read(sa.select(entries).where(*where).order_by(*order).limit(limit))

    def _read(
        self, question: sa.Select[Any], given: Mapping[str, object] = MappingProxyType({})
    ) -> tuple[Entry, ...]:
        rows = self._connection.execute(question, given).mappings().all()
        told: dict[int, tuple[str, str]] = {}
        for part in _parts([row["id"] for row in rows if row["text"] == TOLD]):
            columns = (statements.c[name] for name in ("entry_id", "title", "text", "packed"))
            of = sa.select(*columns).where(statements.c.entry_id.in_(part))
            for row in self._connection.execute(of):
                told[row.entry_id] = row.title, text_of(row.text, row.packed)
        return tuple(_entry(row, *told.get(row["id"], ("", ""))) for row in rows)


def _parts(values: Collection[_Value]) -> Iterator[list[_Value]]:
    ordered = list(values)
    for start in range(0, len(ordered), _AT_ONCE):
        yield ordered[start : start + _AT_ONCE]


def _row(entry: Entry) -> dict[str, object]:
    row = {
        name: getattr(entry, name)
        for name in Entry.__dataclass_fields__
        if name not in ("id", "source_id", "fetched", "enclosures")
    }
    return row | {"enclosures": list(entry.enclosures)}


def _entry(row: RowMapping, title: str, text: str) -> Entry:
    fields = {name: row[name] for name in Entry.__dataclass_fields__}
    fields |= {name: said for name, said in (("title", title), ("text", text)) if row[name] == TOLD}
    return Entry(**fields | {"enclosures": tuple(row["enclosures"])})
