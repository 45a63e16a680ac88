"""Notes since when a platform takes nothing at all, and tells admins from when to when that was."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from jobs.notices import Admins, announce
from storage.database import Work
from storage.people import Event
from storage.words import EventKind

_LONG = timedelta(minutes=10)
"""What is shorter than this made nothing late that anybody would ask about."""


@dataclass(slots=True)
class Away:
    """One platform. `since`: when it first took nothing, and has taken nothing ever since."""

    transport: str
    since: datetime | None = None

    def begin(self, work: Work) -> None:
        """What an earlier program noted."""
        self.since = work.moments.get(self._name)

    def note(self, work: Work, since: datetime | None, now: datetime, admins: Admins) -> None:
        """Takes in since when it takes nothing, None where it does: as `jobs.account` knows it."""
        if since is None and self.since is not None:
            self._is_back(work, now, admins)
        elif since is not None and self.since is None:
            self.since = since
            work.moments.put(self._name, since)

    def _is_back(self, work: Work, at: datetime, admins: Admins) -> None:
        since, self.since = self.since, None
        work.moments.drop(self._name)
        if since is None or at - since < _LONG:
            return
        counts = {"waiting": work.deliveries.waiting()}
        event = Event(EventKind.AWAY, at, title=self._shown, since=since, counts=counts)
        announce(work, (event,), admins, at)

    @property
    def _shown(self) -> str:
        """The platform as people write it, and a further account on it as it is."""
        platform, _, account = self.transport.partition(" ")
        return f"{platform.title()} {account}".strip()

    @property
    def _name(self) -> str:
        return f"{self.transport} takes nothing since"
