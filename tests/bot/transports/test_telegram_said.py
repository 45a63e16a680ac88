"""What people send that is no line of theirs: pictures, voices, what a bot offered them."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from telegram import Update

from bot.transports.telegram_incoming import UNREADABLE, Said, read
from storage.database import Database
from tests.bot.transports.a_service import Service, a_service
from tests.emulators.telegram import TelegramEmulator

PERSON = {"id": 42, "is_bot": False, "first_name": "A"}
PRIVATE = {"id": 42, "type": "private", "first_name": "A"}
GROUP = {"id": -5, "type": "group", "title": "Group"}
FILE = {"file_id": "a", "file_unique_id": "b"}
STICKER = {
    "sticker": {**FILE, "width": 1, "height": 1, "is_animated": False, "is_video": False, "type": "regular"}
}
PLACE = {"location": {"latitude": 1.0, "longitude": 1.0}}


@pytest.fixture
async def service(database: Database) -> AsyncIterator[Service]:
    """A bot."""
    async with TelegramEmulator() as telegram, a_service(database, telegram) as made:
        yield made


def brought(chat: dict[str, Any], **content: Any) -> Update:
    """An update with a message of this content."""
    message = {"message_id": 1, "date": 1, "chat": chat, "from": PERSON, **content}
    return Update.de_json({"update_id": 1, "message": message}, None)


@pytest.mark.parametrize("content", [STICKER, PLACE, {"voice": {**FILE, "duration": 1}}])
def test_what_is_no_text_is_answered_in_private_and_passed_over_in_a_group(content: dict[str, Any]) -> None:
    """There it is said to others."""
    said = read(brought(PRIVATE, **content), "vigil")
    assert isinstance(said, Said)
    assert said.text == UNREADABLE
    assert read(brought(GROUP, **content), "vigil") is None


@pytest.mark.parametrize("content", [{"write_access_allowed": {}}, {}])
def test_what_telegram_tells_of_a_chat_is_answered_by_nobody(content: dict[str, Any]) -> None:
    """Nobody said it."""
    assert read(brought(PRIVATE, **content), "vigil") is None


def test_our_own_citation_is_no_search() -> None:
    """Whoever puts what we offered in inline mode into our chat asks for nothing; another bot's is a text."""
    ours = {"id": 9, "is_bot": True, "first_name": "v", "username": "vigil"}
    text = "“Nine refugees face return”"
    assert read(brought(PRIVATE, text=text, via_bot=ours), "vigil") is None
    other = read(brought(PRIVATE, text=text, via_bot=ours | {"username": "gif"}), "vigil")
    assert isinstance(other, Said)


async def test_pictures_that_came_together_are_answered_in_one_sentence(service: Service) -> None:
    """Ten pictures are one thing that cannot be read."""
    telegram = service.telegram
    telegram.private(42)
    for _ in range(3):
        telegram.shows(42, album="album")
    telegram.shows(42)
    await telegram.until(42, contains="I read only what is written", count=2)
    await telegram.until_handled()
    assert len(telegram.texts(42)) == 2
