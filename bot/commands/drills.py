"""What is said of drills, at the admins' desk and to readers, so that none is taken for what is real."""

from dataclasses import replace

from bot.commands.command import code, heading, reply
from bot.commands.request import Reply
from bot.render.drill import banner, marked
from bot.render.message import Choice, Heading, Items, Message, Paragraph, Span, Style
from bot.render.text import typed_apart
from bot.speech import Speech, languages, msgid
from storage.appeals import Appeal, Draft
from storage.database import Work
from storage.records import Statement
from storage.words import Status

NOBODY = msgid(
    "Drill {number} would reach nobody, so it cannot be approved. It reaches only those who asked for drills "
    "with `/settings drills:on`, and whose subscriptions it fits."
)
"""In place of what is said of an appeal."""


def how(sample: tuple[str, ...], speech: Speech) -> Reply:
    """Return how a drill is written; `sample` are the lines that may stand first."""
    told = speech.t(
        "A drill looks like an appeal, and says EXERCISE before anything else. It goes only to those who "
        "asked for drills with `/settings drills:on`, once others have approved it, and can never become an "
        "appeal. Write it in one message: first what of these lines you need, then the headline on a line of "
        "its own, then the text."
    )
    return reply(
        heading(speech.t("A drill")),
        Paragraph(typed_apart(told)),
        Items(tuple((code(line),) for line in ("/drill", *sample))),
        choices=((Choice(speech.t("Appeals"), "/appeals"),),),
    )


def command(found: Appeal) -> str:
    """Return the line that shows it."""
    return f"/drill {found.id}" if found.drill else f"/appeal {found.id}"


def other_kind(found: Appeal, speech: Speech) -> Reply:
    """Return the answer to the wrong one of the two commands: what is real and what is not share none."""
    if found.drill:
        told = speech.t("Number {number} is a drill: `/drill {number}`", number=found.id)
        return reply(Paragraph(typed_apart(told)))
    told = speech.t("Number {number} is no drill: `/appeal {number}`", number=found.id)
    return reply(Paragraph(typed_apart(told)))


def to_correct(count: int, speech: Speech) -> str:
    """Return to how many a correction of a drill is about to go."""
    return speech.n(
        "This goes to {count} recipient; nothing real waits for it:",
        "This goes to {count} recipients; nothing real waits for it:",
        count,
    )


def corrected(count: int, speech: Speech) -> str:
    """Return to how many it goes."""
    return speech.n(
        "The correction of the drill goes to {count} recipient; nothing real waits for it.",
        "The correction of the drill goes to {count} recipients; nothing real waits for it.",
        count,
    )


def about(is_drill: bool, told: Reply, speech: Speech) -> Reply:
    """Return what is said; of a drill it says so before anything else, also to admins."""
    if not is_drill:
        return told
    first, *others = told.messages
    return replace(told, messages=(_marked(first, speech), *others))


def read(found: Statement, told: Reply, work: Work, speech: Speech) -> Reply:
    """Return what is told of a statement; of a drill's each message says so: one may be passed on alone."""
    if not work.statements.is_drill(found.id):
        return told
    return replace(told, messages=tuple(_marked(one, speech) for one in told.messages))


def _marked(message: Message, speech: Speech) -> Message:
    block, *rest = message.blocks
    if isinstance(block, Heading):
        blocks = (Heading((*marked(Status.EXERCISE, speech), *block.line)), *rest)
    else:
        mark = Span(banner(Status.EXERCISE, speech), Style.BOLD)
        blocks = (Heading((mark,)), *message.blocks)
    return replace(message, blocks=blocks)


def named(made: Draft) -> Draft:
    """Return the draft of a drill, whose headline says what it is, wherever it may be quoted.

    It says so in the draft's language, if that is one of ours.
    """
    others = tuple(replace(one, title=_named(one.title, one.language)) for one in made.wordings)
    return replace(made, headline=_named(made.headline, made.language), wordings=others)


def _named(headline: str, language: str) -> str:
    for one in languages():
        headline = headline.removeprefix(f"{banner(Status.EXERCISE, Speech(one))}: ")
    own = Speech(language if language in languages() else "en")
    return f"{banner(Status.EXERCISE, own)}: {headline}"
