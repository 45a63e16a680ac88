"""Finds what a text is called when its publisher does not say."""

import re

from jobs.steps.extract.blocks import Block
from jobs.steps.extract.data import pattern
from jobs.steps.extract.dates import dates_in

_LONGEST = 200  # characters
_CODE = re.compile(
    r"^[\w./():-]{3,40}$|^(?:UA|Index|AI Index|Ref|Distr|"
    r"Further information)\b[.: ]",
    re.IGNORECASE,
)


def titled(blocks: list[Block]) -> str:
    """The first line that can be a title: no code, date or masthead; the first line where none can."""
    for block in blocks[:10]:
        text = block.text
        words = text.split()
        if (
            block.marker
            or len(text) > _LONGEST
            or len(words) < 3
            or _CODE.match(text)
            or pattern("listing.toml", "masthead").fullmatch(text.rstrip(" .:!"))
        ):
            continue
        if (found := dates_in(text)) and found[0].end - found[0].start > len(text) - 8:
            continue
        if (
            text.endswith(":")
            or text.startswith("To ")
            or (all(re.fullmatch(r"[A-Z\d/.:()-]+", word) for word in words) and re.search(r"\d", text))
        ):
            continue
        if pattern("listing.toml", "chrome").fullmatch(text):
            continue
        return text
    return blocks[0].text[:_LONGEST] if blocks else ""
