"""Tells whether an HTML file is one document, whose headings are its parts and no items of a list."""

from collections.abc import Iterator

import lxml.html

from jobs.steps.clean import parse_html

_HEADINGS = ("h2", "h3", "h4")
_MOST_LINKED = 1
"""Headings that lead elsewhere: two of them make a list of other pages."""


def is_one_document(text: str) -> bool:
    """Whether a page has one headline, and below it neither articles nor headings that lead elsewhere."""
    root = parse_html(text)
    if root is None:
        return False
    headlines = [h1 for h1 in root.iter("h1") if h1.text_content().strip()]
    articles = sum(1 for _ in root.iter("article"))
    stamped = sum(1 for part in _headings(root) if _has_time_beside(part))
    linked = sum(1 for part in _headings(root) if part.find(".//a[@href]") is not None)
    return len(headlines) == 1 and articles <= 1 and linked <= _MOST_LINKED and stamped <= 1


def _headings(root: lxml.html.HtmlElement) -> Iterator[lxml.html.HtmlElement]:
    yield from root.iter(*_HEADINGS)


def _has_time_beside(part: lxml.html.HtmlElement) -> bool:
    """Whether a date stands right beside a heading, as it does beside a post."""
    beside = part.getnext()
    return beside is not None and (beside.tag == "time" or beside.find(".//time") is not None)
