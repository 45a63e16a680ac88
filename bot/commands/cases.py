"""Shows a case as a timeline: /case."""

import re

from bot.commands.command import arguments, code, heading, number, paragraph, reply
from bot.commands.found import no_name, statement_named, typed_words, whole
from bot.commands.mistake import Mistake
from bot.commands.request import Reply, Request
from bot.render.message import Block, Choice, Items, Notice, Paragraph, Span, Style
from bot.render.results import numbers
from bot.render.standing import rewritten_text, taken_back_text
from bot.render.text import shorten
from bot.render.timeline import STATES, case_blocks, happened
from bot.speech import Speech
from storage.database import Work
from storage.queries import Query
from storage.statement_rows import dated

EXAMPLE = "/case 12"
_NUMBER = re.compile(r"#?c?[-−]?\d+")
PAGE = 5
_LOOKED_AT = 25
"""Statements among which the cases that were spoken of last are found."""
_TITLE = 120


def case(request: Request, work: Work, speech: Speech) -> Reply:
    """Show the case with the number that was typed, the oldest first; a second number is a page of it."""
    typed = typed_words(arguments(request))
    if not typed:
        return _newest(work, speech)
    key = _key(typed[0], work)
    page = number(typed[1], f"{EXAMPLE} 2") if len(typed) > 1 else 1
    found = work.cases.get(key) if key else None
    total = work.statements.count_of_case(found.id) if found else 0
    if key is None or found is None or not total:
        return reply(
            paragraph(speech.t("There is no case {number}.", number=shorten(typed[0].lstrip("#c"), 40))),
            choices=((Choice(speech.t("Latest"), "/latest"),),),
        )
    pages = -(-total // PAGE)
    if not 1 <= page <= pages and pages == 1:
        raise Mistake("Case {number} is one page: {example}", number=key, example=f"/case {key}")
    if not 1 <= page <= pages:
        raise Mistake(
            "Case {number} has pages 1 to {last}: {example}",
            number=key,
            last=pages,
            example=f"/case {key} {pages}",
        )
    before = (page - 1) * PAGE
    shown = work.statements.of_case(key, PAGE, before)
    blocks: list[Block] = [*case_blocks(found, shown, speech)]
    told: set[str] = set()
    unconfirmed = work.alerts.unconfirmed_ends(key)
    for statement in shown:
        rewritten = sum(one.rewritten for one in work.statements.versions.of(statement.id))
        doubted = statement.id in unconfirmed
        back = taken_back_text(work.alerts.correction_of(statement.id), speech)
        became = (back, rewritten_text(rewritten, speech))
        blocks += happened(statement, became, told, speech, dated(statement), unconfirmed=doubted)
    counted = speech.n("{count} statement", "{count} statements", total)
    if pages > 1:
        counted = speech.t("{results}, page {page} of {pages}", results=counted, page=page, pages=pages)
    blocks.append(Notice((Span(counted),)))
    rows = [numbers(tuple(one for one in shown if not one.taken_down))]
    ways = [Choice(speech.t("Back"), f"/case {key} {page - 1}")] if page > 1 else []
    ways += [Choice(speech.t("Read on"), f"/case {key} {page + 1}")] if page < pages else []
    rows.append(tuple(ways))
    rows.append((Choice(speech.t("Follow"), f"/follow {key}"), Choice(speech.t("Mute"), f"/mute {key}")))
    return reply(*blocks, choices=tuple(row for row in rows if row))


def _newest(work: Work, speech: Speech) -> Reply:
    """Answer where no case is named: those that were spoken of last, each a tap away."""
    latest = work.statements.latest(Query(), _LOOKED_AT)
    keys = list(dict.fromkeys(hit.statement.case_id for hit in latest.hits if hit.statement.case_id))
    found = [one for key in keys[:PAGE] if (one := work.cases.get(key))]
    if not found:
        raise Mistake(
            "Which case? Its number stands under “The case” of each statement: {example}", example=EXAMPLE
        )
    lines = tuple(
        (
            Span(shorten(one.title, _TITLE) or speech.t("without a title"), Style.BOLD),
            Span(" · "),
            Span(speech.t("Case {number} · {state}", number=one.id, state=speech.t(STATES[one.state]))),
        )
        for one in found
    )
    return reply(
        heading(speech.t("Which case? These were spoken of last:")),
        Items(lines),
        Paragraph(speech.line("For example: {example}", example=code(EXAMPLE))),
        choices=tuple((Choice(shorten(f"{one.id} · {one.title}", 40), f"/case {one.id}"),) for one in found),
    )


def _key(word: str, work: Work) -> int | None:
    """Return the number of the case that is meant: its own, or that of a statement by its link or id."""
    if _NUMBER.fullmatch(word):
        return whole(word.lstrip("#c"))
    statement = statement_named(word, work)
    if statement is None:
        raise no_name(word, EXAMPLE)
    return statement.case_id
