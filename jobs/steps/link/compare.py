"""Weighs what two statements share against what tells them apart.

`evidence` says in how far each sign speaks for one case or against it, `weights.toml` how much each
is worth; the sum decides. What is sure (one page, one number of an urgent action) and what excludes
(another number of the same series, other persons) is decided before.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from jobs.steps.lexicon.tokens import fold
from jobs.steps.link.kin import Kin, kin
from jobs.steps.link.sounds import data
from jobs.steps.link.traits import Traits
from jobs.steps.link.wording import alike
from storage.records import Reason

_DAY = 86_400.0
_DOTS = (".", "…")
_STEM = 24
"""Characters of a title that is cut short, at least: fewer may begin another call as well."""


@dataclass(frozen=True, slots=True)
class Likeness:
    """How sure it is that two statements are of one case (1 and more: sure enough), and why."""

    score: float
    reasons: tuple[Reason, ...] = ()


@dataclass(frozen=True, slots=True)
class Sign:
    """One thing that speaks for or against: its name in `weights.toml`, how strongly, and what was seen."""

    name: str
    strength: float
    seen: str


_APART = Likeness(0.0)


def compare(new: Traits, old: Traits) -> Likeness:
    """Whether two statements tell of one case. What tells them apart outweighs what is alike."""
    sure = _same_call(new, old)
    if sure is not None:
        return sure
    names = kin(new, old)
    signs = tuple(evidence(new, old, names))
    worth = _worth()
    score = worth["start"] + sum(worth.get(sign.name, 0.0) * sign.strength for sign in signs)
    if score < 1 or _excluded(new, old, names):
        return Likeness(min(score, 0.99))
    told = sorted(signs, key=lambda sign: -worth.get(sign.name, 0.0) * sign.strength)
    return Likeness(
        score,
        tuple(
            Reason(sign.name, sign.seen) for sign in told if worth.get(sign.name, 0.0) * sign.strength > 0.05
        ),
    )


@cache
def _worth() -> dict[str, float]:
    return dict(data("weights")["evidence"])


def _same_call(new: Traits, old: Traits) -> Likeness | None:
    """What is sure without weighing: one page, one identifier, or one title that a list cuts short."""
    if new.url and new.url == old.url:
        return Likeness(9.0, (Reason("same page", new.url),))
    ids = new.identifiers & old.identifiers
    if ids:
        return Likeness(8.0, (Reason("same identifier", min(ids)),))
    if _other_number(new, old):
        return _APART
    short = _cut_short(new, old)
    if short and abs(new.moment - old.moment) <= 30 * _DAY:
        return Likeness(5.0, (Reason("title cut short", short),))
    return None


def _other_number(new: Traits, old: Traits) -> bool:
    """Both carry a number of one series, and not the same: the sender tells two cases apart."""
    for series in ("UA", "OBS"):
        one = {i for i in new.identifiers if i.startswith(series) or f"/{series}" in i}
        other = {i for i in old.identifiers if i.startswith(series) or f"/{series}" in i}
        if one and other:
            return True
    return False


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
        if short.endswith(("…", "...")) and len(stem) >= _STEM and whole.startswith(stem):
            return short
    return ""


def _excluded(new: Traits, old: Traits, names: Kin) -> bool:
    """What no likeness outweighs: other persons, other countries, too long a time without a name."""
    same_language = new.language == old.language
    if (names.full < 1 and names.apart) or (names.titles_differ and same_language):
        return True
    if same_language and new.source == old.source and _another_occasion(new, old, names):
        return True
    gap = _gap(new, old)
    if (
        new.countries
        and old.countries
        and not new.countries & old.countries
        and max(names.full, names.part) < 0.6
    ):
        return not (new.places & old.places or new.numbers & old.numbers)
    return gap > 120 * _DAY and names.full < 1 and not (names.part >= 0.5 and gap < 1_300 * _DAY)


def _another_occasion(new: Traits, old: Traits, names: Kin) -> bool:
    """One source writes of two events after one pattern: other numbers, places or days are another event."""
    if alike(new.wording, old.wording, _PATTERN) == 0.0:
        return False
    if new.numbers and old.numbers and new.numbers != old.numbers:
        return True
    elsewhere = bool(new.places and old.places) and new.places != old.places
    return names.full < 2 and (elsewhere or _gap(new, old) > 4 * _DAY)


_PATTERN = 0.4
"""The share of word pairs from which on two texts of one source are made after one pattern."""


def _gap(new: Traits, old: Traits) -> float:
    return abs(new.moment - old.moment) if new.moment and old.moment else 0.0


def evidence(new: Traits, old: Traits, names: Kin) -> Iterator[Sign]:
    """All that speaks for one case or against it."""
    bound = 1.0 if names.full >= 1.2 else 0.6 * min(1.0, names.part)  # in how far a name holds them together
    yield from _by_name(names)
    for look in (_places, _numbers, _days, _countries, _harms):
        yield from look(new, old)
    yield from _time(_gap(new, old) / _DAY, bound)
    yield from _voices(new, old, bound)


def _by_name(names: Kin) -> Iterator[Sign]:
    if names.full:
        yield Sign("full name", min(names.full, 3.0) / 2, names.words)
    elif names.part:
        yield Sign("name", names.part, names.words)
    if len(names.shared) > 1:
        yield Sign("more names", min(3, len(names.shared) - 1), ", ".join(sorted(names.shared)))
    if names.apart and names.full < 1:
        yield Sign("other person", 1.0, names.apart)
    if names.titles_differ:
        yield Sign("other names in the titles", 1.0, "")


def _places(new: Traits, old: Traits) -> Iterator[Sign]:
    places = new.places & old.places
    if places:
        yield Sign("same place", min(2, len(places)), ", ".join(sorted(places)))
    elif new.places and old.places:
        yield Sign("other places", 1.0, "")


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
    if new.kind == old.kind:
        yield Sign("same kind", 1.0, new.kind)


def _time(gap: float, bound: float) -> Iterator[Sign]:
    """How far apart they were published, in days. A name lasts longer than what else tells a case."""
    told = f"{gap:.0f} days"
    yield Sign("soon", max(0.0, 1 - gap / 4), told)
    yield Sign("weeks between", (1 - bound) * min(1.0, max(0.0, (gap - 4) / 26)), told)
    yield Sign("months between", (1 - bound) * min(4.0, max(0.0, (gap - 30) / 60)), told)
    yield Sign("years between", min(3.0, max(0.0, (gap - 180) / 365)), told)


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


def _numbers(new: Traits, old: Traits) -> Iterator[Sign]:
    shared = new.numbers & old.numbers
    if shared:
        best = max(shared, key=_telling)
        yield Sign("same number of persons", _telling(best), str(best))
    elif new.numbers and old.numbers:
        near = any(abs(a - b) <= 0.06 * max(a, b) for a in new.numbers for b in old.numbers if min(a, b) > 20)
        yield Sign("nearly the number" if near else "other number", 1.0, "")


def _telling(number: int) -> float:
    """How much a number tells: two are many, seventeen are not."""
    if number == 2:
        return 0.3
    if number >= 100 and number % 100 == 0:
        return 0.8
    return 1.0 if number < 10 else 1.3


def _days(new: Traits, old: Traits) -> Iterator[Sign]:
    if day := new.days & old.days:
        yield Sign("same date", 1.0, max(day).isoformat())
    elif day := (new.days & old.told) | (new.told & old.days):
        yield Sign("date told", 1.0, max(day).isoformat())
    elif day := new.told & old.told:
        yield Sign("day told", 1.0, max(day).isoformat())
