"""Reads whole numbers from digits and from English words."""

import re

_SMALL = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
    "seventeen eighteen nineteen"
)
_UNITS = {word: value for value, word in enumerate(re.findall(r"\w+", _SMALL))}
_TENS = {
    word: 10 * value
    for value, word in enumerate(
        re.findall(r"\w+", "twenty thirty forty fifty sixty seventy eighty ninety"), 2
    )
}
_NATIVE = {
    "한": 1,
    "두": 2,
    "세": 3,
    "네": 4,
    "다섯": 5,
    "여섯": 6,
    "일곱": 7,
    "여덟": 8,
    "아홉": 9,
    "열": 10,
}
_WORD = "|".join(sorted([*_UNITS, *_TENS], key=len, reverse=True))
NUMBER = rf"(?:\d{{1,3}}(?:,\d{{3}})+|\d{{1,6}}|(?:(?:{_WORD})[-\s]?){{1,2}}(?:hundred)?|a dozen)"


def number(text: str) -> int | None:
    """The value of "69", "1,200", "seven" or "twenty-three"; None for anything else."""
    cleaned = text.strip().lower().replace(",", "")
    if cleaned.isdigit():
        return int(cleaned)
    if cleaned in _NATIVE:
        return _NATIVE[cleaned]
    if cleaned == "a dozen":
        return 12
    total, hundred = 0, False
    for part in re.split(r"[-\s]+", cleaned):
        if part in _UNITS:
            total += _UNITS[part]
        elif part in _TENS:
            total += _TENS[part]
        elif part == "hundred" and total and not hundred:
            total, hundred = total * 100, True
        else:
            return None
    return total
