"""Reads one row of a list page: its title, link, date and teaser."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import TypeAlias

import lxml.html
from lxml import etree

from jobs.steps.clean import text_of, tidy
from jobs.steps.links import absolute
from jobs.steps.stamps import Stamp, find_day, find_days, read_stamp

Element: TypeAlias = lxml.html.HtmlElement

HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_NOISE = frozenset(
    {
        "sound_only", "sr-only", "screen-reader-text", "visually-hidden", "blind", "cnt_cmt", "comment-count",
        "comment_count", "replynum", "cmt", "reply-count",
    },
)  # fmt: skip
_PREFIX = re.compile(r"^(?:\[?공지\]?|\[featured\])[\s:]{1,3}", re.IGNORECASE)
_COUNTER = re.compile(r"\s{0,3}\[\s?\+?\d{1,4}\s?\]$")
_SECONDARY = re.compile(r"/(?:tag|tags|category|categories|author|authors|topics?)/", re.IGNORECASE)
_STAMP = 60
"""Characters of the longest piece of text that may be a row's date."""


@dataclass(frozen=True, slots=True)
class Page:
    """What reading a row needs to know of its page."""

    url: str
    language: str
    now: datetime
    buttons: frozenset[str] = frozenset()
    """Link texts that repeat with different targets: "Read more"."""


@dataclass(slots=True)
class Row:
    """One item of a list as found. `parts` are its elements, the container first."""

    heading: Element
    parts: list[Element]
    before: list[str] = field(default_factory=list)
    """Pieces of text right before it, where the list is flat."""


def title_of(heading: Element) -> str:
    """The longest form of the title that is printed: the text, or the title attribute that completes it."""
    inner = next((e for e in heading.iter(etree.Element) if e.tag in HEADINGS), heading)
    pieces = "".join(_visible(inner))
    text = _COUNTER.sub("", _PREFIX.sub("", " ".join(tidy(pieces).split())))
    stem = text.rstrip(". …")
    for link in heading.iter("a"):
        full = " ".join(tidy(link.get("title", "")).split())
        if stem != text and stem and full.startswith(stem) and len(full) > len(text):
            return full
    return text


def _visible(element: Element) -> Iterator[str]:
    """The text of a title without counters and what only screen readers are told."""
    hidden: Element | None = None
    for event, node in etree.iterwalk(element, events=("start", "end")):
        if event == "start":
            if hidden is None and node is not element and set((node.get("class") or "").split()) & _NOISE:
                hidden = node
            if hidden is None:
                yield node.text or ""
                if node.tag == "br":
                    yield " "
            continue
        if node is hidden:
            hidden = None
        if hidden is None and node is not element:
            yield node.tail or ""


def link_of(row: Row, page: Page) -> str:
    """The row's own page: the link in the title, around it, or the first one in the row."""
    around = list(row.heading.iterancestors("a"))[:1]
    inside = [a for part in row.parts for a in part.iter("a")]
    for link in (*row.heading.iter("a"), *around, *inside):
        target = own_link(link, page)
        if target:
            return target
    return ""


def own_link(link: Element, page: Page) -> str:
    """Where `link` leads, or "" for one that is no item's page: an anchor, a tag, an author."""
    href = (link.get("href") or "").strip()
    if (
        not href
        or href.startswith("#")
        or {"tag", "category", "author", "nofollow tag"} & {link.get("rel", "")}
    ):
        return ""
    target = absolute(href, page.url)
    return "" if target.rstrip("/") == page.url.rstrip("/") or _SECONDARY.search(target) else target


def stamp_of(row: Row, title: str, page: Page) -> Stamp | None:
    """When the row says it was published, from a <time> or a short piece of text that is mostly a date."""
    for part in row.parts:
        for time in part.iter("time"):
            stamp = read_stamp(time.get("datetime") or "")
            if stamp is not None:
                return stamp
    pieces = [piece for part in row.parts for piece in (*part.itertext(), part.tail or "")]
    day = _first_day((*reversed(row.before), *pieces), title, page)
    return None if day is None else Stamp(datetime(day.year, day.month, day.day, tzinfo=UTC), date_only=True)


def _first_day(pieces: Iterable[str], title: str, page: Page) -> date | None:
    short = [
        text
        for piece in pieces
        if (text := " ".join(piece.split())) and len(text) <= _STAMP and text != title
    ]
    for text in short:
        if is_stamp(text, page):
            return find_days(text, language=page.language)[0][0]
    recent = (find_day(text, language=page.language, now=page.now) for text in short)
    return next((day for day in recent if day), None)


def is_stamp(text: str, page: Page) -> bool:
    """True for a short text that is mostly a date."""
    found = find_days(text[: _STAMP + 1], language=page.language) if len(text) <= _STAMP else []
    return bool(found) and len(found[0][1]) >= 0.3 * len(text)


def text_of_row(row: Row, title: str, page: Page) -> str:
    """The row's text without its title, date and buttons, a block on each line."""
    lines = [line for part in row.parts for line in text_of(part).split("\n")]
    kept: list[str] = []
    for line in lines:
        rest = line[len(title) :].strip(" -–—|:·") if line.startswith(title) else line
        if rest and rest not in page.buttons and not is_stamp(rest, page) and len(rest) > 1:
            kept.append(rest)
    return tidy("\n".join(kept))


def has_more(row: Row, target: str, page: Page) -> bool:
    """True when the row has a button to its own page: what is shown is then only the beginning."""
    links = (a for part in row.parts for a in part.iter("a"))
    return any(
        absolute(a.get("href", ""), page.url) == target and " ".join(a.text_content().split()) in page.buttons
        for a in links
    )
