"""Sets a notice to admins: what happened, since when, what it means, and what can be done."""

from collections.abc import Callable
from datetime import timedelta
from itertools import groupby
from shlex import quote

from bot.render.detail import told as told_reason
from bot.render.message import Block, Choice, Field, Heading, Items, Line, Message, Paragraph, Span, Style
from bot.render.notice_words import (
    CONSEQUENCES,
    HEADINGS,
    MANY,
    REMEDIES,
    UNREACHED,
)
from bot.render.review import CONCERNS
from bot.render.text import length, shorten
from bot.speech import Speech
from jobs.review import concerns_of
from storage.people import Event, Notice
from storage.words import EventKind, SourceState

LIMIT = 4096
_DETAILED = 3
"""So many events are told each with all that is known of it; more of them as a line each."""
_LINES = 10
_TITLE = 80
_DETAIL = 200
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
    EventKind.APPEAL_COOLING,
    EventKind.APPEAL_SENDING,
    EventKind.APPEAL_STOPPED,
    EventKind.APPEAL_RETURNED,
    EventKind.APPEAL_CORRECTED,
    EventKind.REVIEW_WAITS,
    EventKind.REVIEW_ASKED,
    EventKind.REVIEW,
    EventKind.OFFLINE,
    EventKind.ONLINE,
    EventKind.OUTAGE,
    EventKind.AWAY,
    EventKind.HELD,
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
    silent = all(event.kind in _QUIET for event in events)
    for lines in (_LINES, 6, 3, 1, 0, -1):
        message = Message(tuple(_blocks(events, speech, lines)), choices, silent=silent)
        if length(message) <= LIMIT:
            break
    return message


def _choices(events: list[Event], speech: Speech) -> tuple[tuple[Choice, ...], ...]:
    """An appeal can be stopped where its sending is told; what waits can be looked at."""
    first = events[0]
    if waiting := first.counts.get("alert", 0):
        return ((Choice(speech.t("Look at it"), f"/review {waiting}"),),)
    number = first.counts.get("appeal", 0)
    if not number:
        return ((Choice(speech.t("Status"), "/status"),),)
    shown = Choice(speech.t("Show"), f"/appeal {number}")
    if first.kind in (EventKind.APPEAL_COOLING, EventKind.APPEAL_SENDING):
        return ((Choice(speech.t("Stop"), f"/stop {number}"), shown),)
    return ((shown,),)


def _blocks(events: list[Event], speech: Speech, lines: int) -> list[Block]:
    groups = [(kind, list(found)) for kind, found in groupby(events, key=lambda event: event.kind)]
    blocks: list[Block] = []
    for kind, found in groups:
        line = (Span(_heading(kind, found, speech), Style.BOLD),)
        blocks.append(Paragraph(line) if blocks else Heading(line))
        if len(events) <= _DETAILED or (len(found) == 1 and lines >= 0):
            for event in found:
                blocks += _detailed(event, speech, named=len(found) > 1)
        else:
            blocks += _listed(found, speech, max(lines, 1))
        if lines >= 0:  # of a notice of everything at once, only what happened finds room
            blocks += _remarks(kind, found, speech, meaning=lines > 0)
    return blocks


def _heading(kind: EventKind, found: list[Event], speech: Speech) -> str:
    if len(found) > 1 and kind in MANY:
        return MANY[kind](speech, len(found))
    event = found[0]
    state = speech.source_state(event.state) if event.state else ""
    return speech.t(HEADINGS[kind], source=shorten(event.title, _TITLE), state=state)


def _detailed(event: Event, speech: Speech, *, named: bool) -> list[Block]:
    blocks: list[Block] = []
    if named:
        blocks.append(Paragraph((Span(shorten(event.title, _TITLE), Style.BOLD, event.url),)))
    # The heading says the state of the only one; of several, each title carries its address.
    known = speech.t("Address") if named else speech.t("State") if event.kind is EventKind.ILL else ""
    for label, line in _FACTS[event.kind](event, speech):
        if any(span.text for span in line) and label != known:
            blocks.append(Field(label, line))
    return blocks


def _listed(found: list[Event], speech: Speech, lines: int) -> list[Block]:
    """A line for each source; what all have in common stands below them."""
    shown = Items(tuple(_line(event, speech) for event in found[:lines]))
    left = len(found) - lines
    if left <= 0:
        return [shown]
    more = speech.n("and {count} more: /status", "and {count} more: /status", left)
    return [shown, Paragraph((Span(more),))]


def _line(event: Event, speech: Speech) -> Line:
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
    return (Span(shorten(event.title, _TITLE), Style.BOLD, event.url), Span(told))


_STATED = (EventKind.ILL, EventKind.UNSTEADY)


def _remarks(kind: EventKind, found: list[Event], speech: Speech, *, meaning: bool) -> list[Block]:
    """What it means, and what to do: once for everything of a kind, and for each state among them.

    Where there is no room for both, what to do is told without the `meaning`.
    """
    count = len(found)
    blocks: list[Block] = []
    if meaning and kind in CONSEQUENCES:
        blocks.append(Paragraph(_typed(speech.t(CONSEQUENCES[kind]))))
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
        blocks.append(Field(label, _typed(advice)))
    return blocks


def _typed(sentence: str) -> Line:
    """What stands between backticks is to be typed as it stands."""
    pieces = enumerate(sentence.split("`"))
    return tuple(Span(text, Style.CODE if number % 2 else Style.PLAIN) for number, text in pieces if text)


_Facts = list[tuple[str, Line]]


def _text(text: str) -> Line:
    return (Span(text),)


def _reason(event: Event, speech: Speech) -> str:
    return shorten(told_reason(event.detail, speech), _DETAIL) if event.detail else ""


def _ill(event: Event, speech: Speech) -> _Facts:
    last = speech.moment(event.last_success) if event.last_success else speech.t("no success yet")
    return [
        (speech.t("State"), _text(speech.source_state(event.state) if event.state else "")),
        (
            speech.t("It answered"),
            _text(_reason(event, speech)),
        ),
        (speech.t("In trouble since"), _text(speech.moment(event.since) if event.since else "")),
        (speech.t("Last success"), _text(last)),
        (speech.t("Asked again"), _text(speech.moment(event.next_due) if event.next_due else "")),
        (speech.t("Address"), _text(event.url)),
    ]


def _well(event: Event, speech: Speech) -> _Facts:
    if event.state is None:
        return [(speech.t("Well since"), _text(speech.moment(event.since) if event.since else ""))]
    last = speech.moment(event.last_success) if event.last_success else speech.t("no success yet")
    return [
        (speech.t("Was"), _text(speech.source_state(event.state))),
        (speech.t("Last success before"), _text(last)),
        (speech.t("Well since"), _text(speech.moment(event.at))),
    ]


def _moved(event: Event, speech: Speech) -> _Facts:
    return [
        (speech.t("Configured address"), _text(event.url)),
        (speech.t("Asked from now on"), _text(event.detail)),
    ]


def _silent(event: Event, speech: Speech) -> _Facts:
    days = max(1, round(event.habit / 86_400))
    return [
        (speech.t("Newest item"), _text(speech.moment(event.newest) if event.newest else "")),
        (speech.t("Longest pause so far"), _text(speech.n("{count} day", "{count} days", days))),
        (speech.t("Address"), _text(event.url)),
    ]


def _speaks(event: Event, speech: Speech) -> _Facts:
    return [
        (speech.t("Newest item"), _text(speech.moment(event.newest) if event.newest else "")),
        (speech.t("The one before"), _text(speech.moment(event.since) if event.since else "")),
    ]


def _vanished(event: Event, speech: Speech) -> _Facts:
    return [
        (
            speech.t("Missing"),
            _text(speech.n("{count} item", "{count} items", event.counts.get("missing", 0))),
        ),
        (speech.t("Found"), _text(speech.moment(event.at))),
        (speech.t("Address"), _text(event.url)),
    ]


def _withheld(event: Event, speech: Speech) -> _Facts:
    number = event.counts.get("statement", 0)
    return [
        (speech.t("Resembles"), _text(f"#{number}" if number else "")),
        (speech.t("Found"), _text(speech.moment(event.at))),
        (speech.t("Address"), _text(event.url)),
    ]


def _offline(event: Event, speech: Speech) -> _Facts:
    last = speech.moment(event.last_success) if event.last_success else ""
    return [
        (speech.t("Sources"), _text(speech.number(event.counts.get("sources", 0)))),
        (speech.t("Without an answer since"), _text(speech.moment(event.since) if event.since else "")),
        (speech.t("Last answer"), _text(last)),
        (
            speech.t("For example"),
            _text(_reason(event, speech)),
        ),
    ]


def _period(event: Event, speech: Speech) -> _Facts:
    return [
        (speech.t("From"), _text(speech.moment(event.since) if event.since else "")),
        (speech.t("Until"), _text(speech.moment(event.at))),
    ]


def _outage(event: Event, speech: Speech) -> _Facts:
    counts, number = event.counts, speech.number
    asked = speech.t(
        "{asked}, of which {troubled} in trouble",
        asked=number(counts.get("asked", 0)),
        troubled=number(counts.get("troubled", 0)),
    )
    late = counts.get("late", 0)
    return [
        *_period(event, speech),
        (speech.t("Sources asked since"), _text(asked)),
        (speech.t("Statements caught up"), _text(number(counts.get("statements", 0)))),
        (speech.t("Urgent alerts among them"), _text(number(counts.get("urgent", 0)))),
        (
            speech.t("Missed"),
            _text(
                speech.n(
                    "{count} urgent call was too old to ring when it was read: /latest",
                    "{count} urgent calls were too old to ring when they were read: /latest",
                    late,
                )
                if late
                else speech.t("no urgent call that could still be read")
            ),
        ),
        (speech.t("Waiting to be sent"), _text(number(counts.get("waiting", 0)))),
    ]


def _away(event: Event, speech: Speech) -> _Facts:
    waiting = speech.number(event.counts.get("waiting", 0))
    return [*_period(event, speech), (speech.t("Waiting to be sent"), _text(waiting))]


def _refused(event: Event, speech: Speech) -> _Facts:
    return [
        (speech.t("Source"), _text(event.source)),
        (speech.t("The platform says"), _text(shorten(event.detail, _DETAIL))),
    ]


def _held(event: Event, speech: Speech) -> _Facts:
    named = event.title or speech.t("all together")
    return [(speech.t("Source"), _text(shorten(named, _TITLE)))]


def _review(event: Event, speech: Speech) -> _Facts:
    found = concerns_of(event.detail)
    why = speech.t(CONCERNS[found[0]]) if found else ""
    return [
        (speech.t("Source"), _text(shorten(event.title, _TITLE))),
        (speech.t("Why"), _text(why)),
        (speech.t("Wait for it"), _text(speech.number(event.counts.get("recipients", 0)))),
        (speech.t("Waits since"), _text(speech.moment(event.since) if event.since else "")),
    ]


def _expired(event: Event, speech: Speech) -> _Facts:
    facts = [(speech.t("Messages not sent"), _text(speech.number(event.counts.get("deliveries", 0))))]
    if held := event.counts.get("held", 0):
        facts.append((speech.t("Held until they were over"), _text(speech.number(held))))
    return facts


def _appeal(event: Event, speech: Speech) -> _Facts:
    counts, number = event.counts, speech.number
    facts = []
    if "recipients" in counts:
        facts.append((speech.t("Recipients"), _text(number(counts["recipients"]))))
    if "seconds" in counts:
        due = event.at + timedelta(seconds=counts["seconds"])
        facts.append((speech.t("Goes out"), _text(speech.moment(due))))
    for name, label in (
        ("got", speech.t("Have got it")),
        ("perhaps", speech.t("Perhaps have got it")),
        ("never", speech.t("Have not got it, and will not")),
    ):
        if name in counts:
            facts.append((label, _text(number(counts[name]))))
    return facts


_FACTS: dict[EventKind, Callable[[Event, Speech], _Facts]] = {
    EventKind.ILL: _ill,
    EventKind.UNSTEADY: _ill,
    EventKind.WELL: _well,
    EventKind.MOVED: _moved,
    EventKind.SILENT: _silent,
    EventKind.SPEAKS: _speaks,
    EventKind.VANISHED: _vanished,
    EventKind.WITHHELD: _withheld,
    EventKind.OFFLINE: _offline,
    EventKind.ONLINE: _period,
    EventKind.OUTAGE: _outage,
    EventKind.AWAY: _away,
    EventKind.REJECTED: _refused,
    EventKind.EXPIRED: _expired,
    EventKind.HELD: _held,
    EventKind.REVIEW: _review,
    EventKind.REVIEW_WAITS: _review,
    EventKind.REVIEW_ASKED: _review,
    EventKind.STORM: lambda *_: [],
    EventKind.APPEAL_COOLING: _appeal,
    EventKind.APPEAL_SENDING: _appeal,
    EventKind.APPEAL_STOPPED: _appeal,
    EventKind.APPEAL_RETURNED: _appeal,
    EventKind.APPEAL_CORRECTED: _appeal,
}
