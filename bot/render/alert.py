"""Sets an alert as a subscriber gets it: the danger first, fit for a lock screen, never above 3,500 units."""

import re
from dataclasses import dataclass, replace
from datetime import datetime

from bot.render.appeal import appeal_blocks, appeal_word, is_appeal, picture_of
from bot.render.changes import changes_blocks, with_before
from bot.render.clean import isolated
from bot.render.drill import banner, remark
from bot.render.message import Block, Choice, Field, Heading, Message, Notice, Paragraph, Quote, Span, Style
from bot.render.standing import withheld_text
from bot.render.statement import (
    asked_blocks,
    dates_text,
    deadline_text,
    field,
    issuers_text,
    persons_text,
    source_line,
    title_line,
    where_text,
)
from bot.render.text import around, length, passage, shorten, without_label
from bot.speech import Speech, msgid, own_name
from storage.records import Alert, Change
from storage.words import Aspect, Cause, Kind, MsgType, Status, Trust, Urgency

LIMIT = 3500
_A_ROW = 3
"""Buttons beside each other, each a language's name."""
_CONTEXT = 70
"""Characters of a text shown around the words that made it ring: "may be" alone says nothing."""


@dataclass(frozen=True, slots=True)
class _Measure:
    """How much of the long parts is shown: demands, characters of the issuer's words, evidence."""

    demands: int
    words: int
    evidence: int


_MEASURES = (
    _Measure(demands=12, words=700, evidence=3),
    _Measure(demands=8, words=600, evidence=3),
    _Measure(demands=6, words=450, evidence=2),
    _Measure(demands=4, words=300, evidence=1),
    _Measure(demands=2, words=200, evidence=0),
    _Measure(demands=1, words=0, evidence=0),
)
"""From roomy to tight; the first that fits is taken."""

_NEWS = msgid("There is news of an earlier call.")
_EDITED = msgid("The source has changed its call.")


def alert_message(alert: Alert, speech: Speech, now: datetime, *, words: str = "") -> Message:
    """Return the message that tells `alert` at `now`.

    Only what the statement holds is said; what an urgent call leaves open is said to be open. What has words
    in the reader's language is told in these, or in the language `words` where they have asked for that.
    """
    spoken = alert.statement.languages
    alert = replace(alert, statement=alert.statement.worded(words or speech.language))
    if is_appeal(alert):  # its length is limited when it is written
        blocks = (
            _heading(alert, speech),
            *appeal_blocks(alert, speech, now, titled=not _is_named_by_title(alert), chosen=bool(words)),
        )
        rows = (*_choices(alert, speech), *_in_other_words(alert, spoken))
        return Message(blocks, choices=rows, picture=picture_of(alert))
    for measure in _MEASURES:
        message = _drawn(alert, speech, now, measure)
        if length(message) <= LIMIT:
            break
    return message


def _drawn(alert: Alert, speech: Speech, now: datetime, measure: _Measure) -> Message:
    opening: tuple[Block, ...] = (_heading(alert, speech), *_remarks(alert, speech))
    named = _is_named_by_title(alert)
    title = () if named else (Paragraph(title_line(alert.statement, speech)),)
    if alert.msg_type is MsgType.CANCEL:
        matter: tuple[Block, ...] = _said(alert, speech, measure)
    else:
        matter = (
            *changes_blocks(_edited(alert, among_facts=False), speech),
            *_facts(alert, speech, now),
            *asked_blocks(alert.statement, speech, most=measure.demands),
            *_said(alert, speech, measure),
        )
    blocks = (*opening, *title, *matter, *_origin(alert, speech), *_why(alert, speech, measure))
    return Message(blocks, choices=_choices(alert, speech))


def _heading(alert: Alert, speech: Speech) -> Heading:
    """Say in a line what it is, for how many, and where: a lock screen shows about 60 characters.

    The number comes before the places, whose names may be long. Where there is none, and of a call that is
    over, the title says which call it is, and is not said again below.
    """
    statement = alert.statement
    parts = [banner(alert.status, speech), _word(alert, speech)]
    if alert.cause is Cause.REMINDER and statement.deadline:
        parts.append(speech.t("by {date}", date=speech.day(statement.deadline)))
    title = ""
    if _is_named_by_title(alert):
        title = "".join(span.text for span in title_line(statement, speech))
        urgent = parts[-1] == speech.t("URGENT")
        parts.append(isolated(without_label(title) if urgent else title))
    else:
        count = statement.persons_at_risk.count or 0
        parts.append(speech.n("{count} person at risk", "{count} people at risk", count))
    places = [speech.country(code) for code in statement.countries[:2]]
    if not all(_names(title, place) for place in places):
        parts.append(speech.joined(places))
    return Heading((Span(" · ".join(part for part in parts if part), Style.BOLD),))


def _names(title: str, place: str) -> bool:
    """Whether the title names the place: as a word, but for what Korean and Japanese set right behind it."""
    return re.search(rf"(?<!\w){re.escape(place)}(?![a-z])", title, re.IGNORECASE) is not None


def _is_named_by_title(alert: Alert) -> bool:
    return alert.statement.persons_at_risk.count is None or alert.msg_type is MsgType.CANCEL


def _word(alert: Alert, speech: Speech) -> str:
    if is_appeal(alert):
        return appeal_word(alert, speech)
    if alert.msg_type is MsgType.CANCEL:
        return speech.t("OVER")
    urgent = alert.statement.alert.urgent
    if alert.cause is Cause.REMINDER:
        return speech.t("REMINDER")
    if alert.msg_type is MsgType.UPDATE:
        return speech.t("URGENT UPDATE") if urgent else speech.t("UPDATE")
    kind = speech.kind(alert.statement.kind)
    return speech.t("URGENT") if urgent else kind[:1].upper() + kind[1:]


def _remarks(alert: Alert, speech: Speech) -> tuple[Block, ...]:
    """Say before the matter what changes how it is read: a drill, news, an end."""
    said = [remark(alert.status, speech)]
    if alert.msg_type is MsgType.CANCEL:
        said.append(speech.t("This call is over. Nothing is asked of you any more."))
    elif alert.cause is Cause.REMINDER:
        said.append(speech.t("The date that this call names is near. You are reminded once."))
    elif alert.msg_type is MsgType.UPDATE:
        edited = alert.cause is Cause.EDIT and alert.changes
        said.append(speech.t(_EDITED if edited else _NEWS))
        if alert.statement.alert.urgency is Urgency.PAST:
            said.append(speech.t("As Vigil reads it, the danger has passed."))
    if alert.statement.withheld:
        said.append(withheld_text(alert.statement, speech))
    return tuple(Paragraph((Span(sentence),)) for sentence in said if sentence)


def _facts(alert: Alert, speech: Speech, now: datetime) -> tuple[Block, ...]:
    statement = alert.statement
    urgent = statement.alert.urgent
    persons = persons_text(statement, speech)
    if not persons and (urgent or statement.kind is Kind.URGENT_APPEAL):
        persons = speech.t("number of people not stated")
    label, deadline = speech.t("By"), ""
    if statement.deadline:
        deadline = deadline_text(statement.deadline, now.astimezone(speech.timezone).date(), speech)
    elif urgent and statement.alert.urgency is Urgency.IMMEDIATE:
        label, deadline = speech.t("When"), speech.t("at once")
    for change in _edited(alert, among_facts=True):
        if change.aspect is Aspect.PERSONS:
            persons = with_before(persons, change, speech)
        else:
            deadline = with_before(deadline, change, speech)
    return (
        *field(speech.t("At risk"), persons),
        *field(speech.t("Where"), where_text(statement, speech)),
        *field(label, deadline),
    )


def _edited(alert: Alert, *, among_facts: bool) -> tuple[Change, ...]:
    """Return what an edit changed: those said among the facts, as the fact is still so, or all others."""
    statement = alert.statement
    told = {Aspect.PERSONS: str(statement.persons_at_risk.count)}
    if statement.deadline:
        told[Aspect.DEADLINE] = statement.deadline.isoformat()
    changes = alert.changes if alert.cause is Cause.EDIT else ()
    return tuple(one for one in changes if (one.after == (told.get(one.aspect),)) is among_facts)


def _said(alert: Alert, speech: Speech, measure: _Measure) -> tuple[Block, ...]:
    """Set the issuer's own words, as they stand in the text, under the issuer's name."""
    statement = alert.statement
    issuers = issuers_text(statement, speech, alert.source)
    evidence = tuple(reason.evidence for reason in statement.alert.reasons)
    words = passage(statement.text, evidence, measure.words, title=statement.title) if measure.words else ""
    if not words:
        return field(speech.t("Says who"), issuers)
    number = max(1, len(statement.issuers))
    says = speech.n("{issuers} says:", "{issuers} say:", number, issuers=issuers)
    return (Paragraph((Span(says),)), Quote((Span(words),), folded=True))


def _origin(alert: Alert, speech: Speech) -> tuple[Block, ...]:
    """Say where the words stand, when they were written, posted and fetched, and who else carried them."""
    statement = alert.statement
    where = source_line(statement, speech, alert.source)
    if alert.source.trust is Trust.RELAY:
        where = speech.line("{source} (passes on the words of others)", source=where)
    dated = field(speech.t("Dates"), dates_text(statement, speech, fetched=True))
    also = ", ".join(shorten(name, 80) for name in alert.also[:8])
    named = ", ".join(shorten(name, 60) for name in statement.identifiers[:3])
    return (
        *field(speech.t("Reference"), named),
        Field(speech.t("Source"), where),
        *dated,
        *field(speech.t("Also carried by"), also),
    )


def judgement_of(alert: Alert, speech: Speech) -> str:
    """Return how its statement is judged, in CAP's words."""
    judged = alert.statement.alert
    return speech.t(
        "urgency {urgency}, severity {severity}, certainty {certainty}",
        urgency=speech.urgency(judged.urgency),
        severity=speech.severity(judged.severity),
        certainty=speech.certainty(judged.certainty),
    )


def _why(alert: Alert, speech: Speech, measure: _Measure) -> tuple[Block, ...]:
    """Say why it rang: the judgement in CAP's words, and the very words it rests on."""
    if not alert.statement.alert.urgent or alert.msg_type is MsgType.CANCEL:
        return ()
    evidence = ", ".join(f"“{words}”" for words in evidence_of(alert)[: measure.evidence])
    judgement = judgement_of(alert, speech)
    if not evidence:
        return (Notice(speech.line("Why it rang: {judgement}.", judgement=judgement)),)
    line = speech.line(
        "Why it rang: {judgement}; from the words {evidence}.", judgement=judgement, evidence=evidence
    )
    return (Notice(line),)


def evidence_of(alert: Alert) -> list[str]:
    """Return the words that the judgement rests on, each as it stands among its neighbours, none twice."""
    statement = alert.statement
    text = f"{statement.title}\n{statement.text}"
    found: list[str] = []
    for reason in statement.alert.reasons:
        words = shorten(reason.evidence, 120)
        if words and not any(words in known for known in found):
            found.append(around(text, words, _CONTEXT))
    return found


def _choices(alert: Alert, speech: Speech) -> tuple[tuple[Choice, ...], ...]:
    latest = Choice(speech.t("Latest"), "/latest")
    number, case = alert.statement.id, alert.case_id
    if not number:
        return ((latest,),)
    text = Choice(speech.t("Full text"), f"/statement {number}")
    # Where somebody is asked for something, that comes first; an appeal of the admins says it whole.
    asks = (alert.statement.demands or alert.statement.addressees) and not is_appeal(alert)
    acts = bool(asks) and alert.msg_type is not MsgType.CANCEL
    first = (Choice(speech.t("Act"), f"/act {number}"), text) if acts else (text, latest)
    if not case or not alert.id or alert.status is not Status.ACTUAL:  # a drill is no case to follow
        return (first,)
    if alert.msg_type is MsgType.CANCEL:
        return (first, (Choice(speech.t("The case"), f"/case {case}"), _why_here(alert, speech)))
    stances = (Choice(speech.t("Follow"), f"/follow {case}"), Choice(speech.t("Mute"), f"/mute {case}"))
    return (first, stances, (_why_here(alert, speech),))


def _in_other_words(alert: Alert, spoken: tuple[str, ...]) -> tuple[tuple[Choice, ...], ...]:
    """Return a button for each other language that it has words in, called as those who read it call it."""
    if alert.msg_type is MsgType.CANCEL or not alert.statement.id:
        return ()
    others = [
        Choice(own_name(one), f"/statement {alert.statement.id} {one}")
        for one in spoken
        if one != alert.statement.language
    ]
    return tuple(tuple(others[at : at + _A_ROW]) for at in range(0, len(others), _A_ROW))


def _why_here(alert: Alert, speech: Speech) -> Choice:
    return Choice(speech.t("Why did I get this?"), f"/why {alert.id}")
