"""/review: what waits until an admin has looked, and what becomes of it."""

from dataclasses import replace

from bot.commands.command import arguments, heading, number, paragraph, reply
from bot.commands.mistake import Mistake
from bot.commands.request import Reply, Request
from bot.commands.trusting import vouch
from bot.render.alert import alert_message
from bot.render.message import Block, Choice, Field, Items, Message, Span
from bot.render.review import card_blocks, listed
from bot.speech import Speech
from jobs.held import Card, NothingHeld, ask, card, drop, keep, redact, release, without_parts
from storage.audit import Noted
from storage.database import Work
from storage.words import Act, Concern

EXAMPLE = "/review 12 send"
_VERBS = ("send", "redacted", "hold", "drop", "ask")
_LISTED = 10
_MARK = 8


def review(request: Request, work: Work, speech: Speech) -> Reply:
    """List what waits, show one of it, or decide on it."""
    typed = arguments(request).lower().split()
    if not typed:
        return _list(work, speech)
    key = number(typed[0], EXAMPLE)
    verb, mark = (typed[1] if len(typed) > 1 else ""), "".join(typed[2:3])
    if verb and verb not in _VERBS:
        raise Mistake("“{word}” is no decision. It can be: {known}", word=verb[:40], known=", ".join(_VERBS))
    try:
        if mark:
            work.cases.lock()  # first: what is read below is what is decided on
        found = card(work, key, request.rules.review)
        if verb in _AT_ONCE:
            return _AT_ONCE[verb](found, request, work, speech)
        if mark:
            return _decided(found, verb, mark, request, work, speech)
    except NothingHeld:
        told = speech.t(
            "Nothing waits under {number}: it was sent or dropped meanwhile, or is over.", number=key
        )
        # Whoever pressed too late keeps what they read.
        over = reply(paragraph(told), choices=((Choice(speech.t("What waits"), "/review"),),))
        return replace(over, aside=True)
    if verb:
        return _confirm(found, verb, request, speech)
    return _card(found, request, speech, work.audit.last_of(Act.KEPT, key))


def _decided(found: Card, verb: str, mark: str, request: Request, work: Work, speech: Speech) -> Reply:
    """Do what was decided, if the words are those that were read."""
    if mark == found.mark and (found.parts or verb != "redacted"):
        return _decide(found, verb, request, work, speech)
    shown = _card(found, request, speech)
    told = speech.t("It was changed since you read it. This is how it stands now:")
    return Reply((Message((paragraph(told),)), *shown.messages))


def confirms(typed: str) -> bool:
    """Say whether what stands behind /review changes anything."""
    words = typed.lower().split()
    return len(words) > 2 or words[1:2] in (["ask"], ["hold"])


def stand(_request: Request, work: Work, speech: Speech) -> Reply:
    """List what waits: how things stand where a decision was made already."""
    return _list(work, speech)


def _list(work: Work, speech: Speech) -> Reply:
    waiting = work.held.waiting()
    if not waiting:
        return reply(paragraph(speech.t("Nothing waits for an admin.")))
    alerts = work.alerts.many([one.alert_id for one in waiting[:_LISTED]])
    lines = tuple(listed(alerts[one.alert_id], one.recipients, speech) for one in waiting[:_LISTED])
    told = speech.n(
        "{count} alert waits for an admin, the oldest first:",
        "{count} alerts wait for an admin, the oldest first:",
        len(waiting),
    )
    row = tuple(Choice(str(one.alert_id), f"/review {one.alert_id}") for one in waiting[:5])
    return reply(heading(speech.t("Review")), paragraph(told), Items(lines), choices=(row,))


def _card(found: Card, request: Request, speech: Speech, kept: Noted | None = None) -> Reply:
    """The card, then the message as its recipients would get it; `kept`: who let it wait after a look."""
    key = found.alert.id
    looked: tuple[Block, ...] = ()
    if kept:
        told = speech.t("{mark}, {moment}", mark=kept.admin[:_MARK], moment=speech.moment(kept.at))
        looked = (Field(speech.t("Looked at, and left waiting"), (Span(told),)),)
    blocks: tuple[Block, ...] = (
        heading(speech.t("Review of {number}", number=key)),
        *card_blocks(found, speech, request.now),
        *looked,
        paragraph(
            speech.t("The next message is what its recipients would read; its buttons are for you alone.")
        ),
    )
    rows = [(Choice(speech.t("Send as it is"), f"/review {key} send"),)]
    if found.parts:
        rows.insert(0, (Choice(speech.t("Send without these words"), f"/review {key} redacted"),))
    rows.append((Choice(speech.t("Leave it waiting"), f"/review {key} hold"),))
    rows.append((Choice(speech.t("Do not send"), f"/review {key} drop"),))
    rows.append((Choice(speech.t("Ask the others"), f"/review {key} ask"),))
    shown = alert_message(found.alert, speech, request.now)
    return Reply((Message(blocks), Message(shown.blocks, tuple(rows))))


def _confirm(found: Card, verb: str, request: Request, speech: Speech) -> Reply:
    """The one question, with what would be read where that is not what was shown."""
    key, count = found.alert.id, found.held.recipients
    back = (Choice(speech.t("Back"), f"/review {key}"),)
    if verb == "drop":
        told = speech.n(
            "{count} recipient would not be told of this.",
            "{count} recipients would not be told of this.",
            count,
        )
        stays = speech.t("It stays in the archive.")
        if found.parts:
            stays = speech.t(
                "It stays in the archive, where nobody but admins can read the words in question."
            )
        return reply(
            paragraph(told),
            paragraph(stays),
            choices=((Choice(speech.t("Do not send it"), f"/review {key} drop {found.mark}"),), back),
        )
    if verb == "redacted" and not found.parts:
        raise Mistake(
            "Nothing in it was found that would be withheld: {example}", example=f"/review {key} send"
        )
    told = speech.n("This goes to {count} recipient:", "This goes to {count} recipients:", count)
    alert = without_parts(found) if verb == "redacted" else found.alert
    shown = alert_message(alert, speech, request.now)
    send = Choice(speech.t("Send it"), f"/review {key} {verb} {found.mark}")
    return Reply((Message((paragraph(told),)), Message(shown.blocks, ((send,), back))))


def _decide(found: Card, verb: str, request: Request, work: Work, speech: Speech) -> Reply:
    key, now, zone = found.alert.id, request.now, request.rules.zone
    admin = work.audit.admin(*request.who)
    if verb == "drop":
        count = drop(work, key, admin, now)
        told = speech.n(
            "{count} recipient is not told of it.", "{count} recipients are not told of it.", count
        )
    else:
        if Concern.TRIAL in found.concerns or found.alert.source.on_trial:
            vouch(found.alert.source, request, work)
        if verb == "redacted":
            count = redact(work, found, admin, now, zone)
        else:
            count = release(work, key, admin, now, zone)
        told = speech.n(
            "It goes to {count} recipient, at once or at the hour that they chose.",
            "It goes to {count} recipients, at once or at the hours that they chose.",
            count,
        )
        if not count and found.alert.expires and found.alert.expires < now:
            told = speech.t("It is over by now, so nobody is told of it.")
        elif not count:
            told = speech.t(
                "Nobody is left who waits for it: another source told them meanwhile, or they muted its case."
            )
    return reply(paragraph(told), choices=((Choice(speech.t("What waits"), "/review"),),))


def _kept(found: Card, request: Request, work: Work, speech: Speech) -> Reply:
    key = found.alert.id
    count = keep(work, key, work.audit.admin(*request.who), request.now, request.rules.remind_after)
    told = speech.n(
        "It goes on waiting for {count} recipient, and is on record as looked at. You are reminded later.",
        "It goes on waiting for {count} recipients, and is on record as looked at. You are reminded later.",
        count,
    )
    kept = reply(paragraph(told), choices=((Choice(speech.t("What waits"), "/review"),),))
    return replace(kept, aside=True)


def _ask(found: Card, request: Request, work: Work, speech: Speech) -> Reply:
    asker = request.who
    count = ask(work, found, asker, request.rules.admins, request.now)
    if not count:
        return reply(paragraph(speech.t("There is no other admin to be asked.")))
    told = speech.n("{count} admin is asked to look.", "{count} admins are asked to look.", count)
    asked = reply(paragraph(told), choices=((Choice(speech.t("Back"), f"/review {found.alert.id}"),),))
    return replace(asked, aside=True)


_AT_ONCE = {"ask": _ask, "hold": _kept}
"""What changes nothing for readers, and is done without a further question."""
