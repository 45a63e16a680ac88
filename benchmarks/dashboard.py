"""The dashboard of deploy/grafana.json after a real run, as a picture: docs/dashboard.svg.

    python -m benchmarks.dashboard [--prometheus FILE] [--minutes 4]

Three nodes on a real PostgreSQL watch forty feeds that change, some of which name a hub that pushes, and
write to thirty people on an emulated Telegram. A call appears every half minute; half way the node that
sends is killed, and comes back. Prometheus itself (Debian's package prometheus has it) looks at each of them
every two seconds and answers what the panels ask. There is no Grafana: only the drawing is ours
(`benchmarks/panels.py`).
"""

import argparse
import asyncio
import json
import shutil
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp

from benchmarks.panels import Line, named, picture
from storage.database import now_utc
from tests.emulators.hub import Hub, a_hub
from tests.emulators.telegram import TelegramEmulator
from tests.feeds import Site, a_site, item, rss
from tests.flow.federation import Federation
from tests.flow.program import Program, free_port
from tests.flow.test_cluster_failures import CALLS, WATCHED, ordinary, publish, subscribe
from tests.postgres import a_postgres_server

ROOT = Path(__file__).parents[1]
PICTURE = ROOT / "docs" / "dashboard.svg"
_EVERY = 2
"""Seconds between two looks of Prometheus."""
_PUSHED = 4
"""Sources, the last ones, that name a hub."""
_ROLES = ("poll,keep,web", "poll,keep", "send,answer,keep")
_SPARE = "poll,send,answer,keep"
"""What the second node does as well, so that it can take the account over."""


def main() -> None:
    """Runs it, and writes the picture."""
    options = argparse.ArgumentParser(prog="python -m benchmarks.dashboard", description=__doc__)
    options.add_argument(
        "--prometheus", default=shutil.which("prometheus"), help="the program, if not on the path"
    )
    options.add_argument("--minutes", type=float, default=4.0)
    options.add_argument("--to", type=Path, default=PICTURE)
    given = options.parse_args()
    if not given.prometheus:
        sys.exit("there is no program prometheus: Debian's package of that name has it")
    with tempfile.TemporaryDirectory(prefix="vigil-dashboard-") as folder:
        drawn = asyncio.run(_run(Path(folder), given.prometheus, given.minutes * 60))
    given.to.write_text(drawn, encoding="utf-8")
    print(f"{given.to} is written")


async def _run(folder: Path, prometheus: str, seconds: float) -> str:
    async with AsyncExitStack() as stack:
        server = stack.enter_context(a_postgres_server())
        site = await stack.enter_async_context(a_site())
        telegram = await stack.enter_async_context(TelegramEmulator())
        hub = await stack.enter_async_context(a_hub())
        server.make("dashboard", like="template1")
        given = {"database": server.url("dashboard"), "api_url": telegram.api_url, "token": telegram.token}
        federation = Federation(folder, 3, ordinary(site), **given)
        stack.push_async_callback(federation.end)
        subscribe(federation, telegram)
        for number in range(WATCHED - _PUSHED, WATCHED):
            path = f"/feed{number}"
            site.places[path].headers["Link"] = hub.links(f"{site.url}{path}")
        targets = [_watched(node) for node in federation.nodes]
        _reached(federation.nodes[0])
        await federation.serve((_ROLES[0], _SPARE, _ROLES[2]))
        began = time.time()
        address = await stack.enter_async_context(_prometheus(prometheus, folder, targets))
        changing = asyncio.create_task(_changes(federation, site, hub))
        dying = asyncio.create_task(_dies(federation, seconds))
        await asyncio.sleep(seconds)
        for task in (changing, dying):
            task.cancel()
        with suppress(asyncio.CancelledError):
            await asyncio.gather(changing, dying)
        return await _drawn(address, began, time.time())


def _watched(node: Program) -> str:
    """Where Prometheus finds the node's numbers."""
    target = f"127.0.0.1:{free_port()}"
    _add(node, f'[metrics]\nlisten = "{target}"\n')
    return target


def _reached(node: Program) -> None:
    """Hubs find this one."""
    target = f"127.0.0.1:{free_port()}"
    _add(node, f'[web]\nlisten = "{target}"\npublic_url = "http://{target}"\n')


def _add(node: Program, text: str) -> None:
    file = node.folder / "config.toml"
    file.write_text(file.read_text(encoding="utf-8") + text, encoding="utf-8")


async def _changes(federation: Federation, site: Site, hub: Hub) -> None:
    """News at one source after the other; a push every ten seconds; a call every half minute."""
    calls = iter(range(len(CALLS)))
    for second in range(100_000):
        number = len(CALLS) + second % (WATCHED - len(CALLS))
        title = f"News {second}"
        at = now_utc() - timedelta(minutes=1)
        news = rss(item(title, "Of the day. " * 30, at, title))
        headers = site.places[f"/feed{number}"].headers
        site.publish(f"/feed{number}", news).headers.update(headers)
        if second % 10 == 0:
            await hub.pushes(f"{site.url}/feed{WATCHED - 1}", news)
        if second % 30 == 10 and (call := next(calls, None)) is not None:
            await asyncio.to_thread(publish, site, federation, call)
        await asyncio.sleep(1)


async def _dies(federation: Federation, seconds: float) -> None:
    """The node that sends is killed half way, and comes back a while later."""
    await asyncio.sleep(seconds / 2)
    sender = federation.holder("telegram") or federation.nodes[2]
    await sender.kill()
    await asyncio.sleep(seconds / 5)
    roles = dict(zip(federation.nodes, (_ROLES[0], _SPARE, _ROLES[2]), strict=True))
    await sender.serve("--roles", roles[sender])


@asynccontextmanager
async def _prometheus(program: str, folder: Path, targets: Sequence[str]) -> AsyncIterator[str]:
    """At work; yields its address."""
    config = {
        "global": {"scrape_interval": f"{_EVERY}s", "evaluation_interval": f"{_EVERY}s"},
        "rule_files": [str(ROOT / "deploy" / "alerts.yml")],
        "scrape_configs": [{"job_name": "vigil", "static_configs": [{"targets": list(targets)}]}],
    }
    (folder / "prometheus.yml").write_text(json.dumps(config), encoding="utf-8")  # JSON is YAML, too
    address = f"127.0.0.1:{free_port()}"
    process = await asyncio.create_subprocess_exec(
        program,
        f"--config.file={folder / 'prometheus.yml'}",
        f"--storage.tsdb.path={folder / 'prometheus'}",
        f"--web.listen-address={address}",
        "--log.level=warn",
    )
    try:
        yield f"http://{address}"
    finally:
        process.terminate()
        await process.wait()


async def _drawn(address: str, began: float, ended: float) -> str:
    dashboard = json.loads((ROOT / "deploy" / "grafana.json").read_text(encoding="utf-8"))
    async with aiohttp.ClientSession() as session:
        lines = [
            [
                line
                for target in panel["targets"]
                for line in await _asked(session, address, target, began, ended)
            ]
            for panel in dashboard["panels"]
        ]
        fired = await _query(session, address, 'ALERTS{alertstate="firing"}', began, ended)
    names = sorted({one["metric"]["alertname"] for one in fired})
    print(f"alerts that fired meanwhile: {', '.join(names) or 'none'}")
    spent = (ended - began) / 60
    title = f"Vigil: three nodes, {spent:.0f} minutes on {datetime.fromtimestamp(ended, UTC):%Y-%m-%d} (UTC)"
    return picture(dashboard["panels"], lines, title)


async def _asked(
    session: aiohttp.ClientSession, address: str, target: dict[str, Any], began: float, ended: float
) -> list[Line]:
    found = await _query(session, address, target["expr"], began, ended)
    return [
        Line(
            named(target["legendFormat"], one["metric"], target["expr"]),
            [(float(at), float(value)) for at, value in one["values"] if value not in ("NaN", "+Inf")],
        )
        for one in found
    ]


async def _query(
    session: aiohttp.ClientSession, address: str, expression: str, began: float, ended: float
) -> list[dict[str, Any]]:
    given = {"query": expression, "start": str(began), "end": str(ended), "step": str(_EVERY)}
    async with session.get(f"{address}/api/v1/query_range", params=given) as answer:
        said = await answer.json()
    assert said["status"] == "success", (expression, said)
    found: list[dict[str, Any]] = said["data"]["result"]
    return found


if __name__ == "__main__":
    main()
