"""Says how the names of two texts stand to one another: the same person, a shared word, or two persons."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from typing import NamedTuple, TypeAlias

from jobs.steps.link import east
from jobs.steps.link.name import Name, Names
from jobs.steps.link.name_words import common_names
from jobs.steps.link.spelled import words_alike
from jobs.steps.link.traits import Traits

_PUBLIC = 0.25
"""What the name of an official or a speaker tells, in comparison."""


class Kin(NamedTuple):
    """What two texts have in common by name."""

    full: float = 0.0
    """A whole name, as many words of it as agree; 0 where none does."""
    part: float = 0.0
    """The best single word."""
    words: str = ""
    """What agrees best, as it stands in the new text."""
    shared: frozenset[str] = frozenset()
    """Every word that agrees."""
    apart: bool = False
    """Two persons share a word of their names, and differ in another."""
    titles_differ: bool = False
    """Both titles name somebody, and not the same person."""
    strangers: bool = False
    """Both texts name persons, and none of them agrees."""
    places: frozenset[str] = frozenset()
    """Names that both give to a place: "in Hrodna", "Hrodna prison"."""

    @property
    def bound(self) -> float:
        """In how far a name holds the texts together, whatever else differs: 0 to 1."""
        if self.full >= 1.2:
            return 1.0
        rare = len(self.words) >= _LONG and self.words not in common_names()
        return min(1.0, self.part) * (0.85 if rare else 0.6)


_LONG = 5
"""Letters of a word from which on it is rarely another one's name."""


@dataclass(slots=True)
class _Found:
    full: float = 0.0
    part: float = 0.0
    words: str = ""
    part_words: str = ""
    apart: bool = False
    shared: set[str] = field(default_factory=set)
    titled: bool = False
    person: bool = False
    apart_in_titles: bool = False
    places: set[str] = field(default_factory=set)

    def take(self, match: "_Match", name: Name) -> None:
        if match.full > self.full:
            self.full, self.words = match.full, " ".join(name.words)
        if match.part > self.part:
            self.part, self.part_words = match.part, match.word or " ".join(name.words)
        self.apart |= match.apart
        self.shared |= match.shared

    def agree(self, match: "_Match", one: Name, two: Name) -> None:
        """Two names that both texts mark as such."""
        if one.placed and two.placed and len(one.words) == len(two.words) == 1:
            if match.part >= _PLACED:
                self.places.add(one.words[0])
            return
        self.take(match, one)
        if match.full or match.part >= 0.4:
            self.titled |= one.title or two.title
            self.person |= one.person or two.person
        self.apart_in_titles |= match.apart and one.title and two.title

    def agree_loosely(self, match: "_Match", name: Name) -> None:
        """A name, and words of a text whose script marks none."""
        if name.placed and len(name.words) == 1:
            if match.part >= _PLACED:
                self.places.add(name.words[0])
            return
        self.take(match, name)
        if match.full or match.part >= 0.4:
            self.titled |= name.title
            self.person |= name.person


_PLACED = 0.5
"""How well a place's name agrees, at least."""


class _Match(NamedTuple):
    full: float = 0.0
    part: float = 0.0
    word: str = ""
    shared: frozenset[str] = frozenset()
    apart: bool = False
    beside: int = 0
    """Consonants of a name whose words stand side by side, too few to tell it from chance."""

    def worth(self, share: float) -> "_Match":
        """The same match of a name that tells less."""
        if share >= 1:
            return self
        return _Match(self.full * share, self.part * share, self.word, apart=self.apart)


_NOTHING = _Match()


Telling: TypeAlias = Callable[[tuple[str, ...]], float]
"""How much the words of a name tell, from 0 to 1: less if they stand in many cases."""


def kin(new: Traits, old: Traits, telling: Telling = lambda _words: 1.0) -> Kin:
    """How the names of two texts stand to one another.

    Where two persons share a word of their names and no name agrees as a whole, only that is told: how
    common the word is changes nothing then.
    """
    same_language = new.language == old.language
    told = [
        (one, two, match)
        for one, two in _pairs(new, old)
        if (match := _both_told(one, two, same_language=same_language)) is not _NOTHING
    ]
    loose = [*_among_loose(new, old), *_among_loose(old, new)]
    if any(match.apart for _, _, match in told):
        whole = any(match.full for _, _, match in told) or any(match.full for _, match in loose)
        if not whole:
            return Kin(apart=True)
    found = _Found()
    for one, two, match in told:
        found.agree(
            match.worth(telling(two.words) * (_PUBLIC if one.public or two.public else 1.0)), one, two
        )
    for name, match in loose:
        found.agree_loosely(match.worth(telling(name.words) * (_PUBLIC if name.public else 1.0)), name)
    short = {name.words: match.beside for name, match in loose if match.beside}
    if not found.full and len(short) > 1 and sum(short.values()) >= _ENOUGH:
        found.full, found.words = _TOGETHER, ", ".join(" ".join(words) for words in sorted(short))
    if same_language:
        _both_loose(new, old, found, telling)
    titled = found.apart_in_titles or not found.titled
    return Kin(
        found.full,
        found.part,
        found.words or found.part_words,
        frozenset(found.shared),
        found.apart,
        titles_differ=titled and new.names.titled and old.names.titled,
        strangers=not found.person and new.names.persons and old.names.persons,
        places=frozenset(found.places),
    )


def _pairs(new: Traits, old: Traits) -> list[tuple[Name, Name]]:
    """The names that have a key in common, in order; of one script a short sound alone is too little."""
    found = set()
    mine, theirs = new.keys, old.keys
    names, others = new.names.told, old.names.told
    for key in mine.keys() & theirs.keys():
        short = len(key) < _SHORT and key[:2] == "s:"
        for number in mine[key]:
            for other in theirs[key]:
                if not short or names[number].script != others[other].script:
                    found.add((number, other))
    return [(names[number], others[other]) for number, other in sorted(found)]


_SHORT = 5
"""Letters of a key, its mark included, below which it tells little."""


def _among_loose(one: Traits, two: Traits) -> list[tuple[Name, "_Match"]]:
    """Names that one text marks as such, among the words of another whose script marks none."""
    loose = two.names.loose
    if not loose:
        return []
    alike = {number for key in one.keys.keys() & loose.keys() for number in one.keys[key]}
    return [
        (name, match)
        for name in map(one.names.told.__getitem__, sorted(alike))
        if (name.sure or len(name.words) > 1)
        and (match := _one_told(name, two.names, read=two.language in _READ_HAN)) is not _NOTHING
    ]


_READ_HAN = frozenset({"zh", "ja"})


def _both_told(one: Name, two: Name, *, same_language: bool) -> _Match:
    if not (one.sure or two.sure):
        return _NOTHING
    sure = 1.0 if one.sure and two.sure else 0.9
    script = one.script
    same_script = script == two.script
    exact = same_language and same_script and script in {"han", "hangul"}
    if exact and one.words != two.words and not _one_in_other(one, two):
        # What Han characters and Hangul write differently is two names, however alike they sound.
        return _NOTHING
    whole = one.whole & two.whole if one.words == two.words or not exact else frozenset()
    if whole and same_script and script != "kana":
        # Words of one script are compared by their letters: more is told apart than by ear.
        whole = frozenset(key for key in whole if not key.startswith("s:"))
    if whole:
        lone = _SURNAME if script == "latin" and len(one.words) == len(two.words) == 1 else 1.0
        return _whole_match(one, max(map(_whole_worth, whole)) * lone, sure)
    return _word_by_word(one, two, sure)


def _word_by_word(one: Name, two: Name, sure: float) -> _Match:
    theirs, heard = two.words, two.keys
    left = list(range(len(theirs)))
    total, own, shared = 0.0, False, []
    for word, sounds in zip(one.words, one.keys, strict=True):
        best, taken = 0.0, -1
        for other in left:
            likeness = words_alike(word, sounds, theirs[other], heard[other])
            if likeness > best:
                best, taken = likeness, other
        if taken < 0:
            own = True
        else:
            left.remove(taken)
            total += best
            shared.append(word)
    if not shared:
        return _NOTHING
    told = frozenset([word for word in shared if len(word) > 2])
    if len(shared) == 1 and shared[0] in east.korean_surnames():
        total *= _SURNAME
    if own and left and (_run_on(one, two) or _misspelled(one, two, shared, left)):
        return _Match(part=0.7 * sure, word=shared[0], shared=told)
    if own and left:
        part = 0.3 * total / len(shared) * sure
        return _Match(part=part, word=shared[0], shared=told, apart=one.sure and two.sure)
    if len(shared) > 1:
        return _Match(full=total * sure, shared=told)
    return _Match(part=total * sure, word=shared[0], shared=told)


_SURNAME = 0.5
"""What a Korean family name alone tells: every fifth Korean is called Kim."""


def _run_on(one: Name, two: Name) -> bool:
    """Marcos Delgado and Delgado Reyes are parts of one name."""
    return one.words[-1] == two.words[0] or two.words[-1] == one.words[0]


def _misspelled(one: Name, two: Name, shared: list[str], left: list[int]) -> bool:
    """Whether what differs has the same consonants, and many: Bdap and Bdup, but not Hassan and Hossein."""
    mine = [heard for word, heard in zip(one.words, one.keys, strict=True) if word not in shared]
    return any(
        len(key) >= _MANY_CONSONANTS for heard in mine for other in left for key in heard & two.keys[other]
    )


_MANY_CONSONANTS = 3


def _one_in_other(one: Name, two: Name) -> bool:
    first, second = "".join(one.words), "".join(two.words)
    return first in second or second in first


def _whole_match(name: Name, worth: float, sure: float) -> _Match:
    words = " ".join(name.words)
    if worth > 1:
        return _Match(full=worth * sure, shared=frozenset({words}))
    return _Match(part=worth * sure, word=words, shared=frozenset({words}))


def _whole_worth(key: str) -> float:
    if key[:2] in {"s:", "t:"}:
        return 2.0 if len(key) > 7 else 1.4 if len(key) > 6 else 0.8
    if key.startswith("h:"):
        return 2.0
    return (0.45, 1.0, 2.0)[min(2, key.count("."))]


def _one_told(name: Name, other: Names, *, read: bool) -> _Match:
    """A name in a text whose words are not known to be names; `read`: the text is written in Han."""
    loose = other.loose
    sure = 1.0 if name.sure else 0.6
    written = read and name.script == "han"  # what is written in one script is not compared by its sound
    for key in sorted(_written(name) if written else _heard(name)):
        if key in loose:
            return _whole_match(name, _whole_worth(key), 0.8 * sure)
    return _NOTHING if written else _word_for_word(name, other, sure)


def _written(name: Name) -> frozenset[str]:
    return frozenset(key for key in name.whole if key[:2] in {"h:", "p:", "k:"})


def _heard(name: Name) -> frozenset[str]:
    return name.whole | {f"t:{key[2:]}" for key in name.whole if key[:2] == "s:"}


def _word_for_word(name: Name, other: Names, sure: float) -> _Match:
    loose = other.loose
    hits: list[tuple[str, float, tuple[int, ...]]] = []
    for word, heard in zip(name.words, name.keys, strict=True):
        best = 0.0
        places: tuple[int, ...] = ()
        for key in (f"w:{word}", *(f"{kind}:{one}" for one in heard for kind in "st")):
            worth = _LOOSE.get((key[0], len(key) - 2), 0.9 if key[0] == "w" else 0.85)
            if worth > best and key in loose:
                best, places = worth, loose[key]
        if best:
            hits.append((word, best, places))
    if not hits:
        return _NOTHING
    shared = frozenset(word for word, worth, _ in hits if worth > 0.4)
    agreeing = sum(min(map(len, heard), default=0) for heard in name.keys)
    together = len(hits) > 1 and len(hits) >= len(name.words) - 1 and _near(hit[2] for hit in hits)
    if together and agreeing >= _ENOUGH:
        return _Match(full=(sum(hit[1] for hit in hits) + _SIDE_BY_SIDE) * sure, shared=shared)
    word, worth, places = max(hits, key=lambda hit: hit[1])
    lone = 1.0 if len(name.words) == 1 else 0.7
    headed = 1.3 if name.title and any(place < other.title_words for place in places) else 1.0
    most = 1.0 if places and worth >= _WRITTEN else _AT_MOST
    beside = agreeing if together else 0
    part = min(most, worth * lone * headed) * sure
    return _Match(part=part, word=word, shared=shared, beside=beside)


_LOOSE = {("s", 1): 0.0, ("s", 2): 0.4, ("s", 3): 0.65, ("t", 5): 0.5}
"""What it tells that a word of a name sounds like one that may be none, by the consonants that agree."""
_WRITTEN = 0.9
"""From here on a word agrees by its letters."""
_AT_MOST = 0.88
"""What one word that sounds alike tells, at most: it may be another word."""
_ENOUGH = 5
"""Consonants of a whole name, below which chance alone finds it in a text."""
_TOGETHER = 1.2
"""What two short names tell that stand in both texts."""
_SIDE_BY_SIDE = 0.3
"""What it adds that two words of a name stand together in the other text as well."""


def _both_loose(new: Traits, old: Traits, found: _Found, telling: Telling) -> None:
    """Words that may be Korean or Chinese names in both texts, and stand in a title."""
    for key in new.names.loose.keys() & old.names.loose.keys():
        if key[:2] not in {"h:", "k:"} or key.count(".") + (key[:2] == "h:") * (len(key) - 3) < 2:
            continue
        headed = min(new.names.loose[key]) < new.names.title_words
        if headed or min(old.names.loose[key]) < old.names.title_words:
            word = key[2:]
            match = _Match(part=_PERHAPS, word=word, shared=frozenset({word})).worth(telling((key,)))
            found.part = max(found.part, match.part)
            found.part_words = found.part_words or word


_PERHAPS = 0.55
"""What it tells that two texts have a word that may be a name."""


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
