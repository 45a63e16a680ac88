"""Reads what happens in Matrix rooms: who said or chose what, and which of it is meant for us."""

from dataclasses import dataclass, field
from typing import Any

from nio import (
    ReactionEvent,
    RoomEncryptedFile,
    RoomEncryptedImage,
    RoomEncryptedMedia,
    RoomMessageFile,
    RoomMessageImage,
    RoomMessageMedia,
    RoomMessageText,
    StickerEvent,
)

from bot.transports.matrix_choices import number_of

_MARKS = ("!", "/")
_CIPHERED = (RoomEncryptedImage, RoomEncryptedFile)
_WORDLESS = (RoomMessageMedia, RoomEncryptedMedia, StickerEvent)
UNREADABLE = "/wordless"
"""The command that answers what is no text."""
_FILES = (RoomMessageImage, RoomMessageFile, *_CIPHERED)


@dataclass(frozen=True, slots=True)
class Listener:
    """Who listens in a room: the account, its name there, and whether everything said there is for it."""

    user: str
    name: str
    direct: bool


@dataclass(frozen=True, slots=True)
class Said:
    """A line that a person wrote to us."""

    text: str = field(repr=False)
    person: str = field(repr=False)
    event: str = ""
    file: "File | None" = field(default=None, repr=False)
    """What was sent with it, or in place of any words."""


@dataclass(frozen=True, slots=True)
class File:
    """A picture, or another file, that a person sent: where it is, keys if enciphered, how many bytes."""

    uri: str
    keys: dict[str, Any] | None
    size: int


@dataclass(frozen=True, slots=True)
class Picked:
    """The number of a choice, of the message it answers ("" for the newest); `text` is what was written."""

    number: int
    below: str
    said: Said
    reaction: bool = False


def read(event: Any, listener: Listener) -> Said | Picked | None:  # noqa: ANN401, PLR0911 - no types; a table
    """What the event means; None if it is not for us.

    In a group only commands are, lines that begin with the bot's name, and numbers that answer a message.
    """
    if event.sender == listener.user:
        return None
    if isinstance(event, ReactionEvent):
        number = number_of(event.key)
        said = Said(event.key, event.sender, event.event_id)
        return Picked(number, event.reacts_to, said, reaction=True) if number else None
    if isinstance(event, _FILES):
        return _sent(event) if listener.direct else None
    if isinstance(event, _WORDLESS):
        return Said(UNREADABLE, event.sender, event.event_id) if listener.direct else None
    if not isinstance(event, RoomMessageText):
        return None
    relation = event.source.get("content", {}).get("m.relates_to", {})
    if not isinstance(relation, dict) or relation.get("rel_type") == "m.replace":
        return None  # what somebody corrects was answered as it was
    below = _replied_to(relation)
    text = _without_quotation(event.body) if below else event.body.strip()
    own = addressed(text, listener)
    said = Said(text if own is None else own, event.sender, event.event_id)
    number = number_of(said.text)
    if number is not None and (below or listener.direct or own is not None):
        return Picked(number, below, said)
    if listener.direct or text.startswith(_MARKS):
        return said
    return Said(_marked(said.text), said.person, said.event) if own is not None else None


def _sent(event: Any) -> Said | None:  # noqa: ANN401 - nio has no types
    """A file with what is written below it; the body alone is its name ("m.image": captions)."""
    content = event.source.get("content", {})
    named, body = content.get("filename"), str(content.get("body") or "")
    caption = body.strip() if isinstance(named, str) and named != body else ""
    keys = None
    if isinstance(event, _CIPHERED):
        keys = {"key": event.key, "hashes": event.hashes, "iv": event.iv}
    info = content.get("info")
    size = info.get("size") if isinstance(info, dict) else 0
    file = File(str(event.url), keys, size if isinstance(size, int) else 0)
    return Said(caption, event.sender, event.event_id, file)


def addressed(text: str, listener: Listener) -> str | None:
    """The line without the bot's name before it ("vigil: latest"); None where it does not begin with it."""
    for name in (listener.user, listener.name, listener.user[1:].partition(":")[0]):
        rest = text.removeprefix("@").casefold()
        called = name.removeprefix("@").casefold()
        if called and rest.startswith(called):
            behind = text.removeprefix("@")[len(called) :]
            if not behind or behind[0] in ":, \n":
                return behind.lstrip(":, \n")
    return None


def _marked(text: str) -> str:
    """As a command, for the name before it said that it is one; the name alone asks for help."""
    return text if text.startswith(_MARKS) else f"!{text or 'help'}"


def _replied_to(relation: dict[str, Any]) -> str:
    """The event that is answered; a thread names its last one only for clients that know no threads."""
    reply = relation.get("m.in_reply_to")
    if not isinstance(reply, dict) or relation.get("is_falling_back"):
        return ""
    return str(reply.get("event_id") or "")


def _without_quotation(body: str) -> str:
    """The line without the quotation that older clients put above it ("Fallbacks for rich replies")."""
    lines = body.split("\n")
    while lines and lines[0].startswith(">"):
        lines = lines[1:]
    return "\n".join(lines).strip()
