"""The archive's index: what is put into it, and how a question is answered from it.

The engines (`storage.engines`) are asked which statements may answer; which do, and how well, is judged here
(`storage.ranking`), so that both databases give the same answers in the same order. What many statements
hold is judged among the newest of them; what none holds whole is answered in part.
"""

from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from itertools import combinations

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from storage.additions import Additions
from storage.bounds import in_time
from storage.locks import until_commit
from storage.passage import Marks, passage
from storage.queries import Query, Sort
from storage.question import Group, Question, Way
from storage.ranking import LEAST_PART, Judged, Ranking
from storage.reader import Reader
from storage.records import Statement
from storage.terms import compounds, initials, terms
from storage.vocabulary import LENGTH, PART, RULES_IN_USE, STATEMENTS, Vocabulary, numbers_in, sign

RULES = 1
"""To be counted on when a text gives other terms: archives are then indexed anew (`Database.prepare`)."""
MOST_COUNTED = 2_000
"""More statements than these are not counted."""
_JUDGED = 600
_JUDGED_IN_PART = 800
_FEW = 20
"""Where fewer than these hold all that was asked for, those that hold a part of it are looked at."""
_BROAD = 10_000
"""Where more than these may answer, the newest months are asked first."""
_MOST_LOOSE = 8
_PATIENCE = 3.0
_WAITING = 200

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


@dataclass(frozen=True, slots=True)
class Found:
    """Numbers of statements, best first, and how many in all."""

    keys: tuple[int, ...] = ()
    total: int = 0
    is_least: bool = False
    whole: bool = True
    instead: tuple[tuple[str, str], ...] = ()
    marks: Marks = field(default_factory=Marks)


@dataclass(frozen=True, slots=True)
class Row:
    """A statement as the index knows it: its title, and the rest, signed (`storage.vocabulary`)."""

    id: int
    day: date
    title: str
    rest: str


class Index(ABC):
    """The index of one connection's database. Its changes belong to the open transaction."""

    matching: tuple[str, str]
    """The engine's questions for the `id` of what matches `:asked`, the newest first: anywhere, in titles."""

    def __init__(self, connection: Connection, additions: Additions) -> None:
        self._connection = connection
        self._additions = additions
        self._vocabulary = Vocabulary(connection)
        self._waiting: list[Document] = []

    def add(self, document: Document) -> None:
        """Indexes a statement."""
        self._waiting.append(document)
        self._additions.last(self._write)
        if len(self._waiting) >= _WAITING:
            self._write()

    def remove(self, key: int) -> None:
        """The statement can no longer be found by its words, and those that only it held are forgotten."""
        self._additions.write()
        until_commit(self._connection, "index")
        row = self._connection.execute(sa.select(WORDS).where(WORDS.c.id == key)).first()
        if row is None:
            return
        self._take_out(key, row.title, row.rest)
        self._connection.execute(sa.delete(WORDS).where(WORDS.c.id == key))
        held = set(numbers_in(row.title + row.rest))
        counts = Counter(dict.fromkeys(held, -1))
        counts.update(self._totals(-1, -len(row.title) - len(row.rest)))
        self._vocabulary.count(counts)
        self._vocabulary.forget(held)

    def clear(self) -> None:
        """Nothing can be found by its words any more."""
        self._additions.write()
        until_commit(self._connection, "index")
        self._empty()
        self._connection.execute(sa.delete(WORDS))
        self._vocabulary.clear()
        self._vocabulary.count({self._vocabulary.numbers([RULES_IN_USE])[RULES_IN_USE]: RULES})

    def is_current(self) -> bool:
        """Whether it was made by the rules that this program knows."""
        return any(one.held == RULES for one in self._vocabulary.known((RULES_IN_USE,)))

    def find(self, query: Query, limit: int, offset: int) -> Found:
        """The statements that fit, best first. Raises Stopped where that takes longer than anyone waits."""
        self._additions.write()
        with in_time(self._connection, _PATIENCE):
            question = Reader(self._vocabulary).read(query)
            return self._answer(question, query, limit, offset)

    def snippet(self, statement: Statement, marks: Marks) -> tuple[tuple[str, bool], ...]:
        """The passage of the text that holds most of the question's words, with the words marked."""
        return passage(statement.text or statement.title, marks)

    @abstractmethod
    def _put_in(self, rows: Sequence[Row]) -> None:
        """Writes signed statements: id, day, title and the rest."""

    @abstractmethod
    def _take_out(self, key: int, title: str, rest: str) -> None:
        """What the engine keeps beside the table of words."""

    @abstractmethod
    def _empty(self) -> None:
        """Likewise of every statement."""

    @abstractmethod
    def _said(self, groups: Sequence[Group], without: Sequence[Way]) -> str:
        """All these groups, and none of those, as the engine reads it."""

    @abstractmethod
    def _any(self, several: Sequence[str]) -> str:
        """One or another."""

    # Writing.

    def _write(self) -> None:
        waiting, self._waiting = self._waiting, []
        if not waiting:
            return
        until_commit(self._connection, "index")
        split = [self._split(document) for document in waiting]
        often = Counter(term for parts in split for part in parts for term in part)
        numbers = self._vocabulary.numbers([STATEMENTS, LENGTH, *(term for term, _ in often.most_common())])
        signs = {term: sign(numbers[term]) for term in often}
        rows, held, length = [], Counter[int](), 0
        for document, parts in zip(waiting, split, strict=True):
            title, *others = ("".join(map(signs.__getitem__, part)) for part in parts)
            rest = PART.join(("", *others))
            rows.append(Row(document.id, document.day, title, rest))
            held.update({numbers[term] for part in parts for term in part})
            length += len(title) + len(rest)
        self._put_in(rows)
        held.update(self._totals(len(rows), length))
        self._vocabulary.count(held)

    def _split(self, document: Document) -> tuple[list[str], ...]:
        said = (document.title, document.text)
        apart = [*compounds("\n".join(said)), *initials("\n".join((*said, *document.beside)))]
        beside = [term for name in document.beside for term in terms(name)]
        return (
            terms(document.title),
            terms(document.text),
            [
                *beside,
                *dict.fromkeys((*apart, *(one for name in document.beside for one in compounds(name)))),
            ],
            list(dict.fromkeys(document.facts)),
        )

    def _totals(self, statements: int, length: int) -> Counter[int]:
        numbers = self._vocabulary.numbers([STATEMENTS, LENGTH])
        return Counter({numbers[STATEMENTS]: statements, numbers[LENGTH]: length})

    # Asking.

    def _answer(self, question: Question, query: Query, limit: int, offset: int) -> Found:
        if not question.statements or any(not group.ways for group in question.facts):
            return Found(instead=question.instead)
        marks = Marks.of(question)
        ranking = Ranking(question)
        needed = [group for group in question.groups if group.needed]
        strict = [group for group in needed if group.strict]
        if ((query.words or query.phrases) and not needed) or any(not group.ways for group in strict):
            return Found(instead=question.instead)
        kept: dict[int, tuple[float, Row]] = {}
        whole = 0
        is_least = False
        total = 0
        rows = self._candidates(question, needed, query)
        for row, judged in self._judged(ranking, rows, query):
            if judged.whole:
                kept[row.id] = (judged.score, row)
        whole = total = len(kept)
        if len(rows) >= _JUDGED:
            counted = self._counted(self._said([*needed, *question.facts], question.without))
            total = max(total, counted if not _is_checked(question, query) else total)
            is_least = total >= MOST_COUNTED or _is_checked(question, query)
        elif whole < _FEW and len(needed) > len(strict):
            rest = [row for row in self._in_part(question, needed) if row.id not in kept]
            for row, judged in self._judged(ranking, rest, query):
                if judged.whole or judged.part >= LEAST_PART:
                    kept[row.id] = (judged.score, row)
                    whole += judged.whole
            total = len(kept)
        ordered = _ordered(kept.values(), query.sort)
        keys = tuple(row.id for _, row in ordered[offset : offset + limit])
        is_whole = whole > 0 and not question.unknown
        return Found(keys, total, is_least, is_whole, question.instead, marks)

    def _judged(self, ranking: Ranking, rows: Iterable[Row], query: Query) -> Iterator[tuple[Row, Judged]]:
        for row in rows:
            if (query.since and row.day < query.since) or (query.before and row.day >= query.before):
                continue
            judged = ranking.judge(row.title, row.rest)
            if judged:
                yield row, judged

    def _candidates(self, question: Question, needed: Sequence[Group], query: Query) -> list[Row]:
        """Statements that may hold all that is needed: with the words in the title first, then the newest."""
        groups = [*needed, *question.facts]
        held = min((group.held for group in needed), default=question.statements)
        asked = self._said(groups, question.without)
        if held <= (_BROAD if query.sort is Sort.BEST else MOST_COUNTED):
            rows = self._rows(asked, max(held, _JUDGED) if query.sort is not Sort.BEST else _JUDGED)
        else:
            months = self._months(question, held, query.sort)
            rows = self._rows(self._said([*groups, months], question.without), _JUDGED)
            if len(rows) < _JUDGED:
                rows = self._rows(asked, _JUDGED)
        if needed and query.sort is Sort.BEST and len(rows) >= _JUDGED:
            title = self._rows(self._said(needed, ()), _JUDGED // 2, in_title=True)
            known = {row.id for row in rows}
            rows = [*rows, *(row for row in title if row.id not in known)]
        return rows

    def _months(self, question: Question, held: int, sort: Sort) -> Group:
        """The newest months, or the oldest, that hold enough to answer."""
        months = Reader(self._vocabulary).months()
        ordered = months if sort is Sort.OLD else months[::-1]
        chosen, number = [], 0
        for month in ordered:
            chosen.append(month.id)
            number += month.held
            if number * held >= 4 * _JUDGED * question.statements:
                break
        return Group((Way((tuple(chosen),)),), number)

    def _in_part(self, question: Question, needed: Sequence[Group]) -> list[Row]:
        """Statements that may hold the better part of what is needed."""
        strict = [*(group for group in needed if group.strict), *question.facts]
        free = sorted((group for group in needed if not group.strict), key=lambda group: group.held)[
            :_MOST_LOOSE
        ]
        found: dict[int, Row] = {}

        def take(several: Sequence[Sequence[Group]]) -> None:
            asked = [self._said([*part, *strict], question.without) for part in several]
            asked = [one for one in asked if one]
            if asked and len(found) < _JUDGED_IN_PART:
                found.update((row.id, row) for row in self._rows(self._any(asked), _JUDGED))

        if question.statements <= _JUDGED_IN_PART:
            take([[group] for group in free])
            return list(found.values())
        if len(free) > 2:
            take(list(combinations(free, len(free) - 1)))
        for number in range(len(free) - 2, 1, -1):
            take([free[:number]])
        rare = [group for group in free if group.held <= _JUDGED] or free[:1]
        rare = [group for group in rare if group.held <= _BROAD]
        if rare:
            take([[group] for group in rare])
        return list(found.values())

    def _rows(self, asked: str, most: int, *, in_title: bool = False) -> list[Row]:
        if not asked:
            return []
        question = _rows_of(self.matching[in_title])
        rows = self._connection.execute(question, {"asked": asked, "most": most})
        return [Row(*row) for row in rows.all()]

    def _counted(self, asked: str) -> int:
        question = _count_of(self.matching[False])
        return int(self._connection.scalar(question, {"asked": asked, "most": MOST_COUNTED}) or 0)


@cache
def _rows_of(matching: str) -> sa.TextualSelect:
    words = "SELECT w.id, w.day, w.title, w.rest FROM"
    joined = f"{words} ({matching} LIMIT :most) AS f JOIN statement_index_words AS w ON w.id = f.id"
    return sa.text(joined).columns(*WORDS.c)


@cache
def _count_of(matching: str) -> sa.TextClause:
    return sa.text(f"SELECT count(*) FROM ({matching} LIMIT :most) AS f")  # noqa: S608 - our own words


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


def _is_checked(question: Question, query: Query) -> bool:
    """Whether the engine's matches are more than those that hold what was asked for."""
    ways = [way for group in question.groups if group.needed for way in group.ways]
    return any(len(way.steps) > 1 and not way.apart for way in ways) or bool(query.since or query.before)


def _ordered(found: Iterable[tuple[float, Row]], sort: Sort) -> list[tuple[float, Row]]:
    if sort is Sort.OLD:
        return sorted(found, key=lambda one: (one[1].day, one[1].id))
    if sort is Sort.NEW:
        return sorted(found, key=lambda one: (one[1].day, one[1].id), reverse=True)
    return sorted(found, key=lambda one: (round(one[0], 6), one[1].day, one[1].id), reverse=True)
