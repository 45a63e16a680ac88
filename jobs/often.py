"""Inside a transaction: how often one source has rung, and whether an admin is to look at more of it first.

Within an hour, which bounds what somebody who has taken it over can send before anybody knows; and within a
day, for whoever keeps to the hour's bound (docs/decisions/0062-a-days-bound.md).
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from jobs.limits import Limits
from storage.database import Work
from storage.due import DIGESTS
from storage.records import Alert

IN_AN_HOUR = {
    True: "more urgent alerts from this source within an hour than usual: an admin looks first",
    False: "more from this source within an hour than usual: an admin looks first",
}
"""Why an alert is held, by whether it is urgent: others do not count among the urgent ones."""
IN_A_DAY = {
    True: "more urgent alerts from this source within a day than usual: an admin looks first",
    False: "more from this source within a day than usual: an admin looks first",
}
_AN_HOUR, _A_DAY = timedelta(hours=1), timedelta(days=1)
_QUIET = timedelta(hours=6)
"""How long a source that was held must give no cause for it, where no admin looks, to be heard again."""


@dataclass(slots=True)
class Often:
    """How often sources have rung, as one transaction sees it."""

    work: Work
    _rung: dict[tuple[int, datetime, bool], tuple[int, int]] = field(default_factory=dict)
    """Within an hour and within a day before a moment, by source, moment and urgency."""

    def why_held(self, alert: Alert, limits: Limits) -> str:
        """Why an admin is to look first: the source has given cause for as many as it may; "" for fewer.

        Urgent ones are counted by themselves: nothing else holds a call up. What is held counts, too: who
        goes on is not believed anew.
        """
        source, urgent = alert.source.id, alert.statement.alert.urgent
        key = (source, alert.sent, urgent)
        if key not in self._rung:
            of, since = self.work.alerts, (alert.sent - _AN_HOUR, alert.sent - _A_DAY)
            hour, day = of.rung_since(source, *since) if urgent else of.at_once_since(source, *since, DIGESTS)
            most = limits.per_source_hour
            if hour < most and of.held_since(source, alert.sent - _QUIET, IN_AN_HOUR[urgent]):
                hour = most
            self._rung[key] = hour, day
        hour, day = self._rung[key]
        if hour >= limits.per_source_hour:
            return IN_AN_HOUR[urgent]
        return IN_A_DAY[urgent] if day >= limits.per_source_day else ""

    def rang(self, alert: Alert, *, at_once: bool) -> None:
        """This alert came to them."""
        for (source, moment, urgent), (hour, day) in self._rung.items():
            counts = alert.statement.alert.urgent if urgent else at_once and not alert.statement.alert.urgent
            if not counts or source != alert.source.id:
                continue
            within = (moment - _AN_HOUR < alert.sent, moment - _A_DAY < alert.sent)
            self._rung[source, moment, urgent] = hour + within[0], day + within[1]
