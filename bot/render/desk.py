"""Says to admins how an appeal stands: who approved it, whom it reaches."""

from datetime import datetime

from bot.render.drill import marked
from bot.render.message import Block, Field, Line, Span, Style
from bot.render.text import shorten
from bot.speech import Speech, msgid
from jobs.desk import Rules
from jobs.launch import Reached
from jobs.steps.clock import zone_of
from storage.appeals import Appeal
from storage.records import Picture
from storage.words import AppealState, Urgency

STATES = {
    AppealState.DRAFT: msgid("a draft: nobody has got it"),
    AppealState.SCHEDULED: msgid("approved: it goes out at a set time"),
    AppealState.COOLING: msgid("approved: it is about to be sent"),
    AppealState.SENT: msgid("sent"),
    AppealState.STOPPED: msgid("stopped"),
    AppealState.CORRECTED: msgid("corrected"),
}
_HEADLINE = 60


def lasting(seconds: int, speech: Speech) -> str:
    """Return a span of time in the two largest units that it has."""
    minutes, left = divmod(seconds, 60)
    hours, rest = divmod(minutes, 60)
    if hours:
        return speech.t("{hours} h {minutes} min", hours=hours, minutes=rest)
    if minutes and left:
        return speech.t("{minutes} min {seconds} s", minutes=minutes, seconds=left)
    return speech.t("{minutes} min", minutes=minutes) if minutes else speech.t("{seconds} s", seconds=left)


def audience(found: Reached, rules: Rules, speech: Speech, *, shows: bool = False) -> str:
    """Return how many it would reach, and how long that takes at the configured rate.

    A picture is a message of its own.
    """
    if not found.all:
        return speech.t("nobody")
    people = speech.n("{count} recipient", "{count} recipients", found.at_once)
    time = lasting(rules.lasts(found.at_once, shows=shows), speech)
    told = speech.t("{people}, about {time}", people=people, time=time)
    if not found.later:
        return told
    later = speech.n("{count} with their next digest", "{count} with their next digest", found.later)
    return speech.joined((told, later)) if found.at_once else later


def picture_text(shown: Picture, speech: Speech) -> str:
    """Return how large a picture is."""
    return speech.t(
        "{width} × {height}, {size} kB",
        width=speech.number(shown.width),
        height=speech.number(shown.height),
        size=speech.number(-(-shown.size // 1000)),
    )


def told_at(when: datetime, zone: str, speech: Speech) -> str:
    """Return a moment by the clock that its author named it by, and by the reader's where that differs."""
    here = speech.moment(when)
    clock = zone_of(zone)
    if clock is None:
        return here
    there = speech.moment(when, clock)
    named = speech.t("{moment} ({zone})", moment=there, zone=zone) if "/" in zone else there
    if when.astimezone(clock).utcoffset() == when.astimezone(speech.timezone).utcoffset():
        return named
    return speech.t("{there}; in your time zone {here}", there=named, here=here)


def standing(appeal: Appeal, found: Reached, rules: Rules, speech: Speech) -> tuple[Block, ...]:
    """Return how it stands with one that was not sent yet."""
    people = 1 + len({*appeal.approved} - {appeal.author})
    agreed = speech.t("{count} of {needed}, its author counted", count=people, needed=rules.approvals)
    shows = appeal.draft.picture if appeal.draft else None
    blocks = [
        Field(speech.t("State"), (Span(speech.t(STATES[appeal.state])),)),
        Field(speech.t("Audience"), (Span(audience(found, rules, speech, shows=bool(shows))),)),
        Field(speech.t("Urgency"), (Span(_urgency(appeal, speech)),)),
        Field(speech.t("People who stand for it"), (Span(agreed),)),
        Field(speech.t("Mark of these very words"), (Span(appeal.mark, Style.CODE),)),
    ]
    if shows:
        blocks.append(Field(speech.t("Picture"), (Span(picture_text(shows, speech)),)))
    set_for = appeal.due or (appeal.draft.at if appeal.draft else None)
    if set_for:
        zone = appeal.draft.zone if appeal.draft else ""
        blocks.append(Field(speech.t("Goes out"), (Span(told_at(set_for, zone, speech)),)))
    return tuple(blocks)


def _urgency(appeal: Appeal, speech: Speech) -> str:
    """Return how urgent it is, and so whom it is for."""
    if appeal.draft and appeal.draft.urgency is Urgency.IMMEDIATE:
        return speech.t("urgent: for everybody who asked for what is urgent")
    return speech.t("not urgent: for those who asked for campaigns")


def listed(appeal: Appeal, headline: str, far: str, speech: Speech) -> Line:
    """Return one line of the list of appeals; `far` says how far it is, "" where that is not told."""
    told = [speech.t(STATES[appeal.state])]
    if appeal.due and appeal.draft:
        told.append(told_at(appeal.due, appeal.draft.zone, speech))
    if far:
        told.append(far)
    return (
        Span(f"{appeal.id}", Style.CODE),
        Span(" "),
        *marked(appeal.status, speech),
        Span(shorten(headline, _HEADLINE), Style.BOLD),
        Span(f" · {' · '.join(told)}"),
    )
