"""Shows whether the watch is kept: /status, every source with its state, and how much is held."""

from bot.commands.command import heading, paragraph, reply
from bot.commands.request import Reply, Request
from bot.render.message import Block, Choice, Field, Items, Line, Span, Style
from bot.render.text import shorten
from bot.speech import Speech
from storage.database import Work
from storage.records import Source
from storage.words import SourceState

_WELL = {SourceState.NEW, SourceState.OK, SourceState.UNCHANGED}
_MOST = 40


def status(request: Request, work: Work, speech: Speech) -> Reply:
    """Show every source's state in words, those in trouble first, then the counts."""
    del request
    sources = sorted(work.sources.all(), key=lambda source: (source.state in _WELL, source.name))
    counts = work.counts()
    troubled = sum(source.state not in _WELL for source in sources)
    summary = speech.n("{count} source is watched.", "{count} sources are watched.", len(sources))
    if troubled:
        state = speech.n(
            "{count} does not answer as it should.", "{count} do not answer as they should.", troubled
        )
    else:
        state = speech.t("All is in order.") if sources else speech.t("Nothing is watched yet.")
    newest = speech.moment(counts.newest) if counts.newest else speech.t("nothing yet")
    fields = (
        (speech.t("Statements"), speech.number(counts.statements)),
        (speech.t("Alerts"), speech.number(counts.alerts)),
        (speech.t("Waiting to be sent"), speech.number(counts.waiting)),
        (speech.t("Perhaps delivered"), speech.number(counts.uncertain)),
        (speech.t("Not delivered"), speech.number(counts.failed)),
        (speech.t("Newest fetched"), newest),
    )
    blocks: list[Block] = [heading(speech.t("Status")), paragraph(f"{summary} {state}" if sources else state)]
    shown = tuple(_line(source, speech) for source in sources[:_MOST])
    listed = (Items(shown),) if shown else ()
    left = len(sources) - len(shown)
    more = (paragraph(speech.n("and {count} more source", "and {count} more sources", left)),) if left else ()
    told = tuple(Field(label, (Span(value),)) for label, value in fields)
    return reply(*blocks, *listed, *more, *told, choices=((Choice(speech.t("Latest"), "/latest"),),))


def _line(source: Source, speech: Speech) -> Line:
    state = speech.source_state(source.state)
    if source.last_success:
        last = speech.t("last success {moment}", moment=speech.moment(source.last_success))
    else:
        last = speech.t("no success yet")
    detail = f" · {shorten(source.detail, 120)}" if source.detail and source.state not in _WELL else ""
    return (
        Span(shorten(source.title or source.name, 80), Style.BOLD, source.shown_url),
        Span(f" · {state} · {last}{detail}"),
    )
