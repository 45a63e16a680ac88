"""Carries out in one chat what is meant for another, a channel or a group: /for @channel /subscribe KP."""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace

from bot.commands.command import arguments, code, paragraph, reply
from bot.commands.mistake import Mistake
from bot.commands.request import Elsewhere, Reply, Request
from bot.render.message import Block, Choice, Items, Line, Message, Paragraph, Quote, Span, Style
from bot.render.text import shorten
from bot.speech import Speech
from storage.database import Work

_FOR = re.compile(r"\s{0,20}/for(?:@\w{1,64})?\s+(@?[\w-]{1,64})(?:\s+(.*))?", re.DOTALL | re.IGNORECASE)
_LINKED = re.compile(r"(?<![\w/@])/([a-z]{2,20})(?![\w/])")
"""What Telegram makes a link of, which sends it as it stands to the chat where it is read."""
OWN = frozenset({"start", "move", "for"})
"""Commands that are of use in a person's own chat alone."""
_OVERVIEW = "/settings"


def meant_for(text: str) -> tuple[str, str] | None:
    """Return how the other chat is named, and the line for it; None where none is meant."""
    found = _FOR.fullmatch(text)
    if found is None:
        return None
    line = (found[2] or "").strip() or _OVERVIEW
    return found[1], line if line.startswith(("/", "!")) else f"/{line}"


def elsewhere(
    request: Request,
    other: Elsewhere,
    speech: Speech,
    answered: Callable[[Request], Reply],
    known: Callable[[str], bool],
) -> Reply:
    """Answer the line as if its writer stood in the other chat; to be read where it was written.

    What the platform does not know as theirs to manage, is not even shown. `known` says of a name whether
    it is a command's: such lines lead there, for as links they would be about the writer's own chat.
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
    there = replace(there, about=title.text)
    told = answered(there)
    about = Paragraph(speech.line("About {chat}:", chat=title))
    return replace(told, messages=tuple(_from_here(one, about, other, known) for one in told.messages))


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


def _from_here(message: Message, about: Paragraph, other: Elsewhere, known: Callable[[str], bool]) -> Message:
    """Return the answer with a word on what it is about; buttons, and lines to be typed, lead there again."""
    # Buttons go by the address: the name may be another chat's when one is pressed.
    rows = tuple(
        tuple(Choice(one.label, f"/for {other.address} {one.command}") for one in row)
        for row in message.choices
    )

    def there(name: str) -> bool:
        return known(name) and name not in OWN

    blocks = tuple(_typed_from_here(block, other, there) for block in message.blocks)
    return replace(message, blocks=(about, *blocks), choices=rows)


def _typed_from_here(block: Block, other: Elsewhere, there: Callable[[str], bool]) -> Block:
    if isinstance(block, Quote):  # somebody's own words
        return block
    if isinstance(block, Items):
        return replace(block, lines=tuple(_line(line, other, there) for line in block.lines))
    return replace(block, line=_line(block.line, other, there))


def _line(line: Line, other: Elsewhere, there: Callable[[str], bool]) -> Line:
    return tuple(part for span in line for part in _parts(span, other, there))


def _parts(span: Span, other: Elsewhere, there: Callable[[str], bool]) -> Iterator[Span]:
    """Give the parts of a span: each command in it as it has to be typed here, and what stands around."""
    if span.href:
        yield span
        return
    at = 0
    for found in _LINKED.finditer(span.text):
        is_typed = span.style is Style.CODE and found.start() == 0
        if not there(found[1]) or (span.style is Style.CODE and not is_typed):
            continue
        end = len(span.text) if is_typed else found.end()
        if found.start() > at:
            yield replace(span, text=span.text[at : found.start()])
        yield Span(f"/for {other.named} {span.text[found.start() : end]}", Style.CODE)
        at = end
    if at < len(span.text) or not span.text:
        yield replace(span, text=span.text[at:])
