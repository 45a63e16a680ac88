"""Offers citations for words that are typed in any chat, to be inserted there by one tap."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, tzinfo

from bot.commands import values, words
from bot.commands.mistake import Mistake
from bot.commands.words import Wanted
from bot.render.citation import citation, described
from bot.render.message import Choice, Message
from bot.render.standing import shown_title
from bot.speech import Speech
from storage.bounds import Stopped
from storage.database import Work
from storage.queries import Hits

PAGE = 10
_TITLE = 120


@dataclass(frozen=True, slots=True)
class Offer:
    """One statement: how it stands in the list, and what is inserted. The choice leads to it in the bot."""

    number: int
    title: str
    about: str
    message: Message
    leads: Choice


@dataclass(frozen=True, slots=True)
class Offers:
    """A page of offers; `following` asks for the next one, "" where there is none."""

    offers: tuple[Offer, ...] = ()
    following: str = ""


def offers(
    typed: str, offset: str, language: str, work: Work, now: datetime, timezone: tzinfo = UTC
) -> Offers:
    """Return what fits the words, best first; without any the latest. Half a filter fits nothing yet."""
    speech = Speech(language, timezone)
    try:
        wanted = words.read(typed, words.SEARCH, speech, now.astimezone(timezone).date())
        page = values.page(offset) if offset else 1
    except Mistake:
        return Offers()
    try:
        hits = _found(replace(wanted, page=page), work)
    except Stopped:  # it took longer than anybody waits
        return Offers()
    found = []
    rewritten = work.statements.versions.rewritten([hit.statement.id for hit in hits.hits])
    taken_back = work.alerts.taken_back([hit.statement.id for hit in hits.hits])
    over = work.alerts.over_since([hit.statement.id for hit in hits.hits])
    # Who cites looks at the title alone: what lacks a word is no answer beside what has all of them.
    shown = [hit for hit in hits.hits if not (hits.whole and hit.in_part)]
    for hit in shown:
        one = hit.statement
        source = work.sources.by_name(one.source_name)
        leads = Choice(speech.t("Full text"), f"/statement {one.id}")
        about = described(one, speech, source, over=one.id in over)
        if not hits.whole:
            about = speech.t("holds a part of it: {about}", about=about)
        found.append(
            Offer(
                one.id,
                shown_title(one, speech, _TITLE),
                about,
                citation(
                    one,
                    speech,
                    source,
                    rewritten.get(one.id, 0),
                    over.get(one.id),
                    taken_back=one.id in taken_back,
                ),
                leads,
            )
        )
    return Offers(
        tuple(found), str(page + 1) if page * PAGE < hits.total and len(shown) == len(hits.hits) else ""
    )


def _found(wanted: Wanted, work: Work) -> Hits:
    """Return the hits; where none is of the time that was typed, those that speak of it."""
    offset = (wanted.page - 1) * PAGE
    hits = work.statements.search(words.query_of(wanted), PAGE, offset)
    loose = None if hits.total else words.regardless(wanted)
    return work.statements.search(words.query_of(loose), PAGE, offset) if loose else hits
