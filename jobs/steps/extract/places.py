"""Names the towns and camps that a text sets its events in."""

import re
from collections.abc import Sequence

from jobs.steps.extract.blocks import Block
from jobs.steps.lexicon import country_of, country_spoken_of, is_place

_PLACE = re.compile(
    r"\b(?P<link>in|to|near|at|from|through|of)\s+(?P<name>[A-Z][\w’'-]+(?:\s+[A-Z][\w’'-]+){0,2}),\s+(?P<in>[A-Z][\w’'-]+(?:\s+[A-Z][\w’'-]+){0,2})|\b(?P<camp>(?:[Cc]amp|Kwan-?li-?so)\s+(?:[Nn]o\.?\s?)?\d{1,3})\b|(?P<city>[A-Z][a-z]+),\s+a\s+(?:\w+\s+){0,3}(?:city|town|village)\b"
)
_MOVED = re.compile(
    r"\b(?:moved|transferred|taken|sent|deported|returned)\s+(?:\w+\s+){0,3}to\s+(?P<name>[A-Z][a-z]+)(?=,)"
)
_MONTH = re.compile(
    r"^(?:January|February|March|April|May|June|July|August|September|October|November|December|"
    r"Article|Resolution)\b"
)


def places(blocks: list[Block], signatories: Sequence[str] = ()) -> tuple[str, ...]:
    """Towns and camps in the order of their first mention, at most twenty.

    What is part of a signatory's name is no place of an event.
    """
    found: dict[str, None] = {}
    for block in blocks:
        if "," not in block.text and "amp" not in block.text and "wan" not in block.text:
            continue
        signed = [name for name in signatories if name in block.text]
        for match in (*_PLACE.finditer(block.text), *_MOVED.finditer(block.text)):
            groups = match.groupdict()
            name = groups.get("name") or groups.get("camp") or groups.get("city")
            if name and _is_set(groups, name) and not any(name in one for one in signed):
                found.setdefault(name)
    return tuple(found)[:20]


def _is_set(groups: dict[str, str | None], name: str) -> bool:
    """Whether a town is named: as one that is known, or beside the country or region that it lies in.

    "Tomas Roe, Special Rapporteur" is none, nor "the Ministry of Justice, Korea", nor "France, Korea".
    """
    if groups.get("camp"):
        return True
    if _MONTH.match(name) or country_spoken_of(name):
        return False
    if groups.get("city") or is_place(name):
        return True
    within = groups.get("in")
    if not within or groups.get("link") == "of":
        return False
    return is_place(within) or (country_of(within) is not None and country_spoken_of(within) is not None)
