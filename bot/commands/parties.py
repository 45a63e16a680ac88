"""Tells who speaks and who signs: /orgs and /signed."""

import re
from functools import partial

from bot.commands import values, words
from bot.commands.command import arguments, heading, paragraph, reply
from bot.commands.found import Became
from bot.commands.mistake import Mistake
from bot.commands.paging import beside, beyond
from bot.commands.request import Reply, Request
from bot.meanings import is_in_line, lines_of_names, with_other_names
from bot.render.message import Block, Choice, Items, Notice, Paragraph, Span, Style
from bot.render.results import PAGE, last_page, numbered_title, numbers
from bot.render.statement import signed_text
from bot.render.text import shorten
from bot.speech import Speech
from storage.database import Work
from storage.naming import acronym, party_key
from storage.queries import Party
from storage.records import Statement
from storage.words import Role

_ORGS = 8
"""Organisations on one page: each has a button."""
_NAME = 160
_LONGEST = 300
_PAGE = re.compile(r"(?<!\S)page[:：]\s?(\S{0,20})", re.IGNORECASE)
EXAMPLE = "/signed NKHR"


def orgs(request: Request, work: Work, speech: Speech) -> Reply:
    """List who has spoken, with how many statements and since when there was none; each leads to them."""
    page = _page(arguments(request))
    name = words.without_page(arguments(request)).strip(" \"“”„«»「」'")[:_LONGEST]
    known = work.statements.parties
    if name:
        every = _named(work, name, Role.ISSUER) or known.like(name, Role.ISSUER)
        total, found = len(every), every[(page - 1) * _ORGS : page * _ORGS]
    else:
        same = [[party_key(one) for one in line] for line in lines_of_names()]
        total, found = known.speakers(_ORGS, (page - 1) * _ORGS, same)
    if not found and name and page == 1:
        told = speech.t("Nobody of that name is known to have spoken: {name}", name=shorten(name, 80))
        return reply(
            heading(speech.t("Organisations")),
            paragraph(told),
            choices=((Choice(speech.t("Organisations"), "/orgs"),),),
        )
    pages, shows = -(-total // _ORGS), partial(words.with_page, f"/orgs {name}".strip())
    if not found and page > 1:
        return beyond(heading(speech.t("Organisations")), pages, shows, speech)
    if not found:
        return reply(
            heading(speech.t("Organisations")),
            paragraph(speech.t("Nothing is in the archive yet.")),
            choices=((Choice(speech.t("Latest"), "/latest"),),),
        )
    lines = tuple(
        (
            Span(shorten(one.name, _NAME), Style.BOLD),
            *_counted(one, speech),
        )
        for one in found
    )
    counted = speech.n("{count} organisation", "{count} organisations", total)
    if pages > 1:
        counted = speech.t("{results}, page {page} of {pages}", results=counted, page=page, pages=pages)
    rows = [(Choice(shorten(one.name, 40), f"/latest {from_filter(one.name)}"),) for one in found]
    start = (page - 1) * _ORGS + 1
    return reply(
        heading(speech.t("Organisations")),
        Items(lines, start),
        Notice((Span(counted),)),
        choices=(*rows, *beside(page, pages, shows, speech)),
    )


def signed(request: Request, work: Work, speech: Speech) -> Reply:
    """Show what an organisation or a person has signed, and with how many others."""
    line = arguments(request)
    page = _page(line)
    name = words.without_page(line).strip(" \"“”„«»「」'")
    if not name:
        raise Mistake("Who? For example: {example}", example=EXAMPLE)
    if len(name) > _LONGEST:
        raise Mistake("That is too long: {most} characters at most.", most=_LONGEST)
    known = work.statements.parties
    meant = _named(work, name, Role.SIGNATORY)
    if not meant:
        near = known.like(name, Role.SIGNATORY)
        lettered = known.lettered(name, Role.SIGNATORY)
        if lettered or len(near) != 1:
            speakers = _named(work, name, Role.ISSUER) or known.like(name, Role.ISSUER)
            offered = {one.key: one for one in (*lettered, *near)}
            return _who(name, tuple(offered.values()), speakers, speech)
        meant = near
    total, keys = known.of([one.key for one in meant], Role.SIGNATORY, PAGE, (page - 1) * PAGE)
    title = heading(speech.t("Signed by {name}", name=shorten(meant[0].name, _NAME)))
    pages, shows = last_page(total), partial(words.with_page, f"/signed {name}")
    if not keys:
        return beyond(title, pages if total else 0, shows, speech)
    found = work.statements.many(keys)
    became = Became.of(work, keys)
    listed = (_signed(one, became.about(one, speech), speech) for one in found)
    blocks: list[Block] = [title, *_also(meant, speech), *listed]
    counted = speech.n("{count} result", "{count} results", total)
    if pages > 1:
        counted = speech.t("{results}, page {page} of {pages}", results=counted, page=page, pages=pages)
    blocks.append(Notice((Span(counted),)))
    rows = [numbers(found), *beside(page, pages, shows, speech)]
    if any(one.issued for one in meant):
        rows.append((Choice(speech.t("Their own statements"), f"/latest {from_filter(meant[0].name)}"),))
    return reply(*blocks, choices=tuple(rows))


def _named(work: Work, name: str, role: Role) -> tuple[Party, ...]:
    """Return those of this name, or of another that stands for the same: a long one, one in Korean."""
    # Letters that are another's, or one's own in the list of names, are not asked for once more.
    by_letters = not (is_in_line(name) or is_in_line(acronym(name)))
    found = (
        one
        for called in with_other_names((name,))
        for one in work.statements.parties.named(called, role, by_letters=by_letters)
    )
    return tuple({one.key: one for one in found}.values())


def _counted(one: Party, speech: Speech) -> tuple[Span, ...]:
    """How many statements somebody issued, and when the last one was."""
    told = (Span(" · "), Span(speech.n("{count} statement", "{count} statements", one.issued)))
    if one.newest is None:
        return told
    return (*told, Span(" · "), Span(speech.t("last {date}", date=speech.date(one.newest))))


def _also(meant: tuple[Party, ...], speech: Speech) -> tuple[Block, ...]:
    """Name the other names under which the same letters were signed: what was taken for one is said."""
    if len(meant) < 2:
        return ()
    also = "; ".join(shorten(one.name, _NAME) for one in meant[1:6])
    return (paragraph(speech.t("Also written: {names}", names=also)),)


def _signed(statement: Statement, said: str, speech: Speech) -> Block:
    text = f"\n{said}"
    count = signed_text(statement.signatories, speech)
    told = speech.t("signed by {count}", count=count)
    text += f"\n{told}" if count else ""
    return Paragraph((*numbered_title(statement, speech), Span(text)))


def _page(line: str) -> int:
    """Return the page asked for: "page:2"."""
    typed = _PAGE.search(line)
    return values.page(typed[1]) if typed else 1


def _who(name: str, near: tuple[Party, ...], speakers: tuple[Party, ...], speech: Speech) -> Reply:
    """Answer a name that nobody signed with: the names that it may mean, or what it has said itself."""
    blocks: list[Block] = [
        paragraph(speech.t("Nobody is known to have signed as “{name}”.", name=shorten(name, 80)))
    ]
    rows: list[tuple[Choice, ...]] = []
    if near:
        blocks.append(paragraph(speech.t("Did you mean one of these?")))
        lines = tuple(
            (
                Span(shorten(one.name, _NAME)),
                Span(" · "),
                Span(speech.n("{count} signed", "{count} signed", one.signed)),
            )
            for one in near[:_ORGS]
        )
        blocks.append(Items(lines))
        rows = [
            (Choice(shorten(one.name, 40), f"/signed {' '.join(one.name.split())}"),) for one in near[:_ORGS]
        ]
    for one in speakers[:1]:
        rows.append((Choice(speech.t("Their own statements"), f"/latest {from_filter(one.name)}"),))
    rows.append((Choice(speech.t("Organisations"), "/orgs"),))
    return reply(*blocks, choices=tuple(rows))


def from_filter(name: str) -> str:
    """Return the filter that lets only this name's statements through."""
    bare = " ".join(name.translate({ord(mark): " " for mark in '"“”„«»「」'}).split())
    return f'from:"{bare[:280]}"'
