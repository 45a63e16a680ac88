"""Plays Telegram by hand: what is typed goes to the bot, what the bot says is printed.

    python -m tests.emulators.telegram --port 8081

A line is said by person 42; `> label` presses a button; `7: text` speaks as person 7.
"""

import argparse
import asyncio
import re
import sys

from tests.emulators.telegram.emulator import TelegramEmulator


async def play(port: int) -> None:
    """Serve until the input ends."""
    async with TelegramEmulator(port=port) as telegram:
        print(f'[telegram]\ntoken = "{telegram.token}"\napi_url = "{telegram.api_url}"\n', flush=True)  # noqa: T201
        printing = asyncio.create_task(_print_all(telegram))
        person = 42
        while line := await asyncio.to_thread(sys.stdin.readline):
            if spoken_by := re.match(r"(\d{1,12}):\s", line):
                person, line = int(spoken_by[1]), line[spoken_by.end() :]
            try:
                if line.startswith(">"):
                    await telegram.presses(person, line[1:].strip())
                elif line.strip():
                    await telegram.says(person, line.strip())
            except (AssertionError, KeyError):
                print("there is no such button", flush=True)  # noqa: T201
        printing.cancel()


async def _print_all(telegram: TelegramEmulator) -> None:
    shown: dict[int, str] = {}
    while True:
        for number in list(telegram.world.chats):
            now = telegram.transcript(number)
            if now != shown.get(number, ""):
                fresh = now.removeprefix(shown.get(number, "")).strip("\n")
                print(f"--- {number}\n{fresh}", flush=True)  # noqa: T201
                shown[number] = now
        await asyncio.sleep(0.2)


if __name__ == "__main__":
    arguments = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    arguments.add_argument("--port", type=int, default=8081)
    asyncio.run(play(arguments.parse_args().port))
