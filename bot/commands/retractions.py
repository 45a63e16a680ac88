"""/correct of what a source published: picks what was sent lately, takes a call back after one question."""

from collections.abc import Mapping

from bot.commands.command import heading, number, paragraph, reply
from bot.commands.endangering import TakenBack, words_go
from bot.commands.mistake import Mistake
from bot.commands.refusals import NOT_YET
from bot.commands.request import Reply, Request
from bot.render.alert import alert_message
from bot.render.appeal import OF_CALLS, leaving
from bot.render.message import Choice, Items, Line, Message, Span, Style
from bot.render.text import shorten
from bot.speech import Speech, languages, msgid
from jobs.corrections import WORDINGS
from jobs.desk import Refusal, Refused
from jobs.retractions import Rung, lately, retract, retracted, to_retract
from storage.database import Work
from storage.records import Wording
from storage.words import AppealState, Cause

ALERT = "alert"
EXAMPLE = "/correct alert 345"
_SHOWN = 6
_TITLE = 60
_TAKEN_DOWN = msgid("A call that was taken down")
_REFUSALS = {
    Refusal.UNKNOWN: msgid("There is no alert {number} of a source. What was sent lately: /correct"),
    Refusal.AN_END: msgid(
        "Alert {number} says that a call is over. To tell everybody that it is not, write an appeal: /appeal"
    ),
    Refusal.CORRECTED: msgid("Alert {number} was taken back: everybody who got it has been told."),
    Refusal.ENOUGH: msgid(
        "You took back {most} calls within a day, as many as one admin may. Ask another, or whoever is at "
        "the terminal of the machine."
    ),
    Refusal.NOT_YET: NOT_YET,
    Refusal.UNHEARD: msgid("Nobody has got alert {number}, and it waits for nobody: see /review"),
}
_SENT = (AppealState.SENT, AppealState.STOPPED)
Reasons = Mapping[Cause, tuple[str, str]]
"""How each reason is typed, and what its button says."""


def pick(request: Request, work: Work, speech: Speech) -> Reply:
    """Return what was sent lately and may be taken back, of the desk and of sources, a button for each."""
    calls = lately(work, _SHOWN, request.now)
    own = [one for one in work.appeals.newest() if one.state in _SENT][:_SHOWN]
    rung = work.alerts.many([one.alert_id for one in own])
    lines: list[Line] = []
    choices: list[Choice] = []
    for one in own:
        alert = rung.get(one.alert_id)
        if alert is None:
            continue
        label = speech.t("Appeal {number}", number=one.id)
        lines.append(_line(label, alert.statement.title, speech.moment(alert.sent)))
        choices.append(Choice(label, f"/correct {one.id}"))
    for call in calls:
        label, source = speech.t("Alert {number}", number=call.first.id), call.first.source
        told = speech.n("{count} recipient", "{count} recipients", call.told)
        said = " · ".join((source.organisation or source.title or source.name, told))
        lines.append(_line(label, call.first.statement.title, said))
        choices.append(Choice(label, f"/correct {ALERT} {call.first.id}"))
    if not lines:
        return reply(paragraph(speech.t("Nothing was sent lately that could be taken back.")))
    return reply(
        heading(speech.t("What is to be taken back?")),
        Items(tuple(lines)),
        choices=tuple((one,) for one in choices),
    )


def correct_call(typed: list[str], reasons: Reasons, request: Request, work: Work, speech: Speech) -> Reply:
    """Return the question why, what its recipients would read, or that it is done.

    `typed` is what stands behind "alert".
    """
    if not typed:
        raise Mistake("Which alert? {example}", example=EXAMPLE)
    key = number(typed[0], EXAMPLE)
    named = {word: cause for cause, (word, _) in reasons.items()}
    if len(typed) > 1 and typed[1] not in named:
        raise Mistake("“{word}” is no reason. It can be: {known}", word=typed[1][:40], known=", ".join(named))
    try:
        found = to_retract(work, key)
        if len(typed) == 1:
            return _why(found, reasons, speech)
        end = (named[typed[1]], _words(found, named[typed[1]]))
        if typed[2:] != ["yes"]:
            back = Choice(speech.t("Another reason"), f"/correct {ALERT} {key}")
            send = Choice(speech.t("Send the correction"), f"/correct {ALERT} {key} {typed[1]} yes")
            told = retracted(found, end, request.rules, request.now)
            asked = speech.n(
                "This goes to {count} recipient, ahead of everything else:",
                "This goes to {count} recipients, ahead of everything else:",
                found.told,
            )
            shown = alert_message(told, speech, request.now)
            gone = leaving(end[0], speech)
            blocks = (paragraph(asked), *((paragraph(gone),) if gone else ()))
            return Reply((Message(blocks), Message(shown.blocks, ((send,), (back,)))))
        admin = work.audit.admin(*request.who)
        count = retract(work, key, end, admin, request.rules, request.now)
    except Refused as refused:
        most = speech.number(request.rules.per_day)
        why = speech.t(_REFUSALS[refused.why], number=key, most=most)
        if refused.why is not Refusal.CORRECTED:
            return reply(paragraph(why))
        statement = work.alerts.many([key])[key].statement
        taken_back = TakenBack(f"/correct {ALERT} {key}", why, statement)
        return words_go(taken_back, typed[1:], request, work, speech)
    said = speech.n(
        "The correction goes to {count} recipient, ahead of everything else.",
        "The correction goes to {count} recipients, ahead of everything else.",
        count,
    )
    pause = Choice(speech.t("The source"), f"/sources {found.first.source.name}")
    return reply(paragraph(said), choices=((pause,),))


def _why(found: Rung, reasons: Reasons, speech: Speech) -> Reply:
    asked = speech.n(
        "“{title}” went to {count} recipient. Why is it taken back? First you see what is told.",
        "“{title}” went to {count} recipients. Why is it taken back? First you see what is told.",
        found.told,
        title=shorten(found.first.statement.title, _TITLE) or speech.t(_TAKEN_DOWN),
    )
    blocks = [paragraph(asked)]
    if found.waiting:
        more = speech.n(
            "{count} more is about to get it, and does not once it is taken back.",
            "{count} more are about to get it, and do not once it is taken back.",
            found.waiting,
        )
        blocks.append(paragraph(more))
    ours = speech.t("Readers are told that it is your word, and not that of {source}.", source=_named(found))
    rows = tuple(
        (Choice(speech.t(reasons[cause][1]), f"/correct {ALERT} {found.first.id} {reasons[cause][0]}"),)
        for cause in WORDINGS
    )
    return reply(*blocks, paragraph(ours), choices=rows)


def _named(found: Rung) -> str:
    source = found.first.source
    return source.organisation or source.title or source.name


def _words(found: Rung, cause: Cause) -> tuple[Wording, ...]:
    """Title and text of the correction in the archive, in each language that we speak."""
    title = found.first.statement.title
    made = []
    for language in languages():
        own = Speech(language)
        shown = own.t(_TAKEN_DOWN) if cause is Cause.SAFETY else title
        made.append(Wording(language, shown, own.t(OF_CALLS[cause])))
    return tuple(made)


def _line(label: str, title: str, said: str) -> Line:
    return (Span(label, Style.BOLD), Span(f" · {shorten(title, _TITLE)} · {said}"))
