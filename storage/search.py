"""The archive's index: what is put into it, and how a question is answered from it.

The engines (`storage.engines`) say which statements hold what. What is asked of them and how their answer is
judged is the same on both databases (`storage.answer`, `storage.shortlist`, `storage.ranking`).
"""

import random
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import chain
from typing import TypeVar

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from storage.additions import Additions
from storage.addressed import Called
from storage.answer import Answer, Dated, Found, Row
from storage.bounds import in_time
from storage.calendar import Calendar
from storage.locks import until_commit
from storage.memory import Memory
from storage.passage import Marks, passage
from storage.queries import Query
from storage.question import Group, Way
from storage.reader import Reader
from storage.records import Statement
from storage.shortlist import Ask
from storage.terms import compounds_of, initials, plain, terms, terms_of
from storage.vocabulary import (
    CHANGES,
    LENGTH,
    PART,
    RULES_IN_USE,
    STATEMENTS,
    Vocabulary,
    numbers_in,
    signs_of,
    totals,
)

RULES = 3
"""To be counted on when a text gives other terms: archives are then indexed anew (`Database.prepare`)."""
_PATIENCE = 3.0
_WAITING, _LONGEST = 500, 4_000_000
"""Statements, and characters of them, that wait to be indexed together: common words are counted once."""
_Value = TypeVar("_Value")

WORDS = sa.table(
    "statement_index_words",
    sa.column("id", sa.BigInteger),
    sa.column("day", sa.Date),
    sa.column("title", sa.Text),
    sa.column("rest", sa.Text),
)


@dataclass(frozen=True, slots=True)
class Document:
    """What a statement is found by."""

    id: int
    day: date
    title: str
    text: str
    beside: tuple[str, ...] = ()
    """What is not in its text: who speaks, its symbols."""
    facts: tuple[str, ...] = ()
    """What filters ask for: "kind:report", "country:KP"."""


class Index(ABC):
    """The index of one connection's database. Its changes belong to the open transaction."""

    def __init__(self, connection: Connection, additions: Additions, memory: Memory) -> None:
        self._connection = connection
        self._additions = additions
        self._memory = memory
        self._vocabulary = Vocabulary(connection)
        self._waiting: list[Document] = []
        self._length = 0

    def add(self, document: Document) -> None:
        """Indexes a statement."""
        self._waiting.append(document)
        self._length += len(document.text)
        self._additions.last(self._write)
        if len(self._waiting) >= _WAITING or self._length >= _LONGEST:
            self._write_all()

    def remove(self, key: int) -> None:
        """The statement can no longer be found by its words, and those that only it held are forgotten."""
        self._write_all()
        until_commit(self._connection, "index")
        row = self._connection.execute(sa.select(WORDS).where(WORDS.c.id == key)).first()
        if row is None:
            return
        self._take_out(key, row.title, row.rest)
        self._connection.execute(sa.delete(WORDS).where(WORDS.c.id == key))
        held = set(numbers_in(row.title + row.rest))
        self._vocabulary.count(dict.fromkeys(held, -1) | self._totals(-1, -len(row.title) - len(row.rest)))
        self._vocabulary.forget(held)

    def clear(self) -> None:
        """Nothing can be found by its words any more."""
        self._write_all()
        until_commit(self._connection, "index")
        self._empty()
        self._connection.execute(sa.delete(WORDS))
        self._vocabulary.clear()
        numbers = self._vocabulary.numbers([RULES_IN_USE, CHANGES])
        self._vocabulary.count({numbers[RULES_IN_USE]: RULES, numbers[CHANGES]: _drawn()})

    def is_current(self) -> bool:
        """Whether it was made by the rules that this program knows."""
        return any(one.held == RULES for one in self._vocabulary.known((RULES_IN_USE,)))

    def size(self) -> int:
        """How many statements can be found."""
        self._write_all()
        return totals(self._vocabulary).statements

    def is_held(self, role: str, name: str) -> bool:
        """Whether a filter for this name in this role ("from", "to") lets anything through."""
        self._write_all()
        return bool(Reader(self._vocabulary, Calendar.made()).named(role, name).ways)

    def find(self, query: Query, limit: int, offset: int) -> Found:
        """The statements that fit, best first. Raises Stopped where that takes longer than anyone waits."""
        self._write_all()
        with in_time(self._connection, _PATIENCE):
            return self._answer(query).found(limit, offset)

    def dated(self, query: Query, wanted: int) -> Dated:
        """What fits the filters alone, by the days, more than `wanted` of them where there are so many.

        Raises Stopped like `find`.
        """
        self._write_all()
        with in_time(self._connection, _PATIENCE):
            return self._answer(query).dated(wanted)

    def snippet(self, statement: Statement, marks: Marks) -> tuple[tuple[str, bool], ...]:
        """The passage of the text that holds most of the question's words, with the words marked."""
        return passage(statement.text or statement.title, marks)

    @abstractmethod
    def _put_in(self, rows: Sequence[Row], numbers: Mapping[str, int]) -> None:
        """Writes signed statements: id, day, title and the rest; `numbers` are those of their signs."""

    @abstractmethod
    def _take_out(self, key: int, title: str, rest: str) -> None:
        """What the engine keeps beside the table of words."""

    @abstractmethod
    def _empty(self) -> None:
        """Likewise of every statement."""

    @abstractmethod
    def merge(self, *, begun: bool) -> bool:
        """Lays parts of the index together, in each of which terms are looked for; is there more to be done?

        A portion in a transaction; `begun`: one was done just now.
        """

    @abstractmethod
    def said(self, groups: Iterable[Group], without: Sequence[Way] = ()) -> str:
        """All these groups, and none of those, as the engine reads it; "" for nothing."""

    @abstractmethod
    def numbers(self, asks: Sequence[Ask]) -> list[list[int]]:
        """For each question the numbers of the statements that it matches, the newest first."""

    @abstractmethod
    def rows(self, numbers: Sequence[int]) -> list[Row]:
        """The signed statements with these numbers."""

    @abstractmethod
    def days(self, numbers: Sequence[int]) -> list[tuple[date, int]]:
        """The days that they are filed under, each with its number."""

    # Writing.

    def _write_all(self) -> None:
        self._additions.write()
        self._write()

    def _write(self) -> None:
        waiting, self._waiting, self._length = self._waiting, [], 0
        if not waiting:
            return
        until_commit(self._connection, "index")
        self._vocabulary.begin(self._memory)
        split = [self._split(document) for document in waiting]
        often = Counter[str]()
        for parts in split:
            often.update(set(chain.from_iterable(parts)))
        numbers = self._vocabulary.numbers([STATEMENTS, LENGTH, CHANGES, *often], often)
        wanted = list(map(numbers.__getitem__, often))
        signs = dict(zip(often, signs_of(wanted), strict=True))
        rows, length = [], 0
        for document, parts in zip(waiting, split, strict=True):
            title, *others = ("".join(map(signs.__getitem__, part)) for part in parts)
            rest = PART.join(("", *others))
            rows.append(Row(document.id, document.day, title, rest))
            length += len(title) + len(rest)
        self._put_in(rows, dict(zip(signs.values(), wanted, strict=True)))
        held = dict(zip(wanted, often.values(), strict=True))
        self._vocabulary.count(held | self._totals(len(rows), length))
        self._vocabulary.leave(self._memory, often)

    def _split(self, document: Document) -> tuple[list[str], ...]:
        title, text, *beside = map(plain, (document.title, document.text, *document.beside))
        apart = chain(
            chain.from_iterable(map(compounds_of, (title, text))),
            initials("\n".join((document.title, document.text, *document.beside))),
            chain.from_iterable(map(compounds_of, beside)),
        )
        return (
            terms_of(title),
            terms_of(text),
            [*chain.from_iterable(map(terms_of, beside)), *dict.fromkeys(apart)],
            list(dict.fromkeys(document.facts)),
        )

    def _totals(self, statements: int, length: int) -> dict[int, int]:
        numbers = self._vocabulary.numbers([STATEMENTS, LENGTH, CHANGES])
        return {numbers[STATEMENTS]: statements, numbers[LENGTH]: length, numbers[CHANGES]: _drawn()}

    # Asking.

    def _answer(self, query: Query) -> Answer:
        held = totals(self._vocabulary)
        calendar = self._recalled(held, "calendar", lambda: Calendar.of(self._vocabulary))
        read = Reader(self._vocabulary, calendar).read
        question = self._recalled(held, query, lambda: read(query, held))
        return Answer(self, question, query, calendar, Called(self._connection, query))

    def _recalled(self, stamp: Hashable, key: Hashable, read: Callable[[], _Value]) -> _Value:
        """What was read of this state of the index before: what is not committed yet is nobody else's."""
        if self._connection.get_execution_options().get("vigil_write"):
            return read()
        return self._memory.recall(stamp, key, read)


def _drawn() -> int:
    """What a change adds to the count of changes: so no two states of any index have the same."""
    return 1 + random.getrandbits(30)


def facts_of(
    *, kind: str, language: str, countries: Iterable[str], asked: Iterable[str], voices: str, day: date
) -> tuple[str, ...]:
    """What filters ask for; `asked` are countries (alpha-2) and names of whom something is asked."""
    found = [f"kind:{kind}", f"lang:{language}", f"month:{day:%Y%m}", f"year:{day.year}"]
    found += [f"country:{code}" for code in countries]
    for name in asked:
        is_code = len(name) == 2 and name.isupper()
        found += [f"to:{name}"] if is_code else [f"to:{term}" for term in terms(name)]
    found += [f"from:{term}" for term in terms(voices)]
    return tuple(found)
