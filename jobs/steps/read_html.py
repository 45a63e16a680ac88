"""Reads an HTML page: its text, title, language and the dates it was published under."""

import json
import re
from collections.abc import Iterator
from copy import deepcopy
from datetime import date, datetime
from typing import Any

import lxml.html

from jobs.steps.attached import FRAMES, pdfs_on
from jobs.steps.boilerplate import matter
from jobs.steps.clean import line, parse_html, text_of, tidy
from jobs.steps.document import Document
from jobs.steps.parsed import language_code
from jobs.steps.stamps import posted_day, read_stamp
from jobs.steps.unreadable import Unreadable

_ENOUGH = 0.9
"""Share of the matter's words that the extractor must have kept, else the matter itself is taken; and of
the extractor's that must be the matter's, where the page says what its matter is."""
_WORD = re.compile(r"\w+")

_SITE_SUFFIX = re.compile(r"\s{1,3}(?:[|–—·»:]|-{1,2}|::)\s{1,3}[^|–—·»]{2,60}$")
_DATE_METAS = (
    "article:published_time", "og:article:published_time", "datepublished", "dc.date.issued",
    "dcterms.issued", "dc.date", "dcterms.created", "date", "pubdate", "publishdate",
)  # fmt: skip
_MOST_JSON = 200_000


def html_document(text: str, url: str) -> Document:
    """The document on an HTML page given as text. Raises Unreadable when it has no words."""
    root = parse_html(text)
    if root is None:
        raise Unreadable("an HTML page without text")
    title, language = _title(root), declared_language(root)
    published, posted = _dates(root)
    shown = pdfs_on(root, url, FRAMES)
    extracted = _extracted(root)
    main = matter(root)  # after which the frames are gone
    body = _main_text(extracted, main)
    if not body:
        raise Unreadable("an HTML page without text")
    lines = body.split("\n")
    if len(lines) > 1 and lines[0] == title:
        lines = lines[1:]
    body = "\n".join(lines)
    return Document(
        title=title or lines[0][:200],
        text=body,
        url=url,
        language=language,
        published=published,
        posted=posted_day(body, language=language) or posted,
        attached=tuple(dict.fromkeys([*shown, *pdfs_on(main, url)])),
    )


def declared_language(root: lxml.html.HtmlElement) -> str:
    """What the page says its language is (ISO 639-1), else ""."""
    said = root.get("lang") or root.get("{http://www.w3.org/XML/1998/namespace}lang") or ""
    metas = _metas(root)
    return language_code(said or metas.get("content-language", "") or metas.get("og:locale", ""))


def _metas(root: lxml.html.HtmlElement) -> dict[str, str]:
    found: dict[str, str] = {}
    for meta in root.iter("meta"):
        name = meta.get("property") or meta.get("name") or meta.get("itemprop") or meta.get("http-equiv")
        if name and meta.get("content"):
            found.setdefault(name.strip().lower(), meta.get("content"))
    return found


def _title(root: lxml.html.HtmlElement) -> str:
    """The document's headline: the h1 that og:title or <title> bears out, else one of these."""
    shared = line(_metas(root).get("og:title", ""))
    head = next(root.iter("title"), None)
    whole = line(head.text_content()) if head is not None else ""
    headings = [text for h1 in root.iter("h1") if (text := " ".join(text_of(h1).split()))]
    for heading in headings:
        if _borne_out(heading, shared or whole, trusted=bool(shared)):
            return heading
    return shared or _SITE_SUFFIX.sub("", whole) or (headings[0] if headings else "")


def _borne_out(heading: str, title: str, *, trusted: bool) -> bool:
    """False for an h1 that is the site's or the section's name.

    og:title is the document's alone, so the headline is in it or holds it. <title> mixes both: the name
    of the site stands behind or is the smaller part.
    """
    heading, title = heading.lower(), title.lower()
    if trusted:
        return heading.rstrip("….") in title or title in heading
    return heading not in title or title.startswith(heading) or len(heading) >= len(title) / 2


def _main_text(extracted: str, main: lxml.html.HtmlElement) -> str:
    """The page's matter, a block on each line; the extractor's choice where it lost next to nothing.

    Extractors are made for articles: they drop short lines, and with them the names under a letter.
    """
    own = tidy(text_of(main))
    if not own:
        return extracted
    kept, words = (len(_WORD.findall(text)) for text in (extracted, own))  # the marks of lists are none
    if main.tag != "body" and _ENOUGH * kept > words:
        return own  # a short text is taken with its surroundings: menus, banners, other items
    return extracted if kept >= _ENOUGH * words and _lines_kept(extracted, own) else own


def _lines_kept(extracted: str, own: str) -> bool:
    return extracted.count("\n") >= _ENOUGH * own.count("\n") - 1


def _extracted(root: lxml.html.HtmlElement) -> str:
    # Its seven megabytes are taken where a page is first read: neither the program nor a worker that
    # reads feeds alone needs them.
    import trafilatura  # noqa: PLC0415 - as said

    try:
        text = trafilatura.extract(
            deepcopy(root), include_comments=False, include_tables=True, favor_recall=True, fast=True
        )
    except Exception:  # noqa: BLE001  # a parser of hostile input fails in many ways; the page's own text is still there
        return ""
    return tidy(str(text or ""))


def _dates(root: lxml.html.HtmlElement) -> tuple[datetime | None, date | None]:
    """When it was published: with a time of day where one is stated, else only the day."""
    day: date | None = None
    for raw in _stated(root):
        stamp = read_stamp(raw)
        if stamp is None:
            continue
        if not stamp.date_only:
            return stamp.moment, None
        day = day or stamp.moment.date()
    return None, day


def _stated(root: lxml.html.HtmlElement) -> Iterator[str]:
    metas = _metas(root)
    yield from (metas[name] for name in _DATE_METAS if name in metas)
    for script in root.iter("script"):
        if "ld+json" in (script.get("type") or "") and len(script.text or "") < _MOST_JSON:
            yield from _from_json_ld(script.text or "")
    for tag in ("article", "main", "header"):
        for part in root.iter(tag):
            yield from (found for time in part.iter("time") if (found := time.get("datetime")))
            break
    times = [found for time in root.iter("time") if (found := time.get("datetime"))]
    if len(times) == 1:
        yield times[0]


def _from_json_ld(text: str) -> Iterator[str]:
    """Every datePublished (schema.org), the outermost first."""
    try:
        waiting: list[Any] = [json.loads(text)]
    except (ValueError, RecursionError):
        return
    while waiting:
        node = waiting.pop(0)
        if isinstance(node, dict):
            if isinstance(node.get("datePublished"), str):
                yield node["datePublished"]
            waiting.extend(node.values())
        elif isinstance(node, list):
            waiting.extend(node)
