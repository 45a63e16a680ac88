"""Leaves out the sections of a page that are no words of its matter: background, comments, links to more."""

import re

from jobs.steps.extract.blocks import Block
from jobs.steps.extract.data import pattern

_FILE = "sections.toml"
_LABEL = re.compile(
    r"[A-Z][A-Z ]{6,40}:|(?:Recommended|Requested) action|Please (?:send|write)|"
    r"Actions? requested"
)
_LONGEST = 60  # characters of a heading
_HEAD = 3
"""Blocks at the top of a page that are its name and menu."""


def page(blocks: list[Block]) -> list[Block]:
    """The blocks of a page without its menu above and its links to share or to read on below.

    A menu are four or more short lines in a row before the first long one, and lines of links between bars
    or arrows; what stands below begins with a heading of `tail` in the second half.
    """
    first = next((at for at, block in enumerate(blocks[:_MENU]) if _wordy(block)), 0)
    kept = blocks
    if first >= _SHORT_LINES:
        kept = [*(block for block in blocks[:first] if _said(block)), *blocks[first:]]
    half = sum(len(block.text) for block in kept) * 0.4
    told = 0
    for at, block in enumerate(kept):
        if told > half and (heading := _heading(block)) and pattern(_FILE, "tail").fullmatch(heading):
            return kept[:at]
        told += len(block.text)
    return kept


def _wordy(block: Block) -> bool:
    """Whether a line is longer than those of menus."""
    if pattern(_FILE, "trail").search(block.text):
        return False
    return len(block.text.split()) > _WORDS or len(_WIDE.findall(block.text)) > _SIGNS


def _said(block: Block) -> bool:
    """Whether a short line at the head tells something of the document: a date, a code, whom it is for."""
    if pattern(_FILE, "trail").search(block.text):
        return False
    return block.counts or pattern(_FILE, "head").search(block.text) is not None


_MENU = 40  # blocks
_SHORT_LINES = 4
_WORDS = 4
_SIGNS = 11
_WIDE = re.compile(r"[\u3040-\u9fff\uac00-\ud7af]")


def own(blocks: list[Block]) -> list[Block]:
    """The blocks in which the document tells and asks, in order.

    A section of background is left out up to the next heading that asks or is set in capitals; from the
    first heading of comments or of links to other pages on nothing is kept.
    """
    found: list[Block] = []
    skipping = False
    opening, told = sum(len(block.text) for block in blocks) * _OPENING, 0
    for index, block in enumerate(blocks):
        told += len(block.text)
        heading = _heading(block)
        if heading and index > _HEAD:
            if pattern(_FILE, "tail").fullmatch(heading):
                break
            if pattern(_FILE, "background").fullmatch(heading):
                # Where it comes before the matter is told, it is the matter.
                skipping = told > opening
                continue
            if pattern(_FILE, "action").fullmatch(heading) or (heading.isupper() and len(heading) > 4):
                skipping = False
        if skipping and (_LABEL.match(block.text) or _new(block) or _asks(block)):
            skipping = False
        if not skipping:
            found.append(block)
    return found


def _new(block: Block) -> bool:
    """Whether a line looks like the heading of a new section: short, set apart, without an end."""
    text = block.text
    return (
        block.gap
        and not block.counts
        and len(text) < _LONGEST
        and len(text.split()) <= _HEADED
        and text[-1] not in ".,;!?。،؛"
        and (not text.isascii() or text[0].isupper())
    )


def _asks(block: Block) -> bool:
    """Whether the issuer asks for something here: that is no background."""
    return pattern(_FILE, "asks").search(block.text) is not None


_OPENING = 0.3
"""Share of a text in which a section of background tells the case itself."""
_HEADED = 8  # words of a heading


def _heading(block: Block) -> str:
    text = block.text
    return text.rstrip(" :：.-") if len(text) < _LONGEST else ""
