"""Subscriptions for people who do not want to think: everything urgent, one country, one organisation."""

from dataclasses import replace

from bot.commands import routed
from bot.commands.command import heading, reply
from bot.commands.request import Reply
from bot.countries import countries_under, initials
from bot.render.message import Choice, Paragraph, Span, Style
from bot.render.text import shorten
from bot.speech import Speech
from storage.database import Work
from storage.people import Route

_MOST_COUNTRIES = 12
_MOST_ORGANISATIONS = 20
_LABEL = 40
_USUAL = ("CN", "IR", "KP", "MM", "RU", "VN")
"""Offered while nothing is known yet: two taps must be enough from the first minute."""
_IN_A_ROW = 2
_LETTERS_IN_A_ROW = 6
LETTERS = "letters"
"""After "/subscribe ?": which letter the country's name begins with."""


def presets(speech: Speech) -> tuple[Choice, ...]:
    """Return the three ways that need no typing, as buttons."""
    return (
        Choice(speech.t("Everything urgent"), "/subscribe"),
        Choice(speech.t("One country"), "/subscribe ?"),
        Choice(speech.t("One organisation"), "/subscribe ?organisation"),
    )


def is_question(typed: str) -> bool:
    """Say whether what follows /subscribe asks which one to take, and changes nothing."""
    return typed.strip().startswith("?")


def countries_watched(work: Work) -> tuple[str, ...]:
    """Return the codes of the countries that sources and statements are about, a dozen at most."""
    named = [country for source in work.sources.all() for country in source.countries]
    return tuple(dict.fromkeys((*named, *work.statements.countries())))[:_MOST_COUNTRIES] or _USUAL


def which_country(typed: str, work: Work, speech: Speech) -> Reply:
    """Offer the countries that sources and statements are about, as buttons in the person's language.

    After "?letters" the letters that names begin with; after "?letters K" all that begin with it.
    """
    letter = typed.partition(LETTERS)[2].strip().upper()
    known = initials(speech.locale)
    other = Choice(speech.t("Another country"), f"/subscribe ?{LETTERS}")
    codes, in_a_row = countries_watched(work), _IN_A_ROW
    if letter in known:
        codes, other = countries_under(letter, speech.locale), replace(other, label=speech.t("Other letters"))
    offered = sorted(
        (Choice(speech.country(code), f"/subscribe {code}") for code in codes), key=lambda one: one.label
    )
    if LETTERS in typed and letter not in known:
        offered, in_a_row = [Choice(one, f"/subscribe ?{LETTERS} {one}") for one in known], _LETTERS_IN_A_ROW
        other = Choice(speech.t("Back"), "/subscribe ?")
    example = Span(f"/subscribe {speech.country('KP')}", Style.CODE)
    line = speech.line("Any other can be typed: {example}", example=example)
    title = heading(speech.t("Which country?"))
    rows = [tuple(offered[at : at + in_a_row]) for at in range(0, len(offered), in_a_row)]
    return reply(title, Paragraph(line), choices=(*rows, (other, presets(speech)[0])))


def which_organisation(work: Work, speech: Speech) -> Reply:
    """Offer the organisations whose sources are watched."""
    names = dict.fromkeys(source.organisation or source.title or source.name for source in work.sources.all())
    offered = [
        Choice(shorten(name, _LABEL), routed.typed(Route(sources=(name,))))
        for name in list(names)[:_MOST_ORGANISATIONS]
    ]
    typed = Span("/subscribe from:NKHR", Style.CODE)
    line = speech.line("Another issuer can be typed: {example}", example=typed)
    offered.sort(key=lambda choice: choice.label)
    rows = [tuple(offered[at : at + _IN_A_ROW]) for at in range(0, len(offered), _IN_A_ROW)]
    title = heading(speech.t("Which organisation?"))
    return reply(title, Paragraph(line), choices=(*rows, presets(speech)[:1]))
