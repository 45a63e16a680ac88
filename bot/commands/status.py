"""Shows whether the watch is kept: /status, in a line for people, source by source for admins."""

from collections.abc import Sequence

from bot.commands.command import arguments, heading, number, paragraph, reply
from bot.commands.mistake import Mistake
from bot.commands.request import Reply, Request
from bot.render.detail import told
from bot.render.message import Block, Choice, Field, Items, Line, Notice, Span, Style
from bot.render.text import shorten
from bot.speech import Speech
from storage.database import Work
from storage.moments import OFFLINE_SINCE
from storage.records import Source
from storage.words import SourceState

_WELL = {SourceState.NEW, SourceState.OK, SourceState.UNCHANGED}
_PAGE = 10
"""Sources on a page: with all that is told of each, that many fit into one message."""


def status(request: Request, work: Work, speech: Speech) -> Reply:
    """Show how many sources are watched and in trouble, and the newest item; to admins which and why."""
    sources = work.sources.all()
    blocks: list[Block] = [heading(speech.t("Status")), paragraph(_summary(sources, speech))]
    since = work.moments.get(OFFLINE_SINCE)
    if since:
        told = speech.t(
            "No source can be reached since {moment}: the network of this machine is probably down.",
            moment=speech.moment(since),
        )
        blocks.append(paragraph(told))
    if not request.admin:
        newest = max((one.newest for one in sources if one.newest), default=None)
        told = speech.moment(newest) if newest else speech.t("nothing yet")
        field = Field(speech.t("Newest item"), (Span(told),))
        return reply(*blocks, field, choices=((Choice(speech.t("Latest"), "/latest"),),))
    silent = sum(bool(one.silent_since) for one in sources)
    if silent:
        unlike = speech.n(
            "{count} shows nothing new, for longer than is its habit.",
            "{count} show nothing new, for longer than is their habit.",
            silent,
        )
        blocks.append(paragraph(unlike))
    everything, page = _asked(request)
    return _for_admins(sources, blocks, (*_counts(work, speech),), (page, everything), speech)


def _summary(sources: Sequence[Source], speech: Speech) -> str:
    if not sources:
        return speech.t("Nothing is watched yet.")
    troubled = sum(source.state not in _WELL and not source.halted for source in sources)
    summary = speech.n("{count} source is watched.", "{count} sources are watched.", len(sources))
    if troubled:
        state = speech.n(
            "{count} does not answer as it should.", "{count} do not answer as they should.", troubled
        )
    else:
        state = speech.t("All is in order.")
    return f"{summary} {state}"


def _asked(request: Request) -> tuple[bool, int]:
    """What an admin typed: "/status all 2" is the second page of every source."""
    typed = arguments(request).lower().split()
    everything = typed[:1] == ["all"]
    rest = typed[1:] if everything else typed
    return everything, number(rest[0], "/status 2") if rest else 1


def _for_admins(
    sources: Sequence[Source],
    blocks: Sequence[Block],
    counts: Sequence[Block],
    asked: tuple[int, bool],
    speech: Speech,
) -> Reply:
    """Show the sources that need a look, or all of them, a page at a time."""
    page, everything = asked
    ranked = sorted(sources, key=lambda source: (_rank(source), source.name))
    listed = ranked if everything else [source for source in ranked if _rank(source) < _FINE]
    pages = max(1, -(-len(listed) // _PAGE))
    if not 1 <= page <= pages:
        raise Mistake("The pages go from 1 to {last}: {example}", last=pages, example=f"/status {pages}")
    shown = listed[(page - 1) * _PAGE : page * _PAGE]
    said: list[Block] = [*blocks, *(counts if page == 1 else ())]
    if shown:
        said.append(Items(tuple(source_line(source, speech) for source in shown)))
    if pages > 1:
        said.append(Notice((Span(speech.t("page {page} of {pages}", page=page, pages=pages)),)))
    command = "/status all" if everything else "/status"
    ways = [Choice(speech.t("Back"), f"{command} {page - 1}")] if page > 1 else []
    if page < pages:
        ways.append(Choice(speech.t("Next"), f"{command} {page + 1}"))
    other = (
        Choice(speech.t("In trouble"), "/status")
        if everything
        else Choice(speech.t("Every source"), "/status all")
    )
    last = (other, Choice(speech.t("Latest"), "/latest"))
    return reply(*said, choices=((tuple(ways), last) if ways else (last,)))


_FINE = 2


def _rank(source: Source) -> int:
    """In trouble first, then the silent ones."""
    if source.state not in _WELL or source.halted:
        return 0
    return 1 if source.silent_since else _FINE


def _counts(work: Work, speech: Speech) -> list[Block]:
    counts = work.counts()
    newest = speech.moment(counts.newest) if counts.newest else speech.t("nothing yet")
    fields = (
        (speech.t("Statements"), speech.number(counts.statements)),
        (speech.t("Alerts"), speech.number(counts.alerts)),
        (speech.t("Waiting to be sent"), speech.number(counts.waiting)),
        (speech.t("Perhaps delivered"), speech.number(counts.uncertain)),
        (speech.t("Not delivered"), speech.number(counts.failed)),
        (speech.t("Newest fetched"), newest),
    )
    return [Field(label, (Span(value),)) for label, value in fields]


def source_line(source: Source, speech: Speech) -> Line:
    """Return the source with its state, since when, why, its last success and when it is asked next."""
    facts = [speech.source_state(source.state)]
    if source.halted:
        facts = [speech.t("paused by an admin since {moment}", moment=speech.moment(source.halted))]
    if source.state not in _WELL:
        if source.since:
            facts.append(speech.t("since {moment}", moment=speech.moment(source.since)))
        if source.detail:
            facts.append(shorten(told(source.detail, speech), 120))
    if source.silent_since and source.newest:
        facts.append(speech.t("nothing new since {moment}", moment=speech.moment(source.newest)))
    if source.last_success:
        facts.append(speech.t("last success {moment}", moment=speech.moment(source.last_success)))
    else:
        facts.append(speech.t("no success yet"))
    if source.next_due and not source.halted:
        facts.append(speech.t("next {moment}", moment=speech.moment(source.next_due)))
    if source.added:
        facts.append(speech.t("added in a chat"))
    if source.on_trial:
        facts.append(speech.t("on trial"))
    title = shorten(source.title or source.name, 80)
    return (Span(title, Style.BOLD, source.public_url), Span(f" · {' · '.join(facts)}"))
