"""Names what speaks for two statements being of one case, and what against; `weights.toml` has its worth."""

from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from jobs.steps.link.kin import Kin
from jobs.steps.link.seats import elsewhere
from jobs.steps.link.sounds import data
from jobs.steps.link.traits import Traits
from jobs.steps.link.wording import alike
from storage.words import MsgType

DAY = 86_400.0
"""Seconds."""
WHOLE = 1.2
"""From here on the words of a name that agree are the whole name."""
_FORGIVEN = frozenset(
    {
        "other harm",
        "other countries in the titles",
        "other countries",
        "nothing alike in them",
        "other number",
    }
)
_TELLING_KINDS = frozenset({"open_letter", "resolution", "event", "campaign"})
"""Of appeals and statements there are too many for their kind to tell anything."""


class Sign(NamedTuple):
    """One thing that speaks for or against: its name in `weights.toml`, how strongly, and what was seen."""

    name: str
    strength: float
    seen: str


def gap(new: Traits, old: Traits) -> float:
    """Seconds between the two; 0 where the time of one is not known."""
    return abs(new.moment - old.moment) if new.moment and old.moment else 0.0


def evidence(new: Traits, old: Traits, names: Kin) -> Iterator[Sign]:
    """All that speaks for one case or against it."""
    yield from _by_name(names)
    yield from _by_others_at_once(new, old)
    loose = 1 - names.bound
    for look in (_numbers, _organisations, _fasts, ages, _days, _countries, _harms):
        for sign in look(new, old):
            # Who is named is the same, whatever else is told of him this time.
            yield Sign(sign.name, sign.strength * loose, sign.seen) if sign.name in _FORGIVEN else sign
    yield from _places(new, old, names)
    if new.moment and old.moment:  # how far apart they are is not known of what bears no date
        yield from _time(gap(new, old) / DAY, max(names.bound, _by_number(new, old)))
    yield from _voices(new, old, names.bound)
    months = gap(new, old) / (30 * DAY)
    if months > 0.5 and new.stage and names.bound:
        yield Sign("an outcome for who was named", names.bound, new.stage_words)
    if months > 1.5 and not new.outcome:
        yield Sign("no outcome after months", 1.0, new.title)
    if months > 3 and new.again and not new.stage:
        yield Sign("once more", 1.0, new.title)


def _by_name(names: Kin) -> Iterator[Sign]:
    if names.full:
        strength = min(names.full, 3.0) / 2
        yield Sign("full name", max(1.0, strength) if names.full >= WHOLE else strength, names.words)
    elif names.part:
        yield Sign("name", names.part, names.words)
    if len(names.shared) > 1:
        yield Sign("more names", min(3, len(names.shared) - 1), ", ".join(sorted(names.shared)))
    if names.apart and names.full < 1:
        yield Sign("other person", 1.0, "")
    if names.titles_differ:
        yield Sign("other names in the titles", 1.0, "")
    elif names.strangers:
        yield Sign("other persons", 1.0, "")


def _by_others_at_once(new: Traits, old: Traits) -> Iterator[Sign]:
    """What two sources tell within a day of the same countries: of as many, or of some that rarely meet."""
    if gap(new, old) > DAY or not (new.moment and old.moment):
        return
    if new.source == old.source:
        return
    shared = new.countries & old.countries
    if len(shared) > 1 and any(number > _FEW for number in new.numbers & old.numbers):
        yield Sign("as many at once", 1.0, ", ".join(sorted(shared)))
    if len(shared) > _TWO and len(shared - _OFTEN) >= _TWO:
        yield Sign("several countries at once", 1.0, ", ".join(sorted(shared)))


_TWO = 2
_OFTEN = frozenset({"KP", "KR", "CN", "US", "JP"})
"""Countries that meet in several things on most days."""


def _places(new: Traits, old: Traits, names: Kin) -> Iterator[Sign]:
    """Who is named may be moved from place to place; who is not is known by it."""
    places = new.places & old.places
    if places or names.places:
        words = {new.place_words.get(place) or old.place_words.get(place, place) for place in places}
        words |= names.places
        yield Sign("same place", min(2, len(words)), ", ".join(sorted(words)))
    elif elsewhere(new.scenes, old.scenes):
        moved = _apart_by_place(new, old)
        yield Sign("other places", moved * (1 - 0.7 * names.bound), "")
        if elsewhere(new.title_scenes, old.title_scenes):
            yield Sign("other places in the titles", moved * (1 - names.bound), "")


def _apart_by_place(new: Traits, old: Traits) -> float:
    """How much other places tell: less of a group of as many that was on its road through a country."""
    shared = new.numbers & old.numbers
    if not new.outcome or not any(number > _FEW for number in shared):
        return 1.0
    if gap(new, old) < 60 * DAY and new.countries & old.countries and any(_is_rare(n) for n in shared):
        return 0.2
    return 0.5 if gap(new, old) < 14 * DAY and len(new.countries & old.countries) > 1 else 1.0


_FEW = 4
"""Persons up to which a group is like many others."""


def _countries(new: Traits, old: Traits) -> Iterator[Sign]:
    shared, every = new.countries & old.countries, new.countries | old.countries
    if shared:
        told = ", ".join(sorted(shared))
        yield Sign("same countries", len(shared) / len(every), told)
        if len(shared) > 1:
            yield Sign("several countries", min(2, len(shared) - 1), told)
    elif new.countries and old.countries:
        yield Sign("other countries", 1.0, "")
    if new.title_countries and old.title_countries and not new.title_countries & old.title_countries:
        yield Sign("other countries in the titles", 1.0, "")


def _harms(new: Traits, old: Traits) -> Iterator[Sign]:
    harms = families(new) & families(old)
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


def _time(days: float, bound: float) -> Iterator[Sign]:
    """How far apart they were published, in days. A name lasts longer than what else tells a case."""
    told = f"{days:.0f} days"
    yield Sign("soon", max(0.0, 1 - days / 4), told)
    yield Sign("weeks between", (1 - bound) * min(1.0, max(0.0, (days - 4) / 26)), told)
    yield Sign("months between", (1 - bound) * min(4.0, max(0.0, (days - 30) / 60)), told)
    yield Sign("years between", (1 - bound / 2) * min(3.0, max(0.0, (days - 180) / 365)), told)


def _voices(new: Traits, old: Traits, bound: float) -> Iterator[Sign]:
    """Who speaks, and in which words: one source does not tell the same twice in one language."""
    same_source = bool(new.source) and new.source == old.source
    if new.language == old.language:
        share = alike(new.wording, old.wording, 0.08)
        if share:
            yield Sign("same wording", share, new.title)
        if same_source and calls_off(new, old):
            yield Sign("calls off what it asked", 1 - bound, new.stage_words or new.title)
        elif same_source:
            yield Sign("same voice", (1 - bound) * (0.5 if later(new) else 1.0), new.source)
            if share > 0.3:
                yield Sign("a voice's own pattern", (1 - bound) * share, new.source)
    if same_source and later(new):
        yield Sign("tells what became of it", 1.0, new.stage_words or new.title)
        if new.numbers & old.numbers and len(new.countries & old.countries) > 1:
            yield Sign("of as many on one road", 1.0, new.stage_words or new.title)


def calls_off(new: Traits, old: Traits) -> bool:
    """Whether a source tells days after its call that it is over or put off, and of nobody else."""
    if new.source != old.source or not new.source or new.language != old.language or old.outcome:
        return False
    over = new.msg_type == MsgType.CANCEL or new.stage in {"freed", "put_off", "closed"}
    other = new.names.persons or elsewhere(new.scenes, old.scenes) or (new.numbers and old.numbers)
    if not over or other or gap(new, old) > 3 * DAY:
        return False
    return not new.countries or not old.countries or bool(new.countries & old.countries)


def later(traits: Traits) -> bool:
    """Whether a text says itself that it tells how something went on."""
    return bool(traits.stage) or traits.msg_type != MsgType.ALERT


def families(traits: Traits) -> frozenset[str]:
    """The harms of a text; who is held on the road today is sent back tomorrow."""
    return frozenset("return" if harm == "custody" else harm for harm in traits.harms)


def _concepts(new: Traits, old: Traits) -> Iterator[Sign]:
    """What translates: the rarer what both tell, and the more of it, the likelier it is one event."""
    shared = new.concepts & old.concepts
    if not shared:
        few = min(len(new.concepts), len(old.concepts))
        if few:
            yield Sign("nothing alike in them", min(1.0, few / _TOLD_ENOUGH), "")
        return
    worth = sum(map(_rarity, shared))
    every = worth + 0.5 * sum(map(_rarity, new.concepts ^ old.concepts))
    yield Sign("alike in what they tell", min(2.5, worth) * worth / every, ", ".join(sorted(shared)))


_TOLD_ENOUGH = 3
"""Concepts of a text from which on it tells something that they are not those of another."""


@cache
def _rarity(concept: str) -> float:
    return float(data("weights")["common"].get(concept, 1.0))


def _numbers(new: Traits, old: Traits) -> Iterator[Sign]:
    shared = new.numbers & old.numbers
    if new.title_numbers and old.title_numbers and not new.title_numbers & old.title_numbers:
        shared = frozenset()  # three of nine are not the three of another group
    if shared:
        best = max(shared, key=_telling)
        yield Sign("same number of persons", _telling(best), str(best))
    elif new.numbers and old.numbers:
        near = any(
            abs(a - b) <= 0.06 * max(a, b)
            for a in new.numbers
            for b in old.numbers
            if min(a, b) > 20 and _rounded(a, b)
        )
        at_once = near and gap(new, old) < DAY and new.source != old.source
        yield Sign(
            "about as many at once" if at_once else "nearly the number" if near else "other number", 1.0, ""
        )


def _rounded(one: int, other: int) -> bool:
    """Whether one of two numbers may be the other one rounded: 47 in a boat are not the 45 of another."""
    return max(one, other) > _HUNDRED or one % 10 == 0 or other % 10 == 0


_HUNDRED = 100


def ages(new: Traits, old: Traits) -> Iterator[Sign]:
    """Whether the persons are of one age, as far as years pass."""
    if not (new.ages and old.ages):
        return
    years = gap(new, old) / (365 * DAY)
    if same := new.ages & old.ages:
        yield Sign("same age", 1.0, str(max(same)))
    elif min(abs(a - b) for a in new.ages for b in old.ages) > 1 + years:
        yield Sign("other age", 1.0, "")


def _organisations(new: Traits, old: Traits) -> Iterator[Sign]:
    """As many organisations speak together: a joint letter and its translation."""
    shared = new.groups & old.groups
    if shared and not (new.source == old.source and new.language == old.language):
        most = max(shared)
        yield Sign("as many organisations", 1.3 if most > 10 and most % 10 else 1.0, str(most))


def _fasts(new: Traits, old: Traits) -> Iterator[Sign]:
    """Whether somebody has gone without food since one day, as far as two counts agree."""
    since = [one for one in new.fasting for other in old.fasting if abs((one - other).days) <= _MISCOUNTED]
    if since:
        yield Sign("fasting since one day", 1.0, max(since).isoformat())


_MISCOUNTED = 2


def _by_number(new: Traits, old: Traits) -> float:
    """In how far a rare number of persons holds a case together: the 175 of Bangkok are known for months."""
    if not new.countries & old.countries:
        return 0.0
    rare = [n for n in new.numbers & old.numbers if _is_rare(n)]
    return (0.8 if max(rare) > 100 else 0.6) if rare else 0.0


def _is_rare(number: int) -> bool:
    return number > _RARE and bool(number % 10)


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
