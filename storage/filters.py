"""A query's filters as conditions on the statements table, for listing and searching alike."""

from collections.abc import Iterator

import sqlalchemy as sa

from storage import addressed
from storage.queries import Query
from storage.tables import demands, statement_countries, statements
from storage.terms import fold


def conditions(query: Query) -> Iterator[sa.ColumnElement[bool]]:
    """One condition for each filter that the query gives; its words are the index's matter."""
    yield statements.c.taken_down.is_(None)
    if query.kinds:
        yield statements.c.kind.in_(query.kinds)
    if query.languages:
        yield statements.c.language.in_(query.languages)
    if query.countries:
        about = sa.select(statement_countries.c.statement_id)
        yield statements.c.id.in_(about.where(statement_countries.c.country.in_(query.countries)))
    if query.sources:
        voices = (statements.c.voices.contains(fold(name), autoescape=True) for name in query.sources)
        yield sa.or_(*voices)
    if query.to or query.to_names:
        asked: list[sa.ColumnElement[bool]] = [demands.c.country.in_(query.to)] if query.to else []
        asked += [addressed.condition(demands.c.addressee, name) for name in query.to_names]
        yield statements.c.id.in_(sa.select(demands.c.statement_id).where(sa.or_(*asked)))
    if query.since:
        yield statements.c.day >= query.since
    if query.before:
        yield statements.c.day < query.before
