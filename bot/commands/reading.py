"""Shows one statement: /statement, a summary first, then its full text in pages."""

from bot.commands.command import arguments, heading, number, paragraph, reply
from bot.commands.mistake import Mistake
from bot.commands.request import Reply, Request
from bot.render.message import Block, Choice, Field, Message, Notice, Paragraph, Span
from bot.render.statement import (
    asked_blocks,
    dates_text,
    deadline_text,
    field,
    issuers_text,
    persons_text,
    source_line,
    title_line,
    where_text,
)
from bot.render.text import pages, shorten
from bot.speech import Speech
from storage.database import Work
from storage.records import Signatories, Source, Statement

EXAMPLE = "/statement 12"
PAGE = 3000
"""Characters of text on a page, so that page and frame stay within one Telegram message."""
_ALL = 60
"""Demands shown at most."""


def statement(request: Request, work: Work, speech: Speech) -> Reply:
    """Show the statement with the number that was typed; a second number is a page of its text."""
    typed = arguments(request).replace("page:", " ").replace("_", " ").split()
    if not typed:
        raise Mistake("Which one? Its number stands before each result: {example}", example=EXAMPLE)
    key = number(typed[0], EXAMPLE)
    page = number(typed[1], f"{EXAMPLE} 2") if len(typed) > 1 else 1
    found = work.statements.get(key)
    if found is None:
        return reply(
            paragraph(speech.t("There is no statement #{number}.", number=key)),
            choices=((Choice(speech.t("Latest"), "/latest"),),),
        )
    text = _text_page(found, page, speech)
    if page > 1:
        return Reply((text,))
    source = work.sources.by_name(found.source_name)
    return Reply((Message(_summary(found, source, request, speech)), text))


def _summary(found: Statement, source: Source | None, request: Request, speech: Speech) -> tuple[Block, ...]:
    today = request.now.astimezone(speech.timezone).date()
    deadline = deadline_text(found.deadline, today, speech) if found.deadline else ""
    return (
        heading(speech.t("#{number} · {kind}", number=found.id, kind=speech.kind(found.kind))),
        Paragraph(title_line(found, speech)),
        *field(speech.t("From"), issuers_text(found, speech, source)),
        *field(speech.t("Where"), where_text(found, speech)),
        *field(speech.t("At risk"), persons_text(found, speech)),
        *field(speech.t("By"), deadline),
        *field(speech.t("Signed by"), _signed(found.signatories, speech)),
        *field(speech.t("Reference"), ", ".join(shorten(name, 60) for name in found.identifiers[:5])),
        *field(speech.t("Rests on"), ", ".join(shorten(name, 80) for name in found.instruments[:6])),
        Field(speech.t("Source"), source_line(found, speech, source)),
        *field(speech.t("Dates"), dates_text(found, speech, fetched=True)),
        *asked_blocks(found, speech, most=_ALL),
    )


def _signed(signed: Signatories, speech: Speech) -> str:
    """Return how many signed, as counted in the list, and as the text itself claims where it does."""
    counted = _counts(signed.organisations, signed.persons, signed.countries, speech)
    claimed = _counts(
        signed.claimed_organisations or 0, signed.claimed_persons or 0, signed.claimed_countries or 0, speech
    )
    if counted and claimed:
        return speech.t("{counted} (counted); {claimed} (as the text says)", counted=counted, claimed=claimed)
    if claimed:
        return speech.t("{claimed} (as the text says)", claimed=claimed)
    return counted


def _counts(organisations: int, persons: int, countries: int, speech: Speech) -> str:
    found = []
    if organisations:
        found.append(speech.n("{count} organisation", "{count} organisations", organisations))
    if persons:
        found.append(speech.n("{count} person", "{count} persons", persons))
    if countries:
        found.append(speech.n("from {count} country", "from {count} countries", countries))
    return ", ".join(found)


def _text_page(found: Statement, page: int, speech: Speech) -> Message:
    """Return a page of the text as it stands, with the ways to the pages beside it."""
    all_pages = pages(found.text, PAGE)
    if not all_pages:
        return Message((paragraph(speech.t("The source gave no text; follow its link.")),))
    if page < 1 or page > len(all_pages):
        raise Mistake(
            "The text of #{number} has pages 1 to {last}: {example}",
            number=found.id,
            last=len(all_pages),
            example=f"/statement {found.id} {len(all_pages)}",
        )
    blocks: list[Block] = [Paragraph((Span(part),)) for part in all_pages[page - 1].split("\n\n")]
    if len(all_pages) == 1:
        return Message(tuple(blocks))
    where = speech.t("#{number}, page {page} of {pages}", number=found.id, page=page, pages=len(all_pages))
    ways = []
    if page > 1:
        ways.append(Choice(speech.t("Back"), f"/statement {found.id} {page - 1}"))
    if page < len(all_pages):
        ways.append(Choice(speech.t("Read on"), f"/statement {found.id} {page + 1}"))
    return Message((*blocks, Notice((Span(where),))), (tuple(ways),))
