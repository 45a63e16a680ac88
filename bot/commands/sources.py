"""/sources: what is watched and how each fares; an admin has one asked no more, or again."""

from bot.commands.command import arguments, heading, paragraph, reply
from bot.commands.mistake import Mistake
from bot.commands.request import Reply, Request
from bot.commands.status import source_line
from bot.render.detail import told
from bot.render.message import Block, Choice, Field, Items, Notice, Span, Style
from bot.render.text import shorten
from bot.speech import Speech
from storage.database import Work
from storage.queries import Query
from storage.records import Source
from storage.words import Act, Trust

EXAMPLE = "/sources northlight"
_VERBS = ("pause", "resume")
_PAGE = 10
_NEWEST = 5
_SUGGESTED = 5


def sources(request: Request, work: Work, speech: Speech) -> Reply:
    """List the sources, show one, or pause and resume it."""
    typed = arguments(request).split()
    if not typed or (len(typed) == 1 and typed[0].isdecimal() and len(typed[0]) < 5):
        return _list(work, int(typed[0]) if typed else 1, speech)
    verb = typed[-1].lower() if typed[-1].lower() in (*_VERBS, "yes") else ""
    confirmed = verb == "yes"
    if confirmed:
        verb, typed = typed[-2].lower() if len(typed) > 2 else "", typed[:-1]
    name = " ".join(typed[:-1] if verb else typed)
    found = _named(name, work)
    if verb == "pause":
        return _pause(found, request, work, speech) if confirmed else _ask(found, speech)
    if verb == "resume":
        return _resume(found, request, work, speech)
    return _card(found, work, speech)


def changes(typed: str) -> bool:
    """Say whether what stands behind /sources changes anything."""
    words = typed.lower().split()
    return words[-1:] == ["resume"] or words[-2:] == ["pause", "yes"]


def _named(name: str, work: Work) -> Source:
    """The watched source of this name, in whatever case; a Mistake names those like it."""
    known = {one.name.casefold(): one for one in work.sources.all()}
    if found := known.get(name.casefold()):
        return found
    like = [one.name for key, one in known.items() if name.casefold() in f"{key} {one.title.casefold()}"]
    shown = ", ".join(sorted(like or [one.name for one in known.values()])[:_SUGGESTED])
    raise Mistake("No source is called “{word}”. There are: {known}", word=name[:40], known=shown or "-")


def _list(work: Work, page: int, speech: Speech) -> Reply:
    found = work.sources.all()
    if not found:
        return reply(paragraph(speech.t("Nothing is watched yet.")))
    pages = -(-len(found) // _PAGE)
    if not 1 <= page <= pages:
        raise Mistake("The pages go from 1 to {last}: {example}", last=pages, example=f"/sources {pages}")
    shown = found[(page - 1) * _PAGE : page * _PAGE]
    lines = tuple((Span(f"{one.name} ", Style.CODE), *source_line(one, speech)) for one in shown)
    blocks: list[Block] = [heading(speech.t("Sources")), Items(lines)]
    if pages > 1:
        blocks.append(Notice((Span(speech.t("page {page} of {pages}", page=page, pages=pages)),)))
    blocks.append(
        Notice(
            speech.line("More about one: {example}", example=Span(f"/sources {shown[0].name}", Style.CODE))
        )
    )
    ways = [Choice(speech.t("Back"), f"/sources {page - 1}")] if page > 1 else []
    ways += [Choice(speech.t("Next"), f"/sources {page + 1}")] if page < pages else []
    return reply(*blocks, choices=(tuple(ways),) if ways else ())


def _card(found: Source, work: Work, speech: Speech) -> Reply:
    newest = work.statements.latest(Query(sources=(found.name,)), _NEWEST).hits
    minutes = max(1, found.every // 60)
    trust = (
        speech.t("what an organisation says itself")
        if found.trust is Trust.OFFICIAL
        else speech.t("passes on the words of others: more of it is looked at first")
    )
    facts = (
        (speech.t("Address"), found.public_url),
        (speech.t("Trust"), trust),
        (speech.t("Asked"), speech.n("every {count} minute", "every {count} minutes", minutes)),
        (speech.t("It answered"), shorten(told(found.detail, speech), 200) if found.detail else ""),
        (speech.t("Newest item"), speech.moment(found.newest) if found.newest else ""),
    )
    blocks: list[Block] = [
        heading(found.title or found.name),
        Items((source_line(found, speech),)),
        *(Field(label, (Span(value),)) for label, value in facts if value),
    ]
    if newest:
        blocks.append(paragraph(speech.t("What it said last:")))
        blocks.append(
            Items(tuple((Span(f"#{one.statement.id} {shorten(one.statement.title, 90)}"),) for one in newest))
        )
    way = (
        Choice(speech.t("Resume"), f"/sources {found.name} resume")
        if found.halted
        else Choice(speech.t("Pause"), f"/sources {found.name} pause")
    )
    latest = Choice(speech.t("Latest"), f"/latest from:{found.name}")
    return reply(*blocks, choices=((way, latest),))


def _ask(found: Source, speech: Speech) -> Reply:
    told = speech.t(
        "{source} would not be asked any more, and nothing of it would ring, until somebody resumes it.",
        source=found.title or found.name,
    )
    yes = Choice(speech.t("Pause it"), f"/sources {found.name} pause yes")
    return reply(paragraph(told), choices=((yes, Choice(speech.t("Back"), f"/sources {found.name}")),))


def _pause(found: Source, request: Request, work: Work, speech: Speech) -> Reply:
    if not found.halted:
        work.sources.halt(found.id, request.now)
        work.audit.note(work.audit.admin(*request.who), Act.HALTED, found.id, request.now)
    told = speech.t(
        "{source} is paused. What waits to be sent of it is not: /review", source=found.title or found.name
    )
    resume = Choice(speech.t("Resume"), f"/sources {found.name} resume")
    return reply(paragraph(told), choices=((resume,),))


def _resume(found: Source, request: Request, work: Work, speech: Speech) -> Reply:
    if not found.halted:
        return reply(paragraph(speech.t("{source} is not paused.", source=found.title or found.name)))
    work.sources.resume(found.id)
    work.audit.note(work.audit.admin(*request.who), Act.RESUMED, found.id, request.now)
    told = speech.t(
        "{source} is asked again. What it published meanwhile rings as far as it is recent.",
        source=found.title or found.name,
    )
    return reply(paragraph(told), choices=((Choice(speech.t("Show"), f"/sources {found.name}"),),))
