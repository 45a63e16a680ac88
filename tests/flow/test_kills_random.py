"""Killed at any instant, again and again, while calls come in: each rings, and what came twice is on record.

`VIGIL_KILLS` says how often (2 if not given), `VIGIL_SEED` begins another row of chances, `VIGIL_LIFE` is how
long it lives at most (3 seconds; where the machine is slow, twice what the last start took). Each time one
more call is published, a command written, somebody subscribes, and whoever did so the time before is
forgotten. The publisher shows its latest calls, and whichever has not rung: what was never read cannot ring.
"""

import asyncio
import os
import random
import time
from collections.abc import Sequence
from datetime import datetime, timedelta

from jobs.gravestones import read
from tests.emulators.telegram import TelegramEmulator
from tests.feeds import Site, item, rss
from tests.flow.program import Program
from tests.flow.story import ADMIN, PERSON

KILLS = int(os.environ.get("VIGIL_KILLS", "2"))
LIFE = float(os.environ.get("VIGIL_LIFE", "3"))
"""Seconds that the program has at most."""
NEWCOMERS = 5_000
"""The number of the first of them."""
SHOWN = 15
"""Calls that the feed shows at least."""
_GIVEN = ("Amina", "Bogdan", "Chandra", "Dilnoza", "Ekow", "Farida", "Goran", "Hyesoo", "Ibrahim", "Jelena")
_FAMILY = ("Adeyemi", "Baranov", "Castellanos", "Dushku", "Eshonov", "Fofana", "Gurung", "Hakimi", "Ismailov")
_PLACES = ("Minsk", "Asmara", "Vientiane", "Osh", "Gulu", "Shiraz", "Hanoi", "Managua", "Lomé", "Bujumbura")
UNLIMITED = "[alerts]\nper_source_hour = 10000\nper_source_day = 100000\nper_hour = 100000\n"


def call(number: int, at: datetime) -> str:
    """A call for somebody whom no other is about."""
    given, family = _GIVEN[number % 10], _FAMILY[number // 10 % 9]
    other, place = _GIVEN[(number // 90 + 3 * number) % 10], _PLACES[number * 7 % 10]
    title = f"{given} {other} {family} faces execution in {place}"
    text = f"{title}. The execution of {given} {other} {family} is set for tomorrow morning. Act now. " * 3
    return item(title, text, at, f"call-{number}")


def title(number: int) -> str:
    """By which it is known in a chat."""
    given, family = _GIVEN[number % 10], _FAMILY[number // 10 % 9]
    return f"{given} {_GIVEN[(number // 90 + 3 * number) % 10]} {family}"


async def test_killed_at_any_instant_every_call_rings(
    vigil: Program, site: Site, telegram: TelegramEmulator
) -> None:
    """None is missed, none comes twice unless the log has it as uncertain; commands are answered.

    Who subscribed is there once, who left is nowhere but in the file that keeps a backup from bringing them.
    """
    with (vigil.folder / "config.toml").open("a", encoding="utf-8") as file:
        file.write(UNLIMITED)
    telegram.private(PERSON)
    vigil.subscribed(PERSON)
    vigil.later(timedelta())
    chance = random.Random(os.environ.get("VIGIL_SEED", "11"))  # noqa: S311 - to be repeated, not secret
    shown: dict[int, str] = {}
    life = LIFE
    for number in range(KILLS):
        shown = {n: one for n, one in shown.items() if n > number - SHOWN or not told(telegram, n)}
        shown = {number: call(number, vigil.now() - timedelta(minutes=1)), **shown}
        site.publish("/feed", rss(*shown.values()))
        await telegram.says(PERSON, "/status")
        await telegram.says(NEWCOMERS + number, "/subscribe")
        if number:
            await telegram.says(NEWCOMERS + number - 1, "/forget yes")
        before: int | None = readied(vigil)
        await vigil.launch()
        began = time.monotonic()
        ends = began + chance.uniform(0, life)
        while time.monotonic() < ends:
            await asyncio.sleep(min(0.05, max(0.0, ends - time.monotonic())))
            if before is not None and readied(vigil) > before:
                life, before = max(LIFE, 2 * (time.monotonic() - began)), None
        if before is not None:  # it did not even get ready: the next one has longer
            life = max(life, min(60.0, 1.2 * life))
        await vigil.kill()
        vigil.later(timedelta(minutes=2))
    await vigil.serve()
    await telegram.until_true(
        lambda: not missing(telegram, range(KILLS)), "the last calls", patience=120 + 3 * KILLS
    )
    await telegram.until_handled(patience=60 + KILLS)
    assert await vigil.stop() == 0
    assert not missing(telegram, range(KILLS))
    again = sum(max(0, told(telegram, number) - 1) for number in range(KILLS))
    assert again <= vigil.log().count("deliver.uncertain")
    assert people(vigil) == {PERSON: 1, NEWCOMERS + KILLS - 1: 1}
    assert len(read(vigil.folder / "vigil.forgotten")) == KILLS - 1


def readied(vigil: Program) -> int:
    """How often it has got ready by now."""
    log = vigil.folder / "log"
    return log.read_bytes().count(b"vigil.ready") if log.exists() else 0


def people(vigil: Program) -> dict[int, int]:
    """Who is known, and how many wishes of theirs; without the admin, who may have heard of the watch."""
    with vigil.database() as database, database.read() as work:
        known = work.recipients.many(work.recipients.traces().values())
        wishes = {int(one.address): len(work.routes.of(key)) for key, one in known.items()}
    return {who: many for who, many in wishes.items() if who != ADMIN}


def told(telegram: TelegramEmulator, number: int) -> int:
    """How often a call has rung."""
    return sum("URGENT" in text and title(number) in text for text in telegram.texts(PERSON))


def missing(telegram: TelegramEmulator, numbers: Sequence[int]) -> list[str]:
    """The calls that nobody was told of."""
    return [title(number) for number in numbers if not told(telegram, number)]
