"""/move: what a chat asked for goes to another one, on whatever transport, by a code that serves once."""

from dataclasses import replace

from bot.commands.command import arguments, code, heading, paragraph, reply
from bot.commands.mistake import Mistake
from bot.commands.request import Reply, Request
from bot.commands.subscriptions import settings
from bot.render.message import Paragraph
from bot.speech import Speech
from jobs.allowance import Allowance
from storage.database import Work
from storage.handovers import VALID, UnderWay

_TRIES = 5
"""Codes that serve nothing, from one chat within an hour."""
_BY_ALL = 200
_ALLOWANCE = Allowance(_TRIES, _BY_ALL)


def move(request: Request, work: Work, speech: Speech) -> Reply:
    """Give a code for what this chat asked for, or take over what stands behind one."""
    if request.group:
        raise Mistake("That is done in a private chat with me, not among others. {example}", example="/help")
    typed = arguments(request).strip()
    return _taken(typed, request, work, speech) if typed else _offered(request, work, speech)


def _offered(request: Request, work: Work, speech: Speech) -> Reply:
    known = work.recipients.find(request.transport, request.address)
    if known is None or not (work.routes.of(known.id) or work.stances.of(known.id)):
        return reply(paragraph(speech.t("This chat has asked for nothing that could go elsewhere.")))
    if work.staff.is_at(request.transport, request.address):
        raise Mistake(
            "You work at the desk from this chat, by a code. Ask an owner for a code for the other chat, and "
            "leave the desk here first: {example}",
            example="/forget",
        )
    told = work.handovers.offer(known.id, request.now)
    return reply(
        heading(speech.t("To another chat")),
        paragraph(
            speech.t(
                "Send this line to me in your other private chat: it begins with “/” on Telegram, and with "
                "“!” on Matrix. It works once, until {moment}, and whoever has it can take over what you "
                "asked for: show it to nobody.",
                moment=speech.moment(request.now + VALID),
            )
        ),
        Paragraph((code(f"/move {told}"),)),
        paragraph(
            speech.t(
                "Then everything goes there: subscriptions, language, clock and quiet hours, cases that you "
                "follow or have muted. Nothing is kept about this chat, and nothing is sent here any more. "
                "What was sent stays here: delete it yourself."
            )
        ),
    )


def _taken(typed: str, request: Request, work: Work, speech: Speech) -> Reply:
    of = work.handovers.of(typed, request.now)
    if of is None:
        person = f"{request.transport} {request.address}"
        if not _ALLOWANCE.takes(person, request.now.timestamp()):
            raise Mistake(
                "Too many codes that serve nothing came from here. Try again in an hour. {example}",
                example="/help",
            )
        raise Mistake(
            "This code does not work: it was used, has expired, or never was one. Ask for a new one in the "
            "other chat: {example}",
            example="/move",
        )
    known = work.recipients.get(of)
    if known is not None and (known.transport, known.address) == (request.transport, request.address):
        raise Mistake(
            "Send it in the other chat: this is the one that it is from. {example}", example="/help"
        )
    try:
        work.handovers.take(of, request.transport, request.address, request.now)
    except UnderWay as error:
        raise Mistake(
            "Something is just being sent to the other chat. Send the same line again in a moment. {example}",
            example=f"/move {typed[:40]}",
        ) from error
    (stand,) = settings(replace(request, text="/settings"), work, speech).messages
    told = paragraph(speech.t("Everything is here now. The other chat hears nothing more, and is forgotten."))
    return Reply((replace(stand, blocks=(told, *stand.blocks)),))
