"""Finds those in danger whom a text names with their ages: in a row, in the items of a list, or one alone."""

import re
from collections.abc import Callable

from jobs.steps.extract.blocks import Block
from jobs.steps.extract.person_numbers import candidates

_AGED = re.compile(
    r"[^\W\d]\s?(?:さん|氏|师|師|씨)?\s?[（(]\s?[1-9]\d\s?(?:歳|岁|歲|세|살|عاما|عاماً|سنة)?\s?[）)]"
)
"""A name with its age."""
_LISTED = 60  # items of a list of names


def listed_with_ages(blocks: list[Block], dangerous: Callable[[str], bool]) -> int:
    """How many are listed by name and age, in a sentence that tells of danger or in the items under it."""
    most = 0
    for at, block in enumerate(blocks):
        if not dangerous(block.text):
            continue
        inline = len(_AGED.findall(block.text))
        items = 0
        for item in blocks[at + 1 : at + _LISTED]:
            if not (item.marker and _AGED.search(item.text)):
                break
            items += 1
        most = max(most, inline, items)
    return most if most > 1 else 0


def one_with_age(title: str, blocks: list[Block], dangerous: Callable[[str], bool]) -> int:
    """1 where one person, named with his age where danger is told, is named in the title or again."""
    text = "\n".join(block.text for block in blocks)
    for block in blocks[:_READ]:
        if (somebody := _AGED_SOMEBODY.search(block.text)) and dangerous(block.text):
            again = text.count(somebody["who"]) > 1
            return int(again and not candidates(block.text, ""))
        found = _AGED_NAME.search(block.text)
        if found and dangerous(block.text):
            name = found["name"][-_NAME_END:]
            return int(name in title or text.count(name) > 1)
    return 0


def told_with_ages(
    lines: list[str], dangerous: Callable[[str], bool], left_out: Callable[[str], bool]
) -> int:
    """How many the lead names with their ages, each in a sentence of danger; 0 where none."""
    names: set[str] = set()
    for line in lines[:_LEAD]:
        if not _DIGIT.search(line) or not dangerous(line) or left_out(line) or _SPEAKING.search(line):
            continue
        found = [match["name"] or match["east"] for match in _ONE.finditer(line)]
        found = found or [match.group() for match in _SOMEBODY_AGED.finditer(line)]
        names.update(name[-_NAME_END:] for name in found)
    return len(names)


_DIGIT = re.compile(r"\d")
_LEAD = 25  # sentences
_SPEAKING = re.compile(r"\b(?:said|says|told|déclar\w+|dijo|afirm\w+|сказал\w*|заявил\w*)\b")
_UPPER = "A-ZÀ-ÖØ-ÞĀĂĆČĎĐĒĖĘĚĞĢĪĮİĶĽŁŃŅŇŐŒŘŚŞŠŢŤŪŮŰŲŹŻŽƠƯА-ЯЁẠ-Ỹ"
_ONE = re.compile(
    rf"(?P<name>[{_UPPER}][\w’'-]+(?:\s+(?:[{_UPPER}][\w’'-]*\.?|al-\w+|bin|van|de|von|da|ibn|bint)){{1,4}})"
    r"(?:,\s(?:(?:now|also)\s)?(?:aged?\s|de\s|âgée?\sde\s)?|\s\((?:aged?\s)?)[1-9]\d"
    r"(?:-year-old|\s(?:years\sold|ans|años|лет|года?))?(?:\sde\sedad)?"
    r"(?=[,)]|\s(?:is|was|has|who|est|a|fue|ha)\b)|"
    r"(?P<east>[가-힣]{2,5}\s?(?:씨|군|양|목사|기자)?|[\u30a0-\u30ff\u4e00-\u9fff・]{2,12}(?:さん|氏|先生|女士)?)"
    r"\s?[（(]\s?(?:남|여|男|女)?[,、，]?\s?[1-9]\d\s?(?:歳|岁|歲|세|살)?\s?[）)]"
)
"""A full name with an age behind it."""
_SOMEBODY_AGED = re.compile(
    r"\b(?:[Aa]n?|[Tt]he|[Oo]ne)\s\d{1,2}-year-old\s(?:[a-z-]+\s)?"
    r"(?:boy|girl|man|woman|[a-z]+er|[a-z]+ist|student|pupil)\b"
)


_READ = 15  # blocks: the lead of a document
_NAME_END = 4
_AGED_SOMEBODY = re.compile(
    r"(?P<who>(?:男性|女性|男子|女子|남성|여성|少年|少女)|\b(?:man|woman|boy|girl))\s?[（(]\s?(?:[1-9]\d|[二三四五六七八九]?十[一二三四五六七八九]?)\s?(?:歳|岁|歲|세|살)?\s?[)）]"
)
"""One person told by age alone."""
_AGED_NAME = re.compile(
    r"(?P<name>[^\W\d]{2,20}?)\s?(?:さん|氏|师|師|씨|先生|女士|牧師|牧师|목사|律师|律師)?\s?[（(]\s?[1-9]\d\s?(?:歳|岁|歲|세|살)?\s?[）)、,，]"
)
