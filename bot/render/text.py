"""Measures and cuts texts: how long a message is, the part of a text that fits, the pages of a long one."""

import re
from collections.abc import Iterator

from bot.render.message import Line, Message, Span, Style
from bot.render.runs import sections, size

_SPACE = re.compile(r"\s+")
_LABEL = re.compile(
    r"\s?(?:(?:take )?urgent (?:action|appeal|call)|urgent|긴급 ?(?:행동|호소|구명|성명)?)\s?[:：|]\s?(?=\S)",
    re.IGNORECASE,
)
"""What a title that is an urgent call is headed with by its publisher."""
_SENTENCE_END = re.compile(r"[.!?。…][\"”’')\]]{0,2}\s")


def single_line(text: str) -> str:
    """Return the text with every run of white space as one space."""
    return _SPACE.sub(" ", text).strip()


def shorten(text: str, limit: int) -> str:
    """Return `text` on one line, within `limit` characters (at least 2), cut between words and marked "…"."""
    text = single_line(text)
    if len(text) <= limit:
        return text
    cut = text[: limit - 1]
    space = cut.rfind(" ")
    if space > limit // 2:
        cut = cut[:space]
    return cut.rstrip(" ,;:·-–—") + "…"


def without_label(title: str) -> str:
    """Return a title without "Urgent action:" before it, for where "URGENT" stands before it already."""
    return _LABEL.sub("", title, count=1) if _LABEL.match(title) else title


def typed_apart(sentence: str) -> Line:
    """Return a sentence as a line: what stands between backticks is to be typed as it stands."""
    pieces = enumerate(sentence.split("`"))
    return tuple(Span(text, Style.CODE if number % 2 else Style.PLAIN) for number, text in pieces if text)


def length(message: Message) -> int:
    """Return the length in UTF-16 code units, as Telegram counts (Bot API, sendMessage: 4096)."""
    return size(sections(message))[0]


def paragraphs(text: str) -> tuple[str, ...]:
    """Return the non-empty paragraphs, each on one line; a line break is enough to end one."""
    return tuple(line for line in (single_line(part) for part in text.splitlines()) if line)


def passage(text: str, evidence: tuple[str, ...], limit: int, *, title: str = "") -> str:
    """Return the words of `text` around the first `evidence` that stands in it, within `limit` characters.

    They begin where the sentence begins and end, where possible, where one ends; what is left
    out before or after is marked "…". Without evidence it is the beginning of the text. A
    paragraph that only repeats the title is passed over. Nothing but white space is changed.
    """
    heading = single_line(title).casefold()
    parts = [part for part in paragraphs(text) if part.casefold() != heading]
    wanted = [word for word in (single_line(piece) for piece in evidence) if word]
    for part in parts:
        found = [at for at in (part.find(word) for word in wanted) if at >= 0]
        if found:
            return _window(part, min(found), limit)
    telling = [part for part in parts if len(part) >= 60] or parts
    return _window(telling[0], 0, limit) if telling else ""


def around(text: str, piece: str, limit: int) -> str:
    """Return `piece` with the words beside it in `text`, about `limit` characters; else `piece` alone."""
    piece = single_line(piece)
    for part in paragraphs(text):
        at = part.find(piece)
        if at < 0 or not piece:
            continue
        side = max(0, limit - len(piece)) // 2
        start, end = max(0, at - side), min(len(part), at + len(piece) + side)
        start = part.find(" ", start, at) + 1 or at if start else 0
        cut = part.rfind(" ", at + len(piece), end)
        end = end if end == len(part) else cut if cut > 0 else at + len(piece)
        before, after = "… " if start else "", " …" if end < len(part) else ""
        return f"{before}{part[start:end].strip()}{after}"
    return piece


def _window(part: str, at: int, limit: int) -> str:
    """Cut `part` to whole sentences from the one in which `at` lies."""
    start = 0
    if at > limit // 3:  # nearer to the beginning, what leads up to it is worth its room
        start = max((end.end() for end in _SENTENCE_END.finditer(part, 0, at)), default=0)
    # A sentence longer than the window would leave the evidence outside it.
    if at - start > limit // 2:
        start = part.rfind(" ", 0, at - limit // 4) + 1
    before = "… " if start else ""
    room = limit - len(before)
    rest = part[start:]
    if len(rest) <= room:
        return before + rest
    ends = [end.end() for end in _SENTENCE_END.finditer(rest, 0, room - 1) if end.end() > at - start]
    if ends and ends[-1] > room // 2:
        return f"{before}{rest[: ends[-1]].rstrip()} …"
    return before + shorten(rest, room)


def pages(text: str, limit: int) -> tuple[str, ...]:
    """Cut a long text into pages of at most `limit` characters, between paragraphs where possible.

    Nothing is lost: the pages together hold every word in its order. An empty text has no page.
    """
    found: list[str] = []
    page = ""
    for piece in _pieces(text, limit):
        if not page:
            page = piece
        elif len(page) + 2 + len(piece) <= limit:
            page = f"{page}\n\n{piece}"
        else:
            found.append(page)
            page = piece
    return (*found, page) if page else ()


def _pieces(text: str, limit: int) -> Iterator[str]:
    """Give every paragraph, in parts of at most `limit` characters."""
    for paragraph in paragraphs(text):
        rest = paragraph
        while len(rest) > limit:
            cut = max((end.end() for end in _SENTENCE_END.finditer(rest, limit // 2, limit)), default=0)
            cut = cut or rest.rfind(" ", limit // 2, limit) + 1 or limit
            yield rest[:cut].rstrip()
            rest = rest[cut:].lstrip()
        if rest:
            yield rest
