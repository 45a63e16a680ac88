"""Sources: what is watched, and what the last poll of each left behind.

Watched is what the configuration names (`watched`), and what an admin added in a chat (`added`). The program
of before knows the first alone: it neither asks nor rings for the second, as it would hold none of it back.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache

import sqlalchemy as sa
from sqlalchemy.engine import Connection, RowMapping

from storage.locks import until_commit
from storage.records import Source
from storage.tables.watch import WATCHED, sources
from storage.urls import place_of
from storage.words import SourceKind, SourceState, Trust

_CONFIGURED = ("url", "kind", "title", "organisation", "language", "countries", "trust", "every", "selectors")
_DECIDED = ("halted", "added", "on_trial", "chosen")
"""What admins decide: no poll writes it."""
_CHOSEN = ("organisation", "countries", "trust", "every")
"""What they may choose of a source in a chat."""
_LEARNT = tuple(
    name for name in Source.__dataclass_fields__ if name not in ("id", "name", *_DECIDED, *_CONFIGURED)
)
_ANEW: dict[str, object] = {
    name: Source.__dataclass_fields__[name].default
    for name in (
        *("etag", "last_modified", "body_hash", "next_due", "failures", "last_success"),
        *("address", "moved_to", "moved_since", "marks", "unreached_since", "hub", "topic"),
    )
} | {"hints": {}}
"""What belongs to an address, as it is for one that was never asked."""
_READ_ANEW = {
    name: _ANEW[name] for name in ("etag", "last_modified", "body_hash", "marks", "next_due", "last_success")
}
"""What belongs to a way of reading: what was there before is its past, and no news."""
_EACH_TIME = ("state", "detail", "failures", "last_polled", "next_due")
"""What every poll writes; the rest, such as validators, changes seldom."""
_OF_ENTRIES = ("unread_due", "reread_due", "newest", "habit", "silent_since")
"""What its entries tell about it, whoever brought them."""
_AT_ONCE = 500
"""Sources that are held in memory while the configuration is compared with what is known."""
_WELL = (SourceState.OK, SourceState.UNCHANGED, SourceState.DEGRADED)
_SLACK = timedelta(minutes=1)
GIVEN_FOR = timedelta(minutes=10)
"""After so long a source that was given to a node and not asked is given anew. See `Sources.given`."""
LONGEST_WAIT = timedelta(days=8)
"""Nobody is left alone for longer than a week, but for a source that is asked even less often."""
_SELDOM = tuple(name for name in _LEARNT if name not in _EACH_TIME)
_OF_THE_FILE: dict[str, object] = {"added": None, "on_trial": None, "chosen": {}}
"""What was added in a chat and is named by the configuration now is as that says."""


class Sources:
    """Questions about sources, and their changes."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def configure(self, wanted: Iterable[Source]) -> tuple[Source, ...]:
        """As `watch`; returns the watched sources."""
        self.watch(wanted)
        return self.all()

    def watch(self, wanted: Iterable[Source]) -> None:
        """Makes the watched sources those of the configuration; what is known of each is kept.

        A source whose address changed starts anew with its validators: they belong to the old one. So does
        one that is read in another way. And what one shows that was not watched for a time, is its past.
        Sources no longer wanted are kept with their entries, but no longer watched. What was added in a chat
        stays so, but where the configuration names it, by its name or by its address: then that counts. What
        was chosen in a chat of one that it names holds until it says otherwise than it did then.
        """
        left = {source.name: source for source in wanted}
        named = {place_of(source.url) for source in left.values() if source.url}
        changes: list[tuple[int, dict[str, object]]] = []
        for old in self._configured():
            source = left.pop(old["name"], None)
            if source is None:
                twice = old["added"] and place_of(old["url"]) in named
                values = ({"watched": False} if old["watched"] else {}) | (_OF_THE_FILE if twice else {})
                changes += [(old["id"], values)] if values else []
                continue
            row = {name: value for name, value in _row(source).items() if name in _CONFIGURED}
            row |= _as_chosen(row, old["chosen"]) if old["watched"] else _OF_THE_FILE
            if not old["watched"] or any(old[name] != value for name, value in row.items()):
                row |= {} if old["watched"] or old["added"] else {"last_success": None}
                row |= _READ_ANEW if any(old[name] != row[name] for name in ("kind", "selectors")) else {}
                row |= _ANEW if old["url"] != source.url else {}
                changes.append((old["id"], {"watched": True, **row}))
        for number, values in changes:
            self._connection.execute(sa.update(sources).where(sources.c.id == number).values(**values))
        new = list(left.values())
        for start in range(0, len(new), _AT_ONCE):
            rows = [_row(source) | {"watched": True} for source in new[start : start + _AT_ONCE]]
            self._connection.execute(sa.insert(sources), rows)

    def _configured(self) -> Iterator[RowMapping]:
        """What is known of each source's configuration, a few at a time: there may be ten thousand."""
        question = sa.select(
            *(
                sources.c[name]
                for name in ("id", "name", "watched", "added", "on_trial", "chosen", *_CONFIGURED)
            )
        )
        options = {"yield_per": _AT_ONCE}
        with self._connection.execute(question, execution_options=options) as found:
            yield from found.mappings()

    def all(self) -> tuple[Source, ...]:
        """Every watched source, by name."""
        return self._select(WATCHED)

    def due(self, now: datetime, *, given: bool = False) -> tuple[Source, ...]:
        """The watched sources whose time has come and that are given to nobody, the longest overdue first.

        With `given`, those too that are given to a node, which has not asked them yet.
        One that waits for longer than it ever could was asked by a clock that ran ahead, or less often.
        """
        late = sa.or_(sources.c.next_due.is_(None), sources.c.next_due <= now, *self._beyond(now))
        free = () if given else (_free(now),)
        asked = sa.and_(WATCHED, sources.c.halted.is_(None), late, *free)
        return self._select(asked, sources.c.next_due.asc().nulls_first())

    def give(self, ids: Sequence[int], until: datetime, now: datetime) -> tuple[int, ...]:
        """Gives them to one node to be asked, but for those that another one has; returns which, in order."""
        change = sa.update(sources).where(sources.c.id.in_(ids), _free(now)).values(given_until=until)
        given = set(self._connection.scalars(change.returning(sources.c.id)))
        return tuple(one for one in ids if one in given)

    def given(self, ids: Sequence[int], until: datetime) -> tuple[Source, ...]:
        """Those of them that are still given so, and still to be asked; in order."""
        asked = (WATCHED, sources.c.halted.is_(None), sources.c.given_until == until)
        found = {one.id: one for one in self._select(sa.and_(sources.c.id.in_(ids), *asked))}
        return tuple(found[one] for one in ids if one in found)

    def are_given(self, until: datetime) -> bool:
        """Whether some are given so and have not been asked."""
        question = sa.select(sources.c.id).where(sources.c.given_until == until).limit(1)
        return self._connection.scalar(question) is not None

    def take_back(self, ids: Sequence[int], until: datetime) -> None:
        """Whoever had them so has them no more: what is still due can be given anew."""
        where = sources.c.id.in_(ids), sources.c.given_until == until
        self._connection.execute(sa.update(sources).where(*where).values(given_until=None))

    def _beyond(self, now: datetime) -> list[sa.ColumnElement[bool]]:
        """What is true of a source whose stored time lies further ahead than any poll would set it."""
        far = sources.c.next_due > now + _SLACK
        found = self._connection.scalars(sa.select(sources.c.every).where(WATCHED, far).distinct())
        well, due = sources.c.state.in_(_WELL), sources.c.next_due
        beyond = []
        for every in found:
            usual = now + timedelta(seconds=every) + _SLACK
            longest = max(usual, now + LONGEST_WAIT)
            too_far = sa.or_(sa.and_(well, due > usual), due > longest)
            beyond.append(sa.and_(sources.c.every == every, too_far))
        return beyond

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
        """Keeps all that polls have learnt about the source."""
        self._connection.execute(_saving(_LEARNT), [_values(source, _LEARNT)])

    def locked(self, ids: Collection[int]) -> dict[int, Source]:
        """The sources with these ids, as nobody else's poll changes them until the transaction ends."""
        until_commit(self._connection, "sources")
        return self.many(ids)

    def answered_last(self, but: Collection[int]) -> datetime | None:
        """When a watched source that can be reached was last asked; `but` these."""
        question = sa.select(sa.func.max(sources.c.last_polled)).where(
            WATCHED, sources.c.unreached_since.is_(None), sources.c.id.not_in(but)
        )
        found: datetime | None = self._connection.scalar(question)
        return found

    def unreached(self, but: Collection[int]) -> tuple[Source, ...]:
        """The watched sources whose hosts gave no answer when last asked; `but` these."""
        return self._select(
            sa.and_(WATCHED, sources.c.unreached_since.is_not(None), sources.c.id.not_in(but))
        )

    def count(self) -> int:
        """How many are watched."""
        question = sa.select(sa.func.count()).select_from(sources).where(WATCHED)
        return int(self._connection.scalar(question) or 0)

    def save_polled(self, polled: Iterable[tuple[Source, Source]]) -> None:
        """Keeps what one poll each has changed about sources, given before and after, with few statements.

        Of two programs that save many sources one waits for the other, and never both for each other.
        """
        until_commit(self._connection, "sources")
        alike: dict[tuple[str, ...], list[Source]] = {}
        for before, after in polled:
            changed = [name for name in _SELDOM if getattr(before, name) != getattr(after, name)]
            alike.setdefault((*_EACH_TIME, *changed), []).append(after)
        for names, found in alike.items():
            self._connection.execute(_saving_polled(names), [_values(source, names) for source in found])

    def save_pushed(self, found: Sequence[Source]) -> None:
        """Keeps what new entries tell about sources, and nothing of what only their own answers tell."""
        if found:
            until_commit(self._connection, "sources")
            self._connection.execute(_saving(_OF_ENTRIES), [_values(source, _OF_ENTRIES) for source in found])

    def halt(self, source_id: int, now: datetime) -> None:
        """Nobody asks it any more, and nothing is taken from its hub, until `resume`."""
        self._connection.execute(sa.update(sources).where(sources.c.id == source_id).values(halted=now))

    def resume(self, source_id: int) -> None:
        """It is asked again, at once."""
        values = {"halted": None, "next_due": None}
        self._connection.execute(sa.update(sources).where(sources.c.id == source_id).values(**values))

    def at(self, url: str) -> Source | None:
        """The source of this address, watched or not, a watched one first: scheme and "www." aside."""
        place = place_of(url)
        question = sa.select(sources.c.id, sources.c.url).order_by(sa.not_(WATCHED), sources.c.id)
        with self._connection.execute(question, execution_options={"yield_per": _AT_ONCE}) as rows:
            found = next((row.id for row in rows if place_of(row.url) == place), None)
        return self.many([found])[found] if found else None

    def names(self) -> frozenset[str]:
        """Every name that is taken, also by what is not watched any more."""
        return frozenset(self._connection.scalars(sa.select(sources.c.name)))

    def count_added(self) -> int:
        """How many were added in chats."""
        question = sa.select(sa.func.count()).select_from(sources).where(sources.c.added.is_not(None))
        return int(self._connection.scalar(question) or 0)

    def is_watched(self, source_id: int) -> bool:
        """Whether it is asked, paused or not."""
        question = sa.select(sources.c.id).where(sources.c.id == source_id, WATCHED)
        return self._connection.scalar(question) is not None

    def add(self, source: Source, now: datetime) -> Source:
        """An admin adds it in a chat: it is asked at once, and on trial.

        Where it was watched once, by this name, what it showed meanwhile is its past.
        """
        values = {name: value for name, value in _row(source).items() if name in _CONFIGURED}
        values |= _ANEW | {"added": now, "on_trial": now, "halted": None, "next_due": now}
        if known := self.by_name(source.name):
            self._connection.execute(sa.update(sources).where(sources.c.id == known.id).values(**values))
        else:
            row = _row(source) | {"watched": False} | values
            self._connection.execute(sa.insert(sources).values(**row))
        made = self.by_name(source.name)
        assert made is not None  # noqa: S101 - just written
        return made

    def remove(self, source_id: int) -> None:
        """What was added in a chat is asked no more; what it said stays, and what waits of it waits on."""
        self._settle(source_id, added=None)

    def choose(self, source_id: int, **values: object) -> None:
        """Admins choose these in a chat, by the names of what is configured.

        Of what the configuration names it is kept what that says, so that this holds until it says otherwise.
        """
        source = self.many([source_id])[source_id]
        if source.added is not None:
            self._settle(source_id, **values)
            return
        chosen = dict(source.chosen)
        before = _row(source)
        for name, value in values.items():
            _, said = chosen.pop(name, (None, before[name]))
            if value != said:
                chosen[name] = [value, said]
        self._settle(source_id, chosen=chosen, **values)

    def trust(self, source_id: int, trust: Trust) -> None:
        """Whose word it is taken for from now on."""
        self.choose(source_id, trust=trust)

    def pace(self, source_id: int, every: int, now: datetime) -> None:
        """It is asked every so many seconds, the next time no later than that."""
        self.choose(source_id, every=every)
        self.due_by(source_id, now + timedelta(seconds=every))

    def put_on_trial(self, source_id: int, since: datetime | None) -> None:
        """From now on an admin looks at all of its calls first; None: no more."""
        self._settle(source_id, on_trial=since)

    def rows(self) -> tuple[RowMapping, ...]:
        """What is known of every source, for `put_back`."""
        return tuple(self._connection.execute(sa.select(sources)).mappings())

    def put_back(self, rows: Iterable[RowMapping]) -> None:
        """After a backup was restored: what admins decided of each source since is as it was.

        What they had added is watched again, what they had removed is not, and what is on trial stays so.
        """
        known = {row["name"]: row for row in rows}
        there = set(self._connection.scalars(sa.select(sources.c.name)))
        for name, row in known.items():
            decided = {one: row[one] for one in _DECIDED}
            decided |= {one: row[one] for one in ("url", "kind", *_CHOSEN)} if row["added"] else {}
            decided |= {one: row[one] for one in row["chosen"]}
            of = sources.c.name == name
            if name in there:
                self._connection.execute(sa.update(sources).where(of).values(**decided))
            elif row["added"]:
                values = {one: value for one, value in row.items() if one != "id"} | _ANEW
                self._connection.execute(sa.insert(sources).values(**values))

    def _settle(self, source_id: int, **values: object) -> None:
        self._connection.execute(sa.update(sources).where(sources.c.id == source_id).values(**values))

    def read_anew(self) -> None:
        """The next answer of every source is read whole, as if none of its items had been seen."""
        values = {name: _ANEW[name] for name in ("etag", "last_modified", "body_hash", "marks")}
        self._connection.execute(sa.update(sources).values(**values))

    def due_by(self, source_id: int, moment: datetime) -> None:
        """The source is asked at this moment, unless it is asked sooner anyway."""
        later = sa.or_(sources.c.next_due.is_(None), sources.c.next_due > moment)
        self._connection.execute(
            sa.update(sources).where(sources.c.id == source_id, later).values(next_due=moment)
        )

    def _select(self, where: sa.ColumnElement[bool], *order: sa.ColumnElement[object]) -> tuple[Source, ...]:
        rows = self._connection.execute(sa.select(sources).where(where).order_by(*order, sources.c.name))
        return tuple(_source(row) for row in rows.mappings())


def _free(now: datetime) -> sa.ColumnElement[bool]:
    """Given to nobody: or for so long that the clock of whoever gave it was ahead."""
    until = sources.c.given_until
    return sa.or_(until.is_(None), until <= now, until > now + GIVEN_FOR + _SLACK)


@cache
def _saving(names: tuple[str, ...]) -> sa.Update:
    key = sources.c.id == sa.bindparam("saved_id")
    return sa.update(sources).where(key).values({name: sa.bindparam(name) for name in names})


@cache
def _saving_polled(names: tuple[str, ...]) -> sa.Update:
    """Who was to ask them has done so."""
    return _saving(names).values(given_until=None)


def _values(source: Source, names: Iterable[str]) -> dict[str, object]:
    return {"saved_id": source.id} | {name: getattr(source, name) for name in names}


def _as_chosen(row: Mapping[str, object], chosen: Mapping[str, Sequence[object]]) -> dict[str, object]:
    """What the configuration says, where admins chose otherwise when it said the same."""
    holds = {name: pair for name, pair in chosen.items() if row.get(name) == pair[1]}
    return {name: pair[0] for name, pair in holds.items()} | {"chosen": holds}


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
        marks=row["marks"] or b"",
    )
