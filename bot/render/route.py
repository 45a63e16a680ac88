"""Says a route in words: what rings, what comes as a digest, and for whom it is narrowed."""

from bot.render.message import Block, Field, Paragraph, Span
from bot.speech import Speech
from storage.people import Route
from storage.words import Digest


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
    narrowed = (
        (speech.t("Countries"), [speech.country(code) for code in route.countries]),
        (speech.t("Languages"), [speech.language_name(code) for code in route.languages]),
        (speech.t("From"), list(route.sources)),
        (speech.t("Urgency at least"), [speech.urgency(route.least_urgency)] if route.least_urgency else []),
        (speech.t("With one of the words"), [f"“{word}”" for word in route.keywords]),
        (speech.t("Without the words"), [f"“{word}”" for word in route.without]),
    )
    fields = tuple(Field(label, (Span(speech.joined(values, "or")),)) for label, values in narrowed if values)
    return (Paragraph((Span(brings),)), *fields)
