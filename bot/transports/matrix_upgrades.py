"""Follows a room to the one that takes its place, if both say so (Client-Server API, "Room Upgrades").

The old room's state names the new one (m.room.tombstone): who may write that is decided by its power levels,
which its homeserver keeps. But anybody with that power may name any room. So the new one is followed only if
it names the old one as its predecessor, and whoever closed the old one made the new one, or may invite there.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

CREATORS_RULE = 12
"""From this room version on, creators stand above all levels and are not listed among them (MSC4289)."""
_MODERATOR = 50


@dataclass(frozen=True, slots=True)
class Tombstone:
    """That a room was closed: the one in its place, who says so, and by which event."""

    room: str
    replacement: str
    sender: str
    event: str


def tombstone(room: str, source: Mapping[str, Any]) -> Tombstone | None:
    """What an event says of its room's end; None for any other, and for one that names no room."""
    content = source.get("content")
    if source.get("type") != "m.room.tombstone" or source.get("state_key") != "":
        return None  # anybody may write one that is no state
    if not isinstance(content, dict):
        return None
    there, sender, event = content.get("replacement_room"), source.get("sender"), source.get("event_id")
    if not (isinstance(there, str) and there.startswith("!") and there != room):
        return None
    return Tombstone(room, there, str(sender), str(event))


def is_successor(closed: Tombstone, state: Sequence[Mapping[str, Any]]) -> bool:
    """Whether the state of the new room bears out that it takes the old one's place."""
    made = next((one for one in state if one.get("type") == "m.room.create"), None)
    if made is None:
        return False
    content = made.get("content")
    before = content.get("predecessor") if isinstance(content, dict) else None
    if not isinstance(before, dict) or before.get("room_id") != closed.room:
        return False
    return closed.sender in creators(made) or _may_invite(closed.sender, state)


def creators(made: Mapping[str, Any]) -> frozenset[str]:
    """Who made a room, by its m.room.create; from version 12 on, they stand above all levels."""
    content = made.get("content")
    more = content.get("additional_creators", []) if isinstance(content, dict) and has_creators(made) else []
    named = [one for one in more if isinstance(one, str)] if isinstance(more, list) else []
    return frozenset((str(made.get("sender")), *named))


def has_creators(made: Mapping[str, Any]) -> bool:
    """Whether the room is of a version in which creators stand above all levels."""
    content = made.get("content")
    version = str(content.get("room_version", "1")) if isinstance(content, dict) else "1"
    return version.isdigit() and int(version) >= CREATORS_RULE


def _may_invite(user: str, state: Sequence[Mapping[str, Any]]) -> bool:
    """Whether the user is there and has that power, and a moderator's: in many rooms everybody may invite."""
    levels = next((one.get("content") for one in state if one.get("type") == "m.room.power_levels"), None)
    if not isinstance(levels, dict):
        return False
    inside = any(
        one.get("type") == "m.room.member"
        and one.get("state_key") == user
        and isinstance(one.get("content"), dict)
        and one["content"].get("membership") == "join"
        for one in state
    )
    users = levels.get("users")
    power = users.get(user, levels.get("users_default", 0)) if isinstance(users, dict) else 0
    needed = levels.get("invite", 0)
    return inside and _number(power) >= max(_number(needed), _MODERATOR)


def _number(level: object) -> int:
    return level if isinstance(level, int) and not isinstance(level, bool) else 0
