"""Sources: what is watched, and what the last poll of each left behind."""

from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection, RowMapping

from storage.records import Source
from storage.tables import sources
from storage.words import SourceKind, SourceState, Trust

_CONFIGURED = ("url", "kind", "title", "organisation", "language", "countries", "trust", "every", "selectors")


class Sources:
    """Questions about sources, and their changes."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def configure(self, wanted: Iterable[Source]) -> tuple[Source, ...]:
        """Makes the watched sources those of the configuration; what is known of each is kept.

        A source whose address changed starts anew with its validators: they belong to the old one.
        Sources no longer wanted are kept with their entries, but no longer watched.
        """
        known = {source.name: source for source in self._select(sa.true())}
        kept = set()
        for source in wanted:
            kept.add(source.name)
            old = known.get(source.name)
            if old is None:
                self._connection.execute(sa.insert(sources).values(watched=True, **_row(source)))
                continue
            row = {name: value for name, value in _row(source).items() if name in _CONFIGURED}
            if old.url != source.url:
                row |= {"etag": "", "last_modified": "", "body_hash": "", "next_due": None, "failures": 0}
            self._connection.execute(
                sa.update(sources).where(sources.c.id == old.id).values(watched=True, **row)
            )
        self._connection.execute(sa.update(sources).where(sources.c.name.not_in(kept)).values(watched=False))
        return self.all()

    def all(self) -> tuple[Source, ...]:
        """Every watched source, by name."""
        return self._select(sources.c.watched)

    def due(self, now: datetime) -> tuple[Source, ...]:
        """The watched sources whose time has come, the longest overdue first."""
        late = sa.or_(sources.c.next_due.is_(None), sources.c.next_due <= now)
        return self._select(sa.and_(sources.c.watched, late), sources.c.next_due.asc().nulls_first())

    def many(self, ids: Collection[int]) -> dict[int, Source]:
        """The sources with these ids."""
        return {source.id: source for source in self._select(sources.c.id.in_(ids))}

    def by_name(self, name: str) -> Source | None:
        """The source with this name, watched or not."""
        found = self._select(sources.c.name == name)
        return found[0] if found else None

    def ensure(self, source: Source) -> Source:
        """The source of this name; made, unwatched, where there is none (for imports)."""
        found = self.by_name(source.name)
        if found:
            return found
        self._connection.execute(sa.insert(sources).values(watched=False, **_row(source)))
        made = self.by_name(source.name)
        assert made is not None  # noqa: S101 - it was written a line above
        return made

    def save(self, source: Source) -> None:
        """Keeps what a poll has learnt about the source."""
        row = {name: value for name, value in _row(source).items() if name not in ("name", *_CONFIGURED)}
        self._connection.execute(sa.update(sources).where(sources.c.id == source.id).values(**row))

    def _select(self, where: sa.ColumnElement[bool], *order: sa.ColumnElement[object]) -> tuple[Source, ...]:
        rows = self._connection.execute(sa.select(sources).where(where).order_by(*order, sources.c.name))
        return tuple(_source(row) for row in rows.mappings())


def _row(source: Source) -> dict[str, object]:
    row = {name: getattr(source, name) for name in source.__dataclass_fields__ if name != "id"}
    return row | {"countries": list(source.countries)}


def _source(row: RowMapping) -> Source:
    fields = {name: row[name] for name in Source.__dataclass_fields__}
    source = Source(**fields)
    return replace(
        source,
        kind=SourceKind(row["kind"]),
        trust=Trust(row["trust"]),
        state=SourceState(row["state"]),
        countries=tuple(row["countries"]),
    )
