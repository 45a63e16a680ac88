"""Weighs what two statements share against what tells them apart."""

from dataclasses import dataclass
from datetime import UTC, datetime

from jobs.steps.lexicon.tokens import fold
from jobs.steps.link.traits import Traits
from jobs.steps.link.wording import alike, may_be_alike
from storage.records import Reason

_DAY = 86_400.0
_WINDOW = 210 * _DAY
"""A case that has been silent for longer is opened anew; who knows better can link by hand."""


@dataclass(frozen=True, slots=True)
class Likeness:
    """How sure it is that two statements are of one case (1 and more: sure enough), and why."""

    score: float
    reasons: tuple[Reason, ...] = ()


_APART = Likeness(0.0)
_DOTS = (".", "…")
_SAME = 0.6
"""The share of word pairs from which on one text is the other."""


def compare(new: Traits, old: Traits) -> Likeness:
    """Whether two statements tell of one case. What tells them apart outweighs what is alike."""
    if _nothing_shared(new, old):
        return _APART
    sure = _same_call(new, old)
    if sure is not None:
        return sure
    gap = abs(new.moment - old.moment) if new.moment and old.moment else 0.0
    if gap > _WINDOW or (new.countries and old.countries and not new.countries & old.countries):
        return _APART
    named = _same_name(new, old)
    if named:
        return _by_name(new, old, named, gap)
    if (
        _names_differ(new, old)
        or _places_differ(new, old)
        or (gap > 4 * _DAY and not _told_on(new, old, gap))
    ):
        return _APART
    return _by_event(new, old, gap)


def _nothing_shared(new: Traits, old: Traits) -> bool:
    """Whether nothing below can find them alike; a quick look, for each is compared with hundreds."""
    if new.trace & old.trace or (new.stage and new.source == old.source):
        return False
    if new.title[-1:] in _DOTS or old.title[-1:] in _DOTS:
        return False
    soon = abs(new.moment - old.moment) <= 4 * _DAY or not (new.moment and old.moment)
    return not (soon and new.language == old.language and may_be_alike(new.wording, old.wording, _SAME))


def _same_call(new: Traits, old: Traits) -> Likeness | None:
    """What is sure without weighing: one page, one identifier, or one title that a list cuts short."""
    if new.url and new.url == old.url:
        return Likeness(9.0, (Reason("same page", new.url),))
    ids = new.identifiers & old.identifiers
    if ids:
        return Likeness(8.0, (Reason("same identifier", min(ids)),))
    short = _cut_short(new, old)
    if short and abs(new.moment - old.moment) <= 30 * _DAY:
        return Likeness(5.0, (Reason("title cut short", short),))
    return None


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


_STEM = 24
"""Characters of a title that is cut short, at least: fewer may begin another call as well."""


def _same_name(new: Traits, old: Traits) -> frozenset[str]:
    """The fullest name that both tell: two words of it, or one long one."""
    best: frozenset[str] = frozenset()
    # Of two that stand first in their sentences nothing tells that they are names.
    for runs, others in ((new.named, old.named), (new.weakly, old.named), (new.named, old.weakly)):
        for bone in runs.keys() & others.keys():
            for one in runs[bone]:
                for other in others[bone]:
                    shared = one & other
                    if len(shared) in {len(one), len(other)} and _fuller(shared, best):
                        best = shared
    return best if len(best) > 1 or any(len(bone) >= 3 for bone in best) else frozenset()


def _fuller(one: frozenset[str], other: frozenset[str]) -> bool:
    """The longer name; of two as long always the same one, whatever the order."""
    return (len("".join(one)), sorted(one)) > (len("".join(other)), sorted(other))


def _names_differ(new: Traits, old: Traits) -> bool:
    """Both titles name somebody, and not the same person."""
    return bool(new.title_names and old.title_names)


def _places_differ(new: Traits, old: Traits) -> bool:
    """Both name places in one language, and none that is the same."""
    return new.language == old.language and bool(new.places and old.places) and not new.places & old.places


def _told_on(new: Traits, old: Traits, gap: float) -> bool:
    """A source tells what became of as many people on the same road, within weeks."""
    return (
        gap <= 45 * _DAY
        and bool(new.stage and new.source and new.numbers & old.numbers)
        and new.source == old.source
        and len(new.countries & old.countries) >= 2
    )


def _by_name(new: Traits, old: Traits, named: frozenset[str], gap: float) -> Likeness:
    """One name alone is not the case: an official's, a village's or a namesake's may be shared."""
    if _other_title_name(new, old, named):
        return _APART
    words = " ".join(sorted(named))
    score = 0.6 + 0.4 * (len(named) > 1)
    in_titles = any(named <= run or run <= named for run in new.title_names + old.title_names)
    score += 0.3 * in_titles
    score += 0.3 * bool(new.harms & old.harms) + 0.2 * bool(new.countries & old.countries)
    score += 0.3 * bool(new.days & old.days) - 0.3 * (gap > 60 * _DAY)
    if score < 1:
        return _APART
    return Likeness(1 + score, (Reason("same name", words),))


def _other_title_name(new: Traits, old: Traits, named: frozenset[str]) -> bool:
    """Both titles name a person, and neither of them is the one both texts share."""
    if not (new.title_names and old.title_names):
        return False
    return not any(a & b for a in new.title_names for b in old.title_names) and not any(
        run & named for run in new.title_names + old.title_names
    )


def _by_event(new: Traits, old: Traits, gap: float) -> Likeness:
    """Without a name: the same harm in the same countries at one time, and more that agrees."""
    shared = new.countries & old.countries
    alike_harm = _families(new) & _families(old) or new.kind == old.kind
    other_number = new.numbers and old.numbers and not new.numbers & old.numbers
    if not shared or not alike_harm or other_number:
        return _APART
    points = [point for weigh in _POINTS if (point := weigh(new, old, gap)) is not None]
    score = sum(worth for worth, _ in points)
    all_three = len(shared) >= 3 and new.countries == old.countries
    if score < (0.8 if all_three else 1.0) - 1e-9:
        return _APART
    if not all_three and not any(reason.rule in _HARD for _, reason in points):
        return _APART
    return Likeness(max(1.0, score), tuple(reason for _, reason in points))


def _families(traits: Traits) -> frozenset[str]:
    """The harms of a text; who is held on the road today is sent back tomorrow."""
    return frozenset("return" if harm == "custody" else harm for harm in traits.harms)


_Point = tuple[float, Reason] | None


def _same_countries(new: Traits, old: Traits, _gap: float) -> _Point:
    shared, every = new.countries & old.countries, new.countries | old.countries
    if len(shared) < 2 or len(shared) < 0.6 * len(every):
        return None
    return 0.4 if len(shared) >= 3 else 0.3, Reason("same countries", ", ".join(sorted(shared)))


def _same_number(new: Traits, old: Traits, _gap: float) -> _Point:
    numbers = new.numbers & old.numbers
    return (0.4, Reason("same number of persons", str(max(numbers)))) if numbers else None


def _same_date(new: Traits, old: Traits, _gap: float) -> _Point:
    days = new.days & old.days
    return (0.3, Reason("same date", max(days).isoformat())) if days else None


def _same_place(new: Traits, old: Traits, _gap: float) -> _Point:
    places = new.places & old.places
    return (0.3, Reason("same place", ", ".join(sorted(places)))) if places else None


def _same_wording(new: Traits, old: Traits, _gap: float) -> _Point:
    share = alike(new.wording, old.wording, 0.25) if new.language == old.language else 0.0
    if not share:
        return None
    return min(0.8, 2 * share), Reason("same text" if share >= _SAME else "same wording", new.title)


def _same_day(new: Traits, _old: Traits, gap: float) -> _Point:
    return (0.3, Reason("same day", new.title)) if gap <= 1.5 * _DAY else None


def _same_kind(new: Traits, old: Traits, _gap: float) -> _Point:
    return (0.1, Reason("same kind", new.kind)) if new.kind == old.kind else None


def _announced(new: Traits, old: Traits, _gap: float) -> _Point:
    """What is told to have happened was announced for this day."""
    if not new.stage or not new.moment or datetime.fromtimestamp(new.moment, UTC).date() not in old.days:
        return None
    return 0.3, Reason("the day announced", new.stage_words)


def _next_stage(new: Traits, old: Traits, gap: float) -> _Point:
    """One source tells, without a new number of persons, what became of what it told before."""
    if not (new.source and new.source == old.source and new.stage and not old.stage):
        return None
    if gap > 4 * _DAY:
        return 0.3, Reason("same source, what became of them", new.stage_words)
    soon = gap <= 2 * _DAY and not new.numbers
    return (0.7, Reason("same source, next stage", new.stage_words)) if soon else None


_POINTS = (
    _same_countries, _same_number, _same_date, _same_place, _same_wording, _same_day, _same_kind, _announced,
    _next_stage,
)  # fmt: skip
"""What may speak for one event; each gives its worth and its reason, or nothing."""

_HARD = frozenset(
    {"same number of persons", "same date", "same place", "same text", "same source, next stage"}
)
"""At least one of these must agree, unless three countries and no other are the same."""
