"""Sets an appeal of the admins as a subscriber gets it, and its correction: whose word it is comes first."""

from datetime import datetime

from bot.render.drill import remark
from bot.render.message import Block, Field, Notice, Paragraph, Span
from bot.render.statement import deadline_text, field, issuers_text, title_line, where_text
from bot.render.text import paragraphs, shorten
from bot.speech import Speech, msgid
from storage.records import DESK, Alert, Picture, Statement
from storage.words import Cause, MsgType, SourceKind, Urgency

CORRECTIONS = {
    Cause.FALSE: msgid("What this appeal said is not true. Do not act on it, and do not pass it on."),
    Cause.OUTDATED: msgid("This appeal is out of date. Nothing is asked of you any more."),
    Cause.DETAILS: msgid(
        "Details in this appeal were wrong. Do not act on it as it stands; if it is sent anew, that will be "
        "a message of its own."
    ),
    Cause.SAFETY: msgid(
        "This appeal was taken down for somebody's safety. Do not pass it on, and delete it where you can."
    ),
}
"""What is said to whoever got an appeal that admins take back."""
OF_CALLS = {
    Cause.FALSE: msgid(
        "A call that you were sent here is not true. Do not act on it, and do not pass it on."
    ),
    Cause.OUTDATED: msgid("A call that you were sent here is out of date. Nothing is asked of you any more."),
    Cause.DETAILS: msgid(
        "Details in a call that you were sent here were wrong. Do not act on it as it stands; if it is sent "
        "anew, that will be a message of its own."
    ),
    Cause.SAFETY: msgid(
        "A call that you were sent here was taken down for somebody's safety. Do not pass it on, and delete "
        "it where you can."
    ),
}
"""The same of what a source published, and the watch passed on."""
_APPEALS = "vigil-appeal-"
"""Begins the identifier of each of them (`jobs.launch`)."""
_LINK = 80


def leaving(cause: Cause, speech: Speech) -> str:
    """Return what becomes of the messages that stand in chats; "" where they are struck as ever."""
    if cause is not Cause.SAFETY:
        return ""
    return speech.t(
        "What stands in chats goes first, as far as platforms let it. You hear how many messages that were."
    )


def is_appeal(alert: Alert) -> bool:
    """Say whether admins wrote it, and no source that is watched."""
    return alert.source.kind is SourceKind.DESK


def is_of_a_call(alert: Alert) -> bool:
    """Say whether admins take back by it what a source had published."""
    is_end = is_appeal(alert) and alert.msg_type is MsgType.CANCEL
    return is_end and not alert.identifier.startswith(_APPEALS)


def kind_text(statement: Statement, speech: Speech) -> str:
    """Return what kind of statement it is; of what the desk takes back, that it does so and no call."""
    is_correction = statement.alert.msg_type is MsgType.CANCEL and statement.source_name == DESK.name
    return speech.t("correction") if is_correction else speech.kind(statement.kind)


def picture_of(alert: Alert) -> Picture | None:
    """Return what is shown with it: once, when it is called."""
    is_call = alert.msg_type is MsgType.ALERT and alert.cause is Cause.NEWS
    return alert.statement.picture if is_call else None


def appeal_word(alert: Alert, speech: Speech) -> str:
    """Return the word that its heading begins with."""
    if alert.msg_type is MsgType.CANCEL:
        return speech.t("CORRECTION")
    if alert.cause is Cause.REMINDER:
        return speech.t("REMINDER")
    return speech.t("URGENT APPEAL") if alert.statement.alert.urgent else speech.t("APPEAL")


def ended_word(alert: Alert, speech: Speech) -> str:
    """Return the word before an alert that stands no longer: it came to its end, or was never to be sent."""
    return speech.t("TAKEN BACK") if is_appeal(alert) else speech.t("OVER")


def appeal_blocks(
    alert: Alert, speech: Speech, now: datetime, *, titled: bool, chosen: bool = False
) -> tuple[Block, ...]:
    """Return what stands below its heading; `titled` is whether the title is to be there, too.

    `chosen`: whether the reader asked for words in this language.
    """
    statement = alert.statement
    title = (Paragraph(title_line(statement, speech)),) if titled else ()
    practised = remark(alert.status, speech)
    if alert.msg_type is MsgType.CANCEL:
        words = OF_CALLS if is_of_a_call(alert) else CORRECTIONS
        said = [practised, speech.t(words.get(alert.cause, words[Cause.OUTDATED]))]
        told = (Paragraph((Span(sentence),)) for sentence in said if sentence)
        return (*told, *title, Notice((Span(whose(alert, speech)),)))
    remarks = [practised, whose(alert, speech)] if practised else [whose(alert, speech)]
    if alert.cause is Cause.REMINDER:
        remarks.append(speech.t("The date that this call names is near. You are reminded once."))
    asked = ", ".join(shorten(one.name, 100) for one in statement.addressees)
    label, deadline = speech.t("By"), ""
    if statement.deadline:
        deadline = deadline_text(statement.deadline, now.astimezone(speech.timezone).date(), speech)
    elif statement.alert.urgency is Urgency.IMMEDIATE:
        label, deadline = speech.t("When"), speech.t("at once")
    link = Span(shorten(statement.url, _LINK), href=statement.url)
    spoken = ""
    if statement.language != speech.language and not chosen:
        spoken = speech.t(
            "This is in {language}: it was not written in your language.",
            language=speech.language_name(statement.language),
        )
    return (
        *(Paragraph((Span(sentence),)) for sentence in remarks),
        *title,
        *field(speech.t("Who is asked"), asked),
        *field(speech.t("Where"), where_text(statement, speech)),
        *field(label, deadline),
        *(Paragraph((Span(one),)) for one in paragraphs(statement.text)),
        *((Field(speech.t("More"), (link,)),) if statement.url else ()),
        *((Notice((Span(spoken),)),) if spoken else ()),
    )


def whose(alert: Alert, speech: Speech) -> str:
    """Return whose word it is: nobody may take it for what an organisation has published."""
    if is_of_a_call(alert) and alert.statement.issuers:
        return speech.t(
            "So say {organisation}, who run this watch, and not whoever published the call.",
            organisation=issuers_text(alert.statement, speech),
        )
    if is_of_a_call(alert):
        return speech.t("So say the people who run this watch, and not whoever published the call.")
    if alert.statement.issuers:
        return speech.t(
            "An appeal by {organisation}, who run this watch. No source that is watched has published it.",
            organisation=issuers_text(alert.statement, speech),
        )
    return speech.t("An appeal by the people who run this watch. No source that is watched has published it.")
