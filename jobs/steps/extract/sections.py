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


def own(blocks: list[Block]) -> list[Block]:
    """The blocks in which the document tells and asks, in order.

    A section of background is left out up to the next heading that asks or is set in capitals; from the
    first heading of comments or of links to other pages on nothing is kept.
    """
    found: list[Block] = []
    skipping = False
    for index, block in enumerate(blocks):
        heading = _heading(block)
        if heading and index > _HEAD:
            if pattern(_FILE, "tail").fullmatch(heading):
                break
            if pattern(_FILE, "background").fullmatch(heading):
                skipping = True
                continue
            if pattern(_FILE, "action").fullmatch(heading) or (heading.isupper() and len(heading) > 4):
                skipping = False
        if skipping and _LABEL.match(block.text):
            skipping = False
        if not skipping:
            found.append(block)
    return found


def _heading(block: Block) -> str:
    text = block.text
    return text.rstrip(" :：.-") if len(text) < _LONGEST else ""
