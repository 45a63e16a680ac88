"""What may ring, as the operator set it: the age window, the cap, and when digests are sent."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo

from storage.records import Entry
from storage.words import Concern, Digest, Trust

ENDANGERS = frozenset({Concern.MINOR, Concern.HIDING})
"""What may endanger somebody, whoever says it."""
_DIGEST_HOUR = 8
_CLOCK_AHEAD = timedelta(hours=1)
_DAY_AHEAD = timedelta(hours=14)


@dataclass(frozen=True, slots=True)
class Policy:
    """For which concerns a call is held, by whose word it is."""

    official: frozenset[Concern] = ENDANGERS
    relay: frozenset[Concern] = frozenset(Concern)

    def of(self, trust: Trust) -> frozenset[Concern]:
        """What is looked at of a source that is trusted so."""
        return self.official if trust is Trust.OFFICIAL else self.relay


USUAL = Policy()


@dataclass(frozen=True, slots=True)
class Limits:
    """`window`: how old an entry may be and still ring.

    Alerts before an admin looks: `per_source_hour` and `per_source_day` of one source, `per_hour` of all
    together; urgent ones are counted by themselves, and so are the others.
    `ends_per_source_hour`, `ends_per_source_day`: so many calls one source may call off within that time.
    """

    window: timedelta = timedelta(days=3)
    per_source_hour: int = 10
    per_source_day: int = 30
    per_hour: int = 60
    ends_per_source_hour: int = 3
    ends_per_source_day: int = 9
    zone: tzinfo = UTC
    review: Policy = USUAL

    def fresh(self, entry: Entry, now: datetime, *, first_poll: bool) -> bool:
        """Whether the entry is recent enough to ring.

        A publisher's clock may be an hour ahead, and a bare day may have begun earlier in the
        east (UTC+14); what is dated later is from the future and never rings. An undated entry
        counts as new when it appears after the first poll, which reads a source's past.
        """
        if entry.published is None:
            return not first_poll
        behind = self.window + (timedelta(days=1) if entry.date_only else timedelta())
        return now - behind <= entry.published and not self.from_the_future(entry, now)

    def from_the_future(self, entry: Entry, now: datetime) -> bool:
        """Whether the entry is dated later than any clock on earth can show."""
        ahead = _DAY_AHEAD if entry.date_only else _CLOCK_AHEAD
        return entry.published is not None and entry.published > now + ahead

    def edited_in_time(self, entry: Entry, now: datetime) -> bool:
        """Whether an edit that is seen now may ring: by its own date, where it has one."""
        if self.from_the_future(entry, now):
            return False
        return (
            entry.updated is None
            or entry.updated <= (entry.published or entry.updated)
            or (now - self.window <= entry.updated <= now + _CLOCK_AHEAD)
        )

    def digest_time(self, digest: Digest, now: datetime) -> datetime:
        """The next eight o'clock in the operator's zone; of a Monday for weekly digests."""
        local = now.astimezone(self.zone)
        due = local.replace(hour=_DIGEST_HOUR, minute=0, second=0, microsecond=0)
        if due <= local:
            due += timedelta(days=1)
        if digest is Digest.WEEKLY:
            due += timedelta(days=-due.weekday() % 7)
        return due.astimezone(now.tzinfo)
