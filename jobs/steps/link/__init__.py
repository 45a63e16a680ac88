"""Decides whether a new statement is about a case that is known: new, duplicate or update.

`traits` reads what tells one event from another (names, numbers, dates, places, identifiers);
`compare` weighs two sets of traits for and against; here the best known case is chosen.
Wording alone never merges: two cases that look alike and differ in a name, a date or a number of
persons stay two.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from jobs.steps.link.compare import compare, same_title
from jobs.steps.link.traits import Traits, features
from storage.records import Reason, Statement
from storage.words import Relation

__all__ = ["Linked", "Traits", "features", "link"]


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
    others = [statement for statement in known if statement.case_id is not None]
    own, *traits = _with_pages_of_their_own([features(new), *map(features, others)])
    likes = [
        (likeness, statement)
        for other, statement in zip(traits, others, strict=True)
        if (likeness := compare(own, other)).score >= 1
    ]
    if not likes:
        return Linked(None, Relation.NEW)
    best, nearest = max(likes, key=lambda pair: (pair[0].score, _moment(pair[1]), pair[1].id))
    same = [other for other, s in zip(traits, others, strict=True) if s.case_id == nearest.case_id]
    relation, reason = _stage(own, same)
    return Linked(nearest.case_id, relation, (*best.reasons, reason))


def _with_pages_of_their_own(traits: Sequence[Traits]) -> list[Traits]:
    """The traits, without an address under which one source has published several things.

    News pasted below one another share their page's address, and some feeds have all their items point
    to the front page: that two statements share it says nothing then.
    """
    titles: dict[tuple[str, str], str] = {}
    crowded = set()
    for one in traits:
        first = titles.setdefault((one.url, one.source), one.title)
        if one.url and first != one.title and not same_title(first, one.title):
            crowded.add(one.url)
    return [replace(one, url="") if one.url in crowded else one for one in traits]


def _moment(statement: Statement) -> float:
    """When a statement was published, as a number that orders; unknown comes first."""
    return statement.published.timestamp() if statement.published else 0.0


def _stage(own: Traits, same: Sequence[Traits]) -> tuple[Relation, Reason]:
    """Whether a statement tells a later stage of its case, or what is known of it already."""
    if any(own.url and own.url == other.url and own.title == other.title for other in same):
        return Relation.DUPLICATE, Reason("same page and title", own.title)
    stages = {other.stage for other in same}
    if own.stage and own.stage not in stages:
        return Relation.UPDATE, Reason(f"later stage: {own.stage}", own.stage_words)
    latest = max(other.moment for other in same)
    if own.moment - latest > _SAME_STAGE and not any(
        o.stage == own.stage and o.text == own.text for o in same
    ):
        return Relation.UPDATE, Reason("days later", own.title)
    if any(_speaks_again(own, other) for other in same):
        return Relation.UPDATE, Reason("same source speaks again", own.title)
    return Relation.DUPLICATE, Reason("same stage", own.title)


def _speaks_again(own: Traits, other: Traits) -> bool:
    """Whether one source tells more of a case: in the same language it does not tell the same twice."""
    if not own.source or own.source != other.source or own.language != other.language:
        return False
    shared = len(own.pieces & other.pieces) / max(1, min(len(own.pieces), len(other.pieces)))
    return shared < _SAME_TEXT and own.moment - other.moment > _SPEAKS_AGAIN


_SAME_TEXT = 0.5
_SPEAKS_AGAIN = 6 * 3_600
"""Seconds, and the share of word pairs above which a second text is an edit of the first."""


_SAME_STAGE = 6 * 86_400
"""Seconds after the last word on a case within which the same call is told again, not anew."""
