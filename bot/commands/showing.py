"""What a file is for that somebody sent: an admin's is the picture of an appeal, no other is looked at."""

import re
from dataclasses import replace

from bot.commands import drills
from bot.commands.command import arguments, code, paragraph, reply
from bot.commands.drafting import read
from bot.commands.request import Reply, Request
from bot.commands.welcome import wordless
from bot.render.message import Paragraph
from bot.speech import Speech, msgid
from jobs.steps.picture import MOST, Fault, Unfit
from storage.database import Work
from storage.words import DeskRole

_FOR_ONE = re.compile(r"\s{0,20}[/!]\s?(?:appeal|drill)\b", re.IGNORECASE)
NOT_SURE = msgid("The desk is open only to what comes enciphered from a device that its owner has confirmed.")
_MEGABYTES = MOST // 1_000_000
FAULTS = {
    Fault.NONE: msgid(
        "This is no picture that can be shown everywhere: send a JPEG or a PNG. Nothing was kept."
    ),
    Fault.BROKEN: msgid("This picture is damaged or incomplete. Nothing was kept: send it once more."),
    Fault.BIG: msgid("This is too big: {most} MB at most. Nothing was kept."),
    Fault.LARGE: msgid(
        "This picture is too large or too slim: 8,000 pixels a side, 10,000 both together, and one side "
        "twenty times the other at most. Nothing was kept."
    ),
}


def meant(request: Request, work: Work, speech: Speech) -> Request | Reply:
    """Return the line that a file belongs to, or what is answered in its place.

    Below it stands /appeal or /drill with a number, or words for a new one. With nothing below it, it is for
    the draft that this admin wrote last. Of whoever is no admin nothing is looked at.
    """
    is_for_one = _FOR_ONE.match(request.text)
    if is_for_one and not request.is_sure:
        return reply(paragraph(speech.t(NOT_SURE)))
    if request.group:
        return Reply(())
    if request.role not in {DeskRole.OWNER, DeskRole.ADMIN}:
        return wordless(request, work, speech)
    if is_for_one and (typed := read(arguments(request))) and (typed.number or typed.words):
        return request
    if is_for_one or not request.text.strip():
        own = work.appeals.drafts(work.audit.admin(*request.who))
        if own:
            return replace(request, text=drills.command(own[0]))
    return reply(
        Paragraph(
            speech.line(
                "A picture is for an appeal: send it with {example} below it, or write the appeal first.",
                example=code("/appeal 7"),
            )
        )
    )


def unfit(why: Unfit, speech: Speech) -> Reply:
    """Return why a file is not taken for a picture."""
    return reply(paragraph(speech.t(FAULTS[why.fault], most=_MEGABYTES)))
