"""Whether a name holds a name that somebody asks for: the one rule for whoever speaks and whoever is asked.

Each word that is typed has to begin one of the name's words; a short one has to be it, so that "UN" is in no
"unit" and no "countries". Korean, Chinese and Japanese, which do not part their words reliably, are met
anywhere. The index, which knows words alone, finds what may fit by the same rule (`storage.reader`).
"""

from collections.abc import Collection, Iterator
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from storage.naming import IDLE
from storage.queries import Query
from storage.tables.archive import demands, statements
from storage.terms import plain, runs, terms

WHOLE = 4
"""Letters below which a word must be met whole: "UN" is in no "unit", but "State" is in "States"."""
_AT_ONCE = 900


def begins(word: str) -> bool:
    """Whether it is enough that a name's word begins with this one, rather than be it."""
    return len(word) >= WHOLE and word.isalpha()


def told(asked: str) -> list[tuple[str, str]]:
    """The runs of a name that tell it from others: not "for" and "on", unless it has nothing else."""
    every = list(runs(asked))
    return [run for run in every if run[1] not in IDLE] or every


def holds(name: str, asked: str) -> bool:
    """Whether a name holds all words of what is asked for."""
    wanted = told(asked)
    if not wanted:
        return False
    unparted = plain(name).replace(" ", "")
    words = {run for kind, run in runs(name) if kind in ("word", "digits")}
    for kind, run in wanted:
        if kind in ("hangul", "han"):
            met = run in unparted
        else:
            met = run in words or (begins(run) and any(word.startswith(run) for word in words))
        if not met:
            return False
    return True


def is_one_of(
    name: str,
    country: str | None,
    countries: Collection[str],
    names: Collection[str],
    organs: Collection[tuple[str, str]],
) -> bool:
    """Whether an addressee of this name and country is one of these countries, names or countries' organs."""
    return (
        country in countries
        or any(holds(name, one) for one in names)
        or any(country == code and holds(name, one) for code, one in organs)
    )


class Called:
    """Which statements really are by, or to, whom a question's filters name.

    The index knows that their names hold the words, but not that one name holds them all.
    """

    def __init__(self, connection: Connection, query: Query) -> None:
        self._connection = connection
        self._to, self._to_names = query.to, query.to_names
        self._to_organs = query.to_organs
        self._sources = query.sources

    @property
    def is_told_by_words(self) -> bool:
        """Whether nothing more than single words is asked for: then the index tells it all."""
        names = (*self._to_names, *self._sources)
        return not self._to_organs and all(len(terms(name)) <= 1 for name in names)

    def among(self, numbers: Collection[int]) -> set[int]:
        """Those of these statements."""
        found = set(numbers)
        if self._sources:
            voices = self._told(sa.select(statements.c.id, statements.c.voices), statements.c.id, found)
            found = {
                row.id
                for row in voices
                if any(holds(voice, name) for voice in row.voices.split(" | ") for name in self._sources)
            }
        if self._to_names or self._to_organs:
            asked = self._told(
                sa.select(demands.c.statement_id, demands.c.addressee, demands.c.country),
                demands.c.statement_id,
                found,
            )
            found = {row.statement_id for row in asked if self._is_asked(row.addressee, row.country)}
        return found

    def _is_asked(self, name: str, country: str | None) -> bool:
        return is_one_of(name, country, self._to, self._to_names, self._to_organs)

    def _told(
        self, question: sa.Select[Any], column: sa.ColumnElement[int], numbers: Collection[int]
    ) -> Iterator[sa.Row[Any]]:
        wanted = sorted(numbers)
        for start in range(0, len(wanted), _AT_ONCE):
            part = question.where(column.in_(wanted[start : start + _AT_ONCE]))
            yield from self._connection.execute(part)
