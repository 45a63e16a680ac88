"""Words that are no names: those that a text uses in lower case, and those of a language."""

import re
from collections.abc import Callable
from functools import cache, lru_cache, partial

from jobs.steps.classify.cues import LANGUAGES
from jobs.steps.lexicon.tables import table
from jobs.steps.lexicon.tokens import fold, words_of
from jobs.steps.link.sounds import data


class _Common:
    """The words of one language's tables: common words, which no name is made of."""

    def __init__(self, language: str) -> None:
        cues = " ".join(table(f"cues_{language}").values()) if language in LANGUAGES else ""
        told = [cues, *data("common").get(language, {}).values()]
        told += [row["words"] for row in (table("languages").get(language),) if row]
        if language == _ANY:
            told.append(table("numbers")["no_names"])
        self._words = {word for line in told for word in words_of(line)}
        stems: dict[str, list[str]] = {}
        for stem in set(re.findall(r"([^\s,*]{3,40})\*", fold(cues))):
            stems.setdefault(stem[:3], []).append(stem)
        self._stems = {begun: tuple(found) for begun, found in stems.items()}
        """Of words that may have any ending, by their first three letters."""

    def holds(self, word: str) -> bool:
        """Whether a folded word is common."""
        if word in self._words:
            return True
        stems = self._stems.get(word[:3], ())
        return word.startswith(stems) and any(
            len(word) - len(stem) <= _ENDING for stem in stems if word.startswith(stem)
        )


_ENDING = 5
"""Letters of an ending, at most: Pushkevich is no form of "push"."""


_ANY = "any"


@cache
def _common(language: str) -> _Common:
    return _Common(language)


def common_words(language: str = "ar") -> Callable[[str], bool]:
    """Whether a folded word is common in a language (ISO 639-1), or in English."""
    return partial(_is_common, language)


@lru_cache(maxsize=16_384)
def _is_common(language: str, word: str) -> bool:
    return any(_common(code).holds(word) for code in (_ANY, "en", language))
