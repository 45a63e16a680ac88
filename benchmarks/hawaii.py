"""The Hawaii test: a false alert at 08:07. How long, and how many presses, until everybody knows?

In January 2018 it took 38 minutes. Here the program's own parts send to an emulated Telegram that refuses
what is too fast; an admin presses buttons under real messages. People need time to notice and to read, which
nobody can measure here: what is told is what the program takes.
"""

import asyncio
import logging
import tempfile
import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import sqlalchemy as sa

from benchmarks import town
from bot.config import LogConfig
from bot.logs import set_up
from jobs.pace import Pace
from storage.database import Database
from storage.tables.people import routes
from storage.words import Digest
from tests.emulators.telegram import FloodRules
from tests.flow.shift import ANNA, BRUNO, Shift, a_shift

_RATE = 30.0
_FALSE = "Missile on its way"
_NOTICED = 60.0
"""Seconds after which, in the second story, somebody notices; of a quarter of the way, where that is less."""
_THEN = 38 * 60
_CLOCK = datetime(2018, 1, 13, 8, 7)  # noqa: DTZ001 - a clock on a wall
_HOURS = 3_600.0


@dataclass(frozen=True, slots=True)
class Told:
    """How it went: seconds are from the first press."""

    people: int
    had_it: int
    presses: int
    decided: float
    """Until the last press."""
    first: float
    last: float
    refused: int
    admins: int
    """Messages that admins were sent or shown meanwhile."""

    @property
    def ideal(self) -> float:
        """Seconds that as many messages take at the rate, with nothing between them."""
        return self.had_it / _RATE


def measure(folder: Path, people: int) -> None:
    """Two stories, a line each; the log is written, as in a service, and not shown."""
    with (folder / "log").open("w", encoding="utf-8") as log:
        set_up(LogConfig(), least=logging.INFO, stream=log)
        try:
            _measure(folder, people)
        finally:
            set_up()


def _measure(folder: Path, people: int) -> None:
    with tempfile.TemporaryDirectory(dir=folder) as name, town.database("sqlite", Path(name)) as made:
        print(_line("all of them have it", asyncio.run(_all_have_it(made, people))), flush=True)
    with tempfile.TemporaryDirectory(dir=folder) as name, town.database("sqlite", Path(name)) as made:
        told = asyncio.run(_under_way(made, people))
        print(_line(f"noticed {_noticed(people):.0f} s after it began, halted first", told), flush=True)


def _noticed(people: int) -> float:
    return min(_NOTICED, people / _RATE / 4)


def _line(story: str, told: Told) -> str:
    end = _CLOCK + timedelta(seconds=told.last)
    sending = told.last - told.decided
    return (
        f"{story}: {told.had_it:,} of {told.people:,} had it; {told.presses} presses, {told.decided:.1f} s; "
        f"first correction after {told.first:.1f} s, last after {told.last:.1f} s, so 08:07:00 to "
        f"{end:%H:%M:%S} (in 2018 {_THEN} s); from the last press {sending:.1f} s, "
        f"{sending / told.ideal:.3f} of the ideal ({told.had_it:,} at {_RATE:.0f}/s: {told.ideal:.1f} s); "
        f"refused (429): {told.refused}; shown to admins meanwhile: {told.admins}"
    )


def _settle(database: Database, people: int) -> None:
    """So many who want everything urgent."""
    town.settle(database, people)
    with database.write() as work:
        work.connection.execute(sa.update(routes).values(countries=[], kinds=[], digest=Digest.NONE))
        work.routes.index_all()


async def _all_have_it(database: Database, people: int) -> Told:
    """It has gone out to everybody before anybody notices."""
    _settle(database, people)
    async with a_shift(database, people, per_second=_RATE) as shift:
        shift.telegram.gate.rules = FloodRules(None, None, None)
        await shift.approved()
        shift.sends(Pace(1e9, gap=0, place=shift.pace.place))  # how it got there is not what is measured
        await shift.telegram.until(BRUNO, contains="Appeal 1 has gone out", patience=_HOURS)
        await shift.rests()
        shift.telegram.gate.rules = FloodRules()
        await asyncio.sleep(2.0)
        shift.sends()
        return await _corrected(shift, people, halts=False)


async def _under_way(database: Database, people: int) -> Told:
    """It is still going out: it is halted, then taken back."""
    _settle(database, people)
    async with a_shift(database, people, per_second=_RATE) as shift:
        await shift.approved()
        shift.sends()
        await shift.telegram.until(BRUNO, contains="Appeal 1 is being sent", patience=_HOURS)
        await asyncio.sleep(_noticed(people))
        return await _corrected(shift, people, halts=True)


async def _corrected(shift: Shift, people: int, *, halts: bool) -> Told:
    telegram = shift.telegram
    since, refused = len(telegram.calls), telegram.gate.refused
    noticed = await shift.take_back(halts=halts)
    decided = shift.pressed - noticed
    offset = time.time() - time.monotonic()
    await telegram.until(BRUNO, contains="was taken back: who has been told", patience=_HOURS)
    told = list(zip(telegram.calls[since:], telegram.times[since:], strict=False))
    corrections = [
        at - offset - noticed
        for (method, given), at in told
        if method == "sendmessage" and "CORRECTION" in given["text"] and int(given["chat_id"]) > BRUNO
    ]
    admins = sum(
        int(given.get("chat_id", 0)) in (ANNA, BRUNO) and method in ("sendmessage", "editmessagetext")
        for (method, given), _ in told
    )
    readers = range(town.FIRST + 1, town.FIRST + people + 1)
    had_it = [one for one in readers if any(_FALSE in text for text in telegram.texts(one))]
    for one in had_it:
        assert sum("CORRECTION" in text for text in telegram.texts(one)) == 1
    assert len(had_it) == len({given["chat_id"] for (_, given), _ in told if _is_correction(given)})
    return Told(
        people,
        len(had_it),
        shift.presses,
        decided,
        min(corrections),
        max(corrections),
        telegram.gate.refused - refused,
        admins,
    )


def _is_correction(given: dict[str, object]) -> bool:
    return "CORRECTION" in str(given.get("text", "")) and int(str(given["chat_id"])) > BRUNO
