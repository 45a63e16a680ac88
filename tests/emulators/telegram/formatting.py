"""Parses, mends and measures texts as Telegram does: TDLib's own code judges them.

Two steps, because the real server takes them at different times. `parsed` is the Bot API server's:
markup, or `entities` given as JSON, read before it looks for the chat. `finished` is TDLib's, when
the message is about to be sent: forbidden characters go, entities are mended, the length counts.
"""

import json
import re
from dataclasses import dataclass
from typing import Any

import tdjson

from tests.emulators.telegram.refusals import bad_request

LONGEST_TEXT = 4096
LONGEST_CAPTION = 1024
MOST_ENTITIES = 100
MOST_BYTES = 1 << 15
"""Of a text with its markup; more is refused before it is parsed."""

_MODES = {
    "html": {"@type": "textParseModeHTML"},
    "markdown": {"@type": "textParseModeMarkdown", "version": 1},
    "markdownv2": {"@type": "textParseModeMarkdown", "version": 2},
}
_GIVEN_TYPES = {
    "bold": "Bold",
    "italic": "Italic",
    "underline": "Underline",
    "strikethrough": "Strikethrough",
    "spoiler": "Spoiler",
    "code": "Code",
    "pre": "Pre",
    "text_link": "TextUrl",
    "blockquote": "BlockQuote",
    "expandable_blockquote": "ExpandableBlockQuote",
}
"""What a bot may give, and TDLib's name for it."""
_FOUND_TYPES = {
    "mention": "Mention",
    "hashtag": "Hashtag",
    "cashtag": "Cashtag",
    "bot_command": "BotCommand",
    "url": "Url",
    "email": "EmailAddress",
    "phone_number": "PhoneNumber",
    "bank_card_number": "BankCardNumber",
}
"""What Telegram finds by itself; given by a bot, it is passed over."""
_NAMES = {f"textEntityType{tdlib}": ours for ours, tdlib in (_GIVEN_TYPES | _FOUND_TYPES).items()} | {
    "textEntityTypePreCode": "pre"
}
_SWAPPED = {ord(mark): chr(0xF8E0 + n) for n, mark in enumerate("*_~|`[]()\\")}
_SWAPPED |= {ord(stand_in): chr(mark) for mark, stand_in in _SWAPPED.items()}
"""Marks of Markdown and their stand-ins, which nobody writes, each for the other."""
_TAGS = frozenset({"b", "i", "u", "s", "code", "pre", "a", "tg-spoiler", "blockquote"})
"""One name for each thing. TDLib takes others too (strong, em, span ...), which this emulator does not."""
_TAG = re.compile(r"""<([a-z][a-z0-9-]*)(?:"[^"]*"|'[^']*'|[^>"'])*>""", re.IGNORECASE)
_OPAQUE = frozenset({"code", "pre", "text_link", "mention", "url", "bot_command"})
"""Inside these Telegram looks for nothing more."""


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


def parsed(text: str, mode: str, entities: Any = None) -> Formatted:
    """The text and what formats it: markup if there is a parse_mode, else the entities given."""
    if len(text.encode("utf-8", "surrogatepass")) > MOST_BYTES:
        raise bad_request("text is too long")
    mode = mode.lower()
    if not text or mode in {"", "none"}:
        given = entities if isinstance(entities, list) else []
        return Formatted(text, tuple(one for one in map(_given, given) if one))
    if mode not in _MODES:
        raise bad_request("unsupported parse_mode")
    answer = tdlib({"@type": "parseTextEntities", "text": text, "parse_mode": _MODES[mode]})
    if answer["@type"] == "error":
        raise bad_request(answer["message"])
    if mode == "html":
        _only_known_tags(text)
    return Formatted(answer["text"], tuple(_shown(one) for one in answer["entities"]))


def _only_known_tags(text: str) -> None:
    """Refuse, in TDLib's words, a tag that it takes and we do not; it found the markup well formed."""
    for tag in _TAG.finditer(text):
        if tag[1].lower() not in _TAGS:
            place = len(text[: tag.start()].encode())
            name = tag[1].lower()
            raise bad_request(f'can\'t parse entities: Unsupported start tag "{name}" at byte offset {place}')


def finished(formatted: Formatted, *, caption: bool = False) -> Formatted:
    """What becomes of it when it is sent: mended, trimmed, measured, commands and links found."""
    whole = _trimmed(_mended(formatted))
    if not whole.text and not caption:
        raise bad_request("text must be non-empty")
    if units(whole.text) > (LONGEST_CAPTION if caption else LONGEST_TEXT):
        raise bad_request("message caption is too long" if caption else "message is too long")
    if len(whole.entities) > MOST_ENTITIES:
        raise bad_request("ENTITIES_TOO_LONG")
    taken = [one for one in whole.entities if one["type"] in _OPAQUE]
    found = [one for one in found_in(whole.text) if not any(_overlap(one, other) for other in taken)]
    return Formatted(whole.text, tuple(sorted([*whole.entities, *found], key=_order)))


def found_in(text: str) -> tuple[dict[str, Any], ...]:
    """The entities that Telegram finds by itself: commands, addresses, hashtags."""
    answer = tdlib({"@type": "getTextEntities", "text": text})
    return tuple(_shown(one) for one in answer["entities"])


def _given(one: Any) -> dict[str, Any] | None:
    """An entity as a bot gives it, checked as the server does; None for one it passes over."""
    trouble = ""
    if not isinstance(one, dict):
        trouble = "expected an Object"
    else:
        for name in ("offset", "length", "type"):
            if name not in one:
                trouble = trouble or f'Can\'t find field "{name}"'
        if one.get("type") == "text_link" and "url" not in one:
            trouble = trouble or 'Can\'t find field "url"'
        for name in ("offset", "length"):
            if not trouble and not re.fullmatch(r"-?\d+", str(one[name])):
                trouble = f'Field "{name}" must be a Number'
    if trouble:
        raise bad_request(f"can't parse MessageEntity: {trouble}")
    if one["type"] not in _GIVEN_TYPES:
        if one["type"] in _FOUND_TYPES or one["type"] in {"text_mention", "custom_emoji", "date_time"}:
            return None
        raise bad_request("can't parse MessageEntity: Unsupported type specified")
    return {**one, "offset": int(one["offset"]), "length": int(one["length"])}


def _shown(raw: dict[str, Any]) -> dict[str, Any]:
    """An entity as the Bot API shows it, from TDLib's."""
    kind = raw["type"]
    entity = {"type": _NAMES.get(kind["@type"], "unknown"), "offset": raw["offset"], "length": raw["length"]}
    return entity | {name: kind[name] for name in ("url", "language") if kind.get(name)}


def _hidden(entity: dict[str, Any]) -> dict[str, Any]:
    """An entity as TDLib wants it, from the Bot API's."""
    kind = f"textEntityType{_GIVEN_TYPES[entity['type']]}"
    extra = {name: entity[name] for name in ("url", "language") if entity.get(name)}
    if "language" in extra:
        kind = "textEntityTypePreCode"
    place = {"offset": entity["offset"], "length": entity["length"]}
    return {"@type": "textEntity", **place, "type": {"@type": kind, **extra}}


def _mended(formatted: Formatted) -> Formatted:
    """Characters that Telegram does not take go, entities are sorted, split and joined.

    TDLib does this when it parses the Markdown of its own clients. So that it finds none of that,
    the characters it might take for markup are hidden from it behind unassigned ones of equal length.
    """
    given = [_hidden(one) for one in formatted.entities if one["type"] in _GIVEN_TYPES]
    text = {"@type": "formattedText", "text": formatted.text.translate(_SWAPPED), "entities": given}
    answer = tdlib({"@type": "parseMarkdown", "text": text})
    if answer["@type"] == "error":
        raise bad_request(answer["message"])
    return Formatted(answer["text"].translate(_SWAPPED), tuple(_shown(one) for one in answer["entities"]))


def _trimmed(formatted: Formatted) -> Formatted:
    """White space goes at the end, and at the start up to the first entity, as in TDLib."""
    text = formatted.text.rstrip(" \n")
    end = units(text)
    entities = [one | {"length": min(one["length"], end - one["offset"])} for one in formatted.entities]
    entities = [one for one in entities if one["length"] > 0]
    first = min((one["offset"] for one in entities), default=len(text))
    ahead = len(text) - len(text[:first].lstrip(" \n") + text[first:])
    shifted = (one | {"offset": one["offset"] - ahead} for one in entities)
    return Formatted(text[ahead:], tuple(shifted))


def _overlap(one: dict[str, Any], other: dict[str, Any]) -> bool:
    return bool(
        one["offset"] < other["offset"] + other["length"] and other["offset"] < one["offset"] + one["length"]
    )


def _order(entity: dict[str, Any]) -> tuple[int, int]:
    return entity["offset"], -entity["length"]
