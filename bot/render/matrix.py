"""Writes a message as Matrix events: plain text, the HTML that clients show, and choices as numbered lines.

Only tags of the specification's list are written (Client-Server API, "m.room.message msgtypes"). No room has
buttons: a choice is a line such as "1 · Full text", and is taken by its number.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from html import escape
from typing import Any

from bot.render.clean import one_line
from bot.render.html import LIMIT, plain_text
from bot.render.message import Choice, Message
from bot.render.parts import LEAST_LIMIT, split
from bot.render.runs import Run, Section, sections
from bot.render.typed import typed_with
from bot.speech import mark_on

LARGEST = 40_000
"""Bytes of a content as JSON: an event may have 65,536, and ciphering makes four of three (base64)."""
_BEGINNING = 300
"""Characters that are shown to who knows no edits, of a long one."""
_LIMITS = (LIMIT, 3_000, 2_000, LEAST_LIMIT)
CHOICES = "vigil.choices"
"""Where an event of ours keeps the commands of its choices, so that a restart forgets none."""
MARK = mark_on("matrix")
_TAGS = {"s": "del"}
"""Telegram's names of tags where Matrix has others."""


@dataclass(frozen=True, slots=True)
class Part:
    """One event's worth of a message, with the commands of its choices, first to last."""

    body: str
    html: str
    commands: tuple[str, ...] = field(default=(), repr=False)

    def content(self, *, rings: bool = False) -> dict[str, Any]:
        """The content of an m.room.message. What does not ring is an m.notice, which never notifies."""
        return {
            "msgtype": "m.text" if rings else "m.notice",
            "body": self.body,
            "format": "org.matrix.custom.html",
            "formatted_body": self.html,
            # Empty: a name that happens to stand in the text calls nobody ("User and room mentions").
            "m.mentions": {},
            **({CHOICES: list(self.commands)} if self.commands else {}),
        }

    def edit(self, event: str) -> dict[str, Any]:
        """The content of an edit of an event (m.replace).

        Who knows no edits reads it behind a star; of a long one its beginning, for an event must not be twice
        as large, and the message could never be called off.
        """
        new = self.content()
        old = {**new, "body": f"* {self.body}", "formatted_body": f"* {self.html}"}
        if size(self) > LARGEST // 2:
            old = {"msgtype": new["msgtype"], "body": f"* {self.body[:_BEGINNING]} …", "m.mentions": {}}
        old.pop(CHOICES, None)
        return {**old, "m.new_content": new, "m.relates_to": {"rel_type": "m.replace", "event_id": event}}


def commands_of(content: Mapping[str, Any]) -> tuple[str, ...]:
    """The commands of the choices that stand in an event of ours."""
    found = content.get(CHOICES)
    return tuple(map(str, found)) if isinstance(found, list) else ()


def parts(message: Message) -> tuple[Part, ...]:
    """The message as one or more parts that fit into an event each; choices stand at the end of the last."""
    message = typed_with(message, MARK)
    made: tuple[Part, ...] = ()
    for limit in _LIMITS:
        made = tuple(_part(one) for one in split(message, limit) if plain_text(one))
        if all(size(part) <= LARGEST for part in made):
            return made
    return tuple(
        part if size(part) <= LARGEST else Part(part.body, _lines(part.body), part.commands) for part in made
    )


def size(part: Part) -> int:
    """Return the bytes of its content."""
    return len(json.dumps(part.content()))


def _part(message: Message) -> Part:
    choices = tuple(choice for row in message.choices for choice in row if choice.command)
    body, html = plain_text(message), _html(message)
    if choices:
        lines = [f"{number} · {_label(choice)}" for number, choice in enumerate(choices, 1)]
        body = "\n".join((body, "", *lines))
        html += "<br><br>" + "<br>".join(map(_lines, lines))
    return Part(body, html, tuple(choice.command for choice in choices))


def _label(choice: Choice) -> str:
    return one_line(choice.label).strip() or MARK + choice.command.split()[0].removeprefix("/")


def _html(message: Message) -> str:
    written = ""
    quoted = False
    for section in sections(message):
        # A quotation is a block by itself: a line break beside it would be an empty line.
        before = "" if quoted or section.quote else section.before
        written += _lines(before) + _section(section)
        quoted = bool(section.quote)
    return written


def _section(section: Section) -> str:
    inner = "".join(map(_run, section.runs))
    return f"<blockquote>{inner}</blockquote>" if section.quote else inner


def _run(run: Run) -> str:
    html = _lines(run.text)
    for tag in reversed([_TAGS.get(tag, tag) for tag in run.tags]):
        html = f"<{tag}>{html}</{tag}>"
    return f'<a href="{escape(run.href)}">{html}</a>' if run.href else html


def _lines(text: str) -> str:
    return escape(text, quote=False).replace("\n", "<br>")
