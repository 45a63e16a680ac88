"""What admins ask of their desk: how the watch does, who did what, how one source fares."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from bot.commands.office import bars
from jobs.desk import Rules
from jobs.notices import Admins
from storage.database import Database, now_utc
from storage.delays import step_of
from storage.statistics import Statistics
from storage.tables.desk import audit
from storage.tables.log import alerts
from storage.words import Act, DeliveryState, Trust
from tests.bot.chat import Chat, published
from tests.bot.transports.a_service import a_service
from tests.builders import NOON, a_reader, a_route, a_source, a_statement, an_alert, queued
from tests.emulators.telegram import TelegramEmulator

ADMINS = Admins((("telegram", "anna"), ("telegram", "bruno"), ("matrix", "@carla:example.org")))


@pytest.fixture
def admin(database: Database) -> Chat:
    """An admin of three."""
    return Chat(database, transport="telegram", address="anna", admin=True, rules=Rules(admins=ADMINS))


def rang(database: Database, days_ago: float, minutes: int | None, name: str) -> None:
    """A call rang for one reader, published so many minutes before its first message."""
    with database.write() as work:
        reader = a_reader(work, a_route())
        sent = NOON - timedelta(days=days_ago)
        found = a_statement(published=sent)
        alert = queued(work, reader, alert=an_alert(identifier=name, statement=found, sent=sent))
        if minutes is not None:
            (delivery,) = work.deliveries.of_alert(alert.id)
            work.attempts.settle(delivery.id, DeliveryState.SENT, reference="1")
            work.delays.sent("telegram", {alert.id: 1})
            at = sent + timedelta(minutes=minutes)
            work.connection.execute(
                sa.update(alerts).where(alerts.c.id == alert.id).values(first_sent=at, last_sent=at)
            )


def test_the_numbers_are_those_of_the_days_that_are_asked_for(database: Database, admin: Chat) -> None:
    """What became of the messages, how long they took, a bar for each day."""
    for days_ago, minutes, name in ((0.1, 1, "a"), (0.2, 3, "b"), (2, 60, "c"), (20, 1, "old")):
        rang(database, days_ago, minutes, name)
    rang(database, 0.3, None, "waits")
    told = admin.says("/stats")
    assert "The last 7 days" in told
    assert "Alerts: 4, of which urgent 4" in told
    assert "Messages sent: 3" in told
    assert "Waiting to be sent: 1" in told
    assert "half of them within 3 min, 95 of 100 within 1 h 0 min" in told
    assert "Recipients on telegram: 1" in told
    assert "Alerts by day, today last: ····▃·█" in told
    assert "Alerts: 5" in admin.presses("30 days")
    assert "Between 1 and 366 days" in admin.says("/stats 400")


def test_delays_of_every_message_and_a_picture_of_them(database: Database, admin: Chat) -> None:
    """The first message is quick; what people feel is when theirs came."""
    rang(database, 0.1, 1, "a")
    assert "each message" not in admin.says("/stats")
    with database.write() as work:
        alert = work.alerts.numbered("a")
        work.delays.note("telegram", {(alert, step_of(timedelta(seconds=one))): 50 for one in (60, 300)})
    told = admin.says("/stats")
    assert "From publication to each message: half of them within 1 min, 95 of 100 within 5 min 4 s" in told
    assert "In the picture, above: alerts by day" in told
    assert "In the picture" not in admin.says("/stats 1"), "of one day nothing is drawn"
    terminal = Chat(database, transport="console", address="terminal", admin=True, rules=Rules(admins=ADMINS))
    assert "In the picture" not in terminal.says("/stats"), "a terminal shows none"


async def test_the_plot_is_sent_in_the_chat(database: Database) -> None:
    """Below the words; another number of days is another picture."""
    rang(database, (NOON - now_utc()).total_seconds() / 86_400 + 2, 1, "a")
    async with TelegramEmulator() as telegram, a_service(database, telegram, admins=(901,)) as service:
        assert service.bot
        await telegram.says(901, "/stats")
        await telegram.until_true(lambda: len(telegram.said(901)) == 2, "a picture", 10)
        words, picture = telegram.said(901)
        assert "In the picture, above" in words.text
        assert picture.file is not None
        assert picture.file.content.startswith(b"\x89PNG")
        await telegram.presses(901, "30 days")
        await telegram.until_true(lambda: len(telegram.said(901)) == 4, "another picture", 10)
        assert telegram.said(901)[3].file != picture.file
        assert "The last 7 days" in telegram.said(901)[0].text


def test_of_more_than_are_looked_at_each_is_counted(
    database: Database, admin: Chat, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only their delays are those of the newest."""
    monkeypatch.setattr("storage.statistics._MOST", 2)
    for number in range(3):
        rang(database, 0.1 * number, 1 + number, f"call {number}")
    assert "Alerts: 3, of which urgent 3" in admin.says("/stats")


def test_percentiles_are_those_of_the_nearest_rank() -> None:
    """Of twenty the nineteenth; of one the one; of none none."""
    empty = Statistics(0, 0, 0, {}, {}, (), {})
    twenty = tuple(timedelta(minutes=one) for one in range(1, 21))
    assert empty.delay(0.5) is None
    assert Statistics(0, 0, 0, {}, {}, twenty, {}).delay(0.5) == timedelta(minutes=10)
    assert Statistics(0, 0, 0, {}, {}, twenty, {}).delay(0.95) == timedelta(minutes=19)
    assert Statistics(0, 0, 0, {}, {}, twenty[:1], {}).delay(0.95) == timedelta(minutes=1)


def test_a_day_is_a_bar() -> None:
    """The greatest is the highest; the least is seen."""
    assert bars([0, 1, 500, 1000]) == "·▁▄█"
    assert bars([0, 0]) == "··"
    assert bars([]) == ""


def test_who_did_what_is_shown_without_names(database: Database, admin: Chat) -> None:
    """And whether somebody altered it."""
    assert admin.says("/audit") == "Nothing was done at the desk yet."
    with database.write() as work:
        mark = work.audit.admin("telegram", "anna")
        work.audit.note(mark, Act.REDACTED, 12, NOON, 340)
    told = admin.says("/audit")
    assert f"{mark[:8]} sent alert 12 without what may endanger somebody · 340 recipients" in told
    assert "The record is as it was written." in told
    assert mark[:8] in admin.says("/admins")
    with database.write() as work:
        work.connection.execute(sa.update(audit).values(people=1))
    assert "Line 1 is not as it was written" in admin.says("/audit")


def test_how_many_admins_there_are_and_what_an_appeal_needs(admin: Chat) -> None:
    """Too few are told so: otherwise an appeal would wait for somebody who does not exist."""
    told = admin.says("/admins")
    for line in ("For an appeal: 2 people", "Then it waits: 1 min"):
        assert line in told
    assert (told.count("owner · telegram"), told.count("owner · matrix")) == (2, 1)
    assert "fewer admins" not in told
    admin.rules = Rules(admins=Admins((("telegram", "anna"),)))
    assert "There are fewer admins than an appeal needs" in admin.says("/admins")


@pytest.fixture
def watched(database: Database, admin: Chat) -> Chat:
    """Two sources, of which one has spoken."""
    first = a_source(title="Northlight news", detail="")
    second = a_source(name="relay", url="https://relay.example/feed", trust=Trust.RELAY)
    with database.write() as work:
        work.sources.configure([first, second])
    published(database, first, a_statement())
    return admin


def test_a_source_is_shown_with_what_it_said_last(watched: Chat) -> None:
    """By its name in any case; a slip names those that there are."""
    listed = watched.says("/sources")
    assert "northlight" in listed
    assert "relay" in listed
    card = watched.says("/sources NORTHLIGHT")
    assert "Northlight news" in card
    assert "Trust: what an organisation says itself" in card
    assert "Asked: every 10 minutes" in card
    assert "#1 Nine" in card
    assert "passes on the words of others" in watched.says("/sources relay")
    assert "No source is called “north”. There are: northlight" in watched.says("/sources north")


def test_a_source_is_paused_after_one_question_and_resumed(watched: Chat) -> None:
    """From a phone, at night, when it was hijacked; it is asked no more, and both are in the record."""
    watched.says("/sources northlight")
    assert "would not be asked any more" in watched.presses("Pause")
    with watched.database.read() as work:
        assert {one.name for one in work.sources.due(NOON)} == {"northlight", "relay"}
    assert "is paused" in watched.presses("Pause it")
    with watched.database.read() as work:
        assert [one.name for one in work.sources.due(NOON)] == ["relay"]
    assert "paused by an admin since" in watched.says("/status")
    watched.says("/sources northlight")
    assert "is asked again" in watched.presses("Resume")
    with watched.database.read() as work:
        assert {one.name for one in work.sources.due(NOON)} == {"northlight", "relay"}
        assert [one.act for one in work.audit.all()] == [Act.HALTED, Act.RESUMED]
    assert "is not paused" in watched.says("/sources northlight resume")


def test_nothing_of_it_is_for_anybody_else(watched: Chat) -> None:
    """For a subscriber these commands do not exist."""
    reader = Chat(watched.database)
    for line in ("/sources", "/stats", "/audit", "/admins", "/sources northlight pause yes"):
        assert "northlight" not in reader.says(line)
    with watched.database.read() as work:
        assert len(work.sources.due(NOON)) == 2
