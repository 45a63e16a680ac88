"""At the desk, what waits is a card: why, for how many, the words in question, and what can be done."""

import pytest
import sqlalchemy as sa

from bot.render.html import plain_text
from bot.render.message import Message, Style
from bot.render.review import card_blocks, excerpts, marked
from bot.speech import Speech
from jobs.desk import Rules
from jobs.held import Card
from jobs.limits import ENDANGERS
from jobs.notices import Admins
from jobs.review import sentence
from jobs.steps.sensitive import MARK, Sensitive
from jobs.unanswered import REMIND_AFTER, Unanswered
from storage.database import Database
from storage.held import HeldAlert
from storage.records import Demand, PersonsAtRisk
from storage.tables.log import alerts
from storage.words import Act, Concern, DeliveryState, EventKind, Stance
from tests.bot.chat import Chat
from tests.builders import NOON, a_reader, a_route, a_statement, an_alert, queued

ADMINS = Admins((("telegram", "anna"), ("telegram", "bruno")))
TEXT = (
    "Nine refugees face return. Ryu Sol, 11, is among them. "
    "The others are hiding in the village of Long Ping. We call on China to release Ryu Sol at once."
)


@pytest.fixture
def anna(database: Database) -> Chat:
    """An admin; a call that names a child and a hiding place waits for two readers."""
    found = a_statement(
        text=TEXT,
        demands=(Demand("China", "release Ryu Sol at once"),),
        persons_at_risk=PersonsAtRisk(9, 1),
        countries=("CN", "KP"),
    )
    with database.write() as work:
        readers = [a_reader(work, a_route(), address=name) for name in ("1", "2")]
        queued(
            work, *readers, held=sentence((Concern.MINOR, Concern.HIDING)), alert=an_alert(statement=found)
        )
    return a_chat(database, "anna")


def a_chat(database: Database, name: str) -> Chat:
    """An admin's private chat."""
    return Chat(database, transport="telegram", address=name, admin=True, rules=Rules(admins=ADMINS))


def states(database: Database) -> list[DeliveryState]:
    """Of what is for readers."""
    with database.read() as work:
        return [one.state for one in work.deliveries.of_alert(1)]


def test_the_card_says_why_and_marks_the_words(anna: Chat) -> None:
    """From the list by its number; the message itself follows as its recipients would read it."""
    listed = anna.says("/review")
    assert "1 alert waits for an admin" in listed
    card = anna.presses("1")
    for told in (
        "Wait for it: 2 recipients",
        "It names somebody under 18.",
        "It tells exactly where people hide, or by which way they flee.",
        "Ryu Sol, 11, is among them.",
        "The others are hiding in the village of Long Ping.",
        "URGENT",
    ):
        assert told in card, card
    assert list(anna.offered) == [
        "Send without these words",
        "Send as it is",
        "Leave it waiting",
        "Do not send",
        "Ask the others",
    ]


def test_the_words_in_question_are_bold() -> None:
    """And nothing else is."""
    line = marked("Ryu Sol, 11, is here; so is Ryu Solmi.", ("Ryu Sol",))
    assert [span.text for span in line if span.style is Style.BOLD] == ["Ryu Sol", "Ryu Sol"]
    assert "".join(span.text for span in line) == "Ryu Sol, 11, is here; so is Ryu Solmi."


def test_of_a_long_sentence_the_words_are_shown_and_of_many_sentences_each_word() -> None:
    """Whoever decides sees all that would be withheld."""
    long = f"{'Much is said before it, and more. ' * 12}then Ryu Sol, {'and much behind it ' * 20}."
    parts = [Sensitive(Concern.MINOR, "Ryu Sol", long.replace(". ", ", "))]
    (quote,) = excerpts(parts)
    assert len(quote) <= 310
    assert "then Ryu Sol," in quote
    names = [f"Kim {chr(ord('A') + number)}na" for number in range(9)]
    found = Card(
        an_alert(),
        HeldAlert(1, 2, sentence((Concern.MINOR,))),
        (Concern.MINOR,),
        tuple(Sensitive(Concern.MINOR, name, f"{name}, 11, is held.") for name in names),
    )
    told = plain_text(Message(card_blocks(found, Speech("en"), NOON)))
    assert all(name in told for name in names)
    assert "Would be withheld as well: Kim Gna, Kim Hna, Kim Ina" in told


def test_who_muted_the_case_is_not_said_to_have_been_told(anna: Chat) -> None:
    """What the desk answers is true of both."""
    with anna.database.write() as work:
        case = work.cases.open("The nine", NOON)
        for address in ("1", "2"):
            work.stances.take(a_reader(work, address=address).id, case, Stance.MUTE)
        work.connection.execute(sa.update(alerts).values(case_id=case))  # an admin joined it to the case
    anna.says("/review 1 send")
    assert "or they muted its case" in anna.presses("Send it")


def test_a_press_that_comes_again_shows_what_waits(anna: Chat) -> None:
    """Not the appeals: the same button was pressed twice."""
    anna.says("/review 1 send")
    press = anna.offered["Send it"]
    anna.request_id = "press-1"
    anna.says(press)
    again = anna.says(press)
    assert "This was done already" in again
    assert "Nothing waits for an admin." in again


def test_what_would_be_read_without_the_words_is_shown_before_it_is_sent(anna: Chat) -> None:
    """Two presses; then it is on its way, and everybody reads that something was withheld."""
    anna.says("/review 1")
    edit = anna.presses("Send without these words")
    assert "This goes to 2 recipients:" in edit
    assert f"“release {MARK} at once”" in edit
    assert "Ryu Sol" not in edit
    assert "Words were withheld for somebody's safety: █████" in edit
    assert states(anna.database) == [DeliveryState.HELD] * 2
    assert anna.presses("Send it") == "It goes to 2 recipients, at once or at the hours that they chose."
    assert states(anna.database) == [DeliveryState.QUEUED] * 2
    reader = Chat(anna.database, address="1")
    whole = reader.says("/statement 1")
    assert "Words were withheld for somebody's safety: █████" in whole
    assert "Ryu Sol" not in whole
    assert "Long Ping" not in whole


def test_it_can_be_sent_as_it_is_or_not_at_all(anna: Chat) -> None:
    """Each after one question; what was decided waits no more."""
    anna.says("/review 1")
    assert "Ryu Sol" in anna.presses("Send as it is")
    anna.presses("Back")
    asked = anna.presses("Do not send")
    assert "2 recipients would not be told of this." in asked
    assert "where nobody but admins can read the words in question" in asked
    assert anna.presses("Do not send it") == "2 recipients are not told of it."
    assert states(anna.database) == [DeliveryState.CANCELLED] * 2
    assert anna.says("/review") == "Nothing waits for an admin."


def test_a_colleague_who_comes_second_is_told_so(anna: Chat) -> None:
    """An old button changes nothing."""
    bruno = a_chat(anna.database, "bruno")
    bruno.says("/review 1")
    anna.says("/review 1 send")
    anna.presses("Send it")
    assert "Nothing waits under 1" in bruno.presses("Do not send")
    assert states(anna.database) == [DeliveryState.QUEUED] * 2


def test_the_others_are_asked(anna: Chat) -> None:
    """One who is alone is told so."""
    anna.says("/review 1")
    assert anna.presses("Ask the others") == "1 admin is asked to look."
    with anna.database.read() as work:
        assert work.notices.latest(1)[0].events[0].kind is EventKind.REVIEW_ASKED
    anna.rules = Rules(admins=Admins((("telegram", "anna"),)))
    assert anna.says("/review 1 ask") == "There is no other admin to be asked."


@pytest.mark.parametrize(
    ("typed", "answer"),
    [
        ("/review first", "“first” is no number"),
        ("/review 1 publish", "“publish” is no decision. It can be: send, redacted, hold, drop, ask"),
        ("/review 7", "Nothing waits under 7"),
        ("/review 7 send 0badcafe", "Nothing waits under 7"),
        ("/review 1 send 0badcafe", "It was changed since you read it"),
    ],
)
def test_a_slip_changes_nothing(anna: Chat, typed: str, answer: str) -> None:
    """It is told what is meant."""
    assert answer in anna.says(typed)
    assert states(anna.database) == [DeliveryState.HELD] * 2


def test_for_anybody_else_it_does_not_exist(anna: Chat) -> None:
    """Neither the list nor the card; what waits is secret."""
    reader = Chat(anna.database, address="1")
    assert "Ryu Sol" not in reader.says("/review 1")
    assert states(anna.database) == [DeliveryState.HELD] * 2
    assert "/review" not in reader.says("/help")
    assert "/review" in anna.says("/help")


def test_in_korean(anna: Chat) -> None:
    """The same card, whole."""
    anna.language = "ko"
    card = anna.says("/review 1")
    assert "18세 미만인 사람의 이름이 적혀 있습니다." in card
    assert "이 부분을 가리고 보내기" in anna.offered
    assert frozenset({Concern.MINOR, Concern.HIDING}) == ENDANGERS


def test_it_can_be_left_waiting_after_a_look(anna: Chat) -> None:
    """Who looked is on record and on the card; it is reminded of one time less, and not forgotten."""
    anna.says("/review 1")
    assert "goes on waiting for 2 recipients" in anna.presses("Leave it waiting")
    with anna.database.read() as work:
        assert [one.recipients for one in work.held.waiting()] == [2]
        (noted,) = work.audit.all()
        assert (noted.act, noted.matter) == (Act.KEPT, 1)
    assert f"Looked at, and left waiting: {noted.admin[:8]}, 10 March 2026" in anna.says("/review 1")
    with anna.database.read() as work:
        since = work.alerts.many([1])[1].sent
    reminder = Unanswered(anna.database, Admins((("telegram", "901"),)))
    assert reminder.remind(since + REMIND_AFTER) == 0
    assert reminder.remind(since + 4 * REMIND_AFTER) == 1
