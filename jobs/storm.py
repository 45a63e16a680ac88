"""Inside a transaction: too many calls at once. The rest waits for an admin, and people are told so once."""

from datetime import timedelta

from jobs.notices import Admins, announce
from storage.database import Work
from storage.due import DIGESTS
from storage.fitting import Aim
from storage.people import Event, Notice
from storage.records import Alert
from storage.words import EventKind

IN_ALL = {
    True: "more urgent alerts within an hour than usual, from all sources together: an admin looks first",
    False: "more within an hour than usual, from all sources together: an admin looks first",
}
"""Why an alert is held, by whether it is urgent: others do not count among the urgent ones."""
_AN_HOUR = timedelta(hours=1)
_QUIET = timedelta(hours=6)
"""Who was told of a storm hears no more of it for so long."""
_LANE = 3


def rages(work: Work, alert: Alert, most: int) -> bool:
    """Whether all sources together have given cause for as many alerts within an hour as they may.

    Urgent ones are counted by themselves, whomever they reached, and of the others those that somebody was
    sent at once. Reminders are counted nowhere: they tell nobody of anything new.
    """
    since = alert.sent - _AN_HOUR
    if not alert.statement.alert.urgent:
        return work.alerts.others_reached(most, since, DIGESTS)
    last = work.alerts.urgent_so_many_back(most)
    return last is not None and last > since


def tell(work: Work, alert: Alert, aim: Aim, why: str, admins: Admins) -> None:
    """Those for whom the alert would have rung hear once in a storm that more is being looked at.

    `why` it is held tells one storm from another: that of a source, or of all of them. So do admins hear.
    """
    source = "" if why in IN_ALL.values() else alert.source.name
    name = f"storm {source}"
    began = work.moments.get(name)
    notice = None
    if began is not None and began <= alert.sent < began + _QUIET:
        notice = work.notices.made_at(began, EventKind.STORM)
    if notice is None:
        notice = work.notices.add(Notice((Event(EventKind.STORM, alert.sent),), alert.sent))
        work.moments.put(name, alert.sent)
        title = alert.source.organisation or alert.source.title or alert.source.name
        held = Event(EventKind.HELD, alert.sent, source=source, title=title if source else "", detail=why)
        announce(work, [held], admins, alert.sent)
    work.matching.tell(notice, aim, _LANE, alert.sent)
