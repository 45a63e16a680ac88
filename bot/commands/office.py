"""/stats, /audit and /admins: how the watch does, who did what, and by which rules."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from hashlib import sha256

from bot.commands.command import arguments, code, heading, number, paragraph, reply
from bot.commands.mistake import Mistake
from bot.commands.request import Reply, Request
from bot.render.desk import lasting
from bot.render.message import Block, Choice, Field, Items, Line, Message, Notice, Span, Style
from bot.render.plot import HIGH, WIDE, Day, drawn
from bot.speech import Speech, msgid
from storage.audit import Noted
from storage.database import Work
from storage.delays import Taken, within
from storage.records import Plot
from storage.statistics import Statistics
from storage.words import OF_SOURCES, Act, DeliveryState

_WEEK = 7
_LONGEST = 366
_NOTED = 15
_HASH = 8
"""Characters of the keyed hash that stands for an admin."""
_BARS = "▁▂▃▄▅▆▇█"
_DAYS = 31
"""So many days are drawn at most."""
_PICTURE = msgid(
    "In the picture, above: alerts by day (UTC), urgent ones dark. Below: from publication to delivery, in "
    "hours, minutes and seconds; the dark line is half of the messages, the top 95 of 100."
)
_UNKNOWN = msgid("{act} {number}, as a newer version of Vigil noted it")
ACTS = {
    Act.WRITTEN: msgid("wrote appeal {number}"),
    Act.EDITED: msgid("changed appeal {number}"),
    Act.DROPPED: msgid("dropped the draft of appeal {number}"),
    Act.APPROVED: msgid("approved appeal {number}"),
    Act.COOLING: msgid("appeal {number} was about to go out"),
    Act.SCHEDULED: msgid("appeal {number} was approved for a set time"),
    Act.SENT: msgid("appeal {number} went out"),
    Act.STOPPED: msgid("stopped appeal {number}"),
    Act.RETURNED: msgid("appeal {number} became a draft again"),
    Act.CORRECTED: msgid("took back appeal {number}"),
    Act.TAKEN_DOWN: msgid("took down statement {number}"),
    Act.RETRACTED: msgid("took back alert {number}"),
    Act.KEPT: msgid("looked at alert {number}, which goes on waiting"),
    Act.RELEASED: msgid("sent alert {number}, which waited"),
    Act.REDACTED: msgid("sent alert {number} without what may endanger somebody"),
    Act.REFUSED: msgid("decided against alert {number}"),
    Act.EXPIRED: msgid("alert {number} was over before it was decided on"),
    Act.INVITED: msgid("made a code for somebody to join the desk"),
    Act.JOINED: msgid("joined the desk"),
    Act.REVOKED: msgid("took person {number} from the desk"),
    Act.SUSPENDED: msgid("suspended person {number}"),
    Act.REINSTATED: msgid("let person {number} back to the desk"),
    Act.HALTED: msgid("paused source {number}"),
    Act.RESUMED: msgid("resumed source {number}"),
    Act.ADDED: msgid("added source {number}"),
    Act.REMOVED: msgid("removed source {number}"),
    Act.TRUSTED: msgid("took source {number} for an organisation's own word"),
    Act.DOUBTED: msgid("took source {number} for a relay"),
    Act.PACED: msgid("had source {number} asked at another interval"),
    Act.DESCRIBED: msgid("set whose source {number} is, or which countries it is about"),
    Act.CLEARED: msgid("cleared source {number}: it is on trial no more"),
    Act.TRIED: msgid("put source {number} on trial"),
}


def stats(request: Request, work: Work, speech: Speech) -> Reply:
    """Count what was rung in the last days, what became of it, and how quickly it came; and draw it."""
    typed = arguments(request).strip()
    days = number(typed, "/stats 30") if typed else _WEEK
    if not 1 <= days <= _LONGEST:
        raise Mistake("Between 1 and {most} days: {example}", most=_LONGEST, example="/stats 30")
    since = request.now - timedelta(days=days)
    found, taken = work.statistics(since), work.delays.since(since)
    blocks: list[Block] = [
        heading(speech.n("The last {count} day", "The last {count} days", days)),
        *(Field(label, (Span(value),)) for label, value in _counted(found, taken, speech)),
    ]
    span = [(request.now - timedelta(days=back)).date() for back in range(days - 1, -1, -1)]
    by_day = [found.by_day.get(day, 0) for day in span[-_DAYS:]]
    if any(by_day):
        blocks.append(Field(speech.t("Alerts by day, today last"), (code(bars(by_day)),)))
    rows = (
        tuple(
            Choice(speech.n("{count} day", "{count} days", one), f"/stats {one}")
            for one in (1, _WEEK, 30, 365)
            if one != days
        ),
    )
    if days == 1 or not found.alerts or request.transport == "console":
        return reply(*blocks, choices=rows)
    blocks.append(Notice((Span(speech.t(_PICTURE)),)))
    plot, data = _plotted(span, found, taken)
    return Reply((Message(tuple(blocks), rows, picture=plot),), pictures={plot.digest: data})


def _counted(found: Statistics, taken: Mapping[date, Taken], speech: Speech) -> list[tuple[str, str]]:
    messages, counted = found.messages, speech.number
    fields = [
        (speech.t("Statements"), counted(found.statements)),
        (
            speech.t("Alerts"),
            speech.t(
                "{all}, of which urgent {urgent}", all=counted(found.alerts), urgent=counted(found.urgent)
            ),
        ),
        (speech.t("Messages sent"), counted(messages.get(DeliveryState.SENT, 0))),
        (
            speech.t("Waiting to be sent"),
            counted(messages.get(DeliveryState.QUEUED, 0) + messages.get(DeliveryState.SENDING, 0)),
        ),
        (speech.t("Wait for an admin"), counted(messages.get(DeliveryState.HELD, 0))),
        (speech.t("Perhaps delivered"), counted(messages.get(DeliveryState.UNCERTAIN, 0))),
        (speech.t("Not delivered"), counted(messages.get(DeliveryState.FAILED, 0))),
        (speech.t("Cancelled"), counted(messages.get(DeliveryState.CANCELLED, 0))),
    ]
    everything = sum(map(Counter, taken.values()), Counter[int]())
    for label, half, most in (
        (speech.t("From publication to the first message"), found.delay(0.5), found.delay(0.95)),
        (speech.t("From publication to each message"), within(everything, 0.5), within(everything, 0.95)),
    ):
        if half is not None and most is not None:
            told = speech.t(
                "half of them within {half}, 95 of 100 within {most}",
                half=lasting(round(half.total_seconds()), speech),
                most=lasting(round(most.total_seconds()), speech),
            )
            fields.append((label, told))
    return fields + [
        (speech.t("Recipients on {transport}", transport=transport), counted(count))
        for transport, count in found.recipients.items()
    ]


def _plotted(span: list[date], found: Statistics, taken: Mapping[date, Taken]) -> tuple[Plot, bytes]:
    """Draw these days; we are in a thread, and nobody waits for it but who asked."""
    days = []
    for day in span:
        urgent, its = found.urgent_by_day.get(day, 0), taken.get(day, {})
        other = found.by_day.get(day, 0) - urgent
        days.append(Day(day, urgent, other, within(its, 0.5), within(its, 0.95)))
    data = drawn(days)
    return Plot(sha256(data).hexdigest(), "image/png", WIDE, HIGH, len(data)), data


def bars(counts: list[int]) -> str:
    """Return a bar for each number, the highest for the greatest; "·" for none."""
    most = max(counts, default=0)
    return "".join(_BARS[-(-one * len(_BARS) // most) - 1] if one else "·" for one in counts)


def audit(request: Request, work: Work, speech: Speech) -> Reply:
    """Show who did what at the desk last, and whether the record is as it was written."""
    del request
    found = work.audit.last(_NOTED)
    if not found:
        return reply(paragraph(speech.t("Nothing was done at the desk yet.")))
    names = {key: one.name for key, one in work.sources.many(_sources_of(found)).items()}
    broken = work.audit.broken()
    said = (
        speech.t("The record is as it was written.")
        if broken is None
        else speech.t(
            "Line {number} is not as it was written, or one before it is missing: the database was altered.",
            number=broken,
        )
    )
    return reply(
        heading(speech.t("Who did what")),
        Items(tuple(_line(one, names, speech) for one in found)),
        paragraph(said),
        Notice((Span(speech.t("An admin stands here as a mark, never by name. Yours: /admins")),)),
    )


def _sources_of(found: Iterable[Noted]) -> set[int]:
    return {one.matter for one in found if one.act in OF_SOURCES}


def _line(one: Noted, names: Mapping[int, str], speech: Speech) -> Line:
    who = (Span(one.admin[:_HASH], Style.CODE), Span(" ")) if one.admin else ()
    known = ACTS.get(one.act) if isinstance(one.act, Act) else None
    what = speech.t(known or _UNKNOWN, number=one.matter, act=one.act)
    if one.act in OF_SOURCES and one.matter in names:
        what = f"{what} · {names[one.matter]}"
    when = Span(f" · {speech.moment(one.at)}")
    people = speech.n("{count} recipient", "{count} recipients", one.people) if one.people else ""
    return (*who, Span(what), *((Span(f" · {people}"),) if people else ()), when)
