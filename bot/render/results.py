"""Sets one page of what was found: each statement with number, link, dates and the passage that matched."""

import re

from bot.render.appeal import kind_text
from bot.render.message import Block, Choice, Paragraph, Span, Style
from bot.render.standing import standing_text
from bot.render.statement import dates_text, issuers_text, untitled
from bot.render.text import shorten
from bot.speech import Speech
from storage.queries import Hit
from storage.records import Statement

PAGE = 5
"""Results on one page: about a screen of a telephone."""
_TITLE = 160
_SPACE = re.compile(r"\s+")


def result(hit: Hit, said: str, speech: Speech) -> Block:
    """Return one result: number and title, what is `said` about it, and the passage, its hits in bold."""
    passage = tuple(
        Span(_SPACE.sub(" ", text), Style.BOLD if marked else Style.PLAIN) for text, marked in hit.snippet
    )
    below = (Span("\n"), *passage) if passage else ()
    return Paragraph((*numbered_title(hit.statement, speech), Span(f"\n{said}"), *below))


def numbered_title(statement: Statement, speech: Speech) -> tuple[Span, ...]:
    """Return "#12 Title", the title leading to its source."""
    title = shorten(statement.worded(speech.language).title, _TITLE) or untitled(statement, speech)
    return (Span(f"#{statement.id} ", Style.BOLD), Span(title, Style.BOLD, statement.url))


def about(
    statement: Statement, speech: Speech, rewritten: int = 0, *, taken_back: bool = False, over: bool = False
) -> str:
    """Return what a statement is, about where, by whom and when, and what became of it."""
    countries = speech.joined(speech.country(code) for code in statement.countries[:3])
    parts = (
        speech.t("taken back by those who run this watch") if taken_back else "",
        kind_text(statement, speech),
        countries,
        issuers_text(statement, speech),
        dates_text(statement, speech),
        standing_text(statement, rewritten, speech),
        speech.t("over") if over and not taken_back else "",
    )
    return " · ".join(part for part in parts if part)


def numbers(statements: tuple[Statement, ...]) -> tuple[Choice, ...]:
    """Return a row of choices that open each statement."""
    return tuple(Choice(f"#{statement.id}", f"/statement {statement.id}") for statement in statements)


def last_page(total: int) -> int:
    """Return the number of pages that `total` results fill, at least 1."""
    return max(1, -(-total // PAGE))
