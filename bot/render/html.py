"""Writes a message as the HTML that Telegram's Bot API takes, and as the plain text it stands for.

Only the tags b, i, s, code, a and blockquote are written; everything else is escaped (Bot API,
"HTML style"). Telegram's own parser judges this in the tests.
"""

from html import escape

from bot.render.message import Message
from bot.render.parts import LIMIT, split
from bot.render.runs import Run, Section, sections

__all__ = ["LIMIT", "plain_text", "split", "to_html"]


def to_html(message: Message) -> str:
    """The message's blocks as Telegram HTML, however long; empty if nothing in it can be seen."""
    return "".join(section.before + _section(section) for section in sections(message))


def plain_text(message: Message) -> str:
    """What a reader sees once `to_html` has been parsed: the same text without markup."""
    return "".join(section.before + section.text for section in sections(message))


def _section(section: Section) -> str:
    inner = "".join(_run(run) for run in section.runs)
    if not section.quote:
        return inner
    return f"<{section.quote}>{inner}</blockquote>"


def _run(run: Run) -> str:
    html = escape(run.text, quote=False)
    for tag in reversed(run.tags):
        html = f"<{tag}>{html}</{tag}>"
    return f'<a href="{escape(run.href)}">{html}</a>' if run.href else html
