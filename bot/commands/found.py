"""Finds the statement that a number, link or imported id names, or what is to be said where there is none.

And what became of statements that are listed.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.commands.command import paragraph, reply
from bot.commands.mistake import Mistake
from bot.commands.request import Reply
from bot.render.message import Choice
from bot.render.results import about
from bot.render.standing import taken_down_blocks
from bot.render.text import shorten
from bot.speech import Speech
from storage.database import Work
from storage.records import Statement

_NUMBER = re.compile(r"#?[-−]?\d+")
_NUMBERS = re.compile(r"#?\d+(?:_\w+)*")
_LINK = re.compile(r"https?://\S+", re.IGNORECASE)
_HIGHEST = 2**31 - 1
_LONGEST = 500


@dataclass(frozen=True, slots=True)
class Became:
    """What became of statements, by their numbers."""

    rewritten: Mapping[int, int]
    """How often their source rewrote them."""
    taken_back: frozenset[int]
    """By those who run the watch."""
    over: frozenset[int]
    """Calls that are over."""

    @classmethod
    def of(cls, work: Work, ids: Sequence[int]) -> "Became":
        """Look it up for all of a list at once."""
        over = frozenset(work.alerts.over_since(ids))
        return cls(work.statements.versions.rewritten(ids), work.alerts.taken_back(ids), over)

    def about(self, statement: Statement, speech: Speech) -> str:
        """Return what a listed statement is, about where, by whom and when, and what became of it."""
        key = statement.id
        return about(
            statement,
            speech,
            self.rewritten.get(key, 0),
            taken_back=key in self.taken_back,
            over=key in self.over,
        )


def statement_or_reply(typed: list[str], example: str, work: Work, speech: Speech) -> Statement | Reply:
    """Return the statement whose number, link or imported id was typed first; raises Mistake for none."""
    if not typed:
        raise Mistake("Which one? Its number stands before each result: {example}", example=example)
    found = statement_named(typed[0], work)
    if found is None:
        if not _NUMBER.fullmatch(typed[0]):
            raise no_name(typed[0], example)
        said = shorten(typed[0].removeprefix("#"), 40)
        return reply(
            paragraph(speech.t("There is no statement #{number}.", number=said)),
            choices=((Choice(speech.t("Latest"), "/latest"),),),
        )
    if found.taken_down:
        case = (Choice(speech.t("The case"), f"/case {found.case_id}"),) if found.case_id else ()
        return reply(
            *taken_down_blocks(found, speech), choices=((*case, Choice(speech.t("Latest"), "/latest")),)
        )
    return found


def statement_named(word: str, work: Work) -> Statement | None:
    """Return the statement with this number or, pasted, its link or the id that it was imported under."""
    if _LINK.fullmatch(word):
        key = work.statements.at(word[:_LONGEST])
    elif _NUMBER.fullmatch(word):
        key = whole(word)
    else:
        key = work.statements.known_as(word[:_LONGEST])
    return work.statements.get(key) if key is not None else None


def whole(word: str) -> int | None:
    """Return the number that a word of digits, of any script, stands for; None where nothing has it."""
    digits = word.removeprefix("#")
    value = int(digits) if digits.isdecimal() and len(digits) <= len(str(_HIGHEST)) else 0
    return value if 0 < value <= _HIGHEST else None


def no_name(word: str, example: str) -> Mistake:
    """Return what is said of a word that is neither number, link nor id."""
    return Mistake(
        "“{word}” is no number, link or id that is known here. Write it so: {example}",
        word=shorten(word, 80),
        example=example,
    )


def no_page(statement: int, last: int, command: str) -> Mistake:
    """Return what is said where a page of a statement's text is asked for that there is not."""
    if last == 1:
        return Mistake("The text of #{number} is one page: {example}", number=statement, example=command)
    return Mistake(
        "The text of #{number} has pages 1 to {last}: {example}",
        number=statement,
        last=last,
        example=f"{command} {last}",
    )


def typed_words(line: str) -> list[str]:
    """Return the words that follow a command which takes numbers: "12", "12_2", "12 page:2"; links whole."""
    words = line.replace("page:", " ").split()
    return [part for word in words for part in (word.split("_") if _NUMBERS.fullmatch(word) else [word])]
