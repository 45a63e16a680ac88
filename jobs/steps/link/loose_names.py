"""Finds what may be a name in scripts without capitals, by its characters alone."""

import re
from collections.abc import Iterator
from functools import cache, lru_cache

from jobs.steps.lexicon.tokens import Tokens, fold
from jobs.steps.link import east
from jobs.steps.link.common_words import common_words
from jobs.steps.link.name import TRANSCRIBED, sounds_of
from jobs.steps.link.name_words import ARABIC, bare_arabic, place_of, without_particle
from jobs.steps.link.sounds import data, sounds

_HANGUL_RUN = re.compile("[가-힣]{2,12}")
_HAN_RUN = re.compile("[\u4e00-\u9fff]{2,60}")
_HAN_READ = 160
"""Han characters of a text at which a transcribed name may begin: title and lead."""


def han_keys(name: str) -> frozenset[str]:
    """By what a name in Han characters is known: itself, and how Koreans and Chinese read it."""
    plain = fold(name)
    found = {f"h:{plain}", *east.korean_by_han(name), *east.korean_by_han(plain), east.chinese_by_han(name)}
    if len(name) > 2:
        found |= {f"s:{key}" for key in sounds(name) if len(key) >= 4}
    return frozenset(found - {""})


def loose_names(tokens: Tokens, taken: set[int]) -> Iterator[tuple[str, int]]:
    """The keys of every word of a script without capitals that may be a name, with its place."""
    common = common_words()
    for i, word in enumerate(tokens.words):
        if i not in taken and ARABIC.fullmatch(word) and not common(word):
            bare = bare_arabic(word)
            forms = {word, bare, bare[1:] if bare[0] in "ولبف" and len(bare) > 3 else bare}
            if word in _JOINED and i + 1 < len(tokens.words):
                forms.add(word + tokens.words[i + 1])
            for form in forms:
                for key in sounds_of(form):
                    yield f"s:{key}", i
            yield f"w:{bare}", i
    yield from _loose_hangul(tokens, taken)
    yield from _loose_han(tokens, taken)


_JOINED = frozenset({"عبد", "وعبد", "لعبد"})
"""What is one word with the next in other scripts: Abdelrahim."""


def _loose_hangul(tokens: Tokens, taken: set[int]) -> Iterator[tuple[str, int]]:
    for match in _HANGUL_RUN.finditer(tokens.text):
        at = place_of(tokens, match.start())
        if at in taken or tokens.text[match.start() - 1 : match.start()].isdecimal():
            continue  # what follows a figure is what it counts
        word = without_particle(match.group())
        if len(word) < 2 or len(word) > 8 or word in _korean_words() or _CONJUGATED.search(match.group()):
            continue  # by their sounds alone such words are many a foreigner's name
        yield f"w:{word}", at
        for key in sounds_of(word):
            if len(key) > 1:
                yield f"s:{key}", at
        if word[0] in east.hangul_surnames() and len(word) <= 4:
            yield east.korean_by_hangul(word[:3]), at


_CONJUGATED = re.compile(
    "(?:하[는고며여지]|되[는고며어지]|[했됐었았였겠](?:다|고|으며|지만|던|습니다|는데)?"
    "|[한된는은있없]다|습니다|십시오|해야)$"
)
"""How a verb ends, and hardly a name."""


@cache
def _korean_words() -> frozenset[str]:
    """Common words of Korean, without particles."""
    return frozenset(data("common")["ko"]["words"].split())


def _loose_han(tokens: Tokens, taken: set[int]) -> Iterator[tuple[str, int]]:
    """Two or three characters that begin with a family name; and what longer ones sound like."""
    read = 0
    for match in _HAN_RUN.finditer(tokens.text):
        run = match.group()
        start = place_of(tokens, match.start())
        for i, char in enumerate(run):
            place = start + i
            if read < _HAN_READ:
                yield from ((key, place) for key in _transcribed(run[i : i + 6]))
                read += 1
            if not east.begins_han_name(char):
                continue
            for length in (3, 2):
                name = run[i : i + length]
                if len(name) == length and not taken & set(range(place, place + length)):
                    for key in han_keys(name):
                        yield key, place


@lru_cache(maxsize=8_192)
def _transcribed(run: str) -> frozenset[str]:
    """What three to six characters sound like: nothing marks a foreign name in them."""
    found = set()
    for length in range(3, len(run) + 1):
        found |= {f"t:{key}" for key in sounds(run[:length]) if len(key) >= TRANSCRIBED}
    return frozenset(found)
