"""What makes two terms one word for a question: a common root, a common sound, or a slip of the keyboard."""

import re
from collections.abc import Iterable, Iterator
from functools import cache, lru_cache
from threading import Lock

import Stemmer

_STEMMERS = {
    "latin": ("english", "french", "spanish"),
    "cyrillic": ("russian",),
    "arabic": ("arabic",),
    "hangul": (),
}
"""By the script that a term is written in."""
_LEAST_ROOT = 3
_LEAST_SOUND = 4
_LEAST_ALIKE = 5
_CYRILLIC = dict(
    pair.split("=")
    for pair in [
        "а=a",
        "б=b",
        "в=v",
        "г=g",
        "д=d",
        "е=e",
        "ж=zh",
        "з=z",
        "и=i",
        "й=i",
        "к=k",
        "л=l",
        "м=m",
        "н=n",
        "о=o",
        "п=p",
        "р=r",
        "с=s",
        "т=t",
        "у=u",
        "ф=f",
        "х=kh",
        "ц=ts",
        "ч=ch",
        "ш=sh",
        "щ=sh",
        "ъ=",
        "ы=y",
        "ь=",
        "э=e",
        "ю=yu",
        "я=ya",
        "і=i",
        "ї=yi",
        "є=ye",
        "ў=u",
        "ґ=g",
        "қ=k",
        "ғ=g",
        "ҳ=h",
        "ө=o",
        "ү=u",
        "ң=ng",
        "ә=a",
        "җ=j",
        "һ=h",
    ]
)
_SAME_SOUND = tuple(
    pair.split("=")
    for pair in [
        "tsch=s",
        "shch=s",
        "sch=s",
        "tch=s",
        "dzh=s",
        "sh=s",
        "ch=s",
        "zh=s",
        "ts=s",
        "tz=s",
        "dj=s",
        "gh=k",
        "kh=k",
        "ck=k",
        "ph=f",
        "th=t",
        "dh=t",
        "q=k",
        "g=k",
        "c=k",
        "x=s",
        "z=s",
        "j=s",
        "v=f",
        "b=p",
        "f=p",
        "d=t",
    ]
)
_TOGETHER_AS = tuple(pair for pair in _SAME_SOUND if len(pair[0]) > 1)
_TOGETHER = re.compile("|".join(letters for letters, _ in _TOGETHER_AS))
_HEARD = str.maketrans("qgcxzjvbfd", "kkksssppp" + "t", "aeiouyhw'.")
_AGAIN = re.compile(r"(.)\1+")
# How far apart letters are in spellings of one name, from 0 to 1; what is not here is 1.
_NEAR = {
    frozenset(pair): cost
    for cost, pairs in {
        0.2: "iy ij yj uw ou kq gq ck cq wv vf sz",
        0.4: "ae ei ey ao gk td bp dz jz sx zx uv gj hk gh kx",
    }.items()
    for pair in pairs.split()
}
_EASY = {"h": 0.2, "y": 0.4, "'": 0.0, "e": 0.5, "w": 0.5, "u": 0.5, "i": 0.5, "a": 0.5, "o": 0.7}
"""What a letter costs that only one of two spellings has; others cost 1, half a letter doubled 0.1."""
_ALIKE = 0.1
"""What two spellings of one name may differ by, for each letter."""
_LETTERS = {
    "latin": "abcdefghijklmnopqrstuvwxyz",
    "cyrillic": "абвгдежзийклмнопрстуфхцчшщъыьэюя",
    "arabic": "ابتثجحخدذرزسشصضطظعغفقكلمنهوياوئ",
}
_INITIAL, _MEDIAL, _FINAL = 19, 21, 28
_HANGUL = 0xAC00
_ONE_AT_A_TIME = Lock()


def keys(term: str) -> Iterator[str]:
    """What the term is filed under: its roots ("r:...") and its sound ("s:...")."""
    return (key for _, key in keys_of([term]))


def keys_of(terms: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Each of these terms with each of its `keys`: many are stemmed much faster together than one by one."""
    by_script: dict[str, list[str]] = {}
    for term in terms:
        kind = script(term)
        if kind in _STEMMERS and term.isalpha():
            by_script.setdefault(kind, []).append(term)
    for kind, several in by_script.items():
        roots = [_stemmed(language, several) for language in _STEMMERS[kind]]
        for term, *stems in zip(several, *roots, strict=True):
            for root in sorted(set(stems)):
                if len(root) >= _LEAST_ROOT:
                    yield term, f"r:{root}"
            sound = sound_of(term)
            if sound:
                yield term, f"s:{sound}"


def sound_of(term: str) -> str:
    """The consonants of a name as they are heard, whoever wrote it down; "" where they say too little."""
    latin = in_latin(term)
    if len(latin) < _LEAST_SOUND or not latin.isascii():
        return ""
    first = latin[0]
    if _TOGETHER.search(latin):
        for letters, sound in _TOGETHER_AS:
            latin = latin.replace(letters, sound)
    once = _AGAIN.sub(r"\1", latin.translate(_HEARD))
    return ("a" if first in "aeiouyhw" else "") + once if len(once) >= 2 else ""


def alike(one: str, other: str) -> bool:
    """Whether two terms may be spellings of one name: Uighur and Uyghur, Qaddafi and Gaddafi."""
    first, second = (_levelled(in_latin(term)) for term in (one, other))
    longest = max(len(first), len(second))
    if min(len(first), len(second)) < _LEAST_ALIKE or abs(len(first) - len(second)) > 3:
        return False
    return _distance(first, second, _ALIKE * longest) <= _ALIKE * longest


def _levelled(latin: str) -> str:
    for letters, one in (("tch", "ch"), ("dj", "j"), ("ou", "u"), ("oo", "u"), ("ee", "i")):
        latin = latin.replace(letters, one)
    return latin


def in_latin(term: str) -> str:
    """Cyrillic in Latin letters, everything else as it is."""
    if term.isascii():
        return term
    return "".join(_CYRILLIC.get(char, char) for char in term)


def slips(term: str) -> set[str]:
    """Every term that one slip of the keyboard could have made of this one, or this one of it."""
    kind = script(term)
    if kind == "hangul":
        return _slips_in_hangul(term)
    if kind is None:
        return set()
    letters = _LETTERS[kind]
    cuts = [(term[:at], term[at:]) for at in range(len(term) + 1)]
    found = {head + tail[1:] for head, tail in cuts if tail}
    found |= {head + tail[1] + tail[0] + tail[2:] for head, tail in cuts if len(tail) > 1}
    found |= {head + letter + tail[1:] for head, tail in cuts if tail for letter in letters}
    found |= {head + letter + tail for head, tail in cuts for letter in letters}
    return found - {term}


def apart(one: str, other: str, most: int) -> int:
    """In how many slips two terms differ (swapped neighbours are one), or more than `most`."""
    if abs(len(one) - len(other)) > most:
        return most + 1
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, a in enumerate(one, start=1):
        last, before, row = before, row, [i]
        for j, b in enumerate(other, start=1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (a != b))
            if i > 1 and j > 1 and a == other[j - 2] and one[i - 2] == b:
                cost = min(cost, last[j - 2] + 1)
            row.append(cost)
        if min(row) > most:
            return most + 1
    return row[-1]


@lru_cache(maxsize=20_000)
def script(term: str) -> str | None:
    """The one script that the term is written in, if its slips and roots are known: "latin" and others."""
    first = term[:1]
    if "a" <= first <= "z":
        return "latin" if term.isascii() and term.isalpha() else None
    if "\u0430" <= first <= "\u045f":
        return "cyrillic"
    if "\u0621" <= first <= "\u06d3":
        return "arabic"
    if "\uac00" <= first <= "\ud7a3":
        return "hangul"
    return None


@cache
def _stemmer(language: str) -> Stemmer.Stemmer:
    return Stemmer.Stemmer(language, 0)  # no memory of its own: each term comes but once


def _stemmed(language: str, several: list[str]) -> list[str]:
    with _ONE_AT_A_TIME:  # Snowball's stemmers keep the word that they work on
        found: list[str] = _stemmer(language).stemWords(several)
    return found


def _distance(one: str, other: str, most: float) -> float:
    row = [0.0]
    for at, letter in enumerate(other):
        row.append(row[-1] + _extra(other, at, letter))
    for i, a in enumerate(one):
        before, row = row, [row[0] + _extra(one, i, a)]
        for j, b in enumerate(other):
            change = 0.0 if a == b else _NEAR.get(frozenset((a, b)), 1.0)
            row.append(
                min(before[j] + change, before[j + 1] + _extra(one, i, a), row[j] + _extra(other, j, b))
            )
        if min(row) > most:
            return most + 1
    return row[-1]


def _extra(word: str, at: int, letter: str) -> float:
    if at and word[at - 1] == letter:
        return 0.1
    return _EASY.get(letter, 1.0) if at else 1.0  # a name keeps its first letter


def _slips_in_hangul(term: str) -> set[str]:
    """One letter of one syllable is another: 재 for 제."""
    found = set()
    for at, char in enumerate(term):
        initial, rest = divmod(ord(char) - _HANGUL, _MEDIAL * _FINAL)
        medial, final = divmod(rest, _FINAL)
        others = [(one, medial, final) for one in range(_INITIAL)]
        others += [(initial, one, final) for one in range(_MEDIAL)]
        others += [(initial, medial, one) for one in range(_FINAL)]
        for i, m, f in others:
            found.add(term[:at] + chr(_HANGUL + (i * _MEDIAL + m) * _FINAL + f) + term[at + 1 :])
    return found - {term}
