"""Reads whole numbers from digits and from the words of `numbers.toml`, by language."""

import re
import unicodedata
from functools import cache

from jobs.steps.extract.data import table

_FILE = "numbers.toml"
_HAN = {char: value for value, char in enumerate("〇一二三四五六七八九")} | {"零": 0, "两": 2, "兩": 2}
_HAN_UNITS = {"十": 10, "百": 100}
_DIGITS = r"\d{1,3}(?:,\d{3})+|\d{1,6}"
HAN_NUMBER = r"(?:\d{1,6}|[一二三四五六七八九十百两兩][一二三四五六七八九十百零〇两兩]{0,5})"
"""A number before a Chinese or Japanese counter."""


@cache
def _values(language: str) -> dict[str, int]:
    pairs = (pair.split("=") for pair in table(_FILE)[language]["words"].split())
    return {word: int(value) for word, value in pairs}


@cache
def _every() -> dict[str, int]:
    """The words of all languages; none means two numbers."""
    return {word: value for language in table(_FILE) for word, value in _values(language).items()}


@cache
def number_of(language: str) -> str:
    """An expression of the numbers of a language, in digits or words; English where there is no table."""
    if language in {"ja", "zh"}:
        return HAN_NUMBER
    rows = table(_FILE).get(language) or table(_FILE)["en"]
    listed = sorted(_values(language if language in table(_FILE) else "en"), key=len, reverse=True)
    words = "|".join([*listed, "einund"] if language == "de" else listed)
    more = r"(?:[-\s]hundred)?|a dozen" if rows is table(_FILE)["en"] else ""
    return rf"(?:{_DIGITS}|(?:{words})(?:{rows['joints']}(?:{words}))?{more})"


NUMBER = number_of("en")


def number(text: str) -> int | None:
    """The value of "1,200", "twenty-three", "soixante-quatre", "다섯" or "十二"; None for anything else."""
    cleaned = unicodedata.normalize("NFKC", text).strip().lower().replace(",", "")
    if cleaned.isdecimal():
        return int(cleaned)
    if cleaned == "a dozen":
        return 12
    if cleaned and all(char in _HAN or char in _HAN_UNITS for char in cleaned):
        return _han(cleaned)
    return _summed(cleaned)


def _han(text: str) -> int:
    total, last = 0, 0
    for char in text:
        if char in _HAN_UNITS:
            total, last = total + (last or 1) * _HAN_UNITS[char], 0
        else:
            last = last * 10 + _HAN[char]
    return total + last


def _summed(text: str) -> int | None:
    """Words added up: "quatre-vingt" and "three hundred" multiply what stands before them."""
    values, total, hundred = _every(), 0, False
    for part in re.split(r"[-\s]+(?:و(?=\w{4}))?", text):
        if part in {"et", "y", "and", "e"}:
            continue
        if part in {"vingt", "vingts"} and total == 4:
            total = 80
        elif part in values:
            total += values[part]
        elif part == "hundred" and total and not hundred:
            total, hundred = total * 100, True
        elif (glued := _glued(part, values)) is not None:
            total += glued
        else:
            return None
    return total


def _glued(part: str, values: dict[str, int]) -> int | None:
    """Tens and ones written together: 스물세, 열두, dreiundzwanzig."""
    ones, mark, tens = part.partition("und")
    if mark and ones in values and tens in values:
        return values[ones] + values[tens]
    if part.startswith("einund"):
        return values[part[6:]] + 1 if part[6:] in values else None
    for size in (2, 1):
        if part[:size] in values and part[size:] in values:
            return values[part[:size]] + values[part[size:]]
    return None
