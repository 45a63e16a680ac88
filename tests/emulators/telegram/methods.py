"""The methods of the Bot API that are emulated: one function each, in one table."""

import json
import re
from collections.abc import Awaitable, Callable
from typing import Any

from tests.emulators.telegram.faults import RefusedError
from tests.emulators.telegram.formatting import found_in, message_text
from tests.emulators.telegram.updates import KINDS_BY_DEFAULT, Updates
from tests.emulators.telegram.world import Chat, Message, Version, World

MOST_BUTTONS = 100
_COMMAND = re.compile(r"[a-z0-9_]{1,32}")
_RIGHTS = (
    "can_be_edited", "is_anonymous", "can_manage_chat", "can_delete_messages", "can_manage_video_chats",
    "can_restrict_members", "can_promote_members", "can_change_info", "can_invite_users",
    "can_post_stories", "can_edit_stories", "can_delete_stories",
)  # fmt: skip


class Call:
    """One request: its parameters, and what it may look at and change."""

    def __init__(self, world: World, updates: Updates, parameters: dict[str, Any]) -> None:
        self.world = world
        self.updates = updates
        self._parameters = parameters

    def text(self, name: str) -> str:
        """A parameter as text, "" if it is missing."""
        value = self._parameters.get(name)
        return "" if value is None else str(value)

    def number(self, name: str, default: int = 0) -> int:
        """A whole number; something else is refused."""
        value = self.text(name)
        try:
            return int(value) if value else default
        except ValueError:
            raise RefusedError(400, f"Bad Request: invalid {name} specified") from None

    def flag(self, name: str) -> bool:
        """A truth value."""
        return self.text(name).lower() in {"true", "1"}

    def json(self, name: str) -> Any:
        """A list or an object, which forms carry as JSON text; None if it is missing."""
        value = self._parameters.get(name)
        if not isinstance(value, str):
            return value
        try:
            return json.loads(value) if value else None
        except ValueError:
            raise RefusedError(400, f"Bad Request: can't parse {name} JSON object") from None

    def chat(self) -> Chat:
        """The chat meant by chat_id, if the bot may write there."""
        if not self.text("chat_id"):
            raise RefusedError(400, "Bad Request: chat_id is empty")
        try:
            number = int(self.text("chat_id"))
        except ValueError:
            raise RefusedError(400, "Bad Request: chat not found") from None
        return self.world.open_chat(number)


async def _get_me(call: Call) -> Any:
    return call.world.bot


async def _get_updates(call: Call) -> Any:
    allowed = call.json("allowed_updates")
    if allowed is not None:
        call.updates.allowed = frozenset(allowed) or KINDS_BY_DEFAULT
    timeout = min(50, max(0, call.number("timeout")))
    return await call.updates.read(call.number("offset"), call.number("limit", 100), timeout)


async def _set_webhook(call: Call) -> Any:
    call.updates.webhook = call.text("url")
    _drop_pending(call)
    return True


async def _delete_webhook(call: Call) -> Any:
    call.updates.webhook = ""
    _drop_pending(call)
    return True


def _drop_pending(call: Call) -> None:
    if call.flag("drop_pending_updates"):
        call.updates.pending.clear()


async def _get_webhook_info(call: Call) -> Any:
    return {
        "url": call.updates.webhook,
        "has_custom_certificate": False,
        "pending_update_count": len(call.updates.pending),
    }


async def _send_message(call: Call) -> Any:
    chat = call.chat()
    version = _version(call)
    thread = call.number("message_thread_id") or None
    call.world.open_thread(chat, thread)
    preview = not (call.json("link_preview_options") or {}).get("is_disabled", False)
    message = Message(
        id=call.world.next_id(chat),
        sender=call.world.bot["id"],
        versions=[version],
        date=call.world.tick(),
        thread=thread,
        silent=call.flag("disable_notification"),
        preview=preview,
    )
    return call.world.show(chat, call.world.add(chat, message))


async def _edit_message_text(call: Call) -> Any:
    chat = call.chat()
    message = _own_message(call, chat, "edit")
    version = _version(call)
    before = message.now
    if (version.text, version.entities, version.buttons) == (before.text, before.entities, before.buttons):
        raise RefusedError(
            400,
            "Bad Request: message is not modified: specified new message content and reply markup "
            "are exactly the same as a current content and reply markup of the message",
        )
    message.versions.append(version)
    return call.world.show(chat, message)


async def _edit_message_reply_markup(call: Call) -> Any:
    chat = call.chat()
    message = _own_message(call, chat, "edit")
    before = message.now
    message.versions.append(Version(before.text, before.source, before.entities, _buttons(call)))
    return call.world.show(chat, message)


async def _delete_message(call: Call) -> Any:
    _own_message(call, call.chat(), "delete").deleted = True
    return True


async def _answer_callback_query(call: Call) -> Any:
    query = call.text("callback_query_id")
    if call.world.presses.get(query, "") is not None:
        raise RefusedError(
            400, "Bad Request: query is too old and response timeout expired or query ID is invalid"
        )
    call.world.presses[query] = call.text("text")
    return True


async def _set_my_commands(call: Call) -> Any:
    commands = call.json("commands") or []
    language = call.text("language_code")
    if language and not re.fullmatch("[a-z]{2}", language):
        raise RefusedError(400, "Bad Request: invalid language code specified")
    if len(commands) > 100:
        raise RefusedError(400, "Bad Request: BOT_COMMANDS_TOO_MUCH")
    for one in commands:
        if not _COMMAND.fullmatch(one.get("command", "")):
            raise RefusedError(400, "Bad Request: BOT_COMMAND_INVALID")
        if not 1 <= len(one.get("description", "")) <= 256:
            raise RefusedError(400, "Bad Request: BOT_COMMAND_DESCRIPTION_INVALID")
    call.world.commands[language] = commands
    return True


async def _get_my_commands(call: Call) -> Any:
    return call.world.commands.get(call.text("language_code"), [])


async def _get_chat(call: Call) -> Any:
    shown = call.world.show_chat(call.chat())
    return shown | {"accent_color_id": 0, "max_reaction_count": 11, "accepted_gift_types": _NO_GIFTS}


_NO_GIFTS = dict.fromkeys(
    ("unlimited_gifts", "limited_gifts", "unique_gifts", "premium_subscription", "gifts_from_channels"), False
)


async def _get_chat_member(call: Call) -> Any:
    chat, person = call.chat(), call.number("user_id")
    if person not in call.world.people:
        raise RefusedError(400, "Bad Request: user not found")
    return _member(call.world, chat, person)


async def _get_chat_administrators(call: Call) -> Any:
    chat = call.chat()
    return [_member(call.world, chat, person) for person in sorted(chat.admins)]


async def _send_chat_action(call: Call) -> Any:
    call.chat()
    return True


METHODS: dict[str, Callable[[Call], Awaitable[Any]]] = {
    "getme": _get_me,
    "getupdates": _get_updates,
    "setwebhook": _set_webhook,
    "deletewebhook": _delete_webhook,
    "getwebhookinfo": _get_webhook_info,
    "sendmessage": _send_message,
    "editmessagetext": _edit_message_text,
    "editmessagereplymarkup": _edit_message_reply_markup,
    "deletemessage": _delete_message,
    "answercallbackquery": _answer_callback_query,
    "setmycommands": _set_my_commands,
    "getmycommands": _get_my_commands,
    "getchat": _get_chat,
    "getchatmember": _get_chat_member,
    "getchatadministrators": _get_chat_administrators,
    "sendchataction": _send_chat_action,
}
"""By name in lower case: the Bot API does not mind how a method is written."""


def _version(call: Call) -> Version:
    source = call.text("text")
    formatted = message_text(source, call.text("parse_mode"))
    entities = formatted.entities + tuple(
        one for one in found_in(formatted.text) if one["type"] == "bot_command"
    )
    return Version(formatted.text, source, entities, _buttons(call))


def _buttons(call: Call) -> tuple[tuple[tuple[str, str], ...], ...]:
    markup = call.json("reply_markup") or {}
    rows = tuple(tuple(_button(one) for one in row) for row in markup.get("inline_keyboard", ()))
    if sum(map(len, rows)) > MOST_BUTTONS:
        raise RefusedError(400, "Bad Request: reply markup is too long")
    return rows


def _button(one: dict[str, Any]) -> tuple[str, str]:
    if not one.get("text", "").strip():
        raise RefusedError(400, 'Bad Request: can\'t parse inline keyboard button: Field "text" is empty')
    if "callback_data" not in one:
        raise RefusedError(
            400,
            "Bad Request: can't parse inline keyboard button: "
            "Text buttons are unallowed in the inline keyboard",
        )
    if not 1 <= len(one["callback_data"].encode()) <= 64:
        raise RefusedError(400, "Bad Request: BUTTON_DATA_INVALID")
    return one["text"], one["callback_data"]


def _own_message(call: Call, chat: Chat, verb: str) -> Message:
    number = call.number("message_id")
    for message in chat.messages:
        if message.id == number and not message.deleted:
            if message.sender != call.world.bot["id"]:
                raise RefusedError(400, f"Bad Request: message can't be {verb.rstrip('e')}ed")
            return message
    raise RefusedError(400, f"Bad Request: message to {verb} not found")


def _member(world: World, chat: Chat, person: int) -> dict[str, Any]:
    shown: dict[str, Any] = {"user": world.person(person)}
    if person in chat.admins:
        return shown | {"status": "administrator", **dict.fromkeys(_RIGHTS, False)}
    return shown | {"status": "member"}
