"""Reads one fetched document (HTML, PDF, plain text) into the text that will be understood."""

from jobs.steps.clean import tidy
from jobs.steps.decode import decode, looks_like_html, magic, media_type
from jobs.steps.document import Document
from jobs.steps.extract.blocks import blocks, unhung
from jobs.steps.extract.sections import page
from jobs.steps.extract.titles import titled
from jobs.steps.read_html import html_document
from jobs.steps.read_pdf import pdf_lines
from jobs.steps.stamps import posted_day
from jobs.steps.unreadable import Unreadable

__all__ = ["Unreadable", "read_document"]

_PAGES = frozenset({"text/html", "application/xhtml+xml"})
_TITLE = 200
_HEAD = 6_000
"""Characters in which a text's title is looked for."""


def read_document(body: bytes, content_type: str, url: str) -> Document:
    """The document in `body`; `content_type` is the header as sent, `url` where it came from.

    What the bytes are counts for more than what the header says. Raises Unreadable, nothing else.
    """
    if not body.strip():
        raise Unreadable("an empty answer")
    sort = magic(body)
    if sort == "a PDF":
        return _from_lines(pdf_lines(body), url)
    if sort:
        raise Unreadable(f"{sort}, which cannot be read")
    text = decode(body, content_type)
    if media_type(content_type) in _PAGES or looks_like_html(body):
        return html_document(text, url)
    return _from_lines(tidy(unhung(text), columns=True), url)


def _from_lines(text: str, url: str) -> Document:
    """A document without markup: its title is the first line that can be one."""
    if not text:
        raise Unreadable("there is no text in it")
    title = titled(page(blocks(text[:_HEAD]))) or text.split("\n", 1)[0]
    return Document(title=title[:_TITLE], text=text, url=url, posted=posted_day(text))
