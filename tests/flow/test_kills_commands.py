"""Killed around a person's command: it is answered, with at most one answer too many, and done once.

Telegram brings again what was not confirmed. Whether an answer arrived nobody can know, and a person
who reads one twice is better off than one who reads none; a second effect there is never.
"""

from typing import Any

import aiohttp
import pytest
import sqlalchemy as sa

from bot.render.message import Choice
from bot.voices import telegram_buttons
from storage.people import Route
from storage.tables.log import deliveries
from storage.tables.people import recipients, routes
from storage.words import DeliveryState
from tests.builders import queued
from tests.emulators.client import Client
from tests.emulators.telegram import TelegramEmulator
from tests.flow.program import Program
from tests.flow.story import PERSON

DONE = (
    ("a command is committed", "written"),
    ("a command is committed", "pressed"),
    ("a message is about to leave", "written"),
    ("a message is accepted", "written"),
    ("a message is accepted", "pressed"),
    ("a line is handled", "written"),
)
READ = ("a message is accepted", "a line is handled")
"""The person has the answer, and Telegram does not know that we need no reminder."""


async def takes_back(vigil: Program, telegram: TelegramEmulator, how: str) -> None:
    """The person types the command, or presses the button for it under a message of the bot's."""
    if how == "written":
        await telegram.says(PERSON, "/unsubscribe 1")
        return
    with vigil.database() as database:
        buttons = telegram_buttons(database)
    keyboard = buttons.keyboard(((Choice("Take it back", "/unsubscribe 1"),),), PERSON)
    assert keyboard
    message: dict[str, Any] = {
        "chat_id": PERSON,
        "text": "Subscribed",
        "reply_markup": keyboard.to_dict(),
    }
    async with aiohttp.ClientSession() as session:
        await Client(telegram, session).result("sendMessage", **message)
    await telegram.presses(PERSON, "Take it back")


@pytest.mark.parametrize(("point", "how"), DONE)
async def test_a_command_is_carried_out_once_whenever_the_program_is_killed(
    vigil: Program, telegram: TelegramEmulator, point: str, how: str
) -> None:
    """The first of two subscriptions goes, the second stays, and the person reads how things stand."""
    telegram.private(PERSON)
    for country in ("KP", "CN"):
        vigil.subscribed(PERSON, Route(countries=(country,)))
    await takes_back(vigil, telegram, how)
    before = len(telegram.texts(PERSON))
    await vigil.dies(point)
    assert len(telegram.texts(PERSON)) - before == (point in READ)
    await vigil.serve()
    await telegram.until(PERSON, contains="This was done already", patience=60)
    await telegram.until_handled(patience=60)
    assert await vigil.stop() == 0
    assert len(telegram.texts(PERSON)) - before == (2 if point in READ else 1)
    assert "command.repeated" in vigil.log()
    with vigil.database() as database, database.read() as work:
        assert [route.countries for _, route in work.routes.active()] == [("CN",)]


@pytest.mark.parametrize(
    ("point", "left"),
    [
        ("a recipient is half forgotten", [1, 1, 1]),
        ("a recipient is forgotten", [1, 1, 1]),
        ("a command is committed", [0, 0, 0]),
        ("a line is handled", [0, 0, 0]),
    ],
)
async def test_forget_removes_every_row_or_none_whenever_the_program_is_killed(
    vigil: Program, telegram: TelegramEmulator, point: str, left: list[int]
) -> None:
    """Killed in its middle it has removed nothing; at the next start everything, and says so."""
    telegram.private(PERSON)
    vigil.subscribed(PERSON)
    with vigil.database() as database, database.write() as work:
        known = work.recipients.find("telegram", str(PERSON))
        assert known is not None
        (delivery,) = work.deliveries.of_alert(queued(work, known).id)  # a row about the person
        work.attempts.settle(delivery.id, DeliveryState.SENT, reference="1")
    await telegram.says(PERSON, "/forget yes")
    await vigil.dies(point)
    assert rows(vigil) == left
    await vigil.serve()
    await telegram.until(PERSON, contains="Nothing is stored about this chat", patience=60)
    await telegram.until_handled(patience=60)
    assert await vigil.stop() == 0
    assert rows(vigil) == [0, 0, 0]


def rows(vigil: Program) -> list[int]:
    """How many rows there are about anybody."""
    with vigil.database() as database, database.read() as work:
        counted = (
            sa.select(sa.func.count()).select_from(table) for table in (recipients, routes, deliveries)
        )
        return [work.connection.scalar(question) or 0 for question in counted]


@pytest.mark.parametrize("point", ["the second message is about to leave"])
async def test_an_answer_of_several_messages_comes_whole_whenever_the_program_is_killed(
    vigil: Program, telegram: TelegramEmulator, point: str
) -> None:
    """Half an answer was read: at the next start all of it is sent, in its order."""
    telegram.private(PERSON)
    assert (await vigil.run("poll"))[0] == 0
    await telegram.says(PERSON, "/statement 1")
    await vigil.dies(point)
    half = telegram.texts(PERSON)
    await vigil.serve()
    await telegram.until_handled(patience=60)
    assert await vigil.stop() == 0
    whole = telegram.texts(PERSON)[len(half) :]
    assert (len(half), len(whole)) == (1, 2)
    assert whole[0] == half[0]
    assert "An evening of music." in whole[1]
