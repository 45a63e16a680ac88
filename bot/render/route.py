"""Says a route in words: what rings, what comes as a digest, and for whom it is narrowed."""

from collections.abc import Callable

from bot.render.message import Block, Field, Line, Paragraph, Span, Style
from bot.speech import Speech
from storage.people import Route
from storage.words import Digest

_DIGESTS: dict[Digest, Callable[[Speech], str]] = {
    Digest.DAILY: lambda speech: speech.t("digest once a day"),
    Digest.WEEKLY: lambda speech: speech.t("digest once a week"),
}
"""How what is not urgent comes."""


def route_line(route: Route, speech: Speech) -> Line:
    """Return in a few words what the route brings, what it is narrowed to, and how the rest of it comes."""
    kinds = speech.joined(speech.kind(kind) for kind in route.kinds)
    countries, *others = _labelled(route, speech)
    told = [speech.joined(countries[1], "or")] if countries[1] else []
    told += [f"{label}: {speech.joined(values, 'or')}" for label, values in others if values]
    told += [_DIGESTS[route.digest](speech)] if route.kinds and route.digest is not Digest.NONE else []
    what = kinds or speech.t("everything urgent")
    return (Span(what[:1].upper() + what[1:], Style.BOLD), Span("".join(f" · {one}" for one in told)))


def route_blocks(route: Route, speech: Speech) -> tuple[Block, ...]:
    """Return what the route brings, one sentence and one field for each thing it is narrowed to."""
    kinds = speech.joined(speech.kind(kind) for kind in route.kinds)
    if not kinds:
        brings = speech.t("At once: every urgent call, and what follows on a case that rang for you.")
    elif route.digest is Digest.NONE:
        brings = speech.t("At once: everything of the kind {kinds}.", kinds=kinds)
    elif route.digest is Digest.DAILY:
        brings = speech.t(
            "Of the kind {kinds}: at once what is urgent, and once a day a digest of the rest.", kinds=kinds
        )
    else:
        brings = speech.t(
            "Of the kind {kinds}: at once what is urgent, and once a week a digest of the rest.", kinds=kinds
        )
    fields = tuple(
        Field(label, (Span(speech.joined(values, "or")),))
        for label, values in _labelled(route, speech)
        if values
    )
    return (Paragraph((Span(brings),)), *fields)


def _labelled(route: Route, speech: Speech) -> tuple[tuple[str, list[str]], ...]:
    """What it is narrowed to, each with what that is called; of one that it is not narrowed by, nothing."""
    return (
        (speech.t("Countries"), [speech.country(code) for code in route.countries]),
        (speech.t("Languages"), [speech.language_name(code) for code in route.languages]),
        (speech.t("From"), list(route.sources)),
        (speech.t("Urgency at least"), [speech.urgency(route.least_urgency)] if route.least_urgency else []),
        (speech.t("With one of the words"), [f"“{word}”" for word in route.keywords]),
        (speech.t("Without the words"), [f"“{word}”" for word in route.without]),
    )
