"""A web site of our own on loopback: tests say what it publishes, and it tells what it was asked."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import format_datetime
from html import escape

from aiohttp import web


@dataclass
class Site:
    """Answers for paths. `etag`, where given, makes it answer 304 to who has it already."""

    pages: dict[str, tuple[int, str, str]] = field(default_factory=dict)
    etags: dict[str, str] = field(default_factory=dict)
    headers: dict[str, dict[str, str]] = field(default_factory=dict)
    asked: list[tuple[str, str]] = field(default_factory=list)
    """(path, If-None-Match) of every request."""
    url: str = ""
    held: asyncio.Event = field(default_factory=asyncio.Event)
    _holding: set[str] = field(default_factory=set)
    _released: asyncio.Event = field(default_factory=asyncio.Event)

    def hold(self, path: str) -> None:
        """The path answers nothing until `release`; `held` is set when it was asked."""
        self._holding.add(path)

    def release(self) -> None:
        """What was held is answered."""
        self._released.set()

    def publish(
        self, path: str, body: str, content_type: str = "application/rss+xml", status: int = 200
    ) -> None:
        """From now on the path answers so."""
        self.pages[path] = (status, body, content_type)

    async def answer(self, request: web.Request) -> web.Response:
        """One request."""
        condition = request.headers.get("If-None-Match", "")
        self.asked.append((request.path, condition))
        if request.path in self._holding:
            self.held.set()
            await self._released.wait()
        status, body, content_type = self.pages.get(request.path, (404, "not found", "text/plain"))
        headers = dict(self.headers.get(request.path, {}))
        etag = self.etags.get(request.path)
        if etag:
            headers["ETag"] = etag
            if condition == etag:
                return web.Response(status=304, headers=headers)
        return web.Response(
            status=status, text=body, content_type=content_type, charset="utf-8", headers=headers
        )


@asynccontextmanager
async def a_site() -> AsyncIterator[Site]:
    """A running site."""
    site = Site()
    app = web.Application()
    app.router.add_get("/{path:.*}", site.answer)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    host, port = runner.addresses[0][:2]
    site.url = f"http://{host}:{port}"
    try:
        yield site
    finally:
        await runner.cleanup()


def item(title: str, text: str, published: datetime | None, guid: str = "", link: str = "") -> str:
    """One RSS item."""
    parts = [f"<title>{escape(title)}</title>", f"<description>{escape(text)}</description>"]
    if published:
        parts.append(f"<pubDate>{format_datetime(published)}</pubDate>")
    if guid:
        parts.append(f'<guid isPermaLink="false">{escape(guid)}</guid>')
    if link:
        parts.append(f"<link>{escape(link)}</link>")
    return f"<item>{''.join(parts)}</item>"


def rss(*items: str) -> str:
    """A feed of these items."""
    body = f"<channel><title>Feed</title>{''.join(items)}</channel>"
    return f'<?xml version="1.0"?><rss version="2.0">{body}</rss>'
