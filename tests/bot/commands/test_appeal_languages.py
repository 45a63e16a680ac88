"""An appeal in several languages: whoever is spoken to in one reads its words, everybody else the first."""

from typing import Any

import pytest

from bot.announce import Announcer
from bot.render.alert import alert_message
from bot.render.html import plain_text
from bot.speech import Speech
from jobs.desk import Rules
from jobs.launch import Launcher
from jobs.limits import Limits
from jobs.manner import Manner
from jobs.notices import Admins
from storage.database import Database
from storage.records import Alert
from storage.words import AppealState
from tests.bot.chat import Chat
from tests.bot.test_announce import Shown
from tests.builders import a_reader, a_recipient, a_route, arrived
from tests.jobs.test_appeals import LATER

APPEAL = (
    "/appeal\nurgency: Immediate\nto: the foreign ministry\nNine face return\nWrite to the ministry today."
)
KOREAN = "/appeal 1 ko\nto: 외교부\n아홉 명이 송환 위기에 놓였다\n오늘 외교부에 편지를 쓰십시오."
ON_SQLITE = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
"""What does not depend on the kind of database."""


@pytest.fixture
def anna(database: Database) -> Chat:
    """An admin. Two read English, on two transports, one Korean, and one Korean asked for Korean alone."""
    with database.write() as work:
        a_reader(work, a_route(), address="1")
        a_reader(work, a_route(), address="!2:example.org", transport="matrix")
        a_reader(work, a_route(), address="3", language="ko")
        a_reader(work, a_route(languages=("ko",)), address="4", language="ko")
    return Chat(database, address="anna", admin=True)


@pytest.fixture
def bruno(database: Database) -> Chat:
    """Another one."""
    return Chat(database, address="bruno", admin=True)


def launched(anna: Chat, bruno: Chat) -> Alert:
    """Approved and sent."""
    bruno.says("/appeal 1")
    assert "goes out" in bruno.presses("Approve these words")
    assert Launcher(anna.database, Rules(admins=Admins()), Limits())._due(LATER) == 1
    with anna.database.read() as work:
        found = work.appeals.get(1)
        assert found is not None
        assert found.state is AppealState.SENT
        return work.alerts.many([found.alert_id])[found.alert_id]


def test_each_reads_the_words_of_their_language_and_others_the_first(anna: Chat, bruno: Chat) -> None:
    """What was previewed is, letter for letter, what is sent; who it is that is asked is told in it too."""
    anna.says(APPEAL)
    previewed = anna.says(KOREAN)
    alert = launched(anna, bruno)
    for language, words in (
        ("en", ("URGENT APPEAL · Nine face return", "Who is asked: the foreign ministry")),
        ("ko", ("긴급 호소 · 아홉 명이 송환 위기에 놓였다", "외교부", "오늘 외교부에 편지를 쓰십시오.")),
    ):
        told = plain_text(alert_message(alert, Speech(language), LATER))
        assert told in previewed
        assert all(one in told for one in words)
        assert "not written in your language" not in told
        assert "이 글의 언어" not in told


@ON_SQLITE
def test_who_has_no_words_of_their_own_is_told_in_which_language_it_is(anna: Chat, bruno: Chat) -> None:
    """The Korean reader of an appeal in English alone; what is around it is in Korean all the same."""
    anna.says(APPEAL)
    told = plain_text(alert_message(launched(anna, bruno), Speech("ko"), LATER))
    assert "긴급 호소 · Nine face return" in told
    assert "이 글의 언어: 영어" in told


def test_whoever_asked_for_one_of_its_languages_is_reached_and_keywords_are_sought_in_all(
    anna: Chat, bruno: Chat
) -> None:
    """As long as it is in English alone, who asked for what is in Korean is not."""
    with anna.database.write() as work:
        a_reader(work, a_route(keywords=("편지",)), address="5", language="ko")
        a_reader(work, a_route(without=("외교부에",)), address="6")
    assert "Audience: 4 recipients" in anna.says(APPEAL), "1, 2, 3 and 6"
    assert "Audience: 5 recipients" in anna.says(KOREAN), "1, 2, 3, 4 and 5"
    alert = launched(anna, bruno)
    with anna.database.read() as work:
        addresses = [work.recipients.get(one.recipient_id) for one in work.deliveries.of_alert(alert.id)]
        assert sorted(one.address for one in addresses if one) == ["!2:example.org", "1", "3", "4", "5"]


@ON_SQLITE
def test_the_preview_counts_readers_and_lengths_by_language_and_transport(anna: Chat) -> None:
    """How many they are, and how long it is there, is told before anybody approves."""
    anna.says(APPEAL)
    shown = anna.says(KOREAN)
    (english,) = [line for line in shown.splitlines() if line.startswith("• English")]
    (korean,) = [line for line in shown.splitlines() if line.startswith("• Korean")]
    assert "2 recipients · matrix 1: " in english
    assert "of 40,000 bytes" in english
    assert "telegram 1: " in english
    assert "of 4,096 characters" in english
    assert "2 recipients · telegram 2: " in korean
    assert "in this order: English and Korean" in shown
    assert shown.index("URGENT APPEAL") < shown.index("긴급 호소")


@pytest.mark.parametrize(
    "changed",
    ["/appeal 1 ko text: 내일 쓰십시오.", "/appeal 1 ko drop", "/appeal 1 lang: ko", "/appeal 1 ko to:"],
)
@ON_SQLITE
def test_what_is_approved_covers_every_language(anna: Chat, bruno: Chat, changed: str) -> None:
    """Any change to any of them, also to which is the first, voids what was approved."""
    anna.says(APPEAL)
    anna.says(KOREAN)
    bruno.says("/appeal 1")
    anna.says(changed)
    assert bruno.presses("Approve these words").startswith("That is not the mark of appeal 1")


@ON_SQLITE
def test_the_first_language_can_be_another_one_and_none_is_lost(anna: Chat) -> None:
    """They change places; the first cannot be dropped, another can."""
    anna.says(APPEAL)
    anna.says(KOREAN)
    assert "so it stays" in anna.says("/appeal 1 en drop")
    anna.says("/appeal 1 lang: ko")
    with anna.database.read() as work:
        found = work.appeals.get(1)
    assert found is not None
    assert found.draft is not None
    assert (found.draft.language, found.draft.headline, found.draft.to) == (
        "ko",
        "아홉 명이 송환 위기에 놓였다",
        "외교부",
    )
    (english,) = found.draft.wordings
    assert (english.language, english.title, english.to) == ("en", "Nine face return", "the foreign ministry")
    assert "Nine face return" not in anna.says("/appeal 1 en drop")
    assert anna.says("/appeal 1 en drop").startswith("It has no words in English.")


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("/appeal 1 ko countries: KP", "“countries:” is the same in every language"),
        ("/appeal 1 ko at: 2026-12-01T08:00", "“at:” is the same in every language"),
        ("/appeal 1 ko text: 제목이 없다", "An appeal begins with a headline"),
        (f"/appeal 1 ko\n제목\n{'가' * 50_000}", "The text has 50,000 characters. At most 2,400 fit"),
        (f"/appeal 1 ko\n{'가' * 151}", "150 characters at most"),
        ("/appeal 1 ko drop", "It has no words in Korean."),
        ("/appeal 9 ko\n제목\n본문", "There is no appeal 9"),
    ],
)
@ON_SQLITE
def test_what_cannot_be_said_in_a_language_is_told_when_it_is_written(
    anna: Chat, typed: str, told: str
) -> None:
    """And nothing is kept of it."""
    before = anna.says(APPEAL)
    assert told in anna.says(typed)
    assert anna.says("/appeal 1") == before


@ON_SQLITE
def test_a_language_with_a_headline_and_no_text_can_be_saved_and_not_sent(anna: Chat, bruno: Chat) -> None:
    """Who goes on later is told what is missing; who would approve it too."""
    anna.says(APPEAL)
    assert "no text yet in Korean" in anna.says("/appeal 1 ko headline: 제목")
    bruno.says("/appeal 1")
    assert "a headline without a text" in bruno.presses("Approve these words")
    anna.says("/appeal 1 ko text: 본문")
    bruno.says("/appeal 1")
    assert "goes out" in bruno.presses("Approve these words")


@pytest.mark.parametrize("typed", ["/appeal 9 Koreans\nface return", "/appeal 12 in danger\nWrite."])
@ON_SQLITE
def test_a_headline_that_begins_with_a_number_is_no_language(anna: Chat, typed: str) -> None:
    """It is a new appeal."""
    anna.says(APPEAL)
    assert anna.says(typed).startswith("Appeal 2")


def test_the_archive_has_it_in_each_language(anna: Chat, bruno: Chat) -> None:
    """It is found by words of any, and read by everybody in theirs; a correction too."""
    anna.says(APPEAL)
    anna.says(KOREAN)
    alert = launched(anna, bruno)
    reader = Chat(anna.database, address="3", language="ko", transport="telegram")
    assert "아홉 명이 송환 위기에 놓였다" in reader.says("/search 편지")
    shown = reader.says(f"/statement {alert.statement.id}")
    assert "오늘 외교부에 편지를 쓰십시오." in shown
    assert "Write to the ministry" not in shown
    assert "Write to the ministry" in anna.says(f"/statement {alert.statement.id}")
    with anna.database.write() as work:
        arrived(work, alert.id)
    anna.says("/correct 1 false yes")
    with anna.database.read() as work:
        end = work.alerts.on_case(alert.case_id or 0)[-1]
    told = reader.says(f"/statement {end.statement.id}")
    assert "사실이 아닙니다" in told
    assert "아홉 명이 송환 위기에 놓였다" in told


@ON_SQLITE
def test_it_may_be_in_any_language_and_is_opened_by_a_button_where_no_chat_speaks_it(
    anna: Chat, bruno: Chat
) -> None:
    """French, Arabic: the words are the author's, the frame the reader's; nobody else's reading changes."""
    anna.says(APPEAL)
    anna.says("/appeal 1 fr\nNeuf personnes risquent le renvoi\nÉcrivez aujourd'hui.")
    previewed = anna.says("/appeal 1 ar\nto: وزارة الخارجية\nتسعة يواجهون الإعادة\nاكتبوا اليوم.")
    assert "French · by a button below it" in previewed
    assert "in this order: English, Korean, Arabic and French" in previewed
    alert = launched(anna, bruno)
    english = alert_message(alert, Speech("en"), LATER)
    assert "URGENT APPEAL · Nine face return" in plain_text(english)
    offered = {one.label: one.command for row in english.choices for one in row}
    number = alert.statement.id
    assert offered["Français"] == f"/statement {number} fr"
    assert offered["العربية"] == f"/statement {number} ar"
    assert "English" not in offered
    reader = Chat(anna.database, address="1", transport="telegram")
    for language, words in (
        ("fr", ("URGENT APPEAL · Neuf personnes", "Écrivez aujourd'hui.")),
        ("ar", ("تسعة يواجهون الإعادة", "Who is asked: ", "وزارة الخارجية", "اكتبوا اليوم.")),
    ):
        told = reader.says(f"/statement {number} {language}")
        assert told in previewed, "what was approved is what is read"
        assert all(one in told for one in words)
        assert "not written in your language" not in told
    assert reader.says(f"/statement {number} ru").startswith("“ru” is no number")
    assert f"#{number}" in reader.says("/search aujourd'hui")


@ON_SQLITE
def test_written_in_another_language_alone_it_is_taken_back_in_ours(anna: Chat, bruno: Chat) -> None:
    """An appeal in French: its correction says so in English and in Korean."""
    anna.says("/appeal\nlang: fr\nurgency: Immediate\nNeuf personnes risquent le renvoi\nÉcrivez.")
    alert = launched(anna, bruno)
    with anna.database.write() as work:
        arrived(work, alert.id)
    anna.says("/correct 1 false yes")
    with anna.database.read() as work:
        end = work.alerts.on_case(alert.case_id or 0)[-1]
    assert end.statement.languages == ("en", "ko")
    assert end.statement.text.startswith("What this appeal said is not true.")
    assert end.statement.title == "Neuf personnes risquent le renvoi"


@ON_SQLITE
def test_an_appeal_has_ten_languages_at_most(anna: Chat) -> None:
    """One message each is shown to whoever approves."""
    anna.says(APPEAL)
    for one in ("ko", "fr", "ar", "es", "ru", "zh", "ja", "de", "pt"):
        assert "10 languages" not in anna.says(f"/appeal 1 {one}\nHeadline\nText")
    assert "10 languages are the most" in anna.says("/appeal 1 it\nHeadline\nText")
    assert "10 languages" not in anna.says("/appeal 1 pt text: Other text")


def test_taken_down_for_safety_no_language_is_left(anna: Chat, bruno: Chat) -> None:
    """Neither in the archive nor in the database."""
    anna.says(APPEAL)
    anna.says(KOREAN)
    alert = launched(anna, bruno)
    with anna.database.write() as work:
        arrived(work, alert.id)
    anna.says("/correct 1 safety yes")
    assert "아홉" not in anna.says("/search 편지")
    with anna.database.read() as work:
        rows = work.connection.exec_driver_sql("SELECT reading, title, text FROM statements").all()
        found = work.statements.get(alert.statement.id)
    assert "아홉" not in repr(rows)
    assert "\\uc544\\ud649" not in repr(rows)
    assert found is not None
    assert found.wordings == ()


@ON_SQLITE
def test_a_drill_says_what_it_is_in_each_language(anna: Chat) -> None:
    """In its headline as well, wherever that is ever quoted."""
    anna.says("/drill\nNine face return\nWhom do you call?")
    shown = anna.says("/drill 1 ko\n아홉 명\n누구에게 전화합니까?")
    assert "EXERCISE: Nine face return" in shown
    assert "훈련: 아홉 명" in shown


@pytest.mark.parametrize("name", ["telegram", "matrix", "console"])
@ON_SQLITE
async def test_on_every_transport_the_words_of_the_readers_language_are_sent(
    anna: Chat, bruno: Chat, name: str
) -> None:
    """Telegram, Matrix and console alike: what is drawn does not depend on the transport."""
    anna.says(APPEAL)
    anna.says(KOREAN)
    alert = launched(anna, bruno)
    transport: Any = Shown(name)
    reader = a_recipient(language="ko", transport=name)
    await Announcer(transport).tell([alert], reader, "key", LATER, Manner())
    assert "오늘 외교부에 편지를 쓰십시오." in plain_text(transport.messages[0])
