"""Buttons: within 64 bytes, and worth nothing forged, in another chat, or in another's hands."""

from collections.abc import AsyncIterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.render.message import Choice
from bot.transports.telegram_buttons import _PHRASES, EXPIRED, LONGEST_DATA, Buttons
from bot.voices import telegram_buttons
from storage.database import Database
from storage.vault import Vault
from tests.bot.transports.a_service import Service, a_service
from tests.bot.transports.test_telegram import says
from tests.builders import a_statement, kept
from tests.emulators.telegram import TelegramEmulator

GROUP, CHANNEL = -1001234567890, -1009876543210
ADMIN, MEMBER = 1, 2
COMMANDS = st.one_of(
    st.sampled_from(["/statement 12", "/forget yes", "/search " + "x" * 90, "/검색 " + "한" * 20]),
    st.text(st.characters(codec="utf-8"), max_size=80).map("/search ".__add__),
    st.lists(st.sampled_from((*_PHRASES, "`a", "`", "7")), min_size=1, max_size=9)
    .map("".join)
    .map("/".__add__),
)
CHATS = st.integers(min_value=-(2**50), max_value=2**50)


def sealed(vault: Vault) -> Buttons:
    """As the program makes them."""
    return Buttons(lambda text: vault.trace("telegram button", text))


def data_of(buttons: Buttons, command: str, chat: int) -> str:
    """What the one button says when it is pressed."""
    keyboard = buttons.keyboard(((Choice("Press", command),),), chat)
    assert keyboard
    data = keyboard.inline_keyboard[0][0].callback_data
    assert isinstance(data, str)
    return data


class TestSeals:
    """Whatever the command."""

    @given(COMMANDS, CHATS)
    def test_what_is_pressed_is_what_was_meant(self, command: str, chat: int) -> None:
        """However long; within Telegram's limit of bytes."""
        buttons = Buttons()
        data = data_of(buttons, command, chat)
        assert 1 <= len(data.encode()) <= LONGEST_DATA
        assert buttons.pressed(data, chat).command == command

    @given(COMMANDS, CHATS, CHATS)
    def test_in_another_chat_it_means_nothing(self, command: str, chat: int, other: int) -> None:
        """Also one that is only remembered."""
        buttons = Buttons()
        data = data_of(buttons, command, chat)
        assert buttons.pressed(data, other).command == (command if other == chat else EXPIRED)

    @given(COMMANDS, st.integers(min_value=0, max_value=63), st.characters(codec="utf-8"))
    def test_changed_anywhere_it_means_nothing(self, command: str, place: int, letter: str) -> None:
        """One character is enough."""
        buttons = Buttons()
        data = data_of(buttons, command, 42)
        forged = data[:place] + letter + data[place + 1 :]
        assert buttons.pressed(forged, 42).command == (command if forged == data else EXPIRED)

    @given(st.text(max_size=64), CHATS)
    def test_what_was_never_a_button_means_nothing(self, data: str, chat: int) -> None:
        """A command in the clear, too."""
        assert Buttons().pressed(data, chat).command == EXPIRED
        assert Buttons().pressed("/forget yes", chat).command == EXPIRED

    def test_it_outlives_the_program_and_no_other_key_makes_it(self, vault: Vault) -> None:
        """The button under an alert of last week still works."""
        data = data_of(sealed(vault), "/statement 12", 42)
        assert sealed(vault).pressed(data, 42).command == "/statement 12"
        assert sealed(Vault.from_secret(bytes(32))).pressed(data, 42).command == EXPIRED


@pytest.fixture
async def service(database: Database) -> AsyncIterator[Service]:
    """A bot in a group with one admin, who subscribed it to two countries."""
    async with TelegramEmulator() as telegram:
        telegram.group(GROUP, admins={ADMIN})
        async with a_service(database, telegram) as made:
            await telegram.says(GROUP, "/subscribe KP\nCN", person=ADMIN)
            await telegram.until(GROUP, contains="You are subscribed")
            yield made


async def test_pressed_by_another_person_nothing_is_changed(service: Service) -> None:
    """A member of the group is told so alone; the group reads nothing of it."""
    telegram = service.telegram
    read = telegram.texts(GROUP)
    press = await telegram.presses(GROUP, "Take it back", person=MEMBER)
    assert "Only those who manage this group" in await telegram.answer_to(press)
    await telegram.until_handled()
    assert telegram.texts(GROUP) == read
    assert len(service.routes(GROUP)) == 2
    await telegram.presses(GROUP, "Take it back", person=ADMIN)
    await telegram.until(GROUP, contains="Taken back")
    assert [route.countries for route in service.routes(GROUP)] == [("KP",)]


async def test_a_forged_one_is_answered_and_changes_nothing(service: Service) -> None:
    """Also where the forger may manage the group: what is sealed for no chat was never offered."""
    telegram = service.telegram
    for data in ("/unsubscribe", "/forget yes", "~" + "x" * 22, "\x00", "é" * 30):
        press = await telegram.forges(GROUP, data, person=ADMIN)
        assert "too old" in await telegram.answer_to(press)
    await telegram.says(7, "/start")
    await telegram.until(7, contains="Welcome")
    await telegram.forges(7, "/subscribe")
    await telegram.until(7, contains="too old")
    assert len(service.routes(GROUP)) == 2
    assert service.recipient(7) is None


async def test_an_old_one_takes_back_what_it_stood_for_and_nothing_else(service: Service) -> None:
    """The second subscription has the number of the first by now; the old button is not for it."""
    telegram = service.telegram
    await telegram.says(GROUP, "/settings 1", person=ADMIN)
    await telegram.until(GROUP, contains="Subscription 1")
    await telegram.says(GROUP, "/unsubscribe 1", person=ADMIN)
    await telegram.until(GROUP, contains="Taken back")
    press = await telegram.presses(GROUP, "Take it back", person=ADMIN)
    assert "do not have this subscription any more" in await telegram.answer_to(press)
    assert [route.countries for route in service.routes(GROUP)] == [("CN",)]


async def test_an_old_one_under_a_post_in_a_channel_leads_to_the_bot(service: Service) -> None:
    """As earlier versions put them there: who presses is answered in their own chat; nothing is changed."""
    telegram = service.telegram
    telegram.channel(CHANNEL)
    await service.bot.send(str(CHANNEL), says("URGENT"), "k")
    led, buttons = {}, telegram_buttons(service.database)
    for command in ("/act 12", "/mute 7", "/why 3"):
        press = await telegram.forges(CHANNEL, data_of(buttons, command, CHANNEL), person=MEMBER)
        led[command] = await telegram.answer_to(press)
    link = f"https://t.me/{telegram.username}?start="
    assert led == {"/act 12": f"{link}a12", "/mute 7": f"{link}c7", "/why 3": f"{link}hello"}
    assert telegram.texts(CHANNEL) == ["URGENT"]
    await telegram.follows(MEMBER, led["/why 3"])
    await telegram.until(MEMBER, contains="Welcome")
    assert service.recipient(MEMBER) is service.recipient(CHANNEL) is None


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
@pytest.mark.parametrize(("language", "on", "back"), [("en", "More", "Back"), ("ko", "더 보기", "이전")])
async def test_pages_turn_on_and_back_in_one_message_also_after_a_restart(
    database: Database, language: str, on: str, back: str
) -> None:
    """The message says again what it said; typed, the page before is a message of its own."""
    with database.write() as work:
        kept(work, *(a_statement(title=f"Post {number}") for number in range(12)))
    async with TelegramEmulator() as telegram:
        async with a_service(database, telegram):
            await telegram.says(7, "/latest", language=language)
            await telegram.until(7, contains="Post 11")
            await telegram.presses(7, on, language=language)
            await telegram.until(7, contains="Post 6")
            await telegram.until_handled()
        async with a_service(database, telegram):
            await telegram.presses(7, back, language=language)
            await telegram.until(7, contains="Post 11")
            await telegram.presses(7, on, language=language)
            (page,) = telegram.said(7)
            await telegram.until_true(lambda: len(page.versions) == 4, "the second page again")
            first, second, third, fourth = (version.text for version in page.versions)
            assert (first, second) == (third, fourth)
            assert first != second
            await telegram.says(7, back, language=language)
            await telegram.until_true(lambda: len(telegram.said(7)) == 2, "an answer")
        assert telegram.texts(7) == [second, first]
