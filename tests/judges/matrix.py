"""Lets the crypto of today's Matrix clients judge the bot: `make judge` (wants Node and npm).

The judge shares no line with the bot: matrix-sdk-crypto, written in Rust, run in Node. What the one shows the
other has to show as well.
"""

import asyncio
import json
import sys
import tempfile
from pathlib import Path

from tests.bot.transports.a_bot import Bot
from tests.contracts.transports.harness import says
from tests.synapse import Person, a_synapse

SCRIPT = Path(__file__).with_suffix(".mjs")
TEXT = "Nine people are about to be sent back."


async def judged(modules: Path, *, strict: bool) -> list[str]:
    """What the judge, or the bot, did not see as it should be; nothing where all is well."""
    with a_synapse() as server, tempfile.TemporaryDirectory() as folder:
        bot, name = Bot(Path(folder), server.register()), server.register().user
        login = {
            "type": "m.login.password",
            "identifier": {"type": "m.id.user", "user": name},
            "password": "a pass word",
        }
        made = server.ask("POST", "/_matrix/client/v3/login", login)
        person = Person(server, name, "a pass word", made["access_token"])
        room = person.room(bot.account.user, encrypted=True)
        bot.account.joins(room)
        bot.is_strict = strict
        seen: dict[str, object] = {}
        async with bot.runs() as transport:
            words = (str(SCRIPT), str(modules), server.url, name, person.token, made["device_id"])
            judge = await asyncio.create_subprocess_exec(
                "node", *words, bot.account.user, room, stdout=asyncio.subprocess.PIPE
            )
            assert judge.stdout is not None
            async for line in judge.stdout:
                seen |= json.loads(line)
                if "ready" in seen and "sent" not in seen:
                    seen["sent"] = type(await transport.send(room, says(TEXT), "1")).__name__
            await judge.wait()
    shown = [(str(seen.get("pictures")), str(seen.get("numbers")))]
    checks = {
        "the message was read": seen.get("read") == TEXT,
        "the device is signed by its owner": seen.get("signed") is True,
        "both sides show the same": bot.shown == shown,
        "the bot is verified": seen.get("verified") is True,
    }
    return [f"{what}: no ({seen})" for what, holds in checks.items() if not holds]


def main() -> None:
    """Judge with both policies; the argument is the folder of Node's modules. Exit code 1 for a fault."""
    found = []
    for strict in (False, True):
        faults = asyncio.run(judged(Path(sys.argv[1]).resolve(), strict=strict))
        policy = "strict" if strict else "send"
        sys.stdout.write(f"unverified_devices = {policy}: {faults or 'all is well'}\n")
        found += faults
    sys.exit(1 if found else 0)


if __name__ == "__main__":
    main()
