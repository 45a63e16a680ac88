"""What a notice tells of each event: label and value, in the order in which they are read."""

from collections.abc import Callable
from datetime import timedelta

from bot.render.desk import told_at
from bot.render.detail import told as told_reason
from bot.render.message import Line, Span, Style
from bot.render.review import told_reasons
from bot.render.sending import report, under_way
from bot.render.text import shorten
from bot.speech import Speech, msgid
from storage.people import Event
from storage.words import Act, EventKind

TITLE = 80
"""Characters of what people see of a source."""
_DETAIL = 200

Facts = list[tuple[str, Line]]


def _text(text: str) -> Line:
    return (Span(text),)


def _reason(event: Event, speech: Speech) -> str:
    return shorten(told_reason(event.detail, speech), _DETAIL) if event.detail else ""


def _ill(event: Event, speech: Speech) -> Facts:
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


def _well(event: Event, speech: Speech) -> Facts:
    if event.state is None:
        return [(speech.t("Well since"), _text(speech.moment(event.since) if event.since else ""))]
    last = speech.moment(event.last_success) if event.last_success else speech.t("no success yet")
    return [
        (speech.t("Was"), _text(speech.source_state(event.state))),
        (speech.t("Last success before"), _text(last)),
        (speech.t("Well since"), _text(speech.moment(event.at))),
    ]


def _moved(event: Event, speech: Speech) -> Facts:
    return [
        (speech.t("Configured address"), _text(event.url)),
        (speech.t("Asked from now on"), _text(event.detail)),
    ]


def _silent(event: Event, speech: Speech) -> Facts:
    days = max(1, round(event.habit / 86_400))
    return [
        (speech.t("Newest item"), _text(speech.moment(event.newest) if event.newest else "")),
        (speech.t("Longest pause so far"), _text(speech.n("{count} day", "{count} days", days))),
        (speech.t("Address"), _text(event.url)),
    ]


def _speaks(event: Event, speech: Speech) -> Facts:
    return [
        (speech.t("Newest item"), _text(speech.moment(event.newest) if event.newest else "")),
        (speech.t("The one before"), _text(speech.moment(event.since) if event.since else "")),
    ]


def _vanished(event: Event, speech: Speech) -> Facts:
    return [
        (
            speech.t("Missing"),
            _text(speech.n("{count} item", "{count} items", event.counts.get("missing", 0))),
        ),
        (speech.t("Found"), _text(speech.moment(event.at))),
        (speech.t("Address"), _text(event.url)),
    ]


def _withheld(event: Event, speech: Speech) -> Facts:
    number = event.counts.get("statement", 0)
    return [
        (speech.t("Resembles"), _text(f"#{number}" if number else "")),
        (speech.t("Found"), _text(speech.moment(event.at))),
        (speech.t("Address"), _text(event.url)),
    ]


def _offline(event: Event, speech: Speech) -> Facts:
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


def _clock(event: Event, speech: Speech) -> Facts:
    theirs = event.at - timedelta(seconds=event.counts.get("seconds", 0))
    return [
        (speech.t("It shows"), _text(speech.moment(event.at))),
        (speech.t("Others show"), _text(speech.moment(theirs))),
        (speech.t("Servers compared"), _text(speech.number(event.counts.get("servers", 0)))),
    ]


def _period(event: Event, speech: Speech) -> Facts:
    return [
        (speech.t("From"), _text(speech.moment(event.since) if event.since else "")),
        (speech.t("Until"), _text(speech.moment(event.at))),
    ]


def _outage(event: Event, speech: Speech) -> Facts:
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


def _away(event: Event, speech: Speech) -> Facts:
    waiting = speech.number(event.counts.get("waiting", 0))
    return [*_period(event, speech), (speech.t("Waiting to be sent"), _text(waiting))]


def _refused(event: Event, speech: Speech) -> Facts:
    return [
        (speech.t("Source"), _text(event.source)),
        (speech.t("The platform says"), _text(shorten(event.detail, _DETAIL))),
    ]


def _held(event: Event, speech: Speech) -> Facts:
    named = event.title or speech.t("all together")
    return [(speech.t("Source"), _text(shorten(named, TITLE)))]


def _called_off(event: Event, speech: Speech) -> Facts:
    return [
        (speech.t("Source"), _text(shorten(event.title, TITLE))),
        (speech.t("Told that it is over"), _text(speech.number(event.counts.get("told", 0)))),
    ]


def _review(event: Event, speech: Speech) -> Facts:
    why = " ".join(told_reasons(event.detail, speech))
    return [
        (speech.t("Source"), _text(shorten(event.title, TITLE))),
        (speech.t("Why"), _text(why)),
        (speech.t("Wait for it"), _text(speech.number(event.counts.get("recipients", 0)))),
        (speech.t("Waits since"), _text(speech.moment(event.since) if event.since else "")),
    ]


_AT_DESK = {
    Act.JOINED: msgid("joined with a code"),
    Act.SUSPENDED: msgid("suspended"),
    Act.REINSTATED: msgid("not suspended any more"),
    Act.REVOKED: msgid("no longer at the desk"),
    Act.ADDED: msgid("added in a chat: it is watched, on trial"),
    Act.REMOVED: msgid("removed: it is watched no more"),
    Act.TRUSTED: msgid("taken for what an organisation says itself: less of it is looked at first"),
    Act.DOUBTED: msgid("taken for what passes on the words of others: more of it is looked at first"),
    Act.CLEARED: msgid("on trial no more: its calls go out like those of others"),
    Act.TRIED: msgid("on trial: an admin looks at each of its calls first"),
    Act.HALTED: msgid("paused: it is not asked, and nothing of it rings, until somebody resumes it"),
    Act.RESUMED: msgid("resumed: it is asked again"),
    Act.DESCRIBED: msgid("it was set whose it is, or which countries it is about"),
}


def _call_corrected(event: Event, speech: Speech) -> Facts:
    return report(event, speech) if event.counts.get("over") else _appeal(event, speech)


def _staff(event: Event, speech: Speech) -> Facts:
    told = next((said for act, said in _AT_DESK.items() if act == event.detail), "")
    if "look" in event.counts:
        return [
            (speech.t("Can be watched"), _text(speech.number(event.counts.get("found", 0)))),
            (speech.t("Items that would have rung"), _text(speech.number(event.counts.get("rang", 0)))),
        ]
    by = event.counts.get("by", 0)
    return [
        (speech.t("What was done"), _text(speech.t(told) if told else "")),
        (speech.t("Who did it"), (Span(f"{by:08x}" if by else "", Style.CODE),)),
        (speech.t("Address"), _text(event.url)),
    ]


def _expired(event: Event, speech: Speech) -> Facts:
    facts = [(speech.t("Messages not sent"), _text(speech.number(event.counts.get("deliveries", 0))))]
    if held := event.counts.get("held", 0):
        facts.append((speech.t("Held until they were over"), _text(speech.number(held))))
    return facts


def _appeal(event: Event, speech: Speech) -> Facts:
    counts, number = event.counts, speech.number
    if "all" in counts:
        return under_way(event, speech)
    facts = []
    if "recipients" in counts:
        facts.append((speech.t("Recipients"), _text(number(counts["recipients"]))))
    if "seconds" in counts or event.kind is EventKind.APPEAL_SCHEDULED:
        due = event.next_due or event.at + timedelta(seconds=counts.get("seconds", 0))
        facts.append((speech.t("Goes out"), _text(told_at(due, event.detail, speech))))
    for name, label in (
        ("got", speech.t("Have got it")),
        ("perhaps", speech.t("Perhaps have got it")),
        ("never", speech.t("Have not got it, and will not")),
    ):
        if name in counts:
            facts.append((label, _text(number(counts[name]))))
    return facts


def _removed(event: Event, speech: Speech) -> Facts:
    counts, number = event.counts, speech.number
    facts = [
        (label, _text(number(counts[name])))
        for name, label in (
            ("gone", speech.t("Messages removed")),
            ("changed", speech.t("Changed, and do not say it any more")),
            ("kept", speech.t("Could not be removed")),
        )
        if name in counts
    ]
    if event.detail:
        facts.append((speech.t("Why"), _text(shorten("; ".join(event.detail.split("\n")), _DETAIL))))
    later = {
        "perhaps": speech.t("Perhaps in a chat (no answer came when it was sent)"),
        "away": speech.t("Cannot be reached (removed when they can be again)"),
        "waiting": speech.t("Still waiting"),
    }
    counts = counts | {"waiting": counts.get("waiting", 0) + counts.get("resting", 0)}
    return facts + [(label, _text(number(counts[name]))) for name, label in later.items() if counts.get(name)]


def _verifying(event: Event, speech: Speech) -> Facts:
    return [(speech.t("Pictures"), _text(event.title)), (speech.t("Numbers"), _text(event.detail))]


FACTS: dict[EventKind, Callable[[Event, Speech], Facts]] = {
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
    EventKind.CLOCK: _clock,
    EventKind.CLOCK_RIGHT: lambda *_: [],
    EventKind.OUTAGE: _outage,
    EventKind.AWAY: _away,
    EventKind.REJECTED: _refused,
    EventKind.EXPIRED: _expired,
    EventKind.HELD: _held,
    EventKind.CALLED_OFF: _called_off,
    EventKind.REVIEW: _review,
    EventKind.REVIEW_WAITS: _review,
    EventKind.REVIEW_ASKED: _review,
    EventKind.STORM: lambda *_: [],
    EventKind.STAFF: _staff,
    EventKind.APPEAL_WAITS: _appeal,
    EventKind.APPEAL_SCHEDULED: _appeal,
    EventKind.VERIFYING: _verifying,
    EventKind.APPEAL_COOLING: _appeal,
    EventKind.APPEAL_SENDING: _appeal,
    EventKind.APPEAL_STOPPED: _appeal,
    EventKind.APPEAL_RETURNED: _appeal,
    EventKind.APPEAL_CORRECTED: _appeal,
    EventKind.CALL_CORRECTED: _call_corrected,
    EventKind.REMOVED: _removed,
    EventKind.APPEAL_REPORT: report,
    EventKind.STOP_REPORT: report,
    EventKind.CORRECTION_REPORT: report,
}
