"""Reads how old persons are said to be: two of one name and of different ages are two."""

import re

_BEFORE = re.compile(
    r"(?:\baged?|\bâgée?s? de|\bв возрасте|البالغ من العمر|يبلغ من العمر)\s(\d{1,2})(?=[\s,;.)]|$)",
    re.IGNORECASE,
)
_BARE = re.compile(  # each way begins with what is quickly found
    r"\((?:(?<=[\w.]\()|(?<=[\w.]\s\())(\d{1,2})[),]|,(?<=\w,)\s(\d{1,2})(?:,|\)|\s(?:ans|años|лет|года?)\b)|"
    r"(\d{1,2})\s(?:عاما|سنة)\)"
)
_AFTER = re.compile(
    r"(\d{1,2})(?:-year-old|[- ]years[- ]old| ?세(?![가-힣]{2})| ?岁| ?歲| ?歳|-летн|\sans,|\saños,|\sлет,)"
)
_WORDS_BEFORE = ("age", "âg", "возраст", "العمر")
_WORDS_AFTER = ("year", "세", "岁", "歲", "歳", "-летн", "ans,", "años,", "лет,")
_PERSON = range(1, 100)


def ages_in(text: str) -> frozenset[int]:
    """The ages, in years, that a text tells in figures. Never raises."""
    lowered = text.lower()
    patterns = [_BARE]
    if any(word in lowered for word in _WORDS_BEFORE):
        patterns.append(_BEFORE)
    if any(word in text for word in _WORDS_AFTER):
        patterns.append(_AFTER)
    found = {
        int(next(group for group in match.groups() if group))
        for pattern in patterns
        for match in pattern.finditer(text)
    }
    return frozenset(age for age in found if age in _PERSON)
