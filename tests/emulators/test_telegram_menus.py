"""Commands: for each scope and language, and what a person is offered in the end."""

from typing import Any

import pytest
from telegram import (
    Bot,
    BotCommandScopeAllChatAdministrators,
    BotCommandScopeAllGroupChats,
    BotCommandScopeAllPrivateChats,
    BotCommandScopeChat,
    BotCommandScopeChatAdministrators,
    BotCommandScopeChatMember,
    BotCommandScopeDefault,
)

from tests.emulators.client import Client
from tests.emulators.telegram import TelegramEmulator

GROUP = -1001234567890
START = {"command": "start", "description": "Begin"}


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"commands": "["}, "can't parse commands JSON object"),
        ({"scope": "["}, "can't parse BotCommandScope JSON object"),
        ({"scope": [7]}, "can't parse BotCommandScope: BotCommandScope must be an Object"),
        ({"scope": {}}, "can't parse BotCommandScope: Can't find field \"type\""),
        ({"commands": START}, "expected an Array of BotCommand"),
        (
            {"commands": [{"command": "start"}]},
            "can't parse BotCommand: Can't find field \"description\"",
        ),
        ({"commands": [START | {"command": "Start"}]}, "BOT_COMMAND_INVALID"),
        ({"commands": [START | {"command": "/"}]}, "command must be non-empty"),
        ({"commands": [START | {"command": "x" * 33}]}, "command length must not exceed 32"),
        ({"commands": [START | {"description": " "}]}, "command description must be non-empty"),
        (
            {"commands": [START | {"description": "x" * 257}]},
            "command description length must not exceed 256",
        ),
        ({"commands": [START] * 101}, "BOT_COMMANDS_TOO_MUCH"),
        ({"commands": [START | {"description": "x" * 250}] * 40}, "BOT_COMMANDS_TOO_MUCH"),
        ({"language_code": "eng"}, "invalid language code specified"),
        ({"scope": {"type": "everybody"}}, "can't parse BotCommandScope: Unsupported type specified"),
        ({"scope": {"type": "chat"}}, "can't parse BotCommandScope: Can't find field \"chat_id\""),
        ({"scope": {"type": "chat", "chat_id": 99}}, "chat not found"),
        (
            {"scope": {"type": "chat_administrators", "chat_id": 42}},
            "can't use specified scope in private chats",
        ),
        ({"scope": {"type": "chat", "chat_id": -1009}}, "can't change commands in channel chats"),
        (
            {"scope": {"type": "chat_member", "chat_id": 42, "user_id": 0}},
            "can't parse BotCommandScope: Invalid user_id specified",
        ),
    ],
    ids=[
        *(
            "no JSON",
            "no scope",
            "scope list",
            "empty scope",
            "no list",
            "no description",
            "capital",
            "slash only",
            "long",
            "blank",
            "long words",
        ),
        *("101", "10 kB", "language", "scope", "no chat", "unknown chat", "private", "channel", "no user"),
    ],
)
async def test_what_is_refused(
    telegram: TelegramEmulator, client: Client, given: dict[str, Any], words: str
) -> None:
    """Names, descriptions, languages, scopes."""
    telegram.channel(-1009)
    refusal = await client.refusal("setMyCommands", **{"commands": [START], **given})
    assert refusal == f"Bad Request: {words}"


async def test_a_slash_may_be_written(client: Client) -> None:
    """It is not part of the name."""
    await client.result("setMyCommands", commands=[START | {"command": "/start"}])
    assert await client.result("getMyCommands") == [START]


async def test_each_scope_and_language_is_its_own(telegram: TelegramEmulator, bot: Bot) -> None:
    """What is set for one is not read, and not deleted, for another."""
    telegram.group(GROUP)
    scopes = [
        BotCommandScopeDefault(),
        BotCommandScopeAllPrivateChats(),
        BotCommandScopeAllGroupChats(),
        BotCommandScopeAllChatAdministrators(),
        BotCommandScopeChat(GROUP),
        BotCommandScopeChatAdministrators(GROUP),
        BotCommandScopeChatMember(GROUP, 42),
    ]
    places = [(scope, language) for scope in scopes for language in ("", "ko")]
    for number, (scope, language) in enumerate(places):
        await bot.set_my_commands([(f"c{number}", "x")], scope=scope, language_code=language)
    await bot.delete_my_commands(scope=scopes[2])
    seen = [await bot.get_my_commands(scope=scope, language_code=language) for scope, language in places]
    names = ["".join(command.command for command in menu) for menu in seen]
    assert names == [f"c{number}" if number != 4 else "" for number in range(14)]


async def test_an_empty_menu_is_none(client: Client) -> None:
    """Setting nothing is deleting."""
    await client.result("setMyCommands", commands=[START])
    await client.result("setMyCommands")
    assert await client.result("getMyCommands") == []


async def test_what_a_person_is_offered(telegram: TelegramEmulator, bot: Bot) -> None:
    """The narrowest scope that has any commands, and in it the person's language before everybody's."""
    telegram.group(GROUP, admins={1})
    telegram.world.person(42, "ko")
    assert telegram.menu(42) == []
    await bot.set_my_commands([("default", "x")])
    assert (telegram.menu(42), telegram.menu(GROUP, 2)) == (["default"], ["default"])
    await bot.set_my_commands([("korean", "x")], language_code="ko")
    await bot.set_my_commands([("admins", "x")], scope=BotCommandScopeAllChatAdministrators())
    await bot.set_my_commands([("groups", "x")], scope=BotCommandScopeAllGroupChats())
    assert [telegram.menu(GROUP, person) for person in (1, 2, 42)] == [["admins"], ["groups"], ["groups"]]
    assert telegram.menu(42) == ["korean"]
    await bot.set_my_commands([("here", "x")], scope=BotCommandScopeChat(GROUP))
    await bot.set_my_commands([("you", "x")], scope=BotCommandScopeChatMember(GROUP, 2))
    assert [telegram.menu(GROUP, person) for person in (1, 2, 42)] == [["here"], ["you"], ["here"]]
