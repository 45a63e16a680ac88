"""The road on which a monitoring system reaches us, as routes: numbers, and a word for health checks."""

from collections.abc import Callable, Sequence
from datetime import datetime

from aiohttp import web

from bot.metrics import CONTENT_TYPE, Meter, healthz, metrics
from bot.watchdog import Pulse
from storage.database import Database


def routes(
    database: Database, meter: Meter, pulse: Pulse, now: Callable[[], datetime]
) -> Sequence[web.AbstractRouteDef]:
    """`/metrics` for Prometheus and `/healthz`: 200 while every loop moves, 503 and which does not."""

    async def measured(_request: web.Request) -> web.StreamResponse:
        text = await metrics(database, meter, now())
        return web.Response(body=text.encode(), headers={"Content-Type": CONTENT_TYPE})

    async def health(_request: web.Request) -> web.StreamResponse:
        well, word = healthz(pulse)
        return web.Response(status=200 if well else 503, text=word)

    return [web.get("/metrics", measured), web.get("/healthz", health)]
