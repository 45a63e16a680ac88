"""Reads pages of pasted news: paragraphs one after another, some of them titles, none of them links."""

import re
from collections import Counter
from dataclasses import dataclass, field

from jobs.steps.rows import Page, is_stamp

_LONGEST_TITLE = 130
_LEAST_BODY = 140
_MOST_WORDS = 22
_ENDS = re.compile(r"[.!。,;:：]['\"”’)]?$")
_DATELINE = re.compile(
    r"^[A-Z][A-Z.'’-]{2,30}(?:[ ,]{1,2}[A-Za-z.'’-]{1,20}){0,6}(?:\s?\([^)]{1,40}\))?\s?(?:[–—]|--?)\s(?=\S)"
)
_SENTENCE = re.compile(r"^.{20,400}?[.!?](?=\s|$)")


@dataclass(slots=True)
class Piece:
    """One news item: its title and its paragraphs."""

    title: str
    lines: list[str] = field(default_factory=list)


def pasted_items(text: str, page_titles: set[str], page: Page) -> list[Piece]:
    """The items in `text` (a block on each line). `page_titles` name the page, not an item.

    A title is a short line without a full stop before a long paragraph. A paragraph that opens with a
    dateline ("PRAGUE, the Czech Republic – ") before the first title is an item whose title was lost:
    its first sentence stands in.
    """
    lines = [line for line in text.split("\n") if line.strip()]
    repeated = {line for line, count in Counter(lines).items() if count > 1}
    items: list[Piece] = []
    titled = 0
    for at, line in enumerate(lines):
        following = next((other for other in lines[at + 1 : at + 3] if not is_stamp(other, page)), "")
        if line not in repeated and line.lower() not in page_titles and _is_title(line, following, page):
            items.append(Piece(line))
            titled += 1
        elif not items and (dateline := _DATELINE.match(line)):
            items.append(Piece(_first_sentence(line[dateline.end() :]), [line]))
        elif items:
            items[-1].lines.append(line)
    return items if titled and len(items) > 1 else []


def _is_title(line: str, following: str, page: Page) -> bool:
    words = len(line.split())
    if not following:
        return False
    return (
        4 <= len(line) <= _LONGEST_TITLE
        and words <= _MOST_WORDS
        and (words > 1 or ord(line[0]) > 0x2E80)
        and not line[0].islower()
        and not _ENDS.search(line)
        and not is_stamp(line, page)
        and len(following) >= max(_LEAST_BODY, 1.5 * len(line)) * (0.5 if ord(following[0]) > 0x2E80 else 1)
    )


def _first_sentence(text: str) -> str:
    match = _SENTENCE.match(text)
    sentence = match.group() if match else text
    if len(sentence) <= _LONGEST_TITLE:
        return sentence.rstrip(".")
    return sentence[:_LONGEST_TITLE].rsplit(" ", 1)[0].rstrip(",;:") + "…"
