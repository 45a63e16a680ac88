"""Says how the names of two texts stand to one another: the same person, a shared word, or two persons."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from functools import lru_cache

from jobs.steps.link.names import Name, script_of, stem
from jobs.steps.link.traits import Traits

_SURE = 1.0
_HEARD = 0.85
"""A word of one script in another spelling; in another script, by the number of consonants that agree."""
_BY_EAR = {1: 0.0, 2: 0.45, 3: 0.7}
_HEARD_WHOLE = 2.0


@dataclass(frozen=True, slots=True)
class Kin:
    """What two texts have in common by name."""

    full: float = 0.0
    """A whole name, as many words of it as agree; 0 where none does."""
    part: float = 0.0
    """The best single word."""
    words: str = ""
    """What agrees best, as it stands in the new text."""
    shared: frozenset[str] = frozenset()
    """Every word that agrees."""
    apart: str = ""
    """Two persons who share a word of their names, and differ in another."""
    titles_differ: bool = False
    """Both titles name somebody, and not the same person."""


@dataclass(slots=True)
class _Found:
    full: float = 0.0
    part: float = 0.0
    words: str = ""
    part_words: str = ""
    apart: str = ""
    shared: set[str] = field(default_factory=set)
    titled: bool = False
    apart_in_titles: bool = False

    def take(self, match: "_Match", name: Name) -> None:
        words = " ".join(name.words)
        if match.full > self.full:
            self.full, self.words = match.full, words
        if match.part > self.part:
            self.part, self.part_words = match.part, match.word or words
        if match.apart and not self.apart:
            self.apart = match.apart
        self.shared |= match.shared


@dataclass(frozen=True, slots=True)
class _Match:
    full: float = 0.0
    part: float = 0.0
    word: str = ""
    shared: frozenset[str] = frozenset()
    apart: str = ""


_NOTHING = _Match()


def kin(new: Traits, old: Traits) -> Kin:
    """How the names of two texts stand to one another."""
    found = _Found()
    pairs = {
        (number, other)
        for key in new.keys.keys() & old.keys.keys()
        for number, _ in new.keys[key]
        for other, _ in old.keys[key]
    }
    same_language = new.language == old.language
    for number, other in sorted(pairs):
        one, two = new.names.told[number], old.names.told[other]
        match = _both_told(one, two, same_language=same_language)
        found.take(match, one)
        if match.full or match.part >= 0.5:
            found.titled |= one.title or two.title
        found.apart_in_titles |= bool(match.apart) and one.title and two.title
    _among_loose(new, old, found)
    _among_loose(old, new, found)
    mine, theirs = _persons(new), _persons(old)
    return Kin(
        found.full,
        found.part,
        found.words or found.part_words,
        frozenset(found.shared),
        found.apart,
        titles_differ=bool(mine and theirs) and (found.apart_in_titles or not found.titled),
    )


def _persons(traits: Traits) -> list[Name]:
    """Names in the title that are likely those of persons: more words than one."""
    return [name for name in traits.names.told if name.title and name.sure and len(name.words) > 1]


def _among_loose(one: Traits, two: Traits, found: _Found) -> None:
    """Names that one text marks as such, among the words of another whose script marks none."""
    loose = two.names.loose
    if not loose:
        return
    for name in one.names.told:
        if name.sure or len(name.words) > 1:
            match = _one_told(name, loose)
            found.take(match, name)
            found.titled |= name.title and (match.full > 0 or match.part >= 0.5)


def _both_told(one: Name, two: Name, *, same_language: bool) -> _Match:
    if not (one.sure or two.sure):
        return _NOTHING
    sure = 1.0 if one.sure and two.sure else 0.75
    exact = same_language and one.script == two.script and one.script in {"han", "hangul"}
    if exact and one.words != two.words and not _one_in_other(one, two):
        # What Han characters and Hangul write differently is two names, however alike they sound.
        return _NOTHING
    whole = one.whole & two.whole if one.words == two.words or not exact else frozenset()
    if one.script == two.script and one.script != "kana":
        # Words of one script are compared by their letters: more is told apart than by ear.
        whole = frozenset(key for key in whole if not key.startswith("s:"))
    if whole:
        best = max(_whole_worth(key) for key in whole)
        return _Match(full=best * sure, shared=frozenset({" ".join(one.words)}))
    return _word_by_word(one, two, sure)


def _word_by_word(one: Name, two: Name, sure: float) -> _Match:
    left = list(range(len(two.words)))
    total, own, shared = 0.0, [], []
    for at, word in enumerate(one.words):
        best, taken = 0.0, -1
        for other in left:
            likeness = _words_alike(word, one.keys[at], two.words[other], two.keys[other])
            if likeness > best:
                best, taken = likeness, other
        if taken < 0:
            own.append(at)
        else:
            left.remove(taken)
            total += best
            shared.append(word)
    if not shared:
        return _NOTHING
    told = frozenset(word for word in shared if len(word) > 2)
    if own and left:
        apart = f"{' '.join(one.words)} / {' '.join(two.words)}" if one.sure and two.sure else ""
        return _Match(part=0.3 * total / len(shared) * sure, word=shared[0], shared=told, apart=apart)
    if len(shared) > 1:
        return _Match(full=total * sure, shared=told)
    return _Match(part=total * sure, word=shared[0], shared=told)


def _one_in_other(one: Name, two: Name) -> bool:
    first, second = "".join(one.words), "".join(two.words)
    return first in second or second in first


def _whole_worth(key: str) -> float:
    if key.startswith("s:"):
        return 2.0 if len(key) > 7 else 1.4
    return 2.0 if key.count(".") == 2 or key.startswith("h:") else 1.0


def _words_alike(one: str, heard: frozenset[str], two: str, other: frozenset[str]) -> float:
    """In how far two words of names are one: 0 to 1."""
    if one == two:
        return _SURE if len(one) > 3 else 0.6
    shared = heard & other
    if not shared:
        return 0.0
    length = max(map(len, shared))
    if script_of(one) != script_of(two):
        return _BY_EAR.get(length, 0.85)
    if stem(one) == stem(two):
        return 0.95
    return _HEARD * min(1.0, length / 3) if _spelled_alike(one, two) else 0.0


@lru_cache(maxsize=16_384)
def _spelled_alike(one: str, two: str) -> bool:
    """Whether two words that sound alike differ in vowels, doubled letters and the like alone."""
    return _strict(one) == _strict(two) or SequenceMatcher(None, one, two).ratio() >= 0.75


_SAME = (
    ("kh", "h"), ("sch", "s"), ("tch", "c"), ("dj", "j"), ("ch", "s"), ("sh", "s"), ("ou", "u"), ("ph", "f"),
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


def _one_told(name: Name, loose: dict[str, tuple[int, ...]]) -> _Match:
    """A name in a text whose words are not known to be names."""
    sure = 1.0 if name.sure else 0.6
    for key in sorted(name.whole):
        if key in loose:
            worth = _whole_worth(key)
            words = frozenset({" ".join(name.words)})
            if worth > 1:
                return _Match(full=worth * sure, shared=words)
            return _Match(part=0.7 * sure, word=" ".join(name.words), shared=words)
    hits: list[tuple[str, float, tuple[int, ...]]] = []
    for word, heard in zip(name.words, name.keys, strict=True):
        best = 0.0
        places: tuple[int, ...] = ()
        for key in (f"w:{word}", *(f"s:{one}" for one in heard)):
            worth = 0.9 if key[0] == "w" else {1: 0.0, 2: 0.4, 3: 0.65}.get(len(key) - 2, 0.85)
            if worth > best and key in loose:
                best, places = worth, loose[key]
        if best:
            hits.append((word, best, places))
    if not hits:
        return _NOTHING
    shared = frozenset(word for word, worth, _ in hits if worth > 0.4)
    if len(hits) > 1 and len(hits) >= len(name.words) - 1 and _near(hit[2] for hit in hits):
        return _Match(full=sum(hit[1] for hit in hits) * sure, shared=frozenset(hit[0] for hit in hits))
    word, worth, _ = max(hits, key=lambda hit: hit[1])
    lone = 1.0 if len(name.words) == 1 else 0.6
    return _Match(part=worth * lone * sure, word=word, shared=shared)


def _near(places: Iterable[Collection[int]]) -> bool:
    """Whether two of the words stand close together."""
    found = [set(one) for one in places]
    return any(
        abs(a - b) <= 3 and a != b
        for i, one in enumerate(found)
        for other in found[i + 1 :]
        for a in one
        for b in other
    )
