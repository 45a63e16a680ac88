"""Inside a transaction: whose word ends a call at once, and how many calls one source may end.

To call off what is true is the most quiet harm that a source can do: nobody acts any more. So only who
called ends it at once: the same source, another of the same organisation, or one that speaks for an issuer
of the call. Anybody else's word waits for an admin, however trusted, and so does more of it within an hour,
or within a day, than is usual. Admins hear of every end.
"""

from datetime import timedelta

from jobs.limits import Limits
from jobs.notices import Admins, announce
from storage.database import Work
from storage.people import Event
from storage.records import Alert, Source, Statement
from storage.words import EventKind, MsgType, Trust

NOT_ITS_OWN = "another source than the one that called says that it is over: an admin looks first"
TOO_MANY = "more calls were called off by this source within an hour than usual: an admin looks first"
IN_A_DAY = "more calls were called off by this source within a day than usual: an admin looks first"
ON_TRIAL = "its source is new: it was added in a chat, and no owner has cleared it: an admin looks first"
_AN_HOUR, _A_DAY = timedelta(hours=1), timedelta(days=1)
_QUIET = timedelta(hours=6)
"""How long a source of whose ends one waits, and no admin looks, ends nothing more by itself."""


def may_end(work: Work, case_id: int, source: Source, statement: Statement) -> bool:
    """Whether the case is its own call, of its organisation, or of its own issuer; or nobody was called.

    Who only repeated the call, or told later news of it, does not own it. Where a relay was first, an
    organisation that called as well does. A source on trial ends nothing but what it called itself.
    """
    called = [one for one in work.alerts.on_case(case_id) if one.msg_type is not MsgType.CANCEL]
    if source.on_trial:  # whom it speaks for is its own claim
        return bool(called) and source.id == called[0].source.id
    if not called:
        return True
    first = called[0]
    of_relay = first.source.trust is Trust.RELAY and source.trust is Trust.OFFICIAL
    if of_relay and any(one.source.id == source.id for one in called):
        return True
    same = bool(source.organisation) and source.organisation == first.source.organisation
    return same or source.id == first.source.id or bool({*statement.issuers} & {*first.statement.issuers})


def why_held(work: Work, alert: Alert, limits: Limits) -> str:
    """Why an admin is to look before this end is told; "" where it may go.

    Ends that wait count, too: who goes on is not believed anew.
    """
    assert alert.case_id is not None  # noqa: S101 - it ends the case
    own = may_end(work, alert.case_id, alert.source, alert.statement)
    if alert.source.on_trial:
        return ON_TRIAL if own else f"{NOT_ITS_OWN}; {ON_TRIAL}"
    if not own:
        return NOT_ITS_OWN
    of = work.alerts
    if of.held_since(alert.source.id, alert.sent - _QUIET, TOO_MANY):
        return TOO_MANY
    if of.ended_since(alert.source.id, alert.sent - _AN_HOUR) >= limits.ends_per_source_hour:
        return TOO_MANY
    within_a_day = of.ended_since(alert.source.id, alert.sent - _A_DAY)
    return IN_A_DAY if within_a_day >= limits.ends_per_source_day else ""


def tell(work: Work, alert: Alert, told: int, admins: Admins) -> None:
    """Admins hear that a call was called off without them, and how many are told so."""
    title = alert.source.organisation or alert.source.title or alert.source.name
    counts = {"told": told, "case": alert.case_id or 0}
    event = Event(EventKind.CALLED_OFF, alert.sent, source=alert.source.name, title=title, counts=counts)
    announce(work, [event], admins, alert.sent)
