"""Serves the bundled sample sites on loopback, their dates set relative to now."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from email.utils import format_datetime
from importlib.resources import files

from aiohttp import web
from babel.dates import format_date

_STAMP = re.compile(r"\{\{([+-]\d{1,5})([hd]) (rfc822|iso|day|words)\}\}")
_TYPES = {".rss": "application/rss+xml", ".atom": "application/atom+xml", ".html": "text/html"}


@asynccontextmanager
async def serving(now: datetime) -> AsyncIterator[str]:
    """The address of a running server with the sample sites."""
    app = web.Application()
    for page in files("bot.demo").joinpath("site").iterdir():
        app.router.add_get(f"/{page.name}", _page(page.name, dated(page.read_text(encoding="utf-8"), now)))
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        host, port = runner.addresses[0][:2]
        yield f"http://{host}:{port}"
    finally:
        await runner.cleanup()


def dated(text: str, now: datetime) -> str:
    """`text` with marks such as {{-2h rfc822}} replaced by that time, as a feed or a person writes it."""

    def written(mark: re.Match[str]) -> str:
        amount = int(mark[1])
        at = now + (timedelta(hours=amount) if mark[2] == "h" else timedelta(days=amount))
        if mark[3] == "rfc822":
            return format_datetime(at)
        if mark[3] == "iso":
            return at.isoformat(timespec="seconds")
        return at.date().isoformat() if mark[3] == "day" else format_date(at, "d MMMM y", locale="en")

    return _STAMP.sub(written, text)


def _page(name: str, body: str):  # type: ignore[no-untyped-def]  # noqa: ANN202 - aiohttp's handler type
    content_type = _TYPES["." + name.rsplit(".", 1)[1]]

    async def answer(_request: web.Request) -> web.Response:
        return web.Response(text=body, content_type=content_type, charset="utf-8")

    return answer
