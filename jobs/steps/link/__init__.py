"""Decides whether a new statement is about a case that is known: new, duplicate or update.

`traits` reads what tells one event from another (names, numbers, dates, places, identifiers);
`compare` weighs two sets of traits for and against; here the best known case is chosen.
Wording alone never merges: two cases that look alike and differ in a name, a date or a number of
persons stay two.
"""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from functools import partial

from jobs.steps.link.compare import Likeness, compare, same_title
from jobs.steps.link.shelf import Known, Shelf
from jobs.steps.link.traits import Traits, features, read_traits, unread_traits
from jobs.steps.link.wording import alike
from storage.records import Reason, Statement
from storage.words import MsgType, Relation

__all__ = [
    "Known",
    "Linked",
    "Shelf",
    "Traits",
    "features",
    "link",
    "link_among",
    "read_traits",
    "unread_traits",
]


@dataclass(frozen=True, slots=True)
class Linked:
    """The case a statement belongs to (None: a new one), how it stands to it, and why."""

    case: int | None
    relation: Relation
    evidence: tuple[Reason, ...] = ()


def link(new: Statement, known: Sequence[Statement]) -> Linked:
    """Where a new statement belongs, given statements whose `case_id` is set.

    Pure; candidates without a case are passed over. The same input gives the same answer.
    """
    shelf = Shelf()
    for one in known:
        if one.case_id is not None:
            shelf.add(Known(one.id, one.case_id, features(one)))
    return link_among(features(new), shelf.numbers, shelf)


def link_among(own: Traits, among: AbstractSet[int], shelf: Shelf) -> Linked:
    """As `link`, where traits have been read already: `shelf` holds the known, `among` are their numbers."""
    near = [shelf[number] for number in shelf.near(own, among)]
    if not near:
        return Linked(None, Relation.NEW)
    crowded = _crowded([own, *(one.traits for one in near)])
    if crowded:
        near = [replace(one, traits=_without(crowded, one.traits)) for one in near]
        own = _without(crowded, own)
    chosen = _chosen(own, near, shelf, among)
    if chosen is None:
        return Linked(None, Relation.NEW)
    case, reasons = chosen
    relation, reason = _stage(
        own, [one.traits for one in map(shelf.__getitem__, sorted(among)) if one.case == case]
    )
    return Linked(case, relation, (*reasons, reason))


def _chosen(
    own: Traits, near: Sequence[Known], shelf: Shelf, among: AbstractSet[int]
) -> tuple[int, tuple[Reason, ...]] | None:
    """The case of the likest statement, and why; none that tells of another person."""
    likes: list[tuple[Likeness, Known]] = []
    barred: set[int] = set()
    doubted: set[int] = set()
    common = _Common(shelf, among)
    for one in near:
        likeness = compare(own, one.traits, partial(common.telling, case=one.case))
        if likeness.score >= 1:
            likes.append((likeness, one))
        elif likeness.excluded:
            barred.add(one.case)
        elif likeness.doubtful:
            doubted.add(one.case)
    likes = [
        (likeness, one)
        for likeness, one in likes
        if likeness.score >= _CERTAIN
        or (one.case not in barred and (one.case not in doubted or likeness.score >= _SURE))
    ]
    if not likes:
        return None
    best, nearest = max(likes, key=lambda pair: (pair[0].score, pair[1].traits.moment, pair[1].number))
    return nearest.case, best.reasons


@dataclass(slots=True)
class _Common:
    """How common names are among the known."""

    shelf: Shelf
    among: AbstractSet[int]
    seen: dict[tuple[str, ...], frozenset[int]] = field(default_factory=dict)

    def telling(self, words: tuple[str, ...], case: int) -> float:
        """How much a name tells of a case: 1, and less the more other cases it stands in (0 to 1)."""
        cases = self.seen.get(words)
        if cases is None:
            cases = self.seen[words] = self.shelf.cases_with(words, self.among, _FEW)
        return min(1.0, _FEW / (1 + len(cases) - (case in cases))) if len(cases) >= _FEW else 1.0


_FEW = 3
"""Cases from which on a name that stands in them all tells less of each: an official, a lawyer, a prison."""

_SURE = 1.4
_CERTAIN = 5.0
"""From here on it is one page, or one number of an urgent action."""


def _crowded(traits: Sequence[Traits]) -> frozenset[str]:
    """The addresses under which one source has published several things.

    News pasted below one another share their page's address, and some feeds have all their items point
    to the front page: that two statements share it says nothing then.
    """
    titles: dict[tuple[str, str], str] = {}
    crowded = set()
    for one in traits:
        first = titles.setdefault((one.url, one.source), one.title)
        if one.url and first != one.title and not same_title(first, one.title):
            crowded.add(one.url)
    return frozenset(crowded)


def _without(crowded: frozenset[str], traits: Traits) -> Traits:
    return replace(traits, url="") if traits.url in crowded else traits


def _stage(own: Traits, same: Sequence[Traits]) -> tuple[Relation, Reason]:
    """Whether a statement tells a later stage of its case, or what is known of it already."""
    if any(_told_already(own, other) for other in same):
        return Relation.DUPLICATE, Reason("same text", own.title)
    latest = max(other.moment for other in same)
    if own.moment - latest > _SAME_STAGE:
        return Relation.UPDATE, Reason("days later", own.title)
    if own.stage and not any(own.stage in other.stages for other in same) and not _at_once(own, same):
        return Relation.UPDATE, Reason(f"later stage: {own.stage}", own.stage_words)
    told = own.stage and any(own.stage in other.stages for other in same)
    if (
        own.msg_type == MsgType.CANCEL
        and not told
        and all(other.msg_type != MsgType.CANCEL for other in same)
    ):
        return Relation.UPDATE, Reason("calls off", own.title)
    if any(_speaks_again(own, other) for other in same):
        return Relation.UPDATE, Reason("same source speaks again", own.title)
    return Relation.DUPLICATE, Reason("same stage", own.title)


def _at_once(own: Traits, same: Sequence[Traits]) -> bool:
    """Whether it may be the same news in another language, whose title puts it in other words."""
    latest = max(same, key=lambda other: other.moment)
    soon = own.moment - latest.moment < _AT_ONCE
    return soon and own.language != latest.language and own.stage not in {"freed", "put_off", "closed"}


_AT_ONCE = 1.2 * 86_400
"""Seconds."""


def _told_already(own: Traits, other: Traits) -> bool:
    """Whether it is the same item again, or the same words."""
    if own.url and own.url == other.url and own.title == other.title:
        return True
    if (own.language, own.stage, own.msg_type) != (other.language, other.stage, other.msg_type):
        return False
    return alike(own.wording, other.wording, _SAME_TEXT) > 0


def _speaks_again(own: Traits, other: Traits) -> bool:
    """Whether one source tells more of a case: in the same language it does not tell the same twice."""
    if not own.source or own.source != other.source or own.language != other.language:
        return False
    return own.moment - other.moment > _SPEAKS_AGAIN


_SAME_TEXT = 0.6
"""The share of word pairs above which a second text is the first one, or an edit of it."""

_SPEAKS_AGAIN = 6 * 3_600
"""Seconds."""

_SAME_STAGE = 3.7 * 86_400
"""Seconds after the last word on a case within which the same call is told again, not anew."""
