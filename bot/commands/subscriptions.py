"""Changes what a chat receives: /subscribe, /unsubscribe, /settings."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from difflib import get_close_matches

from bot.commands import keys, routed, words
from bot.commands.attention import stances_blocks
from bot.commands.choosing import BY_ID, Chosen, choose
from bot.commands.command import arguments, code, heading, number, paragraph, reply, text_line
from bot.commands.mistake import Mistake
from bot.commands.presets import LETTERS, is_question, presets, which_country, which_organisation
from bot.commands.request import Reply, Request
from bot.commands.switches import switch, switches_blocks, switches_choices
from bot.commands.times import time_blocks
from bot.commands.zones import clock, clock_choice
from bot.render.message import Block, Choice, Items, Notice, Paragraph
from bot.render.route import route_blocks, route_line
from bot.speech import Speech, languages, nearest, own_name
from jobs.unasked import resume, withdraw
from storage.database import Work
from storage.people import Route
from storage.records import Source
from storage.terms import fold
from storage.words import Digest, Urgency

_IN_A_ROW = 3
_ALL = frozenset({"all", "모두", "전부"})
MOST_ROUTES = 30
"""Routes of one recipient: more than anyone reads through, few enough to match quickly."""


def subscribe(request: Request, work: Work, speech: Speech) -> Reply:
    """Add a route for each line; without words everything urgent; "?" asks for a country.

    "?organisation" asks for an organisation.
    """
    typed = arguments(request)
    if typed.strip() == "?" or typed.strip().startswith(f"?{LETTERS}"):
        return which_country(typed, work, speech)
    if is_question(typed):
        return which_organisation(work, speech)
    wanted = [
        routed.route_of(
            words.read(line, words.SUBSCRIBE, speech, request.now.astimezone(speech.timezone).date())
        )
        for line in _lines(typed)
    ]
    recipient = work.recipients.ensure(request.transport, request.address, speech.language, request.now)
    known = {route.id for route in work.routes.of(recipient.id)}
    if len(known) + len(wanted) > MOST_ROUTES:
        raise Mistake(
            "{most} subscriptions are the most; take some back first: {example}",
            most=MOST_ROUTES,
            example="/settings",
        )
    routes = tuple(dict.fromkeys(work.routes.add(recipient.id, route) for route in wanted))
    resume(work, recipient, request.now)
    wishes = work.routes.of(recipient.id)
    order = [route.id for route in wishes]
    new = any(route.id not in known for route in routes)
    blocks: list[Block] = [
        heading(speech.t("You are subscribed.") if new else speech.t("You have this already."))
    ]
    for route in routes:
        blocks.append(Paragraph((code(routed.typed(route)),)))
        blocks.extend(route_blocks(route, speech))
        blocks.extend(_unknown_sources(route, work.sources.all(), speech))
    blocks.extend(_contained(routes, wishes, speech))
    undo, take_back = f"/unsubscribe {order.index(routes[-1].id) + 1}", f"/unsubscribe {BY_ID}{routes[-1].id}"
    blocks.append(
        paragraph(speech.t("Nothing else makes a sound. You find everything with /latest and /search."))
    )
    blocks.append(Notice(speech.line("To take it back: {undo}", undo=code(undo))))
    rows = ((Choice(speech.t("Latest"), "/latest"), Choice(speech.t("Settings"), "/settings")),)
    # Who has everything urgent would get nothing more by one country of it.
    others = () if any(_is_everything(route) for route in wishes) else presets(speech)
    return reply(
        *blocks,
        choices=((Choice(speech.t("Take it back"), take_back),), *((others,) if others else ()), *rows),
    )


def unsubscribe(request: Request, work: Work, speech: Speech) -> Reply:
    """Take back the route of the number typed, or with "all" each; of several none without being asked."""
    typed = arguments(request).strip()
    recipient = work.recipients.find(request.transport, request.address)
    routes = work.routes.of(recipient.id) if recipient else ()
    if recipient is None or not routes:
        return _nothing_asked_for(speech)
    if not typed and len(routes) > 1:
        if request.id:  # nothing was done: the same line asks again
            work.requests.undo(request.transport, request.id)
        return _which_to_take_back(routes, speech)
    if typed and typed.casefold() not in _ALL:
        routes = (_one(typed, "/unsubscribe 1", routes),)
        work.routes.remove(routes[0].id)
    else:
        work.routes.clear(recipient.id)
    withdraw(work, recipient, request.now)
    left = len(work.routes.of(recipient.id))
    again = "\n".join(routed.typed(route) for route in routes)
    rest = (
        speech.n("{count} subscription is left.", "{count} subscriptions are left.", left)
        if left
        else speech.t(
            "You will hear nothing more, except the end of a call that was sent here. "
            "To remove what is stored about this chat: /forget"
        )
    )
    return reply(
        heading(speech.t("Taken back.")),
        Items(tuple((code(routed.typed(route)),) for route in routes)),
        paragraph(rest),
        choices=((Choice(speech.t("Undo"), again), Choice(speech.t("Settings"), "/settings")),),
    )


def settings(request: Request, work: Work, speech: Speech) -> Reply:
    """Show the routes as lines to be typed, and what can be changed; "lang:ko" changes the language.

    A number opens one route (`choosing`).
    """
    typed = arguments(request).strip()
    answered = switch(typed, request, work, speech) or clock(typed, request, work, speech)
    if answered:
        return answered
    recipient = work.recipients.find(request.transport, request.address)
    routes = work.routes.of(recipient.id) if recipient else ()
    place, _, change = typed.partition(" ")
    if place.isdecimal() or place.startswith(BY_ID):
        return choose(change.strip(), _chosen(place, routes, speech), work)
    if typed:
        return _set_language(typed, request, work, speech)
    choices = tuple(
        Choice(own_name(language), f"/settings lang:{language}")
        for language in languages()
        if language != speech.language
    )
    blocks: list[Block] = [heading(speech.t("Settings"))]
    if routes:
        lines = tuple(route_line(route, speech) for route in routes)
        blocks += [paragraph(speech.t("You asked for this:")), Items(lines, start=1)]
        take_back = speech.line("To take back all of them: {all}", all=code("/unsubscribe all"))
        blocks += [Notice(take_back)] if len(routes) > 1 else []
    else:
        blocks.append(
            paragraph(speech.t("You have not subscribed to anything yet. Everything urgent: /subscribe"))
        )
    if recipient:
        blocks += stances_blocks(recipient, work, speech)
        blocks += time_blocks(recipient, speech)
    blocks.append(paragraph(speech.t("Language: {language}", language=own_name(speech.language))))
    blocks += switches_blocks(recipient, speech) if recipient else []
    another = (Choice(speech.t("Another country"), "/subscribe ?"), presets(speech)[-1])
    first = another if routes else presets(speech)
    hours = (
        Choice(speech.t("Digests"), "/digest"),
        Choice(speech.t("Quiet hours"), "/quiet"),
        clock_choice(speech),
    )
    return reply(
        *blocks,
        choices=(
            *_changeable(routes, speech),
            first,
            hours,
            *switches_choices(recipient, request, speech),
            choices,
        ),
    )


def _changeable(routes: tuple[Route, ...], speech: Speech) -> tuple[tuple[Choice, ...], ...]:
    """Return a button for each subscription, a few of them a row: there may be `MOST_ROUTES`."""
    offered = tuple(
        Choice(speech.t("Change {number}", number=place), f"/settings {place}")
        for place in range(1, len(routes) + 1)
    )
    return tuple(offered[at : at + _IN_A_ROW] for at in range(0, len(offered), _IN_A_ROW))


def _chosen(place: str, routes: tuple[Route, ...], speech: Speech) -> Chosen:
    """Return the subscription of this number; raises Mistake where there is none."""
    if not routes:
        raise Mistake(
            "You have not subscribed to anything yet. Everything urgent: {example}", example="/subscribe"
        )
    chosen = _one(place, "/settings 1", routes)
    return Chosen(chosen, routes.index(chosen) + 1, speech)


def _one(typed: str, example: str, routes: tuple[Route, ...]) -> Route:
    """Return the subscription at this place, or that a button names for good; raises Mistake for neither."""
    if typed.startswith(BY_ID):
        wanted = number(typed.removeprefix(BY_ID), example)
        found = next((route for route in routes if route.id == wanted), None)
        if found is None:
            raise Mistake(
                "You do not have this subscription any more. Those you have: {example}", example="/settings"
            )
        return found
    place = number(typed, example)
    if not 1 <= place <= len(routes):
        raise Mistake("You have subscriptions 1 to {last}: {example}", last=len(routes), example="/settings")
    return routes[place - 1]


def _is_everything(route: Route) -> bool:
    return replace(route, id=0, recipient_id=0) == Route()


def _contained(routes: Sequence[Route], wishes: Sequence[Route], speech: Speech) -> Iterator[Block]:
    """A word where `routes` add nothing to everything urgent: they may be meant to narrow it."""
    wide = next((number for number, route in enumerate(wishes, 1) if _is_everything(route)), 0)
    narrow = all(
        not route.kinds
        and route.digest is Digest.NONE
        and route.least_urgency in (None, Urgency.IMMEDIATE)
        and not _is_everything(route)
        for route in routes
    )
    if wide and narrow:
        yield Paragraph(
            speech.line(
                "You have everything urgent already, so this adds nothing. To hear of this alone: {undo}",
                undo=code(f"/unsubscribe {wide}"),
            )
        )


def _set_language(typed: str, request: Request, work: Work, speech: Speech) -> Reply:
    key, colon, value = typed.partition(":")
    wanted = value if colon else typed
    code_ = nearest(wanted)
    if code_ != wanted.strip().lower().replace("_", "-").split("-")[0]:
        names = {fold(own_name(language)): language for language in languages()}
        if fold(wanted) not in names:
            if keys.meant(key.casefold()) != "lang" or not colon:
                raise Mistake(
                    "“{word}” is nothing that can be set here. Of a chat its language ({language}) and its "
                    "time zone ({zone}) can, and of a subscription what it brings ({one}).",
                    word=typed[:40],
                    language="/settings lang:ko",
                    zone="/settings clock:Asia/Seoul",
                    one="/settings 1",
                )
            known = ", ".join(f"lang:{language}" for language in languages())
            raise Mistake(
                "“{word}” is no language that I speak. These are: {known}", word=wanted[:40], known=known
            )
        code_ = names[fold(wanted)]
    recipient = work.recipients.ensure(request.transport, request.address, code_, request.now)
    work.recipients.set_language(recipient.id, code_)
    speech = speech.also(code_)
    return reply(
        paragraph(speech.t("From now on: {language}.", language=own_name(code_))),
        choices=((Choice(speech.t("Settings"), "/settings"), Choice(speech.t("Help"), "/help")),),
    )


def _which_to_take_back(routes: tuple[Route, ...], speech: Speech) -> Reply:
    """Ask before all of them go: the command alone is what a tap on its name sends."""
    lines = tuple(route_line(route, speech) for route in routes)
    # By id: another may have the number by the time that a button is pressed.
    each = tuple(
        Choice(speech.t("Only {number}", number=place), f"/unsubscribe {BY_ID}{route.id}")
        for place, route in enumerate(routes, start=1)
    )
    rows = tuple(each[at : at + _IN_A_ROW] for at in range(0, len(each), _IN_A_ROW))
    ends = (Choice(speech.t("Yes, all"), "/unsubscribe all"), Choice(speech.t("No"), "/settings"))
    return reply(
        heading(
            speech.n("Take back {count} subscription?", "Take back all {count} subscriptions?", len(routes))
        ),
        Items(lines, start=1),
        choices=(*rows, ends),
    )


def _nothing_asked_for(speech: Speech) -> Reply:
    return reply(
        paragraph(speech.t("You have not subscribed to anything, so there is nothing to take back.")),
        choices=(presets(speech),),
    )


def _unknown_sources(route: Route, sources: tuple[Source, ...], speech: Speech) -> tuple[Block, ...]:
    """Warn of names that no watched source has: a slip there would mean silence."""
    names = [name for source in sources for name in (source.name, source.organisation, source.title) if name]
    known = {fold(name): name for name in reversed(names)}  # a source's short name before its others
    blocks: list[Block] = []
    for name in route.sources:
        if fold(name) in known:
            continue
        near = get_close_matches(fold(name), known, n=1, cutoff=0.6)
        if near:
            text = speech.t(
                "No source is called “{name}”; “{nearest}” is. It rings only if an issuer is called so.",
                name=name,
                nearest=known[near[0]],
            )
        else:
            text = speech.t(
                "No source is called “{name}”. It rings only if an issuer is called so.", name=name
            )
        blocks.append(Paragraph(text_line(text)))
    return tuple(blocks)


def _lines(typed: str) -> list[str]:
    """Return the wishes, one a line; the command's name may be repeated. None at all is one: everything."""
    lines = [line.strip() for line in typed.splitlines()]
    bare = [_without_name(line) for line in lines if line]
    return bare or [""]


def _without_name(line: str) -> str:
    first, _, rest = line.partition(" ")
    return rest if first.lower().lstrip("/!") == "subscribe" else line
