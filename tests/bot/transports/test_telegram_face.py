"""What people see before they write: menus by scope and language, descriptions; told when they change."""

from collections.abc import AsyncIterator

import pytest

from storage.database import Database
from tests.bot.transports.a_service import a_service
from tests.emulators.telegram import TelegramEmulator, refusal

GROUP = -1001234567890
CHAT_ADMIN, MEMBER, BOT_ADMIN, STRANGER = 1, 2, 3, 4
SHOWS = ("setmycommands", "setmydescription", "setmyshortdescription")


@pytest.fixture
async def telegram() -> AsyncIterator[TelegramEmulator]:
    """A group, one of whose members is its admin; an admin of the bot who has written to it."""
    async with TelegramEmulator() as made:
        made.group(GROUP, admins={CHAT_ADMIN})
        for person in (MEMBER, BOT_ADMIN):
            made.private(person)
        made.world.person(BOT_ADMIN, "ko")
        yield made


def shown(telegram: TelegramEmulator) -> int:
    """How often anything was told to Telegram."""
    return sum(name in SHOWS for name, _ in telegram.calls)


async def test_everybody_is_offered_what_they_can_use(telegram: TelegramEmulator, database: Database) -> None:
    """A member looks things up, a group's admin decides; the bot's admins alone see their desk."""
    async with a_service(database, telegram, admins=(BOT_ADMIN,)):
        pass
    private = telegram.menu(MEMBER)
    assert {"subscribe", "forget", "search"} <= set(private)
    assert "appeal" not in private
    members, admins = telegram.menu(GROUP, MEMBER), telegram.menu(GROUP, CHAT_ADMIN)
    assert "search" in members
    assert not {"subscribe", "forget", "settings", "appeal"} & set(members)
    assert admins == private
    assert {"subscribe", "appeal", "approve"} <= set(telegram.menu(BOT_ADMIN))


async def test_each_language_has_its_own(telegram: TelegramEmulator, database: Database) -> None:
    """Korean for Koreans, English for everybody else; within Telegram's limits, or it would have refused."""
    async with a_service(database, telegram, admins=(BOT_ADMIN,)):
        pass
    menus, described = telegram.world.menus, telegram.world.described
    for scope in ("default", "all_private_chats", "all_group_chats", f"chat:{BOT_ADMIN}"):
        english, korean = menus[scope, ""], menus[scope, "ko"]
        assert [one["command"] for one in english] == [one["command"] for one in korean]
        assert [one["description"] for one in english] != [one["description"] for one in korean]
    for what in ("description", "short_description"):
        assert described[what, ""].isascii()
        assert not described[what, "ko"].isascii()


async def test_what_has_not_changed_is_not_told_again(telegram: TelegramEmulator, database: Database) -> None:
    """A start that changes nothing only looks; what somebody changed behind our back is put right."""
    async with a_service(database, telegram):
        pass
    first = shown(telegram)
    async with a_service(database, telegram):
        pass
    assert shown(telegram) == first
    telegram.world.described["description", "ko"] = "Something else"
    async with a_service(database, telegram):
        pass
    assert shown(telegram) == first + 1


async def test_what_telegram_does_not_take_keeps_nobody_from_being_answered(
    telegram: TelegramEmulator, database: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    """An admin of the configuration whom the bot has never met; a menu that is refused."""
    telegram.fail("setMyCommands", refusal(400, "Bad Request: BOT_COMMANDS_TOO_MUCH"), times=99)
    async with a_service(database, telegram, admins=(STRANGER,)):
        await telegram.says(MEMBER, "/start")
        await telegram.until(MEMBER, contains="Welcome")
    said = "".join(capsys.readouterr()).lower()
    assert "bot_commands_too_much" in said
    assert "chat not found" not in said


async def test_who_joins_by_a_code_is_offered_what_their_role_may_do(
    telegram: TelegramEmulator, database: Database
) -> None:
    """At once, after a restart, and not any more once their role is taken from them."""
    async with a_service(database, telegram, admins=(BOT_ADMIN,)):
        await telegram.says(BOT_ADMIN, "/admins invite reviewer", language="en")
        told = await telegram.until(BOT_ADMIN, contains="/join ")
        code = told.text.split("/join ")[1].split()[0]
        await telegram.says(MEMBER, f"/join {code}")
        await telegram.until_true(lambda: "review" in telegram.menu(MEMBER), "their menu")
        assert "appeal" not in telegram.menu(MEMBER), "no reviewer may"
        telegram.world.menus.clear()
    async with a_service(database, telegram, admins=(BOT_ADMIN,)):
        assert "review" in telegram.menu(MEMBER)
        await telegram.says(MEMBER, "/forget yes")
        await telegram.until_true(lambda: "review" not in telegram.menu(MEMBER), "that it is taken away")


async def test_an_admin_who_had_not_written_yet_is_offered_their_desk_then(
    telegram: TelegramEmulator, database: Database
) -> None:
    """With their first line, and not with the next start."""
    async with a_service(database, telegram, admins=(STRANGER,)):
        await telegram.says(STRANGER, "/start")
        await telegram.until_true(lambda: "appeal" in telegram.menu(STRANGER), "their menu")
