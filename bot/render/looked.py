"""Sets what was found at an address: what it is, what it holds, and which of it would have rung."""

from bot.render.detail import told
from bot.render.message import Block, Items, Line, Paragraph, Span, Style
from bot.render.text import shorten, single_line
from bot.speech import Speech
from storage.looks import Item, Place
from storage.records import Source
from storage.urls import without_secrets
from storage.words import SourceKind, SourceState, Urgency

_TITLE = 90
_DETAIL = 160


def place_blocks(
    place: Place, number: int, speech: Speech, *, watched: Source | None, whole: bool
) -> list[Block]:
    """Return a place with its facts; with its newest items where it is to be told `whole`."""
    title = single_line(place.title) or without_secrets(place.url)
    named = f"{number} · {shorten(title, _TITLE)}" if number else shorten(title, _TITLE)
    blocks: list[Block] = [
        Paragraph((Span(named, Style.BOLD),)),
        Paragraph((Span(without_secrets(place.url), Style.CODE),)),
        Paragraph((Span(" · ".join(_facts(place, watched, speech))),)),
    ]
    if not (whole and place.count):
        return blocks
    blocks.append(Items(tuple(_line(one, speech) for one in place.items)))
    blocks.append(Paragraph((Span(_rang(place, speech)),)))
    older = [one for one in place.rang if one not in place.items]
    if older:
        blocks.append(Items(tuple(_line(one, speech) for one in older)))
    return blocks


def _facts(place: Place, watched: Source | None, speech: Speech) -> list[str]:
    kind = speech.t("a page") if place.kind is SourceKind.PAGE else speech.t("a feed")
    facts = [kind, speech.n("{count} item", "{count} items", place.count)]
    if place.state is not SourceState.OK:
        facts.append(speech.source_state(place.state))
        if place.detail:
            facts.append(shorten(told(place.detail, speech), _DETAIL))
    if place.newest:
        facts.append(speech.t("newest {moment}", moment=speech.moment(place.newest)))
    if place.language:
        facts.append(speech.language_name(place.language))
    if place.excerpts:
        facts.append(speech.t("only the beginnings: the linked pages are read too"))
    if watched:
        facts.append(speech.t("watched already, as {name}", name=watched.name))
    elif not place.usable and place.count and place.state is SourceState.OK:
        facts.append(speech.t("not offered: the same as another, or what readers wrote"))
    return facts


def _rang(place: Place, speech: Speech) -> str:
    if not place.ringing:
        return speech.t("None of its newest items would have rung.")
    return speech.n(
        "{count} of its newest items would have rung, had it been read when it appeared.",
        "{count} of its newest items would have rung, had they been read when they appeared.",
        place.ringing,
    )


def _line(item: Item, speech: Speech) -> Line:
    when = speech.date(item.published.date()) if item.published else speech.t("undated")
    title = shorten(single_line(item.title), _TITLE) or "-"
    if not item.rang:
        return (Span(f"{when} · {title}"),)
    rang = speech.t("would have rung: {urgency}", urgency=speech.urgency(Urgency(item.rang)))
    return (Span(f"{when} · {title} · "), Span(rang, Style.BOLD))
