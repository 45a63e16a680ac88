"""Composes the readers of this package into one statement."""

import re
from dataclasses import replace

from jobs.steps import lexicon
from jobs.steps.document import Document
from jobs.steps.extract import arabic, continental, dating, east_asian, european
from jobs.steps.extract import context as contexts
from jobs.steps.extract.addressees import addressees, countries, of_one_state, spelled_out
from jobs.steps.extract.blocks import Block, blocks, collapse
from jobs.steps.extract.calendars import dated, western
from jobs.steps.extract.demands import demands
from jobs.steps.extract.identifiers import identifiers
from jobs.steps.extract.instruments import instruments
from jobs.steps.extract.issuers import issuers, perhaps
from jobs.steps.extract.lists import listed
from jobs.steps.extract.persons import persons_at_risk
from jobs.steps.extract.places import places
from jobs.steps.extract.sections import own, page
from jobs.steps.extract.signatories import signatories
from jobs.steps.extract.titles import titled
from storage.records import Demand, Statement


def extract(document: Document) -> Statement:
    """The statement that a document makes, all but its kind and alert.

    Every demand's quote stands verbatim in the text once white space is collapsed. Never raises.
    """
    statement, read = _asked(document)
    signed = signatories(read)
    return replace(
        statement,
        signatories=signed,
        persons_at_risk=persons_at_risk(dated(statement.title), western(read), statement.language),
        places=places(read, signed.names),
        identifiers=identifiers(statement.title, read),
        instruments=instruments(collapse(document.text)),
    )


def extract_asked(document: Document) -> Statement:
    """As `extract`, without what the judgement of an entry does not ask for: who signed, who is at risk."""
    return _asked(document)[0]


def _asked(document: Document) -> tuple[Statement, list[Block]]:
    """Who speaks, when, and what is asked of whom; and the blocks in which it stands."""
    whole = blocks(document.text)
    read = page(whole)
    title = collapse(document.title) or titled(read)
    flat = collapse(document.text)
    heading = "" if any(block.text.startswith(title) for block in read) or title not in flat else title
    named = lexicon.countries_in(f"{title}\n{document.text[:60_000]}")
    printed, around = western(read), western(whole)
    written = dating.written(dated(title), printed) or dating.written(dated(title), around)
    posted = dating.posted(around, written) or document.posted
    if written is None and posted is None and document.published:
        posted = document.published.date()
    speaking = issuers(title, read, document.organisation)
    context = contexts.read(title, read, speaking or perhaps(read), named)
    language = lexicon.detect_language(_sample(document.text) or title, document.language)
    telling = listed(own(read), language)
    if language in {"ko", "ja", "zh"}:
        asked, formal = east_asian.demands(telling, language, context), list(context.letter_to)
        formal += east_asian.delivered(read, language) if context.appeal else []
    elif language == "ar":
        asked = arabic.demands(telling, context)
        formal = [*context.letter_to, *arabic.addressed(telling)]
    elif language in continental.LANGUAGES:
        asked, formal = continental.demands(telling, language, context)
    elif language in european.LANGUAGES:
        asked = european.demands(telling, language, context)
        formal = [*context.letter_to, *european.addressed(telling, language)]
    else:
        asked, formal = demands(heading, telling, context, written)
    asked = [_within_title(_with_negation(_verbatim(demand, flat), flat), title) for demand in asked]
    full = spelled_out([*(demand.to for demand in asked), *formal], flat, context.state)
    asked = of_one_state([replace(demand, to=full.get(demand.to, demand.to)) for demand in asked])
    formal = [full.get(name, name) for name in formal]
    parties = addressees(asked, formal, read, context, language)
    statement = Statement(
        title=title,
        language=language,
        url=document.url,
        text=document.text,
        issuers=speaking,
        date_written=written,
        date_posted=posted,
        published=document.published,
        deadline=dating.deadline(printed, written or posted),
        addressees=parties,
        demands=tuple(asked),
        countries=countries(title, named, parties),
    )
    return statement, read


def _sample(text: str) -> str:
    """Enough of a text to tell its language by: its beginning, middle and end."""
    if len(text) <= 3 * _SLICE:
        return text
    middle = len(text) // 2
    return f"{text[:_SLICE]}\n{text[middle : middle + _SLICE]}\n{text[-_SLICE:]}"


_SLICE = 400  # characters: some seventy words
_NEGATION = re.compile(r"\b(?:not|never|neither|nor)(?:\s+(?:to|ever|again|be)){0,2}\s+$", re.IGNORECASE)


def _with_negation(demand: Demand, text: str) -> Demand:
    """The demand with the "not to" that stands before it: without it a quote would say the opposite."""
    at = text.find(demand.quote)
    if at < 0 or _NEGATION.search(demand.quote + " "):
        return demand
    denied = _NEGATION.search(text[max(0, at - 40) : at])
    if not denied or text.count(demand.quote) > 1:
        return demand
    return replace(demand, quote=denied.group() + demand.quote)


def _verbatim(demand: Demand, text: str) -> Demand:
    """The demand with the spaces and quotation marks that its text has between its signs."""
    if demand.quote in text:
        return demand
    even = text.replace("'", "’").lower()
    at = even.find(demand.quote.replace("'", "’").lower())
    if at >= 0 and len(even) == len(text):
        return replace(demand, quote=text[at : at + len(demand.quote)])
    if demand.quote.isascii():
        return demand
    printed = re.search(
        r"[\s“”‘’\"']{0,2}".join(re.escape(sign) for sign in demand.quote if sign != " "), text
    )
    return replace(demand, quote=printed.group()) if printed else demand


def _within_title(demand: Demand, title: str) -> Demand:
    """The demand without the lead that a board pastes behind its title with nothing in between."""
    start = demand.quote[:24]
    at = title.find(start) if len(start) == 24 else -1
    tail = title[at:].rstrip(" .!…") if at >= 0 else ""
    if len(tail) < 24 or not demand.quote.startswith(tail) or demand.quote[len(tail) :][:1] != " ":
        return demand
    return replace(demand, quote=tail)
