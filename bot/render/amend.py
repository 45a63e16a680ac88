"""Marks a message as following, replacing or taking back one that was shown and stays as it is."""

from dataclasses import dataclass, replace
from datetime import datetime

from bot.render.html import plain_text
from bot.render.message import Heading, Line, Message, Notice, Span, Style
from bot.render.text import shorten
from bot.speech import Speech

_NAME = 60
"""Characters by which a reader finds the earlier message again."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A message that stands before the reader, and since when."""

    message: Message
    at: datetime

    @property
    def name(self) -> str:
        """Its heading, or the first words of one without."""
        first = plain_text(self.message).partition("\n")[0]
        return shorten(first, _NAME)


def replacing(message: Message, earlier: Shown | None, speech: Speech) -> Message:
    """Return `message`, which says under its heading that it replaces `earlier` (None: one not known)."""
    if earlier is None:
        mark = speech.line("This replaces something shown here earlier.")
    else:
        mark = speech.line(
            "This replaces what was shown here on {moment}: “{name}”.",
            moment=speech.moment(earlier.at),
            name=earlier.name,
        )
    if not _heading(message):
        message = replace(
            message, blocks=(Heading((Span(speech.t("CHANGED"), Style.BOLD),)), *message.blocks)
        )
    return _marked(message, mark)


def taking_back(instead: Message, earlier: Shown | None, speech: Speech) -> Message:
    """Return `instead` under a heading that says so, with what it takes back (None: one not known)."""
    if earlier is None:
        mark = speech.line("Something shown here earlier no longer holds.")
    else:
        mark = speech.line(
            "What was shown here on {moment} no longer holds: “{name}”.",
            moment=speech.moment(earlier.at),
            name=earlier.name,
        )
    banner = Span(speech.t("TAKEN BACK"), Style.BOLD)
    heading = _heading(instead)
    line = (banner, Span(" · "), *heading[0].line) if heading else (banner,)
    return _marked(replace(instead, blocks=(Heading(line), *instead.blocks[len(heading) :])), mark)


def following(message: Message, earlier: Shown, speech: Speech) -> Message:
    """Return `message`, which says under its heading to which `earlier` one it belongs."""
    mark = Notice(
        speech.line(
            "This follows what was shown here on {moment}: “{name}”.",
            moment=speech.moment(earlier.at),
            name=earlier.name,
        )
    )
    heading = _heading(message)
    return replace(message, blocks=(*heading, mark, *message.blocks[len(heading) :]))


def _heading(message: Message) -> tuple[Heading, ...]:
    """Return the heading that the message begins with, if it has one."""
    return tuple(block for block in message.blocks[:1] if isinstance(block, Heading))


def _marked(message: Message, mark: Line) -> Message:
    """Return the message with the mark below its heading, set off from what follows."""
    first, *rest = message.blocks
    bold = Heading(tuple(Span(span.text, Style.BOLD) for span in mark))
    return replace(message, blocks=(first, bold, *rest))
