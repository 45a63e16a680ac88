"""Notes since when a platform takes nothing at all, and tells admins from when to when that was."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from jobs.errands import Finished
from jobs.notices import Admins, announce
from jobs.outcome import RetryLater, Uncertain
from storage.database import Work
from storage.people import Event
from storage.words import EventKind

_LONG = timedelta(minutes=10)
"""What is shorter than this made nothing late that anybody would ask about."""


@dataclass(slots=True)
class Away:
    """One platform. `since`: when it first answered that nobody is to be written to, and has ever since."""

    transport: str
    since: datetime | None = None

    def begin(self, work: Work) -> None:
        """What an earlier program noted."""
        self.since = work.moments.get(self._name)

    def note(self, work: Work, finished: Sequence[Finished], admins: Admins) -> None:
        """Takes in what was answered; no answer at all tells nothing of the platform."""
        for one in sorted(finished, key=lambda one: one.at):
            if isinstance(one.outcome, RetryLater) and one.outcome.everyone:
                if self.since is None:
                    self.since = one.at
                    work.moments.put(self._name, one.at)
            elif self.since is not None and not isinstance(one.outcome, Uncertain):
                self._is_back(work, one.at, admins)

    def _is_back(self, work: Work, at: datetime, admins: Admins) -> None:
        since, self.since = self.since, None
        work.moments.drop(self._name)
        if since is None or at - since < _LONG:
            return
        counts = {"waiting": work.deliveries.waiting()}
        event = Event(EventKind.AWAY, at, title=self.transport.title(), since=since, counts=counts)
        announce(work, (event,), admins, at)

    @property
    def _name(self) -> str:
        return f"{self.transport} takes nothing since"
