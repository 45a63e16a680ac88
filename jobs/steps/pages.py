"""Reads a web page without a feed as one: boards, archives, lists of links, pasted news."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime

from lxml import etree

from jobs.steps.boilerplate import matter
from jobs.steps.clean import line, parse_html, text_of, tidy
from jobs.steps.decode import decode, looks_like_html, magic
from jobs.steps.identity import with_uids
from jobs.steps.links import bare
from jobs.steps.lists import guess_rows, with_buttons
from jobs.steps.parsed import NotAFeed, Parsed, describe, finished
from jobs.steps.pasted import Piece, pasted_items
from jobs.steps.read_html import declared_language
from jobs.steps.rows import Element, Page, Row, has_more, is_stamp, link_of, stamp_of, text_of_row, title_of
from jobs.steps.selectors import selector
from jobs.steps.stamps import Stamp, find_days, read_stamp
from storage.records import Entry

_CUT = ("…", "...")


def parse_page(
    body: bytes, headers: Mapping[str, str], url: str, selectors: Mapping[str, str], now: datetime
) -> Parsed:
    """The items of a page, in page order.

    `selectors` (CSS: item, title, link, date, text) name what to read; without `item` the page's main
    list is guessed. An item without a link of its own gets the page's address and a uid from its title.
    `now` is stored as the time of fetching and completes dates such as "09:12". Raises NotAFeed.
    """
    content_type = headers.get("content-type", "")
    if magic(body) or not (looks_like_html(body) or "html" in content_type):
        raise NotAFeed(describe(body, content_type))
    root = parse_html(decode(body, content_type))
    if root is None:
        raise NotAFeed("an HTML page without text")
    title, language = _page_title(root), declared_language(root)
    tag = root.get("lang") or language
    page = Page(url=url, language=tag, now=now.astimezone(UTC))
    names = {title.lower(), *(" ".join(h.text_content().split()).lower() for h in root.iter("h1"))}
    chosen = _chosen(root, selectors)
    main = root if chosen else matter(root)
    page = with_buttons(main, page)
    rows = chosen or guess_rows(main, page)
    entries = [entry for row in rows if (entry := _entry(row, selectors, page))]
    pieces = [] if entries else pasted_items(tidy(text_of(main)), names, page)
    entries += [entry for piece in pieces if (entry := _pasted(piece, page))]
    if not entries:
        raise NotAFeed(f"no list of items on the page; it looks like {describe(body, content_type)}")
    unique = with_uids(_once([replace(entry, language=language) for entry in entries]))
    return Parsed(
        entries=tuple(entry if entry.url else replace(entry, url=url) for entry in unique),
        title=title,
        language=language,
        format="page",
    )


def _page_title(root: Element) -> str:
    head = next(root.iter("title"), None)
    return line(head.text_content()) if head is not None else ""


def _chosen(root: Element, selectors: Mapping[str, str]) -> list[Row]:
    """The rows that the configured `item` selector finds; [] when none is configured."""
    if not selectors.get("item"):
        return []
    rows = []
    for item in _all(root, selectors):
        heading = _within(item, selectors, "title")
        rows.append(Row(_first_title(item) if heading is None else heading, [item]))
    if not rows:
        raise NotAFeed(f"the selector {selectors['item']!r} finds nothing on the page")
    return rows


def _all(root: Element, selectors: Mapping[str, str]) -> list[Element]:
    try:
        return [found for found in selector(selectors["item"])(root) if etree.iselement(found)]
    except ValueError as error:
        raise NotAFeed(str(error)) from error


def _within(item: Element, selectors: Mapping[str, str], name: str) -> Element | None:
    """The first element in `item` that the selector `name` finds, None without selector or find."""
    if not selectors.get(name):
        return None
    try:
        return next((found for found in selector(selectors[name])(item) if etree.iselement(found)), None)
    except ValueError as error:
        raise NotAFeed(str(error)) from error


def _first_title(item: Element) -> Element:
    """The first heading of an item, else its first link with words, else the item itself."""
    for tags in (("h1", "h2", "h3", "h4", "h5", "h6"), ("a",)):
        for found in item.iter(*tags):
            if found.text_content().strip():
                return found
    return item


def _entry(row: Row, selectors: Mapping[str, str], page: Page) -> Entry | None:
    title = title_of(row.heading)
    if not title:
        return None
    item = row.parts[0]
    linked = _within(item, selectors, "link")
    target = link_of(Row(linked, [linked]) if linked is not None else row, page)
    dated = _within(item, selectors, "date")
    stamp = stamp_of(Row(row.heading, [dated]), "", page) if dated is not None else stamp_of(row, title, page)
    told = _within(item, selectors, "text")
    text = tidy(text_of(told)) if told is not None else text_of_row(row, title, page)
    entry = finished(_plain_entry(title, target, text, stamp, page))
    if entry is None:
        return None
    cut = bool(target) and (has_more(row, target, page) or title.endswith(_CUT))
    return replace(entry, excerpt=entry.excerpt or cut)


def _plain_entry(title: str, target: str, text: str, stamp: Stamp | None, page: Page) -> Entry:
    return Entry(
        uid="",
        title=title,
        url=target,
        text=text,
        published=stamp.moment if stamp else None,
        date_only=bool(stamp and stamp.date_only),
        fetched=page.now,
    )


def _pasted(piece: Piece, page: Page) -> Entry | None:
    """An item of pasted news; a line under its title that is a date is when it was published."""
    days = [text for text in piece.lines[:2] if is_stamp(text, page)]
    text = "\n".join(part for part in piece.lines if part not in days)
    stamp = read_stamp(find_days(days[0], language=page.language)[0][0].isoformat()) if days else None
    return finished(_plain_entry(piece.title, "", text, stamp, page))


def _once(entries: list[Entry]) -> list[Entry]:
    """One entry for each linked page: a pinned row comes again below, a preview repeats a row."""
    kept: dict[str, Entry] = {}
    for number, entry in enumerate(entries):
        key = bare(entry.url) if entry.url else f"{number}"
        known = kept.get(key)
        kept[key] = entry if known is None else replace(known, title=max(known.title, entry.title, key=len))
    return list(kept.values())
