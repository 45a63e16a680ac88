"""Sets many alerts as one quiet message: a line each, grouped by case, as many as fit."""

from datetime import datetime

from bot.render.alert import LIMIT
from bot.render.message import Block, Choice, Heading, Items, Line, Message, Notice, Paragraph, Span, Style
from bot.render.statement import deadline_text, issuers_text
from bot.render.text import length, shorten
from bot.speech import Speech
from storage.records import Alert

_TITLE = 120
_LINES = 40


def digest_message(alerts: tuple[Alert, ...], speech: Speech, now: datetime) -> Message:
    """Return the digest of `alerts`, the cases in the order in which they first appear.

    What does not fit is counted, never dropped in silence. A digest makes no sound.
    """
    cases = _cases(alerts)
    for shown in range(min(len(alerts), _LINES), 0, -1):
        message = _drawn(cases, shown, len(alerts), speech, now)
        if length(message) <= LIMIT:
            return message
    return _drawn(cases, 0, len(alerts), speech, now)


def _cases(alerts: tuple[Alert, ...]) -> tuple[tuple[Alert, ...], ...]:
    """Put the alerts on one case together; an alert without a case stands alone."""
    groups: dict[object, list[Alert]] = {}
    for alert in alerts:
        groups.setdefault(alert.case_id or alert.identifier, []).append(alert)
    return tuple(tuple(group) for group in groups.values())


def _drawn(
    cases: tuple[tuple[Alert, ...], ...], shown: int, total: int, speech: Speech, now: datetime
) -> Message:
    counted = speech.n("{count} case", "{count} cases", len(cases))
    heading = speech.n(
        "Digest: {count} statement on {cases}", "Digest: {count} statements on {cases}", total, cases=counted
    )
    blocks: list[Block] = [Heading((Span(heading, Style.BOLD),))]
    left = shown
    for group in cases:
        here = group[:left]
        left -= len(here)
        if not here:
            break
        where = speech.joined(speech.country(code) for code in here[0].statement.countries[:3])
        blocks.append(Paragraph((Span(where or speech.t("without a country"), Style.BOLD),)))
        blocks.append(Items(tuple(_line(alert, speech, now) for alert in here)))
    if total > shown:
        blocks.append(
            Notice((Span(speech.n("and {count} more: /latest", "and {count} more: /latest", total - shown)),))
        )
    choices = ((Choice(speech.t("Latest"), "/latest"), Choice(speech.t("Settings"), "/settings")),)
    return Message(tuple(blocks), choices, silent=True)


def _line(alert: Alert, speech: Speech, now: datetime) -> Line:
    statement = alert.statement
    told = [speech.kind(statement.kind), issuers_text(statement, speech, alert.source)]
    if statement.deadline:
        told.append(deadline_text(statement.deadline, now.astimezone(speech.timezone).date(), speech))
    if statement.id:
        told.append(f"/statement {statement.id}")
    title = shorten(statement.title, _TITLE) or speech.t("without a title")
    return (Span(title, href=statement.url), Span(" · " + " · ".join(told)))
