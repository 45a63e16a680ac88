"""Plays Telegram by hand: what is typed goes to the bot, what the bot says is printed.

    python -m tests.emulators.telegram --port 8081 [--floods] [--inline]

A line is said by person 42, or by another: `7: hello`. `> label` presses a button. Besides:

    !blocks  !unblocks  !deactivates     the person and the bot
    !later 49                            49 hours pass
    !fails 429                           the next request fails: 429, 400, 403, 500, drop, hang
    !down  !up                           an outage
    !seen                                all that ever stood in the chat
"""

import argparse
import asyncio
import re
import sys
from datetime import UTC, datetime, timedelta

from tests.emulators.telegram import (
    NO_FLOOD_RULES,
    Fault,
    FloodRules,
    RefusedError,
    TelegramEmulator,
    blocked,
    dropped,
    flood,
    hang,
    topic_closed,
    trouble,
)

FAULTS: dict[str, Fault | RefusedError] = {
    "429": flood(7),
    "400": topic_closed(),
    "403": blocked(),
    "500": trouble(),
    "drop": dropped(accepted=True),
    "hang": hang(),
}


async def play(port: int, *, floods: bool = False, inline: bool = False) -> None:
    """Serve until the input ends."""
    rules = FloodRules() if floods else NO_FLOOD_RULES
    async with TelegramEmulator(port=port, flood=rules, inline=inline) as telegram:
        _print(f'[telegram]\ntoken = "{telegram.token}"\napi_url = "{telegram.api_url}"\n')
        printing = asyncio.create_task(_print_all(telegram))
        while line := await asyncio.to_thread(sys.stdin.readline):
            spoken_by = re.match(r"(\d{1,12}):\s", line)
            person = int(spoken_by[1]) if spoken_by else 42
            try:
                await _act(telegram, person, line[spoken_by.end() if spoken_by else 0 :].strip())
            except (AssertionError, KeyError, ValueError):
                _print(f"that cannot be done: {line.strip()}")
        printing.cancel()


async def _act(telegram: TelegramEmulator, person: int, line: str) -> None:
    match line.split():
        case []:
            return
        case [">", *_]:
            await telegram.presses(person, line[1:].strip())
        case ["!blocks" | "!unblocks" | "!deactivates" as act]:
            getattr(telegram, act[1:])(person)
        case ["!later", hours]:
            telegram.clock.move(timedelta(hours=float(hours)))
        case ["!fails", how]:
            telegram.fail("*", FAULTS[how])
        case ["!down"]:
            await telegram.goes_down()
        case ["!up"]:
            await telegram.comes_back()
        case ["!seen"]:
            _print("\n".join(_past(telegram, person)))
        case _:
            await telegram.says(person, line)


def _past(telegram: TelegramEmulator, person: int) -> list[str]:
    return [
        f"{datetime.fromtimestamp(sight.since, UTC):%H:%M:%S} {sight.text!r} {sight.ended}".rstrip()
        for sight in telegram.seen(person)
    ]


async def _print_all(telegram: TelegramEmulator) -> None:
    """Print what is new in any chat; a chat in which something changed is printed again."""
    shown: dict[int, str] = {}
    while True:
        for number in list(telegram.world.chats):
            now = telegram.transcript(number)
            if now != shown.get(number, ""):
                fresh = now.removeprefix(shown.get(number, "")).strip("\n")
                _print(f"--- {number}\n{fresh}")
                shown[number] = now
        await asyncio.sleep(0.2)


def _print(text: str) -> None:
    print(text, flush=True)  # noqa: T201  # it is what this program is for


if __name__ == "__main__":
    arguments = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    arguments.add_argument("--port", type=int, default=8081)
    arguments.add_argument("--floods", action="store_true", help="30/s, 1/s in a chat, 20/min in a group")
    arguments.add_argument("--inline", action="store_true", help="the bot has inline mode")
    given = arguments.parse_args()
    asyncio.run(play(given.port, floods=given.floods, inline=given.inline))
