"""Says what was found behind an address: what can be watched there, its last items, what would have rung."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.commands.command import heading, paragraph, reply
from bot.commands.request import Reply
from bot.render.message import Block, Choice, Field, Items, Line, Paragraph, Span, Style
from bot.render.text import shorten
from bot.speech import Speech
from jobs.discover import Candidate, Discovered
from storage.records import Alert

_CANDIDATES = 4
_LAST = 3
_TITLE = 90


@dataclass(frozen=True, slots=True)
class Judged:
    """What was found, and what each of the usable candidates would have rung."""

    found: Discovered
    alerts: Mapping[str, tuple[Alert, ...]] = field(default_factory=dict)
    """By address."""
    languages: Mapping[str, str] = field(default_factory=dict)
    """By address, the language that most of the items are in: feeds declare others."""


def to_add(judged: Judged, address: str, speech: Speech) -> Reply:
    """Return what may be watched behind an address, a button for each."""
    usable = judged.found.usable[:_CANDIDATES]
    if not usable:
        return _nothing(judged, address, speech)
    blocks: list[Block] = [heading(speech.t("What can be watched there"))]
    for one in usable:
        blocks += _told(one, judged, speech)
    blocks.append(
        paragraph(
            speech.t(
                "It begins as a source that passes on the words of others, so that its first call waits for "
                "a look; what it shows already rings for nobody."
            )
        )
    )
    rows = tuple(
        (Choice(speech.t("Watch {address}", address=shorten(one.source.shown_url, 40)), _command(one)),)
        for one in usable
    )
    return reply(*blocks, choices=rows)


def as_it_answers(judged: Judged, address: str, speech: Speech) -> Reply:
    """Return how a source answers now, its last items, and what of them would have rung."""
    usable = [one for one in judged.found.usable if one.source.shown_url == address] or [
        *judged.found.usable[:1]
    ]
    if not usable:
        return _nothing(judged, address, speech)
    return reply(heading(speech.t("It answers as it should")), *_told(usable[0], judged, speech))


def _command(one: Candidate) -> str:
    return f"/sources add {one.source.shown_url} yes"


def _nothing(judged: Judged, address: str, speech: Speech) -> Reply:
    told = speech.t("Nothing that can be watched was found at {address}.", address=shorten(address, 90))
    trouble = judged.found.trouble
    why = (Field(speech.t("It answered"), (Span(shorten(trouble, 200)),)),) if trouble else ()
    return reply(paragraph(told), *why)


def _told(one: Candidate, judged: Judged, speech: Speech) -> list[Block]:
    entries = sorted(
        one.entries, key=lambda entry: (entry.published is not None, entry.published), reverse=True
    )
    alerts = judged.alerts.get(one.source.url, ())
    title = shorten(one.source.title or one.source.shown_url, _TITLE)
    counted = speech.n("{count} item", "{count} items", len(entries))
    rung = speech.n(
        "{count} would have rung, had it been read when it appeared:",
        "{count} would have rung, had they been read when they appeared:",
        len(alerts),
    )
    blocks: list[Block] = [
        Paragraph((Span(title, Style.BOLD), Span(f" · {counted}"))),
        Field(speech.t("Address"), (Span(one.source.shown_url),)),
        Items(tuple(_line(entry.title, speech) for entry in entries[:_LAST])),
    ]
    if alerts:
        newest = list(reversed(alerts))[:_LAST]
        blocks += [
            paragraph(rung),
            Items(tuple(_line(alert.statement.title, speech) for alert in newest)),
        ]
    else:
        blocks.append(paragraph(speech.t("None of these would have rung.")))
    return blocks


def _line(title: str, speech: Speech) -> Line:
    return (Span(shorten(title, _TITLE) or speech.t("without a title")),)
