"""Sets many alerts as one quiet message: a line each, grouped by case, as many as fit."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from bot.render.alert import LIMIT
from bot.render.appeal import ended_word
from bot.render.drill import marked
from bot.render.message import Block, Choice, Heading, Items, Line, Message, Notice, Paragraph, Span, Style
from bot.render.results import numbers
from bot.render.statement import deadline_text, issuers_text, untitled
from bot.render.text import length, shorten, without_label
from bot.speech import Speech
from storage.records import Alert
from storage.words import Kind, MsgType, Status

_TITLE = 120
_LINES = 40
_OF_CASE = 5
"""Lines of one case: /case shows the rest, and no case hides the others."""
_BUTTONS = 5
"""Statements that have a button: a row, as under /latest."""
_PLACES = 3
"""Countries that the heading names."""


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
        message = _drawn(
            cases, shown, since or Since(), partial(_line, speech, now, since or Since()), speech
        )
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
    since: Since,
    line: Callable[[Alert], Line],
    speech: Speech,
) -> Message:
    total = sum(map(len, cases))
    blocks: list[Block] = list(_opening(cases, since, speech))
    told: list[Alert] = []
    left = shown
    for group in cases:
        here = group[: min(left, _OF_CASE)]
        left -= len(here)
        if not here:
            break
        blocks.append(Paragraph(_about(group, speech)))
        blocks.append(Items(tuple(map(line, here))))
        told += here
    if total > len(told):
        more = speech.n("and {count} more: /latest", "and {count} more: /latest", total - len(told))
        blocks.append(Notice((Span(more),)))
    return Message(tuple(blocks), _choices(told, _calls(cases, since), since, speech), silent=True)


def _opening(cases: tuple[tuple[Alert, ...], ...], since: Since, speech: Speech) -> tuple[Block, ...]:
    """Say how many urgent calls are in it and where, as nothing rang for them; then how much it is in all."""
    alerts = [alert for group in cases for alert in group]
    counted = speech.n("{count} case", "{count} cases", len(cases))
    all_of_it = speech.n(
        "Digest: {count} statement on {cases}",
        "Digest: {count} statements on {cases}",
        len(alerts),
        cases=counted,
    )
    practised = {alert.status for alert in alerts}
    mark = marked(practised.pop(), speech) if len(practised) == 1 else ()
    calls = _calls(cases, since)
    if not calls:
        return (Heading((*mark, Span(all_of_it, Style.BOLD))),)
    said = speech.n(
        "{count} urgent call that did not ring", "{count} urgent calls that did not ring", len(calls)
    )
    codes = dict.fromkeys(code for call in calls for code in call.statement.countries)
    where = speech.joined(speech.country(code) for code in tuple(codes)[:_PLACES])
    heading = Heading((Span(" · ".join(part for part in (said, where) if part), Style.BOLD),))
    return (heading, Paragraph((Span(all_of_it),))) if len(alerts) > len(calls) else (heading,)


def _calls(cases: tuple[tuple[Alert, ...], ...], since: Since) -> tuple[Alert, ...]:
    """Return the urgent calls that still ask for something, drills apart."""
    return tuple(
        alert for group in cases for alert in group if not any(_place(alert)) and _is_open(alert, since)
    )


def _is_open(alert: Alert, since: Since) -> bool:
    return alert.id not in since.over and not alert.statement.taken_down


def _choices(
    told: list[Alert], calls: tuple[Alert, ...], since: Since, speech: Speech
) -> tuple[tuple[Choice, ...], ...]:
    """Return a button for each of the first statements, as /latest has them; of one call also what to do."""
    open_ones = [one.statement for one in told if one.statement.id and _is_open(one, since)]
    opens = numbers(tuple(open_ones[:_BUTTONS]))
    acts: tuple[Choice, ...] = ()
    if (
        len(calls) == 1
        and calls[0].statement.id
        and (calls[0].statement.demands or calls[0].statement.addressees)
    ):
        acts = (Choice(speech.t("Act"), f"/act {calls[0].statement.id}"),)
    last = (Choice(speech.t("Latest"), "/latest"), Choice(speech.t("Settings"), "/settings"))
    return tuple(row for row in (acts, opens, last) if row)


def _about(group: tuple[Alert, ...], speech: Speech) -> Line:
    """Say where a case is, and how much there is of it where there is more than one."""
    where = speech.joined(speech.country(code) for code in group[0].statement.countries[:3])
    place = Span(where or speech.t("without a country"), Style.BOLD)
    if len(group) == 1:
        return (place,)
    counted = speech.n("{count} statement", "{count} statements", len(group))
    number = group[0].case_id
    return (place, Span(f" · {counted}"), *_of_case(number))


def _of_case(number: int | None) -> Line:
    """Return the command that shows a case: as code, for a client links no more of it than its first word."""
    return (Span(" · "), Span(f"/case {number}", Style.CODE)) if number else ()


def _place(alert: Alert) -> tuple[bool, bool]:
    return alert.status is not Status.ACTUAL, _is_calm(alert)


def _is_calm(alert: Alert) -> bool:
    return not alert.statement.alert.urgent or alert.msg_type is MsgType.CANCEL


def _line(speech: Speech, now: datetime, since: Since, alert: Alert) -> Line:
    if alert.statement.taken_down:
        gone = speech.t("taken down, for somebody's safety")
        return (*marked(alert.status, speech), *_number(alert), Span(gone))
    statement = alert.statement.worded(speech.language)
    title = shorten(statement.title, _TITLE) or untitled(statement, speech)
    told = [speech.kind(statement.kind), issuers_text(statement, speech, alert.source)]
    if alert.id in since.over:
        back = alert.id in since.taken_back
        struck = Span(title, Style.STRUCK, statement.url)
        return (
            *marked(alert.status, speech),
            Span(speech.t("TAKEN BACK") if back else ended_word(alert, speech), Style.BOLD),
            Span(" · "),
            struck,
            Span(" · " + " · ".join(told)),
            *_of_case(alert.case_id),
        )
    if statement.deadline:
        told.append(deadline_text(statement.deadline, now.astimezone(speech.timezone).date(), speech))
    if alert.id in since.changed:
        told.append(speech.t("changed by its source since"))
    mark: Line = ()
    if not _is_calm(alert):
        mark, title = (Span(f"{speech.t('URGENT')} · ", Style.BOLD),), without_label(title)
        told = told[1:] if statement.kind is Kind.URGENT_APPEAL else told  # which is said by the mark
    return (
        *marked(alert.status, speech),
        *mark,
        *_number(alert),
        Span(title, href=statement.url),
        Span(" · " + " · ".join(told)),
    )


def _number(alert: Alert) -> Line:
    return (Span(f"#{alert.statement.id} ", Style.BOLD),) if alert.statement.id else ()
