"""Decides whether a new statement is about a case that is known: new, duplicate or update.

`traits` reads what tells one event from another (names, numbers, dates, places, identifiers);
`compare` weighs two sets of traits for and against; here the best known case is chosen.
Wording alone never merges: two cases that look alike and differ in a name, a date or a number of
persons stay two.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from jobs.steps.link.compare import compare, same_title
from jobs.steps.link.traits import Traits, features, read_traits, unread_traits
from jobs.steps.link.wording import alike
from storage.records import Reason, Statement
from storage.words import MsgType, Relation

__all__ = ["Known", "Linked", "Traits", "features", "link", "link_among", "read_traits", "unread_traits"]


@dataclass(frozen=True, slots=True)
class Linked:
    """The case a statement belongs to (None: a new one), how it stands to it, and why."""

    case: int | None
    relation: Relation
    evidence: tuple[Reason, ...] = ()


@dataclass(frozen=True, slots=True)
class Known:
    """A statement that has its case: its number, the case's number, and what tells its event apart."""

    number: int
    case: int
    traits: Traits


def link(new: Statement, known: Sequence[Statement]) -> Linked:
    """Where a new statement belongs, given statements whose `case_id` is set.

    Pure; candidates without a case are passed over. The same input gives the same answer.
    """
    placed = [Known(one.id, one.case_id, features(one)) for one in known if one.case_id is not None]
    return link_among(features(new), placed)


def link_among(own: Traits, known: Sequence[Known]) -> Linked:
    """As `link`, where the traits have been read already."""
    crowded = _crowded([own, *(one.traits for one in known)])
    if crowded:
        known = [replace(one, traits=_without(crowded, one.traits)) for one in known]
        own = _without(crowded, own)
    likes = [(likeness, one) for one in known if (likeness := compare(own, one.traits)).score >= 1]
    if not likes:
        return Linked(None, Relation.NEW)
    best, nearest = max(likes, key=lambda pair: (pair[0].score, pair[1].traits.moment, pair[1].number))
    relation, reason = _stage(own, [one.traits for one in known if one.case == nearest.case])
    return Linked(nearest.case, relation, (*best.reasons, reason))


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
    if own.stage and own.stage not in {other.stage for other in same}:
        return Relation.UPDATE, Reason(f"later stage: {own.stage}", own.stage_words)
    if own.msg_type == MsgType.CANCEL and all(other.msg_type != MsgType.CANCEL for other in same):
        return Relation.UPDATE, Reason("calls off", own.title)
    if any(_speaks_again(own, other) for other in same):
        return Relation.UPDATE, Reason("same source speaks again", own.title)
    return Relation.DUPLICATE, Reason("same stage", own.title)


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

_SAME_STAGE = 3.2 * 86_400
"""Seconds after the last word on a case within which the same call is told again, not anew."""
