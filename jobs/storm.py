"""Inside a transaction: too many calls at once. The rest waits for an admin, and people are told so once."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from jobs import often
from jobs.notices import Admins, announce
from storage.database import Work
from storage.due import DIGESTS
from storage.fitting import Aim, Rank
from storage.matching import Reach
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
_A_DAY = timedelta(days=1)
"""Nor of a source that rang too often within a day, whether or not it did within an hour before."""
_LANE = 3


Known = dict[tuple[str, bool], "Storm"]
"""Storms by their source, "" for all together, and whether they are of urgent ones."""


@dataclass(slots=True)
class Storm:
    """One that is told of, as a transaction knows it."""

    notice: int
    began: datetime
    lasting: timedelta
    told: set[int] = field(default_factory=set)
    """Recipients who hear of it already."""

    def lasts(self, moment: datetime) -> bool:
        """Whether the notice tells of what happens at this moment, too; as what was polled beside it does."""
        return self.began - _AN_HOUR <= moment < self.began + self.lasting


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


def tell(work: Work, alert: Alert, whom: tuple[Aim, Reach], why: str, admins: Admins, known: Known) -> None:
    """Those for whom the alert would have rung (`whom`) hear once in a storm that more is being looked at.

    `why` it is held tells one storm from another: that of a source, or of all of them. So do admins hear.
    One of posts tells nobody that calls wait; one of calls tells of posts as well. `known` are the storms of
    which this transaction has told.
    """
    source = "" if why in IN_ALL.values() else alert.source.name
    lasting = _A_DAY if why in often.IN_A_DAY.values() else _QUIET
    urgent = alert.statement.alert.urgent
    names = [(source, True)] if urgent else [(source, False), (source, True)]
    storm = next((known[one] for one in names if one in known and known[one].lasts(alert.sent)), None)
    if storm is None:
        opened = (_open(work, alert, one, lasting) for one in names)
        found = next(filter(None, opened), None) or _begun(work, alert, names[0], why, admins)
        found.lasting = lasting
        # Two that began in one moment have one notice: nobody gets it for each of them.
        storm = next((one for one in known.values() if one.notice == found.notice), found)
        known[names[0]] = storm
    aim, reach = whom
    if reach.few is None:
        work.matching.tell(storm.notice, aim, _LANE, alert.sent)
        return
    ringing = {who for who, rank in reach.few.items() if rank is Rank.AT_ONCE and who[0] not in storm.told}
    if ringing:
        work.matching.tell_few(storm.notice, ringing, _LANE, alert.sent)
        storm.told |= {recipient for recipient, _ in ringing}


def _open(work: Work, alert: Alert, of: tuple[str, bool], lasting: timedelta) -> Storm | None:
    """The storm of this source, of which people were told not long before."""
    began = work.moments.get(_name(*of))
    if began is None or not Storm(0, began, lasting).lasts(alert.sent):
        return None
    notice = work.notices.made_at(began, EventKind.STORM)
    return None if notice is None else Storm(notice, began, lasting)


def _begun(work: Work, alert: Alert, of: tuple[str, bool], why: str, admins: Admins) -> Storm:
    source, _ = of
    notice = work.notices.made_at(alert.sent, EventKind.STORM)
    notice = notice or work.notices.add(Notice((Event(EventKind.STORM, alert.sent),), alert.sent))
    work.moments.put(_name(*of), alert.sent)
    title = alert.source.organisation or alert.source.title or alert.source.name
    held = Event(EventKind.HELD, alert.sent, source=source, title=title if source else "", detail=why)
    announce(work, [held], admins, alert.sent)
    return Storm(notice, alert.sent, _QUIET)


def _name(source: str, urgent: bool) -> str:
    return f"storm {source}" if urgent else f"lesser storm {source}"
