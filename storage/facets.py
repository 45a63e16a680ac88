"""What routes are found by in the database, and a mark that tells when people's own words have changed."""

import os

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from storage.people import Route
from storage.tables.program import meta
from storage.values import set_value

ANYWHERE = "*"
"""Stands in `route_countries` for a route that names no country."""
_VERSION = "worded routes"


def rows_of(route: Route) -> list[dict[str, object]]:
    """What `route_countries` says of a route: a row a country, each with whether the route names kinds."""
    places = dict.fromkeys(country.upper() for country in route.countries)
    return [
        {"route_id": route.id, "country": country, "named": bool(route.kinds)}
        for country in places or (ANYWHERE,)
    ]


def version(connection: Connection) -> str:
    """Another one whenever somebody's own words have changed; "" while nobody ever had any."""
    found: str | None = connection.scalar(sa.select(meta.c.value).where(meta.c.name == _VERSION))
    return found or ""


def changed(connection: Connection) -> None:
    """Whoever remembers people's words reads them again after this transaction."""
    set_value(connection, _VERSION, os.urandom(12).hex())
