"""Killed between any two steps, the program goes on at its next start: nothing lost, nothing twice.

The only alert that may be seen twice is one that Telegram had accepted when the program died before it
could write that down: nobody can know, and of an Immediate alert a miss is worse than a double.
"""

from datetime import timedelta

import pytest

from storage.people import Route
from storage.words import Digest, Kind
from tests.emulators.telegram import TelegramEmulator
from tests.feeds import Site, item, rss
from tests.flow.program import Program
from tests.flow.stage import TRAPS, place_of
from tests.flow.story import PERSON, TITLE, rung, urgent_call

UNKNOWABLE = ("a message is accepted", "the outcome is written")
"""Telegram has the message, and the notification log does not say so."""
ON_THE_WAY = ("an attempt is counted", "a message is about to leave", *UNKNOWABLE)
"""The notification log says that an attempt was begun, and not how it ended."""
COMMANDS = ("a command is about to be answered", "a wish is written", "a command is committed")
NOTICES = ("a notice is written", "a notice is queued")
OF_HUBS = tuple(point for point in TRAPS if "push" in point or "hub" in point)
"""See test_pushes."""
ELSEWHERE = (
    "a batch is about to be imported",
    "a batch is imported",
    "the second message is about to leave",
    "a line is handled",
    "a recipient is half forgotten",
    "a recipient is forgotten",
    "a recipient is suspended",
    "a recipient is moved",
    "what was interrupted is settled",
    "the old database is closed",
    "rows are on the way",
    "rows have moved",
    "an index is made anew",
    "the new database is open",
    "the numbers have a table",
    "the wide indexes are about to go",
    "an old text is packed",
    *(
        point
        for point in TRAPS
        if point.startswith(("a change", "a removal", "an appeal", "an update")) or "key" in point
    ),
    "an event is about to leave",
    "the secrets of a room are given out",
    "an event is accepted",
)
"""Where an alert that goes its straight way does not pass: see the stories beside this one."""
ALERTS = tuple(point for point in TRAPS if point not in (*COMMANDS, *NOTICES, *OF_HUBS, *ELSEWHERE))


@pytest.mark.parametrize("name", TRAPS)
def test_every_trap_stands_somewhere(name: str) -> None:
    """Who renames a step moves its trap with it."""
    assert callable(getattr(*place_of(TRAPS[name])))


@pytest.mark.parametrize("point", ALERTS)
async def test_an_urgent_call_rings_whenever_the_program_is_killed(
    vigil: Program, site: Site, telegram: TelegramEmulator, point: str
) -> None:
    """After the next start it has rung, once; where nobody can know, twice and logged as uncertain."""
    telegram.private(PERSON)
    vigil.subscribed(PERSON)
    urgent_call(site)
    await vigil.dies(point)
    assert rung(telegram) == (1 if point in (*UNKNOWABLE, "the outcome is committed") else 0)
    vigil.later(timedelta(minutes=2))  # the poll that died is due again, and a repetition is too
    await vigil.serve()
    await vigil.until("sent")
    assert await vigil.stop() == 0
    assert rung(telegram) == (2 if point in UNKNOWABLE else 1)
    assert ("deliver.uncertain" in vigil.log()) == (point in ON_THE_WAY)
    with vigil.database() as database, database.read() as work:
        assert work.counts().statements == 2, "the call and the dinner, each kept once"


@pytest.mark.parametrize("point", ["a delivery is claimed", *ON_THE_WAY, "the outcome is committed"])
async def test_an_ordinary_statement_never_comes_twice(
    vigil: Program, site: Site, telegram: TelegramEmulator, point: str
) -> None:
    """What is not Immediate and may have arrived is not repeated; the log says that it is uncertain."""
    telegram.private(PERSON)
    vigil.subscribed(PERSON, Route(kinds=tuple(Kind), digest=Digest.NONE))
    at = vigil.now() - timedelta(minutes=5)
    title = "Statement on the anniversary of the border treaty"
    site.publish("/feed", rss(item(title, "Northlight remembers the treaty of 1962. " * 20, at, "treaty")))
    await vigil.dies(point)
    seen_before = len(telegram.texts(PERSON))
    vigil.later(timedelta(minutes=2))
    await vigil.serve()
    await vigil.until("uncertain" if point in ON_THE_WAY else "sent")
    assert await vigil.stop() == 0
    assert len(telegram.texts(PERSON)) == (seen_before if point in ON_THE_WAY else 1)


@pytest.mark.parametrize("point", COMMANDS)
async def test_a_command_is_answered_whenever_the_program_is_killed(
    vigil: Program, telegram: TelegramEmulator, point: str
) -> None:
    """The line comes again at the next start: the wish stands once, and the person reads the answer."""
    await telegram.says(PERSON, "/subscribe KP")
    await vigil.dies(point)
    assert telegram.texts(PERSON) == []
    await vigil.serve()
    await telegram.until(PERSON, contains="North Korea", patience=60)
    await telegram.until_handled(patience=60)
    assert await vigil.stop() == 0
    with vigil.database() as database, database.read() as work:
        ((_, route),) = work.routes.active()
    assert route.countries == ("KP",)


async def test_a_stop_in_the_middle_of_everything_is_clean(
    vigil: Program, site: Site, telegram: TelegramEmulator
) -> None:
    """SIGTERM at the very start, before anything could be finished: exit code 0, and nothing is lost."""
    telegram.private(PERSON)
    vigil.subscribed(PERSON)
    urgent_call(site)
    await vigil.serve()
    assert await vigil.stop() == 0
    vigil.later(timedelta(minutes=2))
    await vigil.serve()
    await telegram.until(PERSON, contains=TITLE, patience=60)
    await vigil.until("sent")
    assert await vigil.stop() == 0
    assert rung(telegram) == 1
