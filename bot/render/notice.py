"""Sets a notice to admins: what happened, since when, what it means, and what can be done."""

from itertools import groupby
from shlex import quote

from bot.render.detail import told as told_reason
from bot.render.drill import marked
from bot.render.message import Block, Choice, Field, Heading, Items, Line, Message, Paragraph, Span, Style
from bot.render.notice_facts import FACTS, TITLE
from bot.render.notice_words import (
    ADDED,
    CONSEQUENCES,
    HEADINGS,
    MANY,
    REMEDIES,
    UNREACHED,
)
from bot.render.text import length, shorten, typed_apart
from bot.speech import Speech
from storage.people import Event, Notice
from storage.words import Act, EventKind, SourceState, Status

LIMIT = 4096
_DETAILED = 3
"""So many events are told each with all that is known of it; more of them as a line each."""
_LINES = 10
_QUIET = frozenset(
    {
        EventKind.WELL,
        EventKind.MOVED,
        EventKind.SILENT,
        EventKind.SPEAKS,
        EventKind.VANISHED,
        EventKind.STORM,
    }
)
"""What can wait until morning makes no sound."""
_ORDER = (
    EventKind.VERIFYING,
    EventKind.STAFF,
    EventKind.APPEAL_COOLING,
    EventKind.APPEAL_SCHEDULED,
    EventKind.APPEAL_WAITS,
    EventKind.APPEAL_SENDING,
    EventKind.APPEAL_STOPPED,
    EventKind.APPEAL_RETURNED,
    EventKind.APPEAL_CORRECTED,
    EventKind.CALL_CORRECTED,
    EventKind.REMOVED,
    EventKind.APPEAL_REPORT,
    EventKind.STOP_REPORT,
    EventKind.CORRECTION_REPORT,
    EventKind.REVIEW_WAITS,
    EventKind.REVIEW_ASKED,
    EventKind.REVIEW,
    EventKind.CLOCK,
    EventKind.CLOCK_RIGHT,
    EventKind.OFFLINE,
    EventKind.ONLINE,
    EventKind.OUTAGE,
    EventKind.AWAY,
    EventKind.HELD,
    EventKind.CALLED_OFF,
    EventKind.REJECTED,
    EventKind.EXPIRED,
    EventKind.STORM,
    EventKind.ILL,
    EventKind.UNSTEADY,
    EventKind.WITHHELD,
    EventKind.VANISHED,
    EventKind.SILENT,
    EventKind.MOVED,
    EventKind.WELL,
    EventKind.SPEAKS,
)


def notice_message(notice: Notice, speech: Speech) -> Message:
    """Return the message: the gravest first. What does not fit is counted, never dropped in silence."""
    events = sorted(notice.events, key=lambda event: (_ORDER.index(event.kind), event.title, event.source))
    choices = _choices(events, speech)
    silent = all(map(_is_quiet, events))
    for lines in (_LINES, 6, 3, 1, 0, -1):
        message = Message(tuple(_blocks(events, speech, lines)), choices, silent=silent)
        if length(message) <= LIMIT:
            break
    return message


def _is_quiet(event: Event) -> bool:
    """Whether it wakes nobody; a draft does where it is urgent, and no drill."""
    if event.kind is EventKind.APPEAL_WAITS:
        return not event.counts.get("urgent")
    return event.kind in _QUIET


def _choices(events: list[Event], speech: Speech) -> tuple[tuple[Choice, ...], ...]:
    """An appeal can be stopped and taken back where its sending is told; what waits can be looked at."""
    first = events[0]
    if first.counts.get("appeal") and not first.counts.get("alert"):
        return _of_an_appeal(first, speech)
    return ((_further(first, speech, alone=len(events) == 1),),)


def _further(first: Event, speech: Speech, *, alone: bool) -> Choice:
    """Where all else that is told is looked at."""
    counts = first.counts
    if waiting := counts.get("alert", 0):
        if alone:
            return Choice(speech.t("Look at it"), f"/review {waiting}")
        return Choice(speech.t("What waits"), "/review")
    if first.kind in (EventKind.CALL_CORRECTED, EventKind.REMOVED):
        return Choice(speech.t("Show"), f"/statement {counts.get('statement', 0)}")
    if look := counts.get("look", 0):
        return Choice(speech.t("Show"), f"/sources found {look}")
    if first.kind is EventKind.STAFF and first.source and first.detail != Act.REMOVED:
        return Choice(speech.t("Show"), f"/sources {first.source}")
    return Choice(speech.t("Status"), "/status")


def _of_an_appeal(first: Event, speech: Speech) -> tuple[tuple[Choice, ...], ...]:
    number = first.counts["appeal"]
    label = speech.t("Read it") if first.kind is EventKind.APPEAL_WAITS else speech.t("Show")
    shown = Choice(label, f"/{'drill' if _is_drill(first) else 'appeal'} {number}")
    stop = Choice(speech.t("Stop"), f"/stop {number}")
    correct = Choice(speech.t("Correct"), f"/correct {number}")
    if first.kind in (EventKind.APPEAL_SCHEDULED, EventKind.APPEAL_COOLING):
        return ((stop, shown),)
    if first.kind is EventKind.APPEAL_SENDING:
        return ((stop,), (correct, shown))
    if first.kind in (EventKind.APPEAL_REPORT, EventKind.STOP_REPORT) and not first.counts.get("corrected"):
        return ((correct, shown),)
    return ((shown,),)


def _blocks(events: list[Event], speech: Speech, lines: int) -> list[Block]:
    groups = [(kind, list(found)) for kind, found in groupby(events, key=lambda event: event.kind)]
    blocks: list[Block] = []
    for kind, found in groups:
        line = (*_mark(found, speech), Span(_heading(kind, found, speech), Style.BOLD))
        blocks.append(Paragraph(line) if blocks else Heading(line))
        if len(events) <= _DETAILED or (len(found) == 1 and lines >= 0):
            for event in found:
                blocks += _detailed(event, speech, named=len(found) > 1)
        else:
            blocks += _listed(found, speech, lines)
        if lines >= 0:  # of a notice of everything at once, only what happened finds room
            blocks += _remarks(kind, found, speech, meaning=lines > 0)
    return blocks


def _mark(found: list[Event], speech: Speech) -> Line:
    """What is told of a drill says so before anything else."""
    return marked(Status.EXERCISE, speech) if any(map(_is_drill, found)) else ()


def _is_drill(event: Event) -> bool:
    return bool(event.counts.get("drill"))


def _heading(kind: EventKind, found: list[Event], speech: Speech) -> str:
    if len(found) > 1 and kind in MANY:
        return MANY[kind](speech, len(found))
    event = found[0]
    if "look" in event.counts:
        return (
            speech.t("{source} was tested", source=shorten(event.title, TITLE))
            if event.source
            else speech.t("The address was looked at")
        )
    if event.kind is EventKind.CALL_CORRECTED and event.counts.get("over"):
        name = shorten(event.title, TITLE)
        return speech.t("{source} · its call was taken back: who has been told", source=name)
    if event.kind is EventKind.REMOVED and event.counts.get("words"):
        return speech.t(
            "Statement {source}: where words of it were withheld in the chats", source=event.title
        )
    state = speech.source_state(event.state) if event.state else ""
    return speech.t(HEADINGS[kind], source=shorten(event.title, TITLE), state=state)


def _detailed(event: Event, speech: Speech, *, named: bool) -> list[Block]:
    blocks: list[Block] = []
    if named:
        blocks.append(Paragraph((Span(shorten(event.title, TITLE), Style.BOLD, event.url),)))
    # The heading says the state of the only one; of several, each title carries its address.
    known = speech.t("Address") if named else speech.t("State") if event.kind is EventKind.ILL else ""
    for label, line in FACTS[event.kind](event, speech):
        if any(span.text for span in line) and label != known:
            blocks.append(Field(label, line))
    return blocks


def _listed(found: list[Event], speech: Speech, lines: int) -> list[Block]:
    """A line for each source; what all have in common stands below them."""
    most = max(lines, 1)
    title = TITLE if lines >= 0 else TITLE // 2
    shown = Items(tuple(_line(event, speech, title) for event in found[:most]))
    left = len(found) - most
    if left <= 0:
        return [shown]
    more = speech.n("and {count} more: /status", "and {count} more: /status", left)
    return [shown, Paragraph((Span(more),))]


def _line(event: Event, speech: Speech, title: int) -> Line:
    facts = [speech.source_state(event.state)] if event.state and event.kind in _STATED else []
    if event.state and event.kind is EventKind.WELL:
        facts.append(speech.t("was: {state}", state=speech.source_state(event.state)))
    if event.since and event.kind in _STATED:
        facts.append(speech.t("since {moment}", moment=speech.moment(event.since)))
    if event.last_success and event.kind in _STATED:
        facts.append(speech.t("last success {moment}", moment=speech.moment(event.last_success)))
    elif event.kind in _STATED:
        facts.append(speech.t("no success yet"))
    if event.kind is EventKind.SILENT and event.newest:
        facts.append(speech.t("nothing new since {moment}", moment=speech.moment(event.newest)))
    if event.kind is EventKind.VANISHED:
        facts.append(speech.n("{count} item", "{count} items", event.counts.get("missing", 0)))
    if event.detail and event.kind in (*_STATED, EventKind.MOVED):
        facts.append(shorten(told_reason(event.detail, speech), 90))
    told = f" · {' · '.join(facts)}" if facts else ""
    return (Span(shorten(event.title, title), Style.BOLD, event.url), Span(told))


_STATED = (EventKind.ILL, EventKind.UNSTEADY)


def _remarks(kind: EventKind, found: list[Event], speech: Speech, *, meaning: bool) -> list[Block]:
    """What it means, and what to do: once for everything of a kind, and for each state among them.

    Where there is no room for both, what to do is told without the `meaning`.
    """
    count = len(found)
    blocks: list[Block] = []
    # The correction of a drill goes ahead of nothing that is real.
    unsaid = kind is EventKind.APPEAL_CORRECTED and any(map(_is_drill, found))
    unsaid = unsaid or any("look" in event.counts or event.counts.get("over") for event in found)
    if kind is EventKind.APPEAL_STOPPED and not any("got" in event.counts for event in found):
        blocks.append(Paragraph((Span(speech.t("Nobody has got it. It is a draft again.")),)))
        unsaid = True
    if meaning and kind in CONSEQUENCES and not unsaid:
        blocks.append(Paragraph(typed_apart(speech.t(CONSEQUENCES[kind]))))
    in_chats = [event for event in found if event.counts.get("added")]
    found = [event for event in found if event not in in_chats]
    states = dict.fromkeys(event.state for event in found if event.state and kind is EventKind.ILL)
    sentences: list[tuple[str, SourceState | None]] = [
        (REMEDIES[state], state) for state in states if state in REMEDIES
    ]
    if kind in UNREACHED:
        sentences.append((UNREACHED[kind], None))
    for sentence, state in sentences:
        names = [event.source for event in found if state is None or event.state is state]
        name = quote(names[0]) if names else ""
        advice = speech.t(sentence, name=name)
        label = speech.t("What to do")
        if len(sentences) > 1 and state and count > 1:
            label = f"{label} ({speech.source_state(state)})"
        blocks.append(Field(label, typed_apart(advice)))
    if in_chats:
        advice = speech.t(ADDED, name=in_chats[0].source)
        blocks.append(Field(speech.t("What to do"), typed_apart(advice)))
    return blocks
