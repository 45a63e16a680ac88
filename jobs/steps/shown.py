"""Reads what a source answered in one go: its items, their digests, and what the whole ones say."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from jobs.steps.edits import marked
from jobs.steps.pages import parse_page
from jobs.steps.parse import parse_feed
from jobs.steps.parsed import Parsed
from jobs.steps.understand import Understand, Understood, understand_all, understand_entry
from storage.records import Entry, Source
from storage.words import SourceKind

_AT_ONCE = 20
"""Entries that are understood along with the reading: one answer must not take longer than it may."""


@dataclass(frozen=True, slots=True)
class Shown:
    """The items of an answer, and of some what they say: the others have to be completed first."""

    parsed: Parsed
    understood: tuple[Understood, ...] = ()


def parse_answer(body: bytes, headers: Mapping[str, str], url: str, source: Source, now: datetime) -> Parsed:
    """What the answer lists, less what the source's marks tell to be old; raises NotAFeed."""
    if source.kind is SourceKind.PAGE:
        return parse_page(body, headers, url, source.selectors, now)
    return parse_feed(body, headers, url, now, source.marks)


def read_answer(  # an answer's parts, and what bears on them
    body: bytes,
    headers: Mapping[str, str],
    url: str,
    source: Source,
    now: datetime,
    one: Understand = understand_entry,
) -> Shown:
    """As parse_answer, with digests; and what is whole is understood too, for it is new nearly always."""
    parsed = parse_answer(body, headers, url, source, now)
    entries = tuple(marked(entry, source) for entry in parsed.entries)
    whole = [entry for entry in entries if is_whole(entry)][:_AT_ONCE]
    return Shown(replace(parsed, entries=entries), understand_all(whole, source, now, one))


def is_whole(entry: Entry) -> bool:
    """Whether the source shows all of the item, so that no page has to be read for it."""
    return not (entry.excerpt and entry.url) and not entry.enclosures
