"""What admins type at their desk, and what they read: clear words, no way around the second person."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.commands import drills
from bot.commands.drafting import HEADLINE, TEXT, changes, draft, read
from bot.commands.mistake import Mistake
from bot.commands.request import Request
from bot.desk import Desk
from bot.render.desk import audience, lasting
from bot.render.html import plain_text
from bot.render.notice import notice_message
from bot.speech import Speech
from jobs import appeals
from jobs.desk import Rules
from jobs.launch import Launcher, Reached, launch
from jobs.limits import Limits
from jobs.notices import Admins
from storage.appeals import Draft
from storage.database import Database
from storage.words import AppealState, Urgency
from tests.bot.chat import Chat
from tests.builders import NOON, a_reader, a_route, arrived

ENGLISH = Speech("en")
APPEAL = "/appeal\nurgency: Immediate\nNine face return\nWrite to the ministry today."


@pytest.fixture
def admin(database: Database) -> Chat:
    """An admin; two people have asked for everything urgent."""
    with database.write() as work:
        for name in ("1", "2"):
            a_reader(work, a_route(), address=name)
    return Chat(database, address="anna", admin=True)


@pytest.fixture
def other(database: Database) -> Chat:
    """Another admin."""
    return Chat(database, address="bruno", admin=True)


def made(words: str, before: Draft | None = None) -> Draft:
    """The appeal that is meant."""
    return draft(words, before, ENGLISH, NOON)


def mistaken(words: str) -> str:
    """What is said to words that make no appeal."""
    with pytest.raises(Mistake) as caught:
        made(words)
    return caught.value.told(ENGLISH)


def test_an_appeal_is_its_lines() -> None:
    """Keys first, in any order and case, then headline and text."""
    words = (
        "Countries: North Korea, CN\nby: 2026-12-01\nTO: the  ministry\nurl: https://example.org/a\n"
        "lang: Korean\nurgency: immediate\n\nNine face return\nWrite today.\n\nBe polite."
    )
    assert made(words) == Draft(
        headline="Nine face return",
        text="Write today.\n\nBe polite.",
        language="ko",
        urgency=Urgency.IMMEDIATE,
        countries=("KP", "CN"),
        to="the ministry",
        by=date(2026, 12, 1),
        url="https://example.org/a",
    )
    assert made("Only a headline") == Draft("Only a headline", "", "en")


def test_one_line_of_it_is_changed_by_its_key() -> None:
    """The rest stays; a key without a value takes it out; without keys all the words are new."""
    before = made("by: 2026-12-01\ncountries: KP\nNine\nText: it stays")
    assert made("by: 2026-12-24", before).by == date(2026, 12, 24)
    assert made("by:", before).by is None
    assert made("countries:", before).countries == ()
    assert made("text: one\ntwo", before).text == "one\ntwo"
    assert (made("Ten\nNew", before).headline, made("Ten\nNew", before).countries) == ("Ten", ("KP",))


@pytest.mark.parametrize(
    ("typed", "number", "writes"),
    [
        ("7", 7, False),
        ("#7", 7, False),
        ("", 0, False),
        ("7 drop", 7, True),
        ("7 by: 2026-12-01", 7, True),
        ("7\nTen face return", 7, True),
        ("9 refugees face return", 0, True),
        ("9 refugees: what to do\nWrite.", 0, True),
        ("2026: a year", 0, True),
    ],
)
def test_a_headline_that_begins_with_a_number_changes_no_other_appeal(
    typed: str, number: int, writes: bool
) -> None:
    """Only a number alone, or before a key, or on a line of its own, is that of an appeal."""
    assert read(typed).number == number
    assert changes(typed) is writes


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("urgency: Immediate", "An appeal begins with a headline"),
        ("by: 2026-03-09\nNine", "9 March 2026 has passed"),
        ("by: tomorrow\nNine", "“tomorrow” is no date"),
        ("urgency: now\nNine", "It can be: Immediate, Expected"),
        ("countries: Narnia\nNine", "“Narnia” is no country"),
        ("lang: Klingon\nNine", "is no language"),
        ("url: javascript:alert\nNine", "no address that everybody can open"),
        ("url: https://me:pw@example.org\nNine", "no address that everybody can open"),
        ("n" * (HEADLINE + 1), f"{HEADLINE} characters at most"),
        (f"Nine\n{'x' * 50_000}", "The text has 50,000 characters. At most 2,400 fit"),
    ],
)
def test_what_cannot_be_sent_is_said_when_it_is_written(words: str, told: str) -> None:
    """In a sentence that tells how it can."""
    assert told in mistaken(words)


@given(st.text(max_size=300))
def test_whatever_is_typed_makes_an_appeal_or_a_clear_mistake(typed: str) -> None:
    """And what was made can be kept and is the same words again."""
    try:
        found = made(typed)
    except Mistake as mistake:
        said = mistake.told(ENGLISH)
    else:
        said = found.headline
        assert len(found.text) <= TEXT
        assert found.as_json() == made(typed).as_json()
    assert said


@pytest.mark.parametrize(
    ("people", "told"),
    [
        (Reached(4812, 0), "4,812 recipients, about 2 min 41 s"),
        (Reached(1, 0), "1 recipient, about 1 s"),
        (Reached(0, 3), "3 with their next digest"),
        (Reached(30, 2), "30 recipients, about 1 s and 2 with their next digest"),
        (Reached(0, 0), "nobody"),
        (Reached(110_000, 0), "110,000 recipients, about 1 h 1 min"),
    ],
)
def test_the_audience_is_told_with_the_time_it_takes(people: Reached, told: str) -> None:
    """At the configured thirty a second."""
    assert audience(people, Rules(), ENGLISH) == told
    assert lasting(120, ENGLISH) == "2 min"


def test_the_desk_does_not_exist_for_others(admin: Chat) -> None:
    """Neither named nor guessed, nor explained; the same words without their mark are a search."""
    stranger = Chat(admin.database, address="eve")
    for line in (APPEAL, "/appeals", "/approve 1 00000000", "/stop 1", "/correct 1"):
        assert stranger.says(line).startswith(f"There is no command {line.split()[0]}")
    assert "/appeal" not in stranger.says("/help")
    assert "/appeal" in admin.says("/help")
    assert stranger.says("/help approve").startswith("There is no command /approve")
    assert not stranger.says("stop").startswith("There is no command")
    with admin.database.read() as work:
        assert work.appeals.newest() == ()
        assert list(work.audit.all()) == []


def test_a_draft_is_shown_as_its_recipients_will_see_it(admin: Chat) -> None:
    """Beside audience, time and mark; the buttons are the admin's."""
    shown = admin.says(APPEAL)
    assert "2 recipients, about 1 s" in shown
    assert "1 of 2, its author counted" in shown
    assert shown.endswith(
        "URGENT APPEAL · Nine face return\n\n"
        "An appeal by the people who run this watch. No source that is watched has published it.\n\n"
        "When: at once\n\nWrite to the ministry today."
    )
    assert admin.says("/appeal 1") == shown
    assert list(admin.offered) == ["Drop the draft"], "its author is not asked to approve it"
    mark = shown.split("Mark of these very words: ")[1].split()[0]
    assert admin.says(f"/approve 1 {mark}").startswith("You wrote appeal 1 as it stands")
    other = Chat(admin.database, address="bruno", admin=True)
    assert other.says("/approve 1") == shown, "nobody approves what they have not read"
    assert list(other.offered) == ["Approve these words", "Drop the draft"]
    assert "Nine face return" in other.says("/approve")
    admin.says("/appeal 1")
    assert admin.presses("Drop the draft") == "Appeal 1 is not kept any more."
    assert admin.says("/appeal 1") == "There is no appeal 1. All of them: /appeals"


def test_two_who_press_at_once_and_one_who_read_an_older_version(admin: Chat, other: Chat) -> None:
    """The first decides; the second reads that it is done, the late reader that the words have changed."""
    third = Chat(admin.database, address="clara", admin=True)
    admin.says(APPEAL)
    for chat in (other, third):
        chat.says("/appeal 1")
    admin.says("/appeal 1 text: Write tomorrow.")
    assert other.presses("Approve these words").startswith("That is not the mark of appeal 1")
    for chat in (other, third):
        chat.says("/appeal 1")
    assert "Appeal 1 goes out in 1 min." in other.presses("Approve these words")
    assert third.presses("Approve these words").startswith("Appeal 1 is approved and about to be sent.")
    with admin.database.read() as work:
        assert work.connection.exec_driver_sql("SELECT count(*) FROM approvals").scalar() == 1


def test_a_line_that_comes_again_is_not_done_again(admin: Chat) -> None:
    """The platform brought it twice: one draft, and how things stand."""
    admin.transport, admin.request_id = "telegram", "1:1"
    admin.says(APPEAL)
    assert "This was done already" in admin.says(APPEAL)
    assert "Nine face return" in admin.read
    with admin.database.read() as work:
        assert len(work.appeals.newest()) == 1


def test_a_lone_volunteer_is_told_each_time_what_that_means(admin: Chat) -> None:
    """Before and after."""
    admin.rules = Rules(approvals=1)
    assert "its author may send it alone" in admin.says(APPEAL)
    assert admin.presses("Approve these words").startswith(
        "You alone stand for this: nobody else has read it."
    )


def test_an_audience_of_zero_is_refused_and_says_why(admin: Chat, other: Chat) -> None:
    """Nobody here has asked for campaigns."""
    assert "Audience: nobody" in admin.says("/appeal\nurgency: Expected\nCome to the vigil")
    assert "As it is not urgent, only those would get it who asked for campaigns: nobody has." in admin.read
    mark = admin.read.split("Mark of these very words: ")[1].split()[0]
    assert other.says(f"/approve 1 {mark}").startswith("Appeal 1 would reach nobody")
    other.says("/appeal 1")
    assert list(other.offered) == ["Make it urgent", "Drop the draft"]
    admin.says("/appeal 1")
    assert "Audience: 2 recipients" in admin.presses("Make it urgent")
    assert "for everybody who asked for what is urgent" in admin.read


def test_what_can_be_stopped_is_shown_with_a_button(admin: Chat, other: Chat) -> None:
    """At night nobody remembers a number; and nothing is halted by a word that was meant for another bot."""
    admin.rules = replace(admin.rules, admins=Admins((("telegram", "901"),)))
    assert admin.says("/stop").startswith("Nothing is on its way or about to be.")
    admin.says(APPEAL)
    assert admin.says("/stop").startswith("Nothing is on its way"), "nobody has approved it"
    other.says("/appeal 1")
    other.presses("Approve these words")
    assert "Nine face return · approved: it is about to be sent" in admin.says("/stop")
    assert admin.presses("Stop 1").startswith("Appeal 1 is halted. Nobody has got it")
    with admin.database.read() as work:
        (shown, *_) = work.notices.latest(1)
    told = plain_text(notice_message(shown, Speech("en")))
    assert "Nobody has got it. It is a draft again." in told
    assert "keeps it" not in told


def test_sent_it_is_followed_halted_and_taken_back(admin: Chat, other: Chat) -> None:
    """Progress, the count of a stop, four wordings, one confirmation."""
    admin.says(APPEAL)
    other.says("/appeal 1")
    other.presses("Approve these words")
    Launcher(admin.database, admin.rules, Limits())._due(NOON + timedelta(minutes=1))
    assert "sent 0 of 2, waiting 2, uncertain 0, failed 0" in admin.says("/appeals")
    assert admin.says("/correct 1") == "Nobody has got anything of appeal 1: there is nothing to take back."
    with admin.database.write() as work:
        found = work.appeals.get(1)
        assert found is not None
        first, _ = work.deliveries.of_alert(found.alert_id)
        work.attempts.begin([first.id], NOON)
        work.attempts.sent({first.id: "7"})
    told = admin.says("/appeal 1")
    assert "Progress: ██████████░░░░░░░░░░ 50%\n" in told
    assert "Messages: sent 1 of 2, waiting 1, uncertain 0, failed 0" in told
    assert "Left: about 1 s" in told
    assert admin.presses("Stop").split("\n") == [
        "Appeal 1 is halted",
        "",
        "Have got it: 1",
        "Perhaps have got it: 0",
        "Have not got it, and will not: 1",
    ]
    assert "went to 1 recipient" in admin.presses("Correct")
    assert list(admin.offered) == ["Not true", "Out of date", "Wrong details", "Taken down for safety"]
    shown = admin.presses("Not true")
    assert "CORRECTION · Nine face return" in shown
    assert "Do not act on it, and do not pass it on." in shown
    with admin.database.read() as work:
        assert work.appeals.get(1) == replace(found, state=AppealState.STOPPED)
    assert admin.presses("Send the correction").startswith("The correction goes to 1 recipient")
    assert admin.says("/correct 1 false yes") == (
        "Appeal 1 was corrected: everybody who got it has been told."
    )
    assert "because" in admin.says("/correct 1 because")


async def test_rules_and_rights_come_from_the_configuration_alone(database: Database) -> None:
    """Whoever is not listed is nobody special, whatever the request says of its rules."""
    admins = Admins((("telegram", "901"),))
    desk = Desk(database, admins=admins, rules=Rules(approvals=1, admins=admins))
    listed = await desk.answer(Request(APPEAL, "telegram", "901", NOON))
    assert len(listed.messages) == 2
    stranger = await desk.answer(Request("/appeals", "telegram", "902", NOON, rules=Rules(approvals=1)))
    assert "There is no command" in str(stranger)


def test_everybody_is_answered_in_their_language(admin: Chat, other: Chat) -> None:
    """A Korean admin reads in Korean how the draft of an English one stands, and what its readers will."""
    admin.says(APPEAL)
    other.language = "ko"
    shown = other.says("/appeal 1")
    assert shown.startswith("호소 1번")
    assert "URGENT APPEAL · Nine face return" in shown
    with admin.database.write() as work:
        a_reader(work, a_route(), address="3", language="ko")
    shown = other.says("/appeal 1")
    assert "긴급 호소 · Nine face return" in shown
    assert "이 글의 언어: 영어" in shown
    assert "이 문구 그대로 승인" in other.offered


DRILL = "/drill\nurgency: Immediate\nNine face return\nWhom do you call?"


def test_a_drill_has_its_own_command_and_its_own_words(admin: Chat, other: Chat) -> None:
    """From its prompt to its correction it says what it is, and /appeal neither shows nor changes it."""
    assert admin.says("/drill").startswith("A drill")
    assert "/drill" in admin.read
    assert admin.says(DRILL).startswith("EXERCISE · Appeal 1")
    assert "Audience: nobody" in admin.read
    assert "EXERCISE · URGENT APPEAL" in admin.read
    assert "EXERCISE: Nine face return" in admin.read
    mark = admin.read.split("Mark of these very words: ")[1].split()[0]
    assert "would reach nobody" in other.says(f"/approve 1 {mark}")
    assert "drills:on" in other.read
    Chat(admin.database, transport="telegram", address="1").says("/settings drills:on")
    assert "Audience: 1 recipient" in admin.says("/drill 1")
    for line in ("/appeal 1", "/appeal 1 drop", "/appeal 1\nNine face return\nIn earnest."):
        assert admin.says(line) == "Number 1 is a drill: /drill 1"
    assert other.says(f"/approve 1 {mark}").startswith("EXERCISE")
    assert "goes out in" in other.read
    later = NOON + timedelta(minutes=2)
    assert Launcher(admin.database, Rules(admins=Admins()), Limits())._due(later) == 1
    assert admin.says("/drill 1").startswith("EXERCISE")
    assert "EXERCISE · EXERCISE: Nine face return" in admin.says("/appeals")
    with admin.database.write() as work:
        arrived(work, 1)
    assert admin.says("/correct 1").startswith("EXERCISE")
    assert "nothing real waits for it" in admin.says("/correct 1 false")
    assert "EXERCISE · CORRECTION" in admin.read
    assert "goes to 1 recipient; nothing real waits" in admin.says("/correct 1 false yes")


def test_an_appeal_is_no_drill_whatever_is_typed(admin: Chat) -> None:
    """Nobody believes to practise while everybody is written to."""
    admin.says(APPEAL)
    for line in ("/drill 1", "/drill 1 drop", "/drill 1\nNine\nIn practice."):
        assert admin.says(line) == "Number 1 is no drill: /appeal 1"
    assert not admin.says("/appeal 1").startswith("EXERCISE")


@pytest.mark.parametrize("again", ["lang: ko", "headline: EXERCISE: Ten", "headline: Ten"])
def test_the_headline_of_a_drill_says_so_once_whatever_is_changed(admin: Chat, again: str) -> None:
    """Wherever it is ever quoted, in the language that it is in."""
    admin.says(DRILL)
    admin.says(f"/drill 1 {again}")
    with admin.database.read() as work:
        found = work.appeals.get(1)
    assert found is not None
    assert found.draft is not None
    word, _, rest = found.draft.headline.partition(": ")
    assert (word, rest.count(":")) == ("훈련" if again == "lang: ko" else "EXERCISE", 0)


def test_a_person_who_practises_finds_no_drill_in_the_archive(admin: Chat) -> None:
    """It is read by the button under it alone, and says there what it is."""
    reader = Chat(admin.database, transport="telegram", address="1")
    reader.says("/settings drills:on")
    with admin.database.write() as work:
        words = drills.named(Draft("Nine", "Whom?", "en", Urgency.IMMEDIATE))
        made = appeals.write(work, "a" * 64, words, NOON, drill=True)
        launch(work, replace(made, due=NOON), Rules(admins=Admins()), Limits(), NOON)
        arrived(work, 1)
    for line in ("/latest", "/search nine", "/search whom"):
        assert "Nine" not in reader.says(line)
    assert "EXERCISE: Nine" in reader.says("/statement 1")
    assert "You asked for this:" in reader.says("/why 1")


def test_what_would_be_looked_at_first_of_a_source_is_said_of_an_appeal(admin: Chat) -> None:
    """Whoever approves it may have read past it; in its other languages as well."""
    shown = admin.says("/appeal\nNine face return\nAmong them is Ryu Sol, 11.")
    assert "It names somebody under 18. Think twice before you approve it: Ryu Sol" in shown
    shown = admin.says("/appeal 1 text: Nine are held.")
    assert "Think twice" not in shown
    assert "Think twice" in admin.says("/appeal 1 ko\n아홉 명\n김은주(15세)가 구금되었다.")
