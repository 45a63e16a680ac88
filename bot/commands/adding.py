"""/sources add, test, found: an address is looked at beside everything else, and the answer is a card."""

from urllib.parse import urlsplit

from bot.commands.command import heading, number, paragraph, reply
from bot.commands.mistake import Mistake
from bot.commands.request import Reply, Request
from bot.commands.trusting import barred, editor
from bot.config.written import name_for
from bot.render.detail import told
from bot.render.looked import place_blocks
from bot.render.message import Block, Choice
from bot.render.text import shorten
from bot.speech import Speech, msgid
from jobs import watchlist
from jobs.pauses import host_of
from jobs.watchlist import LOOKS_PER_DAY, Barred
from storage.database import Work
from storage.looks import KEPT, Findings, Look
from storage.records import Source

_LIKE = msgid(
    "Careful: {host} looks like {other}, which is watched, and does not belong to it. Ask the organisation "
    "for its address by another way."
)
_MEANT_OTHERWISE = ("add", "found")
_DETAILED = 3
"""So many places are shown with what they hold; the others by name."""


def look_at(typed: str, request: Request, work: Work, speech: Speech) -> Reply:
    """Have an address looked at; the answer comes by itself."""
    try:
        address = watchlist.address_of(typed.strip("<>"))
        watchlist.may_add(work, address, editor(request))
    except Barred as error:
        raise barred(error) from error
    key = _asked(request, work, address)
    said = speech.t(
        "I am looking for what can be watched at {host}. That may take a minute or two; the answer comes "
        "here by itself.",
        host=urlsplit(address).hostname or "",
    )
    return reply(paragraph(said), choices=((Choice(speech.t("Show"), f"/sources found {key}"),),))


def test(source: Source, request: Request, work: Work, speech: Speech) -> Reply:
    """Have a source asked once, beside its polls: nothing of it is kept, and nothing rings."""
    key = _asked(request, work, "", source.id)
    said = speech.t(
        "{source} is asked now, and nothing of it rings. That may take a minute; the answer comes here by "
        "itself.",
        source=source.title or source.name,
    )
    return reply(paragraph(said), choices=((Choice(speech.t("Show"), f"/sources found {key}"),),))


def found(typed: str, request: Request, work: Work, speech: Speech) -> Reply:
    """Show what was found."""
    look = _of(typed, request, work)
    if look.found is None:
        again = Choice(speech.t("Look again"), f"/sources found {look.id}")
        return reply(paragraph(speech.t("That is still being looked at.")), choices=((again,),))
    if look.source_id:
        return _tested(look, look.found, work, speech)
    return _card(look, look.found, work, speech)


def add_found(typed: str, which: str, request: Request, work: Work, speech: Speech) -> Reply:
    """Watch one of the places that were found."""
    look = _of(typed, request, work)
    at = number(which, f"/sources found {look.id} add 1") - 1
    places = look.found.places if look.found else ()
    if not 0 <= at < len(places) or not places[at].usable or look.source_id:
        raise Mistake("That cannot be added. What was found: {example}", example=f"/sources found {look.id}")
    place = places[at]
    name = _called(place.url)
    try:
        made = watchlist.add(work, Source(name, place.url, place.kind, place.title), editor(request))
    except Barred as error:
        raise barred(error) from error
    return reply(
        heading(speech.t("{source} is watched from now on", source=made.title or made.name)),
        paragraph(
            speech.t(
                "It is on trial: each of its calls waits until an admin has looked at it, until an owner "
                "clears it. What it has published so far is its past, and rings nobody. All others at the "
                "desk are told."
            )
        ),
        choices=((Choice(speech.t("Show"), f"/sources {made.name}"),),),
    )


def _called(url: str) -> str:
    """A name for it that is neither a page of the list nor a verb before one."""
    name = name_for(url, _MEANT_OTHERWISE)
    return f"site-{name}" if name.isdecimal() else name


def _asked(request: Request, work: Work, address: str, source_id: int | None = None) -> int:
    """Note the question; who asks is told, so they are a recipient like any other."""
    asker = work.recipients.ensure(request.transport, request.address, request.language, request.now)
    if work.looks.count(asker.id, request.now - KEPT) >= LOOKS_PER_DAY:
        raise Mistake(
            "You had as many addresses looked at today as one person may. Ask another admin. {example}",
            example="/sources",
        )
    return work.looks.ask(asker.id, address, request.now, source_id)


def _of(typed: str, request: Request, work: Work) -> Look:
    key = number(typed, "/sources found 12")
    asker = work.recipients.find(request.transport, request.address)
    look = work.looks.of(key, asker.id) if asker else None
    if look is None:
        raise Mistake(
            "That is over: what was found is kept for a day, for whoever asked. Ask again: {example}",
            example="/sources add example.org",
        )
    return look


def _card(look: Look, seen: Findings, work: Work, speech: Speech) -> Reply:
    host = urlsplit(look.address).hostname or ""
    usable = sum(one.usable for one in seen.places)
    again = Choice(speech.t("Sources"), "/sources")
    if not usable:
        why = seen.trouble or next((one.detail for one in seen.places if one.detail), "")
        said = speech.t(
            "Nothing that can be watched was found. Look for the feed's own address in a browser; a page "
            "whose items have to be pointed out belongs in the configuration."
        )
        blocks: list[Block] = [heading(speech.t("At {host}", host=host)), paragraph(said)]
        if why:
            blocks.append(paragraph(shorten(told(why, speech), 200)))
        return reply(*blocks, choices=((again,),))
    blocks = [heading(speech.t("At {host}", host=host))]
    adds = []
    for at, place in enumerate(seen.places, start=1):
        watched = watchlist.known(work, place.url)
        blocks += place_blocks(place, at, speech, watched=watched, whole=at <= _DETAILED)
        if place.like:
            blocks.append(paragraph(speech.t(_LIKE, host=host_of(place.url), other=place.like)))
        if place.usable and watched is None:
            adds.append(Choice(speech.t("Add {number}", number=at), f"/sources found {look.id} add {at}"))
    return reply(*blocks, choices=(tuple(adds), (again,)) if adds else ((again,),))


def _tested(look: Look, seen: Findings, work: Work, speech: Speech) -> Reply:
    source = work.sources.many([look.source_id or 0]).get(look.source_id or 0)
    name = source.name if source else ""
    blocks: list[Block] = [
        heading(speech.t("Test of {source}", source=(source.title or name) if source else "-"))
    ]
    for place in seen.places:
        blocks += place_blocks(place, 0, speech, watched=None, whole=True)
    if seen.trouble:
        blocks.append(paragraph(shorten(told(seen.trouble, speech), 200)))
    ways = (
        Choice(speech.t("Test again"), f"/sources {name} test"),
        Choice(speech.t("Show"), f"/sources {name}"),
    )
    return reply(*blocks, choices=(ways,) if source else ())
