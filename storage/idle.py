"""The words that a question may do without."""

import re
from functools import cache
from importlib.resources import files

from storage.terms import plain


def is_idle(word: str) -> bool:
    """Whether a question may do without the word."""
    return plain(word).strip("?!.,;:؟？！。、'\"¿¡") in _idle()


def without_idle(text: str) -> str:
    """A Chinese or Japanese question, cut where phrases stand that it may do without."""
    return _idle_phrases().sub(" ", text)


@cache
def _idle() -> frozenset[str]:
    return frozenset(plain(word) for words in _lines().values() for word in words)


@cache
def _idle_phrases() -> re.Pattern[str]:
    found = [word for language in ("zh", "ja") for word in _lines()[language]]
    return re.compile("|".join(sorted(found, key=len, reverse=True)))


def _lines() -> dict[str, list[str]]:
    """The words by their language."""
    lines = files("storage").joinpath("stopwords.txt").read_text(encoding="utf-8").splitlines()
    return {line.split()[0]: line.split()[1:] for line in lines if line and not line.startswith("#")}
