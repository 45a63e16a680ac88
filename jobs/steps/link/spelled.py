"""Says in how far two words of names are one: by their letters within a script, else by their sound."""

import re
from difflib import SequenceMatcher
from functools import lru_cache

from jobs.steps.link.name import script_of, stem

_SURE = 1.0
_HEARD = 0.85
"""A word of one script in another spelling; in another script, by the number of consonants that agree."""
_BY_EAR = {1: 0.2, 2: 0.45, 3: 0.7}


@lru_cache(maxsize=65_536)
def words_alike(one: str, heard: frozenset[str], two: str, other: frozenset[str]) -> float:
    """In how far two words of names are one: 0 to 1."""
    if one == two:
        return _SURE if len(one) > 3 else 0.6
    same_script = script_of(one) == script_of(two)
    if same_script and _without_article(one) == _without_article(two):
        return 0.9
    if heard.isdisjoint(other):
        return 0.0 if same_script else _nearly_heard(heard, other)
    length = max(map(len, heard & other))
    if not same_script:
        return _BY_EAR.get(length, 0.85)
    if stem(one) == stem(two):
        return 0.95
    return _HEARD * min(1.0, length / 3) if _spelled_alike(one, two) else 0.0


def _without_article(word: str) -> str:
    """An Arabic name without the article that some write in one with it: Aldarwish, Elbarbari."""
    return word[2:] if len(word) >= _ARTICLED and word.startswith(("al", "el")) else word


_ARTICLED = 7
"""Letters of a name from which on its first two may be an article."""


def _nearly_heard(heard: frozenset[str], other: frozenset[str]) -> float:
    """Two scripts that write a name with one sound more or less: Степан and Stsiapan."""
    for one in heard:
        for two in other:
            short, long = sorted((one, two), key=len)
            if len(short) < 4 or len(long) != len(short) + 1:
                continue
            if any(long[:i] + long[i + 1 :] == short for i in range(len(long))):
                return 0.55
    return 0.0


@lru_cache(maxsize=16_384)
def _spelled_alike(one: str, two: str) -> bool:
    """Whether two words that sound alike differ in vowels, doubled letters and the like alone."""
    if not _vowels_agree(one, two):
        return False
    plain, other = one.replace("y", "i"), two.replace("y", "i")
    if _strict(plain) == _strict(other) or _strict(_long(plain)) == _strict(_long(other)):
        return True
    return SequenceMatcher(None, plain, other).ratio() >= 0.75


def _long(word: str) -> str:
    """A name with the short u of Belarusian written out: Shyshou is Shishov."""
    return re.sub(r"(?<=[aeo])u$", "v", word)


_VOWELS = re.compile("[aeiouyаеиоуыэюяё]+")
_DARK = frozenset("ouоуюё")


def _vowels_agree(one: str, two: str) -> bool:
    """False where the first vowel is dark in one alone: Hassan is not Hossein, but Muhammad is Mohammed."""
    first, second = _VOWELS.search(one), _VOWELS.search(two)
    if not (first and second) or len(first.group()) > 1 or len(second.group()) > 1:
        return True
    return (first.group() in _DARK) == (second.group() in _DARK)


_SAME = (
    ("kh", "h"), ("sch", "s"), ("tch", "s"), ("dj", "j"), ("ch", "s"), ("sh", "s"), ("ou", "u"), ("ph", "f"),
    ("q", "k"), ("z", "s"), ("v", "w"), ("x", "ks"),
)  # fmt: skip
"""Letters that one language writes for another's, within one script."""


def _strict(word: str) -> str:
    """The consonants of a word, h included."""
    word = stem(word)
    for old, new in _SAME:
        word = word.replace(old, new)
    bones = [c for c in word if c not in "aeiouyаеиоуыэюяйьъё"]
    return "".join(c for i, c in enumerate(bones) if i == 0 or c != bones[i - 1])
