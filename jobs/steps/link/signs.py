"""Finds in one pass all phrases that tell of an event: concepts, bodies, days, two persons at once."""

from collections.abc import Iterator
from functools import cache
from typing import Any

from jobs.steps.lexicon.cldr import said
from jobs.steps.lexicon.phrases import Phrases
from jobs.steps.lexicon.tokens import Tokens, fold
from jobs.steps.link.sounds import data

_LOCALES = ("en", "fr", "es", "ru", "ar", "ko", "ja", "zh")


def signs_in(tokens: Tokens, sort: str) -> list[Any]:
    """What the phrases of one sort stand for, wherever a cut text holds one.

    `concept`: its name; `body`: its name; `relative`: days from the day of publication; `weekday`: its number
    (Monday is 0); `pair xx`: True, for two persons at once in that language.
    """
    return tokens.once(signs_in, _by_sort).get(sort, [])


def counts_pairs(language: str) -> bool:
    """Whether a language has words of its own for two persons at once."""
    return language in data("counts")["pairs"]


def _by_sort(tokens: Tokens) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    for hit in _phrases().find(tokens):
        sort, value = hit.value
        found.setdefault(sort, []).append(value)
    return found


@cache
def _phrases() -> Phrases[tuple[str, Any]]:
    return Phrases((phrase, value) for phrase, value in _all() if phrase)


def _all() -> Iterator[tuple[str, tuple[str, Any]]]:
    for group in data("concepts").values():
        for name, line in group.items():
            yield from ((phrase.strip(), ("concept", name.replace("_", " "))) for phrase in line.split("/"))
    for name, line in data("bodies")["bodies"].items():
        yield from ((form, ("body", name)) for form in line.split("/"))
    for days, line in data("days")["relative"].items():
        yield from ((phrase, ("relative", int(days))) for phrase in line.split("/"))
    for language, line in data("counts")["pairs"].items():
        yield from ((phrase.strip(), (f"pair {language}", True)) for phrase in line.split(","))
    yield from ((phrase, ("weekday", number)) for phrase, number in _weekdays().items())


def _weekdays() -> dict[str, int]:
    names: dict[str, int] = {}
    for code in _LOCALES:
        days = said(code).days
        for form in ("format", "stand-alone"):
            for number, name in days[form]["wide"].items():
                names.setdefault(fold(name), number)
    names |= {"среду": 2, "пятницу": 4, "субботу": 5}
    for week in ("周", "礼拜"):
        names |= {week + char: number for number, char in enumerate("一二三四五六日")}
    return names
