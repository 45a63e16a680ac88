"""Updates as Telegram writes them (Bot API, Update), and how the bot gets one out of bytes."""

import json
from typing import Any

from telegram import Bot, Update

_PERSON = {"id": 71, "is_bot": False, "first_name": "A", "language_code": "ko"}
_PRIVATE = {"id": 71, "type": "private", "first_name": "A"}
_GROUP = {"id": -1001, "type": "supergroup", "title": "G", "is_forum": True}
_SAID = {"message_id": 5, "date": 1_780_000_000, "chat": _PRIVATE, "from": _PERSON}
_IN_GROUP = {"message_id": 6, "date": 1_780_000_000, "chat": _GROUP, "from": _PERSON, "message_thread_id": 3}
_COMMAND = {"entities": [{"type": "bot_command", "offset": 0, "length": 10}]}
_MEMBER = {"user": {"id": 9, "is_bot": True, "first_name": "B"}, "status": "member"}
_KINDS: tuple[dict[str, Any], ...] = (
    {"message": _SAID | _COMMAND | {"text": "/subscribe KP"}},
    {"message": _IN_GROUP | _COMMAND | {"text": "/subscribe@vigil_bot KP", "is_topic_message": True}},
    {"message": _IN_GROUP | {"migrate_to_chat_id": -1002}},
    {"message": _IN_GROUP | {"forum_topic_created": {"name": "t", "icon_color": 1}}},
    {
        "message": _SAID
        | {"photo": [{"file_id": "f", "file_unique_id": "u", "width": 1, "height": 1}], "caption": "/appeal"}
    },
    {"message": _SAID | {"document": {"file_id": "f", "file_unique_id": "u", "mime_type": "image/png"}}},
    {
        "callback_query": {
            "id": "1",
            "from": _PERSON,
            "chat_instance": "c",
            "data": "AAAAAAAAAAA+/help",
            "message": _SAID,
        }
    },
    {
        "callback_query": {
            "id": "1",
            "from": _PERSON,
            "chat_instance": "c",
            "data": "x",
            "message": _SAID | {"date": 0},
        }
    },
    {"inline_query": {"id": "1", "from": _PERSON, "query": "camp", "offset": ""}},
    {
        "my_chat_member": {
            "chat": _GROUP,
            "from": _PERSON,
            "date": 1,
            "old_chat_member": _MEMBER,
            "new_chat_member": _MEMBER | {"status": "left"},
        }
    },
    {
        "message_reaction": {
            "chat": _PRIVATE,
            "message_id": 5,
            "user": _PERSON,
            "date": 1,
            "old_reaction": [],
            "new_reaction": [{"type": "emoji", "emoji": "👍"}],
        }
    },
    {
        "message_reaction_count": {
            "chat": _GROUP,
            "message_id": 5,
            "date": 1,
            "reactions": [{"type": {"type": "emoji", "emoji": "👍"}, "total_count": 3}],
        }
    },
)
SEEDS = tuple(json.dumps({"update_id": 1, **kind}).encode() for kind in _KINDS)
_BOT = Bot("1:a")


def read(body: bytes) -> Update | None:
    """As the webhook reads it: what is no update, or what the library cannot read, is passed over."""
    try:
        raw = json.loads(body)
        return (
            Update.de_json(raw, _BOT)
            if isinstance(raw, dict) and isinstance(raw.get("update_id"), int)
            else None
        )
    except Exception:  # noqa: BLE001 - as in the intake, which says so and goes on
        return None
