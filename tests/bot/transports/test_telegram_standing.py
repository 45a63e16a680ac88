"""What Telegram says of the bot and of people in a chat is asked where it matters, and believed."""

from collections.abc import AsyncIterator

import pytest

from bot.render.message import Choice
from bot.transports import telegram_answering
from bot.transports.telegram_buttons import EXPIRED, Buttons
from storage.database import Database
from storage.vault import Vault
from storage.words import RecipientState
from tests.bot.transports.a_service import Service, a_service
from tests.emulators.telegram import Standing, TelegramEmulator

FORUM, SMALL, GROWN, CHANNEL = -1001234567890, -5, -1005000000000, -1009876543210
TOPIC = 7
ADMIN, MEMBER = 1, 2


@pytest.fixture
async def telegram() -> AsyncIterator[TelegramEmulator]:
    """A forum, a small group and a channel of the same admin."""
    async with TelegramEmulator() as made:
        made.group(FORUM, admins={ADMIN}, topics={TOPIC})
        made.group(SMALL, admins={ADMIN})
        made.channel(CHANNEL, name="northlight", admins={ADMIN})
        yield made


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A greeting waits for less long."""
    monkeypatch.setattr(telegram_answering, "GREET_AFTER", 0.1, raising=False)


@pytest.fixture
async def service(database: Database, telegram: TelegramEmulator) -> AsyncIterator[Service]:
    """On each kind of database."""
    async with a_service(database, telegram) as made:
        yield made


def welcomes(telegram: TelegramEmulator, chat: int) -> int:
    """How often it was said what the bot is."""
    return sum("Welcome" in text for text in telegram.texts(chat))


class TestRemoved:
    """The bot is not there any more: nothing about the chat is stored anew."""

    @pytest.mark.parametrize("anonymous", [False, True])
    async def test_a_line_that_is_answered_only_after_that_stores_nothing(
        self, service: Service, anonymous: bool
    ) -> None:
        """It was written before, and comes after: nothing is stored of a chat that we are not in."""
        telegram = service.telegram
        await telegram.says(FORUM, "/settings", person=ADMIN)
        await telegram.until(FORUM, contains="not subscribed")
        known = telegram.chat(FORUM).bot
        telegram.kicks(FORUM)
        await telegram.until_handled()
        telegram.chat(FORUM).bot = known
        line = await telegram.says(FORUM, "/subscribe KP", person=ADMIN, anonymous=anonymous)
        assert line
        telegram.chat(FORUM).bot = Standing("kicked")
        await telegram.until_handled()
        assert service.nothing_is_stored()

    async def test_what_is_said_in_a_topic_is_done_before_the_bot_is_gone(self, service: Service) -> None:
        """All lines of a chat are in one order with what becomes of it, whatever topic they are in."""
        telegram = service.telegram
        for _ in range(3):
            await telegram.says(FORUM, "/subscribe KP", person=ADMIN, topic=TOPIC)
        telegram.kicks(FORUM)
        await telegram.until_handled()
        assert service.nothing_is_stored()

    async def test_restricted_and_no_member_is_gone(self, service: Service) -> None:
        """Restricted and thrown out: nothing stays behind; let in again, it says what it is."""
        telegram = service.telegram
        await telegram.says(FORUM, "/subscribe KP", person=ADMIN)
        await telegram.until(FORUM, contains="You are subscribed")
        telegram.restricts(FORUM, outside=True)
        await telegram.until_handled()
        await telegram.until_true(service.nothing_is_stored, "forgetting")
        telegram.promotes(FORUM, by=ADMIN)
        await telegram.until(FORUM, contains="Welcome")

    async def test_in_again_the_group_is_served(self, service: Service) -> None:
        """As if it had never been."""
        telegram = service.telegram
        telegram.kicks(FORUM)
        telegram.invites(FORUM, by=ADMIN)
        await telegram.until(FORUM, contains="Welcome")
        await telegram.says(FORUM, "/subscribe KP", anonymous=True)
        await telegram.until(FORUM, contains="You are subscribed")
        assert len(service.routes(FORUM)) == 1


class TestManaging:
    """Whoever is no admin any more changes nothing, from that moment on."""

    async def test_from_elsewhere(self, service: Service) -> None:
        """A channel, by a line and by a button."""
        telegram = service.telegram
        await telegram.says(ADMIN, "/for @northlight /subscribe KP")
        await telegram.until(ADMIN, contains="You are subscribed")
        telegram.chat(CHANNEL).admins.clear()
        await telegram.presses(ADMIN, "Take it back")
        await telegram.until(ADMIN, contains="Only those who manage")
        await telegram.says(ADMIN, "/for @northlight /subscribe CN")
        await telegram.until(ADMIN, contains="Only those who manage", count=2)
        assert len(service.routes(CHANNEL)) == 1

    async def test_in_the_group(self, service: Service) -> None:
        """What is only looked at need not be asked anew."""
        telegram = service.telegram
        await telegram.says(FORUM, "/subscribe KP", person=ADMIN)
        await telegram.until(FORUM, contains="You are subscribed")
        telegram.chat(FORUM).admins.clear()
        await telegram.says(FORUM, "/unsubscribe", person=ADMIN)
        await telegram.until(FORUM, contains="Only those who manage")
        assert len(service.routes(FORUM)) == 1


class TestOldButtons:
    """Telegram does not say any more in which topic the message stands; the button does."""

    async def test_in_a_topic_it_acts_on_the_topic(self, service: Service) -> None:
        """And the answer is there; the group as a whole keeps what it asked for."""
        telegram = service.telegram
        for topic in (None, TOPIC):
            await telegram.says(FORUM, "/subscribe KP", person=ADMIN, topic=topic)
        await telegram.until(FORUM, contains="You are subscribed", count=2)
        await telegram.presses(FORUM, "Take it back", person=ADMIN, old=True)
        answer = await telegram.until(FORUM, contains="Taken back")
        assert answer.thread == TOPIC
        assert service.routes(f"{FORUM}/{TOPIC}") == []
        assert len(service.routes(FORUM)) == 1

    async def test_in_a_group_without_topics_it_works_as_ever(self, service: Service) -> None:
        """There is but one place there."""
        telegram = service.telegram
        await telegram.says(SMALL, "/subscribe KP", person=ADMIN)
        await telegram.until(SMALL, contains="You are subscribed")
        await telegram.presses(SMALL, "Take it back", person=ADMIN, old=True)
        await telegram.until(SMALL, contains="Taken back")

    def test_a_button_of_an_earlier_version_says_nothing_of_its_topic(self, vault: Vault) -> None:
        """It means what it did, and it is told that its place is not known."""
        buttons = Buttons(lambda text: vault.trace("telegram button", text))
        old = buttons._sealed_before(FORUM, "/unsubscribe 1") + "/unsubscribe 1"
        found = buttons.pressed(old, FORUM)
        assert (found.command, found.is_placed) == ("/unsubscribe 1", False)

    def test_a_topic_is_under_the_seal(self) -> None:
        """A client that names another topic means nothing."""
        buttons = Buttons()
        keyboard = buttons.keyboard(((Choice("Mute", "/mute 7"),),), FORUM, TOPIC)
        assert keyboard
        data = str(keyboard.inline_keyboard[0][0].callback_data)
        assert buttons.pressed(data, FORUM).thread == TOPIC
        assert buttons.pressed(data.replace(f"{TOPIC}", "8"), FORUM).command == EXPIRED


class TestGreeting:
    """Said once where the bot was let in."""

    @pytest.mark.parametrize("first", ["member", "message"])
    async def test_a_group_that_became_a_supergroup_is_not_greeted_again(
        self, service: Service, first: str
    ) -> None:
        """Telegram tells of a new group that lets the bot in, before or after it tells of the move."""
        telegram = service.telegram
        await telegram.says(SMALL, "/subscribe KP", person=ADMIN)
        await telegram.until(SMALL, contains="You are subscribed")
        if first == "message":
            grown = telegram.upgrades(SMALL, GROWN)
            grown.bot = Standing("left")
            telegram.invites(GROWN, by=ADMIN)
        else:
            telegram.group(GROWN, admins={ADMIN})
            telegram.chat(GROWN).bot = Standing("left")
            telegram.invites(GROWN, by=ADMIN)
            telegram.upgrades(SMALL, GROWN)
        await telegram.until_handled()
        await telegram.until_true(lambda: bool(service.routes(GROWN)), "the move")
        assert welcomes(telegram, GROWN) == 0

    async def test_a_group_that_moves_at_once_is_greeted_once(self, service: Service) -> None:
        """Made, the bot taken in, and a supergroup a moment later."""
        telegram = service.telegram
        telegram.chat(SMALL).bot = Standing("left")
        telegram.invites(SMALL, by=ADMIN)
        grown = telegram.upgrades(SMALL, GROWN)
        grown.bot = Standing("left")
        telegram.invites(GROWN, by=ADMIN)
        await telegram.until_handled()
        assert welcomes(telegram, SMALL) + welcomes(telegram, GROWN) == 1

    async def test_who_leaves_a_group_because_it_moved_forgets_nothing(self, service: Service) -> None:
        """The old group has no members left, the bot neither; that it moved is told afterwards."""
        telegram = service.telegram
        await telegram.says(SMALL, "/subscribe KP", person=ADMIN)
        await telegram.until(SMALL, contains="You are subscribed")
        telegram.group(GROWN, admins={ADMIN})
        telegram.chat(SMALL).moved_to = GROWN
        telegram._change(telegram.chat(SMALL), Standing("left"), ADMIN)
        await telegram.until_handled()
        await telegram.until_true(lambda: bool(service.routes(GROWN)), "the move")

    async def test_where_it_might_not_speak_it_greets_once_it_may(self, service: Service) -> None:
        """Let in where members may not write, it could say nothing; nobody would learn what it is."""
        telegram = service.telegram
        telegram.chat(FORUM).bot = Standing("left")
        telegram.restricts(FORUM)
        await telegram.until_handled()
        assert telegram.texts(FORUM) == []
        telegram.promotes(FORUM, by=ADMIN)
        await telegram.until(FORUM, contains="Welcome")
        telegram.restricts(FORUM)
        telegram.promotes(FORUM, by=ADMIN)
        await telegram.until_handled()
        assert welcomes(telegram, FORUM) == 1


class TestBack:
    """A person who had blocked the bot lets it in again."""

    async def test_whoever_lets_the_bot_in_again_need_not_write(self, service: Service) -> None:
        """Telegram tells it, and what was kept from them comes; somebody unknown stays so."""
        telegram = service.telegram
        telegram.private(MEMBER)
        telegram.blocks(MEMBER)
        telegram.unblocks(MEMBER)
        await telegram.says(ADMIN, "/subscribe KP")
        await telegram.until(ADMIN, contains="You are subscribed")
        telegram.blocks(ADMIN)
        await telegram.until_true(
            lambda: state(service, ADMIN) is RecipientState.SUSPENDED, "that it is told"
        )
        telegram.unblocks(ADMIN)
        await telegram.until_true(lambda: state(service, ADMIN) is RecipientState.ACTIVE, "the return")
        assert len(telegram.texts(ADMIN)) == 1, "nothing is said"
        assert service.recipient(MEMBER) is None


def state(service: Service, address: int) -> RecipientState | None:
    """Whether the person is written to."""
    found = service.recipient(address)
    return found.state if found else None
