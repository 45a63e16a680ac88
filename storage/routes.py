"""Routes: what each recipient asked for; a person's own words are enciphered."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace

import sqlalchemy as sa
from sqlalchemy.engine import Connection, RowMapping

from storage import facets
from storage.additions import Additions
from storage.people import Route, Words
from storage.tables.people import recipients, route_countries, routes
from storage.vault import Sealer
from storage.words import Digest, Kind, RecipientState, Urgency

WORDS = "route words"
_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Routes:
    """Questions about routes, and their changes."""

    connection: Connection
    additions: Additions
    vault: Sealer

    def of(self, recipient_id: int) -> tuple[Route, ...]:
        """The recipient's routes, in the order in which they were asked for."""
        question = sa.select(routes).where(routes.c.recipient_id == recipient_id).order_by(routes.c.id)
        return tuple(self._route(row) for row in self.connection.execute(question).mappings())

    def active(self) -> Iterator[tuple[str, Route]]:
        """Every route of every reachable recipient, with the name of its transport."""
        question = (
            sa.select(routes, recipients.c.transport)
            .join(recipients, recipients.c.id == routes.c.recipient_id)
            .where(recipients.c.state == RecipientState.ACTIVE)
            .order_by(routes.c.recipient_id, routes.c.id)
        )
        with self.additions.beside():  # none of what waits there is a route
            rows = self.connection.execute(question).mappings().all()
        for row in rows:
            yield row["transport"], self._route(row)

    def add(self, recipient_id: int, route: Route) -> Route:
        """Keeps a route; the same wish twice is one route."""
        for known in self.of(recipient_id):
            if replace(known, id=0) == replace(route, id=0, recipient_id=recipient_id):
                return known
        row = {"recipient_id": recipient_id, **self._values(route)}
        result = self.connection.execute(sa.insert(routes).values(**row).returning(routes.c.id))
        added = replace(route, id=int(result.scalar_one()), recipient_id=recipient_id)
        self.connection.execute(sa.insert(route_countries), facets.rows_of(added))
        if row["words_sealed"]:
            facets.changed(self.connection)
        return added

    def change(self, route: Route) -> None:
        """Puts another wish in the place of the one with this id; the same wish twice is one route."""
        for known in self.of(route.recipient_id):
            if known.id != route.id and replace(known, id=route.id) == route:
                self.remove(route.id)
                return
        self.connection.execute(
            sa.update(routes).where(routes.c.id == route.id).values(**self._values(route))
        )
        self.connection.execute(sa.delete(route_countries).where(route_countries.c.route_id == route.id))
        self.connection.execute(sa.insert(route_countries), facets.rows_of(route))
        facets.changed(self.connection)

    def _values(self, route: Route) -> dict[str, object]:
        words = json.dumps([route.keywords, route.without, route.sources], ensure_ascii=False)
        own = route.keywords or route.without or route.sources  # typed by a person: it may name anyone
        return {
            "countries": list(route.countries),
            "kinds": list(route.kinds),
            "languages": list(route.languages),
            "words_sealed": self.vault.seal(words, WORDS) if own else None,
            "least_urgency": route.least_urgency,
            "digest": route.digest,
        }

    def set_digest(self, route_id: int, digest: Digest) -> None:
        """When the recipient wants what the route brings."""
        self.connection.execute(sa.update(routes).where(routes.c.id == route_id).values(digest=digest))

    def remove(self, route_id: int) -> None:
        """The recipient no longer wants this."""
        self._remove(routes.c.id == route_id)

    def clear(self, recipient_id: int) -> int:
        """The recipient wants nothing any more; returns how many routes there were."""
        return self._remove(routes.c.recipient_id == recipient_id)

    def version(self) -> str:
        """Another one whenever somebody's own words have changed; "" while nobody ever had any."""
        with self.additions.beside():
            return facets.version(self.connection)

    def sealed_words(self) -> dict[int, bytes]:
        """Of every route that has words of its own its id, and the words as they are kept: enciphered."""
        question = sa.select(routes.c.id, routes.c.words_sealed).where(routes.c.words_sealed.is_not(None))
        with self.additions.beside():
            return {int(key): sealed for key, sealed in self.connection.execute(question)}

    def opened(self, sealed: bytes) -> Words:
        """The words that were enciphered so."""
        return self._words(sealed)

    def index_all(self) -> int:
        """Makes anew what routes are found by, since those of a backup came without it; returns how many."""
        self.connection.execute(sa.delete(route_countries))
        last = made = 0
        while rows := self._after(last):
            last = rows[-1].id
            found = [one for route in rows for one in facets.rows_of(route)]
            self.connection.execute(sa.insert(route_countries), found)
            made += len(found)
        facets.changed(self.connection)
        return made

    def _after(self, last: int) -> tuple[Route, ...]:
        question = sa.select(routes).where(routes.c.id > last).order_by(routes.c.id).limit(_AT_ONCE)
        return tuple(self._route(row) for row in self.connection.execute(question).mappings())

    def _remove(self, where: sa.ColumnElement[bool]) -> int:
        worded = sa.select(routes.c.id).where(where, routes.c.words_sealed.is_not(None)).limit(1)
        had_words = self.connection.scalar(worded) is not None
        removed = self.connection.execute(sa.delete(routes).where(where)).rowcount
        if had_words:
            facets.changed(self.connection)
        return removed

    def _words(self, sealed: bytes | None) -> Words:
        if not sealed:
            return Words()
        keywords, without, sources = json.loads(self.vault.open(sealed, WORDS))
        return Words(tuple(sources), tuple(keywords), tuple(without))

    def _route(self, row: RowMapping) -> Route:
        words = self._words(row["words_sealed"])
        return Route(
            countries=tuple(row["countries"]),
            kinds=tuple(Kind(kind) for kind in row["kinds"]),
            languages=tuple(row["languages"]),
            sources=words.sources,
            keywords=words.keywords,
            without=words.without,
            least_urgency=Urgency(row["least_urgency"]) if row["least_urgency"] else None,
            digest=Digest(row["digest"]),
            id=row["id"],
            recipient_id=row["recipient_id"],
        )
