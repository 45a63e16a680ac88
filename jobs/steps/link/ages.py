"""Reads how old persons are said to be: two of one name and of different ages are two."""

import re

_BEFORE = re.compile(
    r"(?:\baged?|\bâgée?s? de|\bв возрасте|البالغ من العمر|يبلغ من العمر)\s(\d{1,2})(?=[\s,;.)]|$)",
    re.IGNORECASE,
)
_BARE = re.compile(
    r"(?<=[\w.])\s?\((\d{1,2})[),]|(?<=\w),\s(\d{1,2})(?:,|\)|\s(?:ans|años|лет|года?)\b)|(\d{1,2})\s(?:عاما|سنة)\)"
)
_AFTER = re.compile(
    r"(\d{1,2})(?:-year-old|[- ]years[- ]old| ?세(?![가-힣]{2})| ?岁| ?歲| ?歳|-летн|\sans,|\saños,|\sлет,)"
)
_PERSON = range(1, 100)


def ages_in(text: str) -> frozenset[int]:
    """The ages, in years, that a text tells in figures. Never raises."""
    found: set[int] = set()
    for pattern in (_BEFORE, _BARE, _AFTER):
        for match in pattern.finditer(text):
            found.add(int(next(group for group in match.groups() if group)))
    found |= {
        int(match.group(1))
        for match in _BEFORE.finditer(text)
        if match.group().lower().startswith(("age", "âg", "в", "ا", "ي"))
    }
    return frozenset(age for age in found if age in _PERSON)
