"""What may endanger somebody is sent when a person has looked: as it is, without the words, or not."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from jobs.held import NothingHeld, ask, card, drop, redact, release
from jobs.limits import USUAL, Limits, Policy
from jobs.notices import Admins
from jobs.restore import restore
from jobs.steps.sensitive import MARK
from jobs.unanswered import REMIND_AFTER, Unanswered
from storage.backup import reading
from storage.database import Database
from storage.people import Route
from storage.queries import Query
from storage.tables import metadata
from storage.tables.log import deliveries
from storage.tables.watch import entries
from storage.words import Act, Concern, DeliveryState, Digest, EventKind, Kind, Trust
from tests.builders import NOON
from tests.feeds import item, rss
from tests.jobs.watching import CALL, Watch, a_watch, a_watch_of_news

ANNA = "a" * 64
TITLE = "Nine North Korean refugees face imminent return"
MINOR = (
    "Nine North Korean refugees held in Shenyang face imminent repatriation to North Korea within days. "
    "There they would be tortured. Among them is Ryu Sol, 11. We call on China to release Ryu Sol at once."
)


@pytest.fixture
async def watch(database: Database) -> AsyncIterator[Watch]:
    """A feed whose past is known; one reader wants what is urgent."""
    async with a_watch_of_news(database) as made:
        yield made


async def publishes(watch: Watch, text: str = MINOR, uid: str = "call", title: str = TITLE) -> None:
    """The source says it, and is asked."""
    watch.publish("/feed", rss(item(title, text, watch.now, uid)))
    await watch.polls()


def only_held(watch: Watch) -> int:
    """The number of the one alert that waits for an admin."""
    with watch.database.read() as work:
        (found,) = work.held.waiting()
    return found.alert_id


def states(watch: Watch) -> list[DeliveryState]:
    """Of every delivery of an alert."""
    question = (
        sa.select(deliveries.c.state).where(deliveries.c.alert_id.is_not(None)).order_by(deliveries.c.id)
    )
    with watch.database.read() as work:
        return [DeliveryState(state) for state in work.connection.scalars(question)]


async def test_a_call_that_names_a_minor_waits_and_admins_hear_at_once(watch: Watch) -> None:
    """Not what it says: that is why it waits. Without the name it would have rung."""
    await publishes(watch)
    number = only_held(watch)
    (event,) = watch.events()
    assert (event.kind, event.counts) == (EventKind.REVIEW, {"alert": number, "recipients": 1})
    assert "Ryu" not in repr(event)
    with watch.database.read() as work:
        found = card(work, number, USUAL)
    assert found.concerns == (Concern.MINOR,)
    assert {one.words for one in found.parts} == {"Ryu Sol"}


async def test_who_was_told_by_another_carrier_meanwhile_is_not_told_again(watch: Watch) -> None:
    """The same call without the name rings at once; what waited is then for the others alone."""
    await publishes(watch)
    number = only_held(watch)
    watch.later(hours=1)
    await publishes(watch, CALL[1], "other", CALL[0])
    assert states(watch) == [DeliveryState.HELD, DeliveryState.QUEUED]
    with watch.database.write() as work:
        assert release(work, number, ANNA, watch.now, UTC) == 0
    assert states(watch) == [DeliveryState.CANCELLED, DeliveryState.QUEUED]


async def test_a_digest_waits_too(database: Database) -> None:
    """A name is no less dangerous at eight in the morning; released, it comes at its hour."""
    async with a_watch(database) as watch:
        with database.write() as work:
            reader = work.recipients.ensure("console", "other", "en", NOON)
            work.routes.add(reader.id, Route(kinds=tuple(Kind), digest=Digest.DAILY))
        watch.over_feed()
        watch.publish("/feed", rss())
        await watch.polls()
        watch.later(hours=1)
        text = "We welcome that Ryu Sol, 11, goes to school in Seoul and that the committee thanked them."
        await publishes(watch, text, title="A pupil of the school was honoured in Seoul")
        assert states(watch) == [DeliveryState.HELD]
        with database.write() as work:
            assert release(work, only_held(watch), ANNA, watch.now, UTC) == 1
            (due,) = work.connection.scalars(sa.select(deliveries.c.not_before).where(deliveries.c.lane == 4))
        assert due.astimezone(UTC).hour == 8


async def test_sent_without_the_name_the_name_is_nowhere(watch: Watch) -> None:
    """Not in the message, the archive, the index, a former version, or what its source says later."""
    await publishes(watch)
    number = only_held(watch)
    with watch.database.write() as work:
        assert redact(work, card(work, number, USUAL), ANNA, watch.now, UTC) == 1
        assert work.held.waiting() == ()
        alert = work.alerts.many([number])[number]
        assert alert.statement.withheld
        assert f"Among them is {MARK}, 11." in alert.statement.text
        assert [one.quote for one in alert.statement.demands] == [f"release {MARK} at once"]
        assert work.statements.search(Query(words=("Ryu",)), 5).total == 0
        assert work.statements.search(Query(words=("Shenyang",)), 5).total == 1
        assert [(one.act, one.matter, one.people) for one in work.audit.all()] == [(Act.REDACTED, number, 1)]
    assert states(watch) == [DeliveryState.QUEUED]
    assert_nowhere(watch, "Ryu Sol")
    watch.later(hours=1)
    await publishes(watch, MINOR.replace("within days", "tomorrow") + " Ryu Sol is ill.")
    assert_nowhere(watch, "Ryu Sol")
    with watch.database.read() as work:
        (hit,) = work.statements.latest(Query(), 5).hits
        assert f"{MARK} is ill" in hit.statement.text
        assert hit.statement.withheld


def assert_nowhere(watch: Watch, words: str) -> None:
    """No column of no table holds them in clear."""
    with watch.database.read() as work:
        for table in metadata.sorted_tables:
            for row in work.connection.execute(sa.select(table)):
                assert words not in repr(tuple(row)), table.name


async def test_the_end_of_a_call_waits_for_nobody(watch: Watch) -> None:
    """What would be looked at is taken out of it, and whoever heard the call hears the end at once."""
    await publishes(watch, CALL[1], title=CALL[0])
    watch.later(days=1)
    text = (
        "Ryu Sol, 11, and the eight other North Korean refugees who were held in Shenyang are free "
        "and safe. No further action is requested. Thank you to all who wrote."
    )
    watch.publish(
        "/feed",
        rss(
            item("Stop action: the nine North Korean refugees are free", text, watch.now, "end"),
            item(*CALL, watch.now - timedelta(days=1), "call"),
        ),
    )
    with watch.database.write() as work:
        work.connection.execute(sa.update(deliveries).values(state=DeliveryState.SENT, reference="1"))
    await watch.polls()
    with watch.database.read() as work:
        assert work.held.waiting() == ()
    assert states(watch) == [DeliveryState.SENT, DeliveryState.QUEUED]
    assert_nowhere(watch, "Ryu Sol")


async def test_an_official_source_may_name_whom_it_calls_for(watch: Watch) -> None:
    """Its own call, an adult: that is what it wants to be known."""
    await publishes(watch, CALL[1] + " The lawyer Wang Quan was arrested with them and may be tortured.")
    assert states(watch) == [DeliveryState.QUEUED]


async def test_what_is_relayed_is_looked_at_for_more(database: Database) -> None:
    """Whom it names, and whether the source is known at all; once an admin has let it ring, it is."""
    async with a_watch(database) as watch:
        watch.over_feed(trust=Trust.RELAY)
        watch.publish("/feed", rss())
        await watch.polls()
        watch.later(hours=1)
        await publishes(watch, CALL[1] + " The lawyer Wang Quan was arrested with them and may be tortured.")
        number = only_held(watch)
        with database.write() as work:
            assert card(work, number, USUAL).concerns == (Concern.NAME, Concern.NEW)
            release(work, number, ANNA, watch.now, UTC)
        watch.later(days=1)
        text = "Four Uyghur students held in Cairo face imminent deportation to China tomorrow, and torture."
        await publishes(watch, text, "second", "Four students face deportation from Egypt to China")
        assert states(watch) == [DeliveryState.QUEUED, DeliveryState.QUEUED]


async def test_what_is_looked_at_is_the_operators_to_say(database: Database) -> None:
    """With an empty policy nothing waits."""
    async with a_watch(database) as watch:
        watch.limits = replace(Limits(), review=Policy(official=frozenset(), relay=frozenset()))
        watch.over_feed(trust=Trust.RELAY)
        watch.publish("/feed", rss())
        await watch.polls()
        watch.later(hours=1)
        await publishes(watch)
        assert states(watch) == [DeliveryState.QUEUED]


async def test_admins_are_reminded_and_later_again(watch: Watch) -> None:
    """A quarter of an hour, an hour, four hours, sixteen; not of what was decided."""
    await publishes(watch)
    number = only_held(watch)
    with watch.database.read() as work:
        since = work.alerts.many([number])[number].sent
    unanswered = Unanswered(watch.database, watch.admins)
    for after, told in ((14, 0), (15, 1), (16, 0), (59, 0), (60, 1), (240, 1), (960, 1), (5_000, 0)):
        assert unanswered.remind(since + timedelta(minutes=after)) == told
    assert [event.kind for event in watch.events()] == [EventKind.REVIEW, *(EventKind.REVIEW_WAITS,) * 4]
    with watch.database.write() as work:
        drop(work, number, ANNA, watch.now)
    watch.later(hours=1)
    await publishes(watch, MINOR.replace("Ryu Sol", "Kim Ha-neul").replace("Shenyang", "Hanoi"), "other")
    assert unanswered.remind(watch.now + 2 * REMIND_AFTER) == 1


async def test_a_colleague_is_asked(watch: Watch) -> None:
    """Every other admin hears at once; who asks does not."""
    await publishes(watch)
    anna, bruno = ("telegram", "901"), ("telegram", "902")
    with watch.database.write() as work:
        found = card(work, only_held(watch), USUAL)
        rooms = (("telegram", "-1001"),)
        assert ask(work, found, anna, Admins((anna,), rooms=rooms), watch.now) == 0, "a room is nobody"
        assert ask(work, found, anna, Admins((anna, bruno)), watch.now) == 1
        notice = max(work.notices.latest(5), key=lambda one: one.id)
        told = work.connection.scalars(
            sa.select(deliveries.c.recipient_id).where(deliveries.c.notice_id == notice.id)
        ).all()
        asked = work.recipients.find(*bruno)
        assert asked is not None
        assert list(told) == [asked.id]
    assert notice.events[0].kind is EventKind.REVIEW_ASKED


async def test_of_two_who_decide_the_second_finds_nothing(watch: Watch) -> None:
    """And nothing is sent twice."""
    await publishes(watch)
    number = only_held(watch)
    with watch.database.write() as work:
        found = card(work, number, USUAL)
        release(work, number, ANNA, watch.now, UTC)
    with watch.database.write() as work, pytest.raises(NothingHeld):
        redact(work, found, "b" * 64, watch.now, UTC)
    assert states(watch) == [DeliveryState.QUEUED]


async def test_a_known_entry_is_no_news_after_it_was_redacted(watch: Watch) -> None:
    """Its source shows the same as before: what we withheld is no edit of its own."""
    await publishes(watch)
    with watch.database.write() as work:
        redact(work, card(work, only_held(watch), USUAL), ANNA, watch.now, UTC)
        before = work.connection.execute(sa.select(entries)).all()
    watch.later(hours=1)
    watch.publish(
        "/feed", rss(item("Annual dinner", "Music.", watch.now, "dinner"), item(TITLE, MINOR, NOON, "call"))
    )
    await watch.polls()
    with watch.database.read() as work:
        after = work.connection.execute(sa.select(entries).where(entries.c.uid == before[0].uid)).all()
    assert [row.text for row in after] == [row.text for row in before]
    assert states(watch) == [DeliveryState.QUEUED]


async def test_a_restored_backup_brings_the_name_back_to_nobody(watch: Watch, tmp_path: Path) -> None:
    """What was withheld since the backup was taken is withheld again."""
    file = tmp_path / "vigil.backup"
    await publishes(watch)
    watch.database.back_up(file, watch.now)
    with watch.database.write() as work:
        redact(work, card(work, only_held(watch), USUAL), ANNA, watch.now, UTC)
    with reading(file) as saved:
        restore(watch.database, saved, watch.now, (), replace=True)
    assert_nowhere(watch, "Ryu Sol")
    with watch.database.read() as work:
        assert work.statements.search(Query(words=("Ryu",)), 5).total == 0
