"""The words of a text and their neighbours, as the learnt weights name them (`lexicon/words.tsv`).

A gram is a folded word, or two that follow each other; in Korean, Chinese and Japanese, where a token
is a character, up to three. A long word is also known by how it begins (`depor*`), whatever its ending.
Numbers are known by their length alone (`#4`). What stands in the title is named once more, as
`title:gram`: a headline says in three words what a text does.
"""

from bisect import bisect_left
from collections.abc import Collection, Container, Iterable, Iterator
from dataclasses import dataclass

from jobs.steps.lexicon.tokens import Tokens

_FIRST_CJK = "\u3000"
_TITLE = "title:"
_STEM = 5
"""Letters that stand for a longer word; what follows them is its ending."""


@dataclass(frozen=True, slots=True)
class Learnt:
    """Which grams are known, and the words with which longer ones begin."""

    known: Container[str]
    openings: frozenset[str]


def learnt(known: Collection[str]) -> Learnt:
    """As they are looked for: few of the words of a text begin a gram that is known."""
    return Learnt(known, frozenset(name.partition(" ")[0] for name in known if " " in name))


class _Everything:
    """Holds whatever is looked for."""

    def __contains__(self, name: object) -> bool:
        return True


_EVERYTHING = _Everything()


def grams(tokens: Tokens, title_end: int, among: Learnt | None = None) -> dict[str, tuple[int, int]]:
    """Each gram (`among` those) once, with the first and the last token of where it stands first.

    `title_end` is the length of the title, with which the text begins.
    """
    known: Container[str] = among.known if among else _EVERYTHING
    openings: Container[str] = among.openings if among else _EVERYTHING
    words = [f"#{len(word)}" if word.isdecimal() else word for word in tokens.words]
    titled = bisect_left(tokens.starts, title_end)
    found: dict[str, tuple[int, int]] = {}
    for told in (words, [_TITLE + word for word in words[:titled]]):
        _runs(found, told, words, known, openings)
    for name, at in _beginnings(words):
        if name in known:
            found.setdefault(name, (at, at))
    return found


def _beginnings(words: Iterable[str]) -> Iterator[tuple[str, int]]:
    """How each longer word begins, and where it stands."""
    return ((f"{word[:_STEM]}*", at) for at, word in enumerate(words) if len(word) > _STEM)


def _runs(
    found: dict[str, tuple[int, int]],
    told: list[str],
    words: list[str],
    known: Container[str],
    openings: Container[str],
) -> None:
    """Adds the grams that begin with the words of `told`; `words` are the same ones, as they follow."""
    for at, word in enumerate(told):
        if word in known:
            found.setdefault(word, (at, at))
    opens = [at for at, word in enumerate(told[:-1]) if word in openings]
    for at in opens:
        name = f"{told[at]} {words[at + 1]}"
        if name in known:
            found.setdefault(name, (at, at + 1))
    own = words[: len(told)]
    if not all(map(str.isascii, own)) and any(len(word) == 1 and word > _FIRST_CJK for word in own):
        for at in opens[: bisect_left(opens, len(told) - 2)]:
            name = f"{told[at]} {words[at + 1]} {words[at + 2]}"
            if name in known:
                found.setdefault(name, (at, at + 2))
