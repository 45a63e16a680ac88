"""Sets an alert anew where it stands, after it was called off or its source rewrote it."""

from dataclasses import replace
from datetime import datetime

from bot.render.alert import alert_message
from bot.render.appeal import ended_word, is_appeal
from bot.render.digest import Since, digest_message
from bot.render.drill import marked
from bot.render.message import Block, Choice, Heading, Items, Line, Message, Notice, Paragraph, Span, Style
from bot.speech import Speech, msgid
from jobs.amend import Changed
from storage.records import PersonsAtRisk, Statement, Version
from storage.words import Cause, MsgType, Status

_OVER = msgid("Over since {moment}. Nothing is asked of you any more. What was said here before:")
_TAKEN_BACK = msgid("Taken back, {moment}. Nothing is asked of you any more. What was said here before:")


def amended_message(change: Changed, speech: Speech, now: datetime) -> Message:
    """Return what the message says from now on: struck, or as its source says it now.

    What was said stays readable, but for what was withheld or taken down. Nobody hears a change, so it makes
    no sound.
    """
    if change.digest:
        return _digest(change, speech, now)
    if change.by.msg_type is MsgType.CANCEL and change.by.id != change.alert.id:
        return _called_off(change, speech, now)
    return _rewritten(change, speech, now)


def _digest(change: Changed, speech: Speech, now: datetime) -> Message:
    """The digest as it was, with what was called off struck, and what was rewritten as it is now."""
    rewritten = change.by.statement.id if _is_of_its_source(change) else 0
    changed = frozenset(alert.id for alert in change.digest if alert.statement.id == rewritten)
    return digest_message(change.digest, speech, now, Since(change.over, changed, change.taken_back))


def _called_off(change: Changed, speech: Speech, now: datetime) -> Message:
    alert = change.alert
    if change.before is not None:
        # The page itself says now that it is over: what was read of it then is no longer known.
        alert = replace(alert, statement=_as_it_was(alert.statement, change.before))
    was = alert_message(alert, speech, now)
    line, rest = _apart(was)
    ours = is_appeal(
        change.by
    )  # the end of a source's call is its own word, or that of those who run the watch
    said = speech.t(_TAKEN_BACK if ours else _OVER, moment=speech.moment(change.by.sent))
    ended = ended_word(change.by, speech)
    banner = (*marked(alert.status, speech), Span(ended, Style.BOLD), Span(" · "))
    blocks = (
        Heading((*banner, *_struck(line))),
        Paragraph((Span(said),)),
        *(_over(block) for block in rest if not isinstance(block, Notice)),
    )
    latest = Choice(speech.t("Latest"), "/latest")
    case = alert.case_id if alert.status is Status.ACTUAL else None
    where = f"/case {case}" if change.by.case_id == case else f"/statement {change.by.statement.id}"
    choices = (Choice(speech.t("What became of it"), where), latest) if case else (latest,)
    return Message(blocks, (choices,), silent=True)


def _rewritten(change: Changed, speech: Speech, now: datetime) -> Message:
    message = alert_message(change.alert, speech, now)
    if not _is_of_its_source(change):
        said = speech.t("Changed here: words were withheld for somebody's safety.")
    else:
        said = speech.t(
            "Changed by its source, seen {moment}: this is what it says now.",
            moment=speech.moment(change.by.sent),
        )
    line, rest = _apart(message)
    return replace(message, blocks=(Heading(line), Notice((Span(said),)), *rest), silent=True)


def _is_of_its_source(change: Changed) -> bool:
    """Whether its source rewrote it since; else an admin withheld words of it, or took something down."""
    return change.by.cause is Cause.EDIT and change.by.id != change.alert.id


def _apart(message: Message) -> tuple[Line, tuple[Block, ...]]:
    """Return an alert's heading and what stands below it."""
    heading = message.blocks[0]
    assert isinstance(heading, Heading)  # noqa: S101 - every alert begins with one
    return heading.line, message.blocks[1:]


def _as_it_was(statement: Statement, before: Version) -> Statement:
    return replace(
        statement,
        title=before.title,
        text=before.text,
        deadline=None,
        demands=(),
        addressees=(),
        persons_at_risk=PersonsAtRisk(),
        identifiers=(),
    )


def _over(block: Block) -> Block:
    """What is asked is struck; who said what, where and when, stays as it was."""
    if isinstance(block, Items):
        return replace(block, lines=tuple(_struck(line) for line in block.lines))
    return block


def _struck(line: Line) -> Line:
    return tuple(replace(span, style=Style.STRUCK) for span in line)
