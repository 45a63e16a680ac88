"""A small publisher on a real loopback server: a test says what happens there, and reads as a story.

    async with a_site() as site:
        feed = site.feed("/feed")
        call = feed.posts("Nine refugees face return", TEXT, at=NOON)
        ...
        feed.edits(call, text=CORRECTED)
        feed.fails(503, retry_after=120)
        feed.recovers()
        feed.moves_to("/new")
        assert feed.asked[-1].etag == ...

What can be the matter with a path stands in `tests.feed_places`; here is what a publisher does.
Each post has a page of its own, as posts have. Feeds and pages give validators and answer 304 to
who has them already, until they are told not to.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from aiohttp import web

from tests.feed_formats import FORMATS, Draw, Post, as_list, broken, item, rss
from tests.feed_places import HTML, Article, Asked, Place, Raw

__all__ = ["Asked", "Feed", "Place", "Post", "Site", "a_site", "item", "rss"]

_BEGINNING = 60


@dataclass(eq=False)
class Feed(Place):
    """A feed, or a page that lists its posts: newest first, the `length` newest of them."""

    title: str = "Northlight"
    draw: Draw = as_list
    content_type: str = HTML
    length: int = 20
    shown: list[Post] = field(default_factory=list)
    """What it shows, were it long enough; newest first."""
    _all: list[Post] = field(default_factory=list)
    _cut: bool = False
    _broken: bool = False

    def posts(
        self, title: str, text: str = "", *, at: datetime | None = None, link: str = "", aside: str = ""
    ) -> Post:
        """Something new. Without a `link` it gets a page of its own, which has the whole text.

        `aside` is markup that stands beside the text, as advertisements and scripts do.
        """
        number = len(self._all) + 1
        post = Post(title, text, at, f"{self.path}#{number}", link, aside=aside)
        if not link:
            article = Article(self.site, f"{self.path}/{number}", post=post)
            self.site.places[article.path] = article
            post.link = article.url
        self._all.insert(0, post)
        self.shown.insert(0, post)
        self._changed()
        return post

    def edits(
        self,
        post: Post,
        *,
        title: str | None = None,
        text: str | None = None,
        updated: datetime | None = None,
    ) -> None:
        """The post says something else from now on, under the same guid."""
        post.title = post.title if title is None else title
        post.text = post.text if text is None else text
        post.updated = updated
        self._changed()

    def withdraws(self, post: Post) -> None:
        """The post is taken down, and its page is gone."""
        self.shown.remove(post)
        self.loses_the_page_of(post)
        self._changed()

    def loses_the_page_of(self, post: Post) -> None:
        """The link of the post leads nowhere."""
        self.site.places.pop(post.link.removeprefix(self.site.url), None)

    def changes_guids(self) -> None:
        """A new software calls every post by another name."""
        for post in self._all:
            post.guid = f"v2:{post.guid}"
        self._changed()

    def is_restored(self, *, at: datetime | None = None) -> None:
        """An old backup comes back: all that was ever posted, under new guids, and dated `at` where given."""
        self.shown, self.length = list(self._all), len(self._all)
        for post in self._all:
            post.at = at or post.at
        self.changes_guids()

    def shows_only_beginnings(self) -> None:
        """Of each text the first words, and "[…]"; the whole is on the post's page."""
        self._cut = True
        self._changed()

    def breaks(self) -> None:
        """What it says is not well-formed any more; a patient reader still finds the posts."""
        self._broken = True
        self._changed()

    def recovers(self) -> None:
        """As if nothing had been."""
        super().recovers()
        self._broken = False

    def content(self) -> tuple[bytes, str]:
        """The newest posts, as the format has them."""
        posts = self.shown[: self.length]
        if self._cut:
            posts = [replace(post, text=f"{post.text[:_BEGINNING]} […]") for post in posts]
        drawn = self.draw(self.title, posts)
        return (broken(drawn) if self._broken else drawn).encode(), self.content_type


@dataclass(eq=False)
class Site:
    """A publisher's server. It answers 404 where nothing was put."""

    url: str = ""
    places: dict[str, Place] = field(default_factory=dict)
    requests: list[Asked] = field(default_factory=list)
    held: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when a path that is on hold was asked for."""
    _released: dict[str, asyncio.Event] = field(default_factory=dict)

    def feed(self, path: str = "/feed", style: str = "rss", *, title: str = "Northlight") -> Feed:
        """A feed at this path, as "rss", "atom" or "json"."""
        draw, content_type = FORMATS[style]
        return self._put(Feed(self, path, title=title, draw=draw, content_type=content_type))

    def page(self, path: str = "/news", *, title: str = "Northlight") -> Feed:
        """A page that lists its posts, for a publisher without a feed."""
        return self._put(Feed(self, path, title=title))

    def publish(
        self, path: str, body: str | bytes, content_type: str = "application/rss+xml", status: int = 200
    ) -> Place:
        """From now on the path answers so."""
        place = Raw(self, path)
        place.answers(body, f"{content_type}; charset=utf-8", status)
        self.places[path] = place
        return place

    @property
    def asked(self) -> list[tuple[str, str]]:
        """(path, If-None-Match) of every request."""
        return [(request.path, request.etag) for request in self.requests]

    def hold(self, path: str) -> None:
        """The path answers nothing until `release`; `held` is set when it was asked."""
        self._released[path] = asyncio.Event()

    def release(self) -> None:
        """What was held is answered."""
        for released in self._released.values():
            released.set()
        self._released.clear()

    async def respond(self, request: web.Request) -> web.StreamResponse:
        """One request."""
        sent = request.headers
        etag, since = sent.get("If-None-Match", ""), sent.get("If-Modified-Since", "")
        self.requests.append(Asked(request.path, etag, since, datetime.now(UTC), dict(sent)))
        if request.path in self._released:
            self.held.set()
            await self._released[request.path].wait()
        place = self.places.get(request.path)
        return await place.respond(request) if place else web.Response(status=404, text="not found")

    def close(self) -> None:
        """Nobody is kept waiting."""
        self.release()
        for place in self.places.values():
            place.recovers()

    def _put(self, feed: Feed) -> Feed:
        self.places[feed.path] = feed
        return feed


@asynccontextmanager
async def a_site() -> AsyncIterator[Site]:
    """A running site."""
    site = Site()
    app = web.Application()
    app.router.add_get("/{path:.*}", site.respond)
    runner = web.AppRunner(app, shutdown_timeout=1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    host, port = runner.addresses[0][:2]
    site.url = f"http://{host}:{port}"
    try:
        yield site
    finally:
        site.close()
        await runner.cleanup()
