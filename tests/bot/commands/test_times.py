"""/digest and /quiet: a person's hours, by a person's clock."""

from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.commands import clocks
from bot.commands.mistake import Mistake
from bot.commands.zones import CITIES
from storage.database import Database
from storage.people import Recipient
from storage.words import Digest
from tests.bot.chat import Chat
from tests.builders import CALM, NOON, a_statement, an_alert, queued


def stored(chat: Chat) -> Recipient:
    """What is kept about the chat."""
    found = chat.recipient()
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("typed", "hours", "zone"),
    [
        ("22:00-07:00", (1320, 420), ""),
        ("22:00-07:00 Asia/Seoul", (1320, 420), "Asia/Seoul"),
        ("22-7 서울", (1320, 420), "Asia/Seoul"),
        ("22:30 – 6 new york", (1350, 360), "America/New_York"),
        ("23 to 06:15 UTC+5:45", (1380, 375), "+05:45"),
        ("10pm-7am", (1320, 420), ""),
        ("from 10:30 p.m. to 12 am Paris", (1350, 0), "Europe/Paris"),
        ("오후 10시부터 오전 7시 30분까지 서울", (1320, 450), "Asia/Seoul"),
        ("밤 12시~아침 7시", (0, 420), ""),
    ],
)
def test_quiet_hours_are_typed_as_people_write_them(
    chat: Chat, typed: str, hours: tuple[int, int], zone: str
) -> None:
    """With a city, a zone, a difference, or none; the answer says what that clock shows."""
    read = chat.says(f"/quiet {typed}")
    assert (stored(chat).quiet, stored(chat).zone) == (hours, zone)
    assert "in this time zone" in read
    assert "Extreme and Immediate" in read
    assert "/quiet " in chat.says("/settings")


def test_the_exception_is_one_tap_away_and_so_is_the_end(chat: Chat) -> None:
    """Silence those too; let that through; no quiet hours."""
    chat.says("/quiet 22-7 Seoul")
    assert stored(chat).wakes
    assert "Nothing breaks them" in chat.presses("Silence those too")
    assert not stored(chat).wakes
    chat.presses("Let that through")
    assert stored(chat).wakes
    assert "No quiet hours." in chat.presses("No quiet hours")
    assert stored(chat).quiet is None


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("/quiet 25:00-07:00", "no time of day"),
        ("/quiet 22:00", "From when until when?"),
        ("/quiet 22-22", "From when until when?"),
        ("/quiet tonight", "From when until when?"),
        ("/quiet 22-7 Atlantis", "“Atlantis” is no time zone"),
        ("/digest daily 08:00 Atlantis", "no time zone"),
        ("/digest hourly", "not understood after “digest:”"),
        ("/digest daily noon", "no time of day"),
    ],
)
def test_what_is_not_understood_is_explained_and_stores_nothing(chat: Chat, typed: str, told: str) -> None:
    """With an example that works."""
    assert told in chat.says(typed)
    assert chat.recipient() is None


def test_to_look_stores_nothing(chat: Chat) -> None:
    """Neither /quiet nor /digest alone."""
    assert "No quiet hours." in chat.says("/quiet")
    assert "Nothing that you asked for comes in a digest" in chat.says("/digest")
    assert chat.recipient() is None


def test_digests_are_set_for_all_that_comes_in_one(chat: Chat) -> None:
    """The hour for the chat, the rhythm for each wish that names kinds; what is urgent rings as before."""
    chat.says("/subscribe KP")
    chat.says("/subscribe kind:resolution digest:daily")
    assert "once a week, on Monday at 07:30" in chat.says("/digest weekly 07:30 Seoul")
    assert [route.digest for route in chat.routes] == [Digest.NONE, Digest.WEEKLY]
    assert (stored(chat).digest_at, stored(chat).zone) == (450, "Asia/Seoul")
    assert "once a day, at 07:30" in chat.presses("once a day")
    assert "at 18:00" in chat.says("/digest 18")
    assert "comes at once" in chat.says("/digest now")
    assert "Digests come at 18:00." in chat.says("/settings")


def test_moments_are_told_on_the_persons_clock(chat: Chat) -> None:
    """Noon in UTC is nine in the evening in Seoul."""
    chat.says("/quiet 22-7 Seoul")
    assert "It is 21:00 now" in chat.read


@settings(max_examples=60)
@given(st.text(max_size=30) | st.from_regex(r"[0-9:+\- utc]{1,12}", fullmatch=True))
def test_whatever_is_typed_is_read_or_explained(text: str) -> None:
    """No zone and no hour raises anything but a Mistake."""
    for read in (clocks.zone, lambda one: clocks.hour(one, "8"), lambda one: clocks.hours(one, "22-7")):
        try:
            read(text)
        except Mistake:
            continue


@pytest.mark.parametrize("language", ["en", "ko"])
def test_a_clock_is_found_by_buttons(database: Database, language: str) -> None:
    """A continent, then a city with the hour that it is there, in the person's language; each is a clock."""
    chat = Chat(database, language=language)
    chat.says("/settings clock")
    continents = [label for label, command in chat.offered.items() if "clock" in command]
    assert len(continents) == len(CITIES)
    for continent in continents:
        chat.says("/settings clock")
        chat.presses(continent)
        cities = {label: command for label, command in chat.offered.items() if "clock:" in command}
        for label, command in cities.items():
            name = command.partition("clock:")[2]
            assert label.endswith(f"{NOON.astimezone(ZoneInfo(name)):%H:%M}")
            assert clocks.zone(name) == name
            assert language == "en" or not label.isascii(), name
    label, command = next((one, what) for one, what in cities.items())
    assert command.partition("clock:")[2] in chat.presses(label)
    told = chat.says("/settings clock Seoul").splitlines()[0]
    seoul = f"{NOON.astimezone(ZoneInfo('Asia/Seoul')):%H:%M}"
    assert told in {
        f"Your time zone is now Asia/Seoul, where it is {seoul}.",
        f"이제 시간대는 Asia/Seoul이며, 지금 그곳은 {seoul}입니다.",
    }
    assert stored(chat).zone == "Asia/Seoul"


@pytest.mark.parametrize("written", ["KST", "한국", "부산", "South Korea", "Busan", "대한민국"])
def test_a_clock_is_known_by_what_people_there_call_it(written: str) -> None:
    """By its letters, its country where that has but one, and cities that the tz database does not name."""
    assert clocks.zone(written) == "Asia/Seoul"


def test_who_asked_for_no_kinds_is_offered_some_and_no_rhythm_that_changes_nothing(chat: Chat) -> None:
    """A digest holds kinds of statements: [Statements once a day] asks for them."""
    chat.says("/subscribe KP")
    assert "what is urgent rings at once" in chat.says("/digest")
    assert not {"once a day", "once a week", "✓ at once"} & set(chat.offered)
    chat.presses("Statements once a day")
    assert [route.digest for route in chat.routes] == [Digest.NONE, Digest.DAILY]
    chat.says("/digest")
    assert "✓ once a day" in chat.offered


def test_hours_are_set_by_buttons(chat: Chat) -> None:
    """The hour that holds bears a mark; any other can be typed."""
    chat.says("/digest")
    chat.presses("18:00")
    assert (stored(chat).digest_at, "✓ 18:00" in chat.offered) == (18 * 60, True)
    chat.says("/quiet 22:15-07:00")
    assert not [label for label in chat.offered if label.startswith("✓ from")]
    chat.presses("until 08:00")
    assert stored(chat).quiet == (22 * 60 + 15, 8 * 60)
    chat.presses("from 00:00")
    assert stored(chat).quiet == (0, 8 * 60)
    assert {"✓ from 00:00", "✓ until 08:00", "Time zone", "Settings"} <= set(chat.offered)


@pytest.mark.parametrize(
    ("typed", "weekly", "expected"),
    [
        ("daily 07:00", True, (11, 7)),
        ("weekly 20:00", False, (16, 20)),
        ("18:30", False, (10, 18)),
        ("18:30", True, (16, 18)),
        ("daily 08:00 Asia/Seoul", False, (10, 23)),
        ("now", True, (10, 12)),
    ],
)
def test_what_waits_comes_with_the_next_digest_as_it_is_now(
    chat: Chat, typed: str, weekly: bool, expected: tuple[int, int]
) -> None:
    """Who asks on a Tuesday for a digest tomorrow at seven does not wait until Monday for what is there."""
    chat.now = NOON
    chat.says(f"/subscribe kind:statement digest:{'weekly' if weekly else 'daily'}")
    usual = NOON.replace(day=16 if weekly else 11, hour=8)
    with chat.database.write() as work:
        alert = queued(work, alert=an_alert(statement=a_statement(alert=CALM)))
        work.deliveries.queue(alert.id, [(stored(chat).id, "telegram", usual)], 4)
    chat.says(f"/digest {typed}")
    with chat.database.read() as work:
        (one,) = work.deliveries.of_alert(alert.id)
    assert one.not_before is not None
    assert (one.not_before.day, one.not_before.hour) == expected
    assert one.lane == 4


@pytest.mark.parametrize(
    ("typed", "hour"),
    [
        ("8pm", 1200),
        ("daily 12 pm", 720),
        ("weekly 오후 8시 서울", 1200),
        ("밤 1시", 60),
        ("12a.m. Paris", 0),
    ],
)
def test_the_half_of_the_day_is_read(chat: Chat, typed: str, hour: int) -> None:
    """As clocks of twelve hours have it, in English and in Korean."""
    chat.says(f"/digest {typed}")
    assert stored(chat).digest_at == hour


@pytest.mark.parametrize("typed", ["13pm", "0am", "24", "오후 13시"])
def test_an_hour_that_no_clock_shows_is_explained(chat: Chat, typed: str) -> None:
    """And nothing is set."""
    assert "is no time of day" in chat.says(f"/digest {typed}")
    assert chat.recipient() is None
