"""Turns a publisher's markup into plain text: no tags, no scripts, no control or hidden characters."""

import re
from collections.abc import Iterable, Iterator

import lxml.html
from lxml import etree

from storage.terms import unstacked

_HIDDEN = (
    *range(0x09), *range(0x0B, 0x20), *range(0x7F, 0xA0), 0xAD,  # controls, soft hyphen
    0x061C, 0x180E, 0x200B, 0x200E, 0x200F, *range(0x202A, 0x202F),  # marks, embeddings, overrides
    *range(0x2060, 0x2070), 0xFEFF, *range(0xFFF9, 0xFFFC), 0xFFFE, 0xFFFF,  # joiners, isolates, BOM
    *range(0xD800, 0xE000), *range(0xE0000, 0xE0080),  # lone surrogates, tag characters
)  # fmt: skip
_TRANSLATION: dict[int, str | None] = dict.fromkeys(_HIDDEN) | {
    0x0D: "\n", 0x0B: "\n", 0x0C: "\n", 0x85: "\n", 0x2028: "\n", 0x2029: "\n",
    0xA0: " ", 0x202F: " ", 0x3164: " ", 0xFFA0: " ",
}  # fmt: skip


def _any_of(points: Iterable[int]) -> re.Pattern[str]:
    """A pattern for one of these characters, written in ranges: single ones are much slower to search."""
    ranges: list[list[int]] = []
    for point in sorted(points):
        if ranges and point == ranges[-1][1] + 1:
            ranges[-1][1] = point
        else:
            ranges.append([point, point])
    return re.compile("[" + "".join(rf"\U{first:08x}-\U{last:08x}" for first, last in ranges) + "]")


_CHANGED = _any_of(_TRANSLATION)
"""What is translated: str.translate takes twelve times as long over text that is not ASCII."""

_ARABIC = "\u0620-\u06ff\u0750-\u077f\u08a0-\u08c9"
_VIRAMA = "\u094d\u09cd\u0a4d\u0acd\u0b4d\u0bcd\u0c4d\u0ccd\u0d4d\u0dca"
_STRAY_JOINER = re.compile(
    # RFC 5892 appendix A.1 and A.2: the two joiners carry meaning after a virama, and the
    # non-joiner between Arabic letters (Persian spelling). Anywhere else they only hide.
    f"(?<![{_VIRAMA}])\u200d|(?<![{_VIRAMA}{_ARABIC}])\u200c|(?<=[{_ARABIC}])\u200c(?![{_ARABIC}])",
)
_SCRIPT = re.compile(r"<(?=\s{0,8}/?\s{0,8}script)", re.IGNORECASE)
_MARKUP = re.compile(r"<(?:[a-zA-Z!?/])|&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,30});")
_BLANK = re.compile(r"[^\S\n]+")
_GAP = re.compile(r"\n{3,}")

DROPPED = frozenset(
    [
        "script",
        "style",
        "template",
        "noscript",
        "iframe",
        "object",
        "embed",
        "svg",
        "math",
        "canvas",
        "audio",
        "video",
        "head",
        "title",
        "select",
        "option",
        "datalist",
        "button",
        "input",
        "textarea",
    ],
)
"""Elements whose content is not the publisher's text."""

BLOCKS = frozenset(
    [
        "address",
        "article",
        "aside",
        "blockquote",
        "body",
        "caption",
        "center",
        "dd",
        "details",
        "dialog",
        "div",
        "dl",
        "dt",
        "fieldset",
        "figcaption",
        "figure",
        "footer",
        "form",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "header",
        "hgroup",
        "hr",
        "html",
        "legend",
        "li",
        "main",
        "nav",
        "ol",
        "p",
        "pre",
        "section",
        "summary",
        "table",
        "tbody",
        "tfoot",
        "thead",
        "tr",
        "ul",
    ],
)
"""Elements that stand on lines of their own (HTML Living Standard 15.3, flow content)."""

_PARSER_OPTIONS = {"remove_comments": True, "remove_pis": True, "no_network": True, "huge_tree": False}


def strip_controls(text: str) -> str:
    """`text` without characters that hide, reorder or control; all line ends become line feeds.

    Of marks on one letter there are no more than a script needs.
    """
    cleaned = text.replace("\r\n", "\n")
    cleaned = cleaned.translate(_TRANSLATION) if cleaned.isascii() else _CHANGED.sub(_translated, cleaned)
    if "\u200c" in cleaned or "\u200d" in cleaned:
        cleaned = _STRAY_JOINER.sub("", cleaned)
    return unstacked(cleaned)


def _translated(match: re.Match[str]) -> str:
    return _TRANSLATION[ord(match[0])] or ""


def plain(html_or_text: str) -> str:
    """The text of a fragment: markup gone, entities decoded once, blocks and <br> as line breaks.

    Text without markup keeps its own lines. What still reads "<script" after decoding was meant as
    text; its bracket is replaced, so that no later reader takes it for markup.
    """
    text = strip_controls(html_or_text)
    if _MARKUP.search(text):
        root = parse_html(text)
        text = "" if root is None else text_of(root)
    return tidy(text)


def line(html_or_text: str) -> str:
    """The same on one line, for titles."""
    return " ".join(plain(html_or_text).split())


def tidy(text: str, *, columns: bool = False) -> str:
    """Plain text with single blanks, no blanks at line ends and at most one empty line in a row.

    With `columns` two blanks stay where two or more, or a tab, stood inside a line: they set columns apart.
    """
    text = _SCRIPT.sub("\u2039", strip_controls(text))
    if columns:
        text = re.sub(r"(?<=\S)(?:[ \u00a0\u3000]{2,}|[ ]?\t[ \t]{0,40})(?=\S)", "\x02", text)
    lines = (_BLANK.sub(" ", part).strip() for part in text.split("\n"))
    return _GAP.sub("\n\n", "\n".join(lines)).strip().replace("\x02", "  ")


def parse_html(text: str) -> lxml.html.HtmlElement | None:
    """The tree of an HTML page or fragment, or None where there is nothing to read."""
    parser = lxml.html.HTMLParser(encoding="utf-8", **_PARSER_OPTIONS)
    data = strip_controls(text).encode("utf-8")
    try:
        root = lxml.html.document_fromstring(data, parser=parser)
    except (etree.LxmlError, ValueError, AssertionError):
        return None
    return root


def text_of(root: lxml.html.HtmlElement) -> str:
    """The text under `root`, a line for each block, list item, table row and <br>.

    Where the markup has no block at all, its own line ends are kept: boards put bare lines into CDATA.
    """
    flat = not any(element.tag in _BREAKING for element in root.iterdescendants(etree.Element))
    pieces = "".join(_pieces(root, keep_lines=flat))
    lines = (_BLANK.sub(" ", part).strip() for part in pieces.split("\n"))
    return "\n".join(part for part in lines if part)


_BREAKING = (BLOCKS - {"html", "body"}) | {"br"}


_OPENS = dict.fromkeys(BLOCKS | {"br"}, "\n")
_CLOSES = dict.fromkeys(BLOCKS, "\n") | {"td": " ", "th": " "}


def _pieces(root: lxml.html.HtmlElement, *, keep_lines: bool) -> Iterator[str]:
    """Text and line breaks in document order; walks without recursion, so depth costs nothing."""
    pre = 0
    walk = etree.iterwalk(root, events=("start", "end"))
    for event, element in walk:
        tag = element.tag
        if event == "start":
            if tag in DROPPED:
                walk.skip_subtree()
                continue
            pre += tag == "pre"
            yield _OPENS.get(tag, "")
            yield _run(element.text, keep_lines=keep_lines or pre > 0)
            continue
        if tag not in DROPPED:
            pre -= tag == "pre"
            yield _CLOSES.get(tag, "")
        if element is not root:
            yield _run(element.tail, keep_lines=keep_lines or pre > 0)


def _run(text: str | None, *, keep_lines: bool) -> str:
    if not text:
        return ""
    return text if keep_lines else " ".join(f".{text}.".split())[1:-1] if text.strip() else " "
