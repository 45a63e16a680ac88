"""Finds the statement that a number names, or what is to be said where there is none or it was taken down."""

from bot.commands.command import number, paragraph, reply
from bot.commands.mistake import Mistake
from bot.commands.request import Reply
from bot.render.message import Choice
from bot.render.standing import taken_down_blocks
from bot.speech import Speech
from storage.database import Work
from storage.records import Statement


def statement_or_reply(typed: list[str], example: str, work: Work, speech: Speech) -> Statement | Reply:
    """Return the statement whose number was typed first; raises Mistake where none was."""
    if not typed:
        raise Mistake("Which one? Its number stands before each result: {example}", example=example)
    key = number(typed[0], example)
    found = work.statements.get(key)
    if found is None:
        return reply(
            paragraph(speech.t("There is no statement #{number}.", number=key)),
            choices=((Choice(speech.t("Latest"), "/latest"),),),
        )
    if found.taken_down:
        case = (Choice(speech.t("The case"), f"/case {found.case_id}"),) if found.case_id else ()
        return reply(
            *taken_down_blocks(found, speech), choices=((*case, Choice(speech.t("Latest"), "/latest")),)
        )
    return found


def typed_words(line: str) -> list[str]:
    """Return the words that follow a command which takes numbers: "12", "12_2", "12 page:2"."""
    return line.replace("page:", " ").replace("_", " ").split()
