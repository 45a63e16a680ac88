"""Composes the readers of this package into one statement."""

import re
from dataclasses import replace

from jobs.steps import lexicon
from jobs.steps.document import Document
from jobs.steps.extract import context as contexts
from jobs.steps.extract import continental, dating, east_asian, european
from jobs.steps.extract.addressees import addressees, countries, of_one_state, spelled_out
from jobs.steps.extract.blocks import blocks, collapse
from jobs.steps.extract.demands import demands
from jobs.steps.extract.identifiers import identifiers
from jobs.steps.extract.instruments import instruments
from jobs.steps.extract.issuers import issuers
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
    whole = blocks(document.text)
    read = page(whole)
    title = collapse(document.title) or titled(read)
    flat = collapse(document.text)
    heading = "" if any(block.text.startswith(title) for block in read) or title not in flat else title
    named = lexicon.countries_in(f"{title}\n{document.text[:60_000]}")
    written = dating.written(title, read) or dating.written(title, whole)
    posted = dating.posted(whole, written) or document.posted
    if written is None and posted is None and document.published:
        posted = document.published.date()
    speaking = issuers(title, read, document.organisation)
    context = contexts.read(title, read, speaking, named)
    language = lexicon.detect_language(_sample(document.text) or title, document.language)
    telling = listed(own(read), language)
    if language in {"ko", "ja", "zh"}:
        asked, formal = east_asian.demands(telling, language, context), list(context.letter_to)
    elif language in continental.LANGUAGES:
        asked, formal = continental.demands(telling, language, context)
    elif language in european.LANGUAGES:
        asked = european.demands(telling, language, context)
        formal = [*context.letter_to, *european.addressed(telling, language)]
    else:
        asked, formal = demands(heading, telling, context, written)
    asked = [_within_title(_with_negation(_verbatim(demand, flat), flat), title) for demand in asked]
    full = spelled_out([*(demand.to for demand in asked), *formal], flat)
    asked = of_one_state([replace(demand, to=full.get(demand.to, demand.to)) for demand in asked])
    formal = [full.get(name, name) for name in formal]
    parties = addressees(asked, formal, read, context)
    return Statement(
        title=title,
        language=language,
        url=document.url,
        text=document.text,
        issuers=speaking,
        date_written=written,
        date_posted=posted,
        deadline=dating.deadline(read, written or posted),
        signatories=signatories(read),
        addressees=parties,
        demands=tuple(asked),
        persons_at_risk=persons_at_risk(title, read, language),
        countries=countries(title, named, parties),
        places=places(read),
        identifiers=identifiers(title, read),
        instruments=instruments(flat),
    )


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
    """The demand with the spaces that its text has between the lines of an unspaced script."""
    if demand.quote in text:
        return demand
    even = text.replace("'", "’").lower()
    at = even.find(demand.quote.replace("'", "’").lower())
    if at >= 0 and len(even) == len(text):
        return replace(demand, quote=text[at : at + len(demand.quote)])
    if demand.quote.isascii():
        return demand
    printed = re.search(r"\s?".join(re.escape(sign) for sign in demand.quote if sign != " "), text)
    return replace(demand, quote=printed.group()) if printed else demand


def _within_title(demand: Demand, title: str) -> Demand:
    """The demand without the lead that a board pastes behind its title with nothing in between."""
    start = demand.quote[:24]
    at = title.find(start) if len(start) == 24 else -1
    tail = title[at:].rstrip(" .!…") if at >= 0 else ""
    if len(tail) < 24 or not demand.quote.startswith(tail) or demand.quote[len(tail) :][:1] != " ":
        return demand
    return replace(demand, quote=tail)
