"""Shows a draft: how it stands, and what its recipients will read, in each of their languages."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from bot.commands import drills
from bot.commands.command import code, heading, paragraph, reply
from bot.commands.request import Reply, Request
from bot.render.alert import alert_message
from bot.render.desk import standing, told_at
from bot.render.drill import marked
from bot.render.message import Block, Choice, Items, Line, Message, Paragraph, Span, Style
from bot.render.preview import reading
from bot.render.review import CONCERNS
from bot.render.text import shorten
from bot.speech import Speech, languages
from jobs.launch import Reached, alert_of, reached
from jobs.steps.sensitive import find
from storage.appeals import Appeal, Draft
from storage.database import Work
from storage.records import Alert
from storage.words import AppealState, Concern, Urgency

DRAFTS = "drafts"
_HEADLINE = 60


@dataclass(frozen=True, slots=True)
class _Read:
    """What those read who are spoken to in one language, in the words of which, and how many they are."""

    language: str
    words: str
    message: Message
    people: Mapping[str, int]


def shown(
    found: Appeal, draft: Draft, request: Request, work: Work, speech: Speech, asked: int | None = None
) -> Reply:
    """Return how a draft stands, then what its recipients will read, word for word, when it goes out.

    `asked`: how many others were just told that it waits for them; None where nobody had to be.
    """
    then = draft.at or request.now
    alert = alert_of(found.id, draft, request.rules, then, found.status)
    reach = reached(work, alert)
    messages = [_read(one, alert, reach.spread, speech, then) for one in _spoken(draft, reach.spread, speech)]
    asked_for = [one for one in alert.statement.languages if one not in languages()]
    if asked_for == [alert.statement.language]:
        asked_for = []  # everybody reads it as it is
    messages += [_opened(one, alert, speech, then) for one in asked_for]
    blocks: list[Block] = [
        heading(speech.t("Appeal {number}", number=found.id)),
        *standing(found, reach, request.rules, speech),
        Items(tuple(_line(one, speech) for one in messages)),
        *_remarks(found, draft, reach, request, speech),
        *_endangering(alert, speech),
        *_asked(asked, speech),
        paragraph(_announced(messages, speech)),
    ]
    *others, last = messages
    told = (
        Message(tuple(blocks)),
        *(replace(one.message, choices=()) for one in others),
        replace(last.message, choices=_choices(found, reach, request, work, speech)),
    )
    return drills.about(found.drill, Reply(told), speech)


def own_drafts(found: tuple[Appeal, ...], speech: Speech) -> Reply:
    """Return one's own drafts, and how to go on with one."""
    if not found:
        return reply(paragraph(speech.t("You have no draft. A new one: {example}", example="/appeal")))
    return reply(
        heading(speech.t("My drafts")),
        Items(tuple(_draft_line(one, speech) for one in found)),
        Paragraph(
            speech.line(
                "To change one part: {part}. Its words in one more language: {language}",
                part=code(f"{drills.command(found[0])} text: …"),
                language=code(f"{drills.command(found[0])} ko"),
            )
        ),
        choices=(tuple(Choice(str(one.id), drills.command(one)) for one in found[:5]),),
    )


def _draft_line(one: Appeal, speech: Speech) -> Line:
    assert one.draft is not None  # noqa: S101 - a draft has words
    spoken = (one.draft.language, *(wording.language for wording in one.draft.wordings))
    told = [speech.joined(speech.language_name(language) for language in spoken)]
    told.append(speech.t("changed {moment}", moment=speech.moment(one.changed)))
    if one.draft.at:
        told.append(speech.t("goes out {moment}", moment=told_at(one.draft.at, one.draft.zone, speech)))
    return (
        Span(f"{one.id}", Style.CODE),
        Span(" "),
        *marked(one.status, speech),
        Span(shorten(one.draft.headline, _HEADLINE), Style.BOLD),
        Span(f" · {' · '.join(told)}"),
    )


def stop_choice(key: int, speech: Speech) -> Choice:
    """Return the button that halts an appeal."""
    return Choice(speech.t("Stop"), f"/stop {key}")


def _spoken(draft: Draft, spread: Mapping[tuple[str, str], int], speech: Speech) -> list[str]:
    """The languages in which it is read: those that it has words in, then those of others whom it reaches."""
    own = (draft.language, *(one.language for one in draft.wordings))
    theirs = sorted({language for _, language in spread})
    found = list(dict.fromkeys(one for one in (*own, *theirs) if one in languages()))
    return found or [speech.language]


def _read(
    language: str, alert: Alert, spread: Mapping[tuple[str, str], int], speech: Speech, then: datetime
) -> _Read:
    people = {transport: count for (transport, spoken), count in spread.items() if spoken == language}
    message = alert_message(alert, speech.also(language), then)
    return _Read(language, alert.statement.worded(language).language, message, people)


def _opened(language: str, alert: Alert, speech: Speech, then: datetime) -> _Read:
    """Return what those read who ask for a language, by a button, that no chat is spoken to in."""
    return _Read(language, language, alert_message(alert, speech, then, words=language), {})


def _line(one: _Read, speech: Speech) -> Line:
    if not one.people and one.language not in languages():
        told = speech.t("by a button below it, for whoever reads it")
        return (Span(speech.language_name(one.language), Style.BOLD), Span(f" · {told}"))
    other = one.words if one.words != one.language else ""
    return reading(one.language, one.message, one.people, speech, other)


def _remarks(found: Appeal, draft: Draft, reach: Reached, request: Request, speech: Speech) -> list[Block]:
    told = [] if reach.all else [_why_nobody(found, draft, speech)]
    if request.rules.approvals == 1:
        told.append(speech.t("One person is enough here (`approvals = 1`): its author may send it alone."))
    if draft.at is not None and draft.at <= request.now:
        told.append(speech.t("The moment at which it was to go out has passed: name another one first."))
    bare = [one.language for one in draft.wordings if draft.text and not one.text]
    if bare:
        named = speech.joined(speech.language_name(one) for one in bare)
        told.append(speech.t("It has a headline but no text yet in {languages}.", languages=named))
    return [paragraph(one) for one in told]


def _endangering(alert: Alert, speech: Speech) -> list[Block]:
    """Return what in its words, in whichever language, a source's call would be looked at for first."""
    found: dict[Concern, list[str]] = {}
    for language in alert.statement.languages:
        for one in find(alert.statement.worded(language)):
            found.setdefault(one.concern, []).append(one.words)
    return [
        paragraph(
            speech.t(
                "{reason} Think twice before you approve it: {words}",
                reason=speech.t(CONCERNS[concern]),
                words=speech.joined(dict.fromkeys(words)),
            )
        )
        for concern, words in found.items()
    ]


def _asked(count: int | None, speech: Speech) -> list[Block]:
    if count is None:
        return []
    if not count:
        return [paragraph(speech.t("Nobody else can approve it as things stand: /admins"))]
    told = speech.n(
        "{count} admin who may approve it is told that it waits.",
        "{count} admins who may approve it are told that it waits.",
        count,
    )
    return [paragraph(told)]


def _announced(messages: list[_Read], speech: Speech) -> str:
    if len(messages) == 1:
        return speech.t("The next message is what its recipients will read; its buttons are for you alone.")
    return speech.t(
        "The next messages are what its recipients will read, in this order: {languages}. The buttons are "
        "for you alone.",
        languages=speech.joined(speech.language_name(one.language) for one in messages),
    )


def _why_nobody(found: Appeal, draft: Draft, speech: Speech) -> str:
    """Return why a draft would reach nobody, as far as its words tell."""
    if found.drill:
        return speech.t(drills.NOBODY, number=found.id)
    if draft.urgency is not Urgency.IMMEDIATE:
        return speech.t("As it is not urgent, only those would get it who asked for campaigns: nobody has.")
    if draft.countries:
        return speech.t("Nobody has asked for what is urgent in these countries, or everywhere.")
    return speech.t(
        "Without countries it reaches only those who asked for what is urgent everywhere: nobody has."
    )


def _choices(
    found: Appeal, reach: Reached, request: Request, work: Work, speech: Speech
) -> tuple[tuple[Choice, ...], ...]:
    """Return what can be done with it: nobody is offered to approve what they stand for already."""
    if found.state is not AppealState.DRAFT:
        return ((stop_choice(found.id, speech),),)
    admin, rows = work.audit.admin(*request.who), []
    stands = admin in found.approved or (admin == found.author and request.rules.approvals > 1)
    if reach.all and not stands:
        label = speech.t("Approve this drill") if found.drill else speech.t("Approve these words")
        rows.append((Choice(label, f"/approve {found.id} {found.mark}"),))
    urgent = found.draft is not None and found.draft.urgency is Urgency.IMMEDIATE
    if not urgent and (admin == found.author or not reach.all):
        line = f"{drills.command(found)} urgency: {Urgency.IMMEDIATE}"
        rows.append((Choice(speech.t("Make it urgent"), line),))
    rows.append((Choice(speech.t("Drop the draft"), f"{drills.command(found)} drop"),))
    return tuple(rows)
