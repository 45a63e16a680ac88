"""A watch over a publisher on loopback, with a clock of its own and restarts."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from jobs.fetch import Fetcher
from jobs.limits import Limits
from jobs.notices import Admins
from jobs.parser import Parser
from jobs.poll import Polled, Poller
from storage.database import Database
from storage.people import Event, Notice, Route
from storage.queries import Query
from storage.records import Source, Statement
from storage.words import Kind
from tests.builders import NOON, a_source
from tests.feed_places import Raw
from tests.feeds import Site, a_site, rss

CALL = (
    "Nine North Korean refugees face imminent return",
    (
        "Nine North Korean refugees held in Shenyang, China, face imminent repatriation to North Korea "
        "within days, where they would be tortured. Northlight calls on China to immediately halt the return."
    ),
)
ADMINS = Admins((("telegram", "1001"),))
POST = ("Annual dinner: tickets on sale", "Join us for an evening of music. Tickets cost thirty euros.")


@dataclass
class Watch:
    """The program's jobs over one database; `later` and `restart` are what happens to it."""

    database: Database
    site: Site
    fetcher: Fetcher
    now: datetime = NOON
    limits: Limits = field(default_factory=Limits)
    configured: tuple[Source, ...] = ()
    admins: Admins = ADMINS
    parser: Parser = field(default_factory=Parser)
    poller: Poller = field(init=False)

    def __post_init__(self) -> None:
        """The program starts."""
        self.restart()

    def over(self, *sources: Source) -> None:
        """From now on these are the configured sources."""
        self.configured = sources
        self.restart()

    def over_feed(self, path: str = "/feed", name: str = "northlight", **given: object) -> None:
        """One more source: the feed at this path."""
        self.over(*self.configured, a_source(name=name, url=f"{self.site.url}{path}", **given))

    def publish(
        self,
        path: str,
        body: str,
        content_type: str = "application/rss+xml",
        status: int = 200,
        *,
        etag: str = "",
        headers: Mapping[str, str] | None = None,
    ) -> None:
        """From now on the path answers so; with an `etag` it answers 304 to who has it."""
        said, shown_as = body.encode(), f"{content_type}; charset=utf-8"
        place = Raw(self.site, path, dict(headers or {}), etag, dated=False, body=said, content_type=shown_as)
        if status != 200:
            place.answers(said, shown_as, status)
        self.site.places[path] = place

    def restart(self) -> None:
        """The program ends and starts again: nothing is left of it but the database."""
        self.poller = Poller(self.database, self.fetcher, self.limits, admins=self.admins, parser=self.parser)
        with self.database.write() as work:
            work.sources.configure(self.configured)

    def later(self, **given: float) -> None:
        """Time passes, such as hours=2."""
        self.now += timedelta(**given)

    def source(self, name: str = "northlight") -> Source:
        """The source as it is stored."""
        with self.database.read() as work:
            found = work.sources.by_name(name)
        assert found is not None
        return found

    async def polls(self, name: str = "northlight") -> Polled:
        """One poll of one source, due or not."""
        return await self.poller.one(self.source(name), self.now)

    async def polls_due(self) -> list[str]:
        """A round of the schedule; returns whom it polled."""
        return sorted(polled.source.name for polled in await self.poller.due(self.now))

    def asked(self, path: str = "/feed") -> list[str]:
        """The If-None-Match of every request for the path."""
        return [etag for asked, etag in self.site.asked if asked == path]

    def statements(self) -> dict[str, Statement]:
        """What is held, by title."""
        with self.database.read() as work:
            found = work.statements.latest(Query(), 200)
        assert found.total == len({hit.statement.id for hit in found.hits})
        return {hit.statement.title: hit.statement for hit in found.hits}

    def held(self) -> int:
        """How many statements are held."""
        with self.database.read() as work:
            return work.counts().statements

    def notices(self) -> list[Notice]:
        """What admins are told, the newest last."""
        with self.database.read() as work:
            return list(reversed(work.notices.latest(100)))

    def heard(self) -> list[tuple[str, str]]:
        """(kind, source) of everything that admins are told, in its order."""
        return [(event.kind.value, event.source) for event in self.events()]

    def events(self) -> list[Event]:
        """Everything that admins are told, in its order."""
        return [event for notice in self.notices() for event in notice.events]

    def waiting(self) -> int:
        """How many deliveries wait to be sent."""
        with self.database.read() as work:
            return work.counts().waiting


@asynccontextmanager
async def a_watch(database: Database, *, wants_all: bool = False) -> AsyncIterator[Watch]:
    """A watch for one reader, who wants what is urgent, or every kind at once."""
    with database.write() as work:
        reader = work.recipients.ensure("console", "terminal", "en", NOON)
        work.routes.add(reader.id, Route(kinds=tuple(Kind)) if wants_all else Route())
    async with a_site() as site, Fetcher(allow_private=True, timeout=5, gap=0.0) as fetcher:
        yield Watch(database, site, fetcher)


@asynccontextmanager
async def a_watch_of_news(database: Database) -> AsyncIterator[Watch]:
    """A watch over one feed, which an hour ago showed nothing."""
    async with a_watch(database) as made:
        made.over_feed()
        made.publish("/feed", rss())
        await made.polls()
        made.later(hours=1)
        yield made
