"""A name of a person or a place as it is compared: its words, how it sounds, its script."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache, lru_cache
from sys import intern

from jobs.steps.link import east
from jobs.steps.link.sounds import data, key_of, sounds, spellings

TRANSCRIBED = 5
"""Consonants from which on the sound of some Han characters may be that of a foreign name."""


@dataclass(frozen=True, slots=True)
class Name:
    """A name as it stands in a text; `sure` is False where it may be another word that begins a sentence."""

    words: tuple[str, ...]
    """Folded."""
    keys: tuple[frozenset[str], ...]
    """How each word sounds."""
    whole: frozenset[str]
    """Keys of the name as a whole, where it reads as a Korean or Chinese one, or runs together."""
    sure: bool
    title: bool
    first: int
    """The place of its first word among the words of the text."""
    placed: bool = False
    """Whether it stands as the name of a place."""
    public: bool = False
    """Whether it is said to bear an office, or to speak of others: such a name stands in many cases."""
    script: str = field(init=False)
    """The script of its first letter: names of one script are compared by their letters."""
    person: bool = field(init=False)
    """Whether it is likely that of a person: more words than one, or read as a Korean or Chinese one."""

    def __post_init__(self) -> None:
        """These follow from the rest."""
        several = len(self.words) > 1 or any(key[:2] in {"k:", "h:"} and len(key) > 6 for key in self.whole)
        object.__setattr__(self, "script", script_of(self.words[0]))
        object.__setattr__(self, "person", self.sure and not self.public and several)

    def all_keys(self) -> Iterator[str]:
        """Every key under which it may be met: its words, how they sound, and the whole."""
        yield from (f"w:{word}" for word in self.words)
        for key in {key for heard in self.keys for key in heard if len(key) > 1}:
            yield f"s:{key}"
            if len(key) >= TRANSCRIBED:
                yield f"t:{key}"
        yield from self.whole
        yield from (f"t:{key[2:]}" for key in self.whole if key[:2] == "s:" and len(key) >= TRANSCRIBED + 2)


@dataclass(frozen=True, slots=True)
class Names:
    """All that may be a name in one text."""

    told: tuple[Name, ...]
    loose: dict[str, tuple[int, ...]]
    """Words of scripts without capitals, any of which may be part of a name: where each key stands."""
    title_words: int = 0
    """How many words of the text are its title's."""
    persons: bool = field(init=False)
    """Whether one of the names is likely that of a person."""
    titled: bool = field(init=False)
    """Whether one of those stands in the title."""

    def __post_init__(self) -> None:
        """These follow from the rest."""
        object.__setattr__(self, "persons", any(name.person for name in self.told))
        object.__setattr__(self, "titled", any(name.person and name.title for name in self.told))


@lru_cache(maxsize=16_384)
def script_of(word: str) -> str:
    """A word's script, by its first letter."""
    first = word[:1]
    if "а" <= first <= "ӿ":
        return "cyrillic"
    if "\u0600" <= first <= "\u06ff":
        return "arabic"
    if "가" <= first <= "힣":
        return "hangul"
    if "\u3041" <= first <= "\u30ff":
        return "kana"
    return "han" if "\u3400" <= first <= "\u9fff" else "latin"


def name_of(
    words: list[str], *, sure: bool, title: bool, first: int, placed: bool = False, public: bool = False
) -> Name:
    """What a name is known by, and how it stands."""
    whole: set[str] = set()
    keys = [sounds_of(word) for word in words]
    if 2 <= len(words) <= 3:
        whole |= east.korean_by_latin(words)
        whole |= east.chinese_by_latin(words)
        whole |= {f"s:{key_of(heard)}" for heard in east.heard_in_latin(words)}
    elif words[0] in east.korean_surnames():
        whole |= {east.korean_by_hangul(name) for name in east.korean_surnames()[words[0]]}
    if len(words) > 1:
        joined = key_of("'".join(next(iter(spelled)) for spelled in map(_latin, words)))
        if len(joined) >= 4:
            whole.add(f"s:{joined}")
    told = tuple(map(intern, words))
    return Name(told, tuple(keys), frozenset(whole), sure, title, first, placed, public)


def _latin(word: str) -> tuple[str, ...]:
    return spellings(stem(word))


@lru_cache(maxsize=16_384)
def sounds_of(word: str) -> frozenset[str]:
    """How a word sounds, with and without its ending."""
    return sounds(word) | sounds(stem(word))


@cache
def _case_endings() -> tuple[str, ...]:
    return tuple(data("names")["endings"].split())


@lru_cache(maxsize=16_384)
def stem(word: str) -> str:
    """A Russian word without the ending of its case; others as they are."""
    if not "а" <= word[:1] <= "ӿ":
        return word
    for ending in _case_endings():
        if len(word) > len(ending) + 2 and word.endswith(ending):
            return word[: -len(ending)]
    return word
