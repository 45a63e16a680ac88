"""The bot itself, and the chats it is in."""

from typing import Any

from tests.emulators.telegram.call import Call
from tests.emulators.telegram.chats import Standing
from tests.emulators.telegram.refusals import bad_request
from tests.emulators.telegram.shown import show_chat, show_member
from tests.emulators.telegram.world import Access

_NO_GIFTS = dict.fromkeys(
    ("unlimited_gifts", "limited_gifts", "unique_gifts", "premium_subscription", "gifts_from_channels"), False
)
_ACTIONS = frozenset({
    "typing", "upload_photo", "record_video", "upload_video", "record_voice", "upload_voice",
    "upload_document", "choose_sticker", "find_location", "record_video_note", "upload_video_note",
    "record_audio", "upload_audio", "cancel",
})  # fmt: skip


async def get_me(call: Call) -> Any:
    """Who the token belongs to."""
    return call.world.bot


async def get_chat(call: Call) -> Any:
    """What is known of a chat."""
    shown = show_chat(call.chat(Access.READ))
    return shown | {"accent_color_id": 0, "max_reaction_count": 11, "accepted_gift_types": _NO_GIFTS}


async def get_chat_member(call: Call) -> Any:
    """What somebody, or the bot itself, is in a chat."""
    person = call.number("user_id")
    if person <= 0:
        raise bad_request("invalid user_id specified")
    mine = person == call.world.bot["id"]
    chat = call.chat(Access.READ if mine else Access.READ_MEMBERS)
    account = call.world.bot if mine else call.world.people.get(person)
    if account is None:
        raise bad_request("user not found")
    return show_member(account, call.world.standing(chat, person), chat.kind)


async def get_chat_administrators(call: Call) -> Any:
    """Who may manage the chat; the bot itself too, if it may."""
    chat = call.chat(Access.READ_MEMBERS)
    if chat.kind == "private":
        raise bad_request("there are no administrators in the private chat")
    admins = [(call.world.person(one), call.world.standing(chat, one)) for one in sorted(chat.admins)]
    if chat.bot.status == "administrator":
        admins.append((call.world.bot, chat.bot))
    return [show_member(account, standing, chat.kind) for account, standing in admins]


async def get_chat_member_count(call: Call) -> Any:
    """How many people, with the bot."""
    chat = call.chat(Access.READ_MEMBERS)
    return len(chat.members | chat.admins) + 1


async def leave_chat(call: Call) -> Any:
    """The bot goes; it is told so, as of every change of its own standing."""
    chat = call.chat(Access.READ)
    if chat.kind == "private":
        raise bad_request("can't leave private chats")
    before = chat.bot
    chat.bot = Standing("left")
    if before.inside:
        content = {
            "chat": show_chat(chat),
            "from": call.world.bot,
            "date": call.world.clock.date(),
            "old_chat_member": show_member(call.world.bot, before, chat.kind),
            "new_chat_member": show_member(call.world.bot, chat.bot, chat.kind),
        }
        call.updates.add("my_chat_member", content)
    return True


async def send_chat_action(call: Call) -> Any:
    """Typing, uploading ..."""
    if call.text("action").lower() not in _ACTIONS:
        raise bad_request("wrong parameter action in request")
    call.chat(Access.WRITE)
    return True
