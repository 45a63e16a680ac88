"""The admins' desk: /appeal, /drill, /appeals, /approve, /stop, /correct."""

import re
from dataclasses import replace

from bot.commands import drills, retractions, stopping
from bot.commands.command import arguments, heading, number, paragraph, reply
from bot.commands.drafting import EXAMPLE, Typed, draft, read, without
from bot.commands.endangering import TakenBack, words_go
from bot.commands.guide import SAMPLE, how
from bot.commands.mistake import Mistake
from bot.commands.previews import DRAFTS, own_drafts, shown, stop_choice
from bot.commands.refusals import REFUSALS, refusal
from bot.commands.request import Reply, Request
from bot.render.alert import alert_message
from bot.render.appeal import CORRECTIONS, leaving
from bot.render.desk import lasting, listed, told_at
from bot.render.message import Block, Choice, Field, Items, Message
from bot.render.sending import halted, progress, report, under_way
from bot.speech import Speech, languages, msgid
from jobs import appeals as desk
from jobs.corrections import WORDINGS, corrected, to_correct
from jobs.corrections import correct as take_back
from jobs.desk import Refusal, Refused
from jobs.progress import counts_of, event_of
from storage.appeals import Appeal
from storage.database import Work
from storage.records import Alert, Wording
from storage.sendings import Spread
from storage.words import AppealState, Cause

WORDS = {
    Cause.FALSE: ("false", msgid("Not true")),
    Cause.OUTDATED: ("outdated", msgid("Out of date")),
    Cause.DETAILS: ("details", msgid("Wrong details")),
    Cause.SAFETY: ("safety", msgid("Taken down for safety")),
}
_TAKEN_DOWN = msgid("An appeal that was taken down")
_HALTS = (AppealState.SENT,)


def appeal(request: Request, work: Work, speech: Speech) -> Reply:
    """Write, change, drop or show an appeal."""
    return _handled(request, work, speech, drill=False)


def drill(request: Request, work: Work, speech: Speech) -> Reply:
    """Write, change, drop or show a drill."""
    return _handled(request, work, speech, drill=True)


def _handled(request: Request, work: Work, speech: Speech, *, drill: bool) -> Reply:
    typed = read(arguments(request))
    if not typed.number and not typed.words:
        return drills.how(SAMPLE, speech) if drill else how(speech, request.transport)
    known = work.appeals.get(typed.number) if typed.number else None
    if known is not None and known.drill is not drill:
        return drills.other_kind(known, speech)
    try:
        return _written(typed, request, work, speech, drill=drill)
    except Refused as refused:
        return refusal(refused, typed.number, work, speech)


def _written(typed: Typed, request: Request, work: Work, speech: Speech, *, drill: bool) -> Reply:
    admin, now = work.audit.admin(*request.who), request.now
    if typed.drop and not typed.language:
        desk.drop(work, typed.number, admin, now)
        told = paragraph(speech.t("Appeal {number} is not kept any more.", number=typed.number))
        return drills.about(drill, reply(told), speech)
    asked: int | None = None
    shows = request.picture.picture if request.picture else None
    data = request.picture.data if request.picture else b""
    if not typed.number:
        words = draft(typed.words, None, speech, now, shows=shows)
        words = drills.named(words) if drill else words
        found = desk.write(work, admin, words, now, drill=drill, shows=data)
        asked = desk.ask_others(work, found, request.rules, now)
    elif typed.words or typed.drop or shows:
        before = desk.draft_of(work, typed.number)
        assert before.draft is not None  # noqa: S101 - a draft has words
        if typed.drop:
            words = without(before.draft, typed.language, speech)
        else:
            words = draft(typed.words, before.draft, speech, now, typed.language, shows)
        words = drills.named(words) if drill else words
        found = desk.edit(work, before, admin, words, now, data)
        if before.approved or before.author != admin:
            asked = desk.ask_others(work, found, request.rules, now)
    else:
        found = desk.known(work, typed.number)
    if found.draft is None:
        return drills.about(found.drill, _running(found, request, work, speech), speech)
    return shown(found, found.draft, request, work, speech, asked)


def appeals(request: Request, work: Work, speech: Speech) -> Reply:
    """List drafts, and what was sent with how far it is; with "drafts" one's own, to go on with them."""
    admin = work.audit.admin(*request.who)
    typed = arguments(request).strip()
    if typed:
        if typed.lower() != DRAFTS:
            raise Mistake("Your own drafts alone: {example}", example=f"/appeals {DRAFTS}")
        return own_drafts(work.appeals.drafts(admin), speech)
    found = work.appeals.newest()
    if not found:
        return reply(paragraph(speech.t("No appeal was written yet.")), *how(speech).messages[0].blocks)
    rung = work.alerts.many([one.alert_id for one in found if one.alert_id])
    lines = []
    for one in found:
        far = ""
        if one.alert_id:
            spread = sum(work.sendings.spread(one.alert_id).values(), Spread())
            far = progress(counts_of(spread), speech)
        lines.append(listed(one, _headline(one, rung.get(one.alert_id), speech), far, speech))
    numbers = tuple(Choice(str(one.id), drills.command(one)) for one in found[:5])
    stood = work.appeals.stood_for(admin, request.now, desk.A_DAY, drill=False)
    counted = speech.t(
        "You stand for {count} of the {most} appeals that one admin may within a day.",
        count=speech.number(stood),
        most=speech.number(request.rules.per_day),
    )
    own = (Choice(speech.t("My drafts"), f"/appeals {DRAFTS}"),)
    return reply(
        heading(speech.t("Appeals")), Items(tuple(lines)), paragraph(counted), choices=(numbers, own)
    )


def approve(request: Request, work: Work, speech: Speech) -> Reply:
    """Stand for an appeal in the very words that were read."""
    typed = arguments(request).split()
    if not typed:
        return appeals(replace(request, text="/appeals"), work, speech)
    key = number(typed[0], EXAMPLE)
    if len(typed) != 2:
        return _to_read(key, request, work, speech)
    admin = work.audit.admin(*request.who)
    try:
        done = desk.approve(work, key, typed[1], admin, request.rules, request.now)
    except Refused as refused:
        return refusal(refused, key, work, speech, request.rules)
    blocks: list[Block] = []
    if done.missing:
        told = speech.n(
            "You stand for appeal {number}. {count} more has to approve it.",
            "You stand for appeal {number}. {count} more have to approve it.",
            done.missing,
            number=key,
        )
        return drills.about(done.appeal.drill, reply(paragraph(told)), speech)
    if done.alone:
        blocks.append(
            paragraph(
                speech.t(
                    "You alone stand for this: nobody else has read it. With `approvals = 2` in the "
                    "configuration one slip, or one stolen phone, could not reach everybody."
                )
            )
        )
    blocks.append(paragraph(_goes_out(done, request, speech)))
    rows = ((stop_choice(key, speech), Choice(speech.t("Show"), drills.command(done.appeal))),)
    return drills.about(done.appeal.drill, reply(*blocks, choices=rows), speech)


def _to_read(key: int, request: Request, work: Work, speech: Speech) -> Reply:
    """Show what is to be approved: it is read first, and then approved by its button."""
    found = work.appeals.get(key)
    is_drill = found is not None and found.drill
    shown = replace(request, text=f"/{'drill' if is_drill else 'appeal'} {key}")
    return _handled(shown, work, speech, drill=is_drill)


def _goes_out(done: desk.Approved, request: Request, speech: Speech) -> str:
    """Return when an appeal goes out that enough people stand for."""
    number, draft = done.appeal.id, done.appeal.draft
    if done.due is not None and draft is not None and draft.at == done.due:
        moment = told_at(done.due, draft.zone, speech)
        return speech.t(
            "Appeal {number} goes out at {moment}. All admins are told so now, and once more before it goes.",
            number=number,
            moment=moment,
        )
    time = lasting(int(request.rules.cooling_off.total_seconds()), speech)
    return speech.t("Appeal {number} goes out in {time}. All admins are told so.", number=number, time=time)


def stop(request: Request, work: Work, speech: Speech) -> Reply:
    """Halt an appeal."""
    typed = arguments(request).strip()
    if not typed:
        return stopping.which(work, speech)
    key = number(typed, "/stop 7")
    admin = work.audit.admin(*request.who)
    try:
        done = desk.stop(work, key, admin, request.rules, request.now)
        found = desk.known(work, key)
    except Refused as refused:
        return refusal(refused, key, work, speech)
    if not done.tally:
        told = speech.t("Appeal {number} is halted. Nobody has got it; it is a draft again.", number=key)
        shown = Choice(speech.t("Show"), drills.command(found))
        return drills.about(found.drill, reply(paragraph(told), choices=((shown,),)), speech)
    facts = halted(work.sendings.spread(found.alert_id), speech)
    said = reply(
        heading(speech.t("Appeal {number} is halted", number=key)),
        *(Field(label, line) for label, line in facts),
        choices=((_correct(key, speech), Choice(speech.t("Show"), drills.command(found))),),
    )
    return drills.about(found.drill, said, speech)


def correct(request: Request, work: Work, speech: Speech) -> Reply:
    """Take an appeal back, or what a source published: which, why, then yes."""
    typed = arguments(request).lower().split()
    if not typed:
        return retractions.pick(request, work, speech)
    if typed[0] == retractions.ALERT:
        return retractions.correct_call(typed[1:], WORDS, request, work, speech)
    key = number(typed[0], "/correct 7")
    named = {word: cause for cause, (word, _) in WORDS.items()}
    if len(typed) > 1 and typed[1] not in named:
        raise Mistake("“{word}” is no reason. It can be: {known}", word=typed[1][:40], known=", ".join(named))
    try:
        found, alert, told = to_correct(work, key)
        if len(typed) == 1:
            return drills.about(found.drill, _reasons(found, told, work, speech), speech)
        cause = named[typed[1]]
        end = (cause, _words(alert, cause))
        if typed[2:] != ["yes"]:
            asked = _asked(found, corrected(alert, end, request.now), told, request, speech)
            return drills.about(found.drill, asked, speech)
        admin = work.audit.admin(*request.who)
        count = take_back(work, key, end, admin, request.rules, request.now)
    except Refused as refused:
        return _not_taken_back(refused, key, typed[1:], request, work, speech)
    said = speech.n(
        "The correction goes to {count} recipient, ahead of everything else.",
        "The correction goes to {count} recipients, ahead of everything else.",
        count,
    )
    if found.drill:
        said = drills.corrected(count, speech)
    done = reply(paragraph(said), choices=((Choice(speech.t("Appeals"), "/appeals"),),))
    return drills.about(found.drill, done, speech)


def _not_taken_back(
    refused: Refused, key: int, typed: list[str], request: Request, work: Work, speech: Speech
) -> Reply:
    """Why not; of what was taken back before, the words can still be taken down."""
    told = refusal(refused, key, work, speech)
    found = work.appeals.get(key)
    if refused.why is not Refusal.CORRECTED or found is None or found.drill:
        return told
    statement = work.alerts.many([found.alert_id])[found.alert_id].statement
    why = speech.t(REFUSALS[refused.why], number=key)
    return words_go(TakenBack(f"/correct {key}", why, statement), typed, request, work, speech)


def _reasons(found: Appeal, told: int, work: Work, speech: Speech) -> Reply:
    """Why; while more are about to get it, what comes first is to halt it."""
    asked = speech.n(
        "Appeal {number} went to {count} recipient. Why is it taken back? First you see what is told.",
        "Appeal {number} went to {count} recipients. Why is it taken back? First you see what is told.",
        told,
        number=found.id,
    )
    rows = tuple(
        (Choice(speech.t(WORDS[cause][1]), f"/correct {found.id} {WORDS[cause][0]}"),) for cause in WORDINGS
    )
    waiting = sum(work.sendings.spread(found.alert_id).values(), Spread()).waiting
    if not waiting:
        return reply(paragraph(asked), choices=rows)
    more = speech.n(
        "{count} more is about to get it: halt it first.",
        "{count} more are about to get it: halt it first.",
        waiting,
    )
    return reply(paragraph(asked), paragraph(more), choices=((stop_choice(found.id, speech),), *rows))


def _asked(found: Appeal, alert: Alert, told: int, request: Request, speech: Speech) -> Reply:
    """What they will read, and the one question whether it is to be sent."""
    said = speech.n(
        "This goes to {count} recipient, ahead of everything else:",
        "This goes to {count} recipients, ahead of everything else:",
        told,
    )
    if found.drill:
        said = drills.to_correct(told, speech)
    word = WORDS[alert.cause][0]
    rows = (
        (Choice(speech.t("Send the correction"), f"/correct {found.id} {word} yes"),),
        (Choice(speech.t("Another reason"), f"/correct {found.id}"),),
    )
    shown, gone = alert_message(alert, speech, request.now), leaving(alert.cause, speech)
    blocks = (paragraph(said), *((paragraph(gone),) if gone else ()))
    return Reply((Message(blocks), Message(shown.blocks, rows)))


def _words(alert: Alert, cause: Cause) -> tuple[Wording, ...]:
    """Title and text of the correction in the archive, in each language that we speak; the appeal's first."""
    spoken = sorted(languages(), key=lambda one: one != alert.statement.language)
    made = []
    for language in spoken:
        own, told = Speech(language), alert.statement.worded(language)
        title = own.t(_TAKEN_DOWN) if cause is Cause.SAFETY else told.title
        made.append(Wording(language, title, own.t(CORRECTIONS[cause])))
    return tuple(made)


def _running(found: Appeal, request: Request, work: Work, speech: Speech) -> Reply:
    """How far it is, and its correction where there is one; what is over is told as in its report."""
    alert = work.alerts.many([found.alert_id]).get(found.alert_id)
    line = listed(found, _headline(found, alert, speech), "", speech)
    blocks: list[Block] = [heading(speech.t("Appeal {number}", number=found.id)), Items((line,))]
    going = False
    for one in work.sendings.of(found.id):
        spread = work.sendings.spread(one.alert_id)
        event = event_of(work, one, spread, request.rules, request.now, over=one.ended is not None)
        going = going or one.ended is None
        if one.corrects:
            blocks.append(paragraph(speech.t("Its correction")))
        facts = report(event, speech) if one.ended else under_way(event, speech)
        blocks += [Field(label, told) for label, told in facts]
    rows = [(stop_choice(found.id, speech),)] if found.state in _HALTS and going else []
    last = [Choice(speech.t("Refresh"), drills.command(found))]
    if found.state is not AppealState.CORRECTED:
        last.insert(0, _correct(found.id, speech))
    return reply(*blocks, choices=(*rows, tuple(last)))


def _headline(found: Appeal, alert: Alert | None, speech: Speech) -> str:
    if found.draft:
        return found.draft.headline
    if alert is None or alert.statement.taken_down:
        return speech.t(_TAKEN_DOWN)
    return alert.statement.title


def _correct(key: int, speech: Speech) -> Choice:
    return Choice(speech.t("Correct"), f"/correct {key}")


def confirms(typed: str) -> bool:
    """Say whether what stands behind /correct sends anything: only the last word of it does."""
    return bool(re.search(r"\byes$", typed.strip().lower()))
