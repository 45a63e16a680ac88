"""Builds the nouns for tests: say what matters, the rest is filled in.

`a_...` makes a value. What stands in a database is made by `kept` (statements, as a poll would leave
them), `a_reader` (a recipient with its wishes) and `queued` (an alert that waits for a recipient).
"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from storage.database import Work
from storage.people import Recipient, Route
from storage.records import Alert, Assessment, Entry, Source, Statement
from storage.words import Certainty, DeliveryState, Kind, Severity, Urgency

NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)
ADDRESS = "987654321987"

URGENT = Assessment(
    urgent=True, urgency=Urgency.IMMEDIATE, severity=Severity.EXTREME, certainty=Certainty.LIKELY
)
CALM = Assessment(urgency=Urgency.FUTURE)


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


def a_recipient(**given: Any) -> Recipient:
    """A private chat on Telegram, in English."""
    return Recipient(**{"transport": "telegram", "address": ADDRESS} | given)


def a_route(*countries: str, **given: Any) -> Route:
    """Everything urgent about these countries, or everywhere."""
    return Route(**{"countries": countries} | given)


def kept(
    work: Work, *statements: Statement, source: Source | None = None, now: datetime = NOON
) -> tuple[Statement, ...]:
    """The statements as one source's poll would leave them, each with its entry; with their numbers."""
    of = work.sources.ensure(source or a_source())
    ids = []
    for statement in statements:
        held = work.counts().statements
        entry = an_entry(uid=str(held), title=statement.title, url=statement.url, text=statement.text)
        entry_id = work.entries.add(of.id, entry, now)
        ids.append(work.statements.add(replace(statement, entry_id=entry_id), of, now))
    return work.statements.many(ids)


def a_reader(work: Work, *wishes: Route, **given: Any) -> Recipient:
    """The recipient as stored, with what it asked for."""
    wanted = a_recipient(**given)
    stored = work.recipients.ensure(wanted.transport, wanted.address, wanted.language, NOON)
    for wish in wishes:
        work.routes.add(stored.id, wish)
    return stored


def queued(
    work: Work, *recipients: Recipient, lane: int = 1, held: str = "", alert: Alert | None = None
) -> Alert:
    """The alert as stored, good for a day, with a delivery for each recipient that may go at noon."""
    wanted = alert or an_alert()
    (statement,) = kept(work, wanted.statement, source=wanted.source)
    source = work.sources.ensure(wanted.source)
    expires = wanted.expires or wanted.sent + timedelta(days=1)
    stored = replace(wanted, statement=statement, source=source, expires=expires)
    stored = replace(stored, id=work.alerts.add(stored))
    waiting = [(recipient.id, recipient.sender or recipient.transport, NOON) for recipient in recipients]
    work.deliveries.queue(stored.id, waiting, lane, held=held)
    return stored


def arrived(work: Work, alert_id: int, reference: str = "1") -> None:
    """Every delivery of the alert has been sent, and goes by this reference."""
    for delivery in work.deliveries.of_alert(alert_id):
        work.attempts.settle(delivery.id, DeliveryState.SENT, reference=reference)
