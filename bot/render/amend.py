"""Marks a message as replacing or taking back an earlier one, for where what was shown cannot be changed."""

from dataclasses import dataclass, replace
from datetime import datetime

from bot.render.html import plain_text
from bot.render.message import Block, Heading, Line, Message, Paragraph, Span, Style
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
    """Return `message`, which says after its heading that it replaces `earlier` (None: one not known)."""
    if earlier is None:
        mark = speech.line("This replaces something shown here earlier.")
    else:
        mark = speech.line(
            "This replaces what was shown here on {moment}: “{name}”.",
            moment=speech.moment(earlier.at),
            name=earlier.name,
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
    first, *rest = instead.blocks or (Paragraph(()),)
    if isinstance(first, Heading):
        headed = replace(instead, blocks=(Heading((banner, Span(" · "), *first.line)), *rest))
    else:
        headed = replace(instead, blocks=(Heading((banner,)), *instead.blocks))
    return _marked(headed, mark)


def _marked(message: Message, mark: Line) -> Message:
    heading: tuple[Block, ...] = message.blocks[:1]
    if not heading or not isinstance(heading[0], Heading):
        heading = ()
    bold = Paragraph(tuple(Span(span.text, Style.BOLD) for span in mark))
    return replace(message, blocks=(*heading, bold, *message.blocks[len(heading) :]))
