"""Decides how news of a case comes to who was told of it: what an edit changed, what makes a sound."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import replace

from jobs.steps.sensitive import names
from storage.records import Addressee, Alert, Change, Statement
from storage.remembered import Heard
from storage.words import Aspect, Cause, MsgType, Severity, Urgency

URGENCY = {
    Urgency.IMMEDIATE: 3,
    Urgency.EXPECTED: 2,
    Urgency.FUTURE: 1,
    Urgency.PAST: 0,
    Urgency.UNKNOWN: 0,
}
"""CAP 1.2 section 3.2.2, from what calls for the quickest action to what calls for none."""
SEVERITY = {
    Severity.EXTREME: 4,
    Severity.SEVERE: 3,
    Severity.MODERATE: 2,
    Severity.MINOR: 1,
    Severity.UNKNOWN: 0,
}
FACTS = (
    *(Aspect.PERSONS, Aspect.CHILDREN, Aspect.NAMES),
    *(Aspect.COUNTRIES, Aspect.PLACES),
    *(Aspect.ADDRESSEES, Aspect.DEADLINE, Aspect.DEMANDS),
)
"""Who, where, when and what: changed, they make news of an edit. How urgent it is judged does not alone."""


def changed(before: Statement, after: Statement) -> tuple[Change, ...]:
    """What an edit changed of a call: who is in danger, where, what is asked of whom by when, how pressing.

    What is not said any more is a change too. Another order, or another wording of the rest, is none: a place
    is not new that the text named before, nor gone while it still does. Whom a source names no longer is not
    told, for it may have taken the name out for their safety.
    """
    was, now = dict(_facts(before)), dict(_facts(after))
    found = (
        Change(aspect, _without(was[aspect], now[aspect]), _without(now[aspect], was[aspect]))
        for aspect in was
    )
    told = (_APART.get(one.aspect, _as_it_is)(one, before, after) for one in found)
    return tuple(one for one in told if one.before or one.after)


def is_news(changes: Iterable[Change]) -> bool:
    """Whether who was told of a call must hear of its edit."""
    return any(change.aspect in FACTS for change in changes)


def facts_digest(statement: Statement) -> str:
    """A name for what a call says of who, where, what and when: the same facts have the same one."""
    facts = ((aspect, sorted(map(_bare, said))) for aspect, said in _facts(statement) if aspect in FACTS)
    return hashlib.sha256(repr(list(facts)).encode("utf-8", "replace")).hexdigest()[:16]


def escalates(alert: Alert, heard: Sequence[Heard]) -> bool:
    """Whether it is more urgent or more severe than anything the chat was told of the case before."""
    judged = alert.statement.alert
    for change in alert.changes:
        if change.aspect is Aspect.URGENCY and _rises(change, URGENCY):
            return True
        if change.aspect is Aspect.SEVERITY and _rises(change, SEVERITY):
            return True
    return all(URGENCY[judged.urgency] > URGENCY[one.urgency] for one in heard) or all(
        SEVERITY[judged.severity] > SEVERITY[one.severity] for one in heard
    )


def is_silent(alert: Alert, heard: Sequence[Heard]) -> bool:
    """Whether it makes no sound in a chat that was told so much: an update that does not escalate.

    The first that a chat is told of a case is heard, a reminder, and the end of a call where the call was.
    """
    if not heard or alert.msg_type is MsgType.ALERT or alert.cause is Cause.REMINDER:
        return False
    if alert.msg_type is MsgType.CANCEL:
        return not any(one.at_once for one in heard)
    return not escalates(alert, heard)


def _facts(statement: Statement) -> Iterable[tuple[Aspect, tuple[str, ...]]]:
    risk, judged = statement.persons_at_risk, statement.alert
    yield Aspect.PERSONS, (str(risk.count),) if risk.count is not None else ()
    yield Aspect.CHILDREN, (str(risk.minors),) if risk.minors else ()
    yield Aspect.NAMES, tuple(one.words for one in names(statement))
    yield Aspect.COUNTRIES, statement.countries
    yield Aspect.PLACES, statement.places
    yield Aspect.ADDRESSEES, tuple(map(_addressee, statement.addressees))
    yield Aspect.DEADLINE, (statement.deadline.isoformat(),) if statement.deadline else ()
    yield Aspect.DEMANDS, tuple(demand.quote for demand in statement.demands)
    yield Aspect.URGENCY, (judged.urgency,)
    yield Aspect.SEVERITY, (judged.severity,)


def _as_it_is(change: Change, _before: Statement, _after: Statement) -> Change:
    return change


def _unless_named(change: Change, before: Statement, after: Statement) -> Change:
    """Without what stands in both texts, though by its wording it was read in one of them only."""
    came = tuple(value for value in change.after if not _stands(value, before))
    went = tuple(value for value in change.before if not _stands(value, after))
    return Change(change.aspect, went, came)


def _who_came(change: Change, before: Statement, after: Statement) -> Change:
    return replace(_unless_named(change, before, after), before=())


def _by_name(change: Change, before: Statement, after: Statement) -> Change:
    """In the words of the source; one country is one addressee, whoever speaks for it."""
    went = tuple(one.name for one in before.addressees if _addressee(one) in change.before)
    came = tuple(one.name for one in after.addressees if _addressee(one) in change.after)
    # It may only be worded so that we did not see, or do not see, that somebody is asked.
    if not came:
        went = tuple(name for name in went if not _stands(name, after))
    if not before.addressees:
        came = tuple(name for name in came if not _stands(name, before))
    return Change(change.aspect, went, came)


_APART = {Aspect.NAMES: _who_came, Aspect.PLACES: _unless_named, Aspect.ADDRESSEES: _by_name}
"""Read in the text by its wording, so that another wording may hide it from us, or show it."""


def _addressee(one: Addressee) -> str:
    return one.country or _bare(one.name)


def _stands(value: str, statement: Statement) -> bool:
    return _bare(value) in _bare(f"{statement.title} {statement.text}")


def _without(values: tuple[str, ...], others: tuple[str, ...]) -> tuple[str, ...]:
    known = set(map(_bare, others))
    return tuple(value for value in values if _bare(value) not in known)


def _bare(text: str) -> str:
    return " ".join(text.casefold().split()).strip(".,;:!?\"'“”‘’ ")


def _rises(change: Change, order: dict[Urgency, int] | dict[Severity, int]) -> bool:
    ranks = {str(word): rank for word, rank in order.items()}
    return max(map(ranks.__getitem__, change.after)) > max(map(ranks.__getitem__, change.before))
