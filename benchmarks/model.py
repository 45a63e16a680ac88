"""A million recipients over several bots: a model, with what it assumes, and not a measurement.

    python -m benchmarks.model

Each account sends at a rate of its own and holds a queue of its own; nobody's message waits for another
account. Time to reach everybody is that of the account with the most people. What is assumed is printed with
the figures: the rate that Telegram allows a bot (its FAQ), how unevenly people are spread, how long the
sender is away when its node dies (measured by `make test-cluster`), and what the machines do beside it.
"""

import argparse
import math
import random
from dataclasses import dataclass

PER_SECOND = 30.0
"""Messages a second that Telegram takes from one bot (FAQ, "Broadcasting to users")."""
KEPT = 0.97
"""Part of it that a sender reaches: an assumption; `make bench` with `--only delivery` measures it."""
ANSWERS = 0.2
"""Part that answers to people take in the hour of a call, who read, ask and subscribe: an assumption."""
AWAY = 15.0
"""Seconds without a sender after a node died: the reach; `make test-cluster` tells how many it was."""
MATCH = 12.0
"""Seconds until the deliveries of a million are queued, which is one transaction: an assumption."""


@dataclass(frozen=True, slots=True)
class Spread:
    """How people are divided: the share of each account."""

    name: str
    shares: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Reached:
    """After how many seconds half, nine of ten, and all have been written to."""

    half: float
    most: float
    everybody: float


def even(accounts: int) -> Spread:
    """As the way in, /join, spreads them."""
    return Spread("evenly", (1 / accounts,) * accounts)


def grown(accounts: int) -> Spread:
    """The first bot was there long before the others, and has half of all."""
    if accounts == 1:
        return even(1)
    return Spread("half at the first", (0.5, *(0.5 / (accounts - 1),) * (accounts - 1)))


def reached(people: int, spread: Spread, *, deaths: int = 0, seed: int = 7) -> Reached:
    """By simulation, a second a step; `deaths` nodes die at random, each with an account that it holds."""
    chance = random.Random(seed)  # noqa: S311 - to be repeated, not secret
    rate = PER_SECOND * KEPT * (1 - ANSWERS)
    left = [people * share for share in spread.shares]
    longest = max(left) / rate
    pauses = [(chance.uniform(0, longest), chance.randrange(len(left))) for _ in range(deaths)]
    now, done = MATCH, 0.0
    marks: dict[float, float] = {}
    while max(left) > 1e-6:
        for account, waiting in enumerate(left):
            spent = now - MATCH
            away = any(at <= spent < at + AWAY and who == account for at, who in pauses)
            sent = 0.0 if away else min(rate, waiting)
            left[account] = waiting - sent
            done += sent
        now += 1
        for part in (0.5, 0.9):
            if done >= people * part:
                marks.setdefault(part, now)
    return Reached(marks[0.5], marks[0.9], now)


def main() -> None:
    """Prints the table, and what it rests on."""
    options = argparse.ArgumentParser(prog="python -m benchmarks.model", description=__doc__)
    options.add_argument("--people", type=int, default=1_000_000)
    given = options.parse_args()
    print(
        f"{given.people:,} recipients of one call. Assumed: {PER_SECOND:g} messages a second and bot, of "
        f"which {KEPT:.0%} are reached\nand {ANSWERS:.0%} are answers; all is queued after {MATCH:g} s; a "
        f"dead node's account is without sender for {AWAY:g} s.\n"
    )
    columns = "{:>5} {:<18} {:>8} {:>12} {:>10} {:>12}"
    print(columns.format("bots", "people are", "half", "nine of ten", "everybody", "3 nodes die"))
    for accounts in (1, 2, 5, 10, 20, 40):
        for spread in dict.fromkeys((even(accounts), grown(accounts))):
            calm, rough = reached(given.people, spread), reached(given.people, spread, deaths=3)
            times = (calm.half, calm.most, calm.everybody, rough.everybody)
            print(columns.format(accounts, spread.name, *map(_shown, times)))
    needed = math.ceil(given.people / (PER_SECOND * KEPT * (1 - ANSWERS)) / 600)
    print(
        f"\nTo reach everybody within ten minutes {needed} bots are needed, used evenly. Not in the model: "
        "limits of\nTelegram's that it does not tell, a chat's own second, groups, and how many rows a "
        "second one PostgreSQL\ntakes from all senders together (each message is two updates)."
    )


def _shown(seconds: float) -> str:
    if seconds < 3600:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3600:.1f} h"


if __name__ == "__main__":
    main()
