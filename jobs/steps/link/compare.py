"""Weighs what two statements share against what tells them apart.

`evidence` says in how far each sign speaks for one case or against it, `weights.toml` how much each
is worth; the sum decides. What is sure (one page, one number of an urgent action) and what excludes
(another number of the same series, other persons) is decided before.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from typing import NamedTuple

from jobs.steps.lexicon.tokens import fold
from jobs.steps.link.kin import Kin, Telling, kin
from jobs.steps.link.sounds import data
from jobs.steps.link.traits import TITLE_STEM, Traits
from jobs.steps.link.wording import alike
from storage.records import Reason

_DAY = 86_400.0
_DOTS = (".", "…")
_HARD = frozenset({"full name", "name", "same place", "same wording", "a resolution of one body"})
_HARD_NEAR = frozenset({"same number of persons", "same date", "date told"})
_RARELY = 1.0
_TELLING_KINDS = frozenset({"open_letter", "resolution", "event", "campaign"})
"""Of appeals and statements there are too many for their kind to tell anything."""
_FORGIVEN = frozenset({"other harm", "other countries", "nothing alike in them", "other number"})
_WHOLE = 1.2
"""From here on the words of a name that agree are the whole name."""
_SPELLED = 0.9
"""From here on a word agrees by its letters, not by ear alone."""
_HELD = 0.4
"""At least one of these must agree, and this strongly: time and countries alone tell no case."""


@dataclass(frozen=True, slots=True)
class Likeness:
    """How sure it is that two statements are of one case (1 and more: sure enough), and why."""

    score: float
    reasons: tuple[Reason, ...] = ()
    excluded: bool = False
    """Whether they are of different persons: then neither joins the other's case by way of a third."""
    doubtful: bool = False
    """Whether their titles name other places: then one joins the other's case only if a third is sure."""


class Sign(NamedTuple):
    """One thing that speaks for or against: its name in `weights.toml`, how strongly, and what was seen."""

    name: str
    strength: float
    seen: str


_APART = Likeness(0.0)


def compare(new: Traits, old: Traits, telling: Telling = lambda _words: 1.0) -> Likeness:
    """Whether two statements tell of one case. What tells them apart outweighs what is alike."""
    sure = _same_call(new, old)
    if sure is not None:
        return sure
    names = _names(new, old, telling)
    if _excluded(new, old, names):
        return Likeness(0.0, excluded=_other_person(new, old, names))
    signs = tuple(evidence(new, old, names))
    worth = _worth()
    told = {sign: worth.get(sign.name, 0.0) * sign.strength for sign in signs}
    score = worth["start"] + sum(told.values())
    near = _near(new, old) or names.part >= _HELD or _both_unplaced(new, old)
    if score < 1 or not any(_is_hard(sign, near=near) for sign in signs):
        doubtful = any(sign.name == "other places in the titles" and sign.strength > 0.7 for sign in signs)
        return Likeness(min(score, 0.99), doubtful=doubtful)
    shown = sorted((sign for sign in told if told[sign] > _SHOWN), key=lambda sign: -told[sign])
    return Likeness(score, tuple(Reason(sign.name, sign.seen) for sign in shown))


def weighed(new: Traits, old: Traits) -> tuple[Sign, ...] | None:
    """The signs of a pair that has to be weighed; None where it is decided without."""
    if _same_call(new, old) is not None:
        return None
    names = _names(new, old, lambda _words: 1.0)
    return None if _excluded(new, old, names) else tuple(evidence(new, old, names))


def _names(new: Traits, old: Traits, telling: Telling) -> Kin:
    names = kin(new, old, telling)
    if names.by_chance and names.full < _WHOLE and not _near(new, old):
        return replace(names, part=names.part / 2)  # what sounds alike somewhere in the world may be chance
    return names


def _near(new: Traits, old: Traits) -> bool:
    return bool(new.countries & old.countries or new.places & old.places)


def _both_unplaced(new: Traits, old: Traits) -> bool:
    """Whether one names no country, and both tell of one harm on one day."""
    if new.countries and old.countries:
        return False
    return _gap(new, old) < _DAY and bool(_families(new) & _families(old))


_SHOWN = 0.05
"""What adds less is not told as a reason."""


def _is_hard(sign: Sign, *, near: bool) -> bool:
    """Whether a sign can make a case: how many and when, only where place or person agree as well."""
    if sign.strength < _HELD:
        return False
    return sign.name in _HARD or (sign.name in _HARD_NEAR and (near or sign.strength > _RARELY))


@cache
def _worth() -> dict[str, float]:
    return dict(data("weights")["evidence"])


def _same_call(new: Traits, old: Traits) -> Likeness | None:
    """What is sure without weighing: one page, one identifier, one text, a title that a list cuts short."""
    if new.url and new.url == old.url:
        return Likeness(9.0, (Reason("same page", new.url),))
    ids = new.identifiers & old.identifiers
    if ids:
        return Likeness(8.0, (Reason("same identifier", min(ids)),))
    if _other_number(new, old):
        return _APART
    if new.title == old.title and _gap(new, old) <= 4 * _DAY and alike(new.wording, old.wording, _SAME):
        return Likeness(6.0, (Reason("same wording", new.title),))
    short = _cut_short(new, old)
    if short and abs(new.moment - old.moment) <= 30 * _DAY:
        return Likeness(5.0, (Reason("title cut short", short),))
    return None


def _other_number(new: Traits, old: Traits) -> bool:
    """Both carry a number of one series, and not the same: the sender tells two cases apart."""
    for series in _SERIES:
        one = {code for code in new.identifiers if series.search(code)}
        other = {code for code in old.identifiers if series.search(code)}
        if one and other:
            return True
    return False


_SERIES = tuple(
    map(re.compile, (r"^UA\d", r"^EXTRA", r"OBS", r"^(?:UA|UP|UAC|HAC|STM|FOL)-", r"^[A-Z]{3}\d{6}$"))
)
"""Codes of which a case has one; the index of a document differs from issue to issue and tells nothing."""


def same_title(one: str, other: str) -> bool:
    """Whether two titles are one, a list's short form of it included."""
    first, second = (" ".join(fold(title).split()).rstrip(". …") for title in (one, other))
    return first.startswith(second) or second.startswith(first)


def _cut_short(new: Traits, old: Traits) -> str:
    """The title that is the beginning of the other, ended by dots: a list shows what a page tells."""
    if new.title[-1:] not in _DOTS and old.title[-1:] not in _DOTS:
        return ""
    for short, whole in ((new.title, old.title), (old.title, new.title)):
        stem = short.rstrip(". …")
        if short.endswith(("…", "...")) and len(stem) >= TITLE_STEM and whole.startswith(stem):
            return short
    return ""


def _excluded(new: Traits, old: Traits, names: Kin) -> bool:
    """What no likeness outweighs: other persons, another occasion, other countries, too long a time."""
    if _other_person(new, old, names) or any(sign.name == "other age" for sign in _ages(new, old)):
        return True
    if new.language == old.language and new.source == old.source and _another_occasion(new, old, names):
        return True
    return _elsewhere(new, old, names) or _too_long_ago(new, old, names)


def _elsewhere(new: Traits, old: Traits, names: Kin) -> bool:
    """Other countries, and no name that is spelled alike: what sounds alike there is another word."""
    if not (new.countries and old.countries) or new.countries & old.countries:
        return False
    if names.full >= _WHOLE or names.part >= _SPELLED:
        return False
    return not (new.places & old.places or new.numbers & old.numbers)


def _too_long_ago(new: Traits, old: Traits, names: Kin) -> bool:
    """A case without a name lives for months, one with a name for years, an anniversary for weeks.

    What is told of a person after most of a year is an outcome; or else another matter of the same one.
    """
    gap = _gap(new, old)
    if gap > 60 * _DAY:
        if (new.yearly and old.yearly) or same_title(new.title, old.title):
            return True
        if not new.countries & old.countries and names.full < _WHOLE and names.part < _SPELLED:
            return True
    if gap > 200 * _DAY and not new.outcome:
        return True
    return gap > 1_300 * _DAY or (gap > 120 * _DAY and names.full < 1 and names.part < 0.5)


def _other_person(new: Traits, old: Traits, names: Kin) -> bool:
    """The names are those of two persons: of one family, or each in a title of its own."""
    return bool(names.full < 1 and names.apart) or (names.titles_differ and new.language == old.language)


def _another_occasion(new: Traits, old: Traits, names: Kin) -> bool:
    """One source writes of two events after one pattern: it does not tell one event twice in other words."""
    share = alike(new.wording, old.wording, _PATTERN)
    if share == 0.0:
        return False
    if new.numbers and old.numbers and new.numbers != old.numbers:
        return True
    if names.full >= 2 or (new.stage and new.numbers & old.numbers):
        return False
    elsewhere = bool(new.places and old.places) and new.places != old.places
    edited = share >= _EDIT or same_title(new.title, old.title)
    return elsewhere or not edited or _gap(new, old) > 4 * _DAY


_SAME = 0.97
"""The share of word pairs from which on two texts are one, as far as words go."""
_EDIT = 0.85
"""The share of word pairs from which on a text of the same source is an edit of the other."""
_PATTERN = 0.4
"""The share of word pairs from which on two texts of one source are made after one pattern."""


def _gap(new: Traits, old: Traits) -> float:
    return abs(new.moment - old.moment) if new.moment and old.moment else 0.0


def evidence(new: Traits, old: Traits, names: Kin) -> Iterator[Sign]:
    """All that speaks for one case or against it."""
    yield from _by_name(names)
    loose = 1 - names.bound
    for look in (_numbers, _ages, _days, _countries, _harms):
        for sign in look(new, old):
            # Who is named is the same, whatever else is told of him this time.
            yield Sign(sign.name, sign.strength * loose, sign.seen) if sign.name in _FORGIVEN else sign
    yield from _places(new, old, names.bound)
    yield from _time(_gap(new, old) / _DAY, max(names.bound, _by_number(new, old)))
    yield from _voices(new, old, names.bound)
    months = _gap(new, old) / (30 * _DAY)
    if months > 0.5 and new.stage and names.bound:
        yield Sign("an outcome for who was named", names.bound, new.stage_words)
    if months > 1.5 and not new.outcome:
        yield Sign("no outcome after months", 1.0, new.title)
    if months > 3 and new.again:
        yield Sign("once more", 1.0, new.title)


def _by_name(names: Kin) -> Iterator[Sign]:
    if names.full:
        strength = min(names.full, 3.0) / 2
        yield Sign("full name", max(1.0, strength) if names.full >= _WHOLE else strength, names.words)
    elif names.part:
        yield Sign("name", names.part, names.words)
    if len(names.shared) > 1:
        yield Sign("more names", min(3, len(names.shared) - 1), ", ".join(sorted(names.shared)))
    if names.apart and names.full < 1:
        yield Sign("other person", 1.0, names.apart)
    if names.titles_differ:
        yield Sign("other names in the titles", 1.0, "")
    elif names.strangers:
        yield Sign("other persons", 1.0, "")


def _places(new: Traits, old: Traits, bound: float) -> Iterator[Sign]:
    """Who is named may be moved from place to place; who is not is known by it."""
    places = new.places & old.places
    if places:
        words = {new.place_words.get(place) or old.place_words.get(place, place) for place in places}
        yield Sign("same place", min(2, len(places)), ", ".join(sorted(words)))
    elif new.places and old.places:
        yield Sign("other places", 1 - 0.7 * bound, "")
        if new.title_places and old.title_places:
            yield Sign("other places in the titles", 1 - bound, "")


def _countries(new: Traits, old: Traits) -> Iterator[Sign]:
    shared, every = new.countries & old.countries, new.countries | old.countries
    if shared:
        told = ", ".join(sorted(shared))
        yield Sign("same countries", len(shared) / len(every), told)
        if len(shared) > 1:
            yield Sign("several countries", min(2, len(shared) - 1), told)
    elif new.countries and old.countries:
        yield Sign("other countries", 1.0, "")


def _harms(new: Traits, old: Traits) -> Iterator[Sign]:
    harms = _families(new) & _families(old)
    if harms:
        yield Sign("same harm", 1.0, ", ".join(sorted(harms)))
    elif new.harms and old.harms:
        yield Sign("other harm", 1.0, "")
    if new.kind == old.kind and new.kind in _TELLING_KINDS:
        yield Sign("same kind", 1.0, new.kind)
    yield from _concepts(new, old)
    bodies = new.bodies & old.bodies
    if bodies:
        yield Sign("same body", 1.0, ", ".join(sorted(bodies)))
        if new.kind == old.kind == "resolution":
            yield Sign("a resolution of one body", 1.0, ", ".join(sorted(bodies)))


def _time(gap: float, bound: float) -> Iterator[Sign]:
    """How far apart they were published, in days. A name lasts longer than what else tells a case."""
    told = f"{gap:.0f} days"
    yield Sign("soon", max(0.0, 1 - gap / 4), told)
    yield Sign("weeks between", (1 - bound) * min(1.0, max(0.0, (gap - 4) / 26)), told)
    yield Sign("months between", (1 - bound) * min(4.0, max(0.0, (gap - 30) / 60)), told)
    yield Sign("years between", (1 - bound / 2) * min(3.0, max(0.0, (gap - 180) / 365)), told)


def _voices(new: Traits, old: Traits, bound: float) -> Iterator[Sign]:
    """Who speaks, and in which words: one source does not tell the same twice in one language."""
    same_source = bool(new.source) and new.source == old.source
    if new.language == old.language:
        share = alike(new.wording, old.wording, 0.08)
        if share:
            yield Sign("same wording", share, new.title)
        if same_source:
            yield Sign("same voice", 1 - bound, new.source)
            if share > 0.3:
                yield Sign("a voice's own pattern", (1 - bound) * share, new.source)
    if same_source and new.stage:
        yield Sign("tells what became of it", 1.0, new.stage_words)
        if new.numbers & old.numbers and len(new.countries & old.countries) > 1:
            yield Sign("of as many on one road", 1.0, new.stage_words)


def _families(traits: Traits) -> frozenset[str]:
    """The harms of a text; who is held on the road today is sent back tomorrow."""
    return frozenset("return" if harm == "custody" else harm for harm in traits.harms)


def _concepts(new: Traits, old: Traits) -> Iterator[Sign]:
    """What translates: the rarer what both tell, and the more of it, the likelier it is one event."""
    shared = new.concepts & old.concepts
    if not shared:
        if new.concepts and old.concepts:
            yield Sign("nothing alike in them", 1.0, "")
        return
    worth = sum(map(_rarity, shared))
    every = worth + 0.5 * sum(map(_rarity, new.concepts ^ old.concepts))
    yield Sign("alike in what they tell", min(2.5, worth) * worth / every, ", ".join(sorted(shared)))


@cache
def _rarity(concept: str) -> float:
    return float(data("weights")["common"].get(concept, 1.0))


def _numbers(new: Traits, old: Traits) -> Iterator[Sign]:
    shared = new.numbers & old.numbers
    if shared:
        best = max(shared, key=_telling)
        yield Sign("same number of persons", _telling(best), str(best))
    elif new.numbers and old.numbers:
        near = any(abs(a - b) <= 0.06 * max(a, b) for a in new.numbers for b in old.numbers if min(a, b) > 20)
        yield Sign("nearly the number" if near else "other number", 1.0, "")


def _ages(new: Traits, old: Traits) -> Iterator[Sign]:
    if not (new.ages and old.ages):
        return
    years = _gap(new, old) / (365 * _DAY)
    if same := new.ages & old.ages:
        yield Sign("same age", 1.0, str(max(same)))
    elif min(abs(a - b) for a in new.ages for b in old.ages) > 1 + years:
        yield Sign("other age", 1.0, "")


def _by_number(new: Traits, old: Traits) -> float:
    """In how far a rare number of persons holds a case together: the 175 of Bangkok are known for months."""
    if not new.countries & old.countries:
        return 0.0
    rare = [n for n in new.numbers & old.numbers if n > _RARE and n % 10]
    return (0.8 if max(rare) > 100 else 0.6) if rare else 0.0


_RARE = 12


def _telling(number: int) -> float:
    """How much a number tells: two are many, seventeen are not."""
    if number == 2:
        return 0.3
    if number >= 100 and number % 100 == 0:
        return 0.9
    return 1.0 if number < 10 else 1.3


def _days(new: Traits, old: Traits) -> Iterator[Sign]:
    if day := new.days & old.days:
        yield Sign("same date", 1.0, max(day).isoformat())
    elif day := (new.days & old.told) | (new.told & old.days):
        yield Sign("date told", 1.0, max(day).isoformat())
    elif day := new.told & old.told:
        yield Sign("day told", 1.0, max(day).isoformat())
