"""/correct of what was taken back before: its words can still be taken down, for somebody's safety."""

from dataclasses import dataclass

from bot.commands.command import paragraph, reply
from bot.commands.mistake import Mistake
from bot.commands.request import Reply, Request
from bot.render.message import Choice
from bot.speech import Speech
from jobs.corrections import take_down_later
from jobs.desk import Refused
from storage.database import Work
from storage.records import Statement

SAFETY = "safety"


@dataclass(frozen=True, slots=True)
class TakenBack:
    """What was taken back: how it is named, such as "/correct 7", and what says that it was."""

    line: str
    told: str
    statement: Statement


def words_go(back: TakenBack, typed: list[str], request: Request, work: Work, speech: Speech) -> Reply:
    """Return that it was taken back, the question whether its words are to go as well, or that they do.

    `typed` is what stands behind the line.
    """
    line, told = back.line, back.told
    if back.statement.taken_down or (typed and typed[0] != SAFETY):
        return reply(paragraph(told))
    if not typed:
        more = speech.t("If its words endanger somebody, they can still be taken down.")
        offered = Choice(speech.t("Taken down for safety"), f"{line} {SAFETY}")
        return reply(paragraph(told), paragraph(more), choices=((offered,),))
    if typed[1:] != ["yes"]:
        asked = speech.t(
            "Its words leave the archive, and what stands in chats goes as far as platforms let it. Who got "
            "it has been told that it was taken back, and hears nothing more."
        )
        sure = Choice(speech.t("Take it down"), f"{line} {SAFETY} yes")
        return reply(paragraph(asked), choices=((sure,), (Choice(speech.t("Back"), line),)))
    try:
        admin = work.audit.admin(*request.who)
        count = take_down_later(work, back.statement.id, admin, request.rules, request.now)
    except Refused:
        raise Mistake(
            "You took down {most} statements within a day, as many as one admin may. Ask another, or whoever "
            "is at the terminal of the machine. {example}",
            most=speech.number(request.rules.per_day),
            example="/admins",
        ) from None
    done = speech.n(
        "Its words are not kept here any more, and {count} message is to leave the chats. You hear what "
        "became of it.",
        "Its words are not kept here any more, and {count} messages are to leave the chats. You hear what "
        "became of them.",
        count,
    )
    return reply(paragraph(done))
