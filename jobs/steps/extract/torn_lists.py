"""Puts lists of names together again that the edges of pages and the width of lines have torn."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator

from jobs.steps.extract.blocks import Block
from jobs.steps.extract.namelists import LABELLED


def without_running_heads(blocks: list[Block]) -> Iterator[Block]:
    """The blocks without the lines that stand on every printed page, but for its number."""
    forms: dict[str, set[str]] = defaultdict(set)
    often: Counter[str] = Counter()
    for block in blocks:
        if len(block.text) < _RUNNING and block.counts and not block.marker:
            forms[_form(block.text)].add(block.text)
            often[block.text] += 1
    for block in blocks:
        again = len(forms.get(_form(block.text), ())) > 1 or often[block.text] >= _PAGES
        running = again and len(block.text) > 8 and not block.marker
        if not running and not _PAGE.fullmatch(block.text):
            yield block


_PAGES = 3  # of which a line stands on each
_RUNNING = 110  # characters of a running head
_PAGE = re.compile(
    r"\W*(?:page|página|p\.|стр\w*\.?|seite)\s*\d+(?:\s*(?:of|de|sur|/|из|von)\s*\d+)?\W*", re.IGNORECASE
)


def joined(blocks: Iterable[Block]) -> Iterator[Block]:
    """The blocks with rows of names that were broken at a width as one: no name ends within parentheses."""
    last: Block | None = None
    for printed in blocks:
        block = _unbarred(printed)
        if last is not None and _goes_over(last, block):
            last = Block(f"{last.text} {block.text}", last.marker, last.gap)
            continue
        if last is not None:
            yield last
        last = block
    if last is not None:
        yield last


def _unbarred(block: Block) -> Block:
    """A row of a table in Markdown without the bars at its ends, and a bold line without its asterisks."""
    if block.marker == "**" and block.text.endswith("**"):
        return Block(block.text.strip("* "), "", block.gap)
    if not (block.text.startswith("|") and block.text.endswith("|") and len(block.text) > _BARS):
        return block
    return Block(block.text.strip("| "), block.marker, block.gap)


_BARS = 5  # characters of a row with something in it


def _goes_over(last: Block, block: Block) -> bool:
    """Whether a row of names goes on in the next line, or behind the edge of a page."""
    if block.marker or LABELLED.match(block.text) or len(last.text) < _BROKEN or last.text[-1] in ".:!?。":
        return False
    if not (last.text.count("), ") > 1 or last.text.count("; ") > 1):
        return False
    within = last.text.rfind("(") > last.text.rfind(")")
    return (within and block.text.find(")") < _INSIDE) or not block.gap


_BROKEN, _INSIDE = 70, 60  # characters of a line that was broken; of what may stand within parentheses


def _form(text: str) -> str:
    return re.sub(r"\d+", "#", text.lower())
