"""Says to admins how far a sending is, and at its end what became of it and what had been expected."""

from collections.abc import Mapping

from babel.numbers import format_percent

from bot.render.desk import lasting
from bot.render.message import Line, Span, Style
from bot.render.text import shorten
from bot.speech import Speech
from jobs.progress import ON, sent_on
from storage.people import Event
from storage.sendings import Spread
from storage.words import EventKind

Facts = list[tuple[str, Line]]

_WIDE = 20
"""Characters of the bar: they fit beside a number on a phone."""
_REASON = 120


def bar(done: int, of: int, speech: Speech) -> Line:
    """Return how much of it is done, drawn and as a number; all of it only when nothing is left."""
    part = done / of if of else 1.0
    full = int(part * _WIDE)
    percent = format_percent(int(part * 100) / 100, locale=speech.locale)
    return (Span("█" * full + "░" * (_WIDE - full), Style.CODE), Span(f" {percent}"))


def progress(counts: Mapping[str, int], speech: Speech) -> str:
    """Return in words how far it is; `counts` as `jobs.progress` makes them."""
    numbers = {name: speech.number(counts.get(name, 0)) for name in _PROGRESS}
    if counts.get("cancelled"):
        return speech.t(
            "sent {sent} of {all}, waiting {waiting}, uncertain {uncertain}, failed {failed}, "
            "cancelled {cancelled}",
            **numbers,
        )
    numbers.pop("cancelled")
    return speech.t(
        "sent {sent} of {all}, waiting {waiting}, uncertain {uncertain}, failed {failed}", **numbers
    )


_PROGRESS = ("sent", "all", "waiting", "uncertain", "failed", "cancelled")


def under_way(event: Event, speech: Speech) -> Facts:
    """Return how far it is, and how long is left."""
    counts = event.counts
    facts = [
        (speech.t("Progress"), bar(counts.get("done", 0), counts["all"], speech)),
        (speech.t("Messages"), (Span(progress(counts, speech)),)),
    ]
    if counts.get("left"):
        time = lasting(counts["left"], speech)
        facts.append((speech.t("Left"), (Span(speech.t("about {time}", time=time)),)))
    return facts


def report(event: Event, speech: Speech) -> Facts:
    """Return what became of it; of one that was halted, who has got it."""
    counts = event.counts
    stopped = event.kind is EventKind.STOP_REPORT
    told = [
        (speech.t("Recipients"), _recipients(counts, speech, stopped=stopped)),
        (speech.t("Have got it") if stopped else speech.t("Delivered"), _sent(counts, speech)),
        (speech.t("Perhaps delivered"), _uncertain(counts, speech)),
        (speech.t("Not delivered"), _failed(counts, speech)),
        (speech.t("The platform says"), shorten("; ".join(event.detail.split("\n")), _REASON)),
        (speech.t("Have not got it, and will not"), _some(counts, "cancelled", speech)),
        (speech.t("Cannot be reached"), _away(counts, speech)),
        (speech.t("With their next digest"), _some(counts, "digest", speech)),
        (speech.t("Still waiting"), _some(counts, "waiting", speech)),
        (speech.t("It took"), _took(counts, speech, stopped=stopped)),
    ]
    return [(label, (Span(text),)) for label, text in told if text]


def halted(by_transport: Mapping[str, Spread], speech: Speech) -> Facts:
    """Return who has got what was halted this very moment, and who has not."""
    spread = sum(by_transport.values(), Spread())
    told = [
        (speech.t("Have got it"), _sent(sent_on(by_transport) | {"sent": spread.sent}, speech)),
        (speech.t("Perhaps have got it"), speech.number(spread.uncertain + spread.waiting)),
        (
            speech.t("Have not got it, and will not"),
            speech.number(spread.cancelled + spread.failed + spread.away),
        ),
    ]
    return [(label, (Span(text),)) for label, text in told]


def _some(counts: Mapping[str, int], name: str, speech: Speech) -> str:
    return speech.number(counts[name]) if counts.get(name) else ""


def _recipients(counts: Mapping[str, int], speech: Speech, *, stopped: bool) -> str:
    everybody, expected = counts.get("recipients", 0), counts.get("expected", 0)
    if stopped or expected in (0, everybody):
        return speech.number(everybody)
    return speech.t(
        "{count}; {expected} were expected when it was approved",
        count=speech.number(everybody),
        expected=speech.number(expected),
    )


def _sent(counts: Mapping[str, int], speech: Speech) -> str:
    sent = speech.number(counts.get("sent", 0))
    on = {name.removeprefix(ON): count for name, count in counts.items() if name.startswith(ON)}
    if len(on) < 2:
        return sent
    each = speech.joined(f"{name} {speech.number(count)}" for name, count in on.items())
    return speech.t("{count}: {each}", count=sent, each=each)


def _uncertain(counts: Mapping[str, int], speech: Speech) -> str:
    if not counts.get("uncertain"):
        return ""
    return speech.t("{count}: no answer came", count=speech.number(counts["uncertain"]))


def _failed(counts: Mapping[str, int], speech: Speech) -> str:
    lost, refused = counts.get("lost", 0), counts.get("refused", 0)
    told = []
    if lost:
        told.append(
            speech.n(
                "{count} has blocked the bot or is gone", "{count} have blocked the bot or are gone", lost
            )
        )
    if refused:
        told.append(speech.n("{count} was refused", "{count} were refused", refused))
    return speech.joined(told) if told else ""


def _away(counts: Mapping[str, int], speech: Speech) -> str:
    if not counts.get("away"):
        return ""
    return speech.t("{count} more; it is kept for their return", count=speech.number(counts["away"]))


def _took(counts: Mapping[str, int], speech: Speech, *, stopped: bool) -> str:
    if "passed" not in counts:
        return ""
    took = lasting(counts["passed"], speech)
    if stopped or not counts.get("seconds_expected"):
        return took
    expected = lasting(counts["seconds_expected"], speech)
    return speech.t("{time}; the estimate was {expected}", time=took, expected=expected)
