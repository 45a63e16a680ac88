"""Shows one statement: /statement, a summary first, then its text in pages, or what was changed in it."""

from dataclasses import replace

from bot.commands import drills
from bot.commands import former as former_version
from bot.commands.command import arguments, heading, number, paragraph
from bot.commands.found import no_page, statement_or_reply, typed_words
from bot.commands.request import Reply, Request
from bot.commands.rewritten import WORDS, rewritten
from bot.render.alert import alert_message
from bot.render.appeal import kind_text
from bot.render.message import Block, Choice, Field, Heading, Message, Notice, Paragraph, Span
from bot.render.standing import gone_text, over_text, rewritten_text, taken_back_text, withheld_text
from bot.render.statement import (
    asked_blocks,
    attached_line,
    dates_text,
    deadline_text,
    dropped_blocks,
    field,
    issuers_text,
    persons_text,
    signed_text,
    source_line,
    title_line,
    where_text,
)
from bot.render.text import pages, shorten, typed_apart
from bot.speech import Speech
from jobs.steps.attached import FILE, documents
from storage.database import Work
from storage.records import Source, Statement

EXAMPLE = "/statement 12"
PAGE = 3000
"""Characters of text on a page, so that page and frame stay within one Telegram message."""
_ALL = 60
"""Demands shown at most."""
_QUOTE = 1200
"""Characters of a demand."""


def statement(request: Request, work: Work, speech: Speech) -> Reply:
    """Show the statement with the number that was typed.

    A second number is a page of its text; "versions" is what was changed in it,
    and "version 1" what it said first; "fr" is an appeal in its French words.
    """
    typed = typed_words(arguments(request))
    found = statement_or_reply(typed, EXAMPLE, work, speech)
    if isinstance(found, Reply):
        return found
    told = _in_words_of(found, "".join(typed[1:2]).lower(), request, work, speech)
    if told:
        return told
    return drills.read(found, _shown(found, typed, request, work, speech), work, speech)


def _in_words_of(
    found: Statement, language: str, request: Request, work: Work, speech: Speech
) -> Reply | None:
    """Return an appeal in one of the languages that it has words in, as its message tells it."""
    rung = work.alerts.on_statement(found.id) if language in found.languages and found.wordings else ()
    if not rung:
        return None
    alert = work.alerts.many(rung[:1])[rung[0]]
    message = replace(alert_message(alert, speech, request.now, words=language), picture=None)
    standing = taken_back_text(work.alerts.correction_of(found.id), speech)
    standing = standing or over_text(work.alerts.over_since([found.id]).get(found.id), speech)
    notice = (Notice(typed_apart(standing)),) if standing else ()
    return Reply((replace(message, blocks=(*message.blocks, *notice)),))


def _shown(found: Statement, typed: list[str], request: Request, work: Work, speech: Speech) -> Reply:
    if len(typed) > 2 and typed[1].lower() in former_version.WORDS:
        return former_version.former(found, typed[2:], work, speech)
    if len(typed) > 1 and typed[1].lower() in WORDS:
        return rewritten(found, typed[2:], work, speech)
    page = number(typed[1], f"{EXAMPLE} 2") if len(typed) > 1 else 1
    found = found.worded(speech.language)
    text = _text_page(found, page, speech)
    if page > 1:
        return Reply((text,))
    source = work.sources.by_name(found.source_name)
    versions = work.statements.versions.of(found.id)
    entry = work.entries.get(found.entry_id)
    files = documents(entry.enclosures) if entry else ()
    origin = next((url for url in entry.enclosures if url.startswith(FILE)), "") if entry else ""
    blocks = _summary(found, source, request, speech, files, origin.removeprefix(FILE))
    correction = work.alerts.correction_of(found.id)
    over = "" if correction else over_text(work.alerts.over_since([found.id]).get(found.id), speech)
    blocks = (heading(over), *blocks) if over else blocks
    back = taken_back_text(correction, speech)
    blocks = (Heading(typed_apart(back[:1].upper() + back[1:])), *blocks) if back else blocks
    told = [rewritten_text(sum(one.rewritten for one in versions), speech), gone_text(found, speech)]
    told.append(withheld_text(found, speech))
    standing = " · ".join(part for part in told if part)
    blocks += (Notice(typed_apart(standing)),) if standing else ()
    return Reply((Message(blocks, (_ways(found, speech, changed=bool(versions), over=bool(over)),)), text))


def _ways(found: Statement, speech: Speech, *, changed: bool, over: bool) -> tuple[Choice, ...]:
    """Return what may be asked next."""
    ways = [Choice(speech.t("Cite"), f"/cite {found.id}")]
    case = speech.t("What became of it") if over else speech.t("The case")
    ways += [Choice(case, f"/case {found.case_id}")] if found.case_id else []
    ways += [Choice(speech.t("What changed"), f"/statement {found.id} versions")] if changed else []
    return tuple(ways)


def _summary(
    found: Statement,
    source: Source | None,
    request: Request,
    speech: Speech,
    files: tuple[str, ...],
    origin: str,
) -> tuple[Block, ...]:
    """Return what it is; `origin` is the name of the file that it was imported from, "" for none."""
    today = request.now.astimezone(speech.timezone).date()
    deadline = deadline_text(found.deadline, today, speech) if found.deadline else ""
    attached = attached_line(files, speech)
    return (
        heading(speech.t("#{number} · {kind}", number=found.id, kind=kind_text(found, speech))),
        Paragraph(title_line(found, speech)),
        *field(speech.t("From"), issuers_text(found, speech, source)),
        *field(speech.t("Where"), where_text(found, speech)),
        *field(speech.t("At risk"), persons_text(found, speech)),
        *field(speech.t("By"), deadline),
        *field(speech.t("Signed by"), signed_text(found.signatories, speech)),
        *field(speech.t("Reference"), ", ".join(shorten(name, 60) for name in found.identifiers[:5])),
        *field(speech.t("Rests on"), ", ".join(shorten(name, 80) for name in found.instruments[:6])),
        Field(speech.t("Source"), source_line(found, speech, source)),
        *((Field(speech.t("Attached"), attached),) if attached else ()),
        *field(speech.t("File"), origin),
        *field(speech.t("Dates"), dates_text(found, speech, fetched=True)),
        *asked_blocks(found, speech, most=_ALL, limit=_QUOTE),
        *dropped_blocks(found, speech, most=_ALL, limit=_QUOTE),
    )


def _text_page(found: Statement, page: int, speech: Speech) -> Message:
    """Return a page of the text as it stands, with the ways to the pages beside it."""
    all_pages = pages(found.text, PAGE)
    if not all_pages:
        return Message((paragraph(speech.t("The source gave no text; follow its link.")),))
    if page < 1 or page > len(all_pages):
        raise no_page(found.id, len(all_pages), f"/statement {found.id}")
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
