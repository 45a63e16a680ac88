"""A server on loopback that sends files as the comments inside them demand ("Header: Status: 302")."""

import mimetypes
import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from aiohttp import web

_HEADER = re.compile(rb"^Header:\s+([^:]+):(.+)$", re.MULTILINE)
_THEIRS = "http://localhost:8097"
"""Where the files take their server to be."""
_PACKED = {".gz": "gzip", ".z": "deflate"}


@dataclass(frozen=True)
class Answer:
    """How a file is sent."""

    status: int
    headers: Mapping[str, str]
    body: bytes


def answer_of(path: Path) -> Answer:
    """What the file asks for."""
    body = path.read_bytes()
    headers = {name.decode(): value.decode("latin-1").strip() for name, value in _HEADER.findall(body)}
    status = int(headers.pop("Status", "200"))
    if path.suffix in _PACKED:
        headers = {"Content-Encoding": _PACKED[path.suffix], "Content-type": "application/xml"}
    names = {name.lower() for name in headers}
    if "content-type" not in names:
        headers["Content-type"] = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    return Answer(status, headers, body)


@asynccontextmanager
async def a_replay(root: Path, prefix: str) -> AsyncIterator[str]:
    """A running server of the files under `root`, at the address that is given; paths begin with `prefix`."""
    address = ""

    async def send(request: web.Request) -> web.Response:
        if request.path == "/-/return-304.xml":
            return web.Response(status=304)
        path = root / request.path.removeprefix(prefix)
        if not path.is_relative_to(root) or ".." in path.parts or not path.is_file():
            return web.Response(status=404)
        answer = answer_of(path)
        headers = {name: value.replace(_THEIRS, address) for name, value in answer.headers.items()}
        if request.headers.get("If-None-Match", "-") == headers.get("ETag"):
            return web.Response(status=304, headers=headers)
        return web.Response(status=answer.status, headers=headers, body=answer.body)

    app = web.Application()
    app.router.add_get("/{path:.*}", send)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    host, port = runner.addresses[0][:2]
    address = f"http://{host}:{port}"
    try:
        yield address
    finally:
        await runner.cleanup()
