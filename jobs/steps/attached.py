"""Tells which files beside a text may hold the whole of it: statements are often published as a PDF."""

import re
from collections.abc import Iterable, Iterator
from itertools import islice
from urllib.parse import urlsplit

import lxml.html

from jobs.steps.links import absolute

THIN = 1000
"""Characters below which a page may only announce what is in the file that it links to."""
FILE = "file:"
"""Before the name of a file that was imported, where it lies in its folder: it is no link."""
FRAMES = ("embed", "object", "iframe")
"""Elements in which a page shows another document."""
_MOST = 5
_MOST_LINKS = 2000
_PDF = re.compile(r"\.pdf\b", re.IGNORECASE)
_HREF = re.compile(
    r"<a\b[^<>]{0,500}?\bhref\s?=\s?[\"']([^\"'<>]{1,1000}?\.pdf(?:[?#][^\"'<>]{0,500})?)[\"']", re.IGNORECASE
)
_NO_TEXT = re.compile(
    r"\.(?:jpe?g|png|gif|webp|avif|svg|ico|bmp|tiff?|mp3|m4a|ogg|oga|opus|wav|flac|mp4|m4v|mov|avi|webm|mkv|zip|rar"
    r"|7z|gz|docx?|xlsx?|pptx?|hwpx?|odt|ods|epub|apk|exe)$",
    re.IGNORECASE,
)


def documents(files: Iterable[str]) -> tuple[str, ...]:
    """Those of these addresses behind which there may be a text, PDFs first; no pictures and recordings."""
    found = [
        url
        for url in dict.fromkeys(files)
        if not url.startswith(FILE) and not _NO_TEXT.search(urlsplit(url).path)
    ]
    return tuple(sorted(found, key=lambda url: not _PDF.search(url)))


def pdfs_in(markup: str, url: str) -> tuple[str, ...]:
    """The PDFs that an item's own markup links to, seen from `url`."""
    if not _PDF.search(markup):
        return ()
    found = (absolute(match[1].replace("&amp;", "&"), url) for match in islice(_HREF.finditer(markup), _MOST))
    return tuple(dict.fromkeys(filter(None, found)))


def pdfs_on(part: lxml.html.HtmlElement, url: str, tags: tuple[str, ...] = ("a", *FRAMES)) -> tuple[str, ...]:
    """The PDFs that a part of a page links to or shows: by their address or, on boards, by their name."""
    return tuple(dict.fromkeys(islice(_pdfs(part, url, tags), _MOST)))


def _pdfs(part: lxml.html.HtmlElement, url: str, tags: tuple[str, ...]) -> Iterator[str]:
    for node in islice(part.iter(*tags), _MOST_LINKS):
        address = node.get("href") or node.get("data") or node.get("src") or ""
        named = node.tag == "a" and _PDF.search(node.text_content()[:200])
        if (named or _PDF.search(address)) and (target := absolute(address, url)):
            yield target


def joined(first: str, second: str) -> str:
    """Both texts, or only the second where it begins with, or holds, what the first says."""
    start = " ".join(first.split())[:40]
    return second if not start or start in " ".join(second.split()) else f"{first}\n\n{second}"
