"""Asks the archive: /latest, /search, /resolutions, /demands."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta
from functools import partial

from bot.commands import words
from bot.commands.command import arguments, heading, paragraph, reply
from bot.commands.found import Became
from bot.commands.mistake import Mistake
from bot.commands.paging import beside, beyond
from bot.commands.parties import from_filter
from bot.commands.request import Reply, Request
from bot.commands.words import Wanted
from bot.countries import countries_near, nearest_country, state_named
from bot.meanings import with_other_names
from bot.render.message import Block, Choice, Items, Notice, Paragraph, Span
from bot.render.results import PAGE, last_page, numbered_title, numbers, result
from bot.render.statement import addressee_text, asked_blocks, dropped_blocks
from bot.render.text import shorten
from bot.speech import Speech
from jobs.steps.lexicon import country_of
from storage.addressed import is_one_of
from storage.bounds import Stopped
from storage.database import Work
from storage.queries import Hits
from storage.records import Addressee
from storage.terms import terms
from storage.words import Kind, Role

_NEAR = 5
"""Names offered for one that nobody has."""
_DEMANDS = 6
"""Demands shown of one statement in a list; /statement shows all."""
_ALL_DEMANDS = 40
"""Demands shown where one statement alone is found."""
_NAMES = 30
"""Addressees listed of a year."""
_VERBATIM = 1500
"""Characters of a demand: its words are what was asked for."""


def latest(request: Request, work: Work, speech: Speech) -> Reply:
    """Show what was published last, of what the filters let through."""
    wanted = words.read(arguments(request), words.LATEST, speech, _today(request, speech))
    if wanted.phrases or wanted.without:
        raise Mistake(
            "/latest takes no words to look for; /search does: {example}", example=words.SEARCH.example
        )
    hits = work.statements.latest(words.query_of(wanted), PAGE, _offset(wanted))
    if not hits.hits and (nobody := _nobody(request, work, wanted, speech.t("Latest"), speech)):
        return nobody
    return _listed(request, work, speech, speech.t("Latest"), hits, wanted.page)


def search(request: Request, work: Work, speech: Speech) -> Reply:
    """Show what holds the words, best first."""
    line = arguments(request)
    wanted = words.read(line, words.SEARCH, speech, _today(request, speech))
    if _is_empty(wanted):
        raise Mistake("What shall I look for? For example: {example}", example=words.SEARCH.example)
    hits, remark = _found(work, words.looked_for(wanted), speech)
    title = speech.t("Results for: {words}", words=shorten(words.without_page(line), 80))
    if not hits.hits and (nobody := _nobody(request, work, wanted, title, speech)):
        return nobody
    return _listed(
        request,
        work,
        speech,
        title,
        hits,
        wanted.page,
        (*remark, *_remarks(hits, speech)),
    )


def _is_empty(wanted: Wanted) -> bool:
    """Whether nothing is looked for: no filter, and no word that holds a letter or a digit."""
    said = any(map(terms, (*wanted.words, *wanted.phrases)))
    return not said and replace(wanted, words=(), phrases=()) == Wanted(
        without=wanted.without, page=wanted.page, sort=wanted.sort
    )


def resolutions(request: Request, work: Work, speech: Speech) -> Reply:
    """Show resolutions, of a year or about some words where they are given."""
    wanted = words.read(arguments(request), words.SEARCH, speech, _today(request, speech))
    wanted = replace(wanted, kinds=(Kind.RESOLUTION,))
    hits, remark = _found(work, wanted, speech)
    if not hits.hits and (nobody := _nobody(request, work, wanted, speech.t("Resolutions"), speech)):
        return nobody
    return _listed(request, work, speech, speech.t("Resolutions"), hits, wanted.page, remark)


def demands(request: Request, work: Work, speech: Speech) -> Reply:
    """Show what was asked of somebody, in the words in which it was asked."""
    wanted = words.read(arguments(request), words.DEMANDS, speech, _today(request, speech))
    if not (wanted.to or wanted.to_names) and wanted.since and wanted.before:
        return _of_whom(work, wanted.since, wanted.before, request, speech)
    if not (wanted.to or wanted.to_names):
        raise Mistake("Of whom? For example: {example}", example=words.DEMANDS.example)
    hits, remark = _found(work, wanted, speech)
    title = _asked_of(wanted, speech)
    if not hits.hits:
        return _of_others(work, wanted, title, speech) or _nothing(request, speech, title, hits, wanted.page)
    blocks: list[Block] = [heading(title), *remark]
    most = _DEMANDS if len(hits.hits) > 1 else _ALL_DEMANDS
    became = Became.of(work, [hit.statement.id for hit in hits.hits])
    for hit in hits.hits:
        about_it = Span(f"\n{became.about(hit.statement, speech)}")
        blocks.append(Paragraph((*numbered_title(hit.statement, speech), about_it)))
        asked = asked_blocks(
            hit.statement, speech, most=most, of=lambda who: _meant(who, wanted), limit=_VERBATIM
        )
        blocks.extend(asked)
        blocks += dropped_blocks(
            hit.statement, speech, most=most, of=lambda who: _meant(who, wanted), limit=_VERBATIM
        )
    return _paged(request, speech, blocks, hits, wanted.page)


def _asked_of(wanted: Wanted, speech: Speech) -> str:
    """Head an answer: of whom, and in what time."""
    whom = speech.joined([*(speech.country(code) for code in wanted.to), *wanted.to_names])
    if wanted.year:
        return speech.t("What was asked of {addressee} in {year}", addressee=whom, year=wanted.year)
    since = speech.date(wanted.since) if wanted.since else ""
    last = speech.date(wanted.before - timedelta(days=1)) if wanted.before else ""
    if since and last:
        return speech.t(
            "What was asked of {addressee} from {since} to {last}", addressee=whom, since=since, last=last
        )
    if since:
        return speech.t("What was asked of {addressee} since {since}", addressee=whom, since=since)
    if last:
        return speech.t("What was asked of {addressee} until {last}", addressee=whom, last=last)
    return speech.t("What was asked of {addressee}", addressee=whom)


def _of_whom(work: Work, since: date, before: date, request: Request, speech: Speech) -> Reply:
    """Answer where only a time is named: of whom something was asked then, each leading to it."""
    most = work.statements.asked.most(since, before, 3 * _NAMES)
    found = _as_states(most, speech)[:_NAMES]
    title = words.without_page(arguments(request))
    if not found:
        return _nothing(request, speech, speech.t("Of whom something was asked: {time}", time=title))
    lines = tuple(
        (
            Span(shorten(addressee_text(name, country_of(name), speech), 80)),
            Span(" · "),
            Span(speech.n("{count} demand", "{count} demands", count)),
        )
        for name, count in found
    )
    rows = tuple((Choice(shorten(name, 40), f'/demands {title} "{name[:80]}"'),) for name, _ in found[:8])
    return reply(
        heading(speech.t("Of whom something was asked: {time}", time=title)), Items(lines), choices=rows
    )


def _as_states(most: Iterable[tuple[str, int]], speech: Speech) -> list[tuple[str, int]]:
    """Count the names of one state together, under its name in the person's language."""
    found: dict[str, int] = {}
    for name, count in most:
        code = state_named(name.split())
        called = speech.country(code) if code else name
        found[called] = found.get(called, 0) + count
    return sorted(found.items(), key=lambda one: -one[1])


def _of_others(work: Work, wanted: Wanted, title: str, speech: Speech) -> Reply | None:
    """Answer where nothing was asked of somebody who is no country: who else may have been meant."""
    if wanted.page > 1 or not wanted.to_names:
        return None
    near = [speech.country(code) for code, _ in wanted.to_organs]
    for name in wanted.to_names:
        near += filter(None, (nearest_country(name), _of_country(name, speech)))
    for name in with_other_names(wanted.to_names):
        try:
            near += work.statements.asked.like(name)
        except Stopped:  # there is no time for a guess
            break
    if not near:
        return None
    time = _typed_time(wanted)
    return reply(
        heading(title),
        paragraph(speech.t("Nothing was found. Did you mean one of these?")),
        choices=tuple(
            (Choice(shorten(one, 40), f'/demands {time}"{one}"'),)
            for one in list(dict.fromkeys(near))[:_NEAR]
        ),
    )


def _of_country(name: str, speech: Speech) -> str:
    """Return the country for which somebody speaks, "" for none."""
    code = country_of(name)
    return speech.country(code) if code else ""


def _typed_time(wanted: Wanted) -> str:
    """Return the time asked for, as it must be typed before a name."""
    if wanted.year:
        return f"{wanted.year} "
    since = f"since:{wanted.since} " if wanted.since else ""
    return f"{since}before:{wanted.before} " if wanted.before else since


def _meant(addressee: Addressee, wanted: Wanted) -> bool:
    asked = words.query_of(wanted)
    return is_one_of(addressee.name, addressee.country, asked.to, asked.to_names, asked.to_organs)


def _found(work: Work, wanted: Wanted, speech: Speech) -> tuple[Hits, tuple[Block, ...]]:
    """Return the hits; where none is dated in the year named alone, those of any date, with a remark.

    A resolution of 2005 may have been posted, and dated, years later: then the year is a word of its text.
    """
    hits = _searched(work, wanted)
    loose = None if hits.total else words.regardless(wanted)
    if loose is None:
        return hits, (paragraph(_as_read(wanted, speech)),) if wanted.said else ()
    hits = _searched(work, loose)
    if wanted.said:
        remark = speech.t("Nothing that fits is dated so. Regardless of its date:")
    else:
        remark = speech.t("Nothing that fits is dated {year}. Regardless of its date:", year=wanted.year)
    return hits, (paragraph(remark),) if hits.total else ()


def _as_read(wanted: Wanted, speech: Speech) -> str:
    """Return how a time beside the words was understood, and how it is looked for in texts instead."""
    said = " ".join(wanted.said)
    since, last = wanted.since, wanted.before and wanted.before - timedelta(days=1)
    if since and last and since != last:
        return speech.t(
            "“{words}” is read as {since} to {last}. In quotation marks its words are looked for.",
            words=said,
            since=speech.date(since),
            last=speech.date(last),
        )
    if since and last:
        return speech.t(
            "“{words}” is read as {day}. In quotation marks its words are looked for.",
            words=said,
            day=speech.date(since),
        )
    if since:
        return speech.t(
            "“{words}” is read as {since} and later. In quotation marks its words are looked for.",
            words=said,
            since=speech.date(since),
        )
    return speech.t(
        "“{words}” is read as {last} and earlier. In quotation marks its words are looked for.",
        words=said,
        last=speech.date(last) if last else "",
    )


def _searched(work: Work, wanted: Wanted) -> Hits:
    return work.statements.search(words.query_of(wanted), PAGE, _offset(wanted))


def _today(request: Request, speech: Speech) -> date:
    return request.now.astimezone(speech.timezone).date()


def _remarks(hits: Hits, speech: Speech) -> tuple[Block, ...]:
    """Say what was looked for instead of a word that nothing holds, and when nothing holds all of them."""
    if not hits.hits:
        return ()
    said = [
        speech.t("Nothing holds “{word}”. Looked for instead: “{used}”.", word=word, used=used)
        for word, used in hits.instead
    ]
    if not hits.whole:
        said.append(speech.t("Nothing holds all of it. These hold a part:"))
    return tuple(paragraph(sentence) for sentence in said)


def _listed(  # noqa: PLR0913, PLR0917 - what a list is made of
    request: Request,
    work: Work,
    speech: Speech,
    title: str,
    hits: Hits,
    page: int,
    remark: tuple[Block, ...] = (),
) -> Reply:
    if not hits.hits:
        return _nothing(request, speech, title, hits, page)
    became = Became.of(work, [hit.statement.id for hit in hits.hits])
    found = (result(hit, became.about(hit.statement, speech), speech) for hit in hits.hits)
    blocks = [heading(title), *remark, *found]
    return _paged(request, speech, blocks, hits, page)


def _paged(request: Request, speech: Speech, blocks: list[Block], hits: Hits, page: int) -> Reply:
    """Close a list: where one is in it, a choice for each result, and the ways to the pages beside."""
    pages = last_page(hits.total)
    counted = speech.n("{count} result", "{count} results", hits.total)
    if hits.is_least:
        counted = speech.t("at least {results}", results=counted)
    if pages > 1:
        counted = speech.t("{results}, page {page} of {pages}", results=counted, page=page, pages=pages)
    blocks += [Notice((Span(counted),)), *_unread(hits, speech)]
    rows = [numbers(tuple(hit.statement for hit in hits.hits))]
    if len(hits.hits) == 1:
        rows.append((Choice(speech.t("Cite"), f"/cite {hits.hits[0].statement.id}"),))
    return reply(
        *blocks, choices=(*rows, *beside(page, pages, partial(words.with_page, request.text), speech))
    )


def _nobody(request: Request, work: Work, wanted: Wanted, title: str, speech: Speech) -> Reply | None:
    """Answer where nobody has the name in a filter: who has one that is spelt alike, and who is known."""
    unknown = [
        name for name in wanted.sources if not any(map(work.statements.is_voice, with_other_names((name,))))
    ]
    if not unknown:
        return _misspelt(request, wanted, title, speech)
    near = work.statements.parties.like(unknown[0], Role.ISSUER)
    told = speech.t("Nobody whose statements are kept here is called “{name}”.", name=shorten(unknown[0], 80))
    blocks: list[Block] = [heading(title), paragraph(told)]
    if near:
        blocks.append(paragraph(speech.t("Did you mean one of these?")))
    rows = [(Choice(shorten(one.name, 40), f"/latest {from_filter(one.name)}"),) for one in near[:_NEAR]]
    return reply(*blocks, choices=(*rows, (Choice(speech.t("Organisations"), "/orgs"),)))


def _misspelt(request: Request, wanted: Wanted, title: str, speech: Speech) -> Reply | None:
    """Answer where an addressee in a filter is spelt almost as a country: the same line with its code."""
    rows = []
    for name in wanted.to_names:
        spelt = name.split()
        count, codes = countries_near(spelt)
        if count == len(spelt) and name in request.text:
            mended = ((code, request.text.replace(name, code, 1)) for code in codes)
            rows += [(Choice(speech.country(code), line),) for code, line in mended]
    if not rows or wanted.page > 1:
        return None
    told = paragraph(speech.t("Nothing was found. Did you mean one of these?"))
    return reply(heading(title), told, choices=tuple(rows[:_NEAR]))


def _unread(hits: Hits, speech: Speech) -> tuple[Block, ...]:
    """Say that more may fit than was looked through."""
    if not hits.unread:
        return ()
    told = speech.t(
        "{count} statements with these words were looked through, not all: there may be more. "
        "A time or another filter reaches the others: {example}",
        count=speech.number(hits.unread),
        example="since:2015 before:2016",
    )
    return (paragraph(told),)


def _nothing(request: Request, speech: Speech, title: str, hits: Hits | None = None, page: int = 1) -> Reply:
    if page > 1:
        pages = last_page(hits.total) if hits and hits.total else 0
        return beyond(heading(title), pages, partial(words.with_page, request.text), speech)
    return reply(
        heading(title),
        paragraph(speech.t("Nothing was found. Fewer words or filters find more; /help shows how.")),
        *(_unread(hits, speech) if hits else ()),
        choices=((Choice(speech.t("Latest"), "/latest"), Choice(speech.t("Help"), "/help")),),
    )


def _offset(wanted: Wanted) -> int:
    return (wanted.page - 1) * PAGE
