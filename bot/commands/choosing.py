"""Changes one subscription by buttons: its countries, its kinds, how urgent, and when.

    /settings 1                       what it brings, and what of it can be changed
    /settings 1 countries [letters]   countries to choose from, or those whose names begin so
    /settings 1 letters [letter]      what names begin with, or all that begin with it
    /settings 1 country:KP            one more country; -country:KP one less, and country:any all of them
    /settings 1 kind:report           the same for kinds
    /settings 1 urgency:Expected      how urgent at least, or urgency:any
    /settings 1 digest:weekly         when the rest of the kinds comes, or digest:now

Buttons name the subscription for good ("/settings id:57 kind:report") and not by its place, which another
one may have when they are pressed. Each says what it leads to and not "the other way round", so that one
which is pressed twice, or long after, does no harm.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from bot.commands import routed, values
from bot.commands.command import code, heading, paragraph, reply
from bot.commands.mistake import Mistake, Unknown
from bot.commands.presets import countries_watched
from bot.commands.request import Reply
from bot.countries import countries_like, countries_near_part, countries_under, initials
from bot.render.message import Block, Choice, Notice, Paragraph
from bot.render.route import route_blocks
from bot.speech import Speech, msgid
from storage.database import Work
from storage.people import Route
from storage.words import Digest, Kind, Urgency

BY_ID = "id:"
"""Before what a subscription is known by for good: when a button is pressed another may have its place."""
_ANY = "any"
_IN_A_ROW = 2
_LETTERS_IN_A_ROW = 6
_MOST_COUNTRIES = 24
_URGENCIES = (Urgency.IMMEDIATE, Urgency.EXPECTED, Urgency.FUTURE)
_CHOSEN = "✓"


@dataclass(frozen=True, slots=True)
class Chosen:
    """One subscription, by the place that a person knows it by, and how it is spoken of."""

    route: Route
    place: int
    speech: Speech

    def choice(self, label: str, typed: str, *, chosen: bool = False) -> Choice:
        """Return the button for what is typed behind the place."""
        label = label[:1].upper() + label[1:]
        shown = f"{_CHOSEN} {label}" if chosen else label
        return Choice(shown, f"/settings {BY_ID}{self.route.id} {typed}".strip())


def choose(typed: str, chosen: Chosen, work: Work) -> Reply:
    """Carry out and answer what was typed after "/settings 1"."""
    first, _, rest = typed.partition(" ")
    key, colon, value = typed.partition(":")
    if not typed:
        return whole(chosen)
    view = _VIEWS.get(first.casefold())
    if view is not None and not colon:
        return view(chosen, work, rest.strip())
    less = key.startswith("-")
    change = _CHANGES.get(key.removeprefix("-").casefold())
    if change is None or not value.strip():
        raise Mistake("Write it so: {example}", example=f"/settings {chosen.place} country:KP")
    section, changed = change
    route = changed(chosen, value.strip(), less)
    work.routes.change(route)
    there = {one.id: place for place, one in enumerate(work.routes.of(route.recipient_id), start=1)}
    if route.id not in there:
        return reply(paragraph(chosen.speech.t("You have this already.")), choices=(_back(chosen.speech),))
    now = replace(chosen, route=route, place=there[route.id])
    return _VIEWS[section](now, work, "")


def whole(chosen: Chosen) -> Reply:
    """What the subscription brings, and the parts of it that can be changed."""
    speech = chosen.speech
    rows = (
        (chosen.choice(speech.t("Countries"), "countries"), chosen.choice(speech.t("Kinds"), "kinds")),
        (chosen.choice(speech.t("Urgency"), "urgency"), chosen.choice(speech.t("Digest"), "digest")),
        (Choice(speech.t("Take it back"), f"/unsubscribe {BY_ID}{chosen.route.id}"), *_back(speech)),
    )
    return reply(*_shown(chosen), choices=rows)


def _countries(chosen: Chosen, work: Work, letters: str) -> Reply:
    speech, has = chosen.speech, chosen.route.countries
    if letters:
        codes = countries_like(letters, speech.locale)[:_MOST_COUNTRIES]
        if not codes:
            near = countries_near_part(letters)
            told = msgid("“{word}” begins no country's name that I know. Write it so: {example}")
            if near:
                told = msgid("“{word}” begins no country's name that I know. Did you mean {nearest}?")
            raise Unknown(
                told,
                near,
                f"countries {letters}",
                "country:{code}",
                word=letters[:40],
                example=f"/settings {chosen.place} country:KP",
            )
    else:
        codes = tuple(dict.fromkeys((*has, *countries_watched(work))))[:_MOST_COUNTRIES]
    offered = [*_ticked(chosen, codes), chosen.choice(speech.t("Another country"), "letters")]
    every = chosen.choice(speech.t("Every country"), f"country:{_ANY}", chosen=not has)
    example = code(f"/settings {chosen.place} countries {speech.country('JP')[:2]}")
    line = Notice(speech.line("Another one, by how its name begins: {example}", example=example))
    return _section(chosen, speech.t("Countries"), [every, *offered], line)


def _letters(chosen: Chosen, _: Work, letter: str) -> Reply:
    speech = chosen.speech
    known = initials(speech.locale)
    if letter.upper() in known:
        offered = _ticked(chosen, countries_under(letter.upper(), speech.locale))
        back = chosen.choice(speech.t("Other letters"), "letters")
        return _section(chosen, speech.t("Countries"), [*offered, back])
    offered = [chosen.choice(one, f"letters {one}") for one in known]
    return _section(chosen, speech.t("How does its name begin?"), offered, in_a_row=_LETTERS_IN_A_ROW)


def _ticked(chosen: Chosen, codes: Iterable[str]) -> list[Choice]:
    has = chosen.route.countries
    named = sorted((chosen.speech.country(code_), code_) for code_ in codes)
    return [
        chosen.choice(name, f"{'-' if code_ in has else ''}country:{code_}", chosen=code_ in has)
        for name, code_ in named
    ]


def _kinds(chosen: Chosen, _: Work, __: str) -> Reply:
    speech, has = chosen.speech, chosen.route.kinds
    offered = [
        chosen.choice(speech.kind(kind), f"{'-' if kind in has else ''}kind:{kind}", chosen=kind in has)
        for kind in Kind
    ]
    only = chosen.choice(speech.t("Only what is urgent"), f"kind:{_ANY}", chosen=not has)
    return _section(chosen, speech.t("Kinds"), [only, *offered])


def _urgency(chosen: Chosen, _: Work, __: str) -> Reply:
    speech, has = chosen.speech, chosen.route.least_urgency
    offered = [
        chosen.choice(speech.urgency(urgency), f"urgency:{urgency}", chosen=urgency is has)
        for urgency in _URGENCIES
    ]
    every = chosen.choice(speech.t("Any urgency"), f"urgency:{_ANY}", chosen=has is None)
    return _section(chosen, speech.t("Urgency at least"), [every, *offered])


def _digest(chosen: Chosen, _: Work, __: str) -> Reply:
    speech, has = chosen.speech, chosen.route.digest
    if not chosen.route.kinds:
        text = speech.t("What is urgent always rings at once. A digest holds kinds of statements:")
        return reply(
            *_shown(chosen),
            paragraph(text),
            choices=((chosen.choice(speech.t("Kinds"), "kinds"), *_back_to(chosen)),),
        )
    offered = [
        chosen.choice(speech.digest(digest), f"digest:{values.DIGEST_WORDS[digest]}", chosen=digest is has)
        for digest in Digest
    ]
    return _section(chosen, speech.t("Digest"), offered)


def _with_country(chosen: Chosen, value: str, less: bool) -> Route:
    route = chosen.route
    if value == _ANY:
        return replace(route, countries=())
    codes = [values.country(piece) for piece in values.split(value)]
    return replace(route, countries=_changed(route.countries, codes, less=less))


def _with_kind(chosen: Chosen, value: str, less: bool) -> Route:
    route = chosen.route
    if value == _ANY:
        return replace(route, kinds=(), digest=Digest.NONE)
    found = values.kinds(tuple(values.split(value)), chosen.speech)
    kinds = _changed(route.kinds, found, less=less)
    if not kinds:
        return replace(route, kinds=(), digest=Digest.NONE)
    # As with /subscribe: the first kinds come once a day, for what is urgent rings anyway.
    return replace(route, kinds=kinds, digest=route.digest if route.kinds else Digest.DAILY)


def _with_urgency(chosen: Chosen, value: str, less: bool) -> Route:
    wanted = None if less or value == _ANY else values.urgency((value,), chosen.speech)
    return replace(chosen.route, least_urgency=wanted)


def _with_digest(chosen: Chosen, value: str, less: bool) -> Route:
    wanted = Digest.NONE if less else values.digest((value,), chosen.speech)
    return routed.route_digested(chosen.route, wanted)


_View = Callable[[Chosen, Work, str], Reply]
_Change = Callable[[Chosen, str, bool], Route]
_VIEWS: dict[str, _View] = {
    "countries": _countries,
    "letters": _letters,
    "kinds": _kinds,
    "urgency": _urgency,
    "digest": _digest,
}
_CHANGES: dict[str, tuple[str, _Change]] = {
    "country": ("countries", _with_country),
    "kind": ("kinds", _with_kind),
    "urgency": ("urgency", _with_urgency),
    "digest": ("digest", _with_digest),
}
"""For each key the section that shows its change, and the change."""


def _changed(
    has: tuple[values.Value, ...], given: Iterable[values.Value], *, less: bool
) -> tuple[values.Value, ...]:
    given = tuple(given)
    return tuple(one for one in has if one not in given) if less else values.joined(has, *given)


def _section(
    chosen: Chosen, title: str, offered: list[Choice], *blocks: Block, in_a_row: int = _IN_A_ROW
) -> Reply:
    rows = [tuple(offered[at : at + in_a_row]) for at in range(0, len(offered), in_a_row)]
    return reply(*_shown(chosen), paragraph(title), *blocks, choices=(*rows, _back_to(chosen)))


def _shown(chosen: Chosen) -> tuple[Block, ...]:
    typed = Paragraph((code(routed.typed(chosen.route)),))
    title = chosen.speech.t("Subscription {number}", number=chosen.place)
    return (heading(title), typed, *route_blocks(chosen.route, chosen.speech))


def _back_to(chosen: Chosen) -> tuple[Choice, ...]:
    return (chosen.choice(chosen.speech.t("Back"), ""), *_back(chosen.speech))


def _back(speech: Speech) -> tuple[Choice, ...]:
    return (Choice(speech.t("Settings"), "/settings"),)
