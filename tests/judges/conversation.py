"""Lets a client that is not ours lead the whole conversation of docs/encrypted-room.md: `make judge`.

The human's client is the Rust crypto of matrix-sdk in Node, set to take only what came from devices that
their owners have signed. What it reads has to be what stands on the page, word for word.
"""

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from difflib import unified_diff
from functools import partial
from pathlib import Path
from typing import Any

from nio import Event

from tests.rooms import PAGE, Heard, Writes, played, written
from tests.synapse import Person, a_synapse

SCRIPT = Path(__file__).with_suffix(".mjs")


@asynccontextmanager
async def with_rust(modules: Path, person: Person, folder: Path, heard: list[Heard]) -> AsyncIterator[Writes]:
    """The human's client, as `tests.rooms.Client` asks."""
    del folder
    login = {
        "type": "m.login.password",
        "identifier": {"type": "m.id.user", "user": person.user},
        "password": person.password,
    }
    made = person.server.ask("POST", "/_matrix/client/v3/login", login)
    words = (person.server.url, person.user, made["access_token"], made["device_id"])
    process = await asyncio.create_subprocess_exec(
        *("node", str(SCRIPT), str(modules), *words),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        limit=10**7,
    )
    ready, sent = asyncio.Event(), asyncio.Queue[str]()

    async def follows() -> None:
        assert process.stdout is not None
        async for line in process.stdout:
            told = json.loads(line)
            if "event" in told:
                heard.append((told["room"], Event.parse_event(told["event"])))
            elif "sent" in told:
                sent.put_nowait(told["sent"])
            elif "ready" in told:
                ready.set()

    async def writes(room: str, content: dict[str, Any]) -> str:
        assert process.stdin is not None
        process.stdin.write(json.dumps({"room": room, "content": content}).encode() + b"\n")
        async with asyncio.timeout(20):
            return await sent.get()

    following = asyncio.create_task(follows())
    try:
        async with asyncio.timeout(30):
            await ready.wait()
        yield writes
    finally:
        following.cancel()
        process.kill()
        await process.wait()


def main() -> None:
    """Play it in English; the argument is the folder of Node's modules. Exit code 1 for a difference."""
    modules = Path(sys.argv[1]).resolve()
    with a_synapse() as server:
        stage = asyncio.run(played(server, "en", partial(with_rust, modules)))
    page = PAGE.read_text(encoding="utf-8").partition("\n## 한국어")[0]
    found = "\n".join(unified_diff(page.splitlines(), written([stage]).splitlines(), lineterm=""))
    sys.stdout.write(f"a whole conversation: {found or 'all is well'}\n")
    sys.exit(1 if found else 0)


if __name__ == "__main__":
    main()
