"""What a monitoring system asks for, over HTTP."""

from collections.abc import Callable

import aiohttp
from prometheus_client.parser import text_string_to_metric_families

from bot.metrics import CONTENT_TYPE, Meter
from bot.scrapes import routes
from bot.watchdog import Pulse
from bot.web import serving
from storage.database import Database
from tests.builders import NOON


async def test_metrics_and_health_are_served(database: Database) -> None:
    """The text format by its type; 503 and the name of a loop that does not move."""
    at = [0.0]
    clock: Callable[[], float] = lambda: at[0]  # noqa: E731 - it is moved below
    pulse = Pulse(clock)
    pulse.of("poll", 90)
    seen = routes(database, Meter(), pulse, lambda: NOON)
    async with (
        serving("metrics", ("127.0.0.1", 0), seen) as (host, port),
        aiohttp.ClientSession(f"http://{host}:{port}") as session,
    ):
        async with session.get("/metrics") as answer:
            assert answer.headers["Content-Type"] == CONTENT_TYPE
            families = {one.name for one in text_string_to_metric_families(await answer.text())}
        assert {"vigil_sources", "vigil_polls", "vigil_pushes", "vigil_subscriptions"} <= families
        async with session.get("/healthz") as answer:
            assert (answer.status, await answer.text()) == (200, "ok\n")
        at[0] = 100.0
        async with session.get("/healthz") as answer:
            assert (answer.status, await answer.text()) == (503, "stuck: poll\n")
