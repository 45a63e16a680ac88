"""What happens to the machine and not to the program: a full disk, a locked file, a damaged one.

Each time the call rings all the same, as soon as it can, and the operator is told.
"""

import asyncio
import resource
import sqlite3
from datetime import timedelta
from pathlib import Path

import pytest

from tests.emulators.telegram import TelegramEmulator
from tests.feeds import Site
from tests.flow.program import Program
from tests.flow.story import PERSON, rung, urgent_call

pytestmark = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
"""PostgreSQL has its own files."""
ROOM = 16_384
"""Bytes by which a file may still grow on a disk that is nearly full."""


def fills_up(vigil: Program) -> None:
    """No file of the service can grow any more, as on a full disk."""
    assert vigil.service is not None
    room = (vigil.folder / "log").stat().st_size + ROOM
    resource.prlimit(vigil.service.pid, resource.RLIMIT_FSIZE, (room, resource.RLIM_INFINITY))


def has_room(vigil: Program) -> None:
    """Somebody made room."""
    assert vigil.service is not None
    resource.prlimit(
        vigil.service.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY)
    )


async def said(vigil: Program, words: str) -> None:
    """The service has logged it."""
    for _ in range(600):
        if words in vigil.log():
            return
        await asyncio.sleep(0.1)
    raise AssertionError(vigil.log())


async def at_work(vigil: Program, telegram: TelegramEmulator) -> None:
    """The service watches, and somebody has subscribed."""
    telegram.private(PERSON)
    vigil.subscribed(PERSON)
    vigil.later(timedelta())
    await vigil.serve()
    await said(vigil, "poll.done")


async def test_a_full_disk_keeps_nothing_and_loses_nothing(
    vigil: Program, site: Site, telegram: TelegramEmulator
) -> None:
    """What could not be written was not seen: it is asked for again, and rings when there is room."""
    await at_work(vigil, telegram)
    fills_up(vigil)
    urgent_call(site)
    vigil.later(timedelta(minutes=2))
    await said(vigil, "poll.state_not_written")
    assert rung(telegram) == 0
    has_room(vigil)
    vigil.later(timedelta(minutes=2))
    await vigil.until("sent")
    assert rung(telegram) == 1
    assert await vigil.stop() == 0


async def test_who_holds_the_file_is_waited_for(
    vigil: Program, site: Site, telegram: TelegramEmulator
) -> None:
    """Somebody looks into the database with another program and forgets to end: the call waits."""
    await at_work(vigil, telegram)
    other = sqlite3.connect(vigil.folder / "vigil.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    urgent_call(site)
    vigil.later(timedelta(minutes=2))
    await asyncio.sleep(2)
    assert rung(telegram) == 0
    other.execute("ROLLBACK")
    other.close()
    await vigil.until("sent")
    assert rung(telegram) == 1
    assert await vigil.stop() == 0


@pytest.mark.parametrize("part", [0.3, 0.9])
async def test_a_damaged_journal_loses_no_call(
    vigil: Program, site: Site, telegram: TelegramEmulator, part: float
) -> None:
    """What lies behind the damage is gone, and asked for again: at worst the call comes twice."""
    telegram.private(PERSON)
    vigil.subscribed(PERSON)
    vigil.later(timedelta())
    urgent_call(site)
    await vigil.serve()
    await vigil.until("sent")
    await vigil.kill()
    damage(vigil.folder / "vigil.db-wal", part)
    vigil.subscribed(PERSON)  # who came while it was written may have gone with it, and asks again
    vigil.later(timedelta(minutes=2))
    await vigil.serve()
    await vigil.until("sent")
    assert await vigil.stop() == 0
    assert rung(telegram) in {1, 2}
    whole = sqlite3.connect(vigil.folder / "vigil.db")
    assert whole.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    whole.close()


def damage(file: Path, part: float) -> None:
    """A sector of the disk holds something else now."""
    with file.open("r+b") as opened:
        opened.seek(int(file.stat().st_size * part))
        opened.write(b"\xa5" * 512)
