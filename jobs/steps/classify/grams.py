"""The words of a text and their neighbours, as the learnt weights name them (`lexicon/words.tsv`).

A gram is a folded word, or two that follow each other; in Korean, Chinese and Japanese, where a token
is a character, up to three. A long word is also known by how it begins (`depor*`), whatever its ending.
Numbers are known by their length alone (`#4`). What stands in the title is named once more, as
`title:gram`: a headline says in three words what a text does.
"""

from collections.abc import Iterator
from itertools import pairwise

from jobs.steps.lexicon.tokens import Tokens

_FIRST_CJK = "\u3000"
_TITLE = "title:"
_STEM = 5
"""Letters that stand for a longer word; what follows them is its ending."""


def grams(tokens: Tokens, title_end: int) -> dict[str, tuple[int, int]]:
    """Each gram once, with the first and the last token of where it stands first.

    `title_end` is the length of the title, with which the text begins.
    """
    words = [f"#{len(word)}" if word.isdecimal() else word for word in tokens.words]
    titled = sum(start < title_end for start in tokens.starts)
    found: dict[str, tuple[int, int]] = {}
    for name, first, last in _all(words):
        found.setdefault(name, (first, last))
    for at, word in enumerate(words):
        if len(word) > _STEM:
            found.setdefault(f"{word[:_STEM]}*", (at, at))
    for name, first, last in _all(words[:titled]):
        found.setdefault(_TITLE + name, (first, last))
    return found


def _all(words: list[str]) -> Iterator[tuple[str, int, int]]:
    for at, word in enumerate(words):
        yield word, at, at
    for at, (one, two) in enumerate(pairwise(words)):
        yield f"{one} {two}", at, at + 1
    if any(len(word) == 1 and word > _FIRST_CJK for word in words):
        for at, (one, two, three) in enumerate(zip(words, words[1:], words[2:], strict=False)):
            yield f"{one} {two} {three}", at, at + 2
