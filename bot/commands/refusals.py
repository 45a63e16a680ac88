"""Says why something is not done with an appeal, and what can be done instead."""

from bot.commands import drills
from bot.commands.command import reply
from bot.commands.request import Reply
from bot.render.message import Paragraph
from bot.render.text import typed_apart
from bot.speech import Speech, msgid
from jobs.appeals import MOST_DRAFTS
from jobs.desk import USUAL, Refusal, Refused, Rules
from storage.database import Work

NOT_YET = msgid(
    "You joined the desk less than two days ago. Until then somebody else has to take back what was sent."
)
REFUSALS = {
    Refusal.UNKNOWN: msgid("There is no appeal {number}. All of them: /appeals"),
    Refusal.COOLING: msgid("Appeal {number} is approved and about to be sent. To halt it: `/stop {number}`"),
    Refusal.SENT: msgid("Appeal {number} was sent. To take it back: `/correct {number}`"),
    Refusal.STOPPED: msgid(
        "Appeal {number} was stopped. To take back what was sent of it: `/correct {number}`"
    ),
    Refusal.CORRECTED: msgid("Appeal {number} was corrected: everybody who got it has been told."),
    Refusal.DRAFT: msgid("Appeal {number} is a draft: nobody has got it."),
    Refusal.STALE: msgid(
        "That is not the mark of appeal {number} as it stands now: it was changed, or mistyped. Read it "
        "again, then approve what you read: `/appeal {number}`"
    ),
    Refusal.OWN: msgid(
        "You wrote appeal {number} as it stands, and count among those who stand for it already. Somebody "
        "else has to read and approve it."
    ),
    Refusal.TWICE: msgid("You have approved appeal {number} already. Somebody else has to."),
    Refusal.NEW: msgid(
        "Appeal {number} was not approved: you joined the desk less than two days ago. Until then somebody "
        "else has to approve it."
    ),
    Refusal.NOT_YET: NOT_YET,
    Refusal.NOBODY: msgid(
        "Appeal {number} would reach nobody, so it cannot be approved. An Expected one reaches only those "
        "who asked for campaigns; one with countries, those who named one of them or none; one without, "
        "those who named none."
    ),
    Refusal.OVER: msgid("The day by which appeal {number} asks for something has passed: change it first."),
    Refusal.FINISHED: msgid(
        "Nothing of appeal {number} waits any more: all of it has gone. To take it back: `/correct {number}`"
    ),
    Refusal.PAST: msgid(
        "The moment at which appeal {number} was to go out has passed. Name another one behind “at:”, or "
        "leave that line empty."
    ),
    Refusal.UNFINISHED: msgid(
        "Appeal {number} has a headline without a text in one of its languages: write it, or drop that "
        "language."
    ),
    Refusal.ENOUGH: msgid(
        "Appeal {number} was not approved: you stand for {most} appeals already that go out within a day of "
        "it, and one admin may for no more (`appeals_per_day`). Somebody else has to, or it goes out later."
    ),
    Refusal.ENOUGH_OF_OTHERS: msgid(
        "Appeal {number} was not approved: its author, or another who approved it, stands for {most} "
        "appeals already that go out within a day of it, and one admin may for no more (`appeals_per_day`)."
    ),
    Refusal.FULL: msgid(
        "It was not kept: you have {drafts} drafts. Send or drop one first: `/appeals drafts`"
    ),
    Refusal.UNHEARD: msgid("Nobody has got anything of appeal {number}: there is nothing to take back."),
}


def refusal(refused: Refused, key: int, work: Work, speech: Speech, rules: Rules = USUAL) -> Reply:
    """Return why nothing was done with the appeal of this number; of a drill it says so."""
    found = work.appeals.get(key)
    drill = found is not None and found.drill
    why = drills.NOBODY if drill and refused.why is Refusal.NOBODY else REFUSALS[refused.why]
    said = speech.t(why, number=key, most=speech.number(rules.per_day), drafts=speech.number(MOST_DRAFTS))
    return drills.about(drill, reply(Paragraph(typed_apart(said))), speech)
