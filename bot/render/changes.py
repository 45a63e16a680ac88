"""Says what an edit changed of a call, as it was and as it is."""

from collections.abc import Callable
from datetime import date

from bot.render.message import Block, Field, Items, Paragraph, Span, Style
from bot.render.text import shorten
from bot.speech import Speech, msgid
from jobs.steps.sensitive import MARK
from storage.records import Change
from storage.words import Aspect

_MOST = 4
"""Demands shown that are new, and as many that are asked no longer."""
_QUOTE = 240
_NAMED = 8
"""Names, places, countries shown that came, and as many that went."""
_NAME = 80

_LABELS = {
    Aspect.PERSONS: msgid("Persons at risk"),
    Aspect.CHILDREN: msgid("Of whom children"),
    Aspect.NAMES: msgid("Persons named"),
    Aspect.COUNTRIES: msgid("Countries"),
    Aspect.PLACES: msgid("Places"),
    Aspect.ADDRESSEES: msgid("Addressed to"),
    Aspect.DEADLINE: msgid("By"),
}


def changes_blocks(changes: tuple[Change, ...], speech: Speech) -> tuple[Block, ...]:
    """Return a field for each fact that changed, "12 (before: 9)", and the demands that came and went."""
    fields: list[Block] = []
    for change in map(_without_marks, changes):
        label = _LABELS.get(change.aspect) if change.before or change.after else None
        if label:
            fields.append(Field(speech.t(label), (Span(_both(change, speech)),)))
    for change in changes:
        if change.aspect is Aspect.DEMANDS:
            fields += _demands(speech.t("Newly asked:"), change.after, Style.PLAIN)
            fields += _demands(speech.t("No longer asked:"), change.before, Style.STRUCK)
    return tuple(fields)


def with_before(now: str, change: Change, speech: Speech) -> str:
    """Return how a fact stands now, "12 people", with what it was before the change."""
    shown = _SHOWN[change.aspect]
    before = speech.joined(shown(value, speech) for value in change.before) or speech.t("not stated")
    return speech.t("{now} (before: {before})", now=now, before=before)


def _both(change: Change, speech: Speech) -> str:
    shown = _SHOWN[change.aspect]
    now, before = (
        speech.joined(shown(value, speech) for value in values[:_NAMED]) if values else speech.t("not stated")
        for values in (change.after, change.before)
    )
    if change.aspect in _LISTS:
        # Only those that came and those that went are known here, not the whole list.
        return _came_and_went(now if change.after else "", before if change.before else "", speech)
    return speech.t("{now} (before: {before})", now=now, before=before)


def _without_marks(change: Change) -> Change:
    """Without what an admin withheld, or has not decided on: a mark among names tells nothing."""
    if change.aspect not in _LISTS:
        return change
    before, after = (
        tuple(one for one in values if MARK not in one) for values in (change.before, change.after)
    )
    return Change(change.aspect, before, after)


def _came_and_went(came: str, went: str, speech: Speech) -> str:
    if came and went:
        return speech.t("now also {came}; no longer {went}", came=came, went=went)
    return speech.t("now also {came}", came=came) if came else speech.t("no longer {went}", went=went)


def _demands(label: str, quotes: tuple[str, ...], style: Style) -> list[Block]:
    if not quotes:
        return []
    shown = tuple((Span(f"“{shorten(quote, _QUOTE)}”", style),) for quote in quotes[:_MOST])
    return [Paragraph((Span(label, Style.BOLD),)), Items(shown)]


_LISTS = (Aspect.NAMES, Aspect.COUNTRIES, Aspect.PLACES, Aspect.ADDRESSEES)
_SHOWN: dict[Aspect, Callable[[str, Speech], str]] = {
    Aspect.PERSONS: lambda value, speech: speech.number(int(value)),
    Aspect.CHILDREN: lambda value, speech: speech.number(int(value)),
    Aspect.NAMES: lambda value, _: shorten(value, _NAME),
    Aspect.COUNTRIES: lambda value, speech: speech.country(value),
    Aspect.PLACES: lambda value, _: shorten(value, _NAME),
    Aspect.ADDRESSEES: lambda value, _: shorten(value, _NAME),
    Aspect.DEADLINE: lambda value, speech: speech.date(date.fromisoformat(value)),
}
