"""What a monitoring system reads, by the parser of those who wrote the format."""

from dataclasses import replace
from datetime import timedelta
from io import StringIO

from prometheus_client.parser import text_string_to_metric_families
from rich.console import Console

from bot.desk import Desk
from bot.metrics import CONTENT_TYPE, Meter, healthz, metrics
from bot.speaking import AT_ONCE, always, delivering
from bot.transports.console import ConsoleTransport
from bot.watchdog import Pulse
from jobs.errands import Errand, Finished
from jobs.outcome import Rejected, Sent, Uncertain
from jobs.pace import Place
from jobs.poll import Polled
from jobs.websub import Receipt
from storage.database import Database, now_utc
from storage.moments import ALIVE, OFFLINE_SINCE
from storage.words import DeliveryState, SourceState
from tests.builders import ADDRESS, NOON, a_reader, a_route, a_source, an_alert, queued
from tests.filled import fill

LATER = NOON + timedelta(minutes=30)


async def read(database: Database, meter: Meter | None = None) -> dict[tuple[str, ...], float]:
    """(name, label values in the order of their names) -> value, as Prometheus would store it."""
    text = await metrics(database, meter or Meter(), LATER)
    found: dict[tuple[str, ...], float] = {}
    for family in text_string_to_metric_families(text):
        assert family.documentation
        for sample in family.samples:
            key = (sample.name, *(value for _, value in sorted(sample.labels.items())))
            assert key not in found, "no series twice"
            found[key] = sample.value
    return found


async def test_the_state_of_every_source_is_told(database: Database) -> None:
    """How many there are in each state; of each its own, its last success, and when it is due."""
    with database.write() as work:
        good, ill, never = work.sources.configure([a_source(name=name) for name in ("good", "ill", "never")])
        success, due = LATER - timedelta(seconds=5), LATER + timedelta(minutes=9)
        work.sources.save(replace(good, state=SourceState.OK, last_success=success, next_due=due))
        silent = replace(ill, silent_since=NOON, newest=NOON)
        work.sources.save(replace(silent, state=SourceState.DARK, last_success=NOON, next_due=NOON))
        work.sources.save(replace(never, state=SourceState.DARK))
        work.sources.ensure(a_source(name="imported"))
    found = await read(database)
    states = {key[1]: value for key, value in found.items() if key[0] == "vigil_sources"}
    assert {name: value for name, value in states.items() if value} == {"ok": 1, "dark": 2}
    assert set(states) == set(SourceState), "zeros too: an alert rule must not wait for the first one"
    ages = {
        key[1]: value for key, value in found.items() if key[0] == "vigil_source_last_success_age_seconds"
    }
    assert ages == {"good": 5, "ill": 1800}
    assert {key[1:] for key in found if key[0] == "vigil_source_state"} == {
        ("good", "ok"), ("ill", "dark"), ("never", "dark")
    }  # fmt: skip
    asked = {key[1]: value for key, value in found.items() if key[0].startswith("vigil_source_next_due")}
    assert asked == {"good": (LATER + timedelta(minutes=9)).timestamp(), "ill": NOON.timestamp()}
    assert found[("vigil_sources_silent",)] == 1
    assert {key: value for key, value in found.items() if key[0] == "vigil_source_silent_seconds"} == {
        ("vigil_source_silent_seconds", "ill"): 1800
    }
    assert found[("vigil_offline",)] == 0


async def test_the_queue_is_told_by_state_and_lane_and_how_long_it_waits(database: Database) -> None:
    """A sender that has stopped shows as an age that grows."""
    with database.write() as work:
        reader = a_reader(work)
        first = queued(work, reader, lane=1)
        queued(work, reader, lane=4, alert=an_alert(identifier="other"))
        queued(work, reader, lane=1, alert=an_alert(identifier="third"))
        (delivery,) = work.deliveries.of_alert(first.id)
        work.attempts.settle(delivery.id, DeliveryState.UNCERTAIN)
        work.moments.put(ALIVE, LATER - timedelta(seconds=42))
        work.moments.put(OFFLINE_SINCE, NOON)
    found = await read(database)
    assert found[("vigil_deliveries", "immediate", "queued")] == 1
    assert found[("vigil_deliveries", "digest", "queued")] == 1
    assert found[("vigil_deliveries", "immediate", "uncertain")] == 1
    assert found[("vigil_deliveries_uncertain",)] == 1
    assert found[("vigil_oldest_due_age_seconds",)] == 1800
    assert found[("vigil_heartbeat_age_seconds",)] == 42
    assert found[("vigil_offline",)] == 1
    assert (found[("vigil_alerts",)], found[("vigil_statements",)], found[("vigil_entries",)]) == (3, 3, 3)


async def test_polls_are_counted_by_outcome_with_their_duration(database: Database) -> None:
    """While the program runs; each outcome is there from the start."""
    meter = Meter()
    meter.polled(Polled(a_source(state=SourceState.OK), new=3), 0.2)
    meter.polled(Polled(a_source(state=SourceState.FAILING)), 30.0)
    found = await read(database, meter)
    assert found[("vigil_polls_total", "ok")] == 1
    assert found[("vigil_polls_total", "failing")] == 1
    assert found[("vigil_polls_total", "gone")] == 0
    assert found[("vigil_new_entries_total",)] == 3
    assert found[("vigil_poll_duration_seconds_count",)] == 2
    assert found[("vigil_poll_duration_seconds_bucket", "0.25")] == 1


async def test_messages_are_counted_by_lane_and_answer(database: Database) -> None:
    """Of each a digest once, however much it tells; what only changes a message is told apart."""
    with database.write() as work:
        reader = a_reader(work)
        queued(work, reader)
        queued(work, reader, lane=4, alert=an_alert(identifier="other"))
        queued(work, reader, lane=4, alert=an_alert(identifier="third"))
        pressing, *digest = work.deliveries.of_recipient(reader.id, (DeliveryState.QUEUED,))
    place, meter = Place("42"), Meter()
    alerts = (an_alert(), an_alert())
    for errand, outcome in (
        (Errand((pressing,), reader, alerts[:1], place), Uncertain("no answer")),
        (Errand((pressing,), reader, alerts[:1], place), Sent("7")),
        (Errand(tuple(digest), reader, alerts, place), Sent("8")),
        (Errand((), reader, alerts, place), Rejected("too old")),
    ):
        meter.delivered(Finished(errand, outcome, NOON))
    found = await read(database, meter)
    counted = {key[1:]: value for key, value in found.items() if key[0] == "vigil_messages_total"}
    assert {key: value for key, value in counted.items() if value} == {
        ("immediate", "uncertain"): 1,
        ("immediate", "sent"): 1,
        ("digest", "sent"): 1,
        ("change", "refused"): 1,
    }
    assert len(counted) == 36, "zeros too: a rate needs the one before the first"


async def test_what_a_sender_does_is_counted(database: Database) -> None:
    """By the real one, once each is written down; what was sent is not counted in the log, which is long."""
    with database.write() as work:
        reader = a_reader(work, transport="console", address="terminal")
        queued(work, reader, alert=an_alert(expires=now_utc() + timedelta(days=1)))
    meter = Meter()
    screen = ConsoleTransport(Desk(database).answer, console=Console(file=StringIO()))
    async with delivering(database, always(screen, AT_ONCE), noticed=meter.delivered) as deliverer:
        await deliverer.drain()
    found = await read(database, meter)
    assert found["vigil_messages_total", "immediate", "sent"] == 1
    assert sum(value for key, value in found.items() if key[0] == "vigil_deliveries") == 0


async def test_pushes_and_subscriptions_are_told_by_what_became_of_them(database: Database) -> None:
    """A hub that is denied, or that forges, shows; so does what pushes have brought."""
    with database.write() as work:
        fill(work)
    meter = Meter()
    meter.pushed(Receipt.TAKEN)
    meter.brought(Polled(a_source(), new=2))
    found = await read(database, meter)
    assert found[("vigil_subscriptions", "active")] == 1
    assert found[("vigil_subscriptions", "wanted")] == 1
    assert found[("vigil_subscriptions", "denied")] == 0
    assert found[("vigil_pushes_total", "taken")] == 1
    assert found[("vigil_pushes_total", "ignored")] == 0
    assert found[("vigil_new_entries_total",)] == 2


async def test_no_series_is_about_anybody(database: Database) -> None:
    """With people of every kind in the database: no label but these, no address, no country, no keyword."""
    with database.write() as work:
        fill(work)
        work.sources.configure([a_source(name="other", url="https://reader:hush-hush@ngo.example/feed")])
        (watched,) = work.sources.due(LATER)
        work.sources.save(replace(watched, last_success=NOON))
        a_reader(work, a_route("KP", keywords=("needle",)))
    text = await metrics(database, Meter(), LATER)
    labels = {
        name
        for family in text_string_to_metric_families(text)
        for sample in family.samples
        for name in sample.labels
    }
    known = {"state", "source", "lane", "le", "receipt", "version", "node", "role", "outcome"}
    assert labels - {"stage", "share"} == known
    for secret in ("hush-hush", "ngo.example", ADDRESS, "-1001", "needle", "telegram", "console", "KP"):
        assert secret not in text


async def test_an_empty_database_is_measured_too(database: Database) -> None:
    """The first scrape comes before the first poll; there is no heartbeat yet."""
    found = await read(database)
    assert found[("vigil_oldest_due_age_seconds",)] == 0
    assert ("vigil_heartbeat_age_seconds",) not in found
    assert CONTENT_TYPE.startswith("text/plain; version=0.0.4")


def test_health_is_ok_while_every_loop_moves() -> None:
    """A loop that does not come round is named."""
    at = [0.0]
    pulse = Pulse(lambda: at[0])
    pulse.of("poll", 90)
    assert healthz(pulse) == (True, "ok\n")
    at[0] = 100.0
    assert healthz(pulse) == (False, "stuck: poll\n")
