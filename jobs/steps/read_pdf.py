"""Takes the text out of a PDF and mends what page layout did to it: hyphens, line and page breaks."""

import re
from collections import Counter
from statistics import quantiles
from threading import Lock

import pypdfium2

from jobs.steps.clean import tidy
from jobs.steps.unreadable import Unreadable

MOST_PAGES = 200
_MOST_CHARACTERS = 2_000_000
_MOST_PARTS = 500
"""Pieces of the first page whose place is looked at."""
_PDFIUM = Lock()
"""PDFium is not thread-safe; every call into it holds this."""

_HYPHEN = re.compile(r"(?<=[^\W\d_])[-\u2010\ufffe\x02]\n(?=[^\W\d_])")
_PAGE_NUMBER = re.compile(r"(?:page\s|p\.\s?|-\s?|–\s?)?\d{1,4}(?:\s?(?:/|of|-|–)\s?\d{0,4})?", re.IGNORECASE)
_ENDS = re.compile(r"[.!?:;。！？…]['\"”’»)\]]{0,3}$")
_STARTS_ANEW = re.compile(r"[-–—•·*▪○●◦‣∙]|\(?(?:\d{1,3}|[a-z]|[ivx]{1,5})[.)]\s")


def pdf_lines(body: bytes) -> str:
    """The text of a PDF, a paragraph or list entry on each line. Raises Unreadable."""
    read, title = _pages(body)
    pages = [_without_number(page) for page in read]
    kept = _without_running_heads(pages)
    if not any(kept):
        raise Unreadable("a PDF without text: perhaps scanned pages")
    return tidy("\n".join(_joined([part for page in kept for part in page], title)))


def _pages(body: bytes) -> tuple[list[list[str]], str]:
    """The lines of each page, and the very first where it reaches the right margin, else ""."""
    try:
        with _PDFIUM:
            document = pypdfium2.PdfDocument(body)
            try:
                return _read_pages(document)
            finally:
                document.close()
    except pypdfium2.PdfiumError as error:
        locked = "assword" in str(error)
        raise Unreadable("a PDF that asks for a password" if locked else "a broken PDF") from error
    except Exception as error:  # a parser of hostile input fails in many ways, all mean this
        raise Unreadable(f"a broken PDF ({type(error).__name__})") from error


def _read_pages(document: pypdfium2.PdfDocument) -> tuple[list[list[str]], str]:
    pages: list[list[str]] = []
    total, is_wide = 0, False
    for number in range(min(len(document), MOST_PAGES)):
        page = document[number]
        layer = page.get_textpage()
        text = str(layer.get_text_bounded())
        is_wide = is_wide or (number == 0 and _reaches_the_margin(layer))
        layer.close()
        page.close()
        total += len(text)
        if total > _MOST_CHARACTERS:
            break
        whole = _HYPHEN.sub(_mended, text.replace("\r\n", "\n").replace("\r", "\n"))
        pages.append([" ".join(line.split()) for line in whole.split("\n") if line.strip()])
    return pages, pages[0][0] if is_wide and pages and pages[0] else ""


def _reaches_the_margin(layer: pypdfium2.PdfTextPage) -> bool:
    """Whether the first line ends where the widest do: in larger letters it is full with fewer of them."""
    parts = [layer.get_rect(at) for at in range(min(layer.count_rects(), _MOST_PARTS))]
    if len(parts) < 2:
        return False
    _, bottom, _, top = parts[0]
    middle = (bottom + top) / 2
    right = max(part[2] for part in parts if part[1] <= middle <= part[3])
    return bool(right >= 0.88 * max(part[2] for part in parts))


def _mended(match: re.Match[str]) -> str:
    """A word broken at a line end is one word, but for names such as Kim Dong-/Hyuk."""
    following = match.string[match.end()]
    return "" if following.islower() else "-"


def _without_number(page: list[str]) -> list[str]:
    if page and _PAGE_NUMBER.fullmatch(page[-1]):
        page = page[:-1]
    return page[1:] if page and _PAGE_NUMBER.fullmatch(page[0]) else page


def _without_running_heads(pages: list[list[str]]) -> list[list[str]]:
    """Pages without the first and last lines that most of them share; the first page keeps its own."""
    if len(pages) < 3:
        return pages
    edges = Counter(edge for page in pages if page for edge in {page[0], page[-1]})
    running = {edge for edge, count in edges.items() if count > len(pages) // 2 and count > 2}
    return [
        [
            line
            for at, line in enumerate(page)
            if not (line in running and (at == len(page) - 1 or (at == 0 < number)))
        ]
        for number, page in enumerate(pages)
    ]


def _joined(lines: list[str], title: str) -> list[str]:
    """Visual lines put together again: a line goes on when it was full and its sentence was not.

    `title` is the first line if it was full whatever the number of its letters.
    """
    if len(lines) < 2:
        return lines
    full = 0.8 * quantiles(map(len, lines), n=20)[-2]
    paragraphs: list[str] = []
    previous = ""
    for at, line in enumerate(lines):
        if previous and _goes_on(previous, line, len(title) if at == 1 and previous == title else full):
            paragraphs[-1] += f" {line}"
        else:
            paragraphs.append(line)
        previous = line
    return paragraphs


def _goes_on(previous: str, line: str, full: float) -> bool:
    if _STARTS_ANEW.match(line):
        return False
    if line[0].islower():
        return True
    return len(previous) >= max(full, 40) and not _ENDS.search(previous)
