"""Settings are one message: every press changes it where it stands, and the next does so after a restart."""

from collections.abc import AsyncIterator
from functools import partial

import pytest

from bot.render.message import Choice
from bot.transports.telegram_buttons import LONGEST_DATA, Buttons
from storage.database import Database
from storage.words import Digest, Kind, Urgency
from tests.bot.transports.a_service import Service, a_service
from tests.bot.transports.test_telegram import says
from tests.emulators.telegram import Message, TelegramEmulator

CHANNEL = -1009876543210
ADMIN = 42
SUBSCRIPTION = (
    *("Change 1", "Countries", "China", "Another country", "J", "Japan", "Another country", "K", "Other"),
    *("Back", "Kinds", "Resolution", "Back", "Urgency", "Expected", "Back", "Digest", "Once a week"),
)
HOURS = (
    *("Only say", "Settings", "Quiet hours", "Quiet by night", "from 23:00"),
    *("until 06:00", "Time zone", "Asia", "Seoul", "Settings", "Digests", "once a week", "21:00", "Settings"),
    *("Another country", "China", "Take it back", "Undo"),
)
"""Buttons, each under what the one before it showed."""


@pytest.fixture
async def telegram() -> AsyncIterator[TelegramEmulator]:
    """A channel whose admin writes to the bot."""
    async with TelegramEmulator() as made:
        made.channel(CHANNEL, name="northlight", admins={ADMIN})
        yield made


@pytest.fixture
async def service(database: Database, telegram: TelegramEmulator) -> AsyncIterator[Service]:
    """On each kind of database."""
    async with a_service(database, telegram) as made:
        yield made


async def walk(telegram: TelegramEmulator, *labels: str) -> None:
    """Presses one button after another, each once the answer to the last one is there."""
    for label in labels:
        shown = telegram.said(ADMIN)[-1]
        before = len(shown.versions)
        await telegram.presses(ADMIN, label)
        await telegram.until_true(partial(is_edited, shown, before), f"an edit by {label}", chat=ADMIN)


def is_edited(message: Message, before: int) -> bool:
    """Whether the message has more versions than before."""
    return len(message.versions) > before


async def begins(telegram: TelegramEmulator) -> None:
    """Subscribes, and opens the settings."""
    await telegram.says(ADMIN, "/subscribe KP kind:report")
    await telegram.until(ADMIN, contains="You are subscribed")
    await telegram.says(ADMIN, "/settings")
    await telegram.until(ADMIN, contains="You asked for this")


async def test_a_subscription_is_changed_in_one_message(service: Service) -> None:
    """Countries and how they begin, kinds, urgency, digest: one answer to each line, and none to a press."""
    telegram = service.telegram
    await begins(telegram)
    await walk(telegram, *SUBSCRIPTION)
    assert len(telegram.said(ADMIN)) == 2
    (route,) = service.routes(ADMIN)
    assert (route.countries, route.kinds) == (("KP", "CN", "JP"), (Kind.REPORT, Kind.RESOLUTION))
    assert (route.least_urgency, route.digest) == (Urgency.EXPECTED, Digest.WEEKLY)


async def test_all_the_rest_is_too(service: Service) -> None:
    """Few words, quiet hours, the clock, digests, one more subscription, taken back and not."""
    telegram = service.telegram
    await begins(telegram)
    await walk(telegram, *HOURS)
    assert len(telegram.said(ADMIN)) == 2
    assert [(route.countries, route.digest) for route in service.routes(ADMIN)] == [
        (("KP",), Digest.WEEKLY),
        (("CN",), Digest.NONE),
    ]
    known = service.recipient(ADMIN)
    assert known
    assert (known.quiet, known.zone, known.digest_at) == ((23 * 60, 6 * 60), "Asia/Seoul", 21 * 60)
    assert known.discreet


async def test_after_a_restart_too(database: Database, telegram: TelegramEmulator) -> None:
    """What the program has forgotten, the button says; also of a channel, whose commands are longer."""
    async with a_service(database, telegram):
        await telegram.says(ADMIN, "/for @northlight /subscribe KP kind:report")
        await telegram.until(ADMIN, contains="You are subscribed")
        await telegram.says(ADMIN, "/for @northlight /settings")
        await telegram.until(ADMIN, contains="You asked for this")
    for label in (
        "Change 1",
        "Digest",
        "Once a week",
        "Back",
        "Kinds",
        "Urgent appeal",
        "Back",
        "Countries",
        "China",
    ):
        async with a_service(database, telegram) as service:
            await walk(telegram, label)
            (route,) = service.routes(CHANNEL)
    assert route.countries == ("KP", "CN")
    assert set(route.kinds) == {Kind.REPORT, Kind.URGENT_APPEAL}
    assert len(telegram.said(ADMIN)) == 2


async def test_no_press_takes_away_what_is_read(service: Service) -> None:
    """An alert stays when its buttons are pressed, and so does any answer about something else."""
    telegram = service.telegram
    await telegram.says(ADMIN, "/subscribe KP")
    await telegram.until(ADMIN, contains="You are subscribed")
    await service.bot.send(str(ADMIN), says("URGENT", ("Settings", "/settings"), ("Latest", "/latest")), "k")
    for label, said in (("Settings", "You asked for this"), ("Latest", "Nothing was found")):
        await telegram.presses(ADMIN, label)
        await telegram.until(ADMIN, contains=said)
    assert [text.splitlines()[0] for text in telegram.texts(ADMIN)][:2] == ["You are subscribed.", "URGENT"]


async def test_what_cannot_be_done_leads_back_to_the_settings(service: Service) -> None:
    """They are not lost for a button that was pressed too late."""
    telegram = service.telegram
    await telegram.says(ADMIN, "/subscribe KP")
    await telegram.until(ADMIN, contains="You are subscribed")
    await telegram.says(ADMIN, "/settings")
    await telegram.until(ADMIN, contains="You asked for this")
    await telegram.says(ADMIN, "/unsubscribe")
    await telegram.until(ADMIN, contains="Taken back")
    await telegram.presses(ADMIN, "Change 1")
    await telegram.until(ADMIN, contains="You have not subscribed to anything yet")
    await telegram.presses(ADMIN, "Settings")
    await telegram.until(ADMIN, contains="Language: English")


@pytest.mark.parametrize(
    "command",
    [
        "/for -1001234567890 /settings id:12345 kind:urgent_appeal",
        "/for -1001234567890 /settings id:12345 urgency:Immediate",
        "/for -1001234567890 /settings clock:America/Argentina/Buenos_Aires",
        "/for -1001234567890 /subscribe from:North Korean Human Rights",
        "/settings clock:America/Argentina/Buenos_Aires",
    ],
)
def test_no_button_of_settings_is_too_long_to_outlive_the_program(command: str) -> None:
    """What is too long for 64 bytes is only remembered, and means nothing after a restart."""
    key = Buttons(lambda text: text.encode().hex().ljust(16, "0"))
    topic = None if command.startswith("/for ") else 2_000_000_000  # that is said in private
    keyboard = key.keyboard(((Choice("Press", command, turns=True),),), -1001234567890, topic)
    assert keyboard
    data = str(keyboard.inline_keyboard[0][0].callback_data)
    assert len(data.encode()) <= LONGEST_DATA
    again = Buttons(lambda text: text.encode().hex().ljust(16, "0"))
    meant = again.pressed(data, -1001234567890)
    assert (meant.command, meant.turns, meant.thread) == (command, True, topic)
