"""What an admin reads at three in the morning: what happened, since when, what it means, what to do."""

from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bot.render.html import plain_text
from bot.render.message import Message
from bot.render.notice import notice_message
from bot.render.text import length
from bot.speech import Speech, languages
from storage.notices import AT_ONCE
from storage.people import Event, Notice
from storage.words import EventKind, SourceState
from tests.builders import NOON

HOUR = timedelta(hours=1)
SEOUL = ZoneInfo("Asia/Seoul")


def an_event(kind: EventKind = EventKind.ILL, **given: Any) -> Event:
    """A source that has gone dark, or what else is said."""
    defaults: dict[str, Any] = {
        "at": NOON,
        "source": "northlight",
        "title": "Northlight: appeals",
        "url": "https://northlight.example/feed",
        "state": SourceState.DARK,
        "detail": "HTTP 500",
        "since": NOON - 3 * HOUR,
        "last_success": NOON - 4 * HOUR,
        "next_due": NOON + 5 * HOUR,
        "newest": NOON - timedelta(days=60),
        "habit": 9 * 86_400,
    }
    return Event(kind, **defaults | given)


def drawn(*events: Event, language: str = "en") -> Message:
    """The message of one notice."""
    return notice_message(Notice(events, NOON), Speech(language, SEOUL))


def read(*events: Event, language: str = "en") -> str:
    """What is read."""
    return plain_text(drawn(*events, language=language))


def test_a_source_in_trouble_is_told_with_all_that_is_known() -> None:
    """Title and state first, as a lock screen shows it; times in the operator's zone."""
    lines = [line for line in read(an_event()).splitlines() if line]
    assert lines == [
        "Northlight: appeals · gone dark",
        "It answered: HTTP 500",
        "In trouble since: 10 March 2026, 18:00 KST",
        "Last success: 10 March 2026, 17:00 KST",
        "Asked again: 11 March 2026, 02:00 KST",
        "Address: https://northlight.example/feed",
        (
            "What is published there cannot ring until it answers well again; you will hear once more when "
            "it does."
        ),
        (
            "What to do: Open its address in a browser. If the site has moved, write the new address as its "
            "url and restart Vigil. If it works there, vigil check says what is wrong on our side."
        ),
    ]


def test_how_a_source_that_is_gone_can_be_watched_again_is_said() -> None:
    """410 ends the watch: the command that begins it again can be typed as it stands."""
    told = read(an_event(state=SourceState.GONE, detail="HTTP 410: removed for good"))
    assert "gone for good" in told
    assert "looked at once a week" in told
    assert "vigil poll --source northlight asks at once" in told


def test_what_is_to_be_typed_can_be_typed_as_it_stands() -> None:
    """Straight quotes in what goes into the configuration; a name with a space is one word of a command."""
    assert 'set kind = "page", and restart' in read(an_event(state=SourceState.NOT_A_FEED))
    assert "--source 'North light' asks" in read(an_event(state=SourceState.GONE, source="North light"))


def test_what_was_added_in_a_chat_is_mended_there() -> None:
    """The file does not name it; beside one that the file names each has its own remedy."""
    chat = an_event(source="chat", counts={"added": 1})
    assert "/sources chat test asks it at once" in read(chat)
    assert "restart" not in read(chat)
    both = read(chat, an_event(title="Other"))
    assert "restart Vigil" in both
    assert "/sources chat test" in both


def test_an_address_stands_once_for_each_of_several() -> None:
    """Three in trouble are read on a small screen: the title is the link."""
    several = (an_event(), an_event(title="Other", url="https://other.example/feed"))
    assert "Address:" not in read(*several)
    assert str(drawn(*several)).count("https://other.example/feed") == 1
    assert "Address: https://northlight.example/feed" in read(an_event())


def test_an_unsteady_source_is_told_with_what_will_be_heard_of_it() -> None:
    """That nothing more is said for a while is no surprise then."""
    told = read(an_event(EventKind.UNSTEADY))
    assert told.startswith("Northlight: appeals comes and goes")
    assert "You will hear no more of it until it has been one or the other for a whole day" in told


@pytest.mark.parametrize(
    ("kind", "silent"),
    [
        (kind, kind in ["well", "moved", "silent", "speaks", "vanished", "storm", "appeal_waits"])
        for kind in EventKind
    ],
)
def test_only_what_keeps_the_watch_from_its_work_makes_a_sound(kind: EventKind, silent: bool) -> None:
    """Good news, and what can wait, let people sleep; beside something grave they do not hide it."""
    assert drawn(an_event(kind)).silent is silent
    assert not drawn(an_event(kind), an_event(EventKind.ILL)).silent


def test_many_events_are_grouped_counted_and_never_left_out_in_silence() -> None:
    """The gravest first; forty sources are ten lines and a number."""
    events = [
        an_event(EventKind.SPEAKS, title="Speaker"),
        *(an_event(title=f"Dark {number:02}") for number in range(38)),
        an_event(title="Odd", state=SourceState.NOT_A_FEED, detail="200 text/plain"),
    ]
    told = read(*events)
    assert told.startswith("39 sources are in trouble")
    assert told.count("Dark ") == 10
    assert "and 29 more: /status" in told
    assert (
        "Dark 00 · gone dark · since 10 March 2026, 18:00 KST · "
        "last success 10 March 2026, 17:00 KST · HTTP 500"
    ) in told
    assert told.index("in trouble") < told.index("Speaker · something new again")
    assert "What to do (gone dark)" in told
    assert "What to do (does not answer with a feed)" in told


@pytest.mark.parametrize("language", languages())
@pytest.mark.parametrize("count", [1, 2, 400])
def test_every_notice_fits_into_one_message(language: str, count: int) -> None:
    """In every language, with everything in it and titles of any length."""
    events = [
        an_event(kind, title=f"{number} " + "long title " * 40, detail="long detail " * 60, state=state)
        for kind in EventKind
        if kind not in AT_ONCE  # these come alone
        for state in (SourceState.DARK, SourceState.GONE, SourceState.NOT_A_FEED, SourceState.MOVED)
        for number in range(count)
    ]
    assert length(drawn(*events, language=language)) <= 4096


def test_what_is_compared_is_told_alone_and_in_its_order() -> None:
    """The pictures and the numbers, whole, and what to do with them."""
    pictures = "🔨 🍎 📕 🦋 🤖 🔥 ✏️"
    told = read(Event(EventKind.VERIFYING, NOON, title=pictures, detail="7193 3617 8861"))
    assert f"Pictures: {pictures}" in told
    assert "Numbers: 7193 3617 8861" in told
    assert "a way other than Matrix" in told


REMOVED = Event(
    EventKind.REMOVED,
    NOON,
    title="#345",
    detail="2 message can't be edited",
    counts={"statement": 345, "gone": 4810, "changed": 7, "kept": 2, "perhaps": 1, "away": 3, "resting": 1},
)


def test_what_left_the_chats_is_told_with_what_did_not() -> None:
    """Each number in its own line, why in the platform's words; what a chat has to wait for waits still.

    The heading claims nothing that the numbers may deny: words alone may be gone, or a message may stay.
    """
    assert [line for line in read(REMOVED).splitlines() if line] == [
        "Statement #345 was taken down: what became of its messages in the chats",
        "Messages removed: 4,810",
        "Changed, and do not say it any more: 7",
        "Could not be removed: 2",
        "Why: 2 message can't be edited",
        "Perhaps in a chat (no answer came when it was sent): 1",
        "Cannot be reached (removed when they can be again): 3",
        "Still waiting: 1",
    ]
    assert "지우지 못한 메시지: 2" in read(REMOVED, language="ko")
    ((shown,),) = drawn(REMOVED).choices
    assert shown.command == "/statement 345"


OF_APPEALS = [
    kind for kind in AT_ONCE if kind not in (EventKind.VERIFYING, EventKind.CALL_CORRECTED, EventKind.REMOVED)
]


@pytest.mark.parametrize("kind", OF_APPEALS)
def test_what_becomes_of_an_appeal_is_told_alone_and_can_be_stopped_from_there(kind: EventKind) -> None:
    """Its number, whom it concerns, when it goes out; none of its words."""
    counts = {"appeal": 7, "recipients": 4812, "seconds": 60, "urgent": 1}
    message = drawn(Event(kind, NOON, title="7", counts=counts))
    told = plain_text(message)
    assert told.startswith("Appeal 7 ")
    assert "Recipients: 4,812" in told
    report = kind in (EventKind.APPEAL_REPORT, EventKind.STOP_REPORT, EventKind.CORRECTION_REPORT)
    assert ("Goes out: 10 March 2026, 21:01 KST" in told) is not report
    offered = {choice.label: choice.command for row in message.choices for choice in row}
    going = kind in (EventKind.APPEAL_SCHEDULED, EventKind.APPEAL_COOLING, EventKind.APPEAL_SENDING)
    gone = kind in (EventKind.APPEAL_SENDING, EventKind.APPEAL_REPORT, EventKind.STOP_REPORT)
    assert offered == (
        ({"Stop": "/stop 7"} if going else {})
        | ({"Correct": "/correct 7"} if gone else {})
        | {"Read it" if kind is EventKind.APPEAL_WAITS else "Show": "/appeal 7"}
    )
    assert not message.silent


def test_trouble_of_our_own_network_accuses_no_source() -> None:
    """A question, what was seen, and what to look at."""
    told = read(
        Event(
            EventKind.OFFLINE,
            NOON,
            since=NOON - HOUR,
            detail="a: its name is not known",
            counts={"sources": 40},
        )
    )
    assert told.startswith("No source can be reached: is this machine online?")
    assert "Sources: 40" in told
    assert "none of them is called dark" in told
    back = read(Event(EventKind.ONLINE, NOON, since=NOON - HOUR))
    assert "From: 10 March 2026, 20:00 KST" in back
    assert "Until: 10 March 2026, 21:00 KST" in back


def test_an_outage_is_told_from_when_to_when_and_what_it_cost() -> None:
    """What can be counted is counted; what cannot be known is said to be so."""
    counts = {"asked": 40, "troubled": 2, "statements": 31, "urgent": 2, "late": 1, "waiting": 3}
    told = read(Event(EventKind.OUTAGE, NOON, since=NOON - 30 * HOUR, counts=counts))
    assert "From: 9 March 2026, 15:00 KST" in told
    assert "Sources asked since: 40, of which 2 in trouble" in told
    assert "Missed: 1 urgent call was too old to ring when it was read: /latest" in told
    assert "cannot be known" in told
    quiet = read(Event(EventKind.OUTAGE, NOON, since=NOON - HOUR, counts={"asked": 4}))
    assert "Missed: no urgent call that could still be read" in quiet


def test_recovery_is_told_with_the_trouble_that_it_ends() -> None:
    """One that came and went is told that it has settled."""
    told = read(an_event(EventKind.WELL))
    assert told.startswith("Northlight: appeals · well again")
    assert "Was: gone dark" in told
    settled = read(an_event(EventKind.WELL, state=None))
    assert "Was:" not in settled
    assert "Well since: 10 March 2026, 18:00 KST" in settled


def test_a_silence_is_told_beside_the_habit() -> None:
    """The reader can judge whether it is one."""
    told = read(an_event(EventKind.SILENT))
    assert "Newest item: 9 January 2026, 21:00 KST" in told
    assert "Longest pause so far: 9 days" in told
    many = read(*(an_event(EventKind.SILENT, title=f"S{number}") for number in range(4)))
    assert "S2 · nothing new since 9 January 2026, 21:00 KST" in many


def test_korean_admins_are_told_in_korean() -> None:
    """The whole of it; names and addresses stay as they are."""
    told = read(an_event(), language="ko")
    assert told.startswith("Northlight: appeals · 두절됨")
    assert "마지막 성공: 2026년 3월 10일" in told
