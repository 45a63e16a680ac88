"""What the bot says, before any platform's markup: blocks of styled text, and choices to press.

A transport turns a Message into its own markup (`bot.render.html`, `bot.render.terminal`).
Nothing here knows a platform, and no text in here is markup: it is shown as it stands.
"""

from dataclasses import dataclass
from enum import StrEnum

from storage.records import Picture


class Style(StrEnum):
    """How a span of text is set off."""

    PLAIN = "plain"
    BOLD = "bold"
    ITALIC = "italic"
    CODE = "code"
    STRUCK = "struck"
    """Said once, and holding no more."""


@dataclass(frozen=True, slots=True)
class Span:
    """A run of text in one style; `href` makes it a link whose target is shown honestly."""

    text: str
    style: Style = Style.PLAIN
    href: str = ""


Line = tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Heading:
    """The first thing read; on a lock screen perhaps the only one."""

    line: Line


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Running text."""

    line: Line


@dataclass(frozen=True, slots=True)
class Field:
    """A label with its value, as in "By: 8 December"."""

    label: str
    line: Line


@dataclass(frozen=True, slots=True)
class Items:
    """A list; `start` numbers it from there, None sets bullets."""

    lines: tuple[Line, ...]
    start: int | None = None


@dataclass(frozen=True, slots=True)
class Quote:
    """Somebody's own words; `folded` may be shown collapsed where the platform can."""

    line: Line
    folded: bool = False


@dataclass(frozen=True, slots=True)
class Notice:
    """A small remark below the matter: where it is from, how to go on."""

    line: Line


Block = Heading | Paragraph | Field | Items | Quote | Notice


@dataclass(frozen=True, slots=True)
class Choice:
    """A button: pressing it is the same as sending `command`.

    With `turns` the answer takes the place of the message that bears it, where a platform can do that.
    """

    label: str
    command: str
    turns: bool = False


@dataclass(frozen=True, slots=True)
class Message:
    """One thing to say. `choices` are rows of buttons; `silent` asks for no sound.

    `pressing` asks that everybody in a room be called to it, where a platform can do that. `language` is
    the one it is in, for what a platform has to add.
    """

    blocks: tuple[Block, ...]
    choices: tuple[tuple[Choice, ...], ...] = ()
    silent: bool = False
    pressing: bool = False
    language: str = "en"
    picture: Picture | None = None
    """Shown below the words, where the platform can."""
