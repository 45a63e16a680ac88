"""Meeting the bot and leaving it: /start, /privacy, /forget."""

import pytest

from storage.database import Database
from storage.people import Route
from storage.words import Relation
from tests.bot.chat import Chat
from tests.builders import NOON


def test_two_taps_lead_to_a_subscription(archive: Database) -> None:
    """/start, "One country", the country: subscribed."""
    chat = Chat(archive)
    chat.says("/start")
    assert chat.presses("One country").startswith("Which country?")
    assert set(chat.offered) == {"China", "North Korea", "Another country", "Everything urgent"}
    assert "You are subscribed." in chat.presses("North Korea")
    assert chat.routes == (Route(countries=("KP",)),)


def test_one_tap_subscribes_to_everything_urgent(chat: Chat) -> None:
    """The first button alone is a useful subscription."""
    chat.says("/start")
    chat.presses("Everything urgent")
    assert chat.routes == (Route(),)


def test_the_line_that_start_shows_works_as_it_stands(chat: Chat) -> None:
    """Whoever types what is shown is subscribed, in Korean too."""
    korean = Chat(chat.database, language="ko")
    line = next(part for part in korean.says("/start").split("\n") if part.startswith("/subscribe"))
    korean.says(line)
    assert korean.routes == (Route(countries=("KP",)),)


def test_telegram_is_told_to_be_readable_by_telegram(chat: Chat) -> None:
    """The warning stands where it is true, and only there."""
    assert "end-to-end" in Chat(chat.database, transport="telegram").says("/start")
    assert "end-to-end" not in chat.says("/start")


def test_looking_around_stores_nothing(archive: Database) -> None:
    """Nothing is known of a chat that never subscribed."""
    chat = Chat(archive)
    for line in ("/start", "/help", "/latest", "camps", "/status", "/privacy", "/settings", "/forget"):
        chat.says(line)
    assert chat.recipient() is None


def test_forget_asks_once_and_then_removes_every_row(chat: Chat) -> None:
    """Nothing is left, and the bot says so."""
    chat.says("/subscribe")
    chat.says('/subscribe China "prison camp"')
    assert "2 subscriptions" in chat.says("/forget")
    assert chat.recipient() is not None
    assert chat.presses("Yes, forget me").startswith("Forgotten.")
    assert chat.recipient() is None
    assert "Nothing is stored" in chat.says("/forget")


def test_privacy_says_whether_something_is_stored(chat: Chat) -> None:
    """The answer is about this very chat."""
    assert "Nothing is stored about this chat now." in chat.says("/privacy")
    chat.says("/subscribe")
    assert "Something is stored about this chat." in chat.says("/privacy")


def test_an_old_button_says_so(chat: Chat) -> None:
    """A button whose meaning is gone leads on."""
    assert "too old" in chat.says("/expired")
    assert "/latest" in chat.offered.values()


@pytest.mark.parametrize("transport", ["matrix", "telegram"])
def test_what_stays_with_an_encrypted_room_is_said(chat: Chat, transport: str) -> None:
    """Nothing is promised that the encryption of Matrix does not let us do."""
    chat.transport = transport
    chat.says("/subscribe KP")
    assert ("its keys stay here" in chat.says("/forget yes")) is (transport == "matrix")


@pytest.mark.parametrize("link", ["s1", "a1", "c1"])
def test_who_comes_by_a_link_first_is_told_what_this_is(archive: Database, link: str) -> None:
    """Below the item: what is stored, who reads along, and one tap to what rings for its country."""
    chat = Chat(archive, transport="telegram")
    with archive.write() as work:
        case = work.cases.open("Nine", NOON)
        found = work.statements.get(1)
        assert found
        work.statements.move(found, case, Relation.NEW, ())
    read = chat.says(f"/start {link}")
    assert "Nine refugees face return" in read
    assert read.index("/privacy") > read.index("Nine refugees")
    assert "not end-to-end encrypted" in read
    assert ("Act" in chat.offered) is (link == "s1")
    assert chat.offered["What is this?"] == "/start cn"
    assert chat.recipient() is None
    assert "You are subscribed." in chat.presses("Ring for China")
    assert chat.routes == (Route(countries=("CN",)),)
    assert "What is this?" not in chat.says(f"/start {link}") + "".join(chat.offered), "who is known knows it"
    korean = Chat(archive, language="ko", address="2")
    assert "비질은 이런 호소가 나오면" in korean.says(f"/start {link}")
    assert "이것은 무엇입니까?" in korean.offered


@pytest.mark.parametrize("link", ["s99", "a99", "c99"])
def test_a_stale_link_welcomes_all_the_same(archive: Database, link: str) -> None:
    """What is first read of it is not an error; who is known is answered as by the command."""
    chat = Chat(archive)
    read = chat.says(f"/start {link}")
    assert read.startswith("That item is not here (any more).\n\nWelcome. This is Vigil.")
    assert "Everything urgent" in chat.offered
    chat.says("/subscribe")
    assert chat.says(f"/start {link}").startswith("There is no")


def test_nobody_is_asked_to_tap_on_a_terminal(chat: Chat) -> None:
    """There and on Matrix choices have numbers; on Telegram they are buttons."""
    for transport, way in (
        ("console", "A number from below"),
        ("matrix", "A number"),
        ("telegram", "One tap"),
    ):
        assert way in Chat(chat.database, transport=transport).says("/start")
