"""Decides which route an alert fits, and how early it goes.

`wants` and `at_once` say it for one route. For all of them the database is asked, with what `aim_of` takes
of the alert (`storage.matching`); a test holds the one against the other.
"""

from collections.abc import Sequence
from functools import lru_cache

from jobs.steps.lexicon.tokens import fold, words_of
from storage.fitting import Aim
from storage.people import Route
from storage.records import Alert
from storage.words import Digest, MsgType, Severity, Status, Urgency

_ORDER = {
    Urgency.IMMEDIATE: 3,
    Urgency.EXPECTED: 2,
    Urgency.FUTURE: 1,
    Urgency.PAST: 0,
    Urgency.UNKNOWN: 0,
}
"""CAP 1.2 section 3.2.2, from what calls for the quickest action to what calls for none."""

PRESSING = 1
"""The lane of what presses."""
_FOLLOW_UPS = frozenset({MsgType.UPDATE, MsgType.CANCEL})


def wants(route: Route, alert: Alert, *, followed: bool, drills: bool = False) -> bool:
    """Whether a route asks for this alert, at once or in its digest.

    `followed` says that the recipient was alerted to the case before (or follows it; a drill alerts nobody
    to what is real): its updates and cancels are then wanted whatever their urgency. A drill is for nobody
    but those who asked for `drills`, a draft for nobody at all.
    """
    if alert.status is Status.DRAFT or (alert.status is not Status.ACTUAL and not drills):
        return False
    follow_up = followed and is_follow_up(alert)
    if follow_up:
        # Who was rung for the case hears what became of it, whatever words the news is in.
        return True
    if not _rings(alert, follow_up=False) and alert.statement.kind not in route.kinds:
        return False
    least = _ORDER[route.least_urgency] if route.least_urgency else 0
    if _ORDER[alert.statement.alert.urgency] < least:
        return False
    return all(fits(route, alert) for fits in _FILTERS)


def is_follow_up(alert: Alert) -> bool:
    """Whether who was alerted to the case before gets this whatever it is about."""
    return alert.msg_type in _FOLLOW_UPS


def at_once(route: Route, alert: Alert, *, followed: bool) -> bool:
    """Whether an alert that the route `wants` is pushed now rather than kept for a digest.

    What rings (DESIGN, "What rings") is pushed whatever the route says of digests, which are for the kinds
    that it names; everything else waits for the digest, daily if the route does not say.
    """
    follow_up = followed and is_follow_up(alert)
    return route.digest is Digest.NONE or _rings(alert, follow_up=follow_up)


def lane(alert: Alert) -> int:
    """The lane of a delivery, lower first: 0 corrections, 1 what presses, 2 updates, 3 the rest at once.

    No drill goes before anything real but posts and digests; its end goes before the rest of it. An update
    that presses is in lane 1 for those who have heard nothing of its case: to them it is the call.
    """
    if alert.status is not Status.ACTUAL:
        return 2 if alert.msg_type is MsgType.CANCEL else 3
    if alert.msg_type is MsgType.CANCEL:
        return 0
    if alert.msg_type is MsgType.UPDATE:
        return 2
    return PRESSING if _presses(alert) else 3


def is_first_word(alert: Alert) -> bool:
    """Whether it is news of a case, and as pressing as a call to whoever has not heard of that yet."""
    return alert.msg_type is MsgType.UPDATE and alert.status is Status.ACTUAL and _presses(alert)


def _presses(alert: Alert) -> bool:
    """Whether it is Immediate, or Extreme while something can be done by a date.

    Whatever tells of torture is Extreme: the report of a year is in no hurry for that.
    """
    judged = alert.statement.alert
    if judged.urgency is Urgency.IMMEDIATE:
        return True
    return judged.severity is Severity.EXTREME and (judged.urgent or judged.urgency is Urgency.EXPECTED)


def _rings(alert: Alert, *, follow_up: bool) -> bool:
    return follow_up or alert.statement.alert.urgent


def _country(route: Route, alert: Alert) -> bool:
    countries = alert.statement.countries or alert.source.countries
    return not route.countries or not {c.upper() for c in route.countries}.isdisjoint(countries)


def _kind(route: Route, alert: Alert) -> bool:
    return not route.kinds or alert.statement.kind in route.kinds


def _language(route: Route, alert: Alert) -> bool:
    wanted = {code.lower() for code in route.languages}
    return not wanted or not wanted.isdisjoint(one.lower() for one in languages_told(alert))


def _source(route: Route, alert: Alert) -> bool:
    """By the source's name, its organisation or title, an issuer, or another source that carried it."""
    if not route.sources:
        return True
    known = names_told(alert)
    return any(name_of(name) in known for name in route.sources)


def _keywords(route: Route, alert: Alert) -> bool:
    """Whole words in their order, whatever case and accents; a substring where no spaces are written."""
    if not route.keywords and not route.without:
        return True
    text = _searchable(_told(alert))
    if any(_holds(text, phrase) for phrase in route.without):
        return False
    return not route.keywords or any(_holds(text, phrase) for phrase in route.keywords)


_FILTERS = (_country, _kind, _language, _source, _keywords)
"""What a route may narrow; each is passed by a route that does not use it."""


def aim_of(alert: Alert, worded: Sequence[int] = ()) -> Aim:
    """What the database is asked about the alert; `worded` are the routes whose own words it fits."""
    urgency = alert.statement.alert.urgency
    return Aim(
        status=alert.status,
        urgent=_rings(alert, follow_up=False),
        kind=alert.statement.kind,
        languages=languages_told(alert),
        countries=alert.statement.countries or alert.source.countries,
        satisfies=tuple(least for least, order in _ORDER.items() if order <= _ORDER[urgency]),
        worded=worded,
    )


def words_told(alert: Alert) -> list[str]:
    """The words that keywords and exclusions are looked for in."""
    return words_of(_told(alert))


def languages_told(alert: Alert) -> tuple[str, ...]:
    """The languages that it is in."""
    return (alert.statement.language, *(one.language for one in alert.statement.wordings))


def _told(alert: Alert) -> str:
    """All that it says, in each of its languages."""
    told = alert.statement
    others = (words for one in told.wordings for words in (one.title, one.text))
    return "\n".join((told.title, told.text, *others))


def names_told(alert: Alert) -> set[str]:
    """The names that a route may ask for as a source."""
    names = (
        alert.source.name,
        alert.source.organisation,
        alert.source.title,
        *alert.statement.issuers,
        *alert.also,
    )
    return {name_of(name) for name in names if name}


def phrase_of(typed: str) -> tuple[str, ...]:
    """A keyword as the words that it is."""
    return tuple(words_of(typed))


def name_of(typed: str) -> str:
    """The name of a source, in whatever spelling."""
    return fold(typed).strip()


@lru_cache(maxsize=16)
def _searchable(text: str) -> str:
    """Folded words with one space around each; East Asian characters are words of their own."""
    return f" {' '.join(words_of(text))} "


def _holds(text: str, phrase: str) -> bool:
    words = " ".join(words_of(phrase))
    return bool(words) and f" {words} " in text
