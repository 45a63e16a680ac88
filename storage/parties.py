"""Who speaks and who signs: the names in the archive, with how much each has said."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from storage.additions import Additions
from storage.bounds import in_time
from storage.naming import LONGEST, acronym, party_key
from storage.queries import Party
from storage.records import Statement
from storage.tables.archive import parties, statement_parties, statements
from storage.words import Role

_MOST_NAMES = 500
"""Names kept of one statement: longer lists are counted, and not taken apart."""
_LOOKED_AT = 3000
"""Names that are compared at most with one that is spelt in another way."""
_LEAST_LIKENESS = 0.5
_GRAM = 3
_PATIENCE = 1.5
_COUNTED = sa.text(
    "INSERT INTO parties (key, name, acronym, issued, signed, newest) "
    "VALUES (:key, :name, :acronym, :issued, :signed, :newest) "
    "ON CONFLICT (key) DO UPDATE SET issued = parties.issued + excluded.issued, "
    "signed = parties.signed + excluded.signed, newest = CASE WHEN parties.newest IS NULL "
    "OR excluded.newest > parties.newest THEN excluded.newest ELSE parties.newest END"
).bindparams(sa.bindparam("newest", type_=sa.Date))


_DATED = sa.or_(
    statements.c.published.is_not(None),
    statements.c.date_posted.is_not(None),
    statements.c.date_written.is_not(None),
)


class Parties:
    """Questions about who speaks and signs, and their changes."""

    def __init__(self, connection: Connection, additions: Additions) -> None:
        self._connection = connection
        self._additions = additions

    def add(self, key: int, statement: Statement, organisation: str, day: date | None) -> None:
        """A statement was kept, or says something else now; `day` is its date, where it has one."""
        rows, counted = rows_of(key, statement.issuers or (organisation,), statement.signatories.names, day)
        self._additions.many(statement_parties, rows)
        for row in counted:
            self._additions.after(_COUNTED, row)

    def remove(self, statement_id: int) -> None:
        """Nothing is known any more of who speaks in a statement and who signed it."""
        of_it = sa.select(statement_parties.c.key).where(statement_parties.c.statement_id == statement_id)
        keys = set(self._connection.scalars(of_it))
        self._connection.execute(
            sa.delete(statement_parties).where(statement_parties.c.statement_id == statement_id)
        )
        self._recount(keys)

    def named(self, name: str, role: Role, *, by_letters: bool = True) -> tuple[Party, ...]:
        """Those who have this role and whom the name means: by its key, and `by_letters` by its acronym.

        An acronym that several names share means none of them. Raises Stopped like `like`.
        """
        wanted = party_key(name)
        if not wanted:
            return ()
        is_it = [parties.c.key == wanted]
        with in_time(self._connection, _PATIENCE):
            if by_letters and _is_short(wanted) and self._sharing(wanted) == 1:
                is_it.append(parties.c.acronym == wanted)
            # Who writes the long name out means those who sign by its letters too.
            letters = acronym(name)
            if by_letters and len(wanted.split()) > 1 and len(letters) > 3 and self._sharing(letters) <= 1:
                is_it.append(parties.c.key == letters)
            return self._parties(_column(role) > 0, sa.or_(*is_it))

    def lettered(self, name: str, role: Role) -> tuple[Party, ...]:
        """Those who have this role and whose acronym is, or ends in, these letters: they may be meant.

        Raises Stopped like `like`.
        """
        wanted = party_key(name)
        if not _is_short(wanted):
            return ()
        with in_time(self._connection, _PATIENCE):
            return self._parties(_column(role) > 0, parties.c.acronym.endswith(wanted, autoescape=True))

    def like(self, name: str, role: Role) -> tuple[Party, ...]:
        """Those who have this role and may be meant: by the words in it, else by its spelling.

        Raises Stopped where that takes longer than anyone waits.
        """
        wanted = party_key(name)
        if not wanted:
            return ()
        words = [parties.c.key.contains(word, autoescape=True) for word in wanted.split()[:8]]
        with in_time(self._connection, _PATIENCE):
            return self._parties(_column(role) > 0, *words) or self._alike(wanted, _column(role))

    def of(self, keys: Collection[str], role: Role, limit: int, offset: int = 0) -> tuple[int, Sequence[int]]:
        """How many statements they spoke in, or signed; and the numbers of some, the newest first."""
        which = sa.and_(statement_parties.c.key.in_(keys), statement_parties.c.role == role)
        ids = sa.select(statement_parties.c.statement_id).where(which).distinct()
        total = self._connection.scalar(sa.select(sa.func.count()).select_from(ids.subquery()))
        question = (
            sa.select(statements.c.id)
            .where(statements.c.id.in_(ids))
            .order_by(statements.c.day.desc(), statements.c.id.desc())
            .limit(limit)
            .offset(offset)
        )
        return int(total or 0), self._connection.scalars(question).all()

    def speakers(
        self, limit: int, offset: int = 0, lines: Iterable[Collection[str]] = ()
    ) -> tuple[int, tuple[Party, ...]]:
        """How many have spoken, and those who spoke most; names of one of these lines are one.

        A line is the keys of names that one organisation goes by.
        """
        spoke = parties.c.issued > 0
        as_one, keys = self._as_one(lines)
        total = self._connection.scalar(sa.select(sa.func.count()).select_from(parties).where(spoke)) or 0
        order = (parties.c.issued.desc(), parties.c.newest.desc(), parties.c.key)
        question = sa.select(parties).where(spoke, parties.c.key.not_in(keys)).order_by(*order)
        rows = self._connection.execute(question.limit(limit + offset)).mappings()
        every = sorted((*as_one, *map(_party, rows)), key=_most_first)
        return int(total) - len(keys) + len(as_one), tuple(every[offset : offset + limit])

    def _as_one(self, lines: Iterable[Collection[str]]) -> tuple[list[Party], list[str]]:
        """Those who spoke by several names of a line, each as one; and the keys of these names."""
        lines = [frozenset(line) for line in lines]
        wanted = sorted(frozenset[str]().union(*lines))
        found: dict[str, Party] = {}
        for part in _cut(wanted):
            rows = self._connection.execute(
                sa.select(parties).where(parties.c.key.in_(part), parties.c.issued > 0)
            )
            found |= {row["key"]: _party(row) for row in rows.mappings()}
        as_one, keys = [], []
        for line in lines:
            same = sorted((found[key] for key in line if key in found), key=_most_first)
            if len(same) < 2:
                continue
            # Who put two of its names to a statement has issued one.
            which = sa.and_(
                statement_parties.c.key.in_([one.key for one in same]),
                statement_parties.c.role == Role.ISSUER,
            )
            number = sa.select(sa.func.count(statement_parties.c.statement_id.distinct())).where(which)
            newest = max((one.newest for one in same if one.newest), default=None)
            issued = int(self._connection.scalar(number) or 0)
            as_one.append(replace(same[0], issued=issued, newest=newest))
            keys += [one.key for one in same]
        return as_one, keys

    def _sharing(self, letters: str) -> int:
        """How many names have this acronym, beside the letters themselves."""
        question = sa.select(sa.func.count()).select_from(parties)
        which = (parties.c.acronym == letters, parties.c.key != letters)
        return int(self._connection.scalar(question.where(*which)) or 0)

    def _parties(self, *where: sa.ColumnElement[bool], limit: int = 20) -> tuple[Party, ...]:
        order = (sa.func.length(parties.c.key), parties.c.issued.desc(), parties.c.key)
        question = sa.select(parties).where(*where).order_by(*order).limit(limit)
        return tuple(_party(row) for row in self._connection.execute(question).mappings())

    def _alike(self, wanted: str, column: sa.Column[int]) -> tuple[Party, ...]:
        """Names that are spelt much like the one wanted."""
        grams = _grams(wanted)
        shared = sa.or_(*(parties.c.key.contains(gram, autoescape=True) for gram in sorted(grams)[:24]))
        question = sa.select(parties).where(column > 0, shared).order_by(column.desc()).limit(_LOOKED_AT)
        found = [_party(row) for row in self._connection.execute(question).mappings()]
        near = [(likeness(wanted, one.key), one) for one in found]
        near = sorted((pair for pair in near if pair[0] >= _LEAST_LIKENESS), key=lambda pair: -pair[0])
        return tuple(one for share, one in near if share > near[0][0] - 0.1)[:5]

    def _recount(self, keys: Collection[str]) -> None:
        of_key = statement_parties.c.key == parties.c.key
        counts = {
            name: sa.select(sa.func.count())
            .select_from(statement_parties)
            .where(of_key, statement_parties.c.role == role)
            .scalar_subquery()
            for name, role in (("issued", Role.ISSUER), ("signed", Role.SIGNATORY))
        }
        newest = (
            sa.select(sa.func.max(sa.case((_DATED, statements.c.day))))
            .join(statement_parties, statement_parties.c.statement_id == statements.c.id)
            .where(of_key, statement_parties.c.role == Role.ISSUER)
            .scalar_subquery()
        )
        for part in _cut(sorted(keys)):
            here = parties.c.key.in_(part)
            self._connection.execute(sa.update(parties).where(here).values(**counts, newest=newest))
            nobody = sa.and_(here, parties.c.issued == 0, parties.c.signed == 0)
            self._connection.execute(sa.delete(parties).where(nobody))


def rows_of(
    statement_id: int, issuers: Iterable[str], signatories: Iterable[str], day: date | None
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The rows that tie a statement to names, and what each name gains by it."""
    tied: list[dict[str, Any]] = []
    gained: dict[str, dict[str, Any]] = {}
    for role, names in ((Role.ISSUER, issuers), (Role.SIGNATORY, signatories)):
        keys = {key: name for name in list(names)[:_MOST_NAMES] if (key := party_key(name))}
        for position, (key, name) in enumerate(keys.items()):
            tied.append({"statement_id": statement_id, "role": role, "position": position, "key": key})
            shown = " ".join(name.split())[:LONGEST]
            row = {"key": key, "name": shown, "acronym": acronym(name), "issued": 0, "signed": 0}
            found = gained.setdefault(key, row | {"newest": None})
            found["issued" if role is Role.ISSUER else "signed"] += 1
            found["newest"] = day if role is Role.ISSUER else found["newest"]
    return tied, list(gained.values())


def likeness(one: str, other: str) -> float:
    """How much two keys are spelt alike, from 0 to 1: the share of their three-letter pieces."""
    mine, theirs = _grams(one), _grams(other)
    return 2 * len(mine & theirs) / (len(mine) + len(theirs))


def _grams(text: str) -> set[str]:
    flat = text.replace(" ", "")
    size = _GRAM if flat.isascii() else 2
    return {flat[at : at + size] for at in range(max(1, len(flat) - size + 1))}


def _is_short(key: str) -> bool:
    """Whether a key may be an acronym."""
    return key.isascii() and key.isalnum() and 2 < len(key) <= 12


def _most_first(one: Party) -> tuple[int, int, str]:
    return -one.issued, -(one.newest.toordinal() if one.newest else 0), one.key


def _column(role: Role) -> sa.Column[int]:
    return parties.c.issued if role is Role.ISSUER else parties.c.signed


def _cut(keys: Sequence[str]) -> Iterable[Sequence[str]]:
    return (keys[start : start + 500] for start in range(0, len(keys), 500))


def _party(row: Any) -> Party:  # noqa: ANN401 - a row of the table
    return Party(row["key"], row["name"], row["issued"], row["signed"], row["newest"])
