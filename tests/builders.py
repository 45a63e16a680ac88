"""Builds the nouns for tests: say what matters, the rest is filled in."""

from datetime import UTC, datetime
from typing import Any

from storage.records import Alert, Assessment, Entry, Source, Statement
from storage.words import Certainty, Kind, Severity, Urgency

NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)

URGENT = Assessment(
    urgent=True, urgency=Urgency.IMMEDIATE, severity=Severity.EXTREME, certainty=Certainty.LIKELY
)


def a_source(**given: Any) -> Source:
    """A feed of an invented organisation."""
    return Source(
        **{"name": "northlight", "url": "http://127.0.0.1/feed", "organisation": "Northlight"} | given
    )


def an_entry(**given: Any) -> Entry:
    """An ordinary item, published at noon."""
    defaults: dict[str, Any] = {"uid": "1", "title": "A post", "text": "Some news.", "published": NOON}
    return Entry(**defaults | given)


def a_statement(**given: Any) -> Statement:
    """An urgent appeal to China."""
    defaults: dict[str, Any] = {
        "title": "Nine refugees face return",
        "kind": Kind.URGENT_APPEAL,
        "language": "en",
        "text": "Nine refugees face imminent return. We call on China to halt it.",
        "countries": ("CN", "KP"),
        "alert": URGENT,
        "published": NOON,
    }
    return Statement(**defaults | given)


def an_alert(**given: Any) -> Alert:
    """An alert on the urgent appeal."""
    defaults: dict[str, Any] = {
        "identifier": "vigil-1",
        "statement": a_statement(),
        "source": a_source(),
        "sent": NOON,
    }
    return Alert(**defaults | given)
