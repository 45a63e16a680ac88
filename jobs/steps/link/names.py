"""Finds the names in a text and brings their spellings in several languages to one key."""

import re
from functools import cache

from jobs.steps.lexicon.tables import table
from jobs.steps.lexicon.tokens import Tokens, cut, fold

_KOREAN_NAME = re.compile("([가-힣]{2,4}?) ?(?:씨|목사|선교사|변호사|기자|교수|스님)(?![가-힣]{2})")
_PARTICLE = frozenset(
    (
        *("al", "el", "ibn", "bin", "bint", "abd", "abu", "ben", "van", "von", "der", "den"),
        *("de", "da", "do", "dos", "du", "la", "le", "y"),
    )
)
"""Small words inside a name, which do not end it."""


def names_in(tokens: Tokens, taken: set[int]) -> list[tuple[int, frozenset[str], bool]]:
    """Runs of capitalised words that are no common words: where they begin, their keys, and if weak."""
    common = _common_words()
    lower = {word for i, word in enumerate(tokens.words) if tokens.text[tokens.starts[i]].islower()}
    runs: list[list[int]] = []
    run: list[int] = []
    for i, word in enumerate(tokens.words):
        joined = bool(run) and tokens.starts[i] - tokens.ends[run[-1]] <= 1
        if i not in taken and word not in lower and _looks_named(tokens, i) and not common.find_word(word):
            if not joined:
                runs.append([])
                run = runs[-1]
            run.append(i)
        elif not (joined and word in _PARTICLE):
            run = []
    found = []
    for run in runs:
        words = [tokens.words[i] for i in run]
        if any(len(word) > 3 for word in words):
            first = run[0]
            weak = len(run) == 1 and (first == 0 or tokens.sentences[first] != tokens.sentences[first - 1])
            found.append((tokens.starts[first], frozenset(map(_key, words)), weak))
    return found + [(m.start(), frozenset({m.group(1)}), False) for m in _KOREAN_NAME.finditer(tokens.text)]


def _looks_named(tokens: Tokens, at: int) -> bool:
    """A capital and then small letters; "POWs" and "NGO" are no names."""
    word = tokens.text[tokens.starts[at] : tokens.ends[at]]
    return len(word) > 1 and word[0].isupper() and not (word[1].isupper() and len(word) <= 5)


def _key(word: str) -> str:
    """What a word of a name is compared by: its skeleton, or itself where that is too short to tell."""
    bones = skeleton(word)
    return bones if len(bones) > 2 else word


_LATIN = str.maketrans(
    "абвгдежзиклмнопрстуфхцчшщыэюяіє",
    "abvgdezziklmnoprstufhscssieuaie",
    "ъь",
)
_SOUNDS = (
    ("kh", "h"), ("zh", "z"), ("sch", "s"), ("tch", "c"), ("sh", "s"), ("ch", "c"), ("ts", "s"), ("ph", "f"),
    ("ck", "k"), ("q", "k"), ("w", "v"), ("y", "i"), ("x", "ks"), ("dj", "z"), ("j", "z"), ("ou", "u"),
)  # fmt: skip
_CASE_ENDINGS = ("ого", "его", "ому", "ему", "ова", "ева", "ой", "ым", "ом", "ем", "ам", "ами", "ах")


def skeleton(word: str) -> str:
    """The consonants of a name in Latin letters, so that its spellings in two languages agree."""
    if "а" <= word[:1] <= "я":
        for ending in _CASE_ENDINGS:
            if len(word) > len(ending) + 3 and word.endswith(ending) and ending not in {"ова", "ева"}:
                word = word[: -len(ending)]
                break
    word = word.translate(_LATIN)
    for old, new in _SOUNDS:
        word = word.replace(old, new)
    bones = [c for i, c in enumerate(word) if c not in "aeiou'" or i == 0]
    return "".join(c for i, c in enumerate(bones) if i == 0 or c != bones[i - 1])


class _Common:
    """The words of the tables: common words, which no name is made of."""

    def __init__(self) -> None:
        rows = table("languages")
        words = {w for row in rows.values() for w in cut(row["words"]).words}
        cues = " ".join(" ".join(table(f"cues_{code}").values()) for code in ("en", "fr", "es", "ru"))
        stems = set(re.findall(r"([^\s,*]{3,40})\*", fold(cues)))
        words |= set(cut(cues).words) | set(cut(table("numbers")["no_names"]).words)
        self._words = words - stems
        self._stems = stems
        self._lengths = sorted({len(stem) for stem in stems})

    def find_word(self, word: str) -> bool:
        """Whether a folded word is common."""
        return word in self._words or any(word[:n] in self._stems for n in self._lengths if n <= len(word))


@cache
def _common_words() -> _Common:
    return _Common()
