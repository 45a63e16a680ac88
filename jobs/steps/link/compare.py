"""Weighs what two statements share against what tells them apart.

`evidence` says in how far each sign speaks for one case or against it, `weights.toml` how much each
is worth; the sum decides. What is sure (one page, one number of an urgent action) and what excludes
(another number of the same series, other persons) is decided before.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from jobs.steps.lexicon.tokens import fold
from jobs.steps.link.evidence import DAY, WHOLE, Sign, ages, evidence, families, gap
from jobs.steps.link.kin import Kin, Telling, kin
from jobs.steps.link.name_words import common_names
from jobs.steps.link.seats import elsewhere
from jobs.steps.link.sounds import data
from jobs.steps.link.traits import TITLE_STEM, Traits
from jobs.steps.link.wording import alike
from storage.records import Reason

_DOTS = (".", "…")
_HARD = frozenset(
    {"full name", "name", "same place", "same wording", "a resolution of one body", "calls off what it asked"}
)
_HARD_NEAR = frozenset(
    {
        *("same number of persons", "about as many at once", "as many organisations"),
        *("same date", "date told", "fasting since one day", "several countries at once"),
    }
)
_RARELY = 1.0
_SPELLED = 0.9
"""From here on a word agrees by its letters, not by ear alone."""
_ALIKE = 0.7
"""The same where one of two texts names no country."""
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


_APART = Likeness(0.0)


def compare(new: Traits, old: Traits, telling: Telling = lambda _words: 1.0) -> Likeness:
    """Whether two statements tell of one case. What tells them apart outweighs what is alike."""
    sure = _same_call(new, old)
    if sure is not None:
        return sure
    names = kin(new, old, telling)
    if _excluded(new, old, names):
        return Likeness(0.0, excluded=_other_person(new, old, names))
    signs = tuple(evidence(new, old, names))
    worth = _worth()
    told = {sign: worth.get(sign.name, 0.0) * sign.strength for sign in signs}
    score = worth["start"] + sum(told.values())
    near = _near(new, old) or names.part >= _HELD or _both_unplaced(new, old)
    held = any(_is_hard(sign, near=near) for sign in signs) or _at_once(new, old, signs)
    if score < 1 or not held:
        doubtful = any(sign.name == "other places in the titles" and sign.strength > 0.7 for sign in signs)
        return Likeness(min(score, 0.99), doubtful=doubtful)
    shown = sorted((sign for sign in told if told[sign] > _SHOWN), key=lambda sign: -told[sign])
    return Likeness(score, tuple(Reason(sign.name, sign.seen) for sign in shown))


def weighed(new: Traits, old: Traits) -> tuple[Sign, ...] | None:
    """The signs of a pair that has to be weighed; None where it is decided without."""
    if _same_call(new, old) is not None:
        return None
    names = kin(new, old)
    return None if _excluded(new, old, names) else tuple(evidence(new, old, names))


def _near(new: Traits, old: Traits) -> bool:
    return bool(new.countries & old.countries or new.places & old.places)


def _both_unplaced(new: Traits, old: Traits) -> bool:
    """Whether one names no country, and both tell of one harm on one day."""
    if new.countries and old.countries:
        return False
    return gap(new, old) < DAY and bool(families(new) & families(old))


_SHOWN = 0.05
"""What adds less is not told as a reason."""


def _is_hard(sign: Sign, *, near: bool) -> bool:
    """Whether a sign can make a case: how many and when, only where place or person agree as well."""
    if sign.strength < _HELD:
        return False
    return sign.name in _HARD or (sign.name in _HARD_NEAR and (near or sign.strength > _RARELY))


def _at_once(new: Traits, old: Traits, signs: Sequence[Sign]) -> bool:
    """Whether several countries, within a day and of one harm on one day or in one form, tell one event.

    Two sources write of it that name nobody: what befell whose nationals where is rarely told twice a day.
    """
    if new.source == old.source and new.language == old.language:
        return False
    if gap(new, old) > DAY or len(new.countries & old.countries) < _SEVERAL:
        return False
    names = {sign.name for sign in signs}
    return "day told" in names or "same kind" in names


_SEVERAL = 3
"""Countries that rarely meet in two events of one day."""


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
    if new.title == old.title and gap(new, old) <= 4 * DAY and alike(new.wording, old.wording, _SAME):
        return Likeness(6.0, (Reason("same wording", new.title),))
    short = _cut_short(new, old)
    if short and abs(new.moment - old.moment) <= 30 * DAY:
        return Likeness(5.0, (Reason("title cut short", short),))
    return None


def _other_number(new: Traits, old: Traits) -> bool:
    """Both carry a number of one series, and not the same: the sender tells two cases apart."""
    if not (new.identifiers and old.identifiers):
        return False
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
    if _other_person(new, old, names) or any(sign.name == "other age" for sign in ages(new, old)):
        return True
    if new.language == old.language and new.source == old.source and _another_occasion(new, old, names):
        return True
    return _elsewhere(new, old, names) or _too_long_ago(new, old, names)


def _elsewhere(new: Traits, old: Traits, names: Kin) -> bool:
    """Other countries, and no name that is spelled alike: what sounds alike there is another word."""
    if _namesakes(new, old, names):
        return True
    if not (new.countries and old.countries) or new.countries & old.countries:
        return False
    if names.full >= WHOLE or names.part >= _SPELLED:
        return False
    return not (new.places & old.places or new.numbers & old.numbers)


def _namesakes(new: Traits, old: Traits, names: Kin) -> bool:
    """Two first calls whose titles name other places: a common name is then another bearer's.

    Not where more agrees: age, number, a day that is told, another place, a body.
    """
    if any(word not in common_names() and len(word) >= _RARE_FROM for word in names.shared):
        return False
    if new.stage or old.stage or not elsewhere(new.title_scenes, old.title_scenes):
        return False
    return not (
        new.places & old.places
        or new.ages & old.ages
        or new.numbers & old.numbers
        or new.told & old.told
        or new.days & old.days
        or new.bodies & old.bodies
    )


_RARE_FROM = 5
"""Letters of a word of a name, at least: of shorter ones there are too many alike."""


def _too_long_ago(new: Traits, old: Traits, names: Kin) -> bool:
    """A case without a name lives for months, one with a name for years, an anniversary for weeks.

    What is told of a person after most of a year is an outcome; or else another matter of the same one.
    """
    apart = gap(new, old)
    if apart > 60 * DAY:
        if (new.yearly and old.yearly) or same_title(new.title, old.title):
            return True
        needed = _SPELLED if new.countries and old.countries else _ALIKE
        if not new.countries & old.countries and names.full < WHOLE and names.part < needed:
            return True
    condemned = names.full >= _THREE_WORDS and "execution" in new.harms & old.harms
    if apart > 200 * DAY and not new.outcome and not condemned:
        return True
    return apart > 1_300 * DAY or (apart > 120 * DAY and names.full < 1 and names.part < 0.5)


_THREE_WORDS = 2.5
"""A name of three words or more: who bears it and was condemned to death is the same, years later too."""


def _other_person(new: Traits, old: Traits, names: Kin) -> bool:
    """The names are those of two persons: of one family, or each in a title of its own."""
    return (names.full < 1 and names.apart) or (names.titles_differ and new.language == old.language)


def _another_occasion(new: Traits, old: Traits, names: Kin) -> bool:
    """One source writes of two events after one pattern: it does not tell one event twice in other words."""
    share = alike(new.wording, old.wording, _PATTERN)
    if share == 0.0:
        return False
    if new.countries and old.countries and not new.countries & old.countries:
        return True
    if new.numbers and old.numbers and new.numbers != old.numbers:
        return True
    if names.full >= 2 or (new.stage and new.numbers & old.numbers):
        return False
    elsewhere = bool(new.places and old.places) and new.places != old.places
    edited = share >= _EDIT or same_title(new.title, old.title)
    return elsewhere or not edited or gap(new, old) > 4 * DAY


_SAME = 0.97
"""The share of word pairs from which on two texts are one, as far as words go."""
_EDIT = 0.85
"""The share of word pairs from which on a text of the same source is an edit of the other."""
_PATTERN = 0.4
"""The share of word pairs from which on two texts of one source are made after one pattern."""
