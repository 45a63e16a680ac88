"""Takes out of a text what gives away a bot or a chat: tokens, and the numbers of chats."""

import re

_TOKEN = re.compile(r"(?<!\d)\d{3,20}:[A-Za-z0-9_-]{20,100}")
_CHAT = re.compile(r"(?i)(chat\D{0,12}?)-?\d{5,}")


def without_tokens(text: str) -> str:
    """The text with every bot token in it replaced by "<token>"."""
    return _TOKEN.sub("<token>", text)


def without_chats(text: str) -> str:
    """The text with every number that is said to be a chat's replaced by "<chat>".

    So Telegram says where a group has moved to, and so a library says where it could not write to.
    """
    return _CHAT.sub(r"\1<chat>", text)
