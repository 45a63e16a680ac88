"""What is told obeys what a chat has asked for, whoever tells it."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest

from bot.announce import Announcer
from bot.render.html import plain_text
from bot.render.message import Message
from jobs.outcome import Outcome, Sent
from storage.people import Event, Notice, Recipient
from storage.words import EventKind
from tests.builders import NOON, a_recipient

STORM = Notice((Event(EventKind.STORM, NOON),), NOON, 7)
ILL = Notice((Event(EventKind.ILL, NOON, title="Northlight"),), NOON, 8)
COOLING = Notice((Event(EventKind.APPEAL_COOLING, NOON, title="7", counts={"appeal": 7}),), NOON, 9)
NOON_REST = (11 * 60, 13 * 60)


A_DAY = timedelta(days=1)


@dataclass
class Shown:
    """A transport that keeps what it is given."""

    name: str = "telegram"
    remembers: timedelta = A_DAY
    changes: bool = True
    messages: list[Message] = field(default_factory=list)

    async def send(self, address: str, message: Message, key: str, under: str = "") -> Outcome:
        """Keep it."""
        del address, key, under
        self.messages.append(message)
        return Sent("1")


async def noticed(notice: Notice, reader: Recipient) -> Message:
    """What the reader sees of a notice at noon."""
    shown = Shown()
    transport: Any = shown
    await Announcer(transport).notify(notice, reader, "key", NOON)
    (message,) = shown.messages
    return message


@pytest.mark.parametrize("notice", [STORM, ILL, COOLING])
async def test_a_discreet_chat_reads_of_a_notice_only_that_there_is_news(notice: Notice) -> None:
    """Nobody who looks over a shoulder learns what this phone hears of."""
    message = await noticed(notice, a_recipient(discreet=True))
    assert plain_text(message) == "There is news."
    assert [one.command for row in message.choices for one in row] == [f"/show n{notice.id}"]


@pytest.mark.parametrize("discreet", [True, False])
@pytest.mark.parametrize(
    ("notice", "by_day", "at_night"), [(STORM, False, False), (ILL, True, False), (COOLING, True, True)]
)
async def test_in_quiet_hours_only_what_admins_must_decide_makes_a_sound(
    notice: Notice, by_day: bool, at_night: bool, discreet: bool
) -> None:
    """Discreet or not; and the line of a storm never does."""
    awake = await noticed(notice, a_recipient(discreet=discreet))
    asleep = await noticed(notice, a_recipient(discreet=discreet, quiet=NOON_REST))
    assert (not awake.silent, not asleep.silent) == (by_day, at_night)
