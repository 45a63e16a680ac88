"""Chats, messages and members as the Bot API writes them in JSON."""

from typing import Any

from tests.emulators.telegram.chats import ADMINISTERING, SENDING, Attachment, Chat, Message, Standing
from tests.emulators.telegram.world import World

_NOT_IN_CHANNELS = frozenset({"can_pin_messages", "can_manage_topics"})
_ONLY_IN_CHANNELS = frozenset({"can_post_messages", "can_edit_messages"})
_MORE_PERMISSIONS = (
    "can_send_audios", "can_send_videos", "can_send_video_notes", "can_send_voice_notes", "can_send_polls",
    "can_send_other_messages", "can_add_web_page_previews", "can_change_info", "can_invite_users",
    "can_pin_messages", "can_manage_topics", "can_edit_tag", "can_react_to_messages",
)  # fmt: skip


def show_chat(chat: Chat) -> dict[str, Any]:
    """A chat, as it comes with every message."""
    name = {"username": chat.username} if chat.username else {}
    if chat.kind == "private":
        return {"id": chat.id, "type": "private", "first_name": chat.title, **name}
    forum = {"is_forum": True} if chat.forum else {}
    return {"id": chat.id, "type": chat.kind, "title": chat.title, **name, **forum}


def show(world: World, chat: Chat, message: Message, *, shallow: bool = False) -> dict[str, Any]:
    """A message; `shallow` leaves out what it replies to."""
    shown: dict[str, Any] = {"message_id": message.id, "chat": show_chat(chat), "date": message.date}
    if chat.kind == "channel":
        shown["sender_chat"] = show_chat(chat)
    else:
        shown["from"] = world.bot if message.sender == world.bot["id"] else world.person(message.sender)
    shown |= _show_content(message)
    if message.thread is not None:
        shown |= {"message_thread_id": message.thread, "is_topic_message": True}
    if len(message.versions) > 1:
        shown["edit_date"] = int(message.now.at)
    if not message.preview:
        shown["link_preview_options"] = {"is_disabled": True}
    if message.protected:
        shown["has_protected_content"] = True
    if not shallow and message.reply_to and (replied := chat.find(message.reply_to)):
        shown["reply_to_message"] = show(world, chat, replied, shallow=True)
    if message.now.buttons:
        rows = [[{"text": one.label, one.kind: one.value} for one in row] for row in message.now.buttons]
        shown["reply_markup"] = {"inline_keyboard": rows}
    return shown


def _show_content(message: Message) -> dict[str, Any]:
    text, entities = ("caption", "caption_entities") if message.file else ("text", "entities")
    shown = _show_file(message.file) if message.file else {}
    if message.text or not message.file:
        shown[text] = message.text
    if message.now.entities:
        shown[entities] = list(message.now.entities)
    return shown


def _show_file(file: Attachment) -> dict[str, Any]:
    ids = {"file_id": file.id, "file_unique_id": f"u{file.id}", "file_size": len(file.content)}
    if file.kind == "photo":
        return {"photo": [{**ids, "width": 90, "height": 90}]}
    return {"document": {**ids, "file_name": file.name, "mime_type": file.mime_type}}


def show_member(account: dict[str, Any], standing: Standing, kind: str) -> dict[str, Any]:
    """Somebody in a chat of this kind."""
    shown: dict[str, Any] = {"user": account, "status": standing.status}
    if standing.status == "kicked":
        return shown | {"until_date": 0}
    if standing.status == "restricted":
        sending = {right: right in standing.rights for right in sorted(SENDING)}
        return (
            shown
            | sending
            | dict.fromkeys(_MORE_PERMISSIONS, False)
            | {"until_date": 0, "is_member": not standing.outside}
        )
    if standing.status == "administrator":
        left_out = _NOT_IN_CHANNELS if kind == "channel" else _ONLY_IN_CHANNELS
        rights = {right: right in standing.rights for right in ADMINISTERING if right not in left_out}
        return shown | {"can_be_edited": False, **rights}
    return shown
