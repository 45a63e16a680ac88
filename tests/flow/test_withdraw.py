"""Taken down for somebody's safety: what an admin says in a chat is carried out in all the others."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import pytest

from bot.announce import Announcer
from bot.transports.telegram import TelegramTransport
from jobs.deliver import Deliverer
from jobs.desk import Rules
from jobs.notices import Admins
from jobs.pace import Pace
from jobs.removals import Reporter
from jobs.steps.sensitive import MARK, Sensitive
from jobs.takedown import take_down
from jobs.withhold import withhold
from storage.database import Database
from storage.people import Event, Recipient
from storage.records import Alert, Demand
from storage.words import Concern, EventKind, MsgType
from tests.bot.chat import Chat
from tests.bot.transports.a_service import a_service
from tests.builders import NOON, a_reader, a_route, a_statement, an_alert, queued
from tests.emulators.telegram import Message, TelegramEmulator, blocked, flood, refusal

PERSON, FRIEND, GROUP, CHANNEL, ADMIN = 42, 43, -1_000_000_004_242, -1_000_000_004_243, 901
NAME = "Ri Hyok-chol"
CALL = a_statement(
    title=f"{NAME} hides near the river",
    text=f"{NAME}, 34, hides near the river. We call on China to let him pass.",
    url="https://northlight.example/ri-hyok-chol",
    demands=(Demand(to="China", quote=f"let {NAME} pass", verb="let"),),
)
ADMINS = Admins((("telegram", str(ADMIN)),))
ON_SQLITE = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
GONE = "What stood here was taken down, for somebody's safety."


@dataclass
class Town:
    """Telegram, those who read there, and what is sent to them by a sender that begins anew each time."""

    database: Database
    telegram: TelegramEmulator
    bot: TelegramTransport
    readers: dict[int, Recipient]
    now: datetime = NOON

    def rings(self, *people: int, lane: int = 1, **given: object) -> Alert:
        """A call for these, or a line of their digest."""
        alert = an_alert(**{"identifier": "call", "statement": CALL, "sent": self.now} | given)
        with self.database.write() as work:
            case = work.cases.open(alert.statement.title, self.now)
            case = alert.case_id or case
            alert = replace(alert, case_id=case, statement=replace(alert.statement, case_id=case))
            return queued(work, *(self.readers[one] for one in people), lane=lane, alert=alert)

    async def sends(self) -> None:
        """All that is due."""
        await Deliverer(self.database, Announcer(self.bot), Pace(1e9, gap=0), lambda: self.now).drain()

    def admin(self) -> Chat:
        """Somebody at the desk."""
        rules = Rules(admins=ADMINS)
        return Chat(self.database, "telegram", address=str(ADMIN), admin=True, now=self.now, rules=rules)

    def takes_down(self, alert: Alert) -> None:
        """As `vigil admin takedown` does."""
        with self.database.write() as work:
            take_down(work, alert.statement.id, "the family asked for it", self.now)

    def passes(self, **time: float) -> None:
        """Here and at Telegram."""
        self.now += timedelta(**time)
        self.telegram.clock.move(timedelta(**time).total_seconds())

    def reads(self, chat: int) -> list[Message]:
        """What stands there."""
        return self.telegram.said(chat)

    def reported(self) -> Event:
        """What admins hear."""
        Reporter(self.database, ADMINS)._look(self.now)
        with self.database.read() as work:
            events = [one.events[0] for one in work.notices.latest(9)]
        return next(one for one in events if one.kind is EventKind.REMOVED)

    def nowhere(self, *words: str) -> None:
        """No chat shows any of these, nor a button that asks for the text."""
        for chat in (PERSON, FRIEND, GROUP, CHANNEL):
            for one in self.reads(chat):
                assert not [word for word in words if word in one.source], one.source


@asynccontextmanager
async def a_town(database: Database) -> AsyncIterator[Town]:
    """Two people, a group and a channel who read."""
    async with TelegramEmulator() as telegram:
        for person in (PERSON, FRIEND, ADMIN):
            telegram.private(person)
        telegram.group(GROUP)
        telegram.channel(CHANNEL)
        with database.write() as work:
            chats = (PERSON, FRIEND, GROUP, CHANNEL)
            readers = {one: a_reader(work, a_route(), address=str(one)) for one in chats}
        async with a_service(database, telegram) as service:
            yield Town(database, telegram, service.bot, readers)


@pytest.fixture
async def town(database: Database) -> AsyncIterator[Town]:
    """On each kind of database."""
    async with a_town(database) as made:
        yield made


async def test_correct_for_safety_takes_the_words_out_of_every_chat(town: Town) -> None:
    """Deleted first, then told that it was taken down; archive, case, old buttons say no more than that."""
    call = town.rings(PERSON, GROUP, CHANNEL)
    await town.sends()
    assert NAME in town.reads(PERSON)[0].text
    town.passes(hours=1)
    waits = town.rings(FRIEND, identifier="another", statement=a_statement(title="Ten others"))
    admin = town.admin()
    shown = admin.says(f"/correct alert {call.id} safety")
    assert "What stands in chats goes first, as far as platforms let it." in shown
    admin.presses("Send the correction")
    town.telegram.calls.clear()
    await town.sends()
    acts = [method for method, _ in town.telegram.calls if method in ("deletemessage", "sendmessage")]
    assert acts[:3] == ["deletemessage"] * 3, "before the correction, and before a call for somebody else"
    for chat in (PERSON, GROUP, CHANNEL):
        (correction,) = town.reads(chat)
        assert "taken down for somebody's safety" in correction.text
    town.nowhere(NAME, "Hyok", "river")
    assert town.reported().counts == {"statement": call.statement.id, "gone": 3}
    assert waits.statement.title in town.reads(FRIEND)[0].text
    await town.sends()
    told = town.reads(ADMIN)[-1]
    assert (
        f"Statement #{call.statement.id} was taken down: what became of its messages in the chats"
        in told.text
    )
    assert "Messages removed: 3" in told.text
    reader = Chat(town.database, "telegram", address=str(PERSON), now=town.now)
    number, case = call.statement.id, call.case_id
    lines = [f"/statement {number}", f"/act {number}", f"/case {case}", f"/why {call.id}", f"/show {call.id}"]
    for line in (*lines, "/latest", "/search China", f"/statement {number} versions"):
        answer = reader.says(line)
        assert not [word for word in ("Hyok", "river", "let ") if word in answer], (line, answer)


async def test_what_is_too_old_to_be_deleted_says_only_that(town: Town) -> None:
    """After 48 hours: no headline, no name, no link, no button."""
    call = town.rings(PERSON, GROUP)
    await town.sends()
    town.passes(hours=49)
    town.takes_down(call)
    await town.sends()
    for chat in (PERSON, GROUP):
        (left,) = town.reads(chat)
        assert (left.text, left.buttons) == (GONE, [])
    town.nowhere(NAME, "northlight", "/statement")
    assert town.reported().counts == {"statement": call.statement.id, "changed": 2}


@ON_SQLITE
async def test_what_was_taken_down_in_silence_can_be_told_afterwards(town: Town) -> None:
    """Exactly those hear of it who had it; none of its words come back by that."""
    call = town.rings(PERSON)
    await town.sends()
    town.takes_down(call)
    await town.sends()
    assert town.reads(PERSON) == []
    admin = town.admin()
    assert "“A call that was taken down” went to 1 recipient." in admin.says(f"/correct alert {call.id}")
    admin.presses("Taken down for safety")
    assert admin.presses("Send the correction").startswith("The correction goes to 1 recipient")
    await town.sends()
    (correction,) = town.reads(PERSON)
    assert correction.text.startswith("CORRECTION · A call that was taken down")


@ON_SQLITE
async def test_in_the_readers_language(town: Town) -> None:
    """As all that stands there."""
    with town.database.write() as work:
        work.recipients.set_language(town.readers[PERSON].id, "ko")
    call = town.rings(PERSON)
    await town.sends()
    town.passes(hours=49)
    town.takes_down(call)
    await town.sends()
    assert [one.text for one in town.reads(PERSON)] == ["여기 있던 내용은 누군가의 안전을 위해 내렸습니다."]


async def test_whatever_telegram_answers_it_goes_in_the_end_or_admins_hear_that_it_does_not(
    town: Town,
) -> None:
    """A flood, a bot that was blocked, a message that it neither deletes nor edits."""
    call = town.rings(PERSON, FRIEND, GROUP)
    await town.sends()
    town.passes(hours=1)
    town.takes_down(call)
    town.telegram.fail("deleteMessage", flood(3), chat=PERSON)
    town.telegram.fail("deleteMessage", blocked(), chat=FRIEND)
    stays = refusal(400, "Bad Request: message can't be deleted for everyone")
    town.telegram.fail("deleteMessage", stays, chat=GROUP)
    town.telegram.fail("editMessageText", refusal(400, "Bad Request: message can't be edited"), chat=GROUP)
    await town.sends()
    town.passes(seconds=4)
    await town.sends()
    assert town.reads(PERSON) == []
    assert town.reported().counts == {"statement": call.statement.id, "gone": 1, "kept": 1, "away": 1}
    assert town.reported().detail == "1 Message can't be edited"
    assert NAME in town.reads(FRIEND)[0].text
    with town.database.write() as work:
        work.recipients.ensure("telegram", str(FRIEND), "en", town.now)  # they let the bot in again
    await town.sends()
    assert town.reads(FRIEND) == []


async def test_in_a_digest_its_line_says_that_it_was_taken_down(town: Town) -> None:
    """The others stay as they were, in the same place; one that is called off later is struck there."""
    call = town.rings(PERSON, lane=4)
    other = town.rings(PERSON, lane=4, identifier="other", statement=a_statement(title="Ten others"))
    await town.sends()
    town.takes_down(call)
    await town.sends()
    (digest,) = town.reads(PERSON)
    assert "taken down, for somebody's safety" in digest.text
    assert "Ten others" in digest.text
    town.nowhere(NAME, "Hyok", "river", "northlight.example")
    ends = {"msg_type": MsgType.CANCEL, "case_id": other.case_id, "statement": a_statement()}
    town.rings(PERSON, lane=0, identifier="end", **ends)
    with town.database.write() as work:
        found = work.alerts.numbered("end")
        work.told.amend(work.alerts.many([found])[found], town.now)
    await town.sends()
    digest, _ = town.reads(PERSON)
    assert "OVER · Ten others" in digest.text
    assert "taken down, for somebody's safety" in digest.text
    town.nowhere(NAME, "Hyok", "river", "northlight.example")


@ON_SQLITE
async def test_a_discreet_chat_is_told_no_more_than_ever(town: Town) -> None:
    """What it was sent in words before it became discreet goes as well."""
    call = town.rings(PERSON, FRIEND)
    await town.sends()
    with town.database.write() as work:
        for person in (PERSON, FRIEND):
            work.recipients.set_discreet(town.readers[person].id, discreet=True)
    town.passes(hours=49)
    town.takes_down(call)
    await town.sends()
    assert [one.text for one in town.reads(PERSON)] == ["There is news."]
    chat = Chat(town.database, "telegram", address=str(PERSON), now=town.now)
    assert chat.says(f"/show {call.id}") == "What it said was taken down, for somebody's safety."


async def test_words_that_are_withheld_leave_the_message_that_told_them(town: Town) -> None:
    """It is told with marks, in its place; what is called off stays so."""
    call = town.rings(PERSON)
    over = town.rings(FRIEND, identifier="over", statement=replace(CALL, url=""))
    await town.sends()
    ends = {"msg_type": MsgType.CANCEL, "case_id": over.case_id, "statement": a_statement()}
    town.rings(FRIEND, lane=0, identifier="end", **ends)
    await town.sends()
    with town.database.write() as work:
        for alert in (call, over):
            found = work.alerts.many([alert.id])[alert.id]
            withhold(work, found.statement, found.source, [Sensitive(Concern.HIDING, NAME, "")], town.now)
    await town.sends()
    (message,) = town.reads(PERSON)
    assert MARK in message.text
    assert "Changed here: words were withheld for somebody's safety." in message.text
    assert "hides near the river" in message.text
    assert "Act" in message.buttons
    struck = town.reads(FRIEND)[0].text
    assert struck.startswith("OVER · ")
    assert MARK in struck
    town.nowhere(NAME, "Hyok")
    assert {town.reported().counts["changed"]} == {1}


@ON_SQLITE
async def test_where_it_can_neither_be_changed_nor_found_the_rest_goes(town: Town) -> None:
    """A message that must lose words and cannot be edited is deleted: the words count more than the rest."""
    call = town.rings(PERSON)
    await town.sends()
    with town.database.write() as work:
        found = work.alerts.many([call.id])[call.id]
        withhold(work, found.statement, found.source, [Sensitive(Concern.HIDING, NAME, "")], town.now)
    town.telegram.fail("editMessageText", refusal(400, "Bad Request: message can't be edited"))
    await town.sends()
    assert town.reads(PERSON) == []
    assert town.reported().counts == {"statement": call.statement.id, "words": 1, "gone": 1}
