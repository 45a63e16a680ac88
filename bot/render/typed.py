"""Writes the commands of a message as they are typed where it is read: "!help" in place of "/help".

In sentences `bot.speech` has done so before anybody's words were put into them. What is left here is what is
set off to be typed as it stands, and labels that repeat a command: both are the bot's alone.
"""

import re
from dataclasses import replace

from bot.render.message import Block, Choice, Items, Line, Message, Quote, Span, Style

_COMMAND = re.compile(r"/(?=[a-z]{1,40}(?:\s|$))")
"""The mark of a command where a line that is to be typed begins; not that of a path."""


def typed_with(message: Message, mark: str) -> Message:
    """Return the message with its commands beginning with `mark`; what its choices send stays as it is."""
    blocks = tuple(_block(block, mark) for block in message.blocks)
    rows = tuple(tuple(_choice(one, mark) for one in row) for row in message.choices)
    return replace(message, blocks=blocks, choices=rows)


def _block(block: Block, mark: str) -> Block:
    if isinstance(block, Quote):  # somebody's own words
        return block
    if isinstance(block, Items):
        return replace(block, lines=tuple(_line(line, mark) for line in block.lines))
    return replace(block, line=_line(block.line, mark))


def _line(line: Line, mark: str) -> Line:
    return tuple(_span(span, mark) for span in line)


def _span(span: Span, mark: str) -> Span:
    if span.style is not Style.CODE or span.href or not _COMMAND.match(span.text):
        return span
    return replace(span, text=mark + span.text[1:])


def _choice(one: Choice, mark: str) -> Choice:
    """A label that is the command itself, or its beginning."""
    label = one.label
    is_command = _COMMAND.match(label) and one.command.startswith(label.removesuffix("…").rstrip())
    return replace(one, label=mark + label[1:]) if is_command else one
