"""Names the towns and camps that a text sets its events in."""

import re

from jobs.steps.extract.blocks import Block

_PLACE = re.compile(
    r"\b(?:in|to|near|at|from|through|"
    r"of)\s+(?P<name>[A-Z][\w’'-]+(?:\s+[A-Z][\w’'-]+){0,2}),\s+(?P<in>[A-Z][\w’'-]+(?:\s+[A-Z][\w’'-]+){0,2})|\b(?P<camp>(?:[Cc]amp|Kwan-?li-?so)\s+(?:[Nn]o\.?\s?)?\d{1,3})\b|(?P<city>[A-Z][a-z]+),\s+a\s+(?:\w+\s+){0,3}(?:city|town|village)\b"
)
_MOVED = re.compile(
    r"\b(?:moved|transferred|taken|sent|deported|returned)\s+(?:\w+\s+){0,3}to\s+(?P<name>[A-Z][a-z]+)(?=,)"
)
_MONTH = re.compile(
    r"^(?:January|February|March|April|May|June|July|August|September|October|November|December|"
    r"Article|Resolution)\b"
)


def places(blocks: list[Block]) -> tuple[str, ...]:
    """Towns and camps in the order of their first mention, at most twenty."""
    found: dict[str, None] = {}
    for block in blocks:
        if "," not in block.text and "amp" not in block.text and "wan" not in block.text:
            continue
        for match in (*_PLACE.finditer(block.text), *_MOVED.finditer(block.text)):
            groups = match.groupdict()
            name = groups.get("name") or groups.get("camp") or groups.get("city")
            if name and not _MONTH.match(name):
                found.setdefault(name)
    return tuple(found)[:20]
