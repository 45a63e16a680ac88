"""Finds where a text tells exactly in which place people hide, or by which way they flee.

Exact is what leads to a door: a street and a number, coordinates, a village, a building with a name, the
road that is taken. A town or a country is not. Where people were found already, nothing is given away.
"""

import re
from collections.abc import Iterator
from functools import cache

from jobs.steps.extract.data import holds, table
from jobs.steps.sensitive.finding import Sensitive
from storage.words import Concern

_FILE = "sensitive.toml"
_PART = re.compile(r"\{([a-z]+)\}")
_WELL_KNOWN = re.compile(
    r"(?i:embassy|consulate|ambassade|embajada|посольств|سفارة|대사관|영사관|大使館|大使馆|領事館|领事馆)"
)


def hiding_places(lines: list[str]) -> list[Sensitive]:
    """What these sentences tell exactly of a place where people hide, or of their way."""
    return [
        Sensitive(Concern.HIDING, match.group().strip(" .,;"), line)
        for line in lines
        if _tells_of_hiding(line)
        for match in _exact(line)
    ]


@cache
def _patterns() -> tuple[re.Pattern[str], ...]:
    """What exact places look like, with the names of their parts filled in."""
    parts: dict[str, str] = table(_FILE)["parts"]

    def filled(pattern: str) -> str:
        return _PART.sub(lambda part: filled(parts[part[1]]), pattern)

    return tuple(re.compile(filled(pattern)) for pattern in table(_FILE)["exact"])


def _tells_of_hiding(line: str) -> bool:
    lowered = line.lower()
    return holds(_FILE, "hiding", lowered) and not holds(_FILE, "found_there", lowered)


def _exact(line: str) -> Iterator[re.Match[str]]:
    """The exact places of a sentence, the longest first and none inside another; no embassies."""
    found = [match for expression in _patterns() for match in expression.finditer(line)]
    taken: list[tuple[int, int]] = []
    for match in sorted(found, key=lambda one: one.start() - one.end()):
        apart = all(match.end() <= start or match.start() >= end for start, end in taken)
        if apart and not _WELL_KNOWN.search(match.group()):
            taken.append(match.span())
            yield match
