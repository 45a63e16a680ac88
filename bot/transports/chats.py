"""What may become of a chat of several people, apart from what is said there."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Removed:
    """The bot is not there any more: nothing about the chat, or any topic of it, may be kept."""

    address: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Returned:
    """The bot may write there again."""

    address: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Moved:
    """The chat has another address from now on."""

    address: str = field(repr=False)
    to: str = field(repr=False)


News = Removed | Returned | Moved


@dataclass(frozen=True, slots=True)
class Reactions:
    """People have reacted to a message of a chat, or do no more; who, nobody keeps."""

    address: str = field(repr=False)
    """Of the chat: in which topic, the platform does not tell."""
    message: str
    count: int
    """So many more, or fewer; if `whole`, so many in all."""
    whole: bool = False
