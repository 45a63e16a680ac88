"""Finds the part of a page that is its matter, and takes out what surrounds it on every page of a site."""

import re

import lxml.html
from lxml import etree

_ALWAYS = frozenset(
    {"nav", "script", "style", "template", "noscript", "iframe", "svg", "dialog", "select", "button"}
)
_OUTSIDE = frozenset({"aside", "footer", "header"})
"""Dropped unless they stand inside an article or list item, where they hold its own byline or title."""

_ROLES = frozenset(
    {"navigation", "banner", "contentinfo", "search", "complementary", "dialog", "alertdialog"}
)
_WORDS = frozenset(
    {
        "cookie", "cookies", "consent", "gdpr", "share", "sharing", "social", "sns", "addtoany", "sidebar",
        "breadcrumb", "breadcrumbs", "menu", "nav", "navbar", "navigation", "gnb", "lnb", "snb", "footer",
        "pagination", "pager", "paging", "related", "comments", "comment", "newsletter", "subscribe",
        "advertisement", "advert", "popup", "modal", "skip", "widget", "widgets", "toolbar",
    },
)  # fmt: skip
_SPLIT = re.compile(r"[\s_-]+")
_KEPT = frozenset({"html", "body", "main", "article"})
_MOST = 0.6


def matter(root: lxml.html.HtmlElement) -> lxml.html.HtmlElement:
    """The element that holds the page's matter; `root` loses menus, banners, side columns on the way."""
    _drop_chrome(root)
    body = next(root.iter("body"), root)
    for found in (_only(root, "main"), _by_role(root), _only(root, "article")):
        if found is not None and _size(found) > 0.3 * _size(body):
            return found
    return body


def _only(root: lxml.html.HtmlElement, tag: str) -> lxml.html.HtmlElement | None:
    found = list(root.iter(tag))
    return found[0] if len(found) == 1 else None


def _by_role(root: lxml.html.HtmlElement) -> lxml.html.HtmlElement | None:
    return next((e for e in root.iter(etree.Element) if e.get("role") == "main"), None)


def _size(element: lxml.html.HtmlElement) -> int:
    return sum(map(len, element.itertext()))


def _drop_chrome(root: lxml.html.HtmlElement) -> None:
    whole = _size(root)
    for element in list(root.iter(etree.Element)):
        if element.getparent() is None or element.tag in _KEPT:
            continue
        if element.tag in _ALWAYS or (_is_chrome(element) and not _holds_matter(element, whole)):
            element.drop_tree()


def _is_chrome(element: lxml.html.HtmlElement) -> bool:
    if element.get("role") in _ROLES or element.get("aria-hidden") == "true" or "hidden" in element.attrib:
        return True
    if element.tag in _OUTSIDE:
        return not any(parent.tag in {"article", "li"} for parent in element.iterancestors())
    named = f"{element.get('id', '')} {element.get('class', '')}"[:300].lower()
    return any(word in _WORDS for word in _SPLIT.split(named))


def _holds_matter(element: lxml.html.HtmlElement, whole: int) -> bool:
    """True when what is named like a side part holds the page: class="has-sidebar" on a wrapper."""
    if element.tag == "footer":
        return False
    tags = ("main", "article") if element.tag in {"header", "aside"} else ("main", "article", "h1")
    if next(element.iter(*tags), None) is not None:
        return True
    return _size(element) > _MOST * whole
