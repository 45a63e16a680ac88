"""Takes out of a text what gives away a bot or a chat: tokens, and the numbers of chats."""

import re

_TOKEN = re.compile(r"(?<!\d)\d{3,20}:[A-Za-z0-9_-]{20,100}")
_CHAT = re.compile(r"(?i)(chat\D{0,12}?)-?\d{5,}(?:,\s{0,2}-?\d{5,}){0,99}")
_PERSON = re.compile(
    r"(?i)(\b(?:user|member|sender|from)\w{0,12}['\"]?\s{0,2}[=:( ]\s{0,2}"
    r"|\bid['\"]?\s{0,2}[=:]\s{0,2}|KeyError: )-?\d{6,}"
)
"""A number of six digits or more that is said to be somebody's, or was asked for and not found."""


def without_tokens(text: str) -> str:
    """The text with every bot token in it replaced by "<token>"."""
    return _TOKEN.sub("<token>", text)


def without_chats(text: str) -> str:
    """The text with every number that is said to be a chat's, or a person's, replaced by "<chat>".

    So Telegram says where a group has moved to, and so a library says where it could not write to.
    """
    return _PERSON.sub(r"\1<chat>", _CHAT.sub(r"\1<chat>", text))
