"""Sets many alerts as one quiet message: a line each, grouped by case, as many as fit."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from bot.render.alert import LIMIT
from bot.render.appeal import ended_word
from bot.render.drill import marked
from bot.render.message import Block, Choice, Heading, Items, Line, Message, Notice, Paragraph, Span, Style
from bot.render.statement import deadline_text, issuers_text, untitled
from bot.render.text import length, shorten
from bot.speech import Speech
from storage.records import Alert
from storage.words import MsgType, Status

_TITLE = 120
_LINES = 40
_OF_CASE = 5
"""Lines of one case: /case shows the rest, and no case hides the others."""


@dataclass(frozen=True, slots=True)
class Since:
    """What became of a digest's alerts since it was sent, by their ids: called off, or rewritten.

    `taken_back`: what of the former those who run the watch called off, although a source had said it.
    """

    over: frozenset[int] = frozenset()
    changed: frozenset[int] = frozenset()
    taken_back: frozenset[int] = frozenset()


def digest_message(
    alerts: tuple[Alert, ...], speech: Speech, now: datetime, since: Since | None = None
) -> Message:
    """Return the digest of `alerts`: what is urgent first, else in the order in which cases first appear.

    What does not fit is counted, never dropped in silence. A digest makes no sound. `since` marks lines.
    """
    alerts = _newest(alerts)
    cases = _cases(alerts)
    for shown in range(min(len(alerts), _LINES), -1, -1):
        message = _drawn(cases, shown, len(alerts), partial(_line, speech, now, since or Since()), speech)
        if length(message) <= LIMIT:
            break
    return message


def _cases(alerts: tuple[Alert, ...]) -> tuple[tuple[Alert, ...], ...]:
    """Put the alerts on one case together, what is urgent first; one without a case stands alone.

    Drills come after whatever is real.
    """
    groups: dict[object, list[Alert]] = {}
    for alert in alerts:
        groups.setdefault(alert.case_id or alert.identifier, []).append(alert)
    sorted_within = (tuple(sorted(group, key=_place)) for group in groups.values())
    return tuple(sorted(sorted_within, key=lambda group: _place(group[0])))


def _newest(alerts: tuple[Alert, ...]) -> tuple[Alert, ...]:
    """Leave of several alerts on one statement the last: what it says now is the same in all of them."""
    last = {alert.statement.id or alert.identifier: alert for alert in alerts}
    return tuple(last.values())


def _drawn(
    cases: tuple[tuple[Alert, ...], ...],
    shown: int,
    total: int,
    line: Callable[[Alert], Line],
    speech: Speech,
) -> Message:
    counted = speech.n("{count} case", "{count} cases", len(cases))
    heading = speech.n(
        "Digest: {count} statement on {cases}", "Digest: {count} statements on {cases}", total, cases=counted
    )
    practised = {alert.status for group in cases for alert in group}
    mark = marked(practised.pop(), speech) if len(practised) == 1 else ()
    blocks: list[Block] = [Heading((*mark, Span(heading, Style.BOLD)))]
    left = shown
    for group in cases:
        here = group[: min(left, _OF_CASE)]
        left -= len(here)
        if not here:
            break
        blocks.append(Paragraph(_about(group, speech)))
        blocks.append(Items(tuple(map(line, here))))
    told = shown - left
    if total > told:
        more = speech.n("and {count} more: /latest", "and {count} more: /latest", total - told)
        blocks.append(Notice((Span(more),)))
    choices = ((Choice(speech.t("Latest"), "/latest"), Choice(speech.t("Settings"), "/settings")),)
    return Message(tuple(blocks), choices, silent=True)


def _about(group: tuple[Alert, ...], speech: Speech) -> Line:
    """Say where a case is, and how much there is of it where there is more than one."""
    where = speech.joined(speech.country(code) for code in group[0].statement.countries[:3])
    place = Span(where or speech.t("without a country"), Style.BOLD)
    if len(group) == 1:
        return (place,)
    counted = speech.n("{count} statement", "{count} statements", len(group))
    number = group[0].case_id
    return (place, Span(f" · {counted}" + (f" · /case {number}" if number else "")))


def _place(alert: Alert) -> tuple[bool, bool]:
    return alert.status is not Status.ACTUAL, _is_calm(alert)


def _is_calm(alert: Alert) -> bool:
    return not alert.statement.alert.urgent or alert.msg_type is MsgType.CANCEL


def _line(speech: Speech, now: datetime, since: Since, alert: Alert) -> Line:
    if alert.statement.taken_down:
        gone = speech.t("taken down, for somebody's safety")
        return (*marked(alert.status, speech), Span(gone), Span(f" · /statement {alert.statement.id}"))
    statement = alert.statement.worded(speech.language)
    title = shorten(statement.title, _TITLE) or untitled(statement, speech)
    told = [speech.kind(statement.kind), issuers_text(statement, speech, alert.source)]
    if alert.id in since.over:
        case = (f"/case {alert.case_id}",) if alert.case_id else ()
        back = alert.id in since.taken_back
        struck = Span(title, Style.STRUCK, statement.url)
        return (
            *marked(alert.status, speech),
            Span(speech.t("TAKEN BACK") if back else ended_word(alert, speech), Style.BOLD),
            Span(" · "),
            struck,
            Span(" · " + " · ".join((*told, *case))),
        )
    if statement.deadline:
        told.append(deadline_text(statement.deadline, now.astimezone(speech.timezone).date(), speech))
    if alert.id in since.changed:
        told.append(speech.t("changed by its source since"))
    if statement.id:
        told.append(f"/statement {statement.id}")
    mark = (Span(f"{speech.t('URGENT')} · ", Style.BOLD),) if not _is_calm(alert) else ()
    return (
        *marked(alert.status, speech),
        *mark,
        Span(title, href=statement.url),
        Span(" · " + " · ".join(told)),
    )
