"""Weighs what two statements share against what tells them apart."""

from dataclasses import dataclass
from datetime import UTC, datetime

from jobs.steps.link.traits import Traits
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


def compare(new: Traits, old: Traits) -> Likeness:
    """Whether two statements tell of one case. What tells them apart outweighs what is alike."""
    if new.url and new.url == old.url:
        return Likeness(9.0, (Reason("same page", new.url),))
    ids = new.identifiers & old.identifiers
    if ids:
        return Likeness(8.0, (Reason("same identifier", min(ids)),))
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


def _same_name(new: Traits, old: Traits) -> frozenset[str]:
    """The fullest name that both tell: two words of it, or one long one."""
    best: frozenset[str] = frozenset()
    pairs = [(a, b) for a in (*new.names, *new.weak_names) for b in old.names]
    pairs += [(a, b) for a in new.names for b in old.weak_names]
    for a, b in pairs:
        shared = a & b
        if shared in {a, b} and len("".join(shared)) > len("".join(best)):
            best = shared
    return best if len(best) > 1 or any(len(bone) >= 3 for bone in best) else frozenset()


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
    if not shared or not (new.harms & old.harms or new.kind == old.kind):
        return _APART
    if new.numbers and old.numbers and not new.numbers & old.numbers:
        return _APART
    points: list[tuple[float, Reason]] = []
    overlap = len(shared) / len(new.countries | old.countries)
    if len(shared) >= 2 and overlap >= 0.6:
        points.append((0.3 + 0.1 * (len(shared) >= 3), Reason("same countries", ", ".join(sorted(shared)))))
    numbers = new.numbers & old.numbers
    if numbers:
        points.append((0.4, Reason("same number of persons", str(max(numbers)))))
    days = new.days & old.days
    if days:
        points.append((0.3, Reason("same date", max(days).isoformat())))
    if new.stage and new.moment and datetime.fromtimestamp(new.moment, UTC).date() in old.days:
        points.append((0.3, Reason("the day announced", new.stage_words)))
    if gap > 4 * _DAY:
        points.append((0.3, Reason("same source, what became of them", new.stage_words)))
    places = new.places & old.places
    if places:
        points.append((0.3, Reason("same place", ", ".join(sorted(places)))))
    alike = len(new.pieces & old.pieces) / max(1, min(len(new.pieces), len(old.pieces)))
    if alike >= 0.25 and new.language == old.language:
        points.append((min(0.8, 2 * alike), Reason("same wording", new.title)))
    if gap <= 1.5 * _DAY:
        points.append((0.3, Reason("same day", new.title)))
    if (
        new.source
        and new.source == old.source
        and new.stage
        and not old.stage
        and gap <= 2 * _DAY
        and not new.numbers
    ):
        points.append((0.7, Reason("same source, next stage", new.stage_words)))
    if new.kind == old.kind:
        points.append((0.1, Reason("same kind", new.kind)))
    hard = {"same number of persons", "same date", "same place", "same wording", "same source, next stage"}
    score = sum(p for p, _ in points)
    certain = any(r.rule in hard for _, r in points) or (len(shared) >= 3 and overlap == 1.0)
    if score < 1 - 1e-9 - 0.2 * (len(shared) >= 3 and overlap == 1.0) or not certain:
        return _APART
    return Likeness(max(1.0, score), tuple(r for _, r in points))
