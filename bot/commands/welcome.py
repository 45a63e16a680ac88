"""Meets a person: /start, /privacy, /forget, and the answer to a button that is too old."""

import re
from dataclasses import replace

from bot.commands import drills
from bot.commands.acting import act
from bot.commands.cases import case
from bot.commands.command import Handler, arguments, code, heading, paragraph, reply
from bot.commands.reading import statement
from bot.commands.request import Reply, Request
from bot.countries import is_code
from bot.render.message import Block, Choice, Message, Paragraph
from bot.speech import Speech
from jobs.notices import is_named
from storage.database import Work
from storage.records import Statement
from storage.words import MsgType

_UNTAPPED = ("matrix", "console")
"""Where nothing can be tapped: choices have numbers."""
_LINK = re.compile("([sca])([0-9]{1,9})")
"""What a link to the bot may bring (Telegram: t.me/BOT?start=s123); at most 64 of A-Za-z0-9_-."""
_LINKED: dict[str, tuple[str, Handler]] = {
    "s": ("statement", statement),
    "c": ("case", case),
    "a": ("act", act),
}


def start(request: Request, work: Work, speech: Speech) -> Reply:
    """Welcome: what this is, what is stored, and two taps to a useful subscription.

    With what a link from elsewhere brings, "s123" or "c12", that statement or case, with "a123" how to act on
    that statement; with "kp" that country is offered first. Whoever is not known here yet is told below an
    item what this is; where there is no such item any more, they are welcomed all the same.
    """
    brought = arguments(request).strip()
    linked = _LINK.fullmatch(brought)
    if linked:
        return _linked(linked[1], int(linked[2]), request, work, speech)
    return _welcome(brought.upper() if is_code(brought) else "", request, speech)


def _linked(letter: str, number: int, request: Request, work: Work, speech: Speech) -> Reply:
    name, handler = _LINKED[letter]
    known = work.recipients.find(request.transport, request.address) is not None
    of = work.statements.of_case(number, 1) if letter == "c" else work.statements.many([number])
    if not known and not of:
        return _welcome("", request, speech, speech.t("That item is not here (any more)."))
    told = handler(replace(request, text=f"/{name} {number}"), work, speech)
    if known:
        return told
    below = drills.read(of[0], Reply((_first_met(letter, of[0], request, work, speech),)), work, speech)
    return replace(told, messages=(*told.messages, *below.messages))


def _first_met(letter: str, item: Statement, request: Request, work: Work, speech: Speech) -> Message:
    """Return what stands below an item for whoever came by a link and is not known here yet."""
    country = item.countries[0] if item.countries else ""
    ring = speech.t("Ring for {country}", country=speech.country(country)) if country else ""
    rows = [
        (Choice(ring or speech.t("Everything urgent"), f"/subscribe {country}".rstrip()),),
        (Choice(speech.t("What is this?"), f"/start {country.lower()}".rstrip()),),
    ]
    asks = bool(item.demands or item.addressees) and item.alert.msg_type is not MsgType.CANCEL
    ended = item.taken_down or work.alerts.over_since([item.id]) or work.alerts.correction_of(item.id)
    if letter == "s" and asks and not ended:
        rows.insert(0, (Choice(speech.t("Act"), f"/act {item.id}"),))
    told = speech.t(
        "Vigil tells you when such a call goes out. What is stored about you, and who can see it: /privacy"
    )
    return Message((paragraph(told), *_platform(request, speech)), tuple(rows))


def _welcome(named: str, request: Request, speech: Speech, first: str = "") -> Reply:
    """Return the welcome, which offers the country `named` before others, below what is said `first`."""
    blocks: list[Block] = [
        *((paragraph(first),) if first else ()),
        heading(speech.t("Welcome. This is Vigil.")),
        paragraph(
            speech.t(
                "It keeps watch over what human-rights organisations publish. When somebody is "
                "in danger and a call goes out, it tells you within moments, in the issuer's own"
                " words and with the source."
            )
        ),
        paragraph(_asks(request, speech)),
        Paragraph((code(f"/subscribe {speech.country(named or 'KP')}"),)),
        *_stored(request, speech),
    ]
    offered = ((Choice(speech.country(named), f"/subscribe {named}"),),) if named else ()
    rows = (
        *offered,
        (Choice(speech.t("Everything urgent"), "/subscribe"),),
        (
            Choice(speech.t("One country"), "/subscribe ?"),
            Choice(speech.t("One organisation"), "/subscribe ?organisation"),
        ),
        (Choice(speech.t("Latest"), "/latest"), Choice(speech.t("Help"), "/help")),
    )
    return reply(*blocks, choices=rows)


def _asks(request: Request, speech: Speech) -> str:
    if request.transport in _UNTAPPED:
        return speech.t("What shall it ring for? A number from below is enough. Or type, for example:")
    return speech.t("What shall it ring for? One tap is enough. Or type, for example:")


def privacy(request: Request, work: Work, speech: Speech) -> Reply:
    """Say what is stored, what is not, who else can see this chat, and how to remove it all."""
    known = work.recipients.find(request.transport, request.address) is not None
    state = (
        speech.t("Something is stored about this chat. To remove all of it: /forget")
        if known
        else speech.t("Nothing is stored about this chat now.")
    )
    return reply(
        heading(speech.t("Privacy")),
        paragraph(
            speech.t(
                "When you subscribe, follow a case or set something, Vigil stores the address of this chat, "
                "its language, what you asked for, which cases you follow or have muted, your clock and "
                "hours where you set them, and which alerts were sent here. Address and keywords are "
                "encrypted with a key that is kept outside the database. What you search for is "
                "not stored."
            )
        ),
        paragraph(speech.t("No names, no user names, no telephone numbers and no messages are stored.")),
        paragraph(
            speech.t(
                "So that nothing is lost and no command is carried out twice, what you send may wait, "
                "encrypted, until it is answered, and a fingerprint of it may be kept for three days at "
                "most; it does not tell who sent it."
            )
        ),
        *_platform(request, speech),
        paragraph(state),
    )


def forget(request: Request, work: Work, speech: Speech) -> Reply:
    """Ask once, then remove every row about this chat."""
    recipient = work.recipients.find(request.transport, request.address)
    if recipient is None:
        return reply(paragraph(speech.t("Nothing is stored about this chat.")))
    if arguments(request).strip().lower() != "yes":
        routes = len(work.routes.of(recipient.id))
        if request.about:
            return _asked_elsewhere(routes, request.about, speech)
        return reply(
            heading(speech.t("Remove everything?")),
            paragraph(
                speech.n(
                    "This removes the address of this chat, {count} subscription, what you set here, "
                    "and the record of what was sent here. You will hear nothing more.",
                    "This removes the address of this chat, {count} subscriptions, what you set here, "
                    "and the record of what was sent here. You will hear nothing more.",
                    routes,
                )
            ),
            choices=(
                (Choice(speech.t("Yes, forget me"), "/forget yes"), Choice(speech.t("No"), "/settings")),
            ),
        )
    work.recipients.forget(recipient.id)
    if request.about:
        told = speech.t("Nothing is stored about {chat} any more.", chat=request.about)
        return reply(heading(speech.t("Forgotten.")), paragraph(told))
    blocks: list[Block] = [
        heading(speech.t("Forgotten.")),
        paragraph(speech.t("Nothing is stored about this chat any more. /start is open to you at any time.")),
    ]
    if request.transport == "matrix":
        blocks.append(
            paragraph(
                speech.t(
                    "If this room is encrypted, its keys stay here, encrypted, until Vigil is out of it: "
                    "remove Vigil from the room."
                )
            )
        )
    named = is_named(request.rules.admins, request.transport, request.address)
    if named and request.transport != "console":  # nobody is sent away from the machine itself
        blocks.append(
            paragraph(
                speech.t(
                    "You are an admin, by the configuration: notices about trouble still come here, until "
                    "you are taken out of [admins] there."
                )
            )
        )
    if request.transport == "telegram":
        blocks.append(
            paragraph(speech.t("Telegram keeps its own copy of this chat until you delete it there."))
        )
    return reply(*blocks)


def _asked_elsewhere(routes: int, chat: str, speech: Speech) -> Reply:
    """Ask the same of a channel or group, by its name: "this chat" would be the one where it is read."""
    told = speech.n(
        "This removes the address of {chat}, {count} subscription, what was set for it, and the record of "
        "what was sent there. Nothing more comes there.",
        "This removes the address of {chat}, {count} subscriptions, what was set for it, and the record of "
        "what was sent there. Nothing more comes there.",
        routes,
        chat=chat,
    )
    ways = (Choice(speech.t("Yes, remove"), "/forget yes"), Choice(speech.t("No"), "/settings"))
    return reply(
        heading(speech.t("Remove everything about {chat}?", chat=chat)), paragraph(told), choices=(ways,)
    )


def expired(request: Request, work: Work, speech: Speech) -> Reply:
    """Answer a button whose meaning was held in memory only and is gone."""
    del work
    told = reply(
        paragraph(speech.t("That choice is too old. Please ask again.")),
        choices=((Choice(speech.t("Latest"), "/latest"), Choice(speech.t("Help"), "/help")),),
    )
    return replace(told, aside=request.group)


def wordless(request: Request, work: Work, speech: Speech) -> Reply:
    """Answer a picture, a voice or a sticker in one sentence."""
    del request, work
    return reply(
        paragraph(speech.t("I read only what is written. What can be asked: {example}", example="/help"))
    )


def _stored(request: Request, speech: Speech) -> tuple[Block, ...]:
    """Say in one honest paragraph what is stored and who else can read along."""
    stored = paragraph(
        speech.t(
            "Nothing is stored until you subscribe, follow a case or set something; then the address of "
            "this chat, encrypted, and what you asked for. /forget removes it all, /privacy says more."
        )
    )
    return (stored, *_platform(request, speech))


def _platform(request: Request, speech: Speech) -> tuple[Block, ...]:
    if request.transport == "matrix":
        return (
            paragraph(
                speech.t(
                    "What is said in an encrypted room only its members and this bot can read; its "
                    "homeserver and yours see who is in it, and when something is said. In a room that "
                    "is not encrypted they see everything. Reactions are never encrypted."
                )
            ),
            paragraph(
                speech.t(
                    "Here commands begin with “!”. Choices are numbered: answer with the number, or reply "
                    "with it to the message that offers them."
                )
            ),
        )
    if request.transport != "telegram":
        return ()
    return (
        paragraph(
            speech.t(
                "Chats with a bot on Telegram are not end-to-end encrypted: Telegram can see "
                "what is sent here and that you use this bot. If that endangers you, do not "
                "subscribe here."
            )
        ),
    )
