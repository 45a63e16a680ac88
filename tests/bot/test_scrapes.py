"""What a monitoring system asks for, over HTTP."""

import socket
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import aiohttp
import pytest
from prometheus_client.parser import text_string_to_metric_families

from bot.config import load
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


async def test_nobody_from_outside_opens_what_an_operator_has_not_opened(
    database: Database, tmp_path: Path
) -> None:
    """Metrics and pushes, as they listen where nothing is said: other addresses of the machine are closed."""
    file = tmp_path / "config.toml"
    file.write_text('[metrics]\n[web]\npublic_url = "https://vigil.example"\n', encoding="utf-8")
    config = load(file, {})
    assert config.metrics
    assert config.web
    ours = {"127.0.0.2"}
    with suppress(OSError), socket.socket(type=socket.SOCK_DGRAM) as outward:
        outward.connect(("198.51.100.1", 9))  # nothing is sent: the system says by which address it would be
        ours.add(outward.getsockname()[0])
    for name, (host, _) in (("metrics", config.metrics.listen), ("web", config.web.listen)):
        seen = routes(database, Meter(), Pulse(), lambda: NOON)
        async with serving(name, (host, 0), seen) as (_, port):
            with socket.create_connection(("127.0.0.1", port), 5):
                pass
            for address in ours:
                with pytest.raises(ConnectionRefusedError):
                    socket.create_connection((address, port), 5)
