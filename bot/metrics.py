"""Tells a monitoring system how the watch fares: the Prometheus text format, and a word for a health check.

No number here is about a person. Labels name sources, states, lanes and outcomes; there is none for a
chat, a transport's account, a route or a country, for a count of two subscribers tells who the second is.
"""

import asyncio
from collections.abc import Iterator
from datetime import datetime
from importlib.metadata import PackageNotFoundError, version
from math import ceil

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily, InfoMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4 as CONTENT_TYPE

from bot.watchdog import Pulse
from jobs.errands import Finished
from jobs.outcome import Gone, Migrated, Outcome, Rejected, RetryLater, Sent, Uncertain
from jobs.poll import Polled
from jobs.websub import Receipt
from storage.counts import COUNTED
from storage.database import Database
from storage.measures import Measures
from storage.words import DeliveryState, SourceState

__all__ = ["CONTENT_TYPE", "Meter", "healthz", "metrics"]

LANES = ("correction", "immediate", "update", "other", "digest")
"""What a delivery's lane is called."""
QUEUED = ("poll", "keep", "web")
"""The roles that take jobs from the queue."""
CHANGE = "change"
"""In the place of a lane: a message is changed where it stands, which takes of the same budget."""
_OUTCOMES: dict[type[Outcome], str] = {
    Sent: "sent",
    RetryLater: "later",
    Gone: "gone",
    Migrated: "moved",
    Rejected: "refused",
    Uncertain: "uncertain",
}
_SECONDS = (0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 40, 80)


class Meter:
    """Counts what happens while the program runs; everything else is asked of the database."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._polls = Counter(
            "vigil_polls",
            "Polls since the start, by the state they found.",
            ["state"],
            registry=self.registry,
        )
        self._entries = Counter("vigil_new_entries", "New entries since the start.", registry=self.registry)
        self._duration = Histogram(
            "vigil_poll_duration_seconds",
            "From asking a source to its commit.",
            buckets=_SECONDS,
            registry=self.registry,
        )
        self._pushes = Counter(
            "vigil_pushes",
            "Pushes of hubs since the start, by what became of them.",
            ["receipt"],
            registry=self.registry,
        )
        self._messages = Counter(
            "vigil_messages",
            "Messages that this program tried to send since its start, by lane and what was answered.",
            ["lane", "outcome"],
            registry=self.registry,
        )
        for state in SourceState:
            self._polls.labels(state.value)  # a rate needs the zero before the first one
        for receipt in Receipt:
            self._pushes.labels(receipt.value)
        for outcome in _OUTCOMES.values():
            for lane in (*LANES, CHANGE):
                self._messages.labels(lane, outcome)

    def polled(self, polled: Polled, seconds: float) -> None:
        """One poll was made; a `Poller` calls this as `noticed`."""
        self._polls.labels(polled.source.state.value).inc()
        self._entries.inc(polled.new)
        self._duration.observe(seconds)

    def delivered(self, finished: Finished) -> None:
        """A platform answered; a `Deliverer` calls this as `noticed`. A digest counts once."""
        lanes = [one.lane for one in finished.errand.deliveries]
        lane = LANES[min(lanes)] if lanes else CHANGE
        self._messages.labels(lane, _OUTCOMES[type(finished.outcome)]).inc()

    def pushed(self, receipt: Receipt) -> None:
        """One push came in; a `Subscriber` calls this as `noticed`."""
        self._pushes.labels(receipt.value).inc()

    def brought(self, polled: Polled) -> None:
        """What was in a push was kept; a `Subscriber` calls this so."""
        self._entries.inc(polled.new)


async def metrics(database: Database, meter: Meter, now: datetime) -> str:
    """Everything, in the text format 0.0.4."""

    def measured() -> Measures:
        with database.read() as work:
            return work.measures(now)

    found = await asyncio.to_thread(measured)
    registry = CollectorRegistry()
    registry.register(_Snapshot(found, now))
    return (generate_latest(registry) + generate_latest(meter.registry)).decode()


def healthz(pulse: Pulse) -> tuple[bool, str]:
    """Whether everything that should move does, and a line about it that names no secret."""
    hung = pulse.hung()
    return (False, f"stuck: {', '.join(hung)}\n") if hung else (True, "ok\n")


class _Snapshot:
    """The database's numbers as a collector."""

    def __init__(self, found: Measures, now: datetime) -> None:
        self._found = found
        self._now = now

    def collect(self) -> Iterator[Metric]:
        """Every family, in an order that a person can read."""
        yield InfoMetricFamily("vigil_build", "The program.", value={"version": _version()})
        yield from self._of_the_watch()
        yield from self._of_each_source()
        found = self._found
        for name, text, count in (
            ("entries", "Entries held.", found.entries),
            ("statements", "Statements held.", found.statements),
            ("alerts", "Alerts made.", found.alerts),
            ("notices", "Notices to admins made.", found.notices),
        ):
            yield GaugeMetricFamily(f"vigil_{name}", text, value=count)
        yield from self._of_deliveries()
        yield from self._of_the_way()
        yield from self._of_nodes()
        if found.alive:
            yield GaugeMetricFamily(
                "vigil_heartbeat_age_seconds",
                "Since the service last came round; it does so every minute.",
                value=self._age(found.alive),
            )

    def _of_the_watch(self) -> Iterator[Metric]:
        found = self._found
        states = GaugeMetricFamily("vigil_sources", "Sources watched, by state.", labels=["state"])
        for state, count in found.sources.items():
            states.add_metric([state.value], count)
        yield states
        yield GaugeMetricFamily(
            "vigil_sources_silent", "Sources with nothing new for unusually long.", value=found.silent
        )
        hubs = GaugeMetricFamily(
            "vigil_subscriptions", "Subscriptions with hubs (WebSub), by state.", labels=["state"]
        )
        for held, count in found.subscriptions.items():
            hubs.add_metric([held.value], count)
        yield hubs
        yield GaugeMetricFamily(
            "vigil_offline",
            "1 while no source at all can be reached.",
            value=float(bool(found.offline_since)),
        )

    def _of_each_source(self) -> Iterator[Metric]:
        """By its name, which is the operator's own word: an address may hold a password."""
        states = GaugeMetricFamily(
            "vigil_source_state", "1 for the state that the source is in.", labels=["source", "state"]
        )
        ages = GaugeMetricFamily(
            "vigil_source_last_success_age_seconds",
            "Since the source last answered as it should; absent while it never has.",
            labels=["source"],
        )
        due = GaugeMetricFamily(
            "vigil_source_next_due_timestamp_seconds",
            "When the source is asked next, in seconds since 1970; absent before it is asked at all.",
            labels=["source"],
        )
        silent = GaugeMetricFamily(
            "vigil_source_silent_seconds",
            "Since when nothing new came, for longer than this source ever paused; absent while it is usual.",
            labels=["source"],
        )
        for one in self._found.watched:
            if one.silent_since:
                silent.add_metric([one.name], self._age(one.silent_since))
            states.add_metric([one.name, one.state.value], 1)
            if one.last_success:
                ages.add_metric([one.name], self._age(one.last_success))
            if one.next_due:
                due.add_metric([one.name], one.next_due.timestamp())
        yield from (states, ages, due, silent)

    def _of_deliveries(self) -> Iterator[Metric]:
        found = self._found
        queue = GaugeMetricFamily(
            "vigil_deliveries",
            "Deliveries that wait, or did not arrive, by state and lane.",
            labels=["state", "lane"],
        )
        for state in COUNTED:
            for lane, name in enumerate(LANES):
                queue.add_metric([state.value, name], found.deliveries.get((state, lane), 0))
        yield queue
        uncertain = sum(
            count for (state, _), count in found.deliveries.items() if state is DeliveryState.UNCERTAIN
        )
        yield GaugeMetricFamily(
            "vigil_deliveries_uncertain", "Deliveries that may or may not have arrived.", value=uncertain
        )
        yield GaugeMetricFamily(
            "vigil_oldest_due_age_seconds",
            "For how long the delivery that waits longest could have been sent; 0 when none waits.",
            value=self._age(found.oldest_due) if found.oldest_due else 0.0,
        )

    def _of_the_way(self) -> Iterator[Metric]:
        stages = GaugeMetricFamily(
            "vigil_alert_stage_seconds",
            "How long a step of an alert's way takes (fetch, understand, queue, first, rest), of those sent "
            "within an hour: half of them less, and all but a twentieth.",
            labels=["stage", "share"],
        )
        for stage, seconds in self._found.stages.items():
            for share in (0.5, 0.95):
                if seconds:
                    place = max(0, ceil(share * len(seconds)) - 1)
                    stages.add_metric([stage, str(share)], seconds[place])
        yield stages

    def _of_nodes(self) -> Iterator[Metric]:
        found = self._found
        ages = GaugeMetricFamily(
            "vigil_node_seen_age_seconds",
            "Since the node last came round; absent once it has ended cleanly.",
            labels=["node"],
        )
        for one in found.nodes:
            ages.add_metric([one.node.place], one.ago.total_seconds())
        yield ages
        if found.senders is not None:
            yield GaugeMetricFamily(
                "vigil_accounts_held",
                "Accounts that a node holds, and sends; absent where there is one program.",
                value=len(found.senders),
            )
        jobs = GaugeMetricFamily(
            "vigil_queue_jobs",
            "Jobs that wait for a node (waiting) or are being done (taken), by role.",
            labels=["role", "state"],
        )
        oldest = GaugeMetricFamily(
            "vigil_queue_oldest_seconds",
            "For how long the oldest job that waits for a node of this role has waited.",
            labels=["role"],
        )
        waiting = {one.role: one for one in found.queue if not one.taken}
        taken = {one.role: one for one in found.queue if one.taken}
        for role in QUEUED:
            jobs.add_metric([role, "waiting"], waiting[role].jobs if role in waiting else 0)
            jobs.add_metric([role, "taken"], taken[role].jobs if role in taken else 0)
            oldest.add_metric([role], waiting[role].oldest.total_seconds() if role in waiting else 0)
        yield from (jobs, oldest)

    def _age(self, moment: datetime) -> float:
        return max(0.0, (self._now - moment).total_seconds())


def _version() -> str:
    try:
        return version("vigil")
    except PackageNotFoundError:  # run from a checkout that was never installed
        return "unknown"
