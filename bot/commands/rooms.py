"""What a Matrix room is told without having asked: whose devices are not confirmed, what could not be read.

No person types these: the transport asks for them, so that they are said in the language of the room.
"""

from bot.commands.command import arguments, code, heading, paragraph, reply
from bot.commands.request import Reply, Request
from bot.render.message import Items
from bot.speech import Speech
from storage.database import Work

_SHOWN = 5


def unconfirmed(request: Request, work: Work, speech: Speech) -> Reply:
    """Name devices whose owners have not signed them: "send" or "strict", how many, and some of them."""
    del work
    policy, count, *named = (*arguments(request).split()[: _SHOWN + 2], "", "")
    named = [one for one in named if one]
    number = int(count) if count.isdecimal() else len(named)
    told = speech.n(
        "One device here is not confirmed by its owner",
        "{count} devices here are not confirmed by their owners",
        number,
    )
    if policy == "strict":
        meaning = speech.t(
            "What I write cannot be read there, until the owner confirms the device: in the client, from "
            "another device, among the sessions in its settings."
        )
    else:
        meaning = speech.t(
            "What I write can be read there all the same. Its owner should confirm it: in the client, from "
            "another device, among the sessions in its settings. A device that its owner does not know must "
            "be signed out there: somebody else may be reading."
        )
    lines = tuple((code(one.replace("/", " ")),) for one in named)
    return reply(heading(told), *([Items(lines)] if lines else []), paragraph(meaning))


def unreadable(request: Request, work: Work, speech: Speech) -> Reply:
    """Say that a line was not taken, which nobody can read, or of which nobody can tell who wrote it."""
    del request, work
    return reply(
        paragraph(
            speech.t(
                "I did not take what was just written here: it came without encryption into an encrypted "
                "room, or I have no key for it, or cannot tell who wrote it. Please write it again."
            )
        )
    )


def verifying(request: Request, work: Work, speech: Speech) -> Reply:
    """Say what the pictures of a verification are to be compared with."""
    del request, work
    return reply(
        paragraph(
            speech.t(
                "Your client is about to show seven pictures. The people who run me are shown the same now. "
                "Ask them for theirs in a way other than Matrix, such as a call. If one differs, or nobody "
                "can tell you, answer that they do not match."
            )
        )
    )


def powerless(request: Request, work: Work, speech: Speech) -> Reply:
    """Say to those who manage a room what it takes for urgent calls to reach everybody in it."""
    del request, work
    return reply(
        paragraph(
            speech.t(
                "To those who manage this room: an urgent call cannot mention everybody here, since I may "
                "not use @room. Give me the power for it, 50 unless the room says otherwise. Without it the "
                "call rings only where a client rings for every message."
            )
        )
    )
