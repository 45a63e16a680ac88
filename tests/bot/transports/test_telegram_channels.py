"""Under a post in a channel stand links into a chat with the bot, and nothing that acts on who presses it."""

from collections.abc import AsyncIterator

import pytest
from telegram import Bot

from bot.speaking import AT_ONCE, always, delivering
from bot.transports.telegram_channels import Channels
from bot.transports.telegram_request import AiohttpRequest
from jobs.outcome import RetryLater, Sent
from storage.database import Database, now_utc
from tests.bot.transports.a_service import Service, a_service
from tests.bot.transports.test_telegram import says
from tests.builders import a_statement, an_alert, queued
from tests.emulators.telegram import TelegramEmulator, flood, refusal, trouble

CHANNEL, GROUP, READER, ADMIN = -1009876543210, -1001234567890, 42, 1
pytestmark = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)


@pytest.fixture
async def service(database: Database) -> AsyncIterator[Service]:
    """A bot in a channel and in a supergroup."""
    async with TelegramEmulator() as telegram:
        telegram.channel(CHANNEL, name="northlight", admins={ADMIN})
        telegram.group(GROUP, admins={ADMIN})
        async with a_service(database, telegram) as made:
            yield made


def below(service: Service, chat: int = CHANNEL) -> dict[str, tuple[str, str]]:
    """The buttons of the newest message: by label, what kind each is and what it holds."""
    rows = service.telegram.said(chat)[-1].now.buttons
    return {button.label: (button.kind, button.value) for row in rows for button in row}


async def test_a_limit_on_the_question_is_kept_to_like_any_other(service: Service) -> None:
    """It is asked in the account's turn; where Telegram wants a pause there is one, and no further call."""
    service.telegram.fail("getChat", flood(7))
    outcome = await service.bot.send(str(GROUP), says("URGENT", ("Latest", "/latest")), "k")
    assert isinstance(outcome, RetryLater)
    assert outcome.seconds >= 7
    assert service.telegram.texts(GROUP) == []


@pytest.mark.parametrize(
    ("language", "words"),
    [("en", ("Act", "Full text", "The case")), ("ko", ("행동하기", "전문 보기", "사건"))],
)
async def test_an_alert_leads_to_its_text_and_offers_nothing_that_acts(
    service: Service, language: str, words: tuple[str, str, str]
) -> None:
    """Mute, follow and why stay away: whose would they be? A reader who follows a link reads it all."""
    telegram = service.telegram
    await telegram.says(ADMIN, f"/for @northlight /settings lang:{language}")
    await telegram.until_handled()
    await telegram.says(ADMIN, "/for @northlight /subscribe KP")
    await telegram.until_true(lambda: bool(service.routes(CHANNEL)), "a wish")
    known = service.recipient(CHANNEL)
    assert known
    assert known.language == language
    with service.database.write() as work:
        alert = queued(work, known, alert=an_alert(statement=a_statement(), sent=now_utc()))
    async with delivering(service.database, always(service.bot, AT_ONCE)) as sender:
        await sender.drain()
    number = alert.statement.id
    link = f"https://t.me/{telegram.username}?start="
    (text,) = (label for label, (_, url) in below(service).items() if url == f"{link}s{number}")
    assert text in words
    assert {kind for kind, _ in below(service).values()} == {"url"}
    assert {url for _, url in below(service).values()} <= {f"{link}s{number}", f"{link}a{number}"}
    await telegram.follows(READER, below(service)[text][1])
    await telegram.until(READER, contains="We call on China to halt it.")
    assert service.recipient(READER) is None


async def test_what_became_of_a_case_is_a_link_too_when_the_post_is_changed(service: Service) -> None:
    """An edit keeps to the same rule; a supergroup, whose number looks alike, keeps its buttons."""
    choices = (("What became of it", "/case 7"), ("Latest", "/latest"), ("Mute", "/mute 7"))
    for chat in (CHANNEL, GROUP):
        outcome = await service.bot.send(str(chat), says("URGENT", *choices), "k")
        assert isinstance(outcome, Sent)
        await service.bot.edit(str(chat), outcome.reference, says("OVER", *choices), "e")
    assert below(service) == {
        "What became of it": ("url", f"https://t.me/{service.telegram.username}?start=c7")
    }
    assert list(below(service, GROUP)) == ["What became of it", "Latest", "Mute"]
    assert {kind for kind, _ in below(service, GROUP).values()} == {"callback_data"}
    asked = [method for method, _ in service.telegram.calls if method == "getchat"]
    assert len(asked) == 2, "of each chat once"


async def test_a_message_of_few_words_leads_to_the_bot_and_one_with_nothing_to_lead_to_has_no_button(
    service: Service,
) -> None:
    """What is pressed in a channel never does nothing."""
    await service.bot.send(str(CHANNEL), says("There is news.", ("Show", "/show 12")), "k")
    assert below(service) == {"Show": ("url", f"https://t.me/{service.telegram.username}?start=hello")}
    await service.bot.send(str(CHANNEL), says("There is news.", ("Show", "/show 12 7")), "s")
    assert below(service) == {"Show": ("url", f"https://t.me/{service.telegram.username}?start=s7")}
    await service.bot.send(str(CHANNEL), says("Digest", ("Settings", "/settings")), "l")
    assert below(service) == {}


async def test_where_telegram_does_not_tell_what_a_chat_is_the_post_goes_out(service: Service) -> None:
    """With buttons that lead to the bot once they are pressed; next time it is asked again."""
    service.telegram.fail("getChat", refusal(400, "Bad Request: chat not found"))
    assert isinstance(await service.bot.send(str(CHANNEL), says("URGENT", ("Act", "/act 3")), "k"), Sent)
    press = await service.telegram.presses(CHANNEL, "Act")
    assert (await service.telegram.answer_to(press)).endswith("?start=a3")
    await service.bot.send(str(CHANNEL), says("AGAIN", ("Act", "/act 3")), "l")
    assert [kind for kind, _ in below(service).values()] == ["url"]


async def test_a_sender_that_does_not_listen_learns_its_name_or_does_without(service: Service) -> None:
    """A post is worth more than its links."""
    request = AiohttpRequest()
    bot = Bot(service.telegram.token, base_url=service.telegram.api_url, request=request)
    channels, rows = Channels(bot), says("x", ("Act", "/act 3")).choices
    service.telegram.fail("getMe", trouble())
    assert await channels.keyboard(rows) is None
    keyboard = await channels.keyboard(rows)
    assert keyboard
    assert keyboard.inline_keyboard[0][0].url == f"https://t.me/{service.telegram.username}?start=a3"
    await request.shutdown()
