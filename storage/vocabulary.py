"""The archive's vocabulary: every term that is held, its number, and in how many statements it stands.

A statement is remembered as one character for each of its terms, in order: `Vocabulary.sign`. So it takes
little room, what it holds is counted and its phrases are found by searching a string, and the index can be
taken back exactly, whatever the rules were when it was made.
"""

import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar, cast

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from storage.memory import Memory
from storage.roots import keys, keys_of

_TERMS = sa.table("statement_index_terms", sa.column("id"), sa.column("term"), sa.column("held"))
_KEYS = sa.table("statement_index_keys", sa.column("key"), sa.column("term"))
STATEMENTS, LENGTH = "#statements", "#length"
"""Terms that count what is indexed: how many statements, and how many terms they have together."""
CHANGES = "#changes"
"""Likewise: a number that grows by chance with each change."""
RULES_IN_USE = "#rules"
"""Likewise: by which rules the index was made."""
_AT_ONCE = 5_000
_MOST_REMEMBERED = 50_000
"""Numbers of terms: some megabytes."""
_LONE = 0xFFFFF - 0x800
"""Numbers that one character holds: code points but for the surrogates and the two last planes."""
_LEAD, _TRAIL, _HALF = 0x100000, 0x108000, 0x8000
DOUBLE = chr(_LEAD)
"""The first character of those that are a half of a sign."""
PART = "\x01"
"""Stands between the parts of a statement; no term is signed so."""

_SELECT = sa.select(_TERMS.c.id, _TERMS.c.term, _TERMS.c.held)
_BY_KEY = (
    sa.select(_KEYS.c.key, _TERMS.c.id, _TERMS.c.term, _TERMS.c.held)
    .join_from(_KEYS, _TERMS, _TERMS.c.id == _KEYS.c.term)
    .where(_KEYS.c.key.in_(sa.bindparam("keys", expanding=True)), _TERMS.c.held > 0)
    .order_by(_TERMS.c.held.desc(), _TERMS.c.term)
    .limit(sa.bindparam("most"))
)
_BETWEEN = (
    _SELECT.where(_TERMS.c.term >= sa.bindparam("first"), _TERMS.c.term < sa.bindparam("last"))
    .where(_TERMS.c.held > 0)
    .order_by(_TERMS.c.term)
    .limit(sa.bindparam("most"))
)


@dataclass(frozen=True, slots=True)
class Term:
    """A term that is held: its number, and how many statements hold it."""

    id: int
    text: str
    held: int


@dataclass(frozen=True, slots=True)
class Totals:
    """How many statements are indexed, how many terms they have together, and the count of changes.

    While they are the same, so is the index.
    """

    statements: int
    length: int
    changes: int

    @property
    def average(self) -> float:
        """Terms in a statement, on average."""
        return self.length / self.statements if self.statements else 1.0


_Value = TypeVar("_Value")


class Vocabulary:
    """The vocabulary of one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._numbers: dict[str, int] = {}
        self._highest: int | None = None
        self._fresh: dict[int, int] = {}
        """How often a new term is held, as it was written with it: it is not counted once more."""

    def begin(self, memory: Memory) -> None:
        """Takes over the numbers known from before, unless somebody else has changed the index since."""
        if not self._numbers:
            self._numbers = memory.recall_numbers(totals(self))

    def leave(self, memory: Memory, often: Mapping[str, int]) -> None:
        """Lets the next transaction know the numbers, if this one is committed: its totals come but once.

        Where they are too many, those that several statements held just now.
        """
        found = self._numbers
        if len(found) > _MOST_REMEMBERED:
            found = {term: found[term] for term, number in often.items() if number > 1}
        memory.keep_numbers(totals(self), dict(found))

    def numbers(self, found: Iterable[str], often: Mapping[str, int] | None = None) -> Mapping[str, int]:
        """The number of each term. What is new gets one: the frequent first, low numbers take less room."""
        missing = [term for term in dict.fromkeys(found) if term not in self._numbers]
        self._numbers.update([(text, number) for number, text, _ in self._rows_of(missing)])
        new = [term for term in missing if term not in self._numbers]
        if new:
            self._add(sorted(new, key=lambda term: -often.get(term, 0)) if often else new, often or {})
        return self._numbers

    def count(self, more: Mapping[int, int]) -> None:
        """So many statements more hold the terms with these numbers."""
        fresh, self._fresh = self._fresh, {}
        rows = [(number, by) for number in sorted(more) if (by := more[number] - fresh.get(number, 0))]
        if not rows:
            return
        if self._connection.dialect.name == "postgresql":
            given = {"numbers": [number for number, _ in rows], "more": [by for _, by in rows]}
            self._connection.execute(_COUNT_IN_POSTGRESQL, given)
        else:
            self._connection.exec_driver_sql(_COUNT_IN_SQLITE, [(by, number) for number, by in rows])

    def forget(self, numbers: Collection[int]) -> None:
        """Terms of these that nothing holds any more are known no longer: names may be among them."""
        for part in _parts(sorted(numbers)):
            gone = self._connection.execute(
                sa.delete(_TERMS)
                .where(_TERMS.c.id.in_(part), _TERMS.c.held <= 0, ~_TERMS.c.term.startswith("#"))
                .returning(_TERMS.c.id, _TERMS.c.term)
            ).all()
            for number, term in gone:
                filed = sa.delete(_KEYS).where(_KEYS.c.key.in_(list(keys(term))), _KEYS.c.term == number)
                self._connection.execute(filed)
        self._numbers = {}

    def clear(self) -> None:
        """Nothing is known any more."""
        for table in (_KEYS, _TERMS):
            self._connection.execute(sa.delete(table))
        self._numbers = {}
        self._highest = None

    def known(self, found: Collection[str]) -> list[Term]:
        """Those of these terms that are held."""
        return [Term(*row) for row in self._rows_of(sorted(found))]

    def filed(self, under: Collection[str], most: int) -> dict[str, list[Term]]:
        """Terms by the key that they are filed under (`storage.roots.keys`), `most` of them in all."""
        found: dict[str, list[Term]] = {}
        if under:
            given = {"keys": sorted(under), "most": most}
            for row in self._connection.execute(_BY_KEY, given):
                found.setdefault(row.key, []).append(Term(row.id, row.term, row.held))
        return found

    def beginning(self, start: str, most: int) -> list[Term]:
        """Terms that begin so, `most` of them."""
        given = {"first": start, "last": start + "\U0010ffff", "most": most}
        return [Term(row.id, row.term, row.held) for row in self._connection.execute(_BETWEEN, given)]

    def _add(self, new: Sequence[str], often: Mapping[str, int]) -> None:
        if self._highest is None:
            self._highest = int(self._connection.scalar(sa.select(sa.func.max(_TERMS.c.id))) or 0)
        numbered = dict(zip(new, range(self._highest + 1, self._highest + 1 + len(new)), strict=True))
        self._highest += len(new)
        rows = [(term, number, often.get(term, 0)) for term, number in numbered.items()]
        self._fresh.update((number, held) for _, number, held in rows if held)
        self._many("statement_index_terms (term, id, held)", "text, bigint, bigint", rows)
        filed = sorted((key, numbered[term]) for term, key in keys_of(numbered))  # as the table has them
        self._many("statement_index_keys (key, term)", "text, bigint", filed)
        self._numbers |= numbered

    def _rows_of(self, found: Sequence[str]) -> Iterator[tuple[int, str, int]]:
        """Number, term and how many hold it, of those of these terms that are known."""
        for part in _parts(found):
            if self._connection.dialect.name == "postgresql":
                result = self._connection.exec_driver_sql(_KNOWN_IN_POSTGRESQL, (list(part),))
            else:
                result = self._connection.exec_driver_sql(_KNOWN_IN_SQLITE, (json.dumps(part),))
            yield from cast("Sequence[tuple[int, str, int]]", result.all())

    def _many(self, into: str, kinds: str, rows: Sequence[tuple[object, ...]]) -> None:
        if not rows:
            return
        if self._connection.dialect.name == "postgresql":  # one statement: it would take each row as one
            given = ", ".join(f"%s::{kind}[]" for kind in kinds.split(", "))
            columns = tuple(map(list, zip(*rows, strict=True)))
            self._connection.exec_driver_sql(f"INSERT INTO {into} SELECT * FROM unnest({given})", columns)  # noqa: S608 - names of our own
        else:
            places = ", ".join("?" for _ in kinds.split(", "))
            self._connection.exec_driver_sql(f"INSERT INTO {into} VALUES ({places})", list(rows))  # noqa: S608 - likewise


# What every statement asks is asked without the toolkit's work on each value.
_KNOWN_IN_SQLITE = (
    "SELECT id, term, held FROM statement_index_terms WHERE term IN (SELECT value FROM json_each(?))"
)
_KNOWN_IN_POSTGRESQL = "SELECT id, term, held FROM statement_index_terms WHERE term = ANY(%s)"
_COUNT_IN_SQLITE = "UPDATE statement_index_terms SET held = held + ? WHERE id = ?"
_COUNT_IN_POSTGRESQL = sa.text(
    "UPDATE statement_index_terms SET held = held + given.more FROM "
    "unnest(CAST(:numbers AS bigint[]), CAST(:more AS bigint[])) AS given (number, more) "
    "WHERE id = given.number"
)


def sign(number: int) -> str:
    """The character, or for numbers past a million the two, that stand for a term."""
    code = number + 1
    if code < 0xD800:  # nearly all
        return chr(code)
    if code <= _LONE:
        return chr(code + 0x800)
    high, low = divmod(code - _LONE, _HALF)
    return chr(_LEAD + high) + chr(_TRAIL + low)


def signs_of(numbers: Iterable[int]) -> list[str]:
    """The sign of each: most are told at once."""
    return [chr(number + 1) if number < 0xD7FF else sign(number) for number in numbers]


def number_of(char: str) -> int:
    """The number of the term that this one character stands for."""
    code = ord(char)
    return code - 1 if code < 0xD800 else code - 0x801


def numbers_in(signs: str) -> list[int]:
    """The numbers of the terms in a signed text, in order."""
    found = []
    lead = 0
    for char in signs:
        code = ord(char)
        if code >= _TRAIL:
            found.append(lead * _HALF + code - _TRAIL + _LONE - 1)
        elif code >= _LEAD:
            lead = code - _LEAD
        elif code >= 0xE000:
            found.append(code - 0x801)
        elif char != PART:
            found.append(code - 1)
    return found


def totals(vocabulary: Vocabulary) -> Totals:
    """What the index holds in all."""
    held = {one.text: one.held for one in vocabulary.known((STATEMENTS, LENGTH, CHANGES))}
    return Totals(held.get(STATEMENTS, 0), held.get(LENGTH, 0), held.get(CHANGES, 0))


def _parts(values: Sequence[_Value]) -> Iterator[Sequence[_Value]]:
    return (values[at : at + _AT_ONCE] for at in range(0, len(values), _AT_ONCE))
