"""Editing and deleting what stands in a chat."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from tests.emulators.telegram.call import Call
from tests.emulators.telegram.chats import Chat, Message, Version
from tests.emulators.telegram.formatting import parsed
from tests.emulators.telegram.methods.markup import buttons, check
from tests.emulators.telegram.methods.sending import Draft, text_draft, version
from tests.emulators.telegram.refusals import bad_request
from tests.emulators.telegram.shown import show
from tests.emulators.telegram.world import Access

DELETABLE = timedelta(hours=48)
MOST_DELETED_AT_ONCE = 100


async def edit_message_text(call: Call) -> Any:
    """Another text, with other buttons or none."""
    draft = text_draft(call)
    chat, message = _editable(call)
    if message.file:
        raise bad_request("there is no text in the message to edit")
    return _edited(call, chat, message, version(call, draft))


async def edit_message_caption(call: Call) -> Any:
    """Another caption below a file."""
    source = call.text("caption")
    formatted = parsed(source, call.text("parse_mode"), call.json("caption_entities"))
    keyboard = buttons(call)
    chat, message = _editable(call)
    if not message.file:
        raise bad_request("there is no caption in the message to edit")
    draft = Draft(formatted, source, keyboard, file=message.file)
    return _edited(call, chat, message, version(call, draft))


async def edit_message_reply_markup(call: Call) -> Any:
    """Other buttons, the same text."""
    keyboard = buttons(call)
    chat, message = _editable(call)
    check(keyboard)
    changed = replace(message.now, buttons=keyboard, at=call.world.clock.now())
    return _edited(call, chat, message, changed)


async def delete_message(call: Call) -> Any:
    """One message, within 48 hours."""
    if not call.text("chat_id"):
        raise bad_request("Chat identifier is not specified")
    if call.number("message_id") <= 0:
        raise bad_request("Message identifier is not specified")
    chat = call.chat(Access.WRITE)
    message = chat.find(call.number("message_id"))
    if message is None:
        raise bad_request("message to delete not found")
    _delete(call, chat, [message])
    return True


async def delete_messages(call: Call) -> Any:
    """Up to 100 messages, all or none; those that are not there are passed over."""
    numbers = _message_ids(call)
    chat = call.chat(Access.WRITE)
    _delete(call, chat, [message for number in numbers if (message := chat.find(number))])
    return True


def _editable(call: Call) -> tuple[Chat, Message]:
    if not call.text("chat_id") and call.number("message_id") <= 0:
        raise bad_request("Message identifier is not specified")
    chat = call.chat(Access.EDIT)
    message = chat.find(call.number("message_id")) if chat.bot.inside else None
    if message is None:
        raise bad_request("message to edit not found")
    ours = message.sender == call.world.bot["id"]
    if chat.kind == "channel":
        allowed = chat.bot.may("can_edit_messages") or (ours and chat.bot.may("can_post_messages"))
    else:
        allowed = ours
    if not allowed:
        raise bad_request("message can't be edited")
    return chat, message


def _edited(call: Call, chat: Chat, message: Message, changed: Version) -> Any:
    if changed.says_the_same_as(message.now):
        raise bad_request(
            "message is not modified: specified new message content and reply markup "
            "are exactly the same as a current content and reply markup of the message"
        )
    call.gate.let_pass(chat.id)
    message.versions.append(changed)
    return show(call.world, chat, message)


def _message_ids(call: Call) -> list[int]:
    given = call.json("message_ids", "message_ids")
    if given is None:
        raise bad_request("Message identifiers are not specified")
    if not isinstance(given, list):
        raise bad_request("Expected an Array of message identifiers")
    if len(given) > MOST_DELETED_AT_ONCE:
        raise bad_request("Too many message identifiers specified")
    if not given:
        raise bad_request("Message identifiers are not specified")
    if not all(isinstance(one, int | str) for one in given):
        raise bad_request("Message identifier must be a Number")
    if not all(str(one).isdecimal() for one in given):
        raise bad_request("Can't parse message identifier as a Number")
    return [int(one) for one in given]


def _delete(call: Call, chat: Chat, messages: list[Message]) -> None:
    """Delete them all, or none: TDLib checks each before it asks Telegram."""
    now = call.world.clock.now()
    for message in messages:
        young = now - message.date <= DELETABLE.total_seconds()
        ours = message.sender == call.world.bot["id"]
        if chat.kind in {"supergroup", "channel"}:
            right = "can_post_messages" if chat.kind == "channel" else "can_send_messages"
            allowed = chat.bot.may("can_delete_messages") or (
                ours and (chat.kind != "channel" or chat.bot.may(right))
            )
            if not (young and allowed):
                raise bad_request("message can't be deleted")
        elif not young or not (ours or chat.kind == "private" or chat.bot.status == "administrator"):
            raise bad_request("message can't be deleted for everyone")
    for message in messages:
        message.deleted_at = now
