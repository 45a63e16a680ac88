"""Routes: what each recipient asked for; a person's own words are enciphered."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace

import sqlalchemy as sa
from sqlalchemy.engine import Connection, RowMapping

from storage.additions import Additions
from storage.records import Route
from storage.tables import recipients, routes
from storage.vault import Vault
from storage.words import Digest, Kind, RecipientState, Urgency

_WORDS = "route words"


@dataclass(frozen=True, slots=True)
class Routes:
    """Questions about routes, and their changes."""

    connection: Connection
    additions: Additions
    vault: Vault

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
        words = json.dumps([route.keywords, route.without, route.sources], ensure_ascii=False)
        own = route.keywords or route.without or route.sources  # typed by a person: it may name anyone
        row = {
            "recipient_id": recipient_id,
            "countries": list(route.countries),
            "kinds": list(route.kinds),
            "languages": list(route.languages),
            "words_sealed": self.vault.seal(words, _WORDS) if own else None,
            "least_urgency": route.least_urgency,
            "digest": route.digest,
        }
        result = self.connection.execute(sa.insert(routes).values(**row).returning(routes.c.id))
        return replace(route, id=int(result.scalar_one()), recipient_id=recipient_id)

    def remove(self, route_id: int) -> None:
        """The recipient no longer wants this."""
        self.connection.execute(sa.delete(routes).where(routes.c.id == route_id))

    def clear(self, recipient_id: int) -> int:
        """The recipient wants nothing any more; returns how many routes there were."""
        return self.connection.execute(
            sa.delete(routes).where(routes.c.recipient_id == recipient_id)
        ).rowcount

    def _route(self, row: RowMapping) -> Route:
        sealed = row["words_sealed"]
        keywords, without, sources = json.loads(self.vault.open(sealed, _WORDS)) if sealed else ((), (), ())
        return Route(
            countries=tuple(row["countries"]),
            kinds=tuple(Kind(kind) for kind in row["kinds"]),
            languages=tuple(row["languages"]),
            sources=tuple(sources),
            keywords=tuple(keywords),
            without=tuple(without),
            least_urgency=Urgency(row["least_urgency"]) if row["least_urgency"] else None,
            digest=Digest(row["digest"]),
            id=row["id"],
            recipient_id=row["recipient_id"],
        )
