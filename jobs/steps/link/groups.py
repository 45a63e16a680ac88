"""Reads how many organisations speak together: a joint letter tells it in every language."""

import re
from functools import cache

from jobs.steps.lexicon.tokens import Tokens, fold
from jobs.steps.link.counts import korean_number, number_at, number_words, spelled_han
from jobs.steps.link.sounds import data

_FAR = 3
"""Words that may stand between a number and the word for organisations: "31 human rights groups"."""
_MOST = 2_000


def organisations_counted(tokens: Tokens, language: str) -> frozenset[int]:
    """The numbers of organisations, two or more, that a cut text tells, in figures or in words."""
    if language in {"ko", "ja", "zh"}:
        found = (_east_asian(match, language) for match in _counter(language).finditer(tokens.text))
        return frozenset(number for number in found if 1 < number <= _MOST)
    nouns = _nouns(language)
    at_nouns = [at for at, word in enumerate(tokens.words) if word.startswith(nouns)]
    if not at_nouns:
        return frozenset()
    words = number_words(language)
    told: set[int] = set()
    for noun in at_nouns:
        for at in range(max(0, noun - _FAR - 4), noun):
            if not words.starts(tokens.words[at]) or tokens.sentences[at] != tokens.sentences[noun]:
                continue
            number, after = number_at(tokens, at, words)
            if after <= noun <= after + _FAR:
                if 1 < number <= _MOST:
                    told.add(number)
                break
    return frozenset(told)


def _east_asian(match: re.Match[str], language: str) -> int:
    digits, spelled = match.groups()
    if digits:
        return int(digits)
    return korean_number(spelled) if language == "ko" else spelled_han(spelled)


@cache
def _counter(language: str) -> re.Pattern[str]:
    row = data("counts")["organisations"]
    number = "[가-힣]{1,3}" if language == "ko" else "[一二三四五六七八九十百两兩]{1,4}"
    return re.compile(rf"(?:(\d{{1,4}})|({number})) ?(?:여|餘|余|多)? ?{row[language]}")


@cache
def _nouns(language: str) -> tuple[str, ...]:
    row = data("counts")["organisations"]
    line = ",".join({row["en"], row.get(language, row["en"])})
    return tuple(fold(word.strip()) for word in line.split(","))
