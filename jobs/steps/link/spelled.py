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
    scripts = {script_of(one), script_of(two)}
    if len(scripts) > 1:
        return _across_scripts(one, heard, two, other, scripts)
    if _without_article(one) == _without_article(two):
        return 0.9
    if heard.isdisjoint(other):
        return 0.0
    if stem(one) == stem(two):
        return 0.95
    alike = _same_letters(one, two) if scripts < _SPELLED_AS_HEARD else _spelled_alike(one, two)
    return _HEARD * min(1.0, max(map(len, heard & other)) / 3) if alike else 0.0


def _across_scripts(
    one: str, heard: frozenset[str], two: str, other: frozenset[str], scripts: set[str]
) -> float:
    if heard.isdisjoint(other):
        return _nearly_heard(heard, other)
    length = max(map(len, heard & other))
    worth = _BY_EAR.get(length, 0.85)
    return min(worth, _OTHER_STOPS) if scripts == _LETTER_BY_LETTER and _other_stops(one, two) else worth


_LETTER_BY_LETTER = {"latin", "cyrillic"}
_OTHER_STOPS = 0.45
"""What a name tells that sounds alike and is written with other stops: Kurakin and Курагин."""
_DIGRAPHS = re.compile("tch|sch|ch|kh|gh|ph|th|zh|sh|dzh|dj|дж|ck")
_STOPS = {**dict.fromkeys("kcqк", "k"), **dict.fromkeys("gг", "g"), **dict.fromkeys("tт", "t"),
          **dict.fromkeys("dд", "d"), **dict.fromkeys("pп", "p"), **dict.fromkeys("bб", "b")}  # fmt: skip


@lru_cache(maxsize=16_384)
def _other_stops(one: str, two: str) -> bool:
    """Whether two words have as many stops, voiced in one where they are not in the other."""
    mine, theirs = (
        [_STOPS[char] for char in _DIGRAPHS.sub("", stem(word)) if char in _STOPS] for word in (one, two)
    )
    return len(mine) == len(theirs) and mine != theirs


_SPELLED_AS_HEARD = {"arabic", "cyrillic"}
"""Scripts in which most names are written at home: who writes another letter means another name."""


@lru_cache(maxsize=16_384)
def _same_letters(one: str, two: str) -> bool:
    """Whether two words differ in what one script writes in two ways: not Salem and Salim."""
    if script_of(one) == "cyrillic":
        return _strict(one) == _strict(two)
    bare = [word.replace("ا", "") for word in (one, two)]
    return bare[0] == bare[1] and min(map(len, (one, two))) >= _LONG_VOWELS


_LONG_VOWELS = 6
"""Letters of an Arabic word from which on a long a may be left out of it: in shorter ones it makes a name."""


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
    ("q", "k"), ("z", "s"), ("v", "w"), ("x", "ks"), ("ў", "в"), ("ґ", "г"),
)  # fmt: skip
"""Letters that one language writes for another's, within one script."""


def _strict(word: str) -> str:
    """The consonants of a word, h included."""
    word = stem(word)
    for old, new in _SAME:
        word = word.replace(old, new)
    bones = [c for c in word if c not in "aeiouyаеиоуыэюяйьъёіїє"]
    return "".join(c for i, c in enumerate(bones) if i == 0 or c != bones[i - 1])
