"""Carries out in one chat what is meant for another, a channel or a group: /for @channel /subscribe KP."""

import re
from collections.abc import Callable
from dataclasses import replace

from bot.commands.command import arguments, code, paragraph, reply
from bot.commands.mistake import Mistake
from bot.commands.request import Elsewhere, Reply, Request
from bot.render.message import Block, Choice, Items, Line, Message, Paragraph, Span, Style
from bot.render.text import shorten
from bot.speech import Speech
from storage.database import Work

_FOR = re.compile(r"\s{0,20}/for(?:@\w{1,64})?\s+(@?[\w-]{1,64})(?:\s+(.*))?", re.DOTALL | re.IGNORECASE)
_OVERVIEW = "/settings"


def meant_for(text: str) -> tuple[str, str] | None:
    """Return how the other chat is named, and the line for it; None where none is meant."""
    found = _FOR.fullmatch(text)
    if found is None:
        return None
    line = (found[2] or "").strip() or _OVERVIEW
    return found[1], line if line.startswith(("/", "!")) else f"/{line}"


def elsewhere(
    request: Request, other: Elsewhere, speech: Speech, answered: Callable[[Request], Reply]
) -> Reply:
    """Answer the line as if its writer stood in the other chat; to be read where it was written.

    What the platform does not know as theirs to manage, is not even shown.
    """
    if not other.title:
        return reply(
            paragraph(
                speech.t(
                    "There is no such channel or group here, or I am not in it. Add me there as an admin who "
                    "may post, and ask again."
                )
            )
        )
    title = Span(shorten(other.title, 80), Style.BOLD)
    if not other.may_manage:
        return reply(
            Paragraph(speech.line("Only those who manage {chat} may do that from here.", chat=title))
        )
    there = replace(request, address=other.address, group=True, may_manage=True, role=None, other=None)
    told = answered(there)
    about = Paragraph(speech.line("About {chat}:", chat=title))
    return replace(told, messages=tuple(_from_here(one, about, other) for one in told.messages))


def for_(request: Request, work: Work, speech: Speech) -> Reply:
    """Explain it: whoever is brought here named no chat, or none that can be managed from elsewhere."""
    del work
    if request.transport != "telegram" or request.group:
        return reply(paragraph(speech.t("This can be used in a private chat with the bot on Telegram.")))
    if not arguments(request).strip():
        raise Mistake(
            "Which channel or group? Its admins write so: {example}", example="/for @channel /subscribe KP"
        )
    return reply(Paragraph(speech.line("For example: {example}", example=code("/for @channel /settings"))))


def _from_here(message: Message, about: Paragraph, other: Elsewhere) -> Message:
    """Return the answer with a word on what it is about; buttons, and lines to be typed, lead there again."""
    # Buttons go by the address: the name may be another chat's when one is pressed.
    rows = tuple(
        tuple(Choice(one.label, f"/for {other.address} {one.command}") for one in row)
        for row in message.choices
    )
    blocks = tuple(_typed_from_here(block, other) for block in message.blocks)
    return replace(message, blocks=(about, *blocks), choices=rows)


def _typed_from_here(block: Block, other: Elsewhere) -> Block:
    if isinstance(block, Items):
        return replace(block, lines=tuple(_line(line, other) for line in block.lines))
    return replace(block, line=_line(block.line, other))


def _line(line: Line, other: Elsewhere) -> Line:
    return tuple(
        replace(span, text=f"/for {other.named} {span.text}")
        if span.style is Style.CODE and span.text.startswith("/")
        else span
        for span in line
    )
