"""The bot's commands, for each scope and language, what a person sees of them, and how it describes itself.

A scope is kept as text: "default", "all_private_chats", "chat:42", "chat_member:-5:42" and so on.
"""

import json
import re
from typing import Any

from tests.emulators.telegram.call import Call
from tests.emulators.telegram.chats import Chat
from tests.emulators.telegram.refusals import RefusedError, bad_request
from tests.emulators.telegram.world import Access, World

MOST_COMMANDS = 100
MOST_BYTES = 7800
"""Of a menu as JSON. Not documented; reported by users of other bots, who measured about so much."""
LONGEST_COMMAND = 32
LONGEST_DESCRIPTION = 256
LONGEST_ABOUT = 512
LONGEST_SHORT = 120
_WITHOUT_CHAT = ("default", "all_private_chats", "all_group_chats", "all_chat_administrators")
_WITH_CHAT = ("chat", "chat_administrators", "chat_member")


async def set_my_commands(call: Call) -> Any:
    """The menu of one scope and language."""
    commands = _commands(call)
    key = _key(call)
    menu = [_checked(one) for one in commands]
    if len(menu) > MOST_COMMANDS or len(json.dumps(menu, ensure_ascii=False).encode()) > MOST_BYTES:
        raise bad_request("BOT_COMMANDS_TOO_MUCH")
    if any(not re.fullmatch("[a-z0-9_]+", one["command"]) for one in menu):
        raise bad_request("BOT_COMMAND_INVALID")
    call.world.menus[key] = menu
    if not menu:
        del call.world.menus[key]
    return True


async def get_my_commands(call: Call) -> Any:
    """The menu of exactly this scope and language, empty if there is none."""
    return call.world.menus.get(_key(call), [])


async def delete_my_commands(call: Call) -> Any:
    """The menu of this scope and language is no more."""
    call.world.menus.pop(_key(call), None)
    return True


async def set_my_description(call: Call) -> Any:
    """What stands in an empty chat with the bot."""
    return _describe(call, "description", LONGEST_ABOUT)


async def get_my_description(call: Call) -> Any:
    """What was set for exactly this language, else ""."""
    return {"description": call.world.described.get(("description", _language(call)), "")}


async def set_my_short_description(call: Call) -> Any:
    """What stands on the bot's profile."""
    return _describe(call, "short_description", LONGEST_SHORT)


async def get_my_short_description(call: Call) -> Any:
    """What was set for exactly this language, else ""."""
    return {"short_description": call.world.described.get(("short_description", _language(call)), "")}


def _describe(call: Call, what: str, longest: int) -> bool:
    said, key = call.text(what), (what, _language(call))
    if len(said) > longest:
        raise bad_request(f"{what.replace('_', ' ')} is too long")
    call.world.described[key] = said
    if not said:
        del call.world.described[key]
    return True


def menu_seen_by(world: World, chat: Chat, person: int) -> list[dict[str, str]]:
    """The commands that a person is shown in a chat: those of the narrowest scope that has any.

    In each scope the person's language goes before everybody's, as the Bot API documents it.
    """
    scopes = [f"chat:{chat.id}", "all_private_chats", "default"]
    if chat.kind != "private":
        admin = person in chat.admins
        scopes = [f"chat_member:{chat.id}:{person}"]
        scopes += [f"chat_administrators:{chat.id}"] * admin + [f"chat:{chat.id}"]
        scopes += ["all_chat_administrators"] * admin + ["all_group_chats", "default"]
    language = world.person(person).get("language_code", "")
    for scope in scopes:
        for code in (language, ""):
            if menu := world.menus.get((scope, code)):
                return menu
    return []


def _commands(call: Call) -> list[dict[str, str]]:
    commands = call.json("commands", "commands")
    if commands is None:
        return []
    if not isinstance(commands, list):
        raise bad_request("Expected an Array of BotCommand")
    for one in commands:
        missing = [name for name in ("command", "description") if name not in one]
        if missing:
            raise bad_request(f"can't parse BotCommand: Can't find field \"{missing[0]}\"")
    return commands


def _checked(one: dict[str, str]) -> dict[str, str]:
    command = one["command"].strip().removeprefix("/")
    description = one["description"].strip()
    if not command:
        raise bad_request("command must be non-empty")
    if len(command) > LONGEST_COMMAND:
        raise bad_request(f"command length must not exceed {LONGEST_COMMAND}")
    if not description:
        raise bad_request("command description must be non-empty")
    if len(description) > LONGEST_DESCRIPTION:
        raise bad_request(f"command description length must not exceed {LONGEST_DESCRIPTION}")
    return {"command": command, "description": description}


def _key(call: Call) -> tuple[str, str]:
    scope = _scope(call)
    return scope, _language(call)


def _language(call: Call) -> str:
    language = call.text("language_code")
    if language and not re.fullmatch("[a-z]{2}", language):
        raise bad_request("invalid language code specified")
    return language


def _scope(call: Call) -> str:
    given = call.json("scope", "BotCommandScope")
    if given is None:
        return "default"
    if not isinstance(given, dict):
        raise _unreadable("BotCommandScope must be an Object")
    kind = given.get("type")
    if kind is None:
        raise _unreadable('Can\'t find field "type"')
    if kind in _WITHOUT_CHAT:
        return str(kind)
    if kind not in _WITH_CHAT:
        raise _unreadable("Unsupported type specified")
    if "chat_id" not in given:
        raise _unreadable('Can\'t find field "chat_id"')
    if not str(given["chat_id"]):
        raise _unreadable("Empty chat_id specified")
    person = _person(given) if kind == "chat_member" else ""
    chat = call.world.find(str(given["chat_id"]))
    call.world.check(chat, Access.READ_MEMBERS)
    if chat.kind == "private" and kind != "chat":
        raise bad_request("can't use specified scope in private chats")
    if chat.kind == "channel":
        raise bad_request("can't change commands in channel chats")
    return f"{kind}:{chat.id}{person}"


def _person(given: dict[str, Any]) -> str:
    if "user_id" not in given:
        raise _unreadable('Can\'t find field "user_id"')
    if int(given["user_id"]) <= 0:
        raise _unreadable("Invalid user_id specified")
    return f":{given['user_id']}"


def _unreadable(words: str) -> RefusedError:
    return bad_request(f"can't parse BotCommandScope: {words}")
