"""Parses and measures texts as Telegram does, with TDLib's own parser."""

import json
from dataclasses import dataclass
from typing import Any

import tdjson

from tests.emulators.telegram.faults import RefusedError

LONGEST_TEXT = 4096
MOST_ENTITIES = 100

_MODES = {
    "html": {"@type": "textParseModeHTML"},
    "markdown": {"@type": "textParseModeMarkdown", "version": 1},
    "markdownv2": {"@type": "textParseModeMarkdown", "version": 2},
}
_TYPES = {
    "textEntityTypeBold": "bold",
    "textEntityTypeItalic": "italic",
    "textEntityTypeUnderline": "underline",
    "textEntityTypeStrikethrough": "strikethrough",
    "textEntityTypeSpoiler": "spoiler",
    "textEntityTypeCode": "code",
    "textEntityTypePre": "pre",
    "textEntityTypePreCode": "pre",
    "textEntityTypeTextUrl": "text_link",
    "textEntityTypeBlockQuote": "blockquote",
    "textEntityTypeExpandableBlockQuote": "expandable_blockquote",
    "textEntityTypeBotCommand": "bot_command",
    "textEntityTypeUrl": "url",
    "textEntityTypeMention": "mention",
    "textEntityTypeHashtag": "hashtag",
    "textEntityTypeEmailAddress": "email",
    "textEntityTypePhoneNumber": "phone_number",
    "textEntityTypeCashtag": "cashtag",
}
_DROPPED = {*range(0x2028, 0x202F), 0x30A, 0x333, 0x33F, 0x0D}
"""What TDLib takes out of any text that is sent: separators, overrides, three combining lines."""


@dataclass(frozen=True, slots=True)
class Formatted:
    """A text without markup, and its entities as the Bot API names them."""

    text: str
    entities: tuple[dict[str, Any], ...] = ()


def units(text: str) -> int:
    """Length in UTF-16 code units."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def tdlib(request: dict[str, Any]) -> dict[str, Any]:
    """One synchronous call of TDLib; an error comes back as {"@type": "error", ...}."""
    answer: dict[str, Any] = json.loads(tdjson.td_execute(json.dumps(request).encode()) or b"{}")
    return answer


tdlib({"@type": "setLogVerbosityLevel", "new_verbosity_level": 0})


def parse(text: str, mode: str) -> Formatted:
    """The text as a reader sees it. Faulty markup raises RefusedError, in Telegram's words."""
    if not mode:
        return Formatted(text)
    if mode.lower() not in _MODES:
        raise RefusedError(400, "Bad Request: unsupported parse_mode")
    answer = tdlib({"@type": "parseTextEntities", "text": text, "parse_mode": _MODES[mode.lower()]})
    if answer["@type"] == "error":
        words = answer["message"]
        raise RefusedError(400, f"Bad Request: {words[:1].lower()}{words[1:]}")
    return Formatted(answer["text"], tuple(_entity(one) for one in answer["entities"]))


def message_text(text: str, mode: str) -> Formatted:
    """What becomes of the text of a message: parsed, tidied, measured."""
    formatted = _tidy(parse(text, mode))
    if not formatted.text:
        raise RefusedError(400, "Bad Request: message text is empty")
    if units(formatted.text) > LONGEST_TEXT:
        raise RefusedError(400, "Bad Request: message is too long")
    if len(formatted.entities) > MOST_ENTITIES:
        raise RefusedError(400, "Bad Request: ENTITIES_TOO_LONG")
    return formatted


def found_in(text: str) -> tuple[dict[str, Any], ...]:
    """The entities that Telegram finds by itself: commands, addresses, hashtags."""
    answer = tdlib({"@type": "getTextEntities", "text": text})
    return tuple(_entity(one) for one in answer["entities"])


def _entity(raw: dict[str, Any]) -> dict[str, Any]:
    kind = raw["type"]
    entity = {"type": _TYPES.get(kind["@type"], "unknown"), "offset": raw["offset"], "length": raw["length"]}
    return entity | ({"url": kind["url"]} if "url" in kind else {})


def _tidy(formatted: Formatted) -> Formatted:
    """Controls become spaces, some characters go, white space at the ends goes; entities follow."""
    kept: list[str] = []
    place = [0]
    """For each code unit of the old text, where it is in the new one."""
    for character in formatted.text:
        keep = "" if ord(character) in _DROPPED else character
        keep = " " if keep and ord(keep) < 32 and keep != "\n" else keep
        kept.append(keep)
        place.extend([place[-1] + units(keep) * (n + 1) // units(character) for n in range(units(character))])
    whole = "".join(kept)
    text = whole.strip(" \n")
    ahead = units(whole) - units(whole.lstrip(" \n"))
    entities = []
    for entity in formatted.entities:
        start = max(0, place[entity["offset"]] - ahead)
        end = min(units(text), place[entity["offset"] + entity["length"]] - ahead)
        if end > start:
            entities.append(entity | {"offset": start, "length": end - start})
    return Formatted(text, tuple(entities))
