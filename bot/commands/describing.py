"""/sources: whose a source is, and which countries all of it is about."""

from bot.commands import values
from bot.commands.command import code, paragraph, reply
from bot.commands.mistake import Mistake
from bot.commands.request import Reply, Request
from bot.commands.trusting import barred, editor
from bot.render.message import Choice, Field, Items, Span
from bot.speech import Speech
from jobs import watchlist
from jobs.watchlist import Barred
from storage.database import Work
from storage.records import Source

KEYS = ("organisation", "countries")
_NONE = "none"
_MOST = 20


def describe(source: Source, key: str, typed: str, request: Request, work: Work, speech: Speech) -> Reply:
    """Set one of both; without a word show them, and how they are set."""
    if not typed:
        return _shown(source, speech)
    none, by = typed.casefold() == _NONE, editor(request)
    try:
        if key == KEYS[0]:
            watchlist.describe(work, source, by, "" if none else " ".join(typed.split()))
        else:
            watchlist.describe(work, source, by, None, [] if none else _countries(typed))
    except Barred as error:
        raise barred(error) from error
    told = speech.t("That is set. All others at the desk are told.")
    return reply(paragraph(told), choices=((Choice(speech.t("Show"), f"/sources {source.name}"),),))


def facts(source: Source, speech: Speech) -> list[tuple[str, str]]:
    """Return whose it is, and the countries that all of it is about; "" for what is not known."""
    countries = speech.joined(speech.country(one) for one in source.countries)
    return [(speech.t("Organisation"), source.organisation), (speech.t("Countries"), countries)]


def _shown(source: Source, speech: Speech) -> Reply:
    unknown = speech.t("not set")
    told = speech.t(
        "Readers are told whose call it is by the organisation. The countries are taken for what names none "
        "itself. To change them, or to have none:"
    )
    lines = (f"{KEYS[0]} Northlight Refugee Watch", f"{KEYS[1]} KP CN", f"{KEYS[1]} {_NONE}")
    return reply(
        *(Field(label, (Span(value or unknown),)) for label, value in facts(source, speech)),
        paragraph(told),
        Items(tuple((code(f"/sources {source.name} {line}"),) for line in lines)),
        choices=((Choice(speech.t("Back"), f"/sources {source.name}"),),),
    )


def _countries(typed: str) -> list[str]:
    pieces = typed.replace(",", " ").split()
    if len(pieces) > _MOST:
        raise Mistake("That is too much for one line: {most} words at most.", most=_MOST)
    try:
        found = [values.country(one) for one in pieces]
    except Mistake:
        found = [values.country(typed)]  # "North Korea" is one
    return list(dict.fromkeys(found))
