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
_ENDS = " .,;«»"
_PART = re.compile(r"\{([a-z]+)\}")
_WELL_KNOWN = re.compile(
    r"(?i:embassy|consulate|ambassade|embajada|посольств|سفارة|대사관|영사관|大使館|大使馆|領事館|领事馆)"
)
_PUBLIC = re.compile(
    r"(?:[A-ZÀ-Þ][\w’'-]*\s+){1,5}Hospital\b|(?:UN|UNRWA|UNICEF)\s+(?:[A-Z][\w’'-]*\s+){0,4}School\b"
    r"|(?:hôpital|hospital)\s|مستشفى\s"
)
"""Where many seek shelter from attack, by its name: everybody knows it. Behind it is another place."""


def hiding_places(lines: list[str]) -> list[Sensitive]:
    """What these sentences tell exactly of a place where people hide, or of their way.

    The place, and by its own name alone, as it is called elsewhere.
    """
    found: list[Sensitive] = []
    for line, before in zip(lines, ("", *lines), strict=False):
        if not (_tells_of_hiding(line) or (_tells_of_hiding(before) and _goes_on(line))):
            continue
        for match in _exact(line):
            words, own = match.group().strip(_ENDS), (match.groupdict().get("own") or "").strip(_ENDS)
            found += [Sensitive(Concern.HIDING, one, line) for one in dict.fromkeys((words, own)) if one]
    return found


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


def _goes_on(line: str) -> bool:
    """Whether it speaks of those who hide, as the sentence before it did, and gives nobody else's address."""
    lowered = line.lower()
    others = holds(_FILE, "contact", lowered) or holds(_FILE, "found_there", lowered)
    return holds(_FILE, "refers", lowered) and not others


def _exact(line: str) -> Iterator[re.Match[str]]:
    """The exact places of a sentence, the longest first, none inside another; no embassies, no shelters."""
    found = [match for expression in _patterns() for match in expression.finditer(line)]
    taken: list[tuple[int, int]] = []
    for match in sorted(found, key=lambda one: one.start() - one.end()):
        apart = all(match.end() <= start or match.start() >= end for start, end in taken)
        if apart and not _WELL_KNOWN.search(match.group()):
            taken.append(match.span())
            if not _PUBLIC.match(match.group()):
                yield match
