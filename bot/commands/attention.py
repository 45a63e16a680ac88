"""What a chat wants of one case, why it was told of it, and what that was: /follow, /mute, /why, /show."""

from dataclasses import replace

from bot.commands import routed
from bot.commands.command import arguments, code, heading, number, paragraph, reply
from bot.commands.mistake import Mistake
from bot.commands.request import Reply, Request
from bot.render.alert import alert_message, evidence_of, judgement_of
from bot.render.amended import amended_message
from bot.render.digest import Since, digest_message
from bot.render.message import Block, Choice, Items, Line, Message, Notice, Paragraph, Span, Style
from bot.render.notice import notice_message
from bot.render.text import shorten
from bot.render.timeline import STATES
from bot.speech import Speech
from jobs.amend import Changed
from jobs.steps import match
from jobs.unasked import mute as silence
from storage.database import Work
from storage.due import DIGESTS
from storage.people import Recipient
from storage.records import Alert, Case
from storage.words import DeliveryState, MsgType, Stance

MOST = 200
"""Cases that one recipient may follow or have muted."""
_OFF = {"off", "no", "stop", "끔", "해제"}
_TITLE = 120
_EXAMPLE = {Stance.FOLLOW: "/follow 12", Stance.MUTE: "/mute 12"}


def follow(request: Request, work: Work, speech: Speech) -> Reply:
    """Follow a case, "off" no longer; without a number show what is followed."""
    case = _case_typed(request, work, Stance.FOLLOW, speech)
    if not isinstance(case, Case):
        return case
    told: tuple[Block, ...] = (
        heading(speech.t("You follow case {number}.", number=case.id)),
        *_title(case, speech),
        paragraph(
            speech.t("News of it comes here at once, and so does its end, whatever else you asked for.")
        ),
    )
    off = Choice(speech.t("No longer follow"), f"/follow {case.id} off")
    return reply(*told, choices=((off, _shown(case, speech)),))


def mute(request: Request, work: Work, speech: Speech) -> Reply:
    """Hear no more of a case, "off" again; without a number show what is muted."""
    case = _case_typed(request, work, Stance.MUTE, speech)
    if not isinstance(case, Case):
        return case
    told: tuple[Block, ...] = (
        heading(speech.t("Case {number} is muted here.", number=case.id)),
        *_title(case, speech),
        paragraph(
            speech.t(
                "Nothing more of it comes here, except the end of a call that was sent here. "
                "Other cases ring as before."
            )
        ),
    )
    off = Choice(speech.t("Undo"), f"/mute {case.id} off")
    return reply(*told, choices=((off, Choice(speech.t("Settings"), "/settings")),))


def why(request: Request, work: Work, speech: Speech) -> Reply:
    """Say which wish of this chat an alert fitted, and from which words it was judged."""
    typed = arguments(request).split()
    if not typed:
        raise Mistake("This is asked with what an alert offers below.")
    key = number(typed[0], "/why 12")
    recipient = work.recipients.find(request.transport, request.address)
    delivery = work.deliveries.one_of(key, recipient.id) if recipient else None
    if recipient is None or delivery is None or delivery.state is DeliveryState.HELD:
        return reply(paragraph(speech.t("Nothing like that was sent here.")))
    alert = work.alerts.many([key])[key]
    blocks: list[Block] = [heading(speech.t("Why this came here")), *_wishes(alert, recipient, work, speech)]
    if alert.statement.alert.urgent and alert.msg_type is not MsgType.CANCEL:
        words_of = evidence_of(alert)
        blocks.append(
            paragraph(speech.t("How Vigil judged it: {judgement}.", judgement=judgement_of(alert, speech)))
        )
        if words_of:
            blocks.append(paragraph(speech.t("From these words of the text:")))
            blocks.append(Items(tuple((Span(f"“{said}”"),) for said in words_of)))
    if recipient.counts:
        seen = speech.n(
            "Seen by {count}, as reactions tell.", "Seen by {count}, as reactions tell.", delivery.seen
        )
        blocks.append(paragraph(seen))
    case = (Choice(speech.t("The case"), f"/case {alert.case_id}"),) if alert.case_id else ()
    return reply(*blocks, choices=((*case, Choice(speech.t("Settings"), "/settings")),))


def show(request: Request, work: Work, speech: Speech) -> Reply:
    """Show what a message of few words stood for: an alert, all of a digest with it, or a notice ("n12")."""
    typed = arguments(request).split()
    if not typed:
        raise Mistake("This is asked with what an alert offers below.")
    noticed = typed[0].startswith("n")
    key = number(typed[0].removeprefix("n"), "/show 12")
    recipient = work.recipients.find(request.transport, request.address)
    found_by = work.deliveries.noticed if noticed else work.deliveries.one_of
    delivery = found_by(key, recipient.id) if recipient else None
    if delivery is None or delivery.state not in (DeliveryState.SENT, DeliveryState.UNCERTAIN):
        return reply(paragraph(speech.t("Nothing like that was sent here.")))
    if noticed:
        return Reply((replace(notice_message(work.notices.many([key])[key], speech), silent=False),))
    together = work.deliveries.beside(delivery)
    found = work.alerts.many([one.alert_id for one in together])
    alerts = tuple(alert for one in together if not (alert := found[one.alert_id]).statement.taken_down)
    if not alerts:
        return reply(paragraph(speech.t("What it said was taken down, for somebody's safety.")))
    if delivery.lane >= DIGESTS:
        ids = [one.id for one in alerts]
        over, back = (of(delivery.recipient_id, ids) for of in (work.told.over, work.told.taken_back))
        return Reply((digest_message(alerts, speech, request.now, Since(over, taken_back=back)),))
    return Reply((replace(_as_it_stands(alerts[0], work, speech, request), silent=False),))


def _as_it_stands(alert: Alert, work: Work, speech: Speech, request: Request) -> Message:
    """Return the alert, struck where it was taken back since, or its case called off."""
    later = [one for one in work.alerts.heard_on_case(alert.case_id or 0) if one.id > alert.id]
    end = next((one for one in later if one.msg_type is MsgType.CANCEL), None)
    taken_back = work.alerts.corrected_by(alert.statement.id)
    end = work.alerts.many([taken_back])[taken_back] if taken_back > alert.id else end
    if end is None or alert.msg_type is MsgType.CANCEL:
        return alert_message(alert, speech, request.now)
    return amended_message(Changed("", alert, end, None, ""), speech, request.now)


def stances_blocks(recipient: Recipient, work: Work, speech: Speech) -> list[Block]:
    """Return what is followed and what is muted, each with the line that ends it, for /settings."""
    found = work.stances.of(recipient.id)
    blocks: list[Block] = []
    labels = ((Stance.FOLLOW, speech.t("You follow:")), (Stance.MUTE, speech.t("Muted:")))
    for stance, label in labels:
        lines: list[Line] = [
            (
                code(f"/{stance} {case} off"),
                Span(f" · {_named(title, speech)}"),
            )
            for one, case, title in found
            if one is stance
        ]
        if lines:
            blocks += [paragraph(label), Items(tuple(lines))]
    return blocks


def _case_typed(request: Request, work: Work, stance: Stance, speech: Speech) -> Case | Reply:
    """Take the stance on the case that was typed and return it; or what else there is to say."""
    typed = arguments(request).replace("_", " ").split()
    if not typed:
        return _listed(request, stance, work, speech)
    key = number(typed[0].removeprefix("c"), _EXAMPLE[stance])
    if len(typed) > 1 and (len(typed) > 2 or typed[1].casefold() not in _OFF):
        raise Mistake(
            "“{word}” is not understood here. Write it so: {example}",
            word=typed[1][:40],
            example=_EXAMPLE[stance],
        )
    case = work.cases.get(key)
    if case is None or (len(typed) == 1 and work.cases.is_drill(case.id)):
        return reply(
            paragraph(speech.t("There is no case {number}.", number=key)),
            choices=((Choice(speech.t("Latest"), "/latest"),),),
        )
    if len(typed) > 1:
        return _taken_back(request, case, stance, work, speech)
    recipient = work.recipients.ensure(request.transport, request.address, speech.language, request.now)
    if len(work.stances.of(recipient.id)) >= MOST:
        raise Mistake(
            "{most} cases are the most that can be followed or muted; end some first: {example}",
            most=MOST,
            example="/settings",
        )
    if stance is Stance.MUTE:
        silence(work, recipient, case.id, request.now)
    else:
        work.stances.take(recipient.id, case.id, stance)
    return case


def _taken_back(request: Request, case: Case, stance: Stance, work: Work, speech: Speech) -> Reply:
    recipient = work.recipients.find(request.transport, request.address)
    if recipient and any((one, key) == (stance, case.id) for one, key, _ in work.stances.of(recipient.id)):
        work.stances.drop(recipient.id, case.id)
    said = {
        Stance.FOLLOW: speech.t("You do not follow case {number} any more.", number=case.id),
        Stance.MUTE: speech.t("Case {number} is not muted here any more.", number=case.id),
    }
    again = Choice(speech.t("Undo"), f"/{stance} {case.id}")
    return reply(
        heading(said[stance]),
        *_title(case, speech),
        choices=((again, Choice(speech.t("Settings"), "/settings")),),
    )


def _listed(request: Request, stance: Stance, work: Work, speech: Speech) -> Reply:
    recipient = work.recipients.find(request.transport, request.address)
    blocks = stances_blocks(recipient, work, speech) if recipient else []
    if not blocks:
        blocks = [paragraph(speech.t("You follow no case, and none is muted."))]
    example = speech.line("For example: {example}", example=code(_EXAMPLE[stance]))
    where = speech.t("The number of a case stands in /case, and each alert offers this below.")
    cases = Choice(speech.t("Latest cases"), "/case")
    return reply(*blocks, Paragraph(example), Notice((Span(where),)), choices=((cases,),))


def _wishes(alert: Alert, recipient: Recipient, work: Work, speech: Speech) -> list[Block]:
    """Return the wishes that it fits, and what else brings it here."""
    fitting = [
        route
        for route in work.routes.of(recipient.id)
        if match.wants(route, alert, followed=False, drills=recipient.drills)
    ]
    blocks: list[Block] = []
    if fitting and alert.msg_type is not MsgType.CANCEL:
        blocks.append(paragraph(speech.t("You asked for this:")))
        blocks.append(Items(tuple((code(routed.typed(route)),) for route in fitting)))
    if any((one, key) == (Stance.FOLLOW, alert.case_id) for one, key, _ in work.stances.of(recipient.id)):
        blocks.append(paragraph(speech.t("You follow its case.")))
    if alert.case_id and work.told.heard(recipient.id, alert.case_id, alert.id):
        blocks.append(paragraph(speech.t("An earlier call of the same case was sent here.")))
    if not blocks:
        blocks.append(paragraph(speech.t("It was sent for something that you do not ask for any more.")))
    return blocks


def _title(case: Case, speech: Speech) -> tuple[Block, ...]:
    title = _named(case.title, speech)
    return (Paragraph((Span(title, Style.BOLD), Span(f" · {speech.t(STATES[case.state])}"))),)


def _named(title: str, speech: Speech) -> str:
    return shorten(title, _TITLE) or speech.t("without a title")


def _shown(case: Case, speech: Speech) -> Choice:
    return Choice(speech.t("The case"), f"/case {case.id}")
