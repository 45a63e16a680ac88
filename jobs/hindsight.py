"""Says what would have rung, had a source been watched when its items appeared."""

from collections.abc import Sequence
from datetime import UTC, datetime

from jobs.keep import Outcome, keep_all
from jobs.limits import Limits
from jobs.recall import Recall
from jobs.steps.understand import Understood
from storage.database import Database
from storage.people import Route
from storage.records import Alert, Entry, Source

_FIRST_FEEDS = datetime(1990, 1, 1, tzinfo=UTC)


def would_have_rung(
    scratch: Database,
    source: Source,
    read: Sequence[Understood],
    limits: Limits,
    now: datetime,
) -> tuple[Alert, ...]:
    """The alerts that someone who wants all that is urgent would have had, in the order of their coming.

    The items are kept one after another, each at the moment of its publication, by the same steps as
    in a poll: an item that repeats or ends an earlier one counts as it would have. What has no date
    is taken to be of `now`; what is dated impossibly never rings. `scratch` is an empty database, and
    is left with all of it.
    """
    with scratch.write() as work:
        work.sources.configure([source])
        (watched,) = work.sources.all()
        reader = work.recipients.ensure("hindsight", "hindsight", "en", now)
        work.routes.add(reader.id, Route())
    alerts: list[Alert] = []
    recall = Recall()
    possible = [one for one in read if _is_possible(one.entry, limits, now)]
    for one in sorted(possible, key=lambda one: _moment(one.entry, now)):
        with scratch.write() as work:
            outcome = Outcome(watched, watched, _moment(one.entry, now), new=(one,))
            kept = keep_all(work, [outcome], limits, recall)
        alerts += [alert for polled in kept for alert, _ in polled.alerts]
    return tuple(alerts)


def _is_possible(entry: Entry, limits: Limits, now: datetime) -> bool:
    too_old = entry.published is not None and entry.published < _FIRST_FEEDS
    return not too_old and not limits.from_the_future(entry, now)


def _moment(entry: Entry, now: datetime) -> datetime:
    """When the item came: a publisher's clock may be a little ahead of ours."""
    return min(entry.published or now, now)
